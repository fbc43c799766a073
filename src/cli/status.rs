//! `mlopsgen status`: what runs, as one table.

use clap::Args;
use mlopsgen::{
    Bind, Platform, Workload,
    engine::{Container, Engine, Inspected, inspected, select},
    files::Target,
    plan::Failure,
};
use serde::Serialize;

use super::{Context, json, running, table::Columns, terminal::foreign, up::without_compose};

/// Show the state, health, address and restarts of every workload
///
/// Needs no secrets. Exits with the status of Compose.
#[derive(Args)]
#[command(after_help = "\
Examples:
  mlopsgen status
  mlopsgen status tracking --format json")]
pub struct StatusArgs {
    /// The groups to show [default: all]
    #[arg(value_name = "GROUP")]
    groups: Vec<String>,
}

/// One container, or a workload that has none.
#[derive(Serialize)]
struct Row {
    component: String,
    workload: String,
    /// Nothing for a container whose component is gone.
    group: Option<String>,
    /// The state in the engine's words, such as `running`; `absent` if there is no container.
    state: String,
    health: Option<String>,
    exit_code: Option<i64>,
    /// The addresses at which a browser or a client reaches it.
    urls: Vec<String>,
    /// When it was started, in UTC.
    since: Option<String>,
    restarts: Option<u64>,
}

const HEADS: [&str; 7] = [
    "GROUP",
    "COMPONENT",
    "STATE",
    "HEALTH",
    "URL",
    "SINCE",
    "RESTARTS",
];

pub fn run(args: &StatusArgs, context: &Context) -> Result<u8, Failure> {
    let is_json = context.is_json("status")?;
    let Some(running) = running::open(context)? else {
        return Ok(1);
    };
    let platform = &running.output.platform;
    let selection = select(platform, &running.output.graph, &args.groups)?;
    let engine = Engine::find()?;
    let containers = engine.containers(running.name())?;
    let has_compose = platform.targets.contains(&Target::Compose);
    if !has_compose && containers.is_empty() {
        return Err(without_compose());
    }
    let details = engine.inspect(&containers);
    let mut rows = Vec::new();
    for workload in selection.workloads() {
        let of_it = containers.iter().filter(|c| c.service == workload.name);
        let mut found = of_it.peekable();
        if found.peek().is_none() && has_compose {
            rows.push(row(platform, workload, None, None));
        }
        for container in found {
            rows.push(row(
                platform,
                workload,
                Some(container),
                inspected(container, &details),
            ));
        }
    }
    let orphans = match args.groups.as_slice() {
        [] => running.orphans(&selection, &containers, &engine)?,
        _ => Vec::new(),
    };
    for orphan in &orphans {
        let of_it = containers.iter().find(|it| it.name == orphan.container);
        rows.extend(of_it.map(|it| orphaned(it, inspected(it, &details))));
    }
    if is_json {
        let document = serde_json::json!({ "components": rows });
        context.terminal.out(&json::text(&document))?;
    } else {
        context.terminal.out(&table(&rows))?;
        if !orphans.is_empty() {
            let text = "Without a group: no component of that name is left; `mlopsgen doctor` says what to do.\n";
            context.terminal.out(&context.terminal.with_flags(text))?;
        }
    }
    Ok(0)
}

fn row(
    platform: &Platform,
    workload: &Workload,
    container: Option<&Container>,
    detail: Option<&Inspected>,
) -> Row {
    let mut urls: Vec<String> = Vec::new();
    for publisher in container.iter().flat_map(|container| container.published()) {
        let port = workload.ports.iter().find(|port| {
            port.container.first <= publisher.target_port
                && publisher.target_port <= port.container.last
        });
        // Of a container in the host's own network the engine names no address.
        let bind = Bind::parse(&publisher.url).unwrap_or(Bind::EVERYWHERE);
        let host = bind.browser_host();
        let scheme = port.map_or("tcp", |port| port.scheme.name());
        let path = port.map_or("", |port| port.path.as_str());
        let url = format!("{scheme}://{host}:{}{path}", publisher.published_port);
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    let state = container.map_or("absent", |container| container.state.as_str());
    let exit_code = container.filter(|container| container.state == "exited");
    let component = platform.component(&workload.component);
    Row {
        component: component.map_or(workload.component.clone(), |c| c.name.clone()),
        workload: workload.name.clone(),
        group: Some(workload.group.clone()),
        state: state.to_string(),
        health: container
            .map(|container| container.health.clone())
            .filter(|health| !health.is_empty()),
        exit_code: exit_code.map(|container| container.exit_code),
        urls,
        since: detail.and_then(Inspected::started),
        restarts: detail.map(|detail| detail.restart_count),
    }
}

/// The row of a container whose component is gone.
fn orphaned(container: &Container, detail: Option<&Inspected>) -> Row {
    let exit_code = (container.state == "exited").then_some(container.exit_code);
    Row {
        component: container.service.clone(),
        workload: container.service.clone(),
        group: None,
        state: container.state.clone(),
        health: Some(container.health.clone()).filter(|health| !health.is_empty()),
        exit_code,
        urls: Vec::new(),
        since: detail.and_then(Inspected::started),
        restarts: detail.map(|detail| detail.restart_count),
    }
}

fn table(rows: &[Row]) -> String {
    let mut columns = Columns::default();
    columns.row(HEADS);
    for row in rows {
        columns.row(cells(row).each_ref().map(String::as_str));
    }
    columns.text("")
}

fn cells(row: &Row) -> [String; 7] {
    let state = match row.exit_code {
        Some(code) => format!("{} ({code})", row.state),
        None => row.state.clone(),
    };
    let or_dash = |text: Option<String>| {
        text.filter(|text| !text.is_empty())
            .unwrap_or("-".to_string())
    };
    [
        or_dash(row.group.clone()),
        foreign(&row.workload),
        foreign(&state),
        or_dash(row.health.as_deref().map(foreign)),
        or_dash(Some(row.urls.join(" "))),
        or_dash(row.since.clone().map(|since| since.replace('T', " "))),
        or_dash(row.restarts.map(|restarts| restarts.to_string())),
    ]
}
