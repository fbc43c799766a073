//! Makes a tree of whatever can be serialised.

use std::fmt;

use serde::{
    Serialize, Serializer,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::tree::{FEW, Node, Tree};

/// Why a view has no tree.
#[derive(Debug)]
pub(super) struct Fault(String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

impl serde::ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// The room of a tree at first: that of most views.
const FIRST_TEXT: usize = 1024;
const FIRST_NODES: usize = 64;

/// The tree of a view, and where the view stands in it.
pub(super) fn tree(view: impl Serialize) -> Result<(Tree, Node), Fault> {
    let mut builder = Builder::default();
    builder.tree.texts.reserve(FIRST_TEXT);
    builder.tree.nodes.reserve(FIRST_NODES);
    let root = view.serialize(&mut builder)?;
    Ok((builder.tree, root))
}

/// The same for a tree of JSON, each piece of which is freed once it is copied.
pub(super) fn tree_of_json(json: serde_json::Value) -> Result<(Tree, Node), Fault> {
    let mut builder = Builder::default();
    let size = Size::of(&json);
    builder.tree.texts.reserve_exact(size.text);
    builder.tree.nodes.reserve_exact(size.nodes);
    let root = builder.json(json)?;
    Ok((builder.tree, root))
}

/// The room that a tree of JSON takes: a large one that grew piece by piece would be copied several times.
#[derive(Default)]
struct Size {
    text: usize,
    nodes: usize,
}

impl Size {
    fn of(json: &serde_json::Value) -> Self {
        let mut size = Self::default();
        size.add(json);
        size
    }

    fn add(&mut self, json: &serde_json::Value) {
        match json {
            serde_json::Value::Array(items) => {
                self.nodes += items.len();
                items.iter().for_each(|item| self.add(item));
            }
            serde_json::Value::Object(table) => {
                self.nodes += 2 * table.len();
                for (key, value) in table {
                    self.text += key.len();
                    self.add(value);
                }
            }
            serde_json::Value::String(text) => self.text += text.len(),
            serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {
            }
        }
    }
}

#[derive(Default)]
struct Builder {
    tree: Tree,
    /// What was made of the lists and tables that are not closed yet: nodes of one stand side by side only once all are known.
    open: Vec<Node>,
}

fn place(at: usize) -> Result<u32, Fault> {
    u32::try_from(at).map_err(|_| Fault("it has more than 4 GiB".to_string()))
}

impl Builder {
    fn text(&mut self, text: &str) -> Result<Node, Fault> {
        let start = place(self.tree.texts.len())?;
        self.tree.texts.push_str(text);
        let len = place(self.tree.texts.len())? - start;
        Ok(Node::Text { start, len })
    }

    /// The list of what was opened since then.
    fn list(&mut self, since: usize) -> Result<Node, Fault> {
        let first = place(self.tree.nodes.len())?;
        self.tree.nodes.extend(self.open.drain(since..));
        let len = place(self.tree.nodes.len())? - first;
        Ok(Node::List { first, len })
    }

    /// The table of the keys and values that were opened since then.
    fn table(&mut self, since: usize) -> Result<Node, Fault> {
        let first = place(self.tree.nodes.len())?;
        self.tree.nodes.extend(self.open.drain(since..));
        let len = (place(self.tree.nodes.len())? - first) / 2;
        let sorted = place(self.tree.sorted.len())?;
        let table = Node::Table { first, len, sorted };
        if len as usize > FEW {
            let pairs = self.tree.pairs(table);
            let key = |pair: &u32| self.tree.text(pairs[*pair as usize][0]);
            let mut order: Vec<u32> = (0..len).collect();
            order.sort_by(|one, other| key(one).cmp(&key(other)));
            self.tree.sorted.extend(order);
        }
        Ok(table)
    }

    /// A table with one key: a variant of an enum, and what it holds.
    fn variant(&mut self, name: &str, holds: Node) -> Result<Node, Fault> {
        let since = self.open.len();
        let name = self.text(name)?;
        self.open.extend([name, holds]);
        self.table(since)
    }

    fn json(&mut self, json: serde_json::Value) -> Result<Node, Fault> {
        let since = self.open.len();
        match json {
            serde_json::Value::Array(items) => {
                for item in items {
                    let item = self.json(item)?;
                    self.open.push(item);
                }
                self.list(since)
            }
            serde_json::Value::Object(table) => {
                for (key, value) in table {
                    let key = self.text(&key)?;
                    self.open.push(key);
                    let value = self.json(value)?;
                    self.open.push(value);
                }
                self.table(since)
            }
            leaf => leaf.serialize(self),
        }
    }

    fn opened(&mut self, variant: Option<&'static str>) -> Open<'_> {
        Open {
            since: self.open.len(),
            builder: self,
            variant,
        }
    }
}

/// A list or a table that is being made.
struct Open<'a> {
    builder: &'a mut Builder,
    since: usize,
    /// The variant of an enum that holds it.
    variant: Option<&'static str>,
}

impl Open<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let node = value.serialize(&mut *self.builder)?;
        self.builder.open.push(node);
        Ok(())
    }

    fn pair<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Fault> {
        let key = self.builder.text(key)?;
        self.builder.open.push(key);
        self.push(value)
    }

    fn list(self) -> Result<Node, Fault> {
        let list = self.builder.list(self.since)?;
        match self.variant {
            Some(name) => self.builder.variant(name, list),
            None => Ok(list),
        }
    }

    fn table(self) -> Result<Node, Fault> {
        let table = self.builder.table(self.since)?;
        match self.variant {
            Some(name) => self.builder.variant(name, table),
            None => Ok(table),
        }
    }
}

