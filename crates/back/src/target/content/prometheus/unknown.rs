//! Alerts of the user's own that ask for jobs that nothing scrapes, or a job for metrics that it does not have: they never
//! fire. And rules of kinds that read what the scrape of their component takes away.

use std::collections::BTreeSet;

use crate::{
    diag::{Diagnostic, nearest},
    files::Target,
    model::{Alert, Component, Platform, SettingValue, probe_job},
    target::shared::{
        exposed,
        expr::{asked_of, other_jobs},
        losses::loss,
        scrape::Job,
    },
    text::all_of,
};

/// A warning for each alert that names a job that does not exist. Who has scrape jobs of their own knows them better.
pub(super) fn unknown_jobs(
    platform: &Platform,
    prometheus: &Component,
    jobs: &[Job<'_>],
) -> Vec<Diagnostic> {
    let own = prometheus.setting("scrape_configs");
    if matches!(own, Some(SettingValue::Files(files)) if !files.is_empty()) {
        return Vec::new();
    }
    let probes: Vec<String> = platform
        .workloads()
        .filter(|workload| workload.probed)
        .map(|workload| probe_job(&workload.name))
        .collect();
    let scraped = jobs.iter().map(|job| job.metrics.job.as_str());
    let known: BTreeSet<&str> = scraped.chain(probes.iter().map(String::as_str)).collect();
    let mut out = Vec::new();
    for (component, alert) in own_alerts(platform) {
        for job in other_jobs(&alert.expr, &known) {
            out.push(
                loss(
                    Target::Prometheus,
                    &format!(
                        "the alert `{}` asks for the job `{job}`, which is not scraped: the alert has no data",
                        alert.name
                    ),
                    alert.span,
                    "this alert",
                )
                .about(&component.name)
                .misspelled(&job, nearest(&job, known.iter().copied()), || {
                    "a scrape job has the name of its component; `metrics` makes one".to_string()
                }),
            );
        }
    }
    out
}

/// The alerts that no kind wrote and that may name a job.
fn own_alerts(platform: &Platform) -> impl Iterator<Item = (&Component, &Alert)> {
    let components = platform.components.iter();
    components
        .flat_map(|component| component.alerts.iter().map(move |alert| (component, alert)))
        .filter(|(_, alert)| !alert.from_kind && alert.expr.contains("job"))
}

/// A warning for each alert that asks a job for a metric that it does not have, where the kind of the job's component lists
/// what there is.
pub(super) fn unknown_metrics(platform: &Platform, jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (component, alert) in own_alerts(platform) {
        for (job, metric) in asked_of(&alert.expr) {
            let Some(metric) = metric.filter(|metric| exposed::lacks(jobs, &job, metric)) else {
                continue;
            };
            let known = exposed::listed(jobs, &job).unwrap_or_default();
            out.push(
                loss(
                    Target::Prometheus,
                    &format!(
                        "the alert `{}` asks the job `{job}` for `{metric}`, which it does not have: the alert has no data",
                        alert.name
                    ),
                    alert.span,
                    "this alert",
                )
                .about(&component.name)
                .help(match (exposed::other_job(jobs, &job, &metric), nearest(&metric, known.iter().copied())) {
                    (Some(other), _) => format!("the job `{other}` has it"),
                    (None, Some(near)) => format!("the nearest name that it has is `{near}`"),
                    (None, None) => format!("ask Prometheus what it has: `count by (__name__) ({{job=\"{job}\"}})`"),
                }),
            );
        }
    }
    out
}

/// A warning for each scrape whose steps of relabeling take away what rules of the component's kind read: these have no data, or
/// count what is missing as what is well.
pub(super) fn lost_metrics(jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for job in jobs {
        let lost = exposed::lost(job);
        let metrics: BTreeSet<&str> = lost.iter().map(|lost| lost.metric.as_str()).collect();
        let names: BTreeSet<&str> = lost.iter().map(|lost| lost.rule).collect();
        if names.is_empty() {
            continue;
        }
        out.push(
            loss(
                Target::Prometheus,
                &format!(
                    "`metric_relabel` drops {} of the job `{}`; rules of its kind use it: {}",
                    all_of(&Vec::from_iter(metrics)),
                    job.metrics.job,
                    all_of(&Vec::from_iter(names)),
                ),
                job.metrics.span,
                "drops it",
            )
            .about(&job.component.name)
            .help("leave these names in, or take these rules off"),
        );
    }
    out
}
