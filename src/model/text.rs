//! Strings that each target completes in its own words: secrets, variables, addresses.

use std::collections::BTreeSet;

use crate::value::Scheme;

/// A string of platform.toml with its references resolved but not yet spoken in any target's language.
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
    Endpoint(Endpoint),
    /// The URL that a browser uses: the published port, or the chart's ingress.
    PublicUrl {
        component: String,
        port: String,
    },
    /// The name alone that a browser calls it by, without a port.
    PublicHost {
        component: String,
        port: String,
    },
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
    pub host: String,
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
            // The brackets of an IPv6 address belong to what joins host and port.
            Field::Host => self.host.trim_matches(['[', ']']).to_string(),
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
        out.push_literal(&text.into());
        out
    }

    pub fn push_literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Literal(text.to_string())),
        }
    }

    pub fn push(&mut self, piece: Piece) {
        match piece {
            Piece::Literal(text) => self.push_literal(&text),
            piece => self.pieces.push(piece),
        }
    }

    pub fn append(&mut self, other: &Text) {
        for piece in &other.pieces {
            self.push(piece.clone());
        }
    }

    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
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

    /// The string, each piece spoken by `speak`.
    pub fn render(&self, mut speak: impl FnMut(&Piece) -> String) -> String {
        self.pieces.iter().map(&mut speak).collect()
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
            Piece::Endpoint(endpoint) => Some(endpoint),
            _ => None,
        })
    }
}
