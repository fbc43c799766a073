//! YAML that every reader of 1.1 and 1.2 understands the same way.

use serde_json::{Map, Value};

/// Words that some reader takes for something else than a string.
const RESERVED: [&str; 13] = [
    "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];

/// A string as a scalar on one line: plain where nobody can misread it, else in double quotes.
pub fn scalar(text: &str) -> String {
    if is_plain(text) {
        return text.to_string();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push_str(&format!("\\U{:08X}", c as u32)),
        }
    }
    out.push('"');
    out
}

fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_');
    let inner = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_./-@+ (),".contains(c));
    let flow = text.contains([',']);
    starts_well
        && inner
        && !flow
        && !text.ends_with(' ')
        && !RESERVED.contains(&text.to_ascii_lowercase().trim_start_matches('.'))
}

/// What YAML lets stand in a quoted scalar without an escape, line ends of Unicode aside.
fn is_printable(c: char) -> bool {
    matches!(c as u32,
        0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
        && !matches!(c as u32, 0x2028 | 0x2029 | 0xfeff)
}

/// A tree in block style, each line but the first indented by `indent` spaces.
pub fn block(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write(value, indent, &mut out);
    out.trim_start_matches('\n').trim_start().to_string()
}

/// The entries of a table in block style; a key in `anchors` has the value that stands at the anchor of that name.
pub fn entries(table: &Map<String, Value>, anchors: &Map<String, Value>, indent: usize) -> String {
    let mut out = String::new();
    for (key, value) in table {
        if !out.is_empty() {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
        }
        match anchors.get(key).and_then(Value::as_str) {
            Some(anchor) => out.push_str(&format!("{}: *{anchor}", scalar(key))),
            None => entry(key, value, indent, &mut out),
        }
    }
    out
}

/// Writes what stands after `key:` or `-`: a scalar on the same line, or a block on the next ones.
fn write(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, inner) in map {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                entry(key, inner, indent, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for inner in items {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                item(inner, indent, out);
            }
        }
        value => {
            out.push(' ');
            out.push_str(&leaf(value, indent));
        }
    }
}

fn entry(key: &str, value: &Value, indent: usize, out: &mut String) {
    out.push_str(&scalar(key));
    out.push(':');
    write(value, indent + 2, out);
}

/// A list item; a table starts on the line of its dash.
fn item(value: &Value, indent: usize, out: &mut String) {
    out.push('-');
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (index, (key, inner)) in map.iter().enumerate() {
                if index == 0 {
                    out.push(' ');
                } else {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent + 2));
                }
                entry(key, inner, indent + 2, out);
            }
        }
        value => write(value, indent + 2, out),
    }
}

fn leaf(value: &Value, indent: usize) -> String {
    match value {
        Value::String(text) if is_literal_block(text) => literal_block(text, indent),
        Value::String(text) => scalar(text),
        Value::Object(_) => "{}".to_string(),
        Value::Array(_) => "[]".to_string(),
        value => value.to_string(),
    }
}

/// A string as lines below `|-`, indented by `indent`, where every reader reads it back unchanged from there; else as
/// a scalar.
pub fn lines(text: &str, indent: usize) -> String {
    if !text.is_empty() && !text.ends_with('\n') && is_block_text(text) {
        literal_block(text, indent)
    } else {
        scalar(text)
    }
}

/// Whether a text reads better as lines below `|`, and is read back unchanged from there by every reader.
fn is_literal_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    body.contains('\n') && !body.ends_with('\n') && is_block_text(body)
}

fn is_block_text(body: &str) -> bool {
    !body.starts_with([' ', '\n', '\t'])
        && body
            .lines()
            .all(|line| !line.ends_with([' ', '\t']) && !line.starts_with('\t'))
        && body
            .chars()
            .all(|c| c == '\n' || c == '\t' || is_printable(c))
}

fn literal_block(text: &str, indent: usize) -> String {
    let (mark, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let mut out = mark.to_string();
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_could_take_for_something_else_is_quoted() {
        for text in [
            "yes", "1.0", "0x1f", "a: b", "- a", "", "null", "12:30:00", "a #b", "=", "<<", ".inf",
            "1e3",
        ] {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
        assert_eq!(scalar("postgres/17.11-alpine"), "postgres/17.11-alpine");
    }

    #[test]
    fn a_tree_nests_by_two_spaces() {
        let tree = serde_json::json!({"a": [{"b": 1, "c": []}, "x\ny\n"], "d": {}});
        assert_eq!(
            block(&tree, 0),
            "a:\n  - b: 1\n    c: []\n  - |\n    x\n    y\nd: {}"
        );
    }
}
