//! Texts, raw tables and quantities in the words of one target.
//!
//! A [`Text`] holds pieces that are completed late: secrets, variables, addresses. Each target has a speaker here that
//! says how it writes them; nothing that was written is parsed again.

mod chart;
mod engine;
mod plain;
pub mod units;

use serde_json::{Map, Value};

use crate::{
    files::Site,
    model::{Piece, Platform, Raw, Secret, Text, Variable},
};

pub use chart::{Chart, ChartDefaults, local_port};
pub use engine::{Compose, Stack};
pub use plain::{Constants, Readable};

/// How one target writes what a text is made of.
pub trait Speak: Sync {
    fn platform(&self) -> &Platform;

    /// Where the workloads run that it speaks for.
    fn site(&self) -> Site {
        Site::Engine
    }

    /// A string that the target reads back unchanged.
    fn literal(&self, text: &str) -> String {
        text.to_string()
    }

    fn secret(&self, secret: &Secret) -> String;

    /// A variable that may change at start.
    fn variable(&self, variable: &Variable) -> String {
        self.literal(&variable.default)
    }

    /// The network of a group.
    fn network(&self, group: &str) -> String {
        self.literal(&self.platform().network_name(group))
    }

    fn piece(&self, piece: &Piece) -> String {
        let platform = self.platform();
        match piece {
            Piece::Secret(name) => platform
                .secret(name)
                .map(|secret| self.secret(secret))
                .unwrap_or_default(),
            Piece::Variable(name) => platform
                .variable(name)
                .map(|variable| self.variable(variable))
                .unwrap_or_default(),
            Piece::Network(group) => self.network(group),
            Piece::Literal(_)
            | Piece::Endpoint(_)
            | Piece::PublicUrl { .. }
            | Piece::PublicOrigin { .. }
            | Piece::PublicHost { .. }
            | Piece::RouteOrigin(_)
            | Piece::RoutePort(_) => {
                let constant = platform.constant_at(self.site(), piece);
                self.literal(&constant.unwrap_or_default())
            }
        }
    }

    fn text(&self, text: &Text) -> String {
        text.render(|piece| self.piece(piece))
    }

    fn texts(&self, texts: &[Text]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    /// A text as a value: a string, unless the target joins its parts itself.
    fn value(&self, text: &Text) -> Value {
        Value::from(self.text(text))
    }

    /// A raw table, its texts as values; null where something was taken away. Keys are no templates in any target.
    fn raw(&self, raw: &Raw) -> Value {
        match raw {
            Raw::Text(text) => self.value(text),
            Raw::Integer(number) => Value::from(*number),
            Raw::Float(number) => Value::from(*number),
            Raw::Boolean(boolean) => Value::from(*boolean),
            Raw::Removed => Value::Null,
            Raw::List(items) => items.iter().map(|item| self.raw(item)).collect(),
            Raw::Table(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), self.raw(value)))
                    .collect(),
            ),
        }
    }
}

/// A raw value that is laid over nothing: what it takes away is not there. `None` where nothing else is in it.
pub fn without_removals(raw: Value) -> Option<Value> {
    match raw {
        Value::Null => None,
        Value::Object(entries) if !entries.is_empty() => {
            let kept = entries.into_iter();
            let kept: Map<String, Value> = kept
                .filter_map(|(key, value)| Some((key, without_removals(value)?)))
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        value => Some(value),
    }
}

/// Values that already have the target's form. Each is read back unchanged.
pub fn literals(speak: &dyn Speak, values: &[impl ToString]) -> Vec<String> {
    values
        .iter()
        .map(|value| speak.literal(&value.to_string()))
        .collect()
}
