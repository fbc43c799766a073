//! `chart` of a component: the chart of others that stands for it in a cluster.

use super::{reference::Scope, scene::Scene, workload::raw};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{WorkloadDraft, read, unknown},
    model::UpstreamChart,
    syntax::Table,
};

/// What Helm takes charts from.
const SCHEMES: [&str; 4] = ["https://", "http://", "oci://", "file://"];

/// The chart of a component's main workload.
pub(super) fn chart(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Option<UpstreamChart> {
    let table = written(scene, index).filter(|_| shape.part.is_none())?;
    let repository = table.get("repository")?;
    let address = repository.as_str()?;
    if !SCHEMES
        .iter()
        .any(|scheme| address.len() > scheme.len() && address.starts_with(scheme))
    {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{address}` is not a chart repository"),
            )
            .label(repository.span, "Helm looks for the chart here")
            .help("write `https://HOST/PATH`, `oci://HOST/PATH` or `file://PATH` of a folder"),
        );
    }
    parts(scene, index, table, sink);
    Some(UpstreamChart {
        repository: address.trim_end_matches('/').to_string(),
        name: read::owned(table, "name")?,
        version: read::owned(table, "version")?,
        values: raw(
            scene,
            table.get("values"),
            &Scope::component(index, None),
            sink,
        ),
        labels: read::entries(table, "labels")
            .map(|(key, node)| (key.name.clone(), read::scalar(node)))
            .collect(),
        own_service: table.boolean("own_service").unwrap_or(false),
        span: shape
            .table
            .entry("chart")
            .map_or(scene.components[index].span, |entry| entry.key.span),
    })
}

/// Whether the chart brings a workload of its component.
pub(super) fn brings(scene: &Scene<'_>, index: usize, shape: &WorkloadDraft) -> bool {
    let Some(table) = written(scene, index) else {
        return false;
    };
    match &shape.part {
        None => true,
        Some(part) => table.strings("parts").contains(&part.as_str()),
    }
}

fn written<'a>(scene: &Scene<'a>, index: usize) -> Option<&'a Table> {
    scene.components[index].user.table("chart")
}

/// Parts that the kind does not have.
fn parts(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) {
    let draft = &scene.components[index];
    let parts = draft.kind_table.table("parts");
    let known: Vec<&str> = parts.into_iter().flat_map(Table::keys).collect();
    for node in table.array("parts").unwrap_or_default() {
        if let Some(name) = node.as_str().filter(|name| !known.contains(name)) {
            sink.push(unknown("part", name, node.span, &known));
        }
    }
}
