//! TOML as written: a tree in which every key and value knows its place. No meaning, no defaults.
//!
//! In: one file of [`Sources`]. Out: a [`Node`] tree. The next stage may assume that the tree is what TOML says, with
//! duplicate keys and syntax errors already reported.

mod duplicate;
mod merge;
mod tree;
mod write;

pub use merge::{Removal, overlay};
pub use tree::{Entry, Key, Node, Table, Value};
pub use write::{inline, key_text, quoted};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{
    diag::{Code, Diagnostic, Sink},
    source::{SourceId, Sources, Span},
};

/// Syntax errors after the first few are mostly its consequences.
const REPORTED_ERRORS: usize = 20;

/// Parses one file. Where it is not TOML, what could be read of it comes back beside the diagnostics.
pub fn parse(sources: &Sources, source: SourceId, sink: &mut Sink) -> Table {
    let text = &sources.file(source).text;
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut numbers = Vec::new();
    let table = table(source, document.get_ref(), &mut numbers);
    let mut last_line = 0;
    let mut opened_again = None;
    for error in errors.iter().take(REPORTED_ERRORS) {
        let range = error.span().unwrap_or(0..0);
        let span = Span::new(source, visible(range, text));
        let (line, _) = sources.position(span);
        // One slip makes several complaints on its line; the first says what it is.
        if line == last_line {
            continue;
        }
        last_line = line;
        if !error.message().contains("duplicate key") {
            sink.push(syntax_error(error.message(), span));
            continue;
        }
        if duplicate::follows_from(text, opened_again, span) {
            continue;
        }
        if duplicate::header_at(text, span.start).is_some() {
            opened_again = Some(span);
        }
        sink.push(defined_twice(duplicate::first_of(text, span, &table), span));
    }
    for span in numbers {
        sink.push(
            Diagnostic::new(Code::TomlSyntax, "this number has more than 64 bits")
                .label(span, "too large for TOML")
                .help("write a number between -9223372036854775808 and 9223372036854775807, or a string"),
        );
    }
    table
}

fn syntax_error(message: &str, span: Span) -> Diagnostic {
    let help = match message {
        message if message.contains("string values must be quoted") => {
            "put the value in quotes: key = \"value\""
        }
        _ => "see https://toml.io for the syntax",
    };
    Diagnostic::new(Code::TomlSyntax, "this is not TOML")
        .label(span, message.to_string())
        .help(help)
}

fn defined_twice(first: Option<Span>, again: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::TomlSyntax, "the same key is there twice");
    if let Some(first) = first {
        diagnostic = diagnostic.label(first, "first here");
    }
    diagnostic
        .label(again, "and again here")
        .help("keep one of the two; tables of one name can be joined under one heading")
}

/// An empty span, or one that is only a line end, underlines nothing: widen it to the character before it.
fn visible(range: std::ops::Range<usize>, text: &str) -> std::ops::Range<usize> {
    let end = range.end.min(text.len());
    let start = range.start.min(end);
    if text[start..end].trim().is_empty() && start > 0 {
        let before = text[..start].trim_end();
        if let Some((index, _)) = before.char_indices().next_back() {
            return index..before.len();
        }
    }
    start..end
}

/// `numbers` collects the places of those that do not fit.
fn table(source: SourceId, table: &DeTable<'_>, numbers: &mut Vec<Span>) -> Table {
    let mut entries: Vec<Entry> = Vec::with_capacity(table.len());
    for (key, value) in table {
        entries.push(Entry {
            key: Key {
                name: key.get_ref().to_string(),
                span: Span::new(source, key.span()),
            },
            value: node(source, value, numbers),
        });
    }
    Table { entries }
}

fn node(source: SourceId, value: &Spanned<DeValue<'_>>, numbers: &mut Vec<Span>) -> Node {
    let span = Span::new(source, value.span());
    let value = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => {
                numbers.push(span);
                Value::Broken
            }
        },
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(value) => Value::Datetime(value.to_string()),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| node(source, item, numbers))
                .collect(),
        ),
        DeValue::Table(inner) => Value::Table(table(source, inner, numbers)),
    };
    Node { span, value }
}
