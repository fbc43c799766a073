//! The tree that the stages before the model work on.

use super::{Date, Fraction, Shared};
use crate::source::Span;

/// A value with its place. The place of a table made by a dotted key or a heading is that of its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value where it is written.
    pub span: Span,
    /// What TOML says it is.
    pub value: Value,
}

/// A value of TOML.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Quotes and escapes resolved.
    String(String),
    /// A whole number; a larger one is [`Value::Broken`].
    Integer(i64),
    /// A number with a fraction, or an exponent.
    Float(Fraction),
    /// `true` or `false`.
    Boolean(bool),
    /// A date, with or without a time. In a box, as the next: both are rare, and would make every value larger.
    Date(Box<Date>),
    /// A time of day without a date, as written.
    Time(Box<str>),
    /// Items in their order.
    Array(Shared<Node>),
    /// A table, however it is written: a heading, braces, dotted keys.
    Table(Table),
    /// `false` was laid over an entry, which it takes away: of this tree, and of what the tree is laid over in turn.
    Removed,
    /// Something was written here that can't be used, which was reported: not absent, but nothing to read either.
    Broken,
}

impl Value {
    /// What to call a value of this type in a message.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::String(_) => "a string",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number with a fraction",
            Value::Boolean(_) | Value::Removed => "true or false",
            Value::Date(_) => "a date",
            Value::Time(_) => "a time",
            Value::Array(_) => "a list",
            Value::Table(_) => "a table",
            Value::Broken => "a value that can't be read",
        }
    }
}

/// A key with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Quotes and escapes resolved.
    pub name: String,
    /// The key where it is written.
    pub span: Span,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The value.
    pub value: Node,
}

/// Keys and values in the order in which the user wrote them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Each key once.
    pub entries: Shared<Entry>,
}

impl Table {
    /// The key and value of this name.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.place(name).map(|place| &self.entries[place])
    }

    /// The value of this name.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.entry(name).map(|entry| &entry.value)
    }

    /// The value at a path of keys, as `get_path(&["volumes", "data"])`.
    pub fn get_path(&self, path: &[&str]) -> Option<&Node> {
        let (first, rest) = path.split_first()?;
        let node = self.get(first)?;
        if rest.is_empty() {
            return Some(node);
        }
        node.as_table()?.get_path(rest)
    }

    /// The table of this name; `None` where it is something else.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.get(name)?.as_table()
    }

    /// The value of this name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Node> {
        let place = self.entries.place(name)?;
        Some(self.entries.value_mut(place))
    }

    /// The table of this name, to change it.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut Table> {
        self.get_mut(name)?.as_table_mut()
    }

    /// The string of this name; `None` where it is something else.
    pub fn string(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The whole number of this name; `None` where it is something else.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)?.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The boolean of this name; `None` where it is something else.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.get(name)?.as_bool()
    }

    /// The items of this name; `None` where it is no list.
    pub fn array(&self, name: &str) -> Option<&[Node]> {
        self.get(name)?.as_array()
    }

    /// The entries of the table of this name; none where it is something else.
    pub fn entries_of<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = (&'a Key, &'a Node)> + use<'a> {
        self.table(name).into_iter().flat_map(Table::iter)
    }

    /// The tables in the table of this name.
    pub fn tables_of<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = (&'a Key, &'a Table)> + use<'a> {
        self.entries_of(name)
            .filter_map(|(key, node)| Some((key, node.as_table()?)))
    }

    /// The strings of a list; what is not a string was reported when the shape was checked.
    pub fn strings(&self, name: &str) -> Vec<&str> {
        self.array(name)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::as_str)
            .collect()
    }

    /// A table, or each table of a list.
    pub fn one_or_many_tables(&self, name: &str) -> Vec<&Table> {
        let Some(node) = self.get(name) else {
            return Vec::new();
        };
        node.items().iter().filter_map(Node::as_table).collect()
    }

    /// Puts a value at the end, or in the place of the one of that name.
    pub fn set(&mut self, key: Key, value: Node) {
        match self.entries.place(&key.name) {
            Some(place) => self.entries.replace(place, Entry { key, value }),
            None => self.entries.add(Entry { key, value }),
        }
    }

    /// Counts an entry as written, with a value that can't be used: what it lacks, or refers to it, is no further mistake.
    pub fn set_broken(&mut self, name: &str, span: Span) {
        let name = name.to_string();
        self.set(Key { name, span }, Node::broken(span));
    }

    /// Puts an entry of a new name at the end.
    pub fn push(&mut self, entry: Entry) {
        self.entries.add(entry);
    }

    /// Takes an entry out.
    pub fn remove(&mut self, name: &str) -> Option<Node> {
        let place = self.entries.place(name)?;
        Some(self.entries.remove(place).value)
    }

    /// Keys and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Node)> {
        self.entries.iter().map(|entry| (&entry.key, &entry.value))
    }

    /// The names of the keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.name.as_str())
    }
}

impl Node {
    /// A value that can't be used, which was reported.
    pub fn broken(span: Span) -> Self {
        let value = Value::Broken;
        Self { span, value }
    }

    /// The string that it is.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A string, a number, a boolean or a date as text; empty where it is anything else.
    pub fn scalar(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            Value::Time(text) => text.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Integer(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Array(_) | Value::Table(_) | Value::Removed | Value::Broken => String::new(),
        }
    }

    /// The boolean that it is; what was taken away reads as the `false` that was written.
    pub fn as_bool(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(value) => Some(value),
            Value::Removed => Some(false),
            _ => None,
        }
    }

    /// The items of the list that it is.
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The items of the list that it is, or it alone.
    pub fn items(&self) -> &[Node] {
        self.as_array().unwrap_or(std::slice::from_ref(self))
    }

    /// The date that it is.
    pub fn as_date(&self) -> Option<&Date> {
        match &self.value {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    /// The table that it is.
    pub fn as_table(&self) -> Option<&Table> {
        match &self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table that it is, to change it.
    pub fn as_table_mut(&mut self) -> Option<&mut Table> {
        match &mut self.value {
            Value::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Whether something was written here that can't be used.
    pub fn is_broken(&self) -> bool {
        self.value == Value::Broken
    }

    /// Whether it can't be used, or something in it.
    pub fn has_broken(&self) -> bool {
        match &self.value {
            Value::Broken => true,
            Value::Array(items) => items.iter().any(Node::has_broken),
            Value::Table(table) => table.iter().any(|(_, node)| node.has_broken()),
            _ => false,
        }
    }

    /// Whether a `false` took away what was here.
    pub fn is_removed(&self) -> bool {
        self.value == Value::Removed
    }

    /// `false`, which removes an entry in most places.
    pub fn is_false(&self) -> bool {
        self.as_bool() == Some(false)
    }

    /// The place of a part of a string: `start..end` in its decoded text. Where the text holds escapes or more than was written, the
    /// whole string.
    pub fn part(&self, start: usize, end: usize) -> Span {
        let Value::String(text) = &self.value else {
            return self.span;
        };
        let Some(quotes) = (self.span.end - self.span.start).checked_sub(text.len()) else {
            return self.span;
        };
        // One quote on each side, or a whole file, and nothing was unescaped: offsets in the text are offsets in the file.
        if quotes != 2 && quotes != 0 {
            return self.span;
        }
        let first = self.span.start + quotes / 2;
        Span {
            source: self.span.source,
            start: first + start,
            end: first + end,
        }
    }
}
