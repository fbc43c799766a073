//! What cAdvisor says of the containers that Compose runs: it knows each by its project and service.

use super::{
    probes::Asked,
    scrape::{self, Job, Presence, Scraper},
};
use crate::{
    model::{Component, Platform, Workload},
    target::Vantage,
};

/// The series of the platform's containers, without the closing brace; `None` where no cAdvisor is asked for them.
pub(in crate::target) fn matchers(
    platform: &Platform,
    jobs: &[Job<'_>],
    vantage: Vantage,
) -> Option<String> {
    let watchers: Vec<&Job<'_>> = jobs
        .iter()
        .filter(|job| job.component.kind == "cadvisor")
        .collect();
    if watchers.is_empty() || vantage.is_in_cluster() {
        return None;
    }
    Some(format!(
        "{}, container_label_com_docker_compose_project=\"{}\"",
        scrape::selector(&watchers),
        platform.project,
    ))
}

/// A matcher of the containers of one service.
pub(in crate::target) fn of_service(workload: &str) -> String {
    format!("container_label_com_docker_compose_service=\"{workload}\"")
}

/// The workloads of which nobody else hears when they are gone: their component gives no metrics, and nothing asks it from
/// outside.
pub(in crate::target) fn unseen<'a>(
    platform: &'a Platform,
    prometheus: &Component,
    jobs: &[Job<'_>],
    asked: &[Asked<'_>],
    vantage: Vantage,
) -> Vec<&'a Workload> {
    let scraper = Scraper::new(platform, prometheus, vantage);
    let is_seen = |workload: &Workload| {
        let scraped = jobs.iter().map(|job| job.component);
        let probed = asked.iter().map(|asked| asked.component);
        let mut seen = scraped.chain(probed);
        seen.any(|component| component.name == workload.component)
    };
    platform
        .workloads()
        .filter(|workload| scraper.presence(workload) != Presence::Sometimes)
        .filter(|workload| !is_seen(workload))
        .collect()
}
