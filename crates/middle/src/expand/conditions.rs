//! Conditions of kinds (`[[when]]` and `if`), and the tables that they add.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::{
    Bound, Declarations,
    draft::{BoundRole, Declared},
    hidden::{declared_number, path_of_url},
    layers::kind_in_long_form,
    variables,
};
use crate::{
    catalog::{Fact, PlatformFact, RoleFact},
    diag::{Code, Diagnostic, Sink},
    model::{Purpose, Route},
    syntax::{Entry, Node, Removal, Table, Value, lay_over},
    template::{Engine, View},
    text::all_of,
};

/// The facts that a condition can test.
///
/// `tree`: the platform, which has raw keys of workloads at its top.
pub(super) fn facts(all: &Declarations, bound: &[Bound], index: usize, tree: &Table) -> View {
    let declared = &all.components[index];
    let value = |fact: &Fact| match fact {
        Fact::Settings => settings(declared).into(),
        Fact::Roles => roles(all, bound, index, Depth::Own).into(),
        Fact::Ports => ports(declared),
        Fact::PublicUrl => json!(declared.public_url()),
        Fact::PublicPath => json!(declared.public_url().map_or("", path_of_url)),
        Fact::Parts => parts(declared),
        Fact::External => external(declared),
        Fact::Routes => routes(all, &declared.name),
        Fact::Major => json!(declared.program.major),
        Fact::Version => json!(declared.version),
        Fact::Platform => platform(all).into(),
        Fact::Files => set_of(files(declared)),
        Fact::Env => set_of(variables::names(declared, tree)),
        Fact::EnvElsewhere => json!(variables::are_elsewhere(declared, tree)),
        Fact::Scraped => json!(is_scraped(all, declared)),
        Fact::Memory => json!(has_memory(declared)),
    };
    let facts = Fact::ALL.iter();
    let facts: Map<String, Json> = facts
        .map(|fact| (fact.name().to_string(), value(fact)))
        .collect();
    View::new(facts)
}

/// Whose roles are told of.
#[derive(Clone, Copy, PartialEq)]
enum Depth {
    Own,
    /// Of a component that fills a role: what fills those is told without roles.
    OfFiller,
}

/// What fills each role of a component.
fn roles(all: &Declarations, bound: &[Bound], index: usize, depth: Depth) -> Map<String, Json> {
    let facts_of = |of: &BoundRole| -> Json {
        let target = &all.components[of.target];
        let value = |fact: &RoleFact| match fact {
            RoleFact::Kind => json!(of.fitting_kind(target)),
            RoleFact::Component => json!(target.name),
            RoleFact::Settings => settings(target).into(),
            RoleFact::Ports => ports(target),
            RoleFact::External => json!(target.external.is_some()),
            RoleFact::Version => json!(target.version),
            RoleFact::Roles if depth == Depth::OfFiller => Json::Null,
            RoleFact::Roles => roles(all, bound, of.target, Depth::OfFiller).into(),
        };
        let facts = RoleFact::ALL.iter();
        let facts: Map<String, Json> = facts
            .map(|fact| (fact.name().to_string(), value(fact)))
            .collect();
        facts.into()
    };
    let mut out = Map::new();
    for bound in &bound[index].roles {
        let mut facts = facts_of(bound);
        if let Some(other) = out.get(&bound.role.name) {
            keep_equal(&mut facts["settings"], &other["settings"]);
        }
        out.insert(bound.role.name.clone(), facts);
    }
    out
}

/// Of several components in one role a setting is a fact only where all have the same.
fn keep_equal(settings: &mut Json, others: &Json) {
    if let Some(settings) = settings.as_object_mut() {
        settings.retain(|name, value| others.get(name) == Some(value));
    }
}

