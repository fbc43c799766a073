//! A heading that is nearly one: `[components.x`, `[components.x]:`, `components.x:`, and the block of Terraform.

use std::ops::Range;

use toml::de::DeTable;

use super::{
    line::foreign_comment,
    loose::{is_entry, is_of_key},
};
use crate::syntax::key_text;

/// What the heading should be, and what stands behind it on its line.
pub(super) struct Heading<'a> {
    pub new: String,
    /// Where it is wrong, within the line.
    pub at: Range<usize>,
    /// A key that has to begin a line of its own.
    pub rest: Option<&'a str>,
}

/// Reads a line that begins with `[`.
pub(super) fn bracketed(line: &str) -> Option<Heading<'_>> {
    let trimmed = line.trim_end();
    let start = trimmed.len() - trimmed.trim_start().len();
    let double = trimmed[start..].starts_with("[[");
    let (open, close) = if double { ("[[", "]]") } else { ("[", "]") };
    let inner = &trimmed[start + open.len()..];
    // A colon within the brackets stands for a dot.
    let signs: &[char] = match inner.find(']') {
        Some(_) => &[']', '}', ')', '=', '#', '{'],
        None => &[']', '}', ')', ':', '=', '#', '{'],
    };
    let end = inner.find(signs).unwrap_or(inner.len());
    let comment = foreign_comment(inner[end..].trim_start_matches([']', ' ', '\t']));
    let behind = inner[end..].trim_start_matches([']', '}', ')', ':', ';', ',', '=', ' ', '{']);
    let is_comment = behind.is_empty() || behind.starts_with('#');
    if !is_comment && comment.is_none() && !is_entry(behind) {
        return None;
    }
    let path = path(inner[..end].trim())?;
    let new = match comment {
        Some(comment) => format!("{open}{path}{close} # {comment}"),
        None => format!("{open}{path}{close}"),
    };
    DeTable::parse(&new).ok()?;
    let at = start + open.len() + end;
    let at = match at < trimmed.len() {
        true => at..at + 1,
        false => trimmed.char_indices().next_back()?.0..at,
    };
    let rest = (!is_comment && comment.is_none()).then_some(behind);
    Some(Heading { new, at, rest })
}

/// The dotted name that was meant: a slash or a space between its parts is a dot.
fn path(written: &str) -> Option<String> {
    if DeTable::parse(&format!("[{written}]")).is_ok() {
        return Some(written.to_string());
    }
    let parts: Vec<&str> = written
        .split(['/', ' ', ':', '.'])
        .map(|part| part.trim_matches(['"', '\'']))
        .filter(|part| !part.is_empty())
        .collect();
    let (first, rest) = parts.split_first()?;
    let is_known = !rest.is_empty() && parts.iter().all(|part| part.chars().all(is_of_key));
    is_known.then(|| format!("{first}.{}", rest.join("-")))
}

/// `component "x" {`: the words before the brace are the name.
pub(super) fn of_terraform(line: &str) -> Option<String> {
    let words = line.trim_end().strip_suffix('{')?.trim_end();
    if words.contains(['=', ':', '[', ',']) || words.starts_with([' ', '\t']) {
        return None;
    }
    let parts: Vec<&str> = words
        .split([' ', '\t', '.'])
        .filter(|it| !it.is_empty())
        .collect();
    let is_named = parts.len() == 2 || parts.len() == 1;
    let (first, rest) = parts.split_first()?;
    let first = table_of(first.trim_matches('"'));
    let rest = rest.iter().map(|part| key_text(part.trim_matches('"')));
    let names: Vec<String> = std::iter::once(key_text(first)).chain(rest).collect();
    let heading = format!("[{}]", names.join("."));
    (is_named && DeTable::parse(&heading).is_ok()).then_some(heading)
}

/// The tables that things of one sort stand in, by the word for one of them.
const TABLES: [(&str, &str); 11] = [
    ("component", "components"),
    ("group", "groups"),
    ("secret", "secrets"),
    ("variable", "vars"),
    ("var", "vars"),
    ("volume", "volumes"),
    ("network", "networks"),
    ("preset", "presets"),
    ("pipeline", "pipelines"),
    ("route", "routes"),
    ("actor", "actors"),
];

/// The table that a word at the top of a file means.
pub(super) fn table_of(word: &str) -> &str {
    let found = TABLES.iter().find(|(one, _)| *one == word);
    found.map_or(word, |(_, table)| table)
}

/// Whether a dotted name begins at the top of the file.
pub(super) fn is_of_top(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    first == "platform"
        || TABLES
            .iter()
            .any(|(one, table)| *one == first || *table == first)
}
