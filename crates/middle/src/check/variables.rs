//! What strings take from variables of the platform: the text as it comes out, for lints about what is written out.

use crate::{
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table},
};

use super::{Facts, strings::UserString};

/// How many bytes of variables a string is read with: an address and a password are short, and one long variable may stand in thousands
/// of strings.
const LONGEST: usize = 1_000;

/// A text with the values of variables in it.
pub(super) struct Filled {
    pub text: String,
    /// Where the first of these values is written.
    pub place: Span,
}

/// The text of a string with what its variables hold. `counts` says by name and value which of them do.
/// `None`: it takes nothing from any.
pub(super) fn filled(
    facts: Facts<'_>,
    string: &UserString<'_>,
    counts: impl Fn(&str, &str) -> bool,
) -> Option<Filled> {
    if !string.text.contains('$') {
        return None;
    }
    let variables = facts.written.tree.table("vars")?;
    let mut place = None;
    let mut room = LONGEST;
    let phrase = reference::of_text(string.text, string.span, Words::Platform, Mode::Shell);
    let text = phrase.filled(|reference| {
        let name = reference.and_then(|it| match it.segments.as_slice() {
            ["vars", name] => Some(*name),
            _ => None,
        });
        let node = name.and_then(|name| Some((name, written(variables, name)?)));
        let value = node.and_then(|(name, node)| Some((name, node.as_str()?, node.span)));
        let value = value.filter(|(_, value, _)| value.len() <= room);
        match value.filter(|(name, value, _)| counts(name, value)) {
            Some((_, value, span)) => {
                room -= value.len();
                place.get_or_insert(span);
                value.to_string()
            }
            // What another reference stands for is written out nowhere.
            None => reference.map_or_else(String::new, |it| reference::written(&it.segments)),
        }
    });
    place.map(|place| Filled { text, place })
}

/// What a variable holds unless somebody changes it.
fn written<'a>(variables: &'a Table, name: &str) -> Option<&'a Node> {
    let node = variables.get(name)?;
    match node.as_table() {
        Some(table) => table.get("default"),
        None => Some(node),
    }
}
