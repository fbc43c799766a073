//! Health checks, metrics, alerts, recording rules and panels.

use std::collections::BTreeSet;

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{ComponentDraft, WorkloadDraft, read},
    language::duration_ms,
    model::{
        Alert, AlertSeverity, AlertText, Health, Metrics, MetricsPath, Panel, PanelKind, Port,
        Probe, ProbeTool, Query, Record, Text, Threshold,
    },
    source::Span,
    syntax::{Node, Removal, Table, Value, overlay},
    text::one_of,
};

pub(super) fn health(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Option<Health> {
    let entry = shape.table.entry("health")?;
    refuse_true(&entry.value, "health", sink);
    let table = entry.value.as_table()?;
    let scope = Scope::component(index, shape.part.as_deref()).without_secrets("a health check");
    let draft = &scene.components[index];
    let probe = probe(scene, draft, shape, table, &scope, entry.key.span, sink)?;
    let liveness = table.boolean("liveness");
    Some(Health {
        liveness: liveness.unwrap_or(matches!(probe, Probe::Tcp { .. })),
        probe,
        interval: read::duration(table, "interval").unwrap_or(10_000),
        timeout: read::duration(table, "timeout").unwrap_or(5_000),
        retries: read::unsigned(table, "retries").unwrap_or(5),
        start_period: read::duration(table, "start_period").unwrap_or(30_000),
        inside: table.boolean("compose").unwrap_or(true),
        tool: table.string("with").and_then(ProbeTool::parse),
        span: entry.key.span,
    })
}

/// `false` switches off what a kind has; `true` says nothing.
fn refuse_true(node: &Node, key: &str, sink: &mut Sink) {
    if node.as_bool() == Some(true) {
        sink.push(
            Diagnostic::new(Code::WrongType, format!("`{key} = true` says nothing"))
                .label(node.span, "expected a table, or `false`")
                .help(format!(
                    "write a table, as `{key} = {{ port = \"http\", ... }}`, or leave it to the kind"
                )),
        );
    }
}

fn probe(
    scene: &Scene<'_>,
    draft: &ComponentDraft,
    shape: &WorkloadDraft,
    table: &Table,
    scope: &Scope<'_>,
    span: Span,
    sink: &mut Sink,
) -> Option<Probe> {
    let ways: Vec<_> = ["http", "tcp", "command", "shell"]
        .iter()
        .filter_map(|way| table.entry(way))
        .collect();
    let [entry] = ways.as_slice() else {
        let (code, message) = match ways.len() {
            0 => (Code::MissingKey, "`health` says nothing of what to check"),
            _ => (Code::ConflictingKeys, "`health` checks in several ways"),
        };
        sink.push(
            Diagnostic::new(code, message)
                .label(span, "this check")
                .help("write one of `http` (with `port`), `tcp`, `command` and `shell`"),
        );
        return None;
    };
    match entry.key.name.as_str() {
        "http" => {
            let port = match table.get("port") {
                Some(node) => port(draft, shape, node, "health check", sink)?,
                None => only_port(shape, entry.key.span, sink)?,
            };
            Some(Probe::Http {
                path: text(scene, &entry.value, scope, sink),
                port: port.name.clone(),
                number: port.container.first,
                scheme: port.scheme.over_http(),
            })
        }
        "tcp" => {
            let port = port(draft, shape, &entry.value, "health check", sink)?;
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

/// A port that the workload itself listens on.
fn port<'a>(
    draft: &ComponentDraft,
    shape: &'a WorkloadDraft,
    node: &Node,
    what: &str,
    sink: &mut Sink,
) -> Option<&'a Port> {
    let name = node.as_str()?;
    let found = shape.ports.iter().find(|port| port.name == name);
    if found.is_none() && !draft.broken {
        let known: Vec<&str> = shape.ports.iter().map(|port| port.name.as_str()).collect();
        let otherwise = || match known.as_slice() {
            [] => format!("declare it: `ports.{name} = 8000`"),
            known => format!(
                "it has {}; or declare it: `ports.{name} = 8000`",
                one_of(known)
            ),
        };
        sink.push(
            Diagnostic::new(
                Code::UnknownPort,
                format!(
                    "the {what} asks the port `{name}`, which `{}` does not have",
                    draft.name
                ),
            )
            .label(node.span, "no such port")
            .label(draft.span, "this component")
            .misspelled(name, nearest(name, known.iter().copied()), otherwise),
        );
    }
    found
}

/// `job` is the scrape job's name.
pub(super) fn metrics(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Option<Metrics> {
    let draft = &scene.components[index];
    let entry = shape.table.entry("metrics")?;
    refuse_true(&entry.value, "metrics", sink);
    let table = entry.value.as_table()?;
    let port = match table.get("port") {
        Some(node) => port(draft, shape, node, "metrics entry", sink)?,
        None => shape
            .ports
            .iter()
            .find(|port| port.name == "http")
            .or({
                match shape.ports.as_slice() {
                    [only] => Some(only),
                    _ => None,
                }
            })
            .or_else(|| {
                sink.push(
                    Diagnostic::new(Code::MissingKey, "`metrics` needs the key `port`")
                        .label(entry.key.span, "which port?")
                        .help("write `metrics = { port = \"http\" }`"),
                );
                None
            })?,
    };
    Some(Metrics {
        job: job_name(draft, shape),
        port: port.name.clone(),
        number: port.container.first,
        scheme: port.scheme.over_http(),
        path: match table.get("path") {
            Some(node) => metrics_path(scene, index, shape, node, sink),
            None => MetricsPath::new("/metrics"),
        },
        interval: read::duration(table, "interval"),
        honor_labels: table.boolean("honor_labels").unwrap_or(false),
        span: entry.key.span,
    })
}

/// Its references are resolved; Prometheus fills in nothing at start.
fn metrics_path(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    node: &Node,
    sink: &mut Sink,
) -> MetricsPath {
    let scope = Scope::component(index, shape.part.as_deref()).without_secrets("`metrics.path`");
    let text = text(scene, node, &scope, sink);
    MetricsPath::new(&scene.with_defaults(&text))
}

/// What is scraped of a component that runs elsewhere: what its own `metrics` say, else those of its kind where
/// `external` names their port.
pub(super) fn external_metrics(
    scene: &Scene<'_>,
    index: usize,
    sink: &mut Sink,
) -> Option<Metrics> {
    let draft = &scene.components[index];
    let shape = draft.workload(None)?;
    let port = shape
        .table
        .table("metrics")?
        .string("port")
        .unwrap_or("http");
    let known = shape.ports.iter().any(|known| known.name == port);
    if known || draft.user.table("metrics").is_some() {
        metrics(scene, index, shape, sink)
    } else {
        None
    }
}

/// One job a component: its first workload with metrics has the component's name, any other its own.
fn job_name(draft: &ComponentDraft, shape: &WorkloadDraft) -> String {
    let first = draft
        .workloads
        .iter()
        .find(|shape| shape.table.table("metrics").is_some());
    match first {
        Some(first) if first.part == shape.part => draft.name.clone(),
        _ => draft.workload_name(shape.part.as_deref()),
    }
}

fn has_metrics(draft: &ComponentDraft) -> bool {
    draft
        .workloads
        .iter()
        .any(|shape| shape.table.table("metrics").is_some())
}

/// What tells, of the metrics, that a component works.
pub(super) fn healthy(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Option<String> {
    let draft = &scene.components[index];
    let node = draft.kind_table.get("healthy")?;
    has_metrics(draft).then(|| kind_string(scene, index, node, sink))
}

/// The kind's alerts, where something is scraped, and the component's own. What the user says of an alert of the kind
/// lies over it, key by key.
pub(super) fn alerts(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Alert> {
    let draft = &scene.components[index];
    let empty = Table::default();
    let own = draft.user.table("alerts").unwrap_or(&empty);
    let mut alerts = Vec::new();
    let mut known = BTreeSet::new();
    if has_metrics(draft) {
        for (key, table) in read::tables(&draft.kind_table, "alerts") {
            let own = own.entry(&key.name);
            known.insert(key.name.as_str());
            match own.map(|entry| (entry.key.span, &entry.value.value)) {
                None => alerts.push(alert(scene, index, &key.name, table, key.span, sink)),
                Some((span, Value::Table(own))) => {
                    let merged = overlay(table, own, Removal::Now);
                    alerts.push(alert(scene, index, &key.name, &merged, span, sink));
                }
                Some(_) => {}
            }
        }
    }
    for (key, table) in read::tables(&draft.user, "alerts") {
        if known.contains(key.name.as_str()) {
            continue;
        }
        if table.get("expr").is_none() {
            sink.push(
                Diagnostic::new(
                    Code::MissingKey,
                    format!("the alert `{}` needs the key `expr`", key.name),
                )
                .label(key.span, "when does it fire?")
                .help("write `expr = \"...\"`, in PromQL: it fires while that returns anything"),
            );
            continue;
        }
        alerts.push(alert(scene, index, &key.name, table, key.span, sink));
    }
    alerts
}

fn alert(
    scene: &Scene<'_>,
    index: usize,
    name: &str,
    table: &Table,
    span: Span,
    sink: &mut Sink,
) -> Alert {
    let mut string = |key: &str| {
        let node = table.get(key)?;
        Some(AlertText {
            text: kind_string(scene, index, node, sink),
            from_kind: scene.names.is_kind_text(node),
        })
    };
    let expr = string("expr");
    let mut time = |key: &str| string(key).and_then(|time| duration_ms(&time.text));
    let (hold, keep_firing_for) = (time("for"), time("keep_firing_for"));
    Alert {
        name: name.to_string(),
        hold,
        keep_firing_for,
        severity: table
            .string("severity")
            .and_then(AlertSeverity::parse)
            .unwrap_or(AlertSeverity::Warning),
        labels: read::entries(table, "labels")
            .map(|(key, node)| (key.name.clone(), read::scalar(node)))
            .collect(),
        summary: string("summary"),
        description: string("description"),
        runbook_url: string("runbook_url"),
        down: table.boolean("down").unwrap_or(false),
        from_kind: expr.as_ref().is_some_and(|expr| expr.from_kind),
        expr: expr.map(|expr| expr.text).unwrap_or_default(),
        span,
    }
}

/// A kind's string with its references resolved; a user's as it is.
fn kind_string(scene: &Scene<'_>, index: usize, node: &Node, sink: &mut Sink) -> String {
    if !scene.names.is_kind_text(node) {
        return read::scalar(node);
    }
    let scope = Scope::component(index, None).without_secrets("a rule");
    plain(&text(scene, node, &scope, sink))
}

fn plain(text: &Text) -> String {
    text.as_plain().unwrap_or_default()
}

pub(super) fn records(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Record> {
    let draft = &scene.components[index];
    if !has_metrics(draft) {
        return Vec::new();
    }
    draft
        .kind_table
        .array("records")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .filter_map(|table| {
            Some(Record {
                name: read::owned(table, "record")?,
                expr: kind_string(scene, index, table.get("expr")?, sink),
            })
        })
        .collect()
}

pub(super) fn panels(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Panel> {
    let draft = &scene.components[index];
    if !has_metrics(draft) {
        return Vec::new();
    }
    draft
        .kind_table
        .array("panels")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .map(|table| panel(scene, index, table, sink))
        .collect()
}

fn panel(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) -> Panel {
    let queries = table
        .array("queries")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .filter_map(|query| {
            Some(Query {
                expr: kind_string(scene, index, query.get("expr")?, sink),
                legend: query.string("legend").unwrap_or_default().to_string(),
            })
        })
        .collect();
    let thresholds = table
        .array("thresholds")
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_table)
        .map(|threshold| Threshold {
            value: read::number(threshold, "value"),
            color: threshold.string("color").unwrap_or("green").to_string(),
        })
        .collect();
    Panel {
        row: read::owned(table, "row"),
        title: table.string("title").unwrap_or_default().to_string(),
        description: table.string("description").unwrap_or_default().to_string(),
        kind: table
            .string("type")
            .and_then(PanelKind::parse)
            .unwrap_or(PanelKind::Timeseries),
        unit: table.string("unit").unwrap_or("short").to_string(),
        queries,
        thresholds,
        min: read::number(table, "min"),
        max: read::number(table, "max"),
        width: read::unsigned(table, "width").unwrap_or(12),
        height: read::unsigned(table, "height").unwrap_or(8),
    }
}
