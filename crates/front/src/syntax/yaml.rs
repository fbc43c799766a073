//! Lines of YAML in a file of TOML, as people paste them from a Compose file: what to write instead.

use std::ops::Range;

use toml::de::DeTable;

use super::quoted;
use crate::{
    diag::{Code, Diagnostic},
    source::{SourceId, Span},
};

/// What to say of the line at `at`, where it is one of YAML, and where the lines end that belong to it.
pub(super) fn yaml(text: &str, at: usize, source: SourceId) -> Option<(Diagnostic, usize)> {
    let line = line_at(text, at);
    let written = &text[line.clone()];
    let Some(entry) = Entry::read(written) else {
        return in_braces(text, at, source);
    };
    let key = line.start + entry.key.start..line.start + entry.key.end;
    let Some(value) = entry.value else {
        let end = block_end(text, line.end);
        if end == line.end {
            return None;
        }
        let name = &text[key.clone()];
        let diagnostic = Diagnostic::new(Code::TomlSyntax, "these lines are YAML")
            .label(Span::new(source, key), "a block of it begins")
            .help(format!(
                "in TOML `{name}` is a table, as `{name} = {{ KEY = \"value\" }}`, or a list, as `{name} = [\"value\"]`"
            ));
        return Some((diagnostic, end));
    };
    let value = line.start + value.start..line.start + value.end;
    let new = toml_value(&text[value.clone()]);
    let assigned = format!("{} = {new}", &text[key.clone()]);
    let whole = Span::new(source, key.start..value.end);
    let diagnostic = Diagnostic::new(
        Code::TomlSyntax,
        "TOML writes `=` between a key and its value",
    )
    .label(
        Span::new(source, key.end..key.end + 1),
        "a colon, as in YAML",
    )
    .help(format!("write `{assigned}`"))
    .replacing(whole, assigned);
    Some((diagnostic, line.end))
}

/// `{ A: "x" }`: the parser stops at the colon behind a key.
fn in_braces(text: &str, at: usize, source: SourceId) -> Option<(Diagnostic, usize)> {
    let before = text.get(..at)?;
    let is_behind_key = before.ends_with(|c: char| is_of_key(c) || c == '"');
    if !text[at..].starts_with(':') || !is_behind_key {
        return None;
    }
    let colon = Span::new(source, at..at + 1);
    let diagnostic = Diagnostic::new(
        Code::TomlSyntax,
        "TOML writes `=` between a key and its value",
    )
    .label(colon, "a colon, as in YAML")
    .help("write ` =` in its place")
    .replacing(colon, " =");
    Some((diagnostic, at + 1))
}

/// `KEY: VALUE`, or `KEY:` at the start of a block; places within the line.
struct Entry {
    key: Range<usize>,
    value: Option<Range<usize>>,
}

impl Entry {
    fn read(line: &str) -> Option<Self> {
        let start = line.len() - line.trim_start().len();
        let key = line[start..].split(':').next()?.trim_end();
        let rest = &line[start + key.len()..];
        let colon = start + key.len() + rest.find(':')?;
        if key.is_empty() || !key.chars().all(is_of_key) {
            return None;
        }
        let behind = &line[colon + 1..];
        let value = without_comment(behind).trim();
        if value.is_empty() {
            return Some(Self {
                key: start..start + key.len(),
                value: None,
            });
        }
        // `a:b` is a word of YAML, and `command:"x"` is meant all the same.
        if !behind.starts_with([' ', '\t', '"', '\'', '[', '{']) {
            return None;
        }
        let first = colon + 1 + (behind.len() - behind.trim_start().len());
        Some(Self {
            key: start..start + key.len(),
            value: Some(first..first + value.len()),
        })
    }
}

fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// A comment of YAML begins behind a space.
fn without_comment(text: &str) -> &str {
    let quote = text
        .trim_start()
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\''));
    let from = match quote {
        Some(quote) => text.rfind(quote).unwrap_or_default(),
        None => 0,
    };
    let end = text[from..].find(" #").map_or(text.len(), |at| from + at);
    &text[..end]
}

fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end);
    start..end
}

/// Where the lines end that are deeper, or items of a list, behind the line that ends at `end`.
fn block_end(text: &str, end: usize) -> usize {
    let mut at = end;
    for line in text[end..].split_inclusive('\n').skip(1) {
        let written = line.trim_end();
        let is_item = written.trim_start().starts_with("- ");
        let is_deeper = written.starts_with([' ', '\t']) && Entry::read(written).is_some();
        if !is_item && !is_deeper {
            break;
        }
        at = (at + 1 + written.len()).min(text.len());
    }
    at
}

/// A scalar or a list of YAML's in one line as TOML has it.
fn toml_value(value: &str) -> String {
    let quote = |c: char| value.len() > 1 && value.starts_with(c) && value.ends_with(c);
    let is_toml = |value: &str| DeTable::parse(&format!("x = {value}")).is_ok();
    match value {
        "yes" | "on" => "true".to_string(),
        "no" | "off" => "false".to_string(),
        value if is_toml(value) => value.to_string(),
        value if quote('\'') => quoted(&value[1..value.len() - 1].replace("''", "'")),
        value => quoted(value),
    }
}
