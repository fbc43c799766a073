//! What a component is measured by, on the dashboard of its kind or on one of its own: the panels of the kind, those of
//! platform.toml, its containers, and how it is scraped.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Board,
    dashboard::{Choice, Dashboard},
    panel::{Panel, PanelTemplate},
    starts,
};
use crate::{
    model::{self, Component, Purpose},
    target::shared::{boards, scrape},
};

/// The dashboards of all components that are scraped or have panels of their own, each with the name of its file.
pub(super) fn dashboards(board: &Board<'_>) -> Vec<(String, Dashboard)> {
    let platform = board.context.platform;
    let mut kinds: BTreeMap<&str, Vec<&Component>> = BTreeMap::new();
    let mut out = Vec::new();
    for component in &platform.components {
        if boards::has_own(component) {
            out.push((component.name.clone(), dashboard_of(board, component)));
        } else if !board.jobs_of(&component.name).is_empty() {
            kinds.entry(&component.kind).or_default().push(component);
        }
    }
    // Grafana wants a title for one dashboard alone; kinds may share theirs.
    let mut titles = BTreeSet::new();
    for (kind, components) in kinds {
        let title = &components[0].title;
        let title = match titles.insert(title.clone()) {
            true => title.clone(),
            false => format!("{title} ({kind})"),
        };
        // No component has a name with a `.`.
        out.push((
            format!("kind.{kind}"),
            of_kind(board, kind, title, &components),
        ));
    }
    out
}

/// The dashboard of a component that has panels of its own. What nothing scrapes may push, or be measured by others: there are no
/// panels of its kind then, and no instances.
fn dashboard_of(board: &Board<'_>, component: &Component) -> Dashboard {
    let jobs = board.jobs_of(&component.name);
    let is_scraped = !jobs.is_empty();
    let selector = match jobs.first() {
        Some(job) => format!("{}, instance=~\"$instance\"", scrape::selector(&[*job])),
        None => scrape::one_of("job", &[&component.name]),
    };
    let mut panels = with_rows(&component.own_panels, &selector);
    if is_scraped {
        panels.extend(measured(board, &[component], &selector));
    }
    let services = component
        .workloads
        .iter()
        .map(|workload| workload.name.as_str())
        .collect::<Vec<_>>();
    let containers = container_matchers(board, &services);
    let matcher = format!("component=\"{}\"", component.name);
    let panels = in_order(
        board,
        &[component],
        (
            panels,
            containers.as_deref(),
            match is_scraped {
                true => scraping(&matcher, jobs.len()),
                false => Vec::new(),
            },
        ),
    );
    let has_starts = is_scraped || containers.is_some();
    let starts = starts::of_component(component, &matcher, containers.as_deref());
    Dashboard {
        uid: boards::own_uid(board.context.platform, component),
        title: component.name.clone(),
        description: component
            .description
            .clone()
            .unwrap_or_else(|| component.title.clone()),
        tags: tags(board, &[component]),
        is_overview: false,
        choice: Some(Choice {
            jobs: vec![component.name.clone()],
            fixed: true,
            instances: is_scraped,
        }),
        starts: has_starts.then_some(starts),
        panels,
    }
}

/// The dashboard of all components of a kind: a variable says which of them it shows.
fn of_kind(board: &Board<'_>, kind: &str, title: String, components: &[&Component]) -> Dashboard {
    let selector = "job=~\"$job\", instance=~\"$instance\"";
    let containers = containers_of_kind(board, components);
    let matcher = "component=~\"$job\"";
    let measured = measured(board, components, selector);
    let panels = in_order(
        board,
        components,
        (measured, containers.as_deref(), scraping(matcher, 1)),
    );
    Dashboard {
        uid: boards::kind_uid(board.context.platform, kind),
        title,
        description: match components {
            [only] => only.description.clone(),
            _ => None,
        }
        .unwrap_or_else(|| format!("Components of the kind {kind}")),
        tags: tags(board, components),
        is_overview: false,
        choice: Some(Choice {
            jobs: components.iter().map(|it| it.name.clone()).collect(),
            fixed: false,
            instances: true,
        }),
        starts: Some(starts::of_component(
            components[0],
            matcher,
            containers.as_deref(),
        )),
        panels,
    }
}

/// What components say of themselves, what their containers use (selected by matchers), and how they answer scrapes.
fn in_order(
    board: &Board<'_>,
    components: &[&Component],
    (measured, containers, scraping): (Vec<Panel>, Option<&str>, Vec<Panel>),
) -> Vec<Panel> {
    let containers = containers.into_iter().flat_map(self::containers);
    let slowest = container_metrics_interval(board);
    let containers = containers.map(|panel| panel.every(slowest, board.interval));
    with_scrape_interval(board, measured, components)
        .into_iter()
        .chain(containers)
        .chain(with_scrape_interval(board, scraping, components))
        .collect()
}

/// The time between two scrapes of what watches containers.
pub(super) fn container_metrics_interval(board: &Board<'_>) -> u64 {
    let watchers = board.jobs_for(Purpose::ContainerMetrics);
    let intervals = watchers.iter().map(|job| job.interval);
    intervals.max().unwrap_or_default()
}

/// Sets the interval of the panels' queries, if the components are scraped less often than usual.
fn with_scrape_interval(
    board: &Board<'_>,
    panels: Vec<Panel>,
    components: &[&Component],
) -> Vec<Panel> {
    let jobs = components.iter().flat_map(|it| board.jobs_of(&it.name));
    let slowest = jobs.map(|job| job.interval).max().unwrap_or_default();
    panels
        .into_iter()
        .map(|panel| panel.every(slowest, board.interval))
        .collect()
}

