//! Alerts of the user's own that ask for jobs that nothing scrapes, or a job for metrics that it does not have: they never
//! fire. And rules of kinds that read what the scrape of their component takes away.

use std::collections::BTreeSet;

use crate::{
    diag::{Diagnostic, nearest},
    files::Target,
    model::{Alert, Component, Platform, SettingFile, SettingValue, probe_job},
    target::shared::{
        exposed,
        expr::{asked_of, asked_of_any, other_jobs},
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
    for (component, alert) in own_alerts_on_jobs(platform) {
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

/// The alerts that no kind wrote.
fn own_alerts(platform: &Platform) -> impl Iterator<Item = (&Component, &Alert)> {
    let components = platform.components.iter();
    components
        .flat_map(|component| component.alerts.iter().map(move |alert| (component, alert)))
        .filter(|(_, alert)| !alert.from_kind)
}

/// Those that may name a job.
fn own_alerts_on_jobs(platform: &Platform) -> impl Iterator<Item = (&Component, &Alert)> {
    own_alerts(platform).filter(|(_, alert)| alert.expr.contains("job"))
}

/// A warning for each alert that asks all jobs for a metric that none has, where the kinds of all of them list what there is. Who has
/// scrape jobs of their own, or rules that record something, may have it from there.
pub(super) fn metrics_of_nobody(
    platform: &Platform,
    prometheus: &Component,
    jobs: &[Job<'_>],
) -> Vec<Diagnostic> {
    let files = |name: &str| match prometheus.setting(name) {
        Some(SettingValue::Files(files)) => files.as_slice(),
        _ => &[],
    };
    let records = |file: &SettingFile| String::from_utf8_lossy(&file.bytes).contains("record:");
    if !files("scrape_configs").is_empty() || files("rules").iter().any(records) {
        return Vec::new();
    }
    let mut known: Option<BTreeSet<&str>> = None;
    let mut out = Vec::new();
    for (component, alert) in own_alerts(platform) {
        let metrics = asked_of_any(&alert.expr).into_iter();
        for metric in metrics.filter(|metric| exposed::all_lack(jobs, metric)) {
            let known = known.get_or_insert_with(|| {
                jobs.iter()
                    .flat_map(|job| exposed::names(job.component))
                    .collect()
            });
            out.push(
                loss(
                    Target::Prometheus,
                    &format!(
                        "the alert `{}` asks for `{metric}`, which no scrape job has: it does not see what it asks for",
                        alert.name
                    ),
                    alert.span,
                    "this alert",
                )
                .about(&component.name)
                .help(match nearest(&metric, known.iter().copied()) {
                    Some(near) => format!("the nearest name that one of them has is `{near}`"),
                    None => "ask Prometheus what there is: `count by (__name__) ({job!=\"\"})`".to_string(),
                }),
            );
        }
    }
    out
}

/// A warning for each alert that asks a job for a metric that it does not have, where the kind of the job's component lists
/// what there is.
pub(super) fn unknown_metrics(platform: &Platform, jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (component, alert) in own_alerts_on_jobs(platform) {
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
