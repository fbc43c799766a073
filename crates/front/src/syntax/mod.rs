//! TOML as written: a tree in which every key and value knows its place. No meaning, no defaults.
//!
//! In: one file of [`Sources`]. Out: a [`Node`] tree. The next stage may assume that the tree is what TOML says, with
//! duplicate keys and syntax errors already reported.

mod date;
mod duplicate;
mod fraction;
mod merge;
mod places;
mod report;
mod shared;
mod slips;
mod tree;
mod unclosed;
mod write;

pub use date::{Date, TimeOfDay};
pub use fraction::Fraction;
pub use merge::{FILE_CONTENTS, HEALTH_WAYS, Removal, lay_over, overlay};
pub use places::places;
pub use shared::Shared;
pub use tree::{Entry, Key, Node, Table, Value};
pub use write::{inline, key_text, quoted};

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{
    diag::{Code, Diagnostic, Sink},
    source::{SourceId, Sources, Span},
};

/// Parses one file. If it is not valid TOML, it returns the part that could be read, and the diagnostics.
pub fn parse(sources: &Sources, source: SourceId, sink: &mut Sink) -> Table {
    let text = &sources.file(source).text;
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut numbers = Vec::new();
    let table = table(text, source, document.get_ref(), &mut numbers);
    let Some(wrong_lines) = report::errors(&errors, &table, sources, source, sink) else {
        return table;
    };
    for (span, bounds) in numbers {
        // What is no number at all was reported.
        if wrong_lines.contains(&sources.position(span).0) {
            continue;
        }
        sink.push(
            Diagnostic::new(Code::TomlSyntax, "this number has more than 64 bits")
                .label(span, "too large for TOML")
                .help(format!("write a number {bounds}, or a string")),
        );
    }
    table
}

/// The numbers that do not fit, each with the bounds that it should be within.
type Numbers = Vec<(Span, &'static str)>;
const WHOLE_NUMBERS: &str = "between -9223372036854775808 and 9223372036854775807";
const FRACTIONS: &str = "between -1.7e308 and 1.7e308";

/// `numbers` collects those that do not fit.
fn table(text: &str, source: SourceId, table: &DeTable<'_>, numbers: &mut Numbers) -> Table {
    let mut entries: Vec<Entry> = Vec::with_capacity(table.len());
    for (key, value) in table {
        entries.push(Entry {
            key: Key {
                name: key.get_ref().to_string(),
                span: Span::new(source, key.span()),
            },
            value: node(text, source, value, numbers),
        });
    }
    Table {
        entries: entries.into(),
    }
}

fn node(text: &str, source: SourceId, value: &Spanned<DeValue<'_>>, numbers: &mut Numbers) -> Node {
    let mut span = Span::new(source, value.span());
    let value = match value.get_ref() {
        DeValue::String(decoded) => {
            let decoded = with_plain_line_ends(&text[value.span()], decoded);
            span = content(text, span, &decoded);
            Value::String(decoded.into_owned())
        }
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => {
                numbers.push((span, WHOLE_NUMBERS));
                Value::Broken
            }
        },
        DeValue::Float(number) => match number.as_str().parse::<f64>() {
            // Only `inf` itself says that no number is larger.
            Ok(parsed) if parsed.is_infinite() && !number.as_str().ends_with("inf") => {
                numbers.push((span, FRACTIONS));
                Value::Broken
            }
            parsed => Value::Float(Fraction::read(parsed.unwrap_or(f64::NAN), number.as_str())),
        },
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(value) => match Date::of(value) {
            Some(date) => Value::Date(Box::new(date)),
            None => Value::Time(value.to_string().into()),
        },
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| node(text, source, item, numbers))
                .collect(),
        ),
        DeValue::Table(inner) => Value::Table(table(text, source, inner, numbers)),
    };
    Node { span, value }
}

/// A string with the line ends of Linux, also from a file with those of Windows: a shell in a container would take `\r` as a part of the
/// last word. TOML lets a parser do so. An escaped `\r` stays. `written`: the string in the file, with its quotes.
fn with_plain_line_ends<'t>(written: &str, decoded: &'t str) -> Cow<'t, str> {
    if !decoded.contains('\r') || !written.contains('\r') {
        return Cow::Borrowed(decoded);
    }
    let line = format!("x = {}", written.replace("\r\n", "\n"));
    let again = DeTable::parse(&line).ok();
    let again = again.as_ref().and_then(|it| it.get_ref().get("x"));
    match again.map(Spanned::get_ref) {
        Some(DeValue::String(plain)) => Cow::Owned(plain.to_string()),
        _ => Cow::Borrowed(decoded),
    }
}

/// The place of what a string over several lines holds, without its quotes, where it is written as it is read: then each of
/// its lines has its own place.
fn content(text: &str, span: Span, decoded: &str) -> Span {
    let written = &text[span.start..span.end];
    let quotes = ["\"\"\"", "'''"];
    let inner = quotes.iter().find_map(|quotes| {
        let inner = written.strip_prefix(quotes)?.strip_suffix(quotes)?;
        Some(inner.strip_prefix('\n').unwrap_or(inner))
    });
    match inner {
        Some(inner) if inner == decoded && !inner.is_empty() => {
            let end = span.end - 3;
            Span::new(span.source, end - inner.len()..end)
        }
        _ => span,
    }
}

#[cfg(test)]
mod tests {
    use crate::{diag::Sink, source::Sources, syntax::parse};

    #[test]
    fn a_file_with_line_ends_of_windows_says_what_one_of_linux_says() {
        let text = "a = \"\"\"\nexec x\nexec \\\n  y\n\"\"\"\nb = '''one\ntwo'''\nc = [\"1\"]\n";
        let read = |text: &str| {
            let mut sources = Sources::default();
            let id = sources.add("a.toml", text);
            let tree = parse(&sources, id, &mut Sink::default());
            ["a", "b"].map(|key| tree.string(key).expect("a string").to_string())
        };
        let plain = read(text);
        assert_eq!(plain, ["exec x\nexec y\n", "one\ntwo"]);
        assert_eq!(read(&text.replace('\n', "\r\n")), plain);
        let escaped = "a = \"\"\"\nx\\r\ny\"\"\"\nb = \"x\\r\\ny\"\n";
        for text in [escaped.to_string(), escaped.replace('\n', "\r\n")] {
            assert_eq!(read(&text), ["x\r\ny", "x\r\ny"]);
        }
    }
}
