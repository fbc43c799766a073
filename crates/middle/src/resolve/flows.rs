//! Flows: who talks to whom, in numbered steps.

use std::collections::BTreeMap;

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{read, unknown},
    language::NameRule,
    model::{Actor, Ci, Flow, FlowEnd, Pipeline},
    syntax::{Node, Table, quoted},
    text::one_of,
};

/// What a flow may begin and end at, besides components.
pub(super) struct Ends<'a> {
    pub pipelines: &'a [Pipeline],
    pub ci: &'a [Ci],
    pub actors: &'a [Actor],
}

impl<'a> Ends<'a> {
    pub fn of(pipelines: &'a [Pipeline], ci: &'a [Ci], actors: &'a [Actor]) -> Self {
        Self {
            pipelines,
            ci,
            actors,
        }
    }
}

/// By step, then in the user's order; those without a step last.
pub(super) fn flows(
    tree: &Table,
    scene: &Scene<'_>,
    ends: &Ends<'_>,
    sink: &mut Sink,
) -> Vec<Flow> {
    let known = FlowEnds::of(scene, ends);
    let mut flows: Vec<Flow> = Vec::new();
    for node in tree.array("flows").unwrap_or_default() {
        let Some(table) = node.as_table() else {
            continue;
        };
        let from = table
            .get("from")
            .and_then(|end| flow_end(end, scene, &known, sink));
        let to = table
            .get("to")
            .and_then(|end| flow_end(end, scene, &known, sink));
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

/// A table, and what a name in it is as an end.
type Place = (&'static str, fn(String) -> FlowEnd);

/// Everything that a flow may begin and end at. A platform can have thousands of flows, and each looks up two ends.
struct FlowEnds<'a> {
    /// In the order of the tables.
    names: Vec<&'a str>,
    by_name: BTreeMap<&'a str, Vec<Place>>,
}

impl<'a> FlowEnds<'a> {
    fn of(scene: &'a Scene<'_>, ends: &Ends<'a>) -> Self {
        let mut known = Self {
            names: Vec::new(),
            by_name: BTreeMap::new(),
        };
        known.add(("components", FlowEnd::Component), scene.component_names());
        let pipelines = ends.pipelines.iter().map(|it| it.name.as_str());
        known.add(("pipelines", FlowEnd::Pipeline), pipelines);
        let ci = ends.ci.iter().map(|it| it.name.as_str());
        known.add(("ci", FlowEnd::Ci), ci);
        let actors = ends.actors.iter().map(|it| it.name.as_str());
        known.add(("actors", FlowEnd::Actor), actors);
        known
    }

    fn add(&mut self, place: Place, names: impl Iterator<Item = &'a str>) {
        for name in names {
            let places = self.by_name.entry(name).or_default();
            if places.is_empty() {
                self.names.push(name);
            }
            places.push(place);
        }
    }
}

/// The one thing that has this name; `pipelines.x` says which of several.
fn flow_end(
    node: &Node,
    scene: &Scene<'_>,
    known: &FlowEnds<'_>,
    sink: &mut Sink,
) -> Option<FlowEnd> {
    let written = node.as_str()?;
    let (table, name) = match written.split_once('.') {
        // A name with a dot is no good one, which was reported where it is declared.
        Some((table, name)) if !known.by_name.contains_key(written) => (Some(table), name),
        _ => (None, written),
    };
    if scene.names.lost.contains(name) {
        return None;
    }
    let places = known.by_name.get(name).into_iter().flatten();
    let fitting: Vec<&Place> = places
        .filter(|(place, _)| table.is_none_or(|table| table == *place))
        .collect();
    match fitting.as_slice() {
        [(_, make)] => Some(make(name.to_string())),
        [] => {
            let of_component = unknown("component", name, node.span, &known.names);
            if sink.has_mistake(&of_component) {
                // Elsewhere it is said to be a component: one mistake.
                sink.push(of_component);
                return None;
            }
            let noun = "component, pipeline, CI entry or actor";
            let diagnostic = unknown(noun, written, node.span, &known.names);
            let near = nearest(written, known.names.iter().copied());
            sink.push(match near.is_none() && NameRule::Plain.accepts(written) {
                // Who is none of what the file declares stands outside.
                true => {
                    let line = format!("{written} = {}", quoted(written));
                    diagnostic
                        .help(format!(
                            "declare it below `[actors]`: `{line}`, with who or what it is"
                        ))
                        .declaring(node.span, "actors", line)
                }
                false => diagnostic,
            });
            None
        }
        several => {
            let ways: Vec<String> = several
                .iter()
                .map(|(place, _)| format!("{place}.{name}"))
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