fn tags(board: &Board<'_>, components: &[&Component]) -> Vec<String> {
    let groups: BTreeSet<String> = components
        .iter()
        .filter_map(|it| it.group.clone())
        .collect();
    let platform = board.context.platform.name.clone();
    ["mlopsgen".to_string(), platform]
        .into_iter()
        .chain(groups)
        .collect()
}

/// The panels of a kind. What settings change of them stands beside the rest, in its row; a kind without panels has
/// those of any process.
fn measured(board: &Board<'_>, components: &[&Component], selector: &str) -> Vec<Panel> {
    let mut rows: Vec<(Option<&str>, Vec<&model::Panel>)> = Vec::new();
    for component in components {
        let mut row = None;
        let jobs = board.jobs_of(&component.name).iter();
        let jobs: BTreeSet<&str> = jobs.map(|job| job.metrics.job.as_str()).collect();
        let in_cluster = board.context.vantage.is_in_cluster();
        let has_jobs = |query: &model::Query| {
            let expr = query.expr.with("");
            scrape::has_jobs(&component.name, &expr, &jobs)
                && (in_cluster || !scrape::asks_nodes(&expr))
        };
        for panel in &component.panels {
            row = panel.row.as_deref().or(row);
            if !panel.queries.iter().any(has_jobs) {
                continue;
            }
            let at = rows.iter().position(|(title, _)| *title == row);
            let at = at.unwrap_or_else(|| {
                rows.push((row, Vec::new()));
                rows.len() - 1
            });
            let known = &mut rows[at].1;
            if !known.contains(&panel) {
                known.push(panel);
            }
        }
    }
    if rows.is_empty() {
        return process(selector);
    }
    let mut out = Vec::new();
    for (row, panels) in rows {
        out.extend(row.map(Panel::row));
        out.extend(panels.iter().map(|panel| Panel::of_model(panel, selector)));
    }
    match label_of_servers(board, components) {
        Some(label) => out
            .into_iter()
            .map(|it| it.with_server_in_legends(label))
            .collect(),
        None => out,
    }
}

/// The label that tells the servers of a dashboard apart; none where there is one server.
fn label_of_servers(board: &Board<'_>, components: &[&Component]) -> Option<&'static str> {
    let [only] = components else {
        return Some("job");
    };
    let jobs = board.jobs_of(&only.name);
    let is_many = jobs.first().is_some_and(|job| job.presence.several);
    is_many.then_some("instance")
}

fn with_rows(panels: &[model::Panel], selector: &str) -> Vec<Panel> {
    let mut out = Vec::new();
    for panel in panels {
        out.extend(panel.row.as_deref().map(Panel::row));
        out.push(Panel::of_model(panel, selector));
    }
    out
}

/// What the client libraries of most languages give about their own process.
fn process(selector: &str) -> Vec<Panel> {
    vec![
        Panel::row("Process"),
        Panel::new(PanelTemplate::Timeseries, "CPU", "Cores in use")
            .unit("cores")
            .zero_based()
            .query(
                format!("rate(process_cpu_seconds_total{{{selector}}}[$__rate_interval])"),
                "{{instance}}",
            ),
        Panel::new(PanelTemplate::Timeseries, "Memory", "Memory held in RAM")
            .unit("bytes")
            .zero_based()
            .query(
                format!("process_resident_memory_bytes{{{selector}}}"),
                "{{instance}}",
            ),
        Panel::new(
            PanelTemplate::Timeseries,
            "Open files",
            "Share of the file descriptors that it may open",
        )
        .share()
        .query(
            format!("process_open_fds{{{selector}}} / process_max_fds{{{selector}}}"),
            "{{instance}}",
        ),
        Panel::new(
            PanelTemplate::Timeseries,
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

/// What cAdvisor says of containers.
fn containers(matchers: &str) -> Vec<Panel> {
    vec![
        Panel::row("Containers"),
        Panel::new(PanelTemplate::Timeseries, "Container CPU", "Cores in use, by container")
            .unit("cores")
            .zero_based()
            .query(
                format!("sum by (name) (rate(container_cpu_usage_seconds_total{{{matchers}}}[$__rate_interval]))"),
                "{{name}}",
            ),
        Panel::new(
            PanelTemplate::Timeseries,
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
    if workloads.is_empty() {
        return None;
    }
    let of_service = scrape::one_of("container_label_com_docker_compose_service", workloads);
    compose_matchers(board, &of_service)
}

/// Selects the containers of the chosen component: its workloads are called after it and their part.
fn containers_of_kind(board: &Board<'_>, components: &[&Component]) -> Option<String> {
    let workloads = components.iter().flat_map(|it| &it.workloads);
    let parts: BTreeSet<&str> = workloads.filter_map(|it| it.part.as_deref()).collect();
    let parts: Vec<&str> = parts.into_iter().collect();
    let service = match parts.as_slice() {
        [] => "$job".to_string(),
        parts => format!("$job(-({}))?", parts.join("|")),
    };
    let of_service = format!("container_label_com_docker_compose_service=~\"{service}\"");
    compose_matchers(board, &of_service)
}

fn compose_matchers(board: &Board<'_>, of_service: &str) -> Option<String> {
    let matchers = board.containers.as_ref()?;
    Some(format!("{matchers}, {of_service}"))
}

/// How the component answers its scrapes.
fn scraping(selector: &str, jobs: usize) -> Vec<Panel> {
    let height = 3 + u32::try_from(jobs).unwrap_or(u32::MAX).min(5);
    vec![
        Panel::row("Scraping"),
        Panel::new(
            PanelTemplate::Timeline,
            "Answers",
            "Whether it answered Prometheus",
        )
        .size(24, height)
        .query(format!("up{{{selector}}}"), "{{job}} {{instance}}"),
        Panel::new(
            PanelTemplate::Timeseries,
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
            PanelTemplate::Timeseries,
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
