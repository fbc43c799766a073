//! Tables of several files as one: included files beside the platform file, an environment over it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    source::Span,
    syntax::{Entry, Key, Node, Removal, Table, Value, overlay},
};

/// `[platform]` and `include` stand in the platform file alone, which is called `file`.
pub(super) fn only_included_keys(mut table: Table, file: &str, sink: &mut Sink) -> Table {
    for name in ["platform", "include"] {
        if let Some(entry) = table.entry(name) {
            sink.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    format!("an included file has no key `{name}`"),
                )
                .label(entry.key.span, format!("belongs in {file} alone"))
                .help(format!("move it to {file}")),
            );
            table.remove(name);
        }
    }
    table
}

/// Joins included files into the first one. A name that two files define is an error that shows both.
pub(super) fn join(table: &mut Table, included: Vec<Table>, sink: &mut Sink) {
    let mut places: BTreeMap<String, BTreeMap<String, Span>> = BTreeMap::new();
    for file in included {
        for Entry { key, value } in file.entries {
            let Some(known) = table
                .entries
                .iter_mut()
                .find(|entry| entry.key.name == key.name)
            else {
                table.push(Entry { key, value });
                continue;
            };
            match (&mut known.value.value, value.value) {
                (Value::Array(known), Value::Array(more)) => known.extend(more),
                (Value::Table(known), Value::Table(more)) => {
                    let places = places.entry(key.name.clone()).or_insert_with(|| {
                        let names = known.iter();
                        names.map(|(key, _)| (key.name.clone(), key.span)).collect()
                    });
                    join_names(known, more, &key.name, places, sink);
                }
                (_, other) => {
                    known.value = Node {
                        span: value.span,
                        value: other,
                    }
                }
            }
        }
    }
}

/// `places` are the names of the known table.
fn join_names(
    known: &mut Table,
    more: Table,
    table: &str,
    places: &mut BTreeMap<String, Span>,
    sink: &mut Sink,
) {
    for entry in more.entries {
        match places.get(&entry.key.name) {
            Some(_) if holds_names(table, &entry.key.name) => join_keys(known, entry, table, sink),
            Some(first) => sink.push(defined_twice(table, &entry.key, *first)),
            None => {
                places.insert(entry.key.name.clone(), entry.key.span);
                known.push(entry);
            }
        }
    }
}

/// Tables of tables: of two files' the names are joined one level further down.
const OF_NAMES: [(&str, &[&str]); 2] = [
    ("notify", &["receivers", "routes"]),
    ("raw", &["compose", "helm"]),
];

fn holds_names(table: &str, key: &str) -> bool {
    OF_NAMES
        .iter()
        .any(|(name, keys)| *name == table && keys.contains(&key))
}

/// The same key of two files, whose names or items are joined.
fn join_keys(known: &mut Table, entry: Entry, table: &str, sink: &mut Sink) {
    let Some(first) = known.entry(&entry.key.name).map(|it| it.key.clone()) else {
        return;
    };
    let Some(own) = known.get_mut(&entry.key.name) else {
        return;
    };
    let path = format!("{table}.{}", entry.key.name);
    match (&mut own.value, entry.value.value) {
        (Value::Array(known), Value::Array(more)) => known.extend(more),
        (Value::Table(known), Value::Table(more)) => {
            for entry in more.entries {
                let both = known.entry(&entry.key.name).map(|it| {
                    let tables = [&it.value, &entry.value];
                    (it.key.span, tables.iter().all(|it| it.as_table().is_some()))
                });
                match both {
                    None => known.push(entry),
                    // What one tool calls a name is another level of its own file: only its ends can be there twice.
                    Some((_, true)) if table.starts_with("raw") => {
                        join_keys(known, entry, &path, sink);
                    }
                    Some((first, _)) => sink.push(defined_twice(&path, &entry.key, first)),
                }
            }
        }
        _ => sink.push(defined_twice(table, &entry.key, first.span)),
    }
}

fn defined_twice(table: &str, again: &Key, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::DuplicateName,
        format!("`{table}.{}` is defined twice", again.name),
    )
    .label(first, "first here")
    .label(again.span, "and again here")
    .help("rename one of the two, or remove it")
}

/// What makes an entry of an environment one of its own: without these it can only change one of the platform's.
const OF_ITS_OWN: [(&str, &[&str]); 6] = [
    (
        "components",
        &["kind", "group", "image", "build", "external"],
    ),
    ("pipelines", &["tasks", "image"]),
    ("ci", &["stages"]),
    ("routes", &["through", "paths"]),
    ("secrets", &["env"]),
    ("vars", &["default"]),
];

