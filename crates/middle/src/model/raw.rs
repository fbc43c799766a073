//! Keys that are handed on as they are written.

use crate::model::Text;

/// A value of a raw table, its references resolved.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Text(Text),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    List(Vec<Raw>),
    Table(Vec<(String, Raw)>),
    /// Nothing: what is generated here goes.
    Removed,
}

impl Raw {
    /// Whether it says nothing: a table without keys.
    pub fn is_empty(&self) -> bool {
        matches!(self, Raw::Table(entries) if entries.is_empty())
    }

    /// The value of a key, where it is a table.
    pub fn get(&self, key: &str) -> Option<&Raw> {
        match self {
            Raw::Table(entries) => entries
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value of a key to change, where it is a table.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Raw> {
        match self {
            Raw::Table(entries) => entries
                .iter_mut()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value of a key in a table in a table.
    pub fn at(&self, path: &[&str]) -> Option<&Raw> {
        path.iter().try_fold(self, |raw, key| raw.get(key))
    }

    /// Adds every text in it, in order.
    pub fn add_texts<'a>(&'a self, out: &mut Vec<&'a Text>) {
        match self {
            Raw::Text(text) => out.push(text),
            Raw::List(items) => items.iter().for_each(|item| item.add_texts(out)),
            Raw::Table(entries) => entries.iter().for_each(|(_, value)| value.add_texts(out)),
            Raw::Integer(_) | Raw::Float(_) | Raw::Boolean(_) | Raw::Removed => {}
        }
    }
}

impl Default for Raw {
    fn default() -> Self {
        Raw::Table(Vec::new())
    }
}
