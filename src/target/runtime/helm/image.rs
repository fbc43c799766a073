//! An image in the three values that a user changes.

use serde::Serialize;
use serde_json::Value;

use crate::{
    model::{Piece, Platform, Text},
    speak::{Chart, Speak},
};

/// `REPOSITORY:TAG@DIGEST`, each a text.
#[derive(Debug, Serialize)]
pub struct ImageValues {
    pub repository: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Value>,
}

/// Cuts a reference at its digest and its tag. What a variable brings in is not looked into.
pub fn values(platform: &Platform, image: &Text) -> ImageValues {
    let (name, digest) = cut(image, |text| text.rfind('@'));
    let (repository, tag) = cut(&name, |text| text.rfind(':'));
    let (repository, tag) = match tag {
        // A colon before a slash is that of the registry's port.
        Some(tag) if literals(&tag).any(|text| text.contains('/')) => (name, None),
        tag => (repository, tag),
    };
    ImageValues {
        repository: Chart(platform).value(&repository),
        tag: tag.map(|tag| Chart(platform).value(&tag)),
        digest: digest.map(|digest| Chart(platform).value(&digest)),
    }
}

/// The text before and after the last byte that `find` sees in a literal.
fn cut(text: &Text, find: impl Fn(&str) -> Option<usize>) -> (Text, Option<Text>) {
    let place = text
        .pieces
        .iter()
        .enumerate()
        .rev()
        .find_map(|(index, piece)| match piece {
            Piece::Literal(literal) => find(literal).map(|at| (index, literal, at)),
            _ => None,
        });
    let Some((index, literal, at)) = place else {
        return (text.clone(), None);
    };
    let mut before = Text {
        pieces: text.pieces[..index].to_vec(),
    };
    before.push_literal(&literal[..at]);
    let mut after = Text::literal(&literal[at + 1..]);
    for piece in &text.pieces[index + 1..] {
        after.push(piece.clone());
    }
    (before, Some(after))
}

fn literals(text: &Text) -> impl Iterator<Item = &str> {
    text.pieces.iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.as_str()),
        _ => None,
    })
}
