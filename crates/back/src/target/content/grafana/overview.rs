//! The dashboard of the whole platform: what is wrong, who works, how requests are answered, and what stores, containers
//! and hosts use.

use std::collections::BTreeMap;

use super::{
    Board, component,
    dashboard::Dashboard,
    logs::Logs,
    panel::{self, Panel, PanelTemplate},
    probed, starts, totals,
};
use crate::{
    model::{AlertSeverity, Component, Expression, Icon, Purpose, Requests},
    target::shared::{
        boards,
        probes::{self, ProbedWorkload},
        scrape::{self, Job, Presence},
    },
};

pub(super) fn dashboard(board: &Board<'_>) -> Dashboard {
    let platform = board.context.platform;
    let mut panels = totals::panels(board);
    panels.extend(alerts(board));
    panels.extend(groups(board));
    panels.extend(services(board));
    panels.extend(stores(board));
    panels.extend(containers(board));
    panels.extend(host(board));
    panels.extend(probed::panels(board));
    panels.extend(jobs(board));
    Dashboard {
        uid: boards::overview_uid(platform),
        title: "Platform overview".to_string(),
        description: platform
            .description
            .clone()
            .unwrap_or_else(|| platform.name.clone()),
        tags: vec!["mlopsgen".to_string(), platform.name.clone()],
        is_overview: true,
        choice: None,
        // A deployment starts programs: what changed next to what went wrong.
        starts: Some(starts::of_all(board)),
        panels,
    }
}

/// One panel a group, with a tile a component that leads to its dashboard.
fn groups(board: &Board<'_>) -> Vec<Panel> {
    let platform = board.context.platform;
    let mut of_group: BTreeMap<Option<&str>, Vec<&Component>> = BTreeMap::new();
    for component in &platform.components {
        if is_watched(board, component) {
            let of_group = of_group.entry(component.group.as_deref());
            of_group.or_default().push(component);
        }
    }
    let mut groups = Vec::new();
    let declared = platform.groups.iter().map(|group| {
        let title = group.name.as_str();
        let description = format!("Components of the group {title}: a click opens the dashboard");
        (Some(title), title, description)
    });
    let elsewhere = "Components that run outside of the platform".to_string();
    for (name, title, description) in declared.chain([(None, "Elsewhere", elsewhere)]) {
        let members = of_group.remove(&name).unwrap_or_default();
        let width = match members.len() {
            0 => continue,
            1 | 2 => 6,
            3..=6 => 12,
            _ => 24,
        };
        // Of more than eight tiles Grafana makes several rows.
        let rows = u32::try_from(members.len().div_ceil(8)).unwrap_or(u32::MAX);
        let height = rows.saturating_mul(3).saturating_add(1);
        groups.push(tiles(board, title, &description, &members).size(width, height));
    }
    std::iter::once(Panel::row("Components"))
        .chain(panel::packed(groups))
        .collect()
}

/// Whether it is scraped, or asked from outside.
pub(super) fn is_watched(board: &Board<'_>, component: &Component) -> bool {
    !board.jobs_of(&component.name).is_empty() || !board.asked_of(&component.name).is_empty()
}

/// A tile a component. Those that tell in the same way whether they work share a query and a link.
fn tiles(board: &Board<'_>, title: &str, description: &str, members: &[&Component]) -> Panel {
    let platform = board.context.platform;
    let mut panel = Panel::new(PanelTemplate::Tiles, title, description);
    let mut alike: BTreeMap<(&str, bool, Option<&Expression>), Vec<&Component>> = BTreeMap::new();
    for member in members {
        // Of several instances behind one name all may be gone: then their tile has to stay.
        let alone = boards::has_own(member)
            || presence(board, member).several
            || !board.asked_of(&member.name).is_empty();
        let healthy = member.healthy.as_ref();
        let key = if alone { &member.name } else { &member.kind };
        alike.entry((key, alone, healthy)).or_default().push(member);
    }
    for ((kind, _, healthy), members) in alike {
        let [member] = members.as_slice() else {
            let names: Vec<&str> = members.iter().map(|it| it.name.as_str()).collect();
            let jobs = board.jobs_of_all(&names);
            let works = scrape::healthy(healthy, &names, &jobs);
            let uid = boards::kind_uid(platform, kind);
            panel = panel
                .query(format!("min by (component) ({works})"), "{{component}}")
                .links(
                    &format!("/^({})$/", names.join("|")),
                    &format!("/d/{uid}?var-job=${{__field.labels.component}}"),
                );
            continue;
        };
        let name = &member.name;
        panel = panel.query(state_query(board, member), name);
        // What is asked from outside alone has no dashboard but one of its own panels.
        if !board.jobs_of(name).is_empty() || boards::has_own(member) {
            panel = panel.link(name, &boards::path(platform, member));
        }
    }
    panel
}

