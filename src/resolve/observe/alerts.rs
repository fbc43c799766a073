//! Alerts, and what tells that a component works.

use std::collections::BTreeSet;

use super::{expression, has_metrics, kind_string};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::read,
    language::duration_ms,
    model::{Alert, AlertSeverity, AlertText, Expression},
    resolve::Scene,
    source::Span,
    syntax::{Removal, Table, Value, overlay},
};

/// What tells, of the metrics, that a component works.
pub(in crate::resolve) fn healthy(
    scene: &Scene<'_>,
    index: usize,
    sink: &mut Sink,
) -> Option<Expression> {
    let draft = &scene.components[index];
    let node = draft.kind_table.get("healthy")?;
    has_metrics(draft).then(|| expression(scene, index, node, sink))
}

/// The kind's alerts, where something is scraped, and the component's own. What the user says of an alert of the kind
/// lies over it, key by key.
pub(in crate::resolve) fn alerts(scene: &Scene<'_>, index: usize, sink: &mut Sink) -> Vec<Alert> {
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
                .help(
                    "write `expr = \"...\"`, in PromQL: the alert fires while it returns something",
                ),
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
