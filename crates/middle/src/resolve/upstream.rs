//! `chart` of a component: the third-party chart that replaces it in a cluster.

use super::{
    reference::{Scope, text},
    scene::Scene,
    workload::raw,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{WorkloadDraft, read, unknown},
    model::{ChartOperator, ChartSecret, Text, UpstreamChart},
    source::Span,
    syntax::{Entry, Key, Node, Removal, Table, Value, overlay},
};

/// The schemes of a chart repository.
const SCHEMES: [&str; 4] = ["https://", "http://", "oci://", "file://"];

/// The chart of a component's main workload.
pub(super) fn chart(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    sink: &mut Sink,
) -> Option<UpstreamChart> {
    let own = own_table(scene, index).filter(|_| shape.part.is_none())?;
    let mut carries = Vec::new();
    let table = &merged(scene, index, own, &mut carries);
    let repository = table.get("repository")?;
    let address = repository.as_str()?;
    if !SCHEMES
        .iter()
        .any(|scheme| address.len() > scheme.len() && address.starts_with(scheme))
    {
        sink.push(
            Diagnostic::new(
                Code::BadValue,
                format!("`{address}` is not a chart repository"),
            )
            .label(repository.span, "Helm looks for the chart here")
            .help("write `https://HOST/PATH`, `oci://HOST/PATH` or `file://PATH` of a folder"),
        );
    }
    file_names(table, sink);
    parts(scene, index, own, sink);
    let scope = Scope::component(index, None);
    Some(UpstreamChart {
        repository: address.trim_end_matches('/').to_string(),
        name: read::owned(table, "name")?,
        version: read::owned(table, "version")?,
        values: raw(scene, table.get("values"), &scope, sink),
        labels: texts(scene, table, "labels", &scope, sink),
        serves: texts(scene, table, "serves", &scope, sink),
        own_service: table.boolean("own_service").unwrap_or(false),
        asks_api: table.boolean("asks_api").unwrap_or(false),
        reaches_cluster: table.boolean("reaches_cluster").unwrap_or(false),
        operator: table.table("operator").and_then(operator),
        secret: secret(scene, table, &scope, sink),
        moves: moves(scene, table, &scope, sink),
        beside: raw(scene, table.get("beside"), &scope, sink),
        carries,
        lost_settings: lost_settings(scene, index, table),
        span: shape
            .table
            .entry("chart")
            .map_or(scene.components[index].span, |entry| entry.key.span),
    })
}

/// Helm saves the chart as `charts/NAME-VERSION.tgz`: neither may lead out of that folder.
fn file_names(table: &Table, sink: &mut Sink) {
    for key in ["name", "version"] {
        let Some(node) = table.get(key) else {
            continue;
        };
        let text = node.as_str().unwrap_or_default();
        if text.contains(['/', '\\']) || text.contains("..") {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("`{text}` can't be the {key} of a chart"),
                )
                .label(node.span, "becomes a part of a file's name")
                .help("write it without `/`, `\\` and `..`"),
            );
        }
    }
}

/// Reports settings of the component that do not reach the chart, as the kind lists them.
fn lost_settings(scene: &Scene<'_>, index: usize, table: &Table) -> Vec<String> {
    let user = &scene.components[index].user;
    let is_set = |name: &&str| user.get_path(&["settings", name]).is_some();
    let lost = table.strings("loses").into_iter().filter(is_set);
    lost.map(ToString::to_string).collect()
}

fn operator(table: &Table) -> Option<ChartOperator> {
    let ports = table.array("ports").unwrap_or_default();
    let number = |node: &Node| match node.value {
        Value::Integer(number) => u16::try_from(number).ok(),
        _ => None,
    };
    Some(ChartOperator {
        namespace: read::owned(table, "namespace")?,
        ports: ports.iter().filter_map(number).collect(),
    })
}

