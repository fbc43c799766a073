//! Checks for required keys of a component, after its presets are merged.

use super::{
    COMPONENT, PART, check::missing, component_key, context::Context, context::Owner,
    key::KeyShape, shape::Shape,
};
use crate::{
    diag::Sink,
    syntax::{HEALTH_WAYS, Node, Table, Value},
};

/// Of these keys a table needs one at least. None of them is required by itself, because a kind may give it.
const ONE_OF: [(&str, &[&str]); 6] = [
    ("alerts", &["expr"]),
    ("health", &HEALTH_WAYS),
    ("metrics", &["port"]),
    ("ports", &["container"]),
    ("slo", &["availability", "latency"]),
    ("volumes", &["mount"]),
];

/// Reports the keys that are missing in a component.
pub fn complete(component: &Table, context: &Context<'_>, sink: &mut Sink) {
    table(component, COMPONENT, context, sink);
}

/// Whether a component's key holds tables by their names.
pub fn holds_entries(name: &str) -> bool {
    component_key(name).is_some_and(|key| matches!(key.shape, Shape::Map(..)))
}

/// Whether a value of a component's key, or one of its entries, is whole. If not, it only changes what another table says.
pub fn is_whole(name: &str, node: &Node) -> bool {
    let (Some(key), Some(written)) = (component_key(name), node.as_table()) else {
        return true;
    };
    let mut needed = ONE_OF.iter().filter(|(owner, _)| *owner == name);
    if needed.any(|(_, keys)| !keys.iter().any(|key| written.get(key).is_some())) {
        return false;
    }
    let shape = match &key.shape {
        Shape::Map(_, item) => item,
        shape => shape,
    };
    let context = Context {
        owner: Owner::Key(key.name),
        entry: "",
        place: node.span,
        removable: true,
        partial: false,
        constants: None,
        writes_out: false,
        example: "",
    };
    let mut missing = Sink::default();
    value(node, shape, &context, &mut missing);
    !missing.has_errors()
}

fn table(written: &Table, keys: &[KeyShape], context: &Context<'_>, sink: &mut Sink) {
    for shape in keys {
        match written.get(shape.name) {
            Some(node) => {
                let context = context.below(shape).at(node.span);
                value(node, &shape.shape, &context, sink);
            }
            None if shape.required => sink.push(missing(shape, context)),
            None => {}
        }
    }
}

fn value(node: &Node, shape: &Shape, context: &Context<'_>, sink: &mut Sink) {
    match (shape, &node.value) {
        (Shape::Table(keys), Value::Table(written)) => table(written, keys, context, sink),
        (Shape::Parts, Value::Table(parts)) => {
            for (key, part) in parts.iter() {
                let keys = Shape::Table(PART);
                value(part, &keys, &context.at(key.span), sink);
            }
        }
        (Shape::Map(_, item), Value::Table(entries)) => {
            for (key, entry) in entries.iter() {
                value(entry, item, &context.at(key.span), sink);
            }
        }
        (Shape::List(item), Value::Array(items)) => {
            for entry in items {
                value(entry, item, &context.at(entry.span), sink);
            }
        }
        (Shape::Either(shapes), Value::Table(_)) => {
            let inner = shapes.iter().find(|shape| shape.takes(&node.value));
            if let Some(inner) = inner {
                value(node, inner, context, sink);
            }
        }
        _ => {}
    }
}
