//! Keys that are laid over a component as if the user had written them, with the place that they follow from.

use crate::{
    source::Span,
    syntax::{Entry, Key, Node, Table, Value},
};

pub(super) fn key(name: &str, span: Span) -> Key {
    Key {
        name: name.to_string(),
        span,
    }
}

pub(super) fn text(value: &str, span: Span) -> Node {
    Node {
        span,
        value: Value::String(value.to_string()),
    }
}

/// Edits the table of this name, which is made where there is none.
pub(super) fn edit(table: &mut Table, name: &str, span: Span, change: impl FnOnce(&mut Table)) {
    let mut inner = table.table(name).cloned().unwrap_or_default();
    change(&mut inner);
    let entry = table.entry(name);
    let key = entry.map_or_else(|| key(name, span), |entry| entry.key.clone());
    let node = Node {
        span: key.span,
        value: Value::Table(inner),
    };
    table.set(key, node);
}

/// A table that stands in a file. One that was made of other keys has the place of what it was made of, as its first entry has.
pub(super) fn written<'a>(table: &'a Table, name: &str) -> Option<&'a Entry> {
    let entry = table.entry(name)?;
    let first = entry.value.as_table().and_then(|inner| inner.iter().next());
    let is_made = first.is_some_and(|(key, _)| key.span == entry.key.span);
    (!is_made).then_some(entry)
}
