//! Alerts, and the metrics that show whether a component works.

use std::collections::BTreeSet;

use super::{
    expression, kind_string, measured,
    probes::{DOWN, FAILED},
    promises::{OVERDUE, SLOW},
};
use crate::{
    catalog::template_fault,
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{check_alerts, read},
    language::duration_ms,
    model::{Alert, AlertSeverity, AlertText, AlertWhose, Expression},
    resolve::Scene,
    syntax::{Key, Node, Removal, Table, Value, overlay},
};

/// Alerts that are made if there is a Prometheus with a prober, or an Airflow with pipelines: one that is taken away may be missing
/// only in this environment.
const MADE_ELSEWHERE: [&str; 4] = [DOWN, FAILED, OVERDUE, SLOW];

/// What the kind says about a measured component: by which metric it works, or when it started.
pub(in crate::resolve) fn of_kind(
    scene: &Scene<'_>,
    index: usize,
    key: &str,
    sink: &mut Sink,
) -> Option<Expression> {
    let draft = &scene.components[index];
    let node = draft.kind_table.get(key)?;
    measured(draft)?;
    Some(expression(scene, index, node, sink))
}

/// The alerts of the kind (if something is scraped), of the component, and those `made` from other keys. The user's keys for
/// an alert of the kind, or for one that was made, are merged over it.
pub(in crate::resolve) fn alerts(
    scene: &Scene<'_>,
    index: usize,
    made: Vec<Alert>,
    sink: &mut Sink,
) -> Vec<Alert> {
    let draft = &scene.components[index];
    let empty = Table::default();
    let own = draft.user.table("alerts").unwrap_or(&empty);
    let mut alerts = Vec::new();
    let mut known = BTreeSet::new();
    if measured(draft).is_some() {
        for (key, table) in read::tables(&draft.kind_table, "alerts") {
            let own = own.entry(&key.name);
            known.insert(key.name.as_str());
            match own.map(|entry| (&entry.key, &entry.value.value)) {
                None => alerts.push(alert(scene, index, key, table, sink)),
                Some((key, Value::Table(own))) => {
                    let merged = overlay(table, own, Removal::Now);
                    alerts.push(alert(scene, index, key, &merged, sink));
                }
                Some(_) => {}
            }
        }
    }
    let made_names: BTreeSet<String> = made.iter().map(|alert| alert.name.clone()).collect();
    let names: Vec<&str> = made_names.iter().map(String::as_str).collect();
    let written = scene.draft.tree.get_path(&["components", &draft.name]);
    if let Some(written) = written.and_then(Node::as_table) {
        let of_presets: Vec<&str> = draft.preset_alerts.iter().map(String::as_str).collect();
        let names = [names.as_slice(), &MADE_ELSEWHERE, &of_presets].concat();
        check_alerts(&draft.name, written, &draft.kind, &names, sink);
    }
    for (key, table) in read::tables(&draft.user, "alerts") {
        if made_names.contains(&key.name) || known.contains(key.name.as_str()) {
            continue;
        }
        if table.get("expr").is_none() {
            let diagnostic = Diagnostic::new(
                Code::MissingKey,
                format!("the alert `{}` needs the key `expr`", key.name),
            )
            .label(key.span, "when does it fire?");
            let near = read::meant_beside(key, &draft.user, "alerts", &["expr"]);
            let near = near.or_else(|| nearest(&key.name, made_names.iter().map(String::as_str)));
            sink.push(diagnostic.misspelled(&key.name, near, || {
                "write `expr = \"...\"`, in PromQL: the alert fires while it returns something"
                    .to_string()
            }));
            continue;
        }
        alerts.push(alert(scene, index, key, table, sink));
    }
    for alert in made {
        match own.entry(&alert.name).map(|entry| &entry.value.value) {
            None => alerts.push(alert),
            Some(Value::Table(own)) => alerts.push(laid_over(scene, index, alert, own, sink)),
            Some(_) => {}
        }
    }
    alerts
}

