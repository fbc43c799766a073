//! What an environment takes away although others still name it: one mistake, at the line that takes it away.

use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Key, Node, Table, Value},
};

/// Keys whose tables hold names of others' choice: a `group` in `env` is no group.
const FOREIGN: [&str; 7] = [
    "env", "settings", "labels", "compose", "helm", "raw", "moved",
];

/// The most places that a message shows.
const SHOWN: usize = 3;

/// Something that an environment takes away.
struct Removed<'a> {
    noun: &'static str,
    component: &'a str,
    port: Option<&'a str>,
    line: &'a Key,
}

/// The environment without what it takes away in vain, which is reported. `merged` is the platform with all of it.
pub(super) fn without_needed(merged: &Table, environment: Table, sink: &mut Sink) -> Table {
    let mut kept = environment.clone();
    for removed in removals(&environment) {
        let mut places = Vec::new();
        uses(merged, &removed, None, &mut places);
        if places.is_empty() {
            continue;
        }
        sink.push(needed(&removed, &places));
        put_back(&mut kept, &removed);
    }
    kept
}

fn removals(environment: &Table) -> Vec<Removed<'_>> {
    let mut out = Vec::new();
    for (table, noun) in [("groups", "group"), ("components", "component")] {
        for (key, node) in environment.table(table).into_iter().flat_map(Table::iter) {
            if node.is_false() {
                out.push(Removed {
                    noun,
                    component: &key.name,
                    port: None,
                    line: key,
                });
            }
            let ports = node.as_table().and_then(|it| it.table("ports"));
            for (port, node) in ports.into_iter().flat_map(Table::iter) {
                if node.is_false() {
                    out.push(Removed {
                        noun: "port",
                        component: &key.name,
                        port: Some(&port.name),
                        line: port,
                    });
                }
            }
        }
    }
    out
}

/// Where the table names it. `owner` is the component that the table belongs to.
fn uses(table: &Table, removed: &Removed<'_>, owner: Option<&str>, places: &mut Vec<Span>) {
    for (key, node) in table.iter() {
        named(&key.name, node, removed, places);
        referred(node, removed, owner, places);
        if FOREIGN.contains(&key.name.as_str()) {
            referred_inside(node, removed, owner, places);
            continue;
        }
        match &node.value {
            Value::Table(inner) if key.name == "components" => {
                for (component, node) in inner.iter() {
                    if let Some(inner) = node.as_table() {
                        uses(inner, removed, Some(&component.name), places);
                    }
                }
            }
            Value::Table(inner) => uses(inner, removed, owner, places),
            Value::Array(items) => {
                for item in items {
                    referred(item, removed, owner, places);
                    if let Some(inner) = item.as_table() {
                        uses(inner, removed, owner, places);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The names that a key holds, as far as it is one that holds names.
fn named(key: &str, node: &Node, removed: &Removed<'_>, places: &mut Vec<Span>) {
    let mut add = |node: &Node, name: &str| {
        let wanted = match removed.port {
            None => name == removed.component,
            Some(port) => name.split_once('.') == Some((removed.component, port)),
        };
        if wanted {
            places.push(node.span);
        }
    };
    let text = node.as_str();
    if removed.noun == "group" {
        if let ("group", Some(text)) = (key, text) {
            add(node, text);
        }
        return;
    }
    // A component is named alone, with one of its databases, or with one of its ports.
    let part = |text: &'_ str| -> String {
        let whole = text.split('/').next().unwrap_or_default();
        match removed.port {
            None => whole.split('.').next().unwrap_or_default().to_string(),
            Some(_) => whole.to_string(),
        }
    };
    match (key, &node.value) {
        ("depends_on" | "reaches" | "uses" | "paths", Value::Array(items)) => {
            for item in items {
                add(item, &part(item.as_str().unwrap_or_default()));
            }
        }
        ("depends_on", Value::Table(table)) => {
            for (name, value) in table.iter().filter(|(_, value)| !value.is_false()) {
                add(value, &name.name);
            }
        }
        ("uses" | "paths", Value::Table(table)) => {
            for (_, value) in table.iter() {
                named("uses", value, removed, places);
            }
        }
        ("uses" | "through" | "login", Value::String(text)) => add(node, &part(text)),
        ("from" | "to", Value::String(text)) => {
            add(node, text.strip_prefix("components.").unwrap_or(text));
        }
        ("network_mode", Value::String(text)) => {
            add(node, text.strip_prefix("service:").unwrap_or_default());
        }
        _ => {}
    }
}

fn referred_inside(
    node: &Node,
    removed: &Removed<'_>,
    owner: Option<&str>,
    places: &mut Vec<Span>,
) {
    match &node.value {
        Value::Table(table) => table.iter().for_each(|(_, node)| {
            referred(node, removed, owner, places);
            referred_inside(node, removed, owner, places);
        }),
        Value::Array(items) => items.iter().for_each(|node| {
            referred(node, removed, owner, places);
            referred_inside(node, removed, owner, places);
        }),
        _ => {}
    }
}

/// References in a string.
fn referred(node: &Node, removed: &Removed<'_>, owner: Option<&str>, places: &mut Vec<Span>) {
    if node.as_str().is_none() {
        return;
    }
    for reference in reference::of_node(node, Words::Platform, Mode::Shell).references() {
        let (component, rest) = match reference.segments.as_slice() {
            ["components", component, rest @ ..] => (*component, rest),
            ["self", rest @ ..] => (owner.unwrap_or_default(), rest),
            ["platform", "network", group] if removed.noun == "group" => (*group, &[][..]),
            _ => continue,
        };
        let is_group = matches!(reference.segments.first(), Some(&"platform"));
        let is_it = match removed.port {
            None => is_group == (removed.noun == "group") && reference.segments[0] != "self",
            Some(port) => rest.first() == Some(&port),
        };
        if is_it && component == removed.component {
            places.push(reference.place);
        }
    }
}

fn needed(removed: &Removed<'_>, places: &[Span]) -> Diagnostic {
    let (noun, name) = (removed.noun, removed.port.unwrap_or(removed.component));
    let others = match places.len() {
        1 => "1 place still names".to_string(),
        several => format!("{several} places still name"),
    };
    let mut diagnostic = Diagnostic::new(
        Code::UnknownName,
        format!("{noun} `{name}` is removed, and {others} it"),
    )
    .label(removed.line.span, "removed here");
    for place in places.iter().take(SHOWN) {
        diagnostic = diagnostic.label(*place, "needs it");
    }
    diagnostic.help(match removed.noun {
        "group" => "remove its components here, too, or give them another group",
        _ => "remove here what needs it, too, or leave the line out",
    })
}

/// Takes the line out of the environment: what it takes away is there again, so that nothing else seems to be wrong.
fn put_back(environment: &mut Table, removed: &Removed<'_>) {
    let table = match removed.noun {
        "group" => "groups",
        _ => "components",
    };
    let Some(table) = environment.table_mut(table) else {
        return;
    };
    match removed.port {
        None => {
            table.remove(removed.component);
        }
        Some(port) => {
            let ports = table
                .table_mut(removed.component)
                .and_then(|it| it.table_mut("ports"));
            if let Some(ports) = ports {
                ports.remove(port);
            }
        }
    }
}
