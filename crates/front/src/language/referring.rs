//! The strings of a table in which references may stand, as the declarations of its keys say it.

use super::{component::PART, key::KeyShape, shape::Shape};
use crate::{
    reference::Mode,
    syntax::{Node, Table, Value},
};

/// A string in which references may stand, and how one is told from text.
#[derive(Clone, Copy, Debug)]
pub struct ReferringText<'a> {
    /// The string.
    pub node: &'a Node,
    /// Whether a `${` that starts no reference is a mistake, or a shell's own.
    pub mode: Mode,
}

/// All strings of a checked table in which its keys let references stand, in their order.
pub fn referring_texts<'a>(table: &'a Table, keys: &[KeyShape]) -> Vec<ReferringText<'a>> {
    let mut out = Vec::new();
    of_keys(table, keys, &mut out);
    out
}

fn of_keys<'a>(table: &'a Table, keys: &[KeyShape], out: &mut Vec<ReferringText<'a>>) {
    for (key, node) in table.iter() {
        if let Some(shape) = keys.iter().find(|it| it.name == key.name) {
            of_shape(node, &shape.shape, out);
        }
    }
}

fn of_shape<'a>(node: &'a Node, shape: &Shape, out: &mut Vec<ReferringText<'a>>) {
    match (shape, &node.value) {
        (Shape::Either(shapes), value) => {
            if let Some(shape) = shapes.iter().find(|shape| shape.takes(value)) {
                of_shape(node, shape, out);
            }
        }
        (Shape::List(item), Value::Array(items)) => {
            items.iter().for_each(|node| of_shape(node, item, out));
        }
        (Shape::Table(keys), Value::Table(table)) => of_keys(table, keys, out),
        (Shape::Map(_, item), Value::Table(table)) => {
            table.iter().for_each(|(_, node)| of_shape(node, item, out));
        }
        (Shape::Parts, Value::Table(parts)) => {
            let parts = parts.iter().filter_map(|(_, part)| part.as_table());
            parts.for_each(|part| of_keys(part, PART, out));
        }
        // The language of another program: references may stand in any string of it.
        (Shape::Any | Shape::Specified(_), Value::Array(items)) => {
            items.iter().for_each(|node| of_shape(node, shape, out));
        }
        (Shape::Any | Shape::Specified(_), Value::Table(table)) => {
            let values = table.iter().map(|(_, node)| node);
            values.for_each(|node| of_shape(node, &Shape::Any, out));
        }
        (shape, Value::String(_)) if shape.takes_references() => out.push(ReferringText {
            node,
            mode: match shape {
                Shape::ShellText => Mode::Shell,
                _ => Mode::Strict,
            },
        }),
        _ => {}
    }
}
