//! `$$`, as a Compose file writes one `$`: here every `$` stands for itself.

use std::collections::BTreeSet;

use super::{
    Facts,
    strings::{Owner, StringUse, UserString, strings},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{doubled_dollars, single_dollars},
    syntax::quoted,
    text::all_of,
};

/// Commands and checks in which `$$` reaches a shell, which reads it as its process id. In a Compose file it means a variable.
pub(super) fn escaped_dollars_for_a_shell(facts: Facts<'_>, sink: &mut Sink) {
    for string in strings(facts) {
        let is_run = matches!(string.how, StringUse::Word { .. } | StringUse::Line);
        if !is_run || !matches!(string.owner, Owner::Workload(_)) {
            continue;
        }
        if let Some(diagnostic) = doubled_in(string) {
            sink.push(diagnostic.of(Some(string.owner.subject())));
        }
    }
}

fn doubled_in(string: &UserString<'_>) -> Option<Diagnostic> {
    let places = doubled_dollars(string.text).into_iter();
    let doubled: Vec<&str> = places
        .map(|start| read_by_shell(&string.text[start..]))
        .collect();
    let first = *doubled.first()?;
    let (owner, meant) = (string.owner.describe(), &first[1..]);
    let message = format!("{owner} has `{first}`, as Compose writes `{meant}`");
    let diagnostic = Diagnostic::new(Code::DoubledDollar, message)
        .label(string.span, "here each `$` stands for itself");
    let why = "what Compose is given is doubled for it";
    // Of a word that stands there twice an edit would find the first alone.
    let is_once = doubled.len() == doubled.iter().collect::<BTreeSet<_>>().len();
    if !is_once {
        let whole = quoted(&single_dollars(string.text));
        return Some(
            diagnostic
                .help(format!("write `{whole}`: {why}"))
                .replacing(string.span, whole),
        );
    }
    let meant: Vec<&str> = doubled.iter().map(|word| &word[1..]).collect();
    let diagnostic = diagnostic.help(format!("write {}: {why}", all_of(&meant)));
    Some(doubled.iter().fold(diagnostic, |diagnostic, word| {
        diagnostic.renaming(word, &word[1..])
    }))
}

/// `$$` with the name behind it, or the one sign.
fn read_by_shell(text: &str) -> &str {
    let rest = &text[2..];
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = rest.len() - rest.trim_start_matches(is_part).len();
    let sign = rest.chars().next().map_or(0, char::len_utf8);
    &text[..2 + name.max(sign)]
}
