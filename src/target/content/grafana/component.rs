//! A component's dashboard: the panels of its kind, its containers, and how it is scraped.

use super::{
    Board,
    dashboard::{self, Dashboard},
    panel::{Look, Panel},
};
use crate::{
    model::Component,
    target::{
        Vantage,
        shared::scrape::{self, Job},
    },
};

pub(super) fn dashboard(board: &Board<'_>, component: &Component) -> Dashboard {
    let jobs = board.jobs_of(&component.name);
    let slowest = jobs
        .iter()
        .map(|job| job.interval)
        .max()
        .unwrap_or_default();
    let selector = scrape::selector(&jobs);
    let mut panels = Vec::new();
    for panel in &component.panels {
        panels.extend(panel.row.as_deref().map(Panel::row));
        panels.push(Panel::of_kind(panel));
    }
    if component.panels.is_empty() {
        panels.extend(process(&selector));
    }
    panels.extend(containers(board, component));
    panels.extend(scraping(&selector, &jobs));
    let panels = panels
        .into_iter()
        .map(|panel| panel.every(slowest, board.interval))
        .collect();
    let mut tags = vec!["mlopsgen".to_string(), board.context.platform.name.clone()];
    tags.extend(component.group.clone());
    Dashboard {
        uid: dashboard::uid(board, &component.name),
        title: component.name.clone(),
        description: component
            .description
            .clone()
            .unwrap_or_else(|| component.title.clone()),
        tags,
        overview: Some(dashboard::overview_uid(board)),
        panels,
    }
}

/// What the client libraries of most languages give about their own process.
fn process(selector: &str) -> Vec<Panel> {
    vec![
        Panel::row("Process"),
        Panel::new(Look::Timeseries, "CPU", "Cores in use")
            .unit("cores")
            .zero_based()
            .query(
                format!("rate(process_cpu_seconds_total{{{selector}}}[$__rate_interval])"),
                "{{instance}}",
            ),
        Panel::new(Look::Timeseries, "Memory", "Memory held in RAM")
            .unit("bytes")
            .zero_based()
            .query(
                format!("process_resident_memory_bytes{{{selector}}}"),
                "{{instance}}",
            ),
        Panel::new(
            Look::Timeseries,
            "Open files",
            "Share of the file descriptors that it may open",
        )
        .share()
        .query(
            format!("process_open_fds{{{selector}}} / process_max_fds{{{selector}}}"),
            "{{instance}}",
        ),
        Panel::new(
            Look::Timeseries,
            "Running for",
            "Time since it started; a drop is a restart",
        )
        .unit("s")
        .zero_based()
        .query(
            format!("time() - process_start_time_seconds{{{selector}}}"),
            "{{instance}}",
        ),
    ]
}

/// What cAdvisor says of the component's containers.
fn containers(board: &Board<'_>, component: &Component) -> Vec<Panel> {
    let workloads: Vec<&str> = component
        .workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect();
    let Some(matchers) = container_matchers(board, &workloads) else {
        return Vec::new();
    };
    vec![
        Panel::row("Containers"),
        Panel::new(Look::Timeseries, "Container CPU", "Cores in use, by container")
            .unit("cores")
            .zero_based()
            .query(
                format!("sum by (name) (rate(container_cpu_usage_seconds_total{{{matchers}}}[$__rate_interval]))"),
                "{{name}}",
            ),
        Panel::new(
            Look::Timeseries,
            "Container memory",
            "Memory that cannot be given back, by container",
        )
        .unit("bytes")
        .zero_based()
        .query(
            format!("sum by (name) (container_memory_working_set_bytes{{{matchers}}})"),
            "{{name}}",
        ),
    ]
}

/// Selects the containers of these workloads by the labels that Compose gives them. `None` where nobody watches
/// containers: in a cluster that is the kubelet's work.
pub(super) fn container_matchers(board: &Board<'_>, workloads: &[&str]) -> Option<String> {
    let jobs = board.jobs_of_kind("cadvisor");
    if jobs.is_empty() || workloads.is_empty() || board.context.vantage == Vantage::Kubernetes {
        return None;
    }
    Some(format!(
        "{}, container_label_com_docker_compose_project=\"{}\", {}",
        scrape::selector(&jobs),
        board.context.platform.name,
        scrape::one_of("container_label_com_docker_compose_service", workloads),
    ))
}

/// How the component answers its scrapes.
fn scraping(selector: &str, jobs: &[&Job<'_>]) -> Vec<Panel> {
    let height = 3 + u32::try_from(jobs.len()).unwrap_or(u32::MAX).min(5);
    vec![
        Panel::row("Scraping"),
        Panel::new(Look::Timeline, "Answers", "Whether it answered Prometheus")
            .size(24, height)
            .query(format!("up{{{selector}}}"), "{{job}} {{instance}}"),
        Panel::new(
            Look::Timeseries,
            "Time to answer",
            "How long a scrape takes",
        )
        .unit("s")
        .zero_based()
        .query(
            format!("scrape_duration_seconds{{{selector}}}"),
            "{{job}} {{instance}}",
        ),
        Panel::new(
            Look::Timeseries,
            "Samples in an answer",
            "Samples that an answer holds; growth without end means a label with too many values",
        )
        .zero_based()
        .query(
            format!("scrape_samples_scraped{{{selector}}}"),
            "{{job}} {{instance}}",
        ),
    ]
}
