//! The top of the platform: version, targets, networks, actors, raw tables.

use std::collections::BTreeSet;

use super::{Scene, dockerfile, reference::Scope, workload};
use crate::{
    diag::Sink,
    expand::{read, unknown},
    files::Target,
    model::{Actor, Component, Network, Pipeline, Raw},
    source::Span,
    syntax::{Key, Node, Table},
};

/// The version of a platform that says none.
const FIRST_VERSION: &str = "0.1.0";

/// What `[platform]` and the small tables at the top say.
pub(super) struct Top {
    pub version: String,
    pub description: Option<String>,
    pub environment: Option<String>,
    pub targets: BTreeSet<Target>,
    pub networks: Vec<Network>,
    pub actors: Vec<Actor>,
    pub raw_compose: Raw,
    pub raw_helm: Raw,
    pub raw_written: Table,
    pub span: Span,
}

pub(super) fn top(
    tree: &Table,
    scene: &Scene<'_>,
    environment: Option<String>,
    sink: &mut Sink,
) -> Top {
    let empty = Table::default();
    let table = tree.table("platform").unwrap_or(&empty);
    let scope = Scope::platform();
    let raw = tree.table("raw").unwrap_or(&empty);
    Top {
        version: table.string("version").unwrap_or(FIRST_VERSION).to_string(),
        description: read::owned(table, "description"),
        environment,
        targets: targets(Some(table)),
        networks: networks(tree),
        actors: actors(tree),
        raw_compose: dockerfile::in_file(
            &scene.names.registry,
            workload::raw(scene, raw.get("compose"), &scope, sink),
        ),
        raw_helm: workload::raw(scene, raw.get("helm"), &scope, sink),
        raw_written: raw.clone(),
        span: table
            .get("name")
            .map(|node| node.span)
            .or_else(|| tree.entry("platform").map(|entry| entry.key.span))
            .unwrap_or_else(|| first_span(tree)),
    }
}

/// Somewhere to point where the file has no `[platform]`, which is then an error already.
fn first_span(tree: &Table) -> Span {
    tree.entries.first().map_or_else(
        || Span::new(crate::source::Sources::default().add("", ""), 0..0),
        |entry| entry.key.span,
    )
}

/// What `[platform]` compiles to.
pub(super) fn targets(platform: Option<&Table>) -> BTreeSet<Target> {
    match platform.filter(|table| table.get("targets").is_some()) {
        Some(platform) => platform
            .strings("targets")
            .into_iter()
            .filter_map(Target::from_name)
            .collect(),
        None => Target::ALL
            .iter()
            .copied()
            .filter(|target| target.is_default())
            .collect(),
    }
}

/// Values of the chart that name workloads which are not there: they would be kept for nothing.
pub(super) fn raw_workloads(tree: &Table, components: &[Component], sink: &mut Sink) {
    let workloads = components.iter().flat_map(|it| &it.workloads);
    let known: Vec<&str> = workloads.map(|it| it.name.as_str()).collect();
    for (key, _) in keys_at(tree, &["raw", "helm", "components"]) {
        if !known.contains(&key.name.as_str()) {
            sink.push(unknown("workload", &key.name, key.span, &known));
        }
    }
    // Helm refuses a pipeline that is not there, by the schema.
    for (_, pipeline) in keys_at(tree, &["raw", "helm", "pipelines"]) {
        let awaited = pipeline.as_table().into_iter();
        for (name, _) in awaited.flat_map(|it| keys_at(it, &["waitFor"])) {
            if !known.contains(&name.name.as_str()) {
                sink.push(unknown("workload", &name.name, name.span, &known));
            }
        }
    }
    let peers = tree.get_path(&["raw", "helm", "networkPolicy", "extraIngress"]);
    let peers = peers.and_then(Node::as_array).unwrap_or_default();
    let reached = peers
        .iter()
        .filter_map(|it| it.as_table()?.get("to")?.as_array());
    for node in reached.flatten() {
        match node.as_str() {
            Some(name) if !known.contains(&name) => {
                sink.push(unknown("workload", name, node.span, &known));
            }
            _ => {}
        }
    }
}

/// Names in `extraEgress` that are neither a workload nor a pipeline: Helm alone would say so.
pub(super) fn raw_sources(
    tree: &Table,
    components: &[Component],
    pipelines: &[Pipeline],
    sink: &mut Sink,
) {
    let workloads = components.iter().flat_map(|it| &it.workloads);
    let workloads = workloads.map(|it| it.name.as_str());
    let pipelines = pipelines.iter().map(|it| it.name.as_str());
    let known: Vec<&str> = workloads.chain(pipelines).collect();
    let peers = tree.get_path(&["raw", "helm", "networkPolicy", "extraEgress"]);
    let peers = peers.and_then(Node::as_array).unwrap_or_default();
    let sources = peers
        .iter()
        .filter_map(|it| it.as_table()?.get("from")?.as_array());
    for node in sources.flatten() {
        if let Some(name) = node.as_str().filter(|name| !known.contains(name)) {
            sink.push(unknown("workload or pipeline", name, node.span, &known));
        }
    }
}

/// The entries of the table at this path, which are not taken away.
fn keys_at<'a>(tree: &'a Table, path: &[&str]) -> impl Iterator<Item = (&'a Key, &'a Node)> {
    let table = tree.get_path(path).and_then(Node::as_table);
    let entries = table.into_iter().flat_map(Table::iter);
    entries.filter(|(_, node)| !node.is_false())
}

fn networks(tree: &Table) -> Vec<Network> {
    read::tables(tree, "networks")
        .map(|(key, table)| Network {
            span: key.span,
            name: key.name.clone(),
            external: table.string("external").unwrap_or(&key.name).to_string(),
        })
        .collect()
}

fn actors(tree: &Table) -> Vec<Actor> {
    tree.table("actors")
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, node)| Actor {
            name: key.name.clone(),
            title: read::scalar(node),
            span: key.span,
        })
        .collect()
}