/// Reports the names of an environment that are misspelled ones of the platform, and gives them their right names, so that
/// what they hold is checked too. One whose right name stands beside it is left out.
pub(super) fn corrected(platform: &Table, mut environment: Table, sink: &mut Sink) -> Table {
    for (table, own) in OF_ITS_OWN {
        let Some(entries) = environment.table_mut(table) else {
            continue;
        };
        let known: Vec<&str> = platform
            .table(table)
            .into_iter()
            .flat_map(Table::keys)
            .collect();
        let given: Vec<String> = entries.keys().map(ToString::to_string).collect();
        let mut beside = BTreeSet::new();
        for entry in &mut entries.entries {
            // A constant is one of its own, too.
            let held = entry.value.as_table();
            let is_own = held.is_none_or(|it| own.iter().any(|key| it.get(key).is_some()));
            if is_own || known.contains(&entry.key.name.as_str()) {
                continue;
            }
            let Some(near) = nearest(&entry.key.name, known.iter().copied()) else {
                continue;
            };
            let is_beside = given.iter().any(|name| name == near);
            let diagnostic = Diagnostic::new(
                Code::UnknownName,
                format!(
                    "the platform has no `{table}.{}` for this environment to change",
                    entry.key.name
                ),
            )
            .label(entry.key.span, "not there");
            if is_beside {
                let help = format!("if `{near}` was meant, its keys go to the `{near}` beside it");
                sink.push(diagnostic.help(help));
                beside.insert(entry.key.name.clone());
                continue;
            }
            sink.push(diagnostic.misspelled(&entry.key.name, Some(near), String::new));
            entry.key.name = near.to_string();
        }
        entries
            .entries
            .retain(|entry| !beside.contains(&entry.key.name));
    }
    environment
}

/// Lays an environment over the platform. Inside components and presets a `false` stays: it also takes away what the
/// kind value_of.
pub(super) fn lay_over(platform: &Table, environment: &Table) -> Table {
    let mut out = platform.clone();
    for Entry { key, value } in &environment.entries {
        if value.is_false() && out.get(&key.name).is_some() {
            out.remove(&key.name);
            continue;
        }
        let below = out.table(&key.name).cloned();
        let value = match (key.name.as_str(), below, &value.value) {
            ("components" | "presets", Some(below), Value::Table(above)) => Node {
                span: value.span,
                value: Value::Table(lay_over_components(&below, above)),
            },
            (_, Some(below), Value::Table(above)) => Node {
                span: value.span,
                value: Value::Table(overlay(&below, above, Removal::Now)),
            },
            ("moved", None, Value::Array(more)) => Node {
                span: value.span,
                value: Value::Array(all_moves(out.array("moved").unwrap_or_default(), more).into()),
            },
            _ => value.clone(),
        };
        out.set(key.clone(), value);
    }
    out
}

/// What was renamed in the platform was renamed in its environments, too: theirs are more. One for the same thing, or to the
/// same name, takes the place of the platform's.
fn all_moves(below: &[Node], above: &[Node]) -> Vec<Node> {
    let value_of = |entry: &Node, key: &str| {
        let value = entry.as_table().and_then(|table| table.string(key));
        value.map(ToString::to_string)
    };
    let is_replaced = |old: &&Node| {
        above.iter().any(|new| {
            ["from", "to"].iter().any(|key| {
                let old = value_of(old, key);
                old.is_some() && old == value_of(new, key)
            })
        })
    };
    let kept = below.iter().filter(|entry| !is_replaced(entry));
    kept.chain(above).cloned().collect()
}

fn lay_over_components(below: &Table, above: &Table) -> Table {
    let mut out = below.clone();
    for Entry { key, value } in &above.entries {
        if value.is_false() {
            out.remove(&key.name);
            continue;
        }
        let value = match (out.table(&key.name), &value.value) {
            (Some(below), Value::Table(above)) => Node {
                span: value.span,
                value: Value::Table(overlay(below, &without_items(below, above), Removal::Later)),
            },
            _ => value.clone(),
        };
        // The place of a component stays where it is declared.
        let key = out
            .entry(&key.name)
            .map_or_else(|| key.clone(), |entry| entry.key.clone());
        out.set(key, value);
    }
    out
}

/// What an environment takes away with `false` from `depends_on`, which the platform writes as a list: the list without it. With
/// further entries the table replaces the list, so that what is taken away is in neither.
fn without_items(below: &Table, above: &Table) -> Table {
    const KEY: &str = "depends_on";
    let mut out = above.clone();
    let (Some(list), Some(entry)) = (below.array(KEY), above.entry(KEY)) else {
        return out;
    };
    let Some(table) = entry.value.as_table() else {
        return out;
    };
    let is_item = |name: &str| list.iter().any(|item| item.as_str() == Some(name));
    let is_off = |entry: &&Entry| entry.value.is_false() && is_item(&entry.key.name);
    let off: Vec<&Entry> = table.entries.iter().filter(is_off).collect();
    if off.is_empty() {
        return out;
    }
    let mut rest = table.clone();
    for entry in &off {
        rest.remove(&entry.key.name);
    }
    let value = match rest.entries.is_empty() {
        true => {
            let kept = list.iter().filter(|item| {
                let mut names = off.iter().map(|entry| entry.key.name.as_str());
                !names.any(|name| item.as_str() == Some(name))
            });
            Value::Array(kept.cloned().collect::<Vec<_>>().into())
        }
        false => Value::Table(rest),
    };
    let span = entry.value.span;
    out.set(entry.key.clone(), Node { span, value });
    out
}
