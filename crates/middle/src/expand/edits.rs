//! Keys that are laid over a component as if the user had written them, with the place that they follow from.

use crate::{
    source::Span,
    syntax::{Key, Node, Table, Value},
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
