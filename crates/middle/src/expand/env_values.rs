//! Whether a variable and a setting say the same: as words, as amounts, as secrets.

use crate::{
    catalog::{SettingForm, SettingSpec, SettingType},
    language::{compose_amount, duration_ms},
    reference::{self, Mode, Piece, Words},
    syntax::{Node, Value},
};

/// Whether two values are other ones: two words, two secrets, or one of each. A setting that is taken away, and a variable that is
/// unset, say nothing, and other references may stand for the same word.
pub(super) fn differ(said: &Node, written: &Node, spec: &SettingSpec) -> bool {
    let items = match &said.value {
        Value::Array(items) => Some(items.iter().map(Node::scalar).collect::<Vec<_>>()),
        Value::Table(table) => Some(table.keys().map(str::to_string).collect()),
        _ => None,
    };
    let known = |node: &Node| is_word(node) || is_secret(node);
    match items {
        // The program has a list as one line.
        Some(items) => {
            let line = written.scalar();
            let words = line.split([',', ' ', '\n']).filter(|it| !it.is_empty());
            is_word(written) && !words.eq(items.iter().map(String::as_str))
        }
        None => {
            let (said_text, text) = (said.scalar(), written.scalar());
            let is_same = said_text == text
                || is_amount(spec) && is_same_amount(&said_text, &text)
                || is_time(spec) && is_same_time(&said_text, &text)
                || !spec.choices.is_empty() && said_text.eq_ignore_ascii_case(&text);
            known(said) && known(written) && !is_same
        }
    }
}

/// Whether a text of the user's own still holds what the setting says. A file is named otherwise inside of the container.
pub(super) fn holds_value(written: &Node, said: &Node, spec: &SettingSpec) -> bool {
    let is_file = matches!(
        spec.kind,
        SettingType::File | SettingType::Files | SettingType::Folders
    );
    let items = said.items();
    let text = written.scalar();
    let is_in = |item: &Node| {
        let item_text = item.scalar();
        let is_found = match is_amount(spec) {
            true => amounts(&text).any(|amount| is_same_amount(&item_text, amount)),
            false => holds_word(&text, &item_text),
        };
        !(is_word(item) || is_secret(item)) || is_found
    };
    is_file || !is_word(written) && !is_secret(written) || items.iter().all(is_in)
}

pub(super) fn is_word(node: &Node) -> bool {
    match &node.value {
        Value::Integer(_) | Value::Float(_) => true,
        Value::String(_) => {
            let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
            phrase.literal().is_some()
        }
        _ => false,
    }
}

pub(super) fn is_secret(node: &Node) -> bool {
    let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
    let pieces = phrase.pieces.as_slice();
    matches!(pieces, [Piece::Reference(one)] if one.segments.first() == Some(&"secrets"))
}

fn is_time(spec: &SettingSpec) -> bool {
    matches!(spec.kind, SettingType::Duration | SettingType::Period)
}

fn is_amount(spec: &SettingSpec) -> bool {
    spec.form == Some(SettingForm::Heap) || spec.kind == SettingType::Size
}

fn is_same_time(said: &str, written: &str) -> bool {
    let [said, written] = [said, written].map(duration_ms);
    said.is_some() && said == written
}

/// Java and Compose take the letter of a unit in both cases: `1g` is `1G` and `1024m`.
fn is_same_amount(said: &str, written: &str) -> bool {
    let [said, written] = [said, written].map(compose_amount);
    said.is_some() && said == written
}

/// What stands in a text as an amount, alone or behind letters: the `1g` of `-Xmx1g`.
fn amounts(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words
        .map(|word| word.trim_start_matches(|c: char| c.is_ascii_alphabetic()))
        .filter(|word| !word.is_empty())
}

/// Whether a text holds a word that is not a piece of a longer one: `shop` is not in `workshop`.
fn holds_word(text: &str, word: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_-".contains(c));
    text.match_indices(word).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + word.len()..]);
        let joins_before = goes_on(word.chars().next()) && goes_on(before.chars().next_back());
        let joins_after = goes_on(word.chars().next_back()) && goes_on(after.chars().next());
        !joins_before && !joins_after
    })
}
