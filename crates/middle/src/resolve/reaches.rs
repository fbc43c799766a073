//! `reaches`: edges without order.

use super::{Scene, connections, reference::WorkloadOf};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::unknown,
    model::Reach,
    syntax::Table,
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
    let mut out = Vec::new();
    for node in table.array("reaches").unwrap_or_default() {
        let Some(written) = node.as_str() else {
            continue;
        };
        let (name, port) = match written.split_once('.') {
            Some((name, port)) => (name, Some(port)),
            None => (written, None),
        };
        if scene.names.lost.contains(name) {
            continue;
        }
        let Some(index) = scene.find(name) else {
            let known = sink.shown(scene.component_names());
            let diagnostic = unknown("component", name, node.span, &known);
            sink.push(match by_number(scene, written) {
                Some(meant) => Diagnostic {
                    edits: Vec::new(),
                    ..diagnostic
                }
                .misspelled(written, Some(meant.as_str()), String::new),
                None => diagnostic,
            });
            continue;
        };
        let draft = &scene.components[index];
        let ports: Vec<&str> = draft
            .workloads
            .iter()
            .flat_map(|shape| &shape.ports)
            .map(|port| port.name.as_str())
            .collect();
        if let Some(port) = port
            && !ports.contains(&port)
        {
            if !draft.broken {
                let mut diagnostic = unknown("port", port, node.span, &ports);
                diagnostic.code = Code::UnknownPort;
                diagnostic.message = format!("component `{name}` has no port `{port}`");
                sink.push(diagnostic);
            }
            continue;
        }
        let listener = draft.workloads.iter().find(|shape| {
            let mut ports = shape.ports.iter();
            port.is_some_and(|name| ports.any(|it| it.name == name))
        });
        let workload = draft.workload_name(listener.and_then(|shape| shape.part.as_deref()));
        connections::reached(scene, reader, (draft, &workload), node.span, sink);
        out.push(Reach {
            component: name.to_string(),
            port: port.map(ToString::to_string),
            span: node.span,
        });
    }
    out
}
