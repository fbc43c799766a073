//! What a component takes away with `false`, and what nothing below it has: a misspelled name would change nothing.
//!
//! Only what the component says itself is looked at. A preset is for components of several kinds, and need not fit all of them.

use std::collections::BTreeSet;

use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink, nearest},
    language::{self, COMPONENT, Shape},
    reference,
    syntax::{Key, Node, Table, Value},
    text::all_of,
};

/// Reports the names that are not there. `own` is the component as written, `presets` what it is laid over. Alerts are
/// looked at once it is known which of them other keys make.
pub(super) fn check(component: &Key, own: &Table, presets: &Table, kind: &Kind, sink: &mut Sink) {
    for (key, name) in taken_away(own) {
        if key == "alerts" {
            continue;
        }
        let known = known(kind, None, key, &[presets]);
        let beside = names_in_other_files(own.table(key), name);
        report(&component.name, key, name, [&known, &beside], sink);
    }
    let parts = own.entries_of("parts");
    for (part, node) in parts {
        let Some(written) = node.as_table() else {
            continue;
        };
        let preset = presets.get_path(&["parts", &part.name]);
        let preset = preset.and_then(Node::as_table);
        let around: Vec<&Table> = [Some(own), Some(presets), preset]
            .into_iter()
            .flatten()
            .collect();
        for (key, name) in taken_away(written) {
            let known = known(kind, Some(&part.name), key, &around);
            let workload = format!("{}-{}", component.name, part.name);
            let beside = names_in_other_files(written.table(key), name);
            report(&workload, key, name, [&known, &beside], sink);
        }
    }
}

/// The names that another file declares: the platform's, of which an environment meant to take one away.
fn names_in_other_files<'a>(table: Option<&'a Table>, name: &Key) -> BTreeSet<&'a str> {
    let entries = table.into_iter().flat_map(Table::iter);
    let others = entries.filter(|(key, node)| {
        key.span.source != name.span.source && !node.is_false() && !node.is_broken()
    });
    others.map(|(key, _)| key.name.as_str()).collect()
}

/// The names with a `false` that can only mean to take something away: the key that holds them, and the name.
fn taken_away(table: &Table) -> impl Iterator<Item = (&'static str, &Key)> {
    let maps = COMPONENT.iter().filter_map(|shape| {
        let inner = table.table(shape.name)?;
        takes_no_false(&shape.shape).then_some((shape.name, inner))
    });
    let off = maps.flat_map(|(name, inner)| {
        let off = inner.iter().filter(|(_, node)| is_written_false(node));
        off.map(move |(key, _)| (name, key))
    });
    let env = table.entries_of("env");
    let unset = env.filter(|(key, node)| is_unset(key, node));
    off.chain(unset.map(|(key, _)| ("env", key)))
}

/// A `{ unset = true }` that took no variable away from what the table was laid over so far: it would stand in the place of that.
fn is_unset(key: &Key, node: &Node) -> bool {
    let table = node.as_table();
    let is_on = table.is_some_and(|table| table.boolean("unset") == Some(true));
    is_on && key.span.source == node.span.source
}

/// Whether the key holds things by name, none of which is itself a boolean.
fn takes_no_false(shape: &Shape) -> bool {
    let no = Value::Boolean(false);
    match shape {
        Shape::Map(_, item) => !item.takes(&no),
        Shape::Parts => true,
        Shape::Either(shapes) => shapes.iter().any(takes_no_false),
        _ => false,
    }
}

/// A `false` that took nothing away from what the table was laid over so far.
fn is_written_false(node: &Node) -> bool {
    node.value == Value::Boolean(false)
}

/// The names that a key has in a workload of a kind, whatever its conditions say, and in other tables of a component.
fn known<'a>(
    kind: &'a Kind,
    part: Option<&str>,
    key: &str,
    others: &[&'a Table],
) -> BTreeSet<&'a str> {
    let mut places: Vec<&Table> = others.to_vec();
    for table in kind.tables() {
        // What is about the component as a whole stands at the top of the kind's file.
        places.push(table);
        let is_shared = language::is_shared(key);
        if part.is_none() || is_shared {
            places.extend(table.table("workload"));
        }
        let parts = table.entries_of("parts");
        let parts = parts.filter(|(name, _)| match part {
            Some(part) => name.name == part,
            None => is_shared,
        });
        places.extend(parts.filter_map(|(_, node)| node.as_table()));
    }
    let of_kind = match key {
        "uses" => "roles",
        key => key,
    };
    let of_roles: Vec<&str> = match key {
        "env" => brought_by_roles(kind).collect(),
        _ => Vec::new(),
    };
    let names = places.into_iter().flat_map(|table| {
        let named = table.table(key).or_else(|| table.table(of_kind));
        named.into_iter().flat_map(Table::keys)
    });
    let names = names.chain(of_roles);
    names.filter(|name| !name.starts_with('@')).collect()
}

/// The variables that the roles of a kind bring.
fn brought_by_roles(kind: &Kind) -> impl Iterator<Item = &str> {
    kind.roles.iter().flat_map(|role| {
        let gives = role.gives.iter().map(|(_, name, _)| name.as_str());
        gives.chain(role.takes.iter().map(|(name, _)| name.as_str()))
    })
}

/// `known`: the names that can be taken away, and those that only a misspelled name can have meant.
fn report(
    workload: &str,
    key: &str,
    name: &Key,
    [known, beside]: [&BTreeSet<&str>; 2],
    sink: &mut Sink,
) {
    // The path of a kind's file may hold references, and so may a variable of a role.
    let is_templated = |known: &&str| {
        let start = reference::before_reference(known).filter(|_| ["files", "env"].contains(&key));
        start.is_some_and(|start| name.name.starts_with(start))
    };
    if !known.contains(name.name.as_str()) && !known.iter().any(is_templated) {
        let known: Vec<&str> = known.union(beside).copied().collect();
        // A variable that nothing sets is none, however it is said: only a misspelled one is a mistake.
        if key == "env" && nearest(&name.name, known.iter().copied()).is_none() {
            return;
        }
        sink.push(nothing_to_remove(workload, key, name, &known));
    }
}

/// The alerts of a component that it takes away, and that neither its kind has nor `made` names.
pub fn check_alerts(component: &str, written: &Table, kind: &Kind, made: &[&str], sink: &mut Sink) {
    for (_, name) in taken_away(written).filter(|(key, _)| *key == "alerts") {
        let mut known = known(kind, None, "alerts", &[]);
        known.extend(made);
        let beside = names_in_other_files(written.table("alerts"), name);
        report(component, "alerts", name, [&known, &beside], sink);
    }
}

fn nothing_to_remove(workload: &str, key: &str, name: &Key, known: &[&str]) -> Diagnostic {
    let (code, noun) = match key {
        "ports" => (Code::UnknownPort, "port"),
        "volumes" => (Code::UnknownName, "volume"),
        "files" => (Code::UnknownName, "file"),
        "parts" => (Code::UnknownName, "part"),
        "alerts" => (Code::UnknownName, "alert"),
        "uses" => (Code::UnknownName, "role"),
        "depends_on" => (Code::UnknownName, "dependency"),
        "env" => (Code::UnknownName, "variable"),
        key => (Code::UnknownName, key),
    };
    let text = &name.name;
    let near = nearest(text, known.iter().copied());
    Diagnostic::new(
        code,
        format!("`{workload}` has no {noun} `{text}` to remove"),
    )
    .label(name.span, "not there")
    .misspelled(text, near, || match known {
        [] => "remove the line: there is nothing that it could take away".to_string(),
        known => format!("remove the line, or name one of {}", all_of(known)),
    })
}
