//! What a component is watched by: health checks, metrics, alerts, recording rules and panels.

mod alerts;
mod health;
mod metrics;
mod panels;
mod promises;
mod scraper;
mod slo;

pub(super) use alerts::{alerts, healthy};
pub(super) use health::health;
pub(super) use metrics::{external_metrics, metrics};
pub(super) use panels::{own_panels, panels, records};
pub(super) use promises::promises;
pub(super) use scraper::{Scraper, scraper};
pub(super) use slo::{levels, requests};

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{Expression, Port},
    syntax::{Node, Value},
    text::one_of,
};

/// How a kind selects the component's own series.
const SELECTOR: &str = "${self.selector}";

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

/// An expression of a kind, cut where the component's own series are selected; a user's as it is.
fn expression(scene: &Scene<'_>, index: usize, node: &Node, sink: &mut Sink) -> Expression {
    let Some(written) = node.as_str().filter(|_| scene.names.is_kind_text(node)) else {
        return Expression::of(read::scalar(node));
    };
    let pieces = written.split(SELECTOR).map(|piece| {
        let node = Node {
            span: node.span,
            value: Value::String(piece.to_string()),
        };
        kind_string(scene, index, &node, sink)
    });
    Expression::cut(pieces.collect())
}

/// A kind's string with its references resolved; a user's as it is.
fn kind_string(scene: &Scene<'_>, index: usize, node: &Node, sink: &mut Sink) -> String {
    if !scene.names.is_kind_text(node) {
        return read::scalar(node);
    }
    let scope = Scope::component(index, None).without_secrets("a rule");
    text(scene, node, &scope, sink)
        .as_plain()
        .unwrap_or_default()
}

fn has_metrics(draft: &ComponentDraft) -> bool {
    let mut workloads = draft.workloads.iter();
    workloads.any(|shape| !shape.table.one_or_many_tables("metrics").is_empty())
}
