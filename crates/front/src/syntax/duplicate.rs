//! A key that is there twice: where it was first, and which further complaints only follow from that.

use toml::de::DeTable;

use super::tree::{Entry, Node, Table, Value};
use crate::source::Span;

/// Where the key was defined first. `tree` is what could be read of the file.
pub(super) fn first_of(text: &str, again: Span, tree: &Table) -> Option<Span> {
    let found: Vec<Span> = match header_at(text, again.start) {
        Some(start) => {
            let path = names(text.get(start..again.end)?.trim_start_matches('['))?;
            let written = at_path(tree, &path).map(|entry| entry.key.span);
            headings(text, &path, again)
                .into_iter()
                .chain(written)
                .chain(dotted(text, &path, again))
                .collect()
        }
        None => {
            let mut found = Vec::new();
            let name = names(text.get(again.start..again.end)?)?.pop()?;
            named(tree, &name, &mut found);
            found.into_iter().map(|entry| entry.key.span).collect()
        }
    };
    let before = found.into_iter().filter(|span| span.start < again.start);
    before.max_by_key(|span| span.start)
}

/// Headings of that path before a place. Of two the tree holds the second.
fn headings(text: &str, path: &[String], before: Span) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text[..before.start].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let key = line.trim_start().strip_prefix('[');
        if let Some(key) = key.and_then(|key| key.split_once(']')).map(|(key, _)| key)
            && names(key).is_some_and(|names| names == path)
        {
            let end = at + indent + 1 + key.len();
            let last = key.rfind('.').map_or(0, |dot| dot + 1);
            found.push(Span::new(before.source, end - key.len() + last..end));
        }
        at += line.len();
    }
    found
}

/// Lines such as `ports.http = 80` below the heading of the table that it is in.
fn dotted(text: &str, path: &[String], before: Span) -> Option<Span> {
    let (last, parent) = path.split_last()?;
    let section = headings(text, parent, before).pop()?;
    let mut end = section.end;
    for line in text[section.end..before.start].split_inclusive('\n') {
        let at = end;
        end += line.len();
        let key = line.trim_start();
        // What is left of the heading's own line.
        if at == section.end {
            continue;
        }
        if key.starts_with('[') {
            return None;
        }
        let rest = key.strip_prefix(last.as_str());
        if rest.is_some_and(|rest| rest.trim_start().starts_with(['.', '='])) {
            let start = at + line.len() - key.len();
            return Some(Span::new(before.source, start..start + last.len()));
        }
    }
    None
}

/// Whether a place stands in the section of a heading that was there before: its keys are there twice because of that.
pub(super) fn follows_from(text: &str, heading: Option<Span>, place: Span) -> bool {
    heading.is_some_and(|heading| {
        let between = text.get(heading.end..place.start).unwrap_or_default();
        header_at(text, place.start).is_none()
            && !between
                .lines()
                .skip(1)
                .any(|line| line.trim_start().starts_with('['))
    })
}

/// Where the heading `[a.b]` begins that a place is in, if it is in one.
pub(super) fn header_at(text: &str, place: usize) -> Option<usize> {
    let start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    let indent = text[start..].len() - text[start..].trim_start().len();
    text[start + indent..]
        .starts_with('[')
        .then_some(start + indent)
}

/// The names of a dotted key as it is written.
fn names(key: &str) -> Option<Vec<String>> {
    let line = format!("{key} = 0");
    let parsed = DeTable::parse(&line).ok()?;
    let mut table = parsed.get_ref();
    let mut names = Vec::new();
    loop {
        let (key, value) = table.iter().next()?;
        names.push(key.get_ref().to_string());
        match value.get_ref() {
            toml::de::DeValue::Table(inner) => table = inner,
            _ => return Some(names),
        }
    }
}

fn at_path<'a>(table: &'a Table, path: &[String]) -> Option<&'a Entry> {
    let (first, rest) = path.split_first()?;
    let entry = table.entry(first)?;
    if rest.is_empty() {
        return Some(entry);
    }
    match &entry.value.value {
        Value::Array(items) => at_path(items.last()?.as_table()?, rest),
        _ => at_path(entry.value.as_table()?, rest),
    }
}

/// Every entry of that name.
fn named<'a>(table: &'a Table, name: &str, found: &mut Vec<&'a Entry>) {
    for entry in &table.entries {
        if entry.key.name == name {
            found.push(entry);
        }
        within(&entry.value, name, found);
    }
}

fn within<'a>(node: &'a Node, name: &str, found: &mut Vec<&'a Entry>) {
    match &node.value {
        Value::Table(table) => named(table, name, found),
        Value::Array(items) => items.iter().for_each(|item| within(item, name, found)),
        _ => {}
    }
}
