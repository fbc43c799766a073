//! What cAdvisor says of the containers that Compose runs: it knows each by its project and service.

use super::{
    probes::ProbedWorkload,
    scrape::{self, Job, Scraper},
};
use crate::{
    model::{Component, Platform, Purpose, Workload},
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
        .filter(|job| job.component.purpose == Some(Purpose::ContainerMetrics))
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

/// The workloads of which only cAdvisor tells that they are gone: their metrics are not scraped, and nothing asks them from
/// outside. None where no cAdvisor is asked.
pub(in crate::target) fn unseen<'a>(
    platform: &'a Platform,
    prometheus: &Component,
    jobs: &[Job<'_>],
    asked: &[ProbedWorkload<'_>],
    vantage: Vantage,
) -> Vec<&'a Workload> {
    if matchers(platform, jobs, vantage).is_none() {
        return Vec::new();
    }
    let scraper = Scraper::new(platform, prometheus, vantage);
    let is_asked = |workload: &Workload| asked.iter().any(|it| it.workload.name == workload.name);
    platform
        .workloads()
        .filter(|workload| !scraper.presence(workload).may_be_off)
        .filter(|workload| !scrape::is_measured(workload, jobs) && !is_asked(workload))
        .collect()
}
