//! Conditions of kinds, as `[[when]]` and `if` ask them, and the tables that come of them.

use serde_json::{Map, Value as Json, json};

use super::{
    Declarations,
    draft::{BoundRole, Declared},
    layers::normal_kind,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    syntax::{Node, Removal, Table, Value, overlay},
    template::Engine,
};

/// What conditions may ask.
pub(super) fn facts(all: &Declarations, bound: &[BoundRole], index: usize) -> Json {
    let declared = &all.components[index];
    let mut settings = Map::new();
    for spec in &declared.kind.settings {
        if let Some(node) = declared.setting(&spec.name) {
            settings.insert(spec.name.clone(), plain(node));
        }
    }
    let mut roles = Map::new();
    for bound in bound {
        let target = &all.components[bound.target];
        roles.insert(
            bound.role.name.clone(),
            json!({ "kind": bound.fitting_kind(target), "component": target.name }),
        );
    }
    json!({
        "settings": settings,
        "roles": roles,
        "major": declared.major,
        "ports": ports(declared),
        "public_url": declared.public_url(),
        "platform": {
            "prometheus": all.has_kind("prometheus"),
            "grafana": all.has_kind("grafana"),
            "airflow": all.has_kind("airflow"),
            "jenkins": all.has_kind("jenkins"),
            "pipelines": all.names.has_pipelines,
            "stubs": all.names.has_stubs,
        },
    })
}

/// The prefixes under which the ports of the main workload are served, where there are any.
fn ports(declared: &Declared) -> Json {
    let of_kind = declared.kind.table.get_path(&["workload", "ports"]);
    let names = [of_kind, declared.user.get("ports")]
        .into_iter()
        .flatten()
        .filter_map(Node::as_table)
        .flat_map(Table::keys);
    names
        .map(|name| {
            let path = declared
                .user
                .get_path(&["ports", name, "path"])
                .and_then(Node::as_str)
                .map(|path| path.trim_end_matches('/'));
            (
                name.to_string(),
                json!({ "path": path.unwrap_or_default() }),
            )
        })
        .collect::<Map<_, _>>()
        .into()
}

fn plain(node: &Node) -> Json {
    match &node.value {
        Value::String(text) | Value::Datetime(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::from(*value),
        Value::Broken => Json::Null,
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.name.clone(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

pub(super) fn holds(condition: &Node, engine: &Engine, facts: &Json, sink: &mut Sink) -> bool {
    let Some(text) = condition.as_str() else {
        return true;
    };
    match engine.holds(text, facts) {
        Ok(holds) => holds,
        Err(error) => {
            sink.push(
                Diagnostic::new(Code::BadKind, "this condition can't be decided")
                    .label(condition.span, error.message)
                    .help("conditions read `settings`, `roles`, `ports`, `public_url`, `major` and `platform`"),
            );
            false
        }
    }
}

/// The kind's tables, each `[[when]]` whose condition holds laid over them.
pub(super) fn decided(
    declared: &Declared,
    engine: &Engine,
    facts: &Json,
    sink: &mut Sink,
) -> Table {
    let mut table = declared.kind.table.clone();
    let Some(when) = table.remove("when") else {
        return normal_kind(&table);
    };
    table = normal_kind(&table);
    for case in when.as_array().unwrap_or_default() {
        let Some(case) = case.as_table() else {
            continue;
        };
        if case
            .get("if")
            .is_some_and(|condition| holds(condition, engine, facts, sink))
        {
            let mut over = normal_kind(case);
            over.remove("if");
            let more = over
                .table_mut("workload")
                .and_then(|workload| workload.remove("args"));
            table = overlay(&table, &over, Removal::Now);
            if let Some(more) = more {
                append_arguments(&mut table, &more);
            }
        }
    }
    table
}

/// What a case says in `args` is a part of the kind's command: the user's own `args` come behind it.
fn append_arguments(table: &mut Table, more: &Node) {
    let command = table
        .table_mut("workload")
        .and_then(|workload| workload.get_mut("command"));
    if let Some(Value::Array(words)) = command.map(|node| &mut node.value) {
        words.extend(more.as_array().unwrap_or_default().iter().cloned());
    }
}
