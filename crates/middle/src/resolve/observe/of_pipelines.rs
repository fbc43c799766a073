//! What pipelines change of the alerts that are about them: those on their schedules, and those of the kind of their Airflow that name the
//! pipeline in a label.

use super::{
    alerts::laid_over,
    promises::{OVERDUE, PIPELINE, SLOW},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::read,
    model::Alert,
    resolve::{Scene, pipelines},
    syntax::{Key, Node, Table, Value},
    text::one_of,
};

/// The alerts of the Airflow that runs the pipelines. Each pipeline that changes an alert about all of them gets a copy of it, and the
/// original leaves this pipeline out.
pub(in crate::resolve) fn of_pipelines(
    scene: &Scene<'_>,
    index: usize,
    mut alerts: Vec<Alert>,
    sink: &mut Sink,
) -> Vec<Alert> {
    for (pipeline, table) in read::tables(&scene.draft.tree, "pipelines") {
        for (key, node) in table.entries_of("alerts") {
            let change = Change {
                scene,
                index,
                pipeline: &pipeline.name,
                table,
                key,
                node,
            };
            change.apply(&mut alerts, sink);
        }
    }
    alerts
}

/// One entry of `alerts` of a pipeline.
struct Change<'a> {
    scene: &'a Scene<'a>,
    /// The Airflow.
    index: usize,
    pipeline: &'a str,
    /// The pipeline's keys.
    table: &'a Table,
    key: &'a Key,
    node: &'a Node,
}

impl Change<'_> {
    fn apply(&self, alerts: &mut Vec<Alert>, sink: &mut Sink) {
        if self.node.as_bool() == Some(true) {
            self.report_true(sink);
            return;
        }
        let is_named = |alert: &Alert| alert.name == self.key.name;
        if let Some(at) = alerts
            .iter()
            .position(|it| is_named(it) && self.label(it).is_some())
        {
            let general = alerts[at].clone();
            let label = self.label(&general).unwrap_or_default().to_string();
            let this = format!(
                "on ({label}) label_replace(vector(1), \"{label}\", \"{}\", \"\", \"\")",
                self.pipeline
            );
            alerts[at].expr = format!("({}) unless {this}", general.expr);
            if let Some(mut own) = self.changed(general, sink) {
                own.expr = format!("({}) and {this}", own.expr);
                if !own.labels.iter().any(|(name, _)| name == PIPELINE) {
                    let label = (PIPELINE.to_string(), self.pipeline.to_string());
                    own.labels.push(label);
                }
                alerts.insert(at + 1, own);
            }
            return;
        }
        if alerts.iter().any(|it| is_named(it) && self.is_of_this(it)) {
            let before = std::mem::take(alerts);
            alerts.extend(before.into_iter().filter_map(|it| {
                match is_named(&it) && self.is_of_this(&it) {
                    true => self.changed(it, sink),
                    false => Some(it),
                }
            }));
            return;
        }
        self.report_unknown(alerts, sink);
    }

    /// The alert with the pipeline's keys over it; none where it takes the alert away.
    fn changed(&self, alert: Alert, sink: &mut Sink) -> Option<Alert> {
        match &self.node.value {
            Value::Table(own) => Some(laid_over(self.scene, self.index, alert, own, sink)),
            Value::Boolean(false) => None,
            _ => Some(alert),
        }
    }

    /// The label in which an alert of the kind names its pipeline. An expression of the user's own may drop it.
    fn label(&self, alert: &Alert) -> Option<&str> {
        let kind = &self.scene.components[self.index].kind_table;
        let is_of_one = alert.labels.iter().any(|(name, _)| name == PIPELINE);
        let table = kind.get_path(&["alerts", &alert.name])?.as_table()?;
        table
            .string("of_pipeline")
            .filter(|_| alert.from_kind && !is_of_one)
    }

    fn is_of_this(&self, alert: &Alert) -> bool {
        let mut labels = alert.labels.iter();
        labels.any(|(name, value)| name == PIPELINE && value == self.pipeline)
    }

    fn report_true(&self, sink: &mut Sink) {
        let name = &self.key.name;
        sink.push(
            Diagnostic::new(
                Code::WrongType,
                format!("`alerts.{name} = true` has no meaning"),
            )
            .label(self.node.span, "expected a table, or `false`")
            .help(format!(
                "write what differs, as `alerts.{name} = {{ severity = \"critical\" }}`, or remove the line"
            ))
            .replacing(self.node.span, "{ severity = \"critical\" }"),
        );
    }

    fn report_unknown(&self, alerts: &[Alert], sink: &mut Sink) {
        let name = &self.key.name;
        let is_of_schedule = [OVERDUE, SLOW].contains(&name.as_str());
        // One that the schedule lacks was reported there, or the Airflow has taken it away.
        if is_of_schedule && pipelines::schedule(self.table).is_some() {
            return;
        }
        let about = alerts
            .iter()
            .filter(|it| self.label(it).is_some() || self.is_of_this(it));
        let mut known: Vec<&str> = about.map(|it| it.name.as_str()).collect();
        known.dedup();
        let near = nearest(name, known.iter().copied());
        sink.push(
            Diagnostic::new(
                Code::UnknownName,
                format!(
                    "no alert `{name}` is about the pipeline `{}`",
                    self.pipeline
                ),
            )
            .label(self.key.span, "not there")
            .misspelled(name, near, || match known.as_slice() {
                _ if is_of_schedule => "it comes with a `schedule`".to_string(),
                [] => "remove the line: its Airflow has none that could differ".to_string(),
                known => format!(
                    "name {}; an alert with an `expr` of its own stands at a component",
                    one_of(known)
                ),
            }),
        );
    }
}