fn platform(all: &Declarations) -> Map<String, Json> {
    let holds = |fact: &PlatformFact| match fact {
        PlatformFact::Prometheus => all.has(Purpose::Metrics),
        PlatformFact::Grafana => all.has(Purpose::Dashboards),
        PlatformFact::Airflow => all.has(Purpose::Pipelines),
        PlatformFact::Jenkins => all.has(Purpose::Ci),
        PlatformFact::Pipelines => all.names.has_pipelines,
        PlatformFact::Stubs => all.names.has_stubs,
        PlatformFact::Tasks => all.names.has_tasks,
        PlatformFact::Ci => all.names.has_ci,
        PlatformFact::CiContainers => all.names.has_ci_containers,
    };
    let facts = PlatformFact::ALL.iter();
    facts
        .map(|fact| (fact.name().to_string(), Json::from(holds(fact))))
        .collect()
}

fn settings(declared: &Declared) -> Map<String, Json> {
    let specs = declared.kind.settings.iter();
    specs
        .filter_map(|spec| Some((spec.name.clone(), plain(declared.setting(&spec.name)?))))
        .collect()
}

/// The routes that lead through an entry point, or that a component asks to log in; nothing where there are none.
fn routes(all: &Declarations, name: &str) -> Json {
    let is_asked = |route: &Route| {
        let login = route.login.as_ref();
        login.is_some_and(|login| login.component == name)
    };
    let routes = all.routes.iter();
    let routes: Vec<&Route> = routes
        .filter(|it| it.door == name || is_asked(it))
        .collect();
    if routes.is_empty() {
        return Json::Null;
    }
    let hosts: BTreeSet<&str> = routes.iter().map(|route| route.host.as_str()).collect();
    json!({
        "tls": routes.iter().any(|route| route.tls.is_some()),
        "hosts": hosts.len(),
    })
}

/// The ports of the main workload: their numbers, under which prefix they are served, and by which scheme.
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
                "number": declared_number(declared, name),
                "scheme": super::ports::scheme(declared, name).name(),
            });
            (name.to_string(), facts)
        })
        .collect::<Map<_, _>>()
        .into()
}

/// The paths at which the user mounts files.
fn files(declared: &Declared) -> impl Iterator<Item = String> {
    let entries = declared.user.entries_of("files");
    let entries = entries.filter(|(_, it)| !it.is_false() && !it.is_removed());
    entries.map(|(key, _)| key.name.clone())
}

/// Names of which a condition asks whether they are there.
fn set_of(names: impl IntoIterator<Item = String>) -> Json {
    let names = names.into_iter().map(|name| (name, Json::from(true)));
    names.collect::<Map<_, _>>().into()
}

/// Whether a Prometheus of the platform asks it, or one of its parts, for metrics.
fn is_scraped(all: &Declarations, declared: &Declared) -> bool {
    let own = declared.user.get("metrics");
    all.has(Purpose::Metrics) && !own.is_some_and(Node::is_false)
}

/// Whether the main workload keeps the amount of memory that its kind or the user names.
fn has_memory(declared: &Declared) -> bool {
    let paths: [&[&str]; 2] = [&["resources"], &["resources", "memory"]];
    let mut nodes = paths.iter().filter_map(|it| declared.user.get_path(it));
    !nodes.any(|node| node.is_false() || node.is_removed())
}

/// Which parts of the kind the component has, or would have: all but those that it takes away.
fn parts(declared: &Declared) -> Json {
    let cases = declared.kind.table.array("when").unwrap_or_default().iter();
    let tables = std::iter::once(&declared.kind.table).chain(cases.filter_map(Node::as_table));
    let names = tables
        .filter_map(|table| table.table("parts"))
        .flat_map(Table::keys);
    let is_off = |name: &str| {
        let part = declared.user.get_path(&["parts", name]);
        part.is_some_and(Node::is_false)
    };
    names
        .map(|name| (name.to_string(), Json::from(!is_off(name))))
        .collect::<Map<_, _>>()
        .into()
}

