//! What Prometheus' prober asks: a scrape job for each workload that gives no metrics and has a health check to ask.

use super::scrape::{self, Presence, Scraper};
use crate::{
    files::Site,
    model::{Component, Health, PROBER, Platform, Probe, Workload, probe_job},
    speak::{Constants, Speak},
    target::Vantage,
};

/// A workload that is asked whether it works.
#[derive(Debug)]
pub(in crate::target) struct ProbedWorkload<'a> {
    pub component: &'a Component,
    pub workload: &'a Workload,
    pub job: String,
    /// Where the prober finds it.
    pub host: String,
    pub port: u16,
    pub presence: Presence,
    /// The workload in whose pods it is, where there is one of them on each node.
    pub daemon: Option<String>,
    pub question: Question,
    pub pace: Pace,
}

/// How often the prober asks and how long an answer may take, in milliseconds, where it is not as for every scrape.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::target) struct Pace {
    pub interval: Option<u64>,
    pub timeout: Option<u64>,
}

/// How long Prometheus waits for an answer by default.
const USUAL_TIMEOUT: u64 = 10_000;

fn pace(health: &Health, usual: u64) -> Pace {
    let interval = health.asked_every(usual);
    let timeout = health.answered_within().min(interval);
    Pace {
        interval: (interval > usual).then_some(interval),
        timeout: (timeout > USUAL_TIMEOUT.min(usual)).then_some(timeout),
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::target) enum Question {
    /// Whether a GET is answered as a health check wants it.
    Http {
        scheme: &'static str,
        /// With its query.
        path: String,
    },
    /// Whether it takes connections.
    Tcp,
}

/// HOST:PORT of the prober.
pub(in crate::target) fn prober(platform: &Platform) -> Option<String> {
    let prober = platform.prober()?;
    let port = prober.port(PROBER)?;
    Some(format!("{}:{}", prober.name, port.container.first))
}

/// A matcher of the jobs of what is asked.
pub(in crate::target) fn selector(asked: &[&ProbedWorkload<'_>]) -> String {
    let jobs: Vec<&str> = asked.iter().map(|asked| asked.job.as_str()).collect();
    scrape::one_of("job", &jobs)
}

/// 1 while what is asked works, 0 while it does not, and 2 while the prober gives no answer and so nobody knows.
pub(in crate::target) fn states(asked: &[&ProbedWorkload<'_>]) -> String {
    let selector = selector(asked);
    format!("probe_success{{{selector}}} or on (job, instance) up{{{selector}}} * 0 + 2")
}

/// In the order of their components.
pub(in crate::target) fn asked<'a>(
    platform: &'a Platform,
    prometheus: &Component,
    vantage: Vantage,
) -> Vec<ProbedWorkload<'a>> {
    if prober(platform).is_none() {
        return Vec::new();
    }
    let scraper = Scraper::new(platform, prometheus, vantage);
    let usual = platform.scrape_interval(prometheus);
    let mut out = Vec::new();
    for component in &platform.components {
        for workload in component.workloads.iter().filter(|it| it.probed) {
            let Some(health) = &workload.health else {
                continue;
            };
            let (port, number, question) = match health.asked() {
                Probe::Http {
                    path,
                    port,
                    number,
                    scheme,
                } => {
                    let path = Constants(platform, Site::Engine).text(path);
                    let scheme = scheme.name();
                    (port, *number, Question::Http { scheme, path })
                }
                Probe::Tcp { port, number } => (port, *number, Question::Tcp),
                _ => continue,
            };
            // In a cluster a chart of others may run it under a name of its own.
            let Ok((host, number)) = scraper.address(workload, port, number) else {
                continue;
            };
            out.push(ProbedWorkload {
                component,
                workload,
                job: probe_job(&workload.name),
                host,
                port: number,
                presence: scraper.presence(workload),
                daemon: scraper.daemon(workload),
                question,
                pace: pace(health, usual),
            });
        }
    }
    out
}
