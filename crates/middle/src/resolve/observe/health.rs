//! Health checks.

use std::net::Ipv4Addr;

use super::{port, refuse_true, request_path};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{Field, Health, Host, Piece, Port, Probe, ProbeTool},
    resolve::{
        Scene,
        reference::{Scope, text},
    },
    source::Span,
    syntax::{Entry, HEALTH_WAYS, Node, Value},
};

pub(in crate::resolve) fn health(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Option<Health> {
    let entry = shape.table.entry("health")?;
    refuse_true(&entry.value, "health", sink);
    let table = entry.value.as_table()?;
    let scope = Scope::workload(index, shape.part.as_deref()).without_secrets("a health check");
    let draft = &scene.components[index];
    let name = draft.workload_name(shape.part.as_deref());
    let probe = asks_itself(probe(scene, (draft, shape), entry, &scope, sink)?, &name);
    let liveness = table.boolean("liveness");
    let is_inside = matches!(probe, Probe::Command(_) | Probe::Shell(_));
    let outside = table.get("outside").filter(|_| is_inside);
    let outside = outside.and_then(|path| {
        let port = shape.ports.iter().find(|port| port.name == "http")?;
        Some(http(scene, path, port, &scope, sink))
    });
    let in_cluster = table.get("in_cluster").and_then(|node| {
        let found = otherwise(scene, &probe, node, &scope, sink)?;
        Some(asks_itself(found, &name))
    });
    let is_asked = matches!(probe, Probe::Http { .. });
    let alive = table.get("alive").filter(|_| is_asked);
    Some(Health {
        liveness: liveness.unwrap_or(matches!(probe, Probe::Tcp { .. })),
        alive: alive.map(|path| request_path(scene, path, &scope, sink)),
        probe,
        outside,
        in_cluster,
        interval: read::duration(table, "interval").unwrap_or(10_000),
        timeout: read::duration(table, "timeout").unwrap_or(5_000),
        retries: read::unsigned(table, "retries").unwrap_or(5),
        start_period: read::duration(table, "start_period").unwrap_or(30_000),
        inside: table.boolean("compose").unwrap_or(true),
        tool: table.string("with").and_then(ProbeTool::parse),
        span: entry.key.span,
    })
}

/// The same check with another path, or another line of shell.
fn otherwise(
    scene: &Scene<'_>,
    probe: &Probe,
    node: &Node,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Probe> {
    match probe.clone() {
        Probe::Http {
            port,
            number,
            scheme,
            ..
        } => Some(Probe::Http {
            path: request_path(scene, node, scope, sink),
            port,
            number,
            scheme,
        }),
        Probe::Shell(_) => {
            let scope = scope.clone().shell();
            Some(Probe::Shell(text(scene, node, &scope, sink)))
        }
        Probe::Tcp { .. } | Probe::Command(_) => None,
    }
}

/// Schemes under which a certificate is for the name.
const OVER_TLS: [&str; 3] = ["https", "rediss", "grpcs"];

/// A check that runs inside and names the workload itself: the name leads to it only once the check has passed, because a Service has
/// no pod that is not ready. On its own address it is there before. A name by itself may be for a header or a certificate: it stays.
fn asks_itself(mut probe: Probe, name: &str) -> Probe {
    let texts = match &mut probe {
        Probe::Command(words) => words.as_mut_slice(),
        Probe::Shell(line) => std::slice::from_mut(line),
        Probe::Http { .. } | Probe::Tcp { .. } => &mut [],
    };
    for piece in texts.iter_mut().flat_map(|text| &mut text.pieces) {
        if let Piece::Endpoint(endpoint) = piece
            && endpoint.host == Host::Name(name.to_string())
            && matches!(endpoint.field, Field::Address | Field::Url)
            && !OVER_TLS.contains(&endpoint.scheme.name())
            && !endpoint.external
        {
            endpoint.host = Host::Ip(Ipv4Addr::LOCALHOST.into());
        }
    }
    probe
}

fn not_one_way(health: &Entry, ways: usize) -> Diagnostic {
    let (code, message) = match ways {
        0 => (Code::MissingKey, "`health` does not say what to check"),
        _ => (Code::ConflictingKeys, "`health` checks in several ways"),
    };
    Diagnostic::new(code, message)
        .label(health.key.span, "this check")
        .help("write one of `http` (with `port`), `tcp`, `command` and `shell`")
}

fn checks_nothing(health: &Entry, way: &Entry) -> Diagnostic {
    let (name, line) = match way.key.name.as_str() {
        "command" => ("command", "command = [\"/bin/check\"]"),
        _ => ("shell", "shell = \"test -e /tmp/ready\""),
    };
    Diagnostic::new(
        Code::BadValue,
        format!("`{name}` of this health check is empty"),
    )
    .label(way.value.span, "checks nothing")
    .label(health.key.span, "this check")
    .help(format!(
        "say what to run, as `{line}`; `health = false` on the component switches a check off"
    ))
}

fn probe(
    scene: &Scene<'_>,
    (draft, shape): (&ComponentDraft, &WorkloadDraft),
    health: &Entry,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<Probe> {
    let table = health.value.as_table()?;
    let ways: Vec<_> = HEALTH_WAYS
        .iter()
        .filter_map(|way| table.entry(way))
        .collect();
    let [entry] = ways.as_slice() else {
        sink.push(not_one_way(health, ways.len()));
        return None;
    };
    if is_empty(&entry.value) {
        sink.push(checks_nothing(health, entry));
        return None;
    }
    match entry.key.name.as_str() {
        "http" => {
            let port = match table.get("port") {
                Some(node) => port(scene, draft, shape, node, "health check", sink)?,
                None => only_port(shape, entry.key.span, sink)?,
            };
            Some(http(scene, &entry.value, port, scope, sink))
        }
        "tcp" => {
            let port = port(scene, draft, shape, &entry.value, "health check", sink)?;
            Some(Probe::Tcp {
                port: port.name.clone(),
                number: port.container.first,
            })
        }
        "shell" => {
            let scope = scope.clone().shell();
            Some(Probe::Shell(text(scene, &entry.value, &scope, sink)))
        }
        _ => Some(Probe::Command(
            entry
                .value
                .as_array()
                .unwrap_or_default()
                .iter()
                .map(|word| text(scene, word, scope, sink))
                .collect(),
        )),
    }
}

fn http(scene: &Scene<'_>, path: &Node, port: &Port, scope: &Scope<'_>, sink: &mut Sink) -> Probe {
    Probe::Http {
        path: request_path(scene, path, scope, sink),
        port: port.name.clone(),
        number: port.container.first,
        scheme: port.scheme.over_http(),
    }
}

/// A command without words, or a line of spaces.
fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Array(words) => words.is_empty(),
        Value::String(line) => line.trim().is_empty(),
        _ => false,
    }
}

/// `http` without `port` means the port `http`, or the only one.
fn only_port<'a>(shape: &'a WorkloadDraft, span: Span, sink: &mut Sink) -> Option<&'a Port> {
    let http = shape.ports.iter().find(|port| port.name == "http");
    let found = http.or(match shape.ports.as_slice() {
        [only] => Some(only),
        _ => None,
    });
    if found.is_none() {
        sink.push(
            Diagnostic::new(Code::MissingKey, "this health check needs the key `port`")
                .label(span, "which port?")
                .help("write `health = { http = \"/health\", port = \"http\" }`"),
        );
    }
    found
}
