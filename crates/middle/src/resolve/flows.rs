//! Flows: who talks to whom, in numbered steps.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{read, unknown},
    model::{Actor, Ci, Flow, FlowEnd, Pipeline},
    syntax::{Node, Table},
    text::one_of,
};

/// What a flow may begin and end at, besides components.
pub(super) struct Ends<'a> {
    pub pipelines: &'a [Pipeline],
    pub ci: &'a [Ci],
    pub actors: &'a [Actor],
}

/// By step, then in the user's order; those without a step last.
pub(super) fn flows(
    tree: &Table,
    scene: &Scene<'_>,
    ends: &Ends<'_>,
    sink: &mut Sink,
) -> Vec<Flow> {
    let mut flows: Vec<Flow> = Vec::new();
    for node in tree.array("flows").unwrap_or_default() {
        let Some(table) = node.as_table() else {
            continue;
        };
        let from = table
            .get("from")
            .and_then(|end| flow_end(end, scene, ends, sink));
        let to = table
            .get("to")
            .and_then(|end| flow_end(end, scene, ends, sink));
        if let (Some(from), Some(to)) = (from, to) {
            flows.push(Flow {
                step: read::unsigned(table, "step"),
                from,
                to,
                label: read::owned(table, "label"),
                span: node.span,
            });
        }
    }
    flows.sort_by_key(|flow| flow.step.unwrap_or(u32::MAX));
    flows
}

/// A table, the names in it, and what one of them is as an end.
type Place<'a> = (&'static str, &'a [&'a str], fn(String) -> FlowEnd);

/// The one thing that has this name; `pipelines.x` says which of several.
fn flow_end(node: &Node, scene: &Scene<'_>, ends: &Ends<'_>, sink: &mut Sink) -> Option<FlowEnd> {
    let written = node.as_str()?;
    let (table, name) = match written.split_once('.') {
        Some((table, name)) => (Some(table), name),
        None => (None, written),
    };
    let components: Vec<&str> = scene.component_names().collect();
    let pipelines: Vec<&str> = ends
        .pipelines
        .iter()
        .map(|pipeline| pipeline.name.as_str())
        .collect();
    let ci: Vec<&str> = ends.ci.iter().map(|entry| entry.name.as_str()).collect();
    let actors: Vec<&str> = ends
        .actors
        .iter()
        .map(|actor| actor.name.as_str())
        .collect();
    let places: [Place<'_>; 4] = [
        ("components", &components, FlowEnd::Component),
        ("pipelines", &pipelines, FlowEnd::Pipeline),
        ("ci", &ci, FlowEnd::Ci),
        ("actors", &actors, FlowEnd::Actor),
    ];
    if scene.names.lost.contains(name) {
        return None;
    }
    let fitting: Vec<_> = places
        .iter()
        .filter(|(place, names, _)| {
            table.is_none_or(|table| table == *place) && names.contains(&name)
        })
        .collect();
    match fitting.as_slice() {
        [(_, _, make)] => Some(make(name.to_string())),
        [] => {
            let mut all: Vec<&str> = Vec::new();
            for name in places.iter().flat_map(|(_, names, _)| *names) {
                if !all.contains(name) {
                    all.push(name);
                }
            }
            sink.push(unknown(
                "component, pipeline, CI entry or actor",
                written,
                node.span,
                &all,
            ));
            None
        }
        several => {
            let ways: Vec<String> = several
                .iter()
                .map(|(place, ..)| format!("{place}.{name}"))
                .collect();
            sink.push(
                Diagnostic::new(
                    Code::BadReference,
                    format!("`{name}` is the name of several things"),
                )
                .label(node.span, "which one?")
                .help(format!("write {}", one_of(&ways))),
            );
            None
        }
    }
}
