//! Strings that each target completes in its own words: secrets, variables, addresses.

use std::collections::BTreeSet;

use crate::{
    model::{Named, Variable},
    value::{Host, Scheme},
};

/// A string of platform.toml with its references resolved, but not yet written in the syntax of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Literal(String),
    /// The value of the secret of this name.
    Secret(String),
    /// The value of a `[vars]` entry that may change at start. Constants are literals.
    Variable(String),
    /// In a box: it is three times as large as the other pieces, and a platform has far more literals than addresses.
    Endpoint(Box<Endpoint>),
    /// The URL that a browser uses: the published port, or the chart's ingress.
    PublicUrl {
        component: String,
        port: String,
    },
    /// The same without a path: what a browser sends as the origin.
    PublicOrigin {
        component: String,
        port: String,
    },
    /// The name alone that a browser calls it by, without a port.
    PublicHost {
        component: String,
        port: String,
    },
    /// How the addresses of an entry point's route start, for a browser.
    RouteOrigin(String),
    /// The number of the port by which people come to it.
    RoutePort(String),
    /// The Compose network of a group; in Kubernetes the namespace.
    Network(String),
}

/// Which part of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Host,
    Port,
    Address,
    Url,
}

/// A port of a component, as those inside the platform reach it. Host and number are the same in Compose and Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    pub component: String,
    /// The port's name in its component.
    pub port: String,
    /// The workload's DNS name, or the address of an external component.
    pub host: Host,
    pub number: u16,
    pub scheme: Scheme,
    /// The path that a URL of it ends with; may be empty.
    pub path: String,
    pub field: Field,
    /// It runs elsewhere.
    pub external: bool,
}

impl Endpoint {
    /// What the reference stands for.
    pub fn value(&self) -> String {
        match self.field {
            Field::Host => self.host.without_brackets(),
            Field::Port => self.number.to_string(),
            Field::Address => self.address(),
            Field::Url => format!("{}://{}{}", self.scheme, self.address(), self.path),
        }
    }

    /// `HOST:PORT`.
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.number)
    }
}

impl Text {
    pub fn literal(text: impl Into<String>) -> Self {
        let mut out = Self::default();
        out.push(Piece::Literal(text.into()));
        out
    }

    pub fn push_literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.add(Piece::Literal(text.to_string())),
        }
    }

    pub fn push(&mut self, piece: Piece) {
        match (piece, self.pieces.last_mut()) {
            (Piece::Literal(text), _) if text.is_empty() => {}
            (Piece::Literal(text), Some(Piece::Literal(last))) => last.push_str(&text),
            (piece, _) => self.add(piece),
        }
    }

    /// Most texts have one piece. A list makes room for four when the first is pushed, and texts are most of what a large
    /// platform takes in memory.
    fn add(&mut self, piece: Piece) {
        if self.pieces.is_empty() {
            self.pieces.reserve_exact(1);
        }
        self.pieces.push(piece);
    }

    pub fn append(&mut self, other: &Text) {
        for piece in &other.pieces {
            self.push(piece.clone());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Whether there is nothing to resolve in it.
    pub fn is_literal(&self) -> bool {
        self.pieces.iter().all(is_literal)
    }

    pub fn starts_literal(&self) -> bool {
        self.pieces.first().is_none_or(is_literal)
    }

    /// Whether a literal of it holds this character.
    pub fn has(&self, character: char) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Literal(text) if text.contains(character)))
    }

    /// What follows these words at its beginning.
    pub fn behind(&self, start: &str) -> Option<Text> {
        let Piece::Literal(first) = self.pieces.first()? else {
            return None;
        };
        let mut out = Text::literal(first.strip_prefix(start)?);
        for piece in &self.pieces[1..] {
            out.push(piece.clone());
        }
        Some(out)
    }

    /// What stands before and after the first of these characters in a literal.
    pub fn cut_first(&self, character: char) -> Option<(Text, Text)> {
        let found = |(index, piece): (usize, &Piece)| match piece {
            Piece::Literal(text) => text.find(character).map(|at| (index, at)),
            _ => None,
        };
        let (index, at) = self.pieces.iter().enumerate().find_map(found)?;
        self.cut(index, at, character)
    }

    /// What stands before and after the last of them.
    pub fn cut_last(&self, character: char) -> Option<(Text, Text)> {
        let found = |(index, piece): (usize, &Piece)| match piece {
            Piece::Literal(text) => text.rfind(character).map(|at| (index, at)),
            _ => None,
        };
        let (index, at) = self.pieces.iter().enumerate().rev().find_map(found)?;
        self.cut(index, at, character)
    }

    /// Cuts at the character that stands at byte `at` of the literal `index`.
    fn cut(&self, index: usize, at: usize, character: char) -> Option<(Text, Text)> {
        let Piece::Literal(text) = self.pieces.get(index)? else {
            return None;
        };
        let mut before = Text {
            pieces: self.pieces[..index].to_vec(),
        };
        before.push_literal(&text[..at]);
        let mut after = Text::literal(&text[at + character.len_utf8()..]);
        for piece in &self.pieces[index + 1..] {
            after.push(piece.clone());
        }
        Some((before, after))
    }

    /// The whole string, where it is all literal and addresses.
    pub fn as_plain(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(text.clone()),
                Piece::Endpoint(endpoint) => Some(endpoint.value()),
                _ => None,
            })
            .collect()
    }

    /// The string, with each piece written by `speak`.
    pub fn render(&self, mut speak: impl FnMut(&Piece) -> String) -> String {
        self.pieces.iter().map(&mut speak).collect()
    }

    /// The string while every variable has its default. Secrets, and what a browser uses, are left out.
    pub fn with_defaults(&self, variables: &Named<Variable>) -> String {
        self.render(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Endpoint(endpoint) => endpoint.value(),
            Piece::Variable(name) => {
                let variable = variables.find(name);
                variable.map_or_else(String::new, |variable| variable.default.clone())
            }
            _ => String::new(),
        })
    }

    pub fn secrets(&self) -> BTreeSet<&str> {
        self.pieces
            .iter()
            .filter_map(|piece| match piece {
                Piece::Secret(name) => Some(name.as_str()),
                _ => None,
            })
            .collect()
    }

    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Endpoint(endpoint) => Some(&**endpoint),
            _ => None,
        })
    }
}

fn is_literal(piece: &Piece) -> bool {
    matches!(piece, Piece::Literal(_))
}

#[cfg(test)]
mod tests {
    use super::{Piece, Text};

    #[test]
    fn a_text_of_one_piece_takes_room_for_one() {
        assert_eq!(Text::literal("redis").pieces.capacity(), 1);
        let mut secret = Text::default();
        secret.push(Piece::Secret("password".to_string()));
        assert_eq!(secret.pieces.capacity(), 1);
        // Two names, and which piece it is.
        assert!(size_of::<Piece>() <= 2 * size_of::<String>() + size_of::<usize>());
    }
}
