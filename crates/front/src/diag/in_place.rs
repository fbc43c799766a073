//! Strings into which values were put that stand elsewhere: what is said of such a string is about the values, too.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Diagnostic, Edit, Label};
use crate::source::Span;

/// A string into which values were put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledString {
    /// Its text in the file, with references in the place of the values.
    pub before: String,
    /// The whole string in TOML, with the values in it.
    pub written: String,
    /// Where the values stand.
    pub values: Vec<Span>,
}

/// Strings by their places.
pub type FilledStrings = BTreeMap<Span, FilledString>;

/// Says once what is wrong with a value, where the value stands. Of what is left, labels the values, and lets edits write the whole
/// string where the text that they change stands in a value.
pub(super) fn explain(diagnostics: &mut Vec<Diagnostic>, strings: &FilledStrings) {
    if strings.is_empty() {
        return;
    }
    let first = |it: &Diagnostic| Some((it.code, it.labels.first()?.span));
    let said: BTreeSet<(Code, Span)> = diagnostics.iter().filter_map(first).collect();
    diagnostics.retain(|diagnostic| {
        let string = first(diagnostic).and_then(|(_, span)| strings.get(&span));
        let values = string.map_or(&[][..], |it| &it.values);
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

/// Writes the whole string where the name that changes stands in a value: what the name becomes, and the string.
fn written_whole(edit: &mut Edit, strings: &FilledStrings) -> Option<(String, String)> {
    let Edit::Rename { within, old, new } = edit else {
        return None;
    };
    let string = strings.get(within)?;
    let is_of_value = !string.before.contains(old.as_str());
    if !is_of_value || !string.written.contains(old.as_str()) {
        return None;
    }
    let (span, new) = (*within, new.clone());
    let text = string.written.replacen(old.as_str(), &new, 1);
    *edit = Edit::Replace {
        span,
        text: text.clone(),
    };
    Some((new, text))
}