/// The ports of a component elsewhere that have an address there. False for one that runs here.
fn external(declared: &Declared) -> Json {
    let Some(external) = &declared.external else {
        return Json::from(false);
    };
    let ports = external.addresses.iter();
    let ports: Map<String, Json> = ports
        .map(|address| (address.port.clone(), Json::from(true)))
        .collect();
    match ports.is_empty() {
        true => Json::from(true),
        false => ports.into(),
    }
}

fn plain(node: &Node) -> Json {
    match &node.value {
        Value::String(text) => Json::from(text.as_str()),
        Value::Time(text) => Json::from(&**text),
        Value::Date(date) => Json::from(date.to_string()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(number.number),
        Value::Boolean(value) => Json::from(*value),
        Value::Broken | Value::Removed => Json::Null,
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.name.clone(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

pub(super) fn condition_holds(
    condition: &Node,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> bool {
    let Some(text) = condition.as_str() else {
        return true;
    };
    match engine.evaluates_to_true(text, facts) {
        Ok(holds) => holds,
        Err(error) => {
            sink.push(
                Diagnostic::new(Code::BadKind, "this condition can't be evaluated")
                    .label(condition.span, error.message)
                    .help(format!("conditions read {}", all_of(Fact::NAMES))),
            );
            false
        }
    }
}

/// The kind's tables, each `[[when]]` whose condition holds laid over them.
pub(super) fn table_of_kind(
    declared: &Declared,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> Table {
    let mut table = declared.kind.table.clone();
    let Some(when) = table.remove("when") else {
        return kind_in_long_form(&table);
    };
    table = kind_in_long_form(&table);
    for case in when.as_array().unwrap_or_default() {
        let Some(case) = case.as_table() else {
            continue;
        };
        if case
            .get("if")
            .is_some_and(|condition| condition_holds(condition, engine, facts, sink))
        {
            let mut over = kind_in_long_form(case);
            over.remove("if");
            let more = taken_arguments(&mut over);
            let lists = LISTS.map(|name| over.entry(name).cloned());
            for name in LISTS {
                over.remove(name);
            }
            lay_over(&mut table, &over, Removal::Now);
            lists
                .into_iter()
                .flatten()
                .for_each(|list| append(&mut table, list));
            for (path, words) in more {
                append_arguments(&mut table, &path, words);
            }
        }
    }
    table
}

/// Lists of which those of a case follow those of the kind.
const LISTS: [&str; 2] = ["contradictions", "panels"];

fn append(table: &mut Table, more: Entry) {
    let below = table.get_mut(&more.key.name).map(|node| &mut node.value);
    match (below, &more.value.value) {
        (Some(Value::Array(items)), Value::Array(more)) => items.extend(more.iter().cloned()),
        _ => table.set(more.key, more.value),
    }
}

/// The `args` of a case, with the path of the workload that each is for. They are no longer in the case.
fn taken_arguments(case: &mut Table) -> Vec<(Vec<String>, Entry)> {
    let parts = case.table("parts").into_iter().flat_map(Table::keys);
    let paths = parts.map(|part| vec!["parts".to_string(), part.to_string()]);
    let paths: Vec<_> = paths.chain([vec!["workload".to_string()]]).collect();
    let mut taken = Vec::new();
    for path in paths {
        let Some(workload) = table_at(case, &path) else {
            continue;
        };
        if let Some(words) = workload.entry("args").cloned() {
            workload.remove("args");
            taken.push((path, words));
        }
    }
    taken
}

/// The `args` of a case are a part of the kind's command; the user's own `args` follow them.
fn append_arguments(table: &mut Table, path: &[String], words: Entry) {
    let Some(workload) = table_at(table, path) else {
        return;
    };
    let command = workload.get_mut("command").map(|node| &mut node.value);
    match (command, words.value.as_array()) {
        (Some(Value::Array(command)), Some(more)) => command.extend(more.iter().cloned()),
        _ => workload.set(words.key, words.value),
    }
}

fn table_at<'a>(table: &'a mut Table, path: &[String]) -> Option<&'a mut Table> {
    path.iter()
        .try_fold(table, |table, key| table.table_mut(key))
}
