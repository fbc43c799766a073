//! Values of raw tables as Compose and Kubernetes read them.

use super::Found;
use crate::model::{Piece, Raw, Text};

/// What a table holds; nothing of any other value.
pub(in crate::check) fn entries(raw: Option<&Raw>) -> impl Iterator<Item = &(String, Raw)> {
    match raw {
        Some(Raw::Table(entries)) => entries.iter(),
        _ => [].iter(),
    }
}

/// The entries of a table in a table.
pub(in crate::check) fn section<'a>(
    raw: &'a Raw,
    key: &str,
) -> impl Iterator<Item = &'a (String, Raw)> {
    entries(raw.get(key))
}

/// The items of a list; nothing of any other value.
pub(in crate::check) fn items(raw: Option<&Raw>) -> impl Iterator<Item = &Raw> {
    match raw {
        Some(Raw::List(items)) => items.iter(),
        _ => [].iter(),
    }
}

/// A scalar as text. What is known only at the start is left out.
pub(in crate::check) fn word(raw: Option<&Raw>) -> String {
    match raw {
        Some(Raw::Text(text)) => literals(text),
        Some(Raw::Integer(number)) => number.to_string(),
        Some(Raw::Float(number)) => number.to_string(),
        Some(Raw::Boolean(value)) => value.to_string(),
        _ => String::new(),
    }
}

/// The items of a list of scalars.
pub(super) fn words(raw: Option<&Raw>) -> Vec<Found<'_, String>> {
    let items = items(raw);
    items
        .map(|by| Found {
            value: word(Some(by)),
            by,
        })
        .collect()
}

fn literals(text: &Text) -> String {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        _ => String::new(),
    };
    text.pieces.iter().map(literal).collect()
}

/// Whether a switch is on. Compose reads words, too; one that is known only at the start may turn it on.
pub(in crate::check) fn is_on(raw: &Raw) -> bool {
    match raw {
        Raw::Boolean(value) => *value,
        Raw::Removed => false,
        Raw::Text(text) => !["false", "no", "off", "n", "0"].contains(&literals(text).as_str()),
        _ => true,
    }
}

/// Whether it takes away what is generated.
pub(in crate::check) fn removes(raw: &Raw) -> bool {
    matches!(raw, Raw::Boolean(false) | Raw::Removed)
}

/// Files: `"a"`, `["a"]` or `[{ path = "a" }]`.
pub(super) fn files(raw: Option<&Raw>) -> impl Iterator<Item = Found<'_, String>> {
    let one = raw.filter(|raw| matches!(raw, Raw::Text(_))).into_iter();
    one.chain(items(raw)).filter_map(|it| {
        let by = match it {
            Raw::Table(_) => it.get("path")?,
            _ => it,
        };
        let value = word(Some(by));
        Some(Found { value, by })
    })
}