/// 1 = works, 2 = unknown. One working instance is enough. If one is expected and none reports, it is down.
fn state_query(board: &Board<'_>, component: &Component) -> String {
    let jobs = deciding(board, component);
    let asked = board.asked_of(&component.name);
    let mut states = Vec::new();
    if !jobs.is_empty() {
        let healthy = component.healthy.as_ref();
        states.push(scrape::healthy(healthy, &[&component.name], jobs));
    }
    if !asked.is_empty() {
        states.push(probes::states(asked));
    }
    let healthy = states.join(" or ");
    let presence = presence(board, component);
    let of_all = if presence.several { "max" } else { "min" };
    let absent = if presence.may_be_off {
        String::new()
    } else {
        format!(" or vector(0){}", while_enabled(board, component))
    };
    format!("{of_all}({healthy}){absent}")
}

/// The jobs that tell whether a component works. Of several instances the best counts, so their other endpoints say nothing: one
/// that answers would hide that the program itself is dead on all.
pub(super) fn deciding<'b>(board: &'b Board<'_>, component: &Component) -> &'b [&'b Job<'b>] {
    let jobs = board.jobs_of(&component.name);
    match presence(board, component).several {
        true => &jobs[..jobs.len().min(1)],
        false => jobs,
    }
}

/// The mark by which the chart takes away what stands before it while its values say that the workload does not run; nothing
/// elsewhere.
pub(super) fn while_enabled(board: &Board<'_>, component: &Component) -> String {
    let jobs = board.jobs_of(&component.name);
    let asked = board.asked_of(&component.name);
    let of_job = jobs.first().and_then(|job| job.workload());
    match of_job.or(asked.first().map(|asked| asked.workload)) {
        Some(workload) if board.context.vantage.is_in_cluster() => {
            format!(" # mlopsgen:workload {}", workload.name)
        }
        _ => String::new(),
    }
}

/// That of the first job, which is the component's own.
pub(super) fn presence(board: &Board<'_>, component: &Component) -> Presence {
    let jobs = board.jobs_of(&component.name);
    let asked = board.asked_of(&component.name);
    let first = jobs.first().map(|job| job.presence);
    first
        .or(asked.first().map(|asked| asked.presence))
        .unwrap_or_default()
}

/// The state of every instance: of programs behind exporters their own.
fn states(board: &Board<'_>) -> String {
    let mut alike: BTreeMap<&Expression, Vec<&str>> = BTreeMap::new();
    for component in &board.context.platform.components {
        if let Some(healthy) = &component.healthy
            && !board.jobs_of(&component.name).is_empty()
        {
            alike.entry(healthy).or_default().push(&component.name);
        }
    }
    let mut own: Vec<String> = Vec::new();
    for (healthy, names) in alike {
        let jobs = board.jobs_of_all(&names);
        own.push(format!(
            "({})",
            scrape::healthy(Some(healthy), &names, &jobs)
        ));
    }
    let asked: Vec<&ProbedWorkload<'_>> = board.asked.iter().collect();
    if !asked.is_empty() {
        own.push(probes::states(&asked));
    }
    own.push("up".to_string());
    own.join(" or on (job, instance) ")
}

fn jobs(board: &Board<'_>) -> Vec<Panel> {
    let states = states(board);
    let by = "max by (group, component, job, instance)";
    let height = u32::try_from(board.jobs.len() + board.asked.len())
        .unwrap_or(u32::MAX)
        .clamp(3, 20);
    vec![
        Panel::row("Scrape jobs"),
        Panel::new(
            PanelTemplate::Jobs,
            "Jobs",
            "Every scrape job as Prometheus has it",
        )
        .size(24, 3 + height)
        .query(format!("{by} ({states})"), "")
        .query(format!("{by} (scrape_duration_seconds)"), "")
        .query(format!("{by} (scrape_samples_scraped)"), "")
        .with_logs(Logs::of(board).as_ref()),
        Panel::new(PanelTemplate::Timeline, "States", "What worked, and when")
            .size(24, 3 + height)
            .query(format!("min by (job) ({states})"), "{{job}}"),
    ]
}

