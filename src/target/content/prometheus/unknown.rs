//! Alerts of the user's own that ask for jobs that nothing scrapes: they never fire.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, nearest},
    model::{Component, SettingValue},
    target::shared::{expr::jobs_of, scrape::Job},
};

/// A warning for each alert that names a job that does not exist. Who has scrape jobs of their own knows them better.
pub(super) fn unknown_jobs(
    components: &[Component],
    prometheus: &Component,
    jobs: &[Job<'_>],
) -> Vec<Diagnostic> {
    let own = prometheus.setting("scrape_configs");
    if matches!(own, Some(SettingValue::Files(files)) if !files.is_empty()) {
        return Vec::new();
    }
    let known: BTreeSet<&str> = jobs.iter().map(|job| job.metrics.job.as_str()).collect();
    let alerts = components
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
                        "prometheus: the alert `{}` asks for the job `{job}`, which is not scraped: the alert has no data",
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
