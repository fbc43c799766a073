//! `reaches`: edges without order.

use super::{Scene, connections, reference::WorkloadOf};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, WorkloadDraft, unknown},
    model::Reach,
    syntax::{Node, Table},
};

/// What is meant by `a:8000`: the component, and its port of that number where it has one.
fn by_number(scene: &Scene<'_>, written: &str) -> Option<String> {
    let (name, number) = written.split_once(':')?;
    let draft = &scene.components[scene.find(name)?];
    let number: u16 = number.parse().ok()?;
    let mut ports = draft.workloads.iter().flat_map(|shape| &shape.ports);
    let port = ports.find(|port| port.container.first == number);
    Some(match port {
        Some(port) => format!("{name}.{}", port.name),
        None => name.to_string(),
    })
}

/// `a` or `a.port`, each of them where the reader gets a connection.
pub(super) fn reaches(
    scene: &Scene<'_>,
    table: &Table,
    reader: Option<WorkloadOf<'_>>,
    sink: &mut Sink,
) -> Vec<Reach> {
    let nodes = table.array("reaches").unwrap_or_default().iter();
    nodes
        .filter_map(|node| reach(scene, node, reader, sink))
        .collect()
}

fn reach(
    scene: &Scene<'_>,
    node: &Node,
    reader: Option<WorkloadOf<'_>>,
    sink: &mut Sink,
) -> Option<Reach> {
    let written = node.as_str()?;
    let (name, port) = match written.split_once('.') {
        Some((name, port)) => (name, Some(port)),
        None => (written, None),
    };
    if scene.names.lost.contains(name) {
        return None;
    }
    let Some(index) = scene.find(name) else {
        sink.push(unknown_component(scene, name, node, sink));
        return None;
    };
    let draft = &scene.components[index];
    let has = |shape: &WorkloadDraft, port: &str| shape.ports.iter().any(|it| it.name == port);
    let listener = match port {
        None => None,
        Some(port) => {
            let listener = draft.workloads.iter().find(|shape| has(shape, port));
            if listener.is_none() {
                let lacks = unknown_port(draft, port, node);
                lacks.into_iter().for_each(|it| sink.push(it));
                return None;
            }
            listener
        }
    };
    let workload = draft.workload_name(listener.and_then(|shape| shape.part.as_deref()));
    connections::reached(scene, reader, (draft, &workload), node.span, sink);
    Some(Reach {
        component: name.to_string(),
        port: port.map(ToString::to_string),
        span: node.span,
    })
}

fn unknown_component(scene: &Scene<'_>, name: &str, node: &Node, sink: &Sink) -> Diagnostic {
    let known = sink.shown(scene.component_names());
    let diagnostic = unknown("component", name, node.span, &known);
    let written = node.as_str().unwrap_or_default();
    match by_number(scene, written) {
        Some(meant) => Diagnostic {
            edits: Vec::new(),
            ..diagnostic
        }
        .misspelled(written, Some(meant.as_str()), String::new),
        None => diagnostic,
    }
}

/// Nothing where the component is broken: its ports are not known then.
fn unknown_port(draft: &ComponentDraft, port: &str, node: &Node) -> Option<Diagnostic> {
    if draft.broken {
        return None;
    }
    let ports = draft.workloads.iter().flat_map(|shape| &shape.ports);
    let ports: Vec<&str> = ports.map(|port| port.name.as_str()).collect();
    let mut diagnostic = unknown("port", port, node.span, &ports);
    diagnostic.code = Code::UnknownPort;
    diagnostic.message = format!("component `{}` has no port `{port}`", draft.name);
    Some(diagnostic)
}
