//! `${...}` in strings: the only reader of that syntax.
//!
//! In: a string with its place. Out: a [`Phrase`], its pieces in order, each reference with its segments and its place.
//! What a reference stands for is not known here; the next stage may assume that no piece holds another reference.

mod constants;
mod field;
mod in_place;
mod parse;
mod shell;
mod sounds;
mod unreadable;
mod variable;

pub use constants::{Constants, WrittenOut, variables_in};
pub use field::{ComponentField, OwnPort, PortField};
pub use in_place::PutInPlace;
pub use parse::{of_key, of_node, of_text};
pub use sounds::{names_entry_of_secret, sounds_secret, sounds_secret_as_number};
pub use unreadable::{Unreadable, unreadable};
pub use variable::{Declared, Variable, names_environment};

use crate::{diag::nearest, source::Span};

/// Words that start a reference in platform.toml.
pub const PLATFORM_WORDS: [&str; 5] = ["components", "self", "secrets", "vars", "platform"];

/// Words that start a reference in a kind, besides those of platform.toml.
pub const KIND_WORDS: [&str; 6] = ["settings", "roles", "own", "binding", "major", "version"];

/// Which words start a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Those of platform.toml, each followed by a dot.
    Platform,
    /// Those of a kind too; `${major}` and `${binding}` stand alone.
    Kind,
}

/// The meaning of a `${` that starts no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is a mistake, unless it is written `$${`.
    Strict,
    /// It belongs to a shell, or to another program that reads the text: it stays as it is.
    Shell,
}

/// A string in pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase<'a> {
    pub pieces: Vec<Piece<'a>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// `$${`, which stands for `${`.
    Escape,
    Reference(Reference<'a>),
    /// A `${` that starts no reference where it has to.
    Misfit(Misfit<'a>),
}

/// `${secrets.password}`: the segments `secrets` and `password`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// At least one; what the dots separate.
    pub segments: Vec<&'a str>,
    /// The whole of it, from `$` to `}`.
    pub place: Span,
}

/// What was written where a reference was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit<'a> {
    /// What follows `${`, up to the `}` or to the end of the string.
    pub inner: &'a str,
    /// Whether a `}` ends it. If not, it is the last piece.
    pub closed: bool,
    pub place: Span,
}

impl<'a> Phrase<'a> {
    pub fn references(&self) -> impl Iterator<Item = &Reference<'a>> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Reference(reference) => Some(reference),
            _ => None,
        })
    }

    /// Whether the string holds a `$${`.
    pub fn has_escapes(&self) -> bool {
        self.pieces.contains(&Piece::Escape)
    }

    /// The string that it stands for, where nothing in it is left to resolve.
    pub fn literal(&self) -> Option<String> {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => Some(*text),
                Piece::Escape => Some("${"),
                Piece::Reference(_) | Piece::Misfit(_) => None,
            })
            .collect()
    }

    /// The string that it stands for, with `value` in the place of each reference, and of what has to be one.
    pub fn filled(&self, mut value: impl FnMut(Option<&Reference<'a>>) -> String) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Literal(text) => (*text).to_string(),
                Piece::Escape => "${".to_string(),
                Piece::Reference(reference) => value(Some(reference)),
                Piece::Misfit(_) => value(None),
            })
            .collect()
    }

    /// The string as it is written, with other references in the place of some: `replacement` is written text too.
    pub fn rewritten(
        &self,
        mut replacement: impl FnMut(&Reference<'a>) -> Option<String>,
    ) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Reference(reference) => {
                    replacement(reference).unwrap_or_else(|| piece.written())
                }
                _ => piece.written(),
            })
            .collect()
    }
}

impl Piece<'_> {
    /// As it is written.
    fn written(&self) -> String {
        match self {
            Piece::Literal(text) => (*text).to_string(),
            Piece::Escape => "$${".to_string(),
            Piece::Reference(reference) => written(&reference.segments),
            Piece::Misfit(misfit) if misfit.closed => format!("${{{}}}", misfit.inner),
            Piece::Misfit(misfit) => format!("${{{}", misfit.inner),
        }
    }
}

impl Reference<'_> {
    pub fn is(&self, segments: &[&str]) -> bool {
        self.segments == segments
    }
}

impl<'a> Misfit<'a> {
    /// The word that it starts with; may be empty.
    pub fn word(&self) -> &'a str {
        parse::word_at(self.inner)
    }

    /// The reference that it probably is: its first word misspelled, in capitals, or in spaces or a second pair of braces.
    pub fn meant(&self) -> Option<String> {
        let inner = self.inner.trim_matches(['{', '}', ' ']);
        let (word, rest) = inner.split_once('.').filter(|_| self.closed)?;
        let word = nearest(word, PLATFORM_WORDS)?;
        Some(format!("{word}.{rest}"))
    }

    /// The variable of the environment that it is in Compose or in a shell.
    pub fn variable(&self) -> Option<Variable<'a>> {
        let variable = Variable::parse(self.inner).filter(|_| self.closed)?;
        (!PLATFORM_WORDS.contains(&variable.name)).then_some(variable)
    }
}

/// A reference as it is written.
pub fn written(segments: &[&str]) -> String {
    format!("${{{}}}", segments.join("."))
}

/// The text that an escaped one stands for.
pub fn unescaped(text: &str) -> String {
    text.replace("$${", "${")
}

/// What a shell reads behind one `$`, and so behind the two that Compose asks for.
fn is_read_by_shell(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_(?@#".contains(c)
}

/// The places of `$$` that stands for one `$`, as in a Compose file: before a name, a number, `(` or another variable of a shell.
pub fn doubled_dollars(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find('$') {
        let start = at + start;
        let rest = text[start..].trim_start_matches('$');
        let count = text.len() - start - rest.len();
        if count == 2 && rest.starts_with(is_read_by_shell) {
            found.push(start);
        }
        at = start + count;
    }
    found
}

/// The same text with one `$` in these places.
pub fn single_dollars(text: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    for start in doubled_dollars(text) {
        out.push_str(&text[at..start]);
        at = start + 1;
    }
    out + &text[at..]
}

/// A line with `$` for each `${...}`: what stands between the braces of a shell's parameter is no entry.
pub fn without_parameters(line: &str) -> String {
    let mut out = line.to_string();
    // From the innermost: a default may be a parameter itself.
    while let Some(start) = out.rfind("${") {
        let end = out[start..]
            .find('}')
            .map_or(out.len(), |end| start + end + 1);
        out.replace_range(start..end, "$");
    }
    out
}

/// What stands before the first reference of a kind's text; `None` where it has none.
pub fn before_reference(text: &str) -> Option<&str> {
    text.split_once("${").map(|(start, _)| start)
}

/// A text as it is written in a string where references are read: it stands for itself.
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}