/// An alert that was made, with the user's keys merged over it.
pub(super) fn laid_over(
    scene: &Scene<'_>,
    index: usize,
    made: Alert,
    own: &Table,
    sink: &mut Sink,
) -> Alert {
    let key = Key {
        name: made.name.clone(),
        span: made.span,
    };
    let own_alert = alert(scene, index, &key, own, sink);
    let has = |key: &str| own.get(key).is_some();
    let written = own.table("labels");
    let is_off = |name: &str| {
        let node = written.and_then(|labels| labels.get(name));
        node.is_some_and(Node::is_false)
    };
    let mut labels = own_alert.labels;
    labels.retain(|(name, _)| !(is_off(name) && made.labels.iter().any(|(it, _)| it == name)));
    let kept = made.labels.into_iter();
    let is_set = |name: &str| written.is_some_and(|labels| labels.get(name).is_some());
    let mut labels_of_made: Vec<_> = kept.filter(|(name, _)| !is_set(name)).collect();
    labels_of_made.append(&mut labels);
    Alert {
        expr: if has("expr") {
            own_alert.expr
        } else {
            made.expr
        },
        hold: own_alert.hold.or(made.hold),
        hold_from_kind: own_alert.hold.is_none(),
        keep_from_kind: own_alert.keep_firing_for.is_none(),
        keep_firing_for: own_alert.keep_firing_for.or(made.keep_firing_for),
        severity: if has("severity") {
            own_alert.severity
        } else {
            made.severity
        },
        severity_from_kind: !has("severity"),
        labels: labels_of_made,
        summary: own_alert.summary.or(made.summary),
        description: own_alert.description.or(made.description),
        runbook_url: own_alert.runbook_url.or(made.runbook_url),
        ..made
    }
}

/// Says where a text is no template that Prometheus can read: it would refuse all rules of the file.
fn check_templates(scene: &Scene<'_>, alert: &str, table: &Table, sink: &mut Sink) {
    for key in ["summary", "description", "runbook_url"] {
        let Some(node) = table.get(key).filter(|it| !scene.names.is_kind_text(it)) else {
            continue;
        };
        let written = node.as_str().unwrap_or_default();
        let fault = template_fault(key, alert, node, written);
        fault.into_iter().for_each(|fault| sink.push(fault));
    }
}

fn alert(scene: &Scene<'_>, index: usize, key: &Key, table: &Table, sink: &mut Sink) -> Alert {
    check_templates(scene, &key.name, table, sink);
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
        name: key.name.clone(),
        hold,
        hold_from_kind: table
            .get("for")
            .is_some_and(|node| scene.names.is_kind_text(node)),
        keep_firing_for,
        keep_from_kind: table
            .get("keep_firing_for")
            .is_none_or(|node| scene.names.is_kind_text(node)),
        severity: table
            .string("severity")
            .and_then(AlertSeverity::parse)
            .unwrap_or(AlertSeverity::Warning),
        severity_from_kind: table
            .get("severity")
            .is_some_and(|node| scene.names.is_kind_text(node)),
        labels: read::entries(table, "labels")
            .map(|(key, node)| (key.name.clone(), read::scalar(node)))
            .collect(),
        summary: string("summary"),
        description: string("description"),
        runbook_url: string("runbook_url"),
        down: table.boolean("down").unwrap_or(false),
        whose: match table.string("of_role") {
            Some(role) => AlertWhose::Role(role.to_string()),
            None if table.boolean("of_series") == Some(true) => AlertWhose::Series,
            None => AlertWhose::Own,
        },
        held_back_by: read::strings(table, "held_back_by"),
        held_back_by_any: read::strings(table, "held_back_by_any"),
        gone_part: read::owned(table, "gone_part"),
        from_kind: expr.as_ref().is_some_and(|expr| expr.from_kind),
        expr: expr.map(|expr| expr.text).unwrap_or_default(),
        span: key.span,
    }
}
