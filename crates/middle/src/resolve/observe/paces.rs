//! How often the jobs of a component give a sample, and how long its alerts wait for more than one.

use crate::{
    model::{Alert, Metrics, USUAL_INTERVAL, Workload, least_hold, probe_job},
    resolve::{Scene, beforehand::Beforehand},
};

/// The jobs of a component, each with the milliseconds between two samples.
pub(in crate::resolve) struct Paces<'a> {
    scraped: Vec<(&'a str, u64)>,
    asked: Vec<(String, u64)>,
}

impl<'a> Paces<'a> {
    /// `external` is what is scraped of a component that runs elsewhere.
    pub fn of(
        scene: &Scene<'_>,
        beforehand: &Beforehand<'_>,
        workloads: &'a [Workload],
        external: &'a [Metrics],
    ) -> Self {
        let variables = &scene.names.variables;
        let settings = beforehand.scrape_settings();
        let usual = settings.map_or(USUAL_INTERVAL, |settings| settings.interval(variables));
        let scraped = workloads.iter().flat_map(|it| &it.metrics).chain(external);
        let asked = workloads.iter().filter(|it| it.probed);
        Self {
            scraped: scraped
                .map(|it| (it.job.as_str(), it.interval.unwrap_or(usual)))
                .collect(),
            asked: asked
                .filter_map(|it| {
                    let every = it.health.as_ref()?.asked_every(usual);
                    Some((probe_job(&it.name), every))
                })
                .collect(),
        }
    }

    /// Alerts whose time nobody wrote wait for a second sample: with `for: 2m` and a sample each three minutes one scrape that fails
    /// would call somebody. What looks back over a range has several samples already, and what holds at once is meant so.
    pub fn with_patience(&self, alerts: Vec<Alert>) -> Vec<Alert> {
        let patient = |alert: Alert| Alert {
            hold: alert.hold.map(|hold| self.hold(&alert, hold)),
            ..alert
        };
        alerts.into_iter().map(patient).collect()
    }

    fn hold(&self, alert: &Alert, hold: u64) -> u64 {
        if hold == 0 || !alert.hold_from_kind || alert.expr.contains('[') {
            return hold;
        }
        let probes = self.asked.iter().map(|(job, every)| (job.as_str(), *every));
        let jobs = self.scraped.iter().copied().chain(probes);
        let least = jobs.map(|(job, every)| (job, least_hold(every)));
        let longer = least.filter(|(job, least)| *least > hold && is_about(&alert.expr, job));
        longer.map(|(_, least)| least).max().unwrap_or(hold)
    }
}

/// Whether an expression selects a job: `job="a"` or `job=~"a|b"`.
fn is_about(expr: &str, job: &str) -> bool {
    expr.split(['"', '|']).any(|word| word == job)
}
