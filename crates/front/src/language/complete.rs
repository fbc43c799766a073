//! Checks for required keys of a component, after its presets are merged.

use super::{COMPONENT, PART, check::missing, context::Context, key::KeyShape, shape::Shape};
use crate::{
    diag::Sink,
    syntax::{Node, Table, Value},
};

/// Reports the keys that are missing in a component.
pub fn complete(component: &Table, context: &Context<'_>, sink: &mut Sink) {
    table(component, COMPONENT, context, sink);
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
