//! Views as templates see them: trees whose parts become values of the engine where a template reads them, and only for so long.
//!
//! A value of the engine has room of its own for each table and each longer string. A tree has one list of nodes and one text,
//! however large it is; filters write from it without making values.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use serde::{Serialize, Serializer};

/// What was serialised, in few pieces of memory.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The items of a list stand side by side, and so do the keys and values of a table.
    pub(super) nodes: Vec<Node>,
    /// All strings.
    pub(super) texts: String,
    /// Of each table with many keys: its pairs, sorted by their keys.
    pub(super) sorted: Vec<u32>,
    /// What is noted of the strings that a template reads.
    pub(super) notes: Option<Notes>,
}

/// What begins and ends the numbers of a note: no text that people write holds these.
const NOTE: (char, char) = ('\u{fdd2}', '\u{fdd3}');

/// A string of a view with a number that is noted where a template reads it. The template sees the string alone.
pub fn noted(number: usize, text: &str) -> String {
    format!("{}{number}{}{text}", NOTE.0, NOTE.1)
}

/// The numbers of the strings that a template has read.
#[derive(Debug, Default)]
pub(super) struct Notes(Mutex<BTreeSet<usize>>);

impl Notes {
    /// The string without its notes, each of which is taken.
    fn without_notes<'a>(&self, text: &'a str) -> &'a str {
        let mut rest = text;
        while let Some((number, after)) = rest
            .strip_prefix(NOTE.0)
            .and_then(|note| note.split_once(NOTE.1))
        {
            let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            read.extend(number.parse::<usize>());
            rest = after;
        }
        rest
    }

    pub(super) fn read(&self) -> BTreeSet<usize> {
        let read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.clone()
    }
}

/// A place in a tree. Numbers point into the lists of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text { start: u32, len: u32 },
    List { first: u32, len: u32 },
    Table { first: u32, len: u32, sorted: u32 },
}

/// A table with more keys is sorted, to be searched. Most have as many as a struct has fields, and are read in less time than
/// sorted.
pub(super) const FEW: usize = 64;

impl Tree {
    /// The text of a string.
    pub(super) fn text(&self, node: Node) -> Option<&str> {
        match node {
            Node::Text { start, len } => {
                let text = self.texts.get(start as usize..(start + len) as usize)?;
                Some(
                    self.notes
                        .as_ref()
                        .map_or(text, |notes| notes.without_notes(text)),
                )
            }
            _ => None,
        }
    }

    /// The items of a list.
    pub(super) fn items(&self, node: Node) -> &[Node] {
        match node {
            Node::List { first, len } => self.side_by_side(first as usize, len as usize),
            _ => &[],
        }
    }

    /// The keys and values of a table.
    pub(super) fn pairs(&self, node: Node) -> &[[Node; 2]] {
        match node {
            Node::Table { first, len, .. } => {
                let nodes = self.side_by_side(first as usize, 2 * len as usize);
                nodes.as_chunks().0
            }
            _ => &[],
        }
    }

    fn side_by_side(&self, first: usize, len: usize) -> &[Node] {
        self.nodes.get(first..first + len).unwrap_or_default()
    }

    /// What stands at a key of a table.
    pub(super) fn at(&self, table: Node, key: &str) -> Option<Node> {
        let pairs = self.pairs(table);
        let found = match table {
            Node::Table { len, sorted, .. } if pairs.len() > FEW => {
                let sorted = self.sorted.get(sorted as usize..(sorted + len) as usize)?;
                let text = |pair: &u32| self.text(pairs[*pair as usize][0]);
                let place = sorted.binary_search_by(|pair| text(pair).cmp(&Some(key)));
                pairs.get(sorted[place.ok()?] as usize)
            }
            _ => pairs.iter().find(|pair| self.reads(pair[0], key)),
        };
        found.map(|pair| pair[1])
    }

    /// Whether a string is this one. Most that are compared differ in length.
    fn reads(&self, node: Node, text: &str) -> bool {
        match node {
            Node::Text { start, len } if len as usize == text.len() => {
                let bytes = self.texts.as_bytes();
                bytes.get(start as usize..(start + len) as usize) == Some(text.as_bytes())
            }
            _ => false,
        }
    }

    /// A place as a value of the engine.
    pub(super) fn value(self: &Arc<Self>, node: Node) -> Value {
        match node {
            Node::Null => Value::from(()),
            Node::Bool(value) => Value::from(value),
            Node::Signed(value) => Value::from(value),
            Node::Unsigned(value) => Value::from(value),
            Node::Float(value) => Value::from(value),
            Node::Text { .. } => Value::from(self.text(node).unwrap_or_default()),
            Node::List { .. } | Node::Table { .. } => Value::from_object(Part {
                tree: Arc::clone(self),
                node,
            }),
        }
    }
}

