//! Files as parsers of their languages read them, as trees that can be compared.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Value, json};

/// The documents of a YAML text. Scalars that are no strings carry their type, so that none passes for another.
pub fn yaml(text: &str) -> Result<Value, String> {
    let documents = Yaml::load_from_str(text).map_err(|error| error.to_string())?;
    Ok(documents.iter().map(yaml_node).collect())
}

fn yaml_node(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Sequence(items) => items.iter().map(yaml_node).collect(),
        Yaml::Mapping(map) => Value::Object(
            map.iter()
                .map(|(key, value)| match yaml_node(key) {
                    Value::String(key) => (key, yaml_node(value)),
                    other => (format!("no string: {other}"), yaml_node(value)),
                })
                .collect(),
        ),
        other => json!({ "unreadable": format!("{other:?}") }),
    }
}

pub fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

/// A picture: which elements and attributes it is made of, and its titles, which hold texts that are nowhere cut.
pub fn svg(text: &str) -> Result<Value, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let elements = || document.descendants().filter(roxmltree::Node::is_element);
    let names: BTreeSet<&str> = elements().map(|node| node.tag_name().name()).collect();
    let attributes: BTreeSet<&str> = elements()
        .flat_map(|node| node.attributes())
        .map(|attribute| attribute.name())
        .collect();
    let titles: Vec<&str> = elements()
        .filter(|node| matches!(node.tag_name().name(), "title" | "desc"))
        .filter_map(|node| node.text())
        .collect();
    Ok(json!([names, attributes, titles]))
}

/// A page of Markdown as GitHub reads it: what begins and ends, and the text between. Code spans are their text, and
/// so is `<code>`, by which some are written.
pub fn markdown(text: &str) -> Result<Value, String> {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut out: Vec<Value> = Vec::new();
    let mut printed = String::new();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(text) | Event::Code(text) => printed.push_str(&text),
            Event::InlineHtml(tag) if matches!(&*tag, "<code>" | "</code>") => {}
            event => {
                if !printed.is_empty() {
                    out.push(json!(std::mem::take(&mut printed)));
                }
                out.push(json!({ "mark": mark(&event) }));
            }
        }
    }
    Ok(Value::Array(out))
}

fn mark(event: &Event<'_>) -> String {
    match event {
        Event::Start(Tag::Table(_)) => "table".to_string(),
        Event::Start(tag) => format!("{tag:?}"),
        Event::End(TagEnd::Table) => "end of table".to_string(),
        other => format!("{other:?}"),
    }
}
