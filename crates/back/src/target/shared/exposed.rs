//! What is known of the metrics that jobs have: the lists of their kinds.

use std::collections::BTreeSet;

use super::scrape::Job;
use crate::{model::Component, template};

/// Series that Prometheus itself writes for each job.
const OF_PROMETHEUS: [&str; 2] = ["ALERTS", "up"];

/// Whether a job whose metrics these are has a series of this name. What rules record has a `:`.
pub(in crate::target) fn has(listed: &BTreeSet<&str>, metric: &str) -> bool {
    metric.contains(':')
        || metric.starts_with("scrape_")
        || OF_PROMETHEUS.contains(&metric)
        || listed.contains(metric)
}

/// All metrics of a job, where its component's kind lists them and nothing renames them.
pub(in crate::target) fn listed(jobs: &[Job<'_>], name: &str) -> Option<BTreeSet<&'static str>> {
    let of_component = |job: &&Job<'_>| job.metrics.job == name && job.component.name == name;
    let job = jobs.iter().find(of_component)?;
    let mut steps = job.metrics.metric_relabel.iter();
    let is_renamed = steps.any(|step| step.target_label.as_deref() == Some("__name__"));
    if is_renamed || job.component.exposes_more || job.component.exposes.is_empty() {
        return None;
    }
    Some(names(job.component).collect())
}

/// The metrics that the lists of a component's kind name.
pub(in crate::target) fn names(component: &Component) -> impl Iterator<Item = &'static str> {
    let lists = component.exposes.iter();
    let lists = lists.filter_map(|list| template::embedded(&format!("kinds/metrics/{list}.txt")));
    lists
        .flat_map(str::lines)
        .filter(|line| !line.starts_with('#'))
}
