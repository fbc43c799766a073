//! TOML as written: a tree in which every key and value knows its place. No meaning, no defaults.
//!
//! In: one file of [`Sources`]. Out: a [`Node`] tree. The next stage may assume that the tree is what TOML says, with
//! duplicate keys and syntax errors already reported.

mod date;
mod duplicate;
mod merge;
mod places;
mod shared;
mod tree;
mod unclosed;
mod write;
mod yaml;

pub use date::{Date, TimeOfDay};
pub use merge::{FILE_CONTENTS, HEALTH_WAYS, Removal, lay_over, overlay};
pub use places::places;
pub use shared::Shared;
pub use tree::{Entry, Key, Node, Table, Value};
pub use write::{inline, key_text, quoted};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::{
    diag::{Code, Diagnostic, Sink},
    source::{SourceId, Sources, Span},
};

use unclosed::{Unclosed, conflicts, unclosed};
use yaml::yaml;

/// Syntax errors after the first few are mostly its consequences.
const REPORTED_ERRORS: usize = 20;

/// Parses one file. If it is not valid TOML, it returns the part that could be read, and the diagnostics.
pub fn parse(sources: &Sources, source: SourceId, sink: &mut Sink) -> Table {
    let text = &sources.file(source).text;
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut numbers = Vec::new();
    let table = table(text, source, document.get_ref(), &mut numbers);
    let markers = match errors.is_empty() {
        true => Vec::new(),
        false => conflicts(text),
    };
    if report_conflicts(&markers, text, source, sink) {
        return table;
    }
    let mut last_line = 0;
    let mut wrong_lines: Vec<usize> = markers
        .iter()
        .flatten()
        .map(|place| sources.position(Span::new(source, place.clone())).0)
        .collect();
    let mut opened_again = None;
    let unclosed = (!errors.is_empty()).then(|| unclosed(text)).flatten();
    let mut following = 0;
    let mut yaml_until = 0;
    for error in errors.iter().take(REPORTED_ERRORS) {
        let range = error.span().unwrap_or(0..0);
        let span = Span::new(source, visible(range, text));
        if unclosed
            .as_ref()
            .is_some_and(|bracket| span.end > bracket.at)
        {
            following += 1;
            continue;
        }
        let (line, _) = sources.position(span);
        if span.start < yaml_until {
            wrong_lines.push(line);
            continue;
        }
        // One slip makes several complaints on its line; the first says what it is.
        if line == last_line || wrong_lines.contains(&line) {
            continue;
        }
        last_line = line;
        wrong_lines.push(line);
        let no_value = error.message().contains("expected `=`");
        let pasted = no_value.then(|| yaml(text, span.start, source)).flatten();
        if let Some((diagnostic, end)) = pasted {
            yaml_until = end;
            sink.push(diagnostic);
            continue;
        }
        if error.message().starts_with("cannot extend value of type") {
            sink.push(two_forms(
                duplicate::first_of(text, span, &table),
                span,
                text,
            ));
            continue;
        }
        if !error.message().contains("duplicate key") {
            sink.push(match leading_zeros(error.message(), span, text) {
                Some(diagnostic) => diagnostic,
                None => syntax_error(error.message(), span),
            });
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
    if let Some(bracket) = unclosed {
        sink.push(not_closed(&bracket, following, text, source));
    }
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

/// A bracket that is not closed: the parser's errors after it are only consequences.
fn not_closed(bracket: &Unclosed, following: usize, text: &str, source: SourceId) -> Diagnostic {
    let opened = &text[bracket.at..=bracket.at];
    let missing = bracket.missing;
    let end = Span::new(source, bracket.end..bracket.end);
    let before = Span::new(source, visible(bracket.end..bracket.end, text));
    let more = match following {
        0 | 1 => "",
        _ => "; what else seems to be wrong below follows from it",
    };
    Diagnostic::new(Code::TomlSyntax, format!("this `{opened}` is not closed"))
        .label(Span::new(source, bracket.at..bracket.at + 1), "opened here")
        .label(before, format!("a `{missing}` is missing after this"))
        .help(format!("write `{missing}` at the end of the line{more}"))
        .replacing(end, format!(" {missing}"))
}

/// What a merge left behind, and nothing else where both sides are there: they are no file together.
fn report_conflicts(
    conflicts: &[Vec<std::ops::Range<usize>>],
    text: &str,
    source: SourceId,
    sink: &mut Sink,
) -> bool {
    for conflict in conflicts {
        if let [marker] = conflict.as_slice() {
            let place = Span::new(source, marker.clone());
            sink.push(
                Diagnostic::new(Code::TomlSyntax, "git left a marker of a merge here")
                    .label(place, "the rest of the conflict is gone")
                    .help("remove the line")
                    .removing(vec![place]),
            );
            continue;
        }
        let mut diagnostic =
            Diagnostic::new(Code::TomlSyntax, "git left both sides of a merge here");
        for place in conflict {
            let label = match text.as_bytes()[place.start] {
                b'<' => "one side begins",
                b'|' => "what both changed begins",
                b'=' => "the other side begins",
                _ => "the conflict ends",
            };
            diagnostic = diagnostic.label(Span::new(source, place.clone()), label);
        }
        sink.push(diagnostic.help(
            "keep the lines that are meant, and remove the markers `<<<<<<<`, `=======` and `>>>>>>>`",
        ));
    }
    conflicts.iter().any(|conflict| conflict.len() > 1)
}

/// `mode = 0440`: a number has no leading zeros; one that has them is a mode, or an identifier.
fn leading_zeros(message: &str, span: Span, text: &str) -> Option<Diagnostic> {
    if !message.contains("leading zero") {
        return None;
    }
    let before = text[..span.start].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let start = before.len();
    let number = &text[start..];
    let number = &number[..number
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
        .unwrap_or(number.len())];
    let whole = Span::new(span.source, start..start + number.len());
    let as_text = quoted(number);
    Some(
        Diagnostic::new(Code::TomlSyntax, "a number of TOML has no leading zeros")
            .label(whole, "this one has")
            .help(format!(
                "write `{as_text}`, as for a file's mode; a number without its zeros"
            ))
            .replacing(whole, as_text),
    )
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

/// `ports.http = 80` below `ports = [...]`.
fn two_forms(first: Option<Span>, again: Span, text: &str) -> Diagnostic {
    let name = text.get(again.start..again.end).unwrap_or_default();
    let mut diagnostic = Diagnostic::new(
        Code::TomlSyntax,
        format!("`{name}` is a value on one line and a table on another"),
    );
    if let Some(first) = first {
        diagnostic = diagnostic.label(first, "a value here");
    }
    diagnostic.label(again, "a key of it here").help(format!(
        "write all of it as a table, one `{name}.NAME = ...` a line"
    ))
}

fn defined_twice(first: Option<Span>, again: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::TomlSyntax, "this key is declared twice");
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
    if let DeValue::String(decoded) = value.get_ref() {
        span = content(text, span, decoded);
    }
    let value = match value.get_ref() {
        DeValue::String(decoded) => Value::String(decoded.to_string()),
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
            parsed => Value::Float(parsed.unwrap_or(f64::NAN)),
        },
        DeValue::Boolean(value) => Value::Boolean(*value),
        DeValue::Datetime(value) => match Date::of(value) {
            Some(date) => Value::Date(date),
            None => Value::Time(value.to_string()),
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
