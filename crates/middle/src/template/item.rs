//! What filters read: values of the engine, and parts of views, of which no values are made.

use minijinja::{
    Error,
    value::{DynObject, Value, ValueKind},
};
use serde::{Serialize, Serializer};

use super::tree::{Node, Part, Tree, Written};

/// One of the two.
#[derive(Clone, Copy)]
pub(super) enum Item<'a> {
    Value(&'a Value),
    Part(&'a Tree, Node),
}

/// What is called for each item of a list.
type Each<'f> = &'f mut dyn FnMut(Item<'_>) -> Result<(), Error>;
/// What is called for each key and value of a table.
type EachPair<'f> = &'f mut dyn FnMut(Item<'_>, Item<'_>) -> Result<(), Error>;

impl<'a> Item<'a> {
    pub(super) fn of(value: &'a Value) -> Self {
        match value.downcast_object_ref::<Part>() {
            Some(part) => Self::Part(&part.tree, part.node),
            None => Self::Value(value),
        }
    }

    /// The text of a string.
    pub(super) fn text(self) -> Option<&'a str> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Part(tree, node) => tree.text(node),
        }
    }

    pub(super) fn kind(self) -> ValueKind {
        match self {
            Self::Value(value) => value.kind(),
            Self::Part(_, node) => match node {
                Node::Null => ValueKind::None,
                Node::Bool(_) => ValueKind::Bool,
                Node::Signed(_) | Node::Unsigned(_) | Node::Float(_) => ValueKind::Number,
                Node::Text { .. } => ValueKind::String,
                Node::List { .. } => ValueKind::Seq,
                Node::Table { .. } => ValueKind::Map,
            },
        }
    }

    /// Whether it is a table with entries.
    pub(super) fn is_filled_table(self) -> bool {
        match self {
            Self::Value(value) => value.kind() == ValueKind::Map && value.len() != Some(0),
            Self::Part(_, node) => matches!(node, Node::Table { len, .. } if len > 0),
        }
    }

    /// The entries of a table in their order.
    pub(super) fn each_pair(self, then: EachPair<'_>) -> Result<(), Error> {
        match self {
            Self::Value(value) => {
                let pairs = value.as_object().and_then(DynObject::try_iter_pairs);
                for (key, value) in pairs.into_iter().flatten() {
                    then(Item::of(&key), Item::of(&value))?;
                }
            }
            Self::Part(tree, node) => {
                for [key, value] in tree.pairs(node) {
                    then(Item::Part(tree, *key), Item::Part(tree, *value))?;
                }
            }
        }
        Ok(())
    }

    /// The items of a list.
    ///
    /// Errors: it is no list.
    pub(super) fn each(self, then: Each<'_>) -> Result<(), Error> {
        match self {
            Self::Value(value) => {
                for item in value.try_iter()? {
                    then(Item::of(&item))?;
                }
            }
            Self::Part(tree, node) => {
                for item in tree.items(node) {
                    then(Item::Part(tree, *item))?;
                }
                // The keys, as the engine goes through a table.
                for [key, _] in tree.pairs(node) {
                    then(Item::Part(tree, *key))?;
                }
            }
        }
        Ok(())
    }

    /// The item of a list at a place, undefined beyond its end.
    pub(super) fn at(self, index: usize, then: Each<'_>) -> Result<(), Error> {
        match self {
            Self::Value(value) => then(Item::of(&value.get_item_by_index(index)?)),
            Self::Part(tree, node) => match tree.items(node).get(index) {
                Some(item) => then(Item::Part(tree, *item)),
                None => then(Item::Value(&Value::UNDEFINED)),
            },
        }
    }

    /// The string at a key of a table.
    pub(super) fn text_at(self, key: &str) -> Option<String> {
        match self {
            Self::Value(value) => value.get_attr(key).ok()?.as_str().map(str::to_string),
            Self::Part(tree, node) => tree.text(tree.at(node, key)?).map(str::to_string),
        }
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Part(tree, node) => Written(tree, *node).serialize(serializer),
        }
    }
}
