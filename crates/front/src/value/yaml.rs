//! YAML with the place of every value.

use std::{collections::BTreeMap, ops::Range};

use saphyr_parser::{Event, Parser, StrInput};

/// The deepest nesting: more than any real configuration has.
const DEEPEST: usize = 60;

/// The most values in a file: more than any configuration that is written by hand.
pub const BY_HAND: usize = 100_000;

/// Why a text is not one document.
#[derive(Debug)]
pub struct Refused {
    /// Bytes of the text.
    pub at: Range<usize>,
    /// Goes on after "it".
    pub message: String,
}

/// A value and its bytes in the file. What a scalar means is for its program to say.
#[derive(Clone, Debug)]
pub struct Node {
    /// Bytes of the text.
    pub at: Range<usize>,
    /// What it is.
    pub value: Value,
}

#[derive(Clone, Debug)]
pub enum Value {
    /// Quotes taken off.
    Scalar(String),
    /// Its items.
    List(Vec<Node>),
    /// Its entries, in their order.
    Table(Vec<(Node, Node)>),
}

impl Node {
    /// Of a scalar, its text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::List(_) | Value::Table(_) => None,
        }
    }

    /// Of a list, its items.
    pub fn list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            Value::Scalar(_) | Value::Table(_) => None,
        }
    }

    /// Of a table, its entries.
    pub fn table(&self) -> Option<&[(Node, Node)]> {
        match &self.value {
            Value::Table(entries) => Some(entries),
            Value::Scalar(_) | Value::List(_) => None,
        }
    }

    /// The value under a key of a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let mut entries = self.table()?.iter();
        entries
            .find(|(name, _)| name.text() == Some(key))
            .map(|(_, value)| value)
    }
}

/// What is wrong with a text that should be YAML, of one document or of several: the line, counted from 1, and why.
pub fn fault(text: &str) -> Option<(usize, String)> {
    let mut events = Parser::new_from_str(text);
    let error = events.find_map(Result::err)?;
    Some((error.marker().line(), error.info().to_string()))
}

/// The one document of a text, which has so many values at most, those that aliases repeat included; `None` where there is
/// no document. Errors: it is no YAML, holds something else than one document, or more values than that.
pub fn read(text: &str, largest: usize) -> Result<Option<Node>, Refused> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        bytes: text
            .char_indices()
            .map(|(byte, _)| byte)
            .chain([text.len()])
            .collect(),
        anchors: BTreeMap::new(),
        size: 0,
        largest,
    };
    reader.document()
}

struct Reader<'a> {
    events: Parser<'a, StrInput<'a>>,
    /// Where each character starts.
    bytes: Vec<usize>,
    anchors: BTreeMap<usize, Node>,
    /// Nodes read so far, those that aliases repeat included.
    size: usize,
    largest: usize,
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Result<Option<Node>, Refused> {
        let mut document = None;
        loop {
            let (event, at) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(document),
                Event::DocumentStart(_) if document.is_some() => {
                    return Err(refused(&at, "it holds more than one document"));
                }
                Event::DocumentStart(_) => {
                    let next = self.next()?;
                    document = Some(self.node(next, 0)?);
                }
                _ => {}
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Refused> {
        match self.events.next() {
            Some(Ok((event, span))) => Ok((
                event,
                self.byte(span.start.index())..self.byte(span.end.index()),
            )),
            Some(Err(error)) => {
                let at = self.byte(error.marker().index());
                Err(refused(
                    &(at..at),
                    &format!("it is not YAML: {}", error.info()),
                ))
            }
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn byte(&self, character: usize) -> usize {
        let last = self.bytes.len() - 1;
        self.bytes[character.min(last)]
    }

    fn node(
        &mut self,
        (event, at): (Event<'a>, Range<usize>),
        depth: usize,
    ) -> Result<Node, Refused> {
        self.size += 1;
        if depth > DEEPEST || self.size > self.largest {
            return Err(refused(&at, "it is too large"));
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(refused(&at, "an alias is used before its anchor ends"));
                };
                self.size += size(&node);
                (0, node.value)
            }
            Event::Scalar(text, _, anchor, _) => (anchor, Value::Scalar(text.into_owned())),
            Event::SequenceStart(anchor, _) => (anchor, Value::List(self.list(depth)?)),
            Event::MappingStart(anchor, _) => (anchor, Value::Table(self.table(depth)?)),
            _ => return Err(refused(&at, "it ends too early")),
        };
        let node = Node { at, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Refused> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(items),
                next => items.push(self.node(next, depth + 1)?),
            }
        }
    }

    fn table(&mut self, depth: usize) -> Result<Vec<(Node, Node)>, Refused> {
        let mut entries = Vec::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd, _) => return Ok(entries),
                next => self.node(next, depth + 1)?,
            };
            let next = self.next()?;
            entries.push((key, self.node(next, depth + 1)?));
        }
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.value {
        Value::Scalar(_) => 0,
        Value::List(items) => items.iter().map(size).sum::<usize>(),
        Value::Table(entries) => entries
            .iter()
            .map(|(_, value)| 1 + size(value))
            .sum::<usize>(),
    }
}

fn refused(at: &Range<usize>, message: &str) -> Refused {
    Refused {
        at: at.clone(),
        message: message.to_string(),
    }
}
