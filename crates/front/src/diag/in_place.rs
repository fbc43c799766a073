//! Strings into which values were put that stand elsewhere: what is said of such a string is about the values, too.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Diagnostic, Edit, Label};
use crate::source::Span;

/// A string into which values were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledString {
    /// What it is made of, one behind the other.
    pub pieces: Vec<StringPiece>,
    /// Where the values stand.
    pub values: Vec<Span>,
}

/// A part of a string: text, or a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringPiece {
    /// As it stands in the file, between the quotes.
    pub written: String,
    /// The value that was put into its place.
    pub value: Option<String>,
}

impl StringPiece {
    fn text(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.written)
    }
}

impl FilledString {
    /// The string in TOML with another text in the place of one that it has now. References beside that stay.
    fn with(&self, old: &str, new: &str) -> Option<String> {
        let text: String = self.pieces.iter().map(StringPiece::text).collect();
        let start = text.find(old)?;
        let end = start + old.len();
        let (mut out, mut from) = (String::from('"'), 0);
        for piece in &self.pieces {
            let text = piece.text();
            let to = from + text.len();
            let is_apart = to <= start || from >= end;
            if is_apart {
                out += &piece.written;
            } else {
                out += &text[..start.saturating_sub(from).min(text.len())];
                if start >= from {
                    out += new;
                }
                out += &text[end.saturating_sub(from).min(text.len())..];
            }
            from = to;
        }
        out.push('"');
        Some(out)
    }

    /// Whether it is one value and nothing else.
    fn is_value(&self) -> bool {
        matches!(self.pieces.as_slice(), [piece] if piece.value.is_some())
    }
}

/// Strings by their places.
pub type FilledStrings = BTreeMap<Span, FilledString>;

/// Says once what is wrong with a value, where the value stands. Of what is left, labels the values, and lets edits write the whole
/// string.
pub(super) fn explain(diagnostics: &mut Vec<Diagnostic>, strings: &FilledStrings) {
    if strings.is_empty() {
        return;
    }
    let first = |it: &Diagnostic| Some((it.code, it.labels.first()?.span));
    let said: BTreeSet<(Code, Span)> = diagnostics.iter().filter_map(first).collect();
    diagnostics.retain(|diagnostic| {
        let string = first(diagnostic).and_then(|(_, span)| strings.get(&span));
        let values = string
            .filter(|it| it.is_value())
            .map_or(&[][..], |it| &it.values);
        !values
            .iter()
            .any(|value| said.contains(&(diagnostic.code, *value)))
    });
    for diagnostic in diagnostics {
        show_values(diagnostic, strings);
        let Diagnostic { edits, help, .. } = diagnostic;
        for edit in edits {
            if let Some((new, whole)) = written_whole(edit, strings) {
                let shown = |text: &str| format!("`{text}`");
                *help = help
                    .take()
                    .map(|help| help.replacen(&shown(&new), &shown(&whole), 1));
            }
        }
    }
}

fn show_values(diagnostic: &mut Diagnostic, strings: &FilledStrings) {
    let shown: Vec<Span> = diagnostic.labels.iter().map(|label| label.span).collect();
    let filled = shown.iter().filter_map(|span| strings.get(span));
    let values: BTreeSet<Span> = filled.flat_map(|it| it.values.iter().copied()).collect();
    let new = values.into_iter().filter(|value| !shown.contains(value));
    diagnostic.labels.extend(new.map(|span| Label {
        span,
        text: "with this value".to_string(),
    }));
}

/// Writes the whole string in the place of another name in it: what the name becomes, and the string.
fn written_whole(edit: &mut Edit, strings: &FilledStrings) -> Option<(String, String)> {
    let Edit::Rename { within, old, new } = edit else {
        return None;
    };
    let (span, new) = (*within, new.clone());
    let text = strings.get(within)?.with(old, &new)?;
    *edit = Edit::Replace {
        span,
        text: text.clone(),
    };
    Some((new, text))
}

#[cfg(test)]
mod tests {
    use super::{FilledString, StringPiece};

    fn filled(pieces: &[(&str, Option<&str>)]) -> FilledString {
        let pieces = pieces.iter().map(|(written, value)| StringPiece {
            written: (*written).to_string(),
            value: value.map(str::to_string),
        });
        FilledString {
            pieces: pieces.collect(),
            values: Vec::new(),
        }
    }

    #[test]
    fn references_beside_the_text_that_changes_stay() {
        let url = filled(&[
            ("redis://", None),
            ("${vars.cache}", Some("redis")),
            (":6379/", None),
            ("${vars.db}", Some("1")),
        ]);
        let with = |old: &str, new: &str| url.with(old, new);
        assert_eq!(
            with("redis:6379", "NEW").as_deref(),
            Some("\"redis://NEW/${vars.db}\"")
        );
        assert_eq!(with("other", "NEW"), None);
        assert!(!url.is_value());
        assert!(filled(&[("${vars.cache}", Some("redis"))]).is_value());
    }
}
