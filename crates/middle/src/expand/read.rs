//! Small readers of a checked tree. What has the wrong type was reported; here it reads as absent.

use std::collections::BTreeSet;

use crate::{
    diag::nearest,
    files::Target,
    language::{self, compose_bytes, cpu_millis, duration_ms, memory_bytes},
    model::{PortRange, Restart},
    reference::{self, Mode, Words},
    syntax::{Key, Node, Table, Value},
};

/// The entries of a table, without those that were taken away.
pub fn entries<'a>(tree: &'a Table, name: &str) -> impl Iterator<Item = (&'a Key, &'a Node)> {
    let entries = tree.entries_of(name);
    entries.filter(|(_, node)| !node.is_removed())
}

/// The entries of a table of tables, without those that were taken away.
pub fn tables<'a>(tree: &'a Table, name: &str) -> impl Iterator<Item = (&'a Key, &'a Table)> {
    tree.tables_of(name)
}

/// Whether a string of a kind refers to this, as in `["own", "secret_key"]`.
pub fn refers_to(node: &Node, path: &[&str]) -> bool {
    match &node.value {
        Value::String(text) if text.contains(path[0]) => {
            let phrase = reference::of_node(node, Words::Kind, Mode::Shell);
            phrase.references().any(|it| it.is(path))
        }
        Value::Array(items) => items.iter().any(|item| refers_to(item, path)),
        Value::Table(table) => table.iter().any(|(_, node)| refers_to(node, path)),
        _ => false,
    }
}

/// The entry that a misspelled one beside it was meant to be: it has one of these keys, which the other lacks.
pub fn meant_beside<'a>(key: &Key, table: &'a Table, name: &str, keys: &[&str]) -> Option<&'a str> {
    let others = tables(table, name).filter(|(other, table)| {
        other.name != key.name && keys.iter().any(|it| table.get(it).is_some())
    });
    nearest(&key.name, others.map(|(other, _)| other.name.as_str()))
}

pub fn owned(table: &Table, name: &str) -> Option<String> {
    table.string(name).map(ToString::to_string)
}

pub fn strings(table: &Table, name: &str) -> Vec<String> {
    table
        .strings(name)
        .into_iter()
        .map(ToString::to_string)
        .collect()
}

/// One string, or a list of them.
pub fn one_or_many(table: &Table, name: &str) -> Vec<String> {
    match table.string(name) {
        Some(one) => vec![one.to_string()],
        None => strings(table, name),
    }
}

/// Milliseconds.
pub fn duration(table: &Table, name: &str) -> Option<u64> {
    duration_ms(table.string(name)?)
}

/// Bytes: a quantity, or a plain number.
pub fn memory(table: &Table, name: &str) -> Option<u64> {
    amount(table.get(name)?)
}

/// Bytes: a quantity, or a plain number.
pub fn amount(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Integer(number) => u64::try_from(*number).ok(),
        Value::String(text) => memory_bytes(text).or_else(|| compose_bytes(text)),
        _ => None,
    }
}

/// Thousandths of a processor.
pub fn cpu(table: &Table, name: &str) -> Option<u64> {
    cpu_millis(&scalar(table.get(name)?))
}

pub fn unsigned(table: &Table, name: &str) -> Option<u32> {
    u32::try_from(table.integer(name)?).ok()
}

/// A number, with or without a fraction.
pub fn number(table: &Table, name: &str) -> Option<f64> {
    match table.get(name)?.value {
        Value::Integer(number) => Some(number as f64),
        Value::Float(number) => Some(number.number),
        _ => None,
    }
}

/// A string, a number or a boolean as text.
pub fn scalar(node: &Node) -> String {
    node.scalar()
}

/// A restart policy.
pub fn restart(text: &str) -> Option<Restart> {
    Some(match language::restart(text)? {
        ("no", _) => Restart::No,
        ("always", _) => Restart::Always,
        ("on-failure", times) => Restart::OnFailure(times),
        _ => Restart::UnlessStopped,
    })
}

/// A port number or a range such as `8000-8010`.
pub fn port_range(node: &Node) -> Option<PortRange> {
    match &node.value {
        Value::Integer(number) => Some(PortRange::single(u16::try_from(*number).ok()?)),
        Value::String(text) => {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            Some(PortRange {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
            })
        }
        _ => None,
    }
}

/// The container's port of an entry of `ports`, in either form.
pub fn container_port(node: &Node) -> Option<u16> {
    let range = match &node.value {
        Value::Table(table) => port_range(table.get("container")?),
        _ => port_range(node),
    };
    range.map(|range| range.first)
}

/// What `[platform]` compiles to.
pub fn targets(platform: Option<&Table>) -> BTreeSet<Target> {
    match platform.filter(|table| table.get("targets").is_some()) {
        Some(platform) => platform
            .strings("targets")
            .into_iter()
            .filter_map(Target::from_name)
            .collect(),
        None => Target::ALL
            .iter()
            .copied()
            .filter(|target| target.is_default())
            .collect(),
    }
}