/// Only kinds say one: its texts may hold secrets.
fn secret(
    scene: &Scene<'_>,
    table: &Table,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Option<ChartSecret> {
    let table = table.table("secret")?;
    let entries = read::entries(table, "entries");
    Some(ChartSecret {
        kind: read::owned(table, "type").unwrap_or_else(|| "Opaque".to_string()),
        entries: entries
            .map(|(key, node)| (key.name.clone(), text(scene, node, scope, sink)))
            .collect(),
    })
}

fn moves(scene: &Scene<'_>, table: &Table, scope: &Scope<'_>, sink: &mut Sink) -> Option<Text> {
    let scope = scope
        .clone()
        .without_secrets("a command that a plan prints");
    let node = table.get("moves")?;
    Some(text(scene, node, &scope, sink))
}

fn texts(
    scene: &Scene<'_>,
    table: &Table,
    key: &str,
    scope: &Scope<'_>,
    sink: &mut Sink,
) -> Vec<(String, Text)> {
    let scope = scope.clone().without_secrets("a label");
    read::entries(table, key)
        .map(|(key, node)| (key.name.clone(), text(scene, node, &scope, sink)))
        .collect()
}

/// What the component says over what its kind knows of the chart. `carries` gets the keys of the component that stand in the
/// kind's values.
fn merged(scene: &Scene<'_>, index: usize, own: &Table, carries: &mut Vec<&'static str>) -> Table {
    let draft = &scene.components[index];
    let known = own
        .string("name")
        .and_then(|name| draft.kind_table.get_path(&["charts", name]))
        .and_then(Node::as_table);
    let Some(known) = known else {
        return own.clone();
    };
    let mut known = known.clone();
    if let Some(values) = known.table_mut("values") {
        let main = draft.workloads.iter().find(|shape| shape.part.is_none());
        if let Some(main) = main {
            fill(
                values,
                &main.table,
                version(scene, index).as_deref(),
                carries,
            );
        }
    }
    overlay(&known, own, Removal::Now)
}

/// Replaces the placeholders (such as `@version`) by the component's values. Without a value the chart's default stays.
fn fill(values: &mut Table, main: &Table, version: Option<&str>, carries: &mut Vec<&'static str>) {
    values.entries.retain_mut(|entry| {
        let span = entry.value.span;
        let filled = match &mut entry.value.value {
            Value::Table(inner) => {
                fill(inner, main, version, carries);
                return true;
            }
            Value::String(word) if word == "@version" => {
                version.map(|version| Value::String(version.to_string()))
            }
            Value::String(word) if word == "@resources" => {
                carries.push("resources");
                main.table("resources").map(|table| requests(table, span))
            }
            Value::String(word) => {
                let volume = word
                    .strip_prefix("@volumes.")
                    .and_then(|word| word.strip_suffix(".size"));
                let Some(volume) = volume else { return true };
                carries.push("volumes");
                let size = main.get_path(&["volumes", volume, "size"]);
                size.map(|size| size.value.clone())
            }
            _ => return true,
        };
        match filled {
            Some(value) => {
                entry.value.value = value;
                true
            }
            None => false,
        }
    });
}

/// `resources` of a component as a container has them.
fn requests(resources: &Table, span: Span) -> Value {
    let entry = |name: &str, value: Value| Entry {
        key: Key {
            name: name.to_string(),
            span,
        },
        value: Node { span, value },
    };
    let amount = |table: &Table, name: &str| {
        let node = table.get(name)?;
        Some(entry(name, Value::String(read::scalar(node))))
    };
    let limits = resources.table("limits");
    let asked = ["cpu", "memory"].map(|name| amount(resources, name));
    let bound = [
        limits.and_then(|limits| amount(limits, "cpu")),
        amount(resources, "memory"),
    ];
    let table = |entries: [Option<Entry>; 2]| {
        let entries: Vec<Entry> = entries.into_iter().flatten().collect();
        Value::Table(Table {
            entries: entries.into(),
        })
    };
    Value::Table(Table {
        entries: vec![
            entry("requests", table(asked)),
            entry("limits", table(bound)),
        ]
        .into(),
    })
}

/// The number that the tag of the component begins with, as in `17.11` of `17.11-alpine`; else its major version.
fn version(scene: &Scene<'_>, index: usize) -> Option<String> {
    let draft = &scene.components[index];
    let has_image = draft.user.get("image").is_some();
    let tag = draft
        .user
        .string("version")
        .or(draft.kind.version.as_deref());
    let number: String = tag
        .filter(|_| !has_image)
        .unwrap_or_default()
        .trim_start_matches('v')
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let number = number.trim_end_matches('.');
    match number.is_empty() {
        false => Some(number.to_string()),
        true => draft.program.major.map(|major| major.to_string()),
    }
}

/// Whether the chart replaces a workload of its component.
pub(super) fn is_run_by_chart(scene: &Scene<'_>, index: usize, shape: &WorkloadDraft) -> bool {
    let Some(own) = own_table(scene, index) else {
        return false;
    };
    let is_in_chart = |part: &str| {
        let table = merged(scene, index, own, &mut Vec::new());
        table.strings("parts").contains(&part)
    };
    shape.part.as_deref().is_none_or(is_in_chart)
}

fn own_table<'a>(scene: &Scene<'a>, index: usize) -> Option<&'a Table> {
    scene.components[index].user.table("chart")
}

/// Parts that the kind does not have.
fn parts(scene: &Scene<'_>, index: usize, table: &Table, sink: &mut Sink) {
    let draft = &scene.components[index];
    let parts = draft.kind_table.table("parts");
    let known: Vec<&str> = parts.into_iter().flat_map(Table::keys).collect();
    for node in table.array("parts").unwrap_or_default() {
        if let Some(name) = node.as_str().filter(|name| !known.contains(name)) {
            sink.push(unknown("part", name, node.span, &known));
        }
    }
}
