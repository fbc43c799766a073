//! What a value may look like.

use super::{
    form::{Form, NameRule},
    key::KeyShape,
    specification::Specified,
};
use crate::syntax::Value;

/// The shape of a value in platform.toml or in a kind file.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Anything: raw tables, passed on as they are.
    Any,
    /// A string in which references may stand.
    Text,
    /// A string in which references may stand; one without is of some form.
    Formed(Form),
    /// A shell's text: only the five reference prefixes mean something.
    ShellText,
    /// A string without references, of some form.
    Plain(Form),
    /// A whole number within bounds, both inclusive.
    Integer(i64, i64),
    /// A whole number or one with a fraction.
    Number,
    /// Processors as a number above zero, with thousandths at most.
    Cores,
    /// `true` or `false`.
    Boolean,
    /// A date, with or without a time.
    Date,
    /// A string (with references), a number or a boolean.
    Scalar,
    /// The same without references.
    Constant,
    /// A list whose items have one shape.
    List(&'static Shape),
    /// A table with these keys and no others.
    Table(&'static [KeyShape]),
    /// Names of the user's choice, and what each may hold.
    Map(NameRule, &'static Shape),
    /// A raw table: what a specification says of it.
    Specified(Specified),
    /// Parts of a component: names, and tables of a component's own keys.
    Parts,
    /// One of several shapes, distinguished by their TOML types.
    Either(&'static [Shape]),
}

impl Shape {
    /// Whether a value of this TOML type could be meant for the shape.
    pub fn takes(&self, value: &Value) -> bool {
        match self {
            Shape::Any => true,
            Shape::Text | Shape::ShellText | Shape::Plain(_) | Shape::Formed(_) => {
                matches!(value, Value::String(_))
            }
            Shape::Integer(..) => matches!(value, Value::Integer(_)),
            Shape::Number | Shape::Cores => matches!(value, Value::Integer(_) | Value::Float(_)),
            Shape::Boolean => matches!(value, Value::Boolean(_) | Value::Removed),
            Shape::Date => matches!(value, Value::Date(_) | Value::Time(_)),
            Shape::Scalar | Shape::Constant => !matches!(
                value,
                Value::Table(_) | Value::Array(_) | Value::Date(_) | Value::Time(_)
            ),
            Shape::List(_) => matches!(value, Value::Array(_)),
            Shape::Table(_) | Shape::Map(..) | Shape::Specified(_) | Shape::Parts => {
                matches!(value, Value::Table(_))
            }
            Shape::Either(shapes) => shapes.iter().any(|shape| shape.takes(value)),
        }
    }

    /// Whether a reference may stand in a value of this shape itself.
    pub(super) fn takes_references(&self) -> bool {
        match self {
            Shape::Any
            | Shape::Text
            | Shape::Formed(_)
            | Shape::ShellText
            | Shape::Scalar
            | Shape::Specified(_) => true,
            Shape::Plain(_)
            | Shape::Integer(..)
            | Shape::Number
            | Shape::Cores
            | Shape::Boolean
            | Shape::Date
            | Shape::Constant
            | Shape::List(_)
            | Shape::Table(_)
            | Shape::Map(..)
            | Shape::Parts
            | Shape::Either(_) => false,
        }
    }

    /// What to say was expected.
    pub fn describe(&self) -> String {
        match self {
            Shape::Any => "any value".to_string(),
            Shape::Text | Shape::ShellText => "a string".to_string(),
            Shape::Plain(form) | Shape::Formed(form) => form.describe(),
            Shape::Integer(..) => "a whole number".to_string(),
            Shape::Number => "a number".to_string(),
            Shape::Cores => "a number above zero, such as 0.5 or 2".to_string(),
            Shape::Boolean => "true or false".to_string(),
            Shape::Date => "a date such as 2026-01-31".to_string(),
            Shape::Scalar | Shape::Constant => "a string, a number or true or false".to_string(),
            Shape::List(item) => format!("a list, each item {}", item.describe()),
            // The keys of a component fill a screen: an unknown one lists them.
            Shape::Table(keys) if keys.len() > 10 => "a table".to_string(),
            Shape::Table(keys) => format!(
                "a table of {}",
                keys.iter()
                    .map(|key| format!("`{}`", key.name))
                    .collect::<Vec<_>>()
                    .join(", ")
            ),
            Shape::Map(NameRule::Registry, _) => {
                "a table of mirrors such as `{ \"docker.io\" = \"mirror.example.com/hub\" }`"
                    .to_string()
            }
            Shape::Specified(what) => what.describe(),
            Shape::Map(..) | Shape::Parts => "a table of names".to_string(),
            Shape::Either(shapes) => shapes
                .iter()
                .map(Shape::describe)
                .collect::<Vec<_>>()
                .join(", or "),
        }
    }
}