impl<'a> Serializer for &'a mut Builder {
    type Ok = Node;
    type Error = Fault;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    fn serialize_bool(self, value: bool) -> Result<Node, Fault> {
        Ok(Node::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Node, Fault> {
        Ok(Node::Signed(value.into()))
    }

    fn serialize_i16(self, value: i16) -> Result<Node, Fault> {
        Ok(Node::Signed(value.into()))
    }

    fn serialize_i32(self, value: i32) -> Result<Node, Fault> {
        Ok(Node::Signed(value.into()))
    }

    fn serialize_i64(self, value: i64) -> Result<Node, Fault> {
        Ok(Node::Signed(value))
    }

    fn serialize_u8(self, value: u8) -> Result<Node, Fault> {
        Ok(Node::Unsigned(value.into()))
    }

    fn serialize_u16(self, value: u16) -> Result<Node, Fault> {
        Ok(Node::Unsigned(value.into()))
    }

    fn serialize_u32(self, value: u32) -> Result<Node, Fault> {
        Ok(Node::Unsigned(value.into()))
    }

    fn serialize_u64(self, value: u64) -> Result<Node, Fault> {
        Ok(Node::Unsigned(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Node, Fault> {
        Ok(Node::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Node, Fault> {
        Ok(Node::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Node, Fault> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<Node, Fault> {
        self.text(value)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Node, Fault> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<Node, Fault> {
        Ok(Node::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Node, Fault> {
        Ok(Node::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Node, Fault> {
        Ok(Node::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Node, Fault> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Node, Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Fault> {
        let holds = value.serialize(&mut *self)?;
        self.variant(variant, holds)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, Fault> {
        Ok(self.opened(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Open<'a>, Fault> {
        Ok(self.opened(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Fault> {
        Ok(self.opened(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Fault> {
        Ok(self.opened(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Fault> {
        Ok(self.opened(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Fault> {
        Ok(self.opened(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'a>, Fault> {
        Ok(self.opened(Some(variant)))
    }
}

/// The traits of what is a list, and of what is a table with fixed keys: they differ in the names of their functions alone.
macro_rules! open {
    ($($list:ident $push:ident),*; $($table:ident),*) => {
        $(impl $list for Open<'_> {
            type Ok = Node;
            type Error = Fault;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.push(value)
            }

            fn end(self) -> Result<Node, Fault> {
                self.list()
            }
        })*
        $(impl $table for Open<'_> {
            type Ok = Node;
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Fault> {
                self.pair(key, value)
            }

            fn end(self) -> Result<Node, Fault> {
                self.table()
            }
        })*
    };
}

open!(
    SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field;
    SerializeStruct, SerializeStructVariant
);

impl SerializeMap for Open<'_> {
    type Ok = Node;
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        self.push(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.push(value)
    }

    fn end(self) -> Result<Node, Fault> {
        self.table()
    }
}
