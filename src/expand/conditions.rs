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
    let mut roles = Map::new();
    for bound in bound {
        let target = &all.components[bound.target];
        roles.insert(
            bound.role.name.clone(),
            json!({
                "kind": bound.fitting_kind(target),
                "component": target.name,
                "settings": settings(target),
                "ports": ports(target),
                "external": target.external.is_some(),
            }),
        );
    }
    json!({
        "settings": settings(declared),
        "external": declared.external.is_some(),
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

fn settings(declared: &Declared) -> Map<String, Json> {
    let specs = declared.kind.settings.iter();
    specs
        .filter_map(|spec| Some((spec.name.clone(), plain(declared.setting(&spec.name)?))))
        .collect()
}

/// The ports of the main workload: under which prefix they are served, and by which scheme.
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
            let facts = json!({
                "path": path.unwrap_or_default(),
                "scheme": super::ports::scheme(declared, name).name(),
            });
            (name.to_string(), facts)
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
                    .help("conditions read `settings`, `roles`, `ports`, `public_url`, `external`, `major` and `platform`"),
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
