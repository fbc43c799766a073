//! How a component is monitored: health checks, metrics, alerts, recording rules and panels.

mod alerts;
mod exposed;
mod health;
mod label_names;
mod metrics;
mod of_pipelines;
mod paces;
mod panels;
mod probes;
mod promises;
mod relabel;
mod scraper;
mod slo;

pub(super) use alerts::{alerts, of_kind};
pub(super) use exposed::lists;
pub(super) use health::health;
pub(super) use metrics::{external_metrics, metrics};
pub(super) use of_pipelines::of_pipelines;
pub(super) use paces::Paces;
pub(super) use panels::{own_panels, panels, records};
pub(super) use probes::{has_prober, in_order, is_probed, probe_alerts};
pub(super) use promises::promises;
pub(super) use scraper::{Scraper, scraper};
pub(super) use slo::{levels, requests};

use std::collections::BTreeMap;

use super::{
    Scene,
    reference::{Scope, needed_port, text},
};
use crate::{
    diag::{Code, Diagnostic, Edit, Sink, nearest},
    expand::{ComponentDraft, WorkloadDraft, read},
    language::{Form, NameRule},
    model::{Expression, Port, Protocol, Text},
    syntax::{Node, Table, Value},
    text::one_of,
    value::is_request_path,
};

/// How a kind selects the component's own series.
const SELECTOR: &str = "${self.selector}";

/// `false` switches off what a kind has; `true` has no effect.
fn refuse_true(node: &Node, key: &str, sink: &mut Sink) {
    if node.as_bool() == Some(true) {
        sink.push(
            Diagnostic::new(Code::WrongType, format!("`{key} = true` has no meaning"))
                .label(node.span, "expected a table, or `false`")
                .help(format!(
                    "write a table, as `{key} = {{ port = \"http\", ... }}`, or leave it to the kind"
                )),
        );
    }
}

/// A port that the workload itself listens on.
fn port<'a>(
    scene: &Scene<'_>,
    draft: &ComponentDraft,
    shape: &'a WorkloadDraft,
    node: &Node,
    what: &str,
    sink: &mut Sink,
) -> Option<&'a Port> {
    let name = node.as_str()?;
    let found = shape.ports.iter().find(|port| port.name == name);
    let removed = draft.removed_port(name);
    if let (Some(key), true, None) = (removed, scene.names.is_kind_text(node), found) {
        sink.push(needed_port(draft, key));
        return None;
    }
    if found.is_none() && !draft.broken {
        let first = naming(shape, name).first().copied();
        if first.is_some_and(|first| first.span != node.span) {
            // It was reported where it is named first.
            return None;
        }
        let known: Vec<&str> = shape.ports.iter().map(|port| port.name.as_str()).collect();
        let otherwise = || match known.as_slice() {
            [] => format!("declare it: `ports.{name} = 8000`"),
            known => format!(
                "it has {}; or declare it: `ports.{name} = 8000`",
                one_of(known)
            ),
        };
        let diagnostic = Diagnostic::new(
            Code::UnknownPort,
            format!(
                "the {what} uses the port `{name}`, which `{}` does not have",
                draft.name
            ),
        )
        .label(node.span, "no such port")
        .label(draft.span, "this component")
        .misspelled(name, nearest(name, known.iter().copied()), otherwise);
        let diagnostic = with_others(diagnostic, name, shape, node);
        let is_main = shape.part.is_none();
        sink.push(
            match known.is_empty() && is_main && NameRule::Port.accepts(name) {
                true => diagnostic.adding(draft.span, format!("ports.{name} = 8000")),
                false => diagnostic,
            },
        );
    }
    if let Some(port) = found.filter(|port| port.protocol != Protocol::Tcp) {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!(
                    "the {what} asks the port `{name}` of `{}`, which takes no connections",
                    draft.name
                ),
            )
            .label(node.span, format!("a port of {}", port.protocol.name()))
            .help(format!(
                "name a port of TCP; if this one is, take `protocol` away from `ports.{name}`"
            )),
        );
    }
    found
}

/// Where a health check and metrics name a port.
fn naming<'a>(shape: &'a WorkloadDraft, port: &str) -> Vec<&'a Node> {
    let table = &shape.table;
    let health = ["port", "tcp"].map(|key| table.get_path(&["health", key]));
    let entries = match table.get("metrics").map(|node| &node.value) {
        Some(Value::Array(entries)) => entries.iter().collect(),
        _ => table.get("metrics").into_iter().collect::<Vec<_>>(),
    };
    let metrics = entries
        .into_iter()
        .filter_map(|entry| entry.as_table()?.get("port"));
    let all = health.into_iter().flatten().chain(metrics);
    all.filter(|node| node.as_str() == Some(port)).collect()
}

