//! A tree as TOML on one line, as a help shows it.

use super::{
    Fraction,
    tree::{Node, Table, Value},
};
use crate::text::literal;

/// A value as TOML writes it. What could not be read is an empty string.
pub fn inline(node: &Node) -> String {
    match &node.value {
        Value::String(text) => quoted(text),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => float(*number),
        Value::Boolean(value) => value.to_string(),
        Value::Removed => "false".to_string(),
        Value::Date(date) => date.to_string(),
        Value::Time(text) => text.to_string(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(inline).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => inline_table(table),
        Value::Broken => quoted(""),
    }
}

fn inline_table(table: &Table) -> String {
    let entries: Vec<String> = table
        .iter()
        .map(|(key, value)| format!("{} = {}", key_text(&key.name), inline(value)))
        .collect();
    match entries.as_slice() {
        [] => "{}".to_string(),
        entries => format!("{{ {} }}", entries.join(", ")),
    }
}

/// A key, in quotes where it needs them.
pub fn key_text(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match !name.is_empty() && name.chars().all(is_bare) {
        true => name.to_string(),
        false => quoted(name),
    }
}

/// A basic string.
pub fn quoted(text: &str) -> String {
    literal(text, '"', |c| {
        c.is_control().then(|| format!("\\u{:04X}", c as u32))
    })
}

fn float(written: Fraction) -> String {
    let number = written.number;
    match written.to_string() {
        _ if number.is_nan() => "nan".to_string(),
        _ if number.is_infinite() => if number > 0.0 { "inf" } else { "-inf" }.to_string(),
        // A whole number is of another type.
        text if text.contains('.') => text,
        _ => format!("{number:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::inline;
    use crate::{diag::Sink, source::Sources, syntax::parse};

    #[test]
    fn what_is_written_is_read_back() {
        let text = r#"a = { b = [1, 2.50, true], "c d" = "x \"y\" \\ \n \u007F é", e = {} , f = 2026-01-01 }"#;
        let read = |text: &str| {
            let mut sources = Sources::default();
            let id = sources.add("a.toml", text);
            let mut sink = Sink::default();
            let table = parse(&sources, id, &mut sink);
            assert!(!sink.has_errors(), "{text}");
            inline(table.get("a").expect("the key"))
        };
        let written = read(text);
        assert_eq!(
            written,
            r#"{ b = [1, 2.50, true], "c d" = "x \"y\" \\ \n \u007F é", e = {}, f = 2026-01-01 }"#
        );
        assert_eq!(read(&format!("a = {written}")), written);
    }
}
