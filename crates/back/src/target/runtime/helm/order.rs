//! What a workload waits for.

use serde_json::{Map, Value, json};

use super::chart::Builder;
use crate::{
    graph::Peer,
    model::{Condition, Dependency, Platform, Port, Probe, Protocol, Workload},
    syntax,
};

/// The ports that must accept connections before the start. A guest in another pod's network waits for nothing: the other
/// workload may wait for the guest's host.
pub fn wait_for(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for dependency in &workload.depends_on {
        let waits = dependency.condition != Condition::Completed
            && is_awaited(builder.context.platform, dependency);
        if waits_for_job(builder, workload, dependency) {
            continue;
        }
        let is_guest = builder.pods.foreign_owner_of(&workload.name).is_some();
        let port = wait_port(builder, workload, dependency).filter(|_| waits && !is_guest);
        match port {
            Some(port) => {
                out.insert(dependency.workload.clone(), json!(port));
            }
            None => lost_order(builder, workload, dependency),
        }
    }
    out
}

/// Whether a workload starts only once the other one is as the dependency says.
pub fn is_awaited(platform: &Platform, dependency: &Dependency) -> bool {
    match dependency.condition {
        Condition::Completed | Condition::Healthy => true,
        // Where there is no check, taking connections is the nearest thing to having started. A check that Compose can't run
        // is one all the same here.
        Condition::Started => platform
            .workload(&dependency.workload)
            .is_some_and(|other| other.health.as_ref().is_none_or(|it| !it.inside)),
    }
}

/// Jobs that must have succeeded first. One that runs in another's pod has no end that the cluster could be asked for.
pub fn wait_for_jobs(builder: &Builder<'_>, workload: &Workload) -> Vec<String> {
    let mut jobs: Vec<String> = workload
        .depends_on
        .iter()
        .filter(|dependency| waits_for_job(builder, workload, dependency))
        .map(|dependency| dependency.workload.clone())
        .collect();
    jobs.sort();
    jobs.dedup();
    jobs
}

fn waits_for_job(builder: &Builder<'_>, workload: &Workload, dependency: &Dependency) -> bool {
    let other = builder.context.platform.workload(&dependency.workload);
    dependency.condition == Condition::Completed
        && other.is_some_and(|other| other.is_job() && !other.in_chart)
        && builder.pods.foreign_owner_of(&workload.name).is_none()
        && builder
            .pods
            .foreign_owner_of(&dependency.workload)
            .is_none()
}

/// A TCP port of the other that this one may reach: that of its health check, else its first.
fn wait_port(builder: &Builder<'_>, workload: &Workload, dependency: &Dependency) -> Option<u16> {
    let other = builder.context.platform.workload(&dependency.workload)?;
    let is_same_pod = builder.pods.owner_of(&other.name) == builder.pods.owner_of(&workload.name);
    if other.is_job() || other.is_part_of_chart() || is_same_pod {
        return None;
    }
    let peer = Peer::Workload(workload.name.clone());
    let open = |port: &Port| {
        other.component == workload.component
            || builder
                .context
                .graph
                .edges_from(&peer)
                .filter(|edge| edge.to == other.name)
                .flat_map(|edge| &edge.ports)
                .any(|open| open.range == port.container && open.protocol == port.protocol)
    };
    let reachable: Vec<&Port> = other
        .ports
        .iter()
        .filter(|port| port.protocol == Protocol::Tcp && open(port))
        .collect();
    let checked = match other.health.as_ref().map(|health| &health.probe) {
        Some(Probe::Http { number, .. } | Probe::Tcp { number, .. }) => Some(*number),
        _ => None,
    };
    reachable
        .iter()
        .map(|port| port.container.first)
        .find(|number| Some(*number) == checked)
        .or_else(|| reachable.first().map(|port| port.container.first))
}

/// An order that the user wrote and the chart does not keep. What a kind wrote is left to restarts in silence.
fn lost_order(builder: &mut Builder<'_>, workload: &Workload, dependency: &Dependency) {
    if !is_written(workload, dependency) || dependency.condition == Condition::Started {
        return;
    }
    let what = format!(
        "on `{}` to be {} has no form in the chart: `{}` starts at once and is restarted until it succeeds",
        dependency.workload,
        dependency.condition.name(),
        workload.name,
    );
    builder
        .losses
        .key_at(workload, dependency.span, "depends_on", &what);
}

/// Whether the user's own `depends_on` names it.
fn is_written(workload: &Workload, dependency: &Dependency) -> bool {
    let named = |name: &str| name == dependency.component;
    match workload.written.get("depends_on").map(|node| &node.value) {
        Some(syntax::Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str()).any(named)
        }
        Some(syntax::Value::Table(table)) => table.get(&dependency.component).is_some(),
        _ => false,
    }
}
