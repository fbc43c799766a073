//! Alerts of the user's own that ask for jobs that nothing scrapes: they never fire.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, nearest},
    model::{Component, Platform, SettingValue, probe_job},
    target::shared::{expr::jobs_of, scrape::Job},
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
    let alerts = platform
        .components
        .iter()
        .flat_map(|component| component.alerts.iter().map(move |alert| (component, alert)))
        .filter(|(_, alert)| !alert.from_kind && alert.expr.contains("job"));
    let mut out = Vec::new();
    for (component, alert) in alerts {
        for job in jobs_of(&alert.expr) {
            if known.contains(job.as_str()) {
                continue;
            }
            out.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!(
                        "prometheus: the alert `{}` asks for the job `{job}`, which is not scraped: it does not see what it asks for",
                        alert.name
                    ),
                )
                .about(&component.name)
                .label(alert.span, "this alert")
                .misspelled(&job, nearest(&job, known.iter().copied()), || {
                    "a scrape job has the name of its component; `metrics` makes one".to_string()
                }),
            );
        }
    }
    out
}
