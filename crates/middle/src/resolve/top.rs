//! The top of the platform: version, targets, networks, actors, raw tables.

use std::collections::BTreeSet;

use super::{Scene, inline, reference::Scope, workload};
use crate::{
    diag::Sink,
    expand::read,
    files::Target,
    model::{Actor, Named, Network, Raw},
    source::Span,
    syntax::Table,
};

/// The version of a platform that says none.
const FIRST_VERSION: &str = "0.1.0";

/// What `[platform]` and the small tables at the top say.
pub(super) struct Top {
    pub version: String,
    pub description: Option<String>,
    pub environment: Option<String>,
    pub targets: BTreeSet<Target>,
    pub networks: Named<Network>,
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
    let scope = Scope::top();
    let raw = tree.table("raw").unwrap_or(&empty);
    Top {
        version: table.string("version").unwrap_or(FIRST_VERSION).to_string(),
        description: read::owned(table, "description"),
        environment,
        targets: read::targets(Some(table)),
        networks: networks(tree),
        actors: actors(tree),
        raw_compose: inline::in_file(
            &scene.origins,
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

fn networks(tree: &Table) -> Named<Network> {
    read::tables(tree, "networks")
        .map(|(key, table)| Network {
            span: key.span,
            name: key.name.clone(),
            external: table.string("external").unwrap_or(&key.name).to_string(),
        })
        .collect()
}

fn actors(tree: &Table) -> Vec<Actor> {
    tree.entries_of("actors")
        .map(|(key, node)| Actor {
            name: key.name.clone(),
            title: read::scalar(node),
            span: key.span,
        })
        .collect()
}