/// The alerts that fire, each with the place of its severity as its value: by the words `info` would come before `warning`.
fn firing_by_severity() -> String {
    let mut each: Vec<String> = (1..)
        .zip(AlertSeverity::NAMES)
        .map(|(place, name)| {
            format!("ALERTS{{alertstate=\"firing\", severity=\"{name}\"}} * {place}")
        })
        .collect();
    each.push(format!(
        "ALERTS{{alertstate=\"firing\", severity!~\"{}\"}} * {}",
        AlertSeverity::NAMES.join("|"),
        AlertSeverity::NAMES.len() + 1
    ));
    each.join(" or ")
}

fn alerts(board: &Board<'_>) -> Vec<Panel> {
    vec![
        Panel::row("Alerts"),
        Panel::new(PanelTemplate::Alerts, "Firing", "Alerts that fire now")
            .size(14, 8)
            .query(firing_by_severity(), "")
            .with_logs(Logs::of(board).as_ref()),
        Panel::new(
            PanelTemplate::Severities,
            "Firing over time",
            "Alerts that fire, by severity",
        )
        .size(10, 8)
        .zero_based()
        .stacked()
        .query(
            "count by (severity) (ALERTS{alertstate=\"firing\"})",
            "{{severity}}",
        ),
    ]
}

/// How requests are answered: how many there are, how many fail, how long they take. Of components that count them.
fn services(board: &Board<'_>) -> Vec<Panel> {
    let scraped: Vec<&Component> = board
        .context
        .platform
        .components
        .iter()
        .filter(|component| !board.jobs_of(&component.name).is_empty())
        .collect();
    let mut rate = Panel::new(PanelTemplate::Timeseries, "Requests", "Requests a second")
        .unit("reqps")
        .zero_based();
    for (expr, _) in by_counter(&scraped, |it| Some((it.all.clone()?, None))) {
        rate = rate.query(
            format!("sum by (job) (rate({expr}[$__rate_interval]))"),
            "{{job}}",
        );
    }
    let mut failed = Panel::new(
        PanelTemplate::Timeseries,
        "Errors",
        "Share of requests that failed",
    )
    .share();
    for (all, errors) in by_counter(&scraped, |it| {
        Some((it.all.clone()?, Some(it.errors.clone()?)))
    }) {
        let rate = |series: &str| format!("sum by (job) (rate({series}[$__rate_interval]))");
        let (errors, all) = (rate(&errors.unwrap_or_default()), rate(&all));
        // The series of errors begins with the first one: until then their share is nothing.
        failed = failed.query(format!("({errors} or {all} * 0) / {all}"), "{{job}}");
    }
    let mut slow = Panel::new(
        PanelTemplate::Timeseries,
        "Duration",
        "95 % of the requests are faster",
    )
    .unit("s")
    .zero_based();
    for (expr, _) in by_counter(&scraped, |it| Some((it.durations.clone()?, None))) {
        slow = slow.query(
            format!("histogram_quantile(0.95, sum by (job, le) (rate({expr}[$__rate_interval])))"),
            "{{job}}",
        );
    }
    let panels: Vec<Panel> = [rate, failed, slow]
        .into_iter()
        .filter(|panel| !panel.queries.is_empty())
        .map(|panel| panel.size(8, 8))
        .collect();
    if panels.is_empty() {
        return panels;
    }
    let first = std::iter::once(Panel::row("Services"));
    first.chain(panels).collect()
}

/// Series of components that count alike, as one query of all of them.
fn by_counter(
    components: &[&Component],
    read: impl Fn(&Requests) -> Option<(Expression, Option<Expression>)>,
) -> Vec<(String, Option<String>)> {
    let mut alike: BTreeMap<(Expression, Option<Expression>), Vec<&str>> = BTreeMap::new();
    for component in components {
        if let Some(series) = read(&component.requests) {
            alike.entry(series).or_default().push(&component.name);
        }
    }
    let queries = alike.into_iter().map(|((first, second), jobs)| {
        let selector = scrape::one_of("job", &jobs);
        let second = second.map(|it| it.with(&selector));
        (first.with(&selector), second)
    });
    queries.collect()
}