/// A list or a table of a tree, as a value of the engine.
pub(super) struct Part {
    pub(super) tree: Arc<Tree>,
    pub(super) node: Node,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

impl Object for Part {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.node {
            Node::List { .. } => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if let Node::List { .. } = self.node {
            let item = self.tree.items(self.node).get(key.as_usize()?)?;
            return Some(self.tree.value(*item));
        }
        if let Some(key) = key.as_str() {
            return self.get_value_by_str(key);
        }
        let mut pairs = self.tree.pairs(self.node).iter();
        let found = pairs.find(|pair| self.tree.value(pair[0]) == *key)?;
        Some(self.tree.value(found[1]))
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let found = self.tree.at(self.node, key)?;
        Some(self.tree.value(found))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let len = self.enumerator_len().unwrap_or_default();
        if let Node::List { .. } = self.node {
            return Enumerator::Seq(len);
        }
        let part = Arc::clone(self);
        Enumerator::KeyValueIter(Box::new((0..len).map(move |index| {
            let [key, value] = part.tree.pairs(part.node)[index];
            (part.tree.value(key), part.tree.value(value))
        })))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        match self.node {
            Node::List { len, .. } | Node::Table { len, .. } => Some(len as usize),
            _ => None,
        }
    }
}

/// A place, to be written by a serialiser.
pub(super) struct Written<'a>(pub(super) &'a Tree, pub(super) Node);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(tree, node) = *self;
        match node {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(value),
            Node::Signed(value) => serializer.serialize_i64(value),
            Node::Unsigned(value) => serializer.serialize_u64(value),
            Node::Float(value) => serializer.serialize_f64(value),
            Node::Text { .. } => serializer.serialize_str(tree.text(node).unwrap_or_default()),
            Node::List { .. } => {
                let items = tree.items(node).iter();
                serializer.collect_seq(items.map(|item| Written(tree, *item)))
            }
            Node::Table { .. } => {
                let pairs = tree.pairs(node).iter();
                serializer
                    .collect_map(pairs.map(|[key, of]| (Written(tree, *key), Written(tree, *of))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::template::{Engine, View};

    fn rendered(template: &str, view: &View) -> String {
        let own = vec![("helm/templates/own.yaml".to_string(), template.to_string())];
        let engine = Engine::new(own).unwrap_or_default();
        engine
            .render_view("helm/templates/own.yaml", view)
            .unwrap_or_default()
    }

    #[test]
    fn a_tree_reads_as_the_value_that_it_stands_for() {
        let many: std::collections::BTreeMap<String, usize> =
            (0..80).map(|n| (format!("k{n}"), n)).collect();
        let json = json!({"z": {"b": {"c": [1, "x"], "d": {}}, "a": null}, "empty": {}, "list": [{"k": 1}, [], ["p", true]],
            "n": 1.5, "many": many, "pairs": [["a", 1], ["b c", "x"]], "long": "a string that is longer than twenty-two bytes",
            "minus": -1});
        let template = "<{ t | yaml }>|<{ t.z | yaml(2) }>|<{ t.z.b.c[1] }>|<{ t | json }>|<{ t | list | json(2) }>|\
                        <% for key, value in t.z | items %><{ key }><% endfor %>|<{ t | length }>|<{ 'a' in t.z }>|\
                        <% if t.empty %>filled<% endif %><% if t.z %>filled<% endif %>|<{ dict(t.z, **t.empty) | json }>|\
                        <{ t.many.k0 }><{ t.many.k79 }><{ t.many['k7'] }><{ t.many.k80 is undefined }>|<{ t.list[-1] | json }>|\
                        <{ t.list | reverse | yaml }>|<{ t.list | first | yaml(4) }>|<{ t.pairs | pairs(2) }>|<{ t.list[7] is defined }>|\
                        <{ [t.z, t.list] | yaml }>|<{ t.z | yaml_with(t.z, 2) }>|<{ {'l': t.list} | yaml_with({'l': 'x'}, 2) }>|\
                        <% for a, b in t.pairs %><{ loop.index }><{ a }><{ b }><% endfor %>|<{ t.list | python }>|\
                        <% for key in t.many %><{ key }><% endfor %>|<{ t.pairs | map('last') | list | json }>|<{ t.minus - t.n }>|\
                        <{ t.list ~ t.z }>|<{ (t.many | items | list)[3] | json }>|<{ t.long ~ t.z.a }>|<{ 1 in t.z.b.c }>|\
                        <% if t.z == u.z %>same<% endif %>";
        let tree = rendered(template, &View::new(json!({"t": &json, "u": &json})));
        let taken = View::of_tree(json!({"t": &json, "u": &json}));
        assert_eq!(rendered(template, &taken), tree);
        let values = View::of_views(json!({"t": &json, "u": &json}));
        assert_eq!(rendered(template, &values), tree);
        assert!(tree.ends_with("|same"), "{tree}");
    }
}