/// The other places that name the same port, which is not there.
fn with_others(
    mut diagnostic: Diagnostic,
    name: &str,
    shape: &WorkloadDraft,
    first: &Node,
) -> Diagnostic {
    let renamed = diagnostic.edits.first().cloned();
    for node in naming(shape, name) {
        if node.span == first.span {
            continue;
        }
        diagnostic = diagnostic.label(node.span, "here, too");
        if let Some(Edit::Rename { old, new, .. }) = &renamed {
            diagnostic.edits.push(Edit::Rename {
                within: node.span,
                old: old.clone(),
                new: new.clone(),
            });
        }
    }
    diagnostic
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
    // Most of them have no reference, and a platform of a thousand components reads fifty thousand.
    if let Some(text) = node.as_str().filter(|text| !text.contains('$')) {
        return text.to_string();
    }
    let scope = Scope::component(index, None).without_secrets("a rule");
    scene.with_defaults(&text(scene, node, &scope, sink))
}

/// Whether anything of it is scraped.
fn has_metrics(draft: &ComponentDraft) -> bool {
    draft.workloads.iter().any(gives_metrics)
}

fn gives_metrics(shape: &WorkloadDraft) -> bool {
    !shape.table.one_or_many_tables("metrics").is_empty()
}

/// The workload whose metrics the rules and panels of the kind read: the one that it names in `measured`, else the first one that
/// the kind scrapes, else the first one that is scraped. No other workload replaces a main one that the kind scrapes: where its
/// metrics are switched off, rules and panels have none.
fn measured(draft: &ComponentDraft) -> Option<&WorkloadDraft> {
    if let Some(part) = draft.kind_table.string("measured") {
        let mut parts = draft.workloads.iter();
        return parts.find(|it| it.part.as_deref() == Some(part) && gives_metrics(it));
    }
    if kind_scrapes_main(draft) {
        return draft.workload(None).filter(|it| gives_metrics(it));
    }
    let is_of_kind = |part: Option<&str>| match part {
        None => false,
        Some(part) => is_set_by_kind(draft, &["parts", part, "metrics"]),
    };
    let mut parts = draft.kind_table.table("parts").into_iter();
    let kind_has_metrics = parts.any(|it| it.keys().any(|it| is_of_kind(Some(it))));
    let mut scraped = draft.workloads.iter().filter(|shape| gives_metrics(shape));
    scraped.find(|shape| !kind_has_metrics || is_of_kind(shape.part.as_deref()))
}

/// Whether the kind has the main workload scraped.
fn kind_scrapes_main(draft: &ComponentDraft) -> bool {
    is_set_by_kind(draft, &["workload", "metrics"])
}

fn is_set_by_kind(draft: &ComponentDraft, path: &[&str]) -> bool {
    let is_set = |table: &Table| {
        let node = table.get_path(path);
        node.is_some_and(|node| !node.is_false())
    };
    // A component that runs elsewhere has no workload of the kind, but it may have the kind's metrics.
    is_set(&draft.kind_table) || (draft.external.is_some() && is_set(&draft.kind.table))
}

/// The names that the component's own job gives, where its kind knows them: files of `templates/kinds/metrics/`.
pub(super) fn exposes(draft: &ComponentDraft) -> Vec<String> {
    match measured(draft) {
        Some(_) => read::strings(&draft.kind_table, "exposes"),
        None => Vec::new(),
    }
}

/// The lists of what a part's job gives, where its kind says that they are not the main one's.
pub(super) fn exposed_by_parts(draft: &ComponentDraft) -> BTreeMap<String, Vec<String>> {
    let parts = read::tables(&draft.kind_table, "parts");
    let lists = parts.map(|(key, part)| (key.name.clone(), read::strings(part, "exposes")));
    lists.filter(|(_, lists)| !lists.is_empty()).collect()
}

/// A path of a URL in which references may stand. Here it is known what they stand for, so the whole of it is checked.
fn request_path(scene: &Scene<'_>, node: &Node, scope: &Scope<'_>, sink: &mut Sink) -> Text {
    let path = text(scene, node, scope, sink);
    let spoken = scene.with_defaults(&path);
    // A path that could not be resolved was reported.
    if !spoken.is_empty() && !is_request_path(&spoken) {
        sink.push(
            Diagnostic::new(Code::BadValue, format!("`{spoken}` is no path of a URL"))
                .label(node.span, "with what its references stand for")
                .help(format!("write {}", Form::UrlPath.describe())),
        );
    }
    path
}