/// What each store uses: how busy its processors are, how full its memory is.
fn stores(board: &Board<'_>) -> Vec<Panel> {
    let stores = board.context.platform.components.iter();
    let workloads: Vec<&str> = stores
        .filter(|component| component.icon == Icon::Store)
        .filter_map(|component| Some(component.main()?.name.as_str()))
        .collect();
    let Some(matchers) = component::container_matchers(board, &workloads) else {
        return Vec::new();
    };
    let by = "by (container_label_com_docker_compose_service)";
    let legend = "{{container_label_com_docker_compose_service}}";
    let panels = [
        Panel::new(PanelTemplate::Timeseries, "CPU of stores", "Cores in use")
            .unit("cores")
            .zero_based()
            .query(
                format!("sum {by} (rate(container_cpu_usage_seconds_total{{{matchers}}}[$__rate_interval]))"),
                legend,
            ),
        Panel::new(
            PanelTemplate::Timeseries,
            "Memory of stores",
            "Share of the memory that they may use",
        )
        .share()
        .query(
            format!("sum {by} (container_memory_working_set_bytes{{{matchers}}}) / (sum {by} (container_spec_memory_limit_bytes{{{matchers}}}) > 0)"),
            legend,
        ),
        Panel::new(
            PanelTemplate::Timeseries,
            "Disk of stores",
            "Bytes a second that they read and write",
        )
        .unit("Bps")
        .zero_based()
        .query(
            format!("sum {by} (rate(container_fs_reads_bytes_total{{{matchers}}}[$__rate_interval])) + sum {by} (rate(container_fs_writes_bytes_total{{{matchers}}}[$__rate_interval]))"),
            legend,
        ),
    ];
    let slowest = component::container_metrics_interval(board);
    let panels = panels
        .into_iter()
        .map(|panel| panel.size(8, 8).every(slowest, board.interval));
    std::iter::once(Panel::row("Stores"))
        .chain(panels)
        .collect()
}

/// What the containers of each group use.
fn containers(board: &Board<'_>) -> Vec<Panel> {
    let platform = board.context.platform;
    let mut cpu = Panel::new(PanelTemplate::Timeseries, "CPU by group", "Cores in use")
        .unit("cores")
        .zero_based()
        .stacked();
    let mut memory = Panel::new(
        PanelTemplate::Timeseries,
        "Memory by group",
        "Memory that cannot be given back",
    )
    .unit("bytes")
    .zero_based()
    .stacked();
    let mut of_group: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for workload in platform.workloads() {
        let of_group = of_group.entry(&workload.group);
        of_group.or_default().push(&workload.name);
    }
    for group in &platform.groups {
        let workloads = of_group.remove(group.name.as_str()).unwrap_or_default();
        let Some(matchers) = component::container_matchers(board, &workloads) else {
            continue;
        };
        cpu = cpu.query(
            format!("sum(rate(container_cpu_usage_seconds_total{{{matchers}}}[$__rate_interval]))"),
            &group.name,
        );
        memory = memory.query(
            format!("sum(container_memory_working_set_bytes{{{matchers}}})"),
            &group.name,
        );
    }
    if cpu.queries.is_empty() {
        return Vec::new();
    }
    let slowest = component::container_metrics_interval(board);
    vec![
        Panel::row("Containers"),
        cpu.every(slowest, board.interval),
        memory.every(slowest, board.interval),
    ]
}

/// What the machines have left.
fn host(board: &Board<'_>) -> Vec<Panel> {
    let exporters = board.jobs_for(Purpose::MachineMetrics);
    if exporters.is_empty() {
        return Vec::new();
    }
    let node = scrape::selector(&exporters);
    let slowest = exporters
        .iter()
        .map(|job| job.interval)
        .max()
        .unwrap_or_default();
    let panels = [
        Panel::new(PanelTemplate::Timeseries, "CPU", "Share of the processors in use")
            .share()
            .query(
                format!("1 - avg by (instance) (rate(node_cpu_seconds_total{{{node}, mode=\"idle\"}}[$__rate_interval]))"),
                "{{instance}}",
            ),
        Panel::new(PanelTemplate::Timeseries, "Memory", "Share of the memory in use")
            .share()
            .query(
                format!("1 - node_memory_MemAvailable_bytes{{{node}}} / node_memory_MemTotal_bytes{{{node}}}"),
                "{{instance}}",
            ),
        Panel::new(PanelTemplate::Timeseries, "Disks", "Share of each file system in use")
            .share()
            .query(
                format!("1 - max by (instance, device) (node_filesystem_avail_bytes{{{node}, fstype!~\"tmpfs|overlay|squashfs\"}} / node_filesystem_size_bytes{{{node}, fstype!~\"tmpfs|overlay|squashfs\"}})"),
                "{{instance}} {{device}}",
            ),
        Panel::new(
            PanelTemplate::Timeseries,
            "Load",
            "Processes that run or wait, for each processor: beyond 1 they wait",
        )
        .zero_based()
        .query(
            format!("node_load5{{{node}}} / on (instance) count by (instance) (node_cpu_seconds_total{{{node}, mode=\"idle\"}})"),
            "{{instance}}",
        ),
    ];
    let placed = panels
        .into_iter()
        .map(|panel| panel.every(slowest, board.interval));
    std::iter::once(Panel::row("Host")).chain(placed).collect()
}
