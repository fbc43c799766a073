//! The tables of the language and the catalog, for people and for editors: the JSON Schema, the reference pages, one kind
//! as a page.
//!
//! In: [`crate::language`] and [`crate::catalog`]. Out: JSON and Markdown. No key and no kind is named here,
//! so nothing here becomes outdated.

mod component;
mod kinds;
mod language;
mod schema;

pub use component::{
    ComponentPage, KeySource, Layer, ResolvedKey, WorkloadPage, component_page, component_pages,
};
pub use kinds::{KindPage, kinds_reference, page};
pub use language::language_reference;
pub use schema::{Document, schema};

use crate::{
    diag::Sink,
    language::{COMPONENT, KeyShape},
    source::Sources,
    syntax::{self, Node, Value},
};

/// A tree as JSON; a date is its text.
fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::String(text) => text.as_str().into(),
        Value::Time(text) => (&**text).into(),
        Value::Date(date) => date.to_string().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => number.number.into(),
        Value::Boolean(value) => (*value).into(),
        Value::Broken | Value::Removed => serde_json::Value::Null,
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.name.clone(), json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// The value of a key's example. It stands in the table that the key is of, or below that table's own heading.
fn example(key: &KeyShape) -> Option<Node> {
    let mut sources = Sources::default();
    let source = sources.add("example.toml", key.example);
    let table = syntax::parse(&sources, source, &mut Sink::default());
    let below_heading = || {
        let mut tables = table.iter().filter_map(|(_, node)| node.as_table());
        tables.find_map(|table| table.get(key.name))
    };
    table.get(key.name).or_else(below_heading).cloned()
}

/// Whether these are the keys of a component.
fn is_component(keys: &[KeyShape]) -> bool {
    let names = |keys: &[KeyShape]| keys.iter().map(|key| key.name).collect::<Vec<_>>();
    names(keys) == names(COMPONENT)
}
