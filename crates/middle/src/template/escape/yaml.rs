//! YAML that every reader of 1.1 and 1.2 understands the same way.

use minijinja::{
    Error, ErrorKind,
    value::{DynObject, Value, ValueKind},
};

/// Words that some YAML reader does not read as a string.
const RESERVED: [&str; 13] = [
    "", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];

/// A string as a scalar on one line: plain if every reader reads it as this string, else in double quotes.
pub fn scalar(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_scalar(text, &mut out);
    out
}

fn push_scalar(text: &str, out: &mut String) {
    if is_plain(text) {
        out.push_str(text);
        return;
    }
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(needs_escape) {
        out.push_str(&rest[..at]);
        let mut chars = rest[at..].chars();
        match chars.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\t') => out.push_str("\\t"),
            Some('\r') => out.push_str("\\r"),
            Some(c) if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04X}", c as u32)),
            Some(c) => out.push_str(&format!("\\U{:08X}", c as u32)),
            None => {}
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || !is_printable(c)
}

fn is_plain(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_./-@+ ()".contains(&byte);
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_');
    starts_well && text.bytes().all(is_inner) && !text.ends_with(' ') && !is_reserved(text)
}

fn is_reserved(text: &str) -> bool {
    let word = text.trim_start_matches('.');
    RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether YAML allows a character in a quoted scalar without an escape. Line ends of Unicode are excluded.
fn is_printable(c: char) -> bool {
    matches!(c as u32,
        0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
        && !matches!(c as u32, 0x2028 | 0x2029 | 0xfeff)
}

/// A value in block style, each line but the first indented by `indent` spaces. `charge` is called before each
/// value inside of it is written, with the depth of that value.
///
/// Errors: those of `charge`, and values that YAML can't express.
pub fn block(value: &Value, indent: usize, charge: &Charge<'_>) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
        charge,
    };
    writer.value(value, indent)?;
    let out = writer.out;
    Ok(out.trim_start_matches('\n').trim_start().to_string())
}

/// The entries of a table in block style, as [`block`] writes them; a key in `anchors` has the value that stands at the
/// anchor of that name.
pub fn entries(
    table: &Value,
    anchors: &Value,
    indent: usize,
    charge: &Charge<'_>,
) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::new(),
        depth: 0,
        charge,
    };
    charge(table, 0)?;
    writer.depth += 1;
    for (index, (key, value)) in pairs(table).enumerate() {
        if index > 0 {
            writer.new_line(indent);
        }
        writer.key(&key)?;
        match anchors.get_item(&key)?.as_str() {
            Some(anchor) => writer.out.push_str(&format!(" *{anchor}")),
            None => writer.value(&value, indent + 2)?,
        }
    }
    Ok(writer.out)
}

/// Charges for a value before it is written.
pub type Charge<'a> = dyn Fn(&Value, usize) -> Result<(), Error> + 'a;

struct Writer<'a> {
    out: String,
    /// How many lists and tables the place is in.
    depth: usize,
    charge: &'a Charge<'a>,
}

impl Writer<'_> {
    /// Writes what stands after `key:` or `-`: a scalar on the same line, or a block on the next ones.
    fn value(&mut self, value: &Value, indent: usize) -> Result<(), Error> {
        (self.charge)(value, self.depth)?;
        let is_empty = value.len() == Some(0);
        self.depth += 1;
        match value.kind() {
            ValueKind::Map if !is_empty => self.entries(value, indent, true)?,
            ValueKind::Map => self.out.push_str(" {}"),
            ValueKind::Seq | ValueKind::Iterable => self.items(value, indent)?,
            _ => {
                self.out.push(' ');
                self.leaf(value, indent)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes the entries of a table, the first on a line of its own or after the dash of the list that holds it.
    fn entries(&mut self, table: &Value, indent: usize, own_line: bool) -> Result<(), Error> {
        for (index, (key, value)) in pairs(table).enumerate() {
            match index == 0 && !own_line {
                true => self.out.push(' '),
                false => self.new_line(indent),
            }
            self.key(&key)?;
            self.value(&value, indent + 2)?;
        }
        Ok(())
    }

    fn key(&mut self, key: &Value) -> Result<(), Error> {
        (self.charge)(key, self.depth)?;
        match key.as_str() {
            Some(key) => push_scalar(key, &mut self.out),
            None => push_scalar(&other_key(key)?, &mut self.out),
        }
        self.out.push(':');
        Ok(())
    }

    fn items(&mut self, list: &Value, indent: usize) -> Result<(), Error> {
        let mut is_empty = true;
        for item in list.try_iter()? {
            is_empty = false;
            self.new_line(indent);
            self.out.push('-');
            // A table starts on the line of its dash.
            if item.kind() == ValueKind::Map && item.len() != Some(0) {
                (self.charge)(&item, self.depth)?;
                self.depth += 1;
                self.entries(&item, indent + 2, false)?;
                self.depth -= 1;
            } else {
                self.value(&item, indent + 2)?;
            }
        }
        if is_empty {
            self.out.push_str(" []");
        }
        Ok(())
    }

    fn leaf(&mut self, value: &Value, indent: usize) -> Result<(), Error> {
        match value.as_str() {
            Some(text) if is_literal_block(text) => self.out.push_str(&literal_block(text, indent)),
            Some(text) => push_scalar(text, &mut self.out),
            None => self.out.push_str(&other_leaf(value)?),
        }
        Ok(())
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }
}

fn pairs(table: &Value) -> impl Iterator<Item = (Value, Value)> {
    let pairs = table.as_object().and_then(DynObject::try_iter_pairs);
    pairs.into_iter().flatten()
}

/// A key that is not a string.
fn other_key(key: &Value) -> Result<String, Error> {
    match key.kind() {
        ValueKind::Number | ValueKind::Bool => other_leaf(key),
        kind => Err(Error::new(
            ErrorKind::BadSerialization,
            format!("{kind} can't be the key of a table"),
        )),
    }
}

/// A number, a boolean or null.
fn other_leaf(value: &Value) -> Result<String, Error> {
    let tree = serde_json::to_value(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(tree.to_string())
}

/// A string as lines below `|-`, indented by `indent`, if every reader reads it back unchanged from there; else as a
/// scalar on one line.
pub fn lines(text: &str, indent: usize) -> String {
    if !text.is_empty() && !text.ends_with('\n') && is_block_text(text) {
        literal_block(text, indent)
    } else {
        scalar(text)
    }
}

/// Whether a text is easier to read as lines below `|`, and every reader reads it back unchanged.
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
    use minijinja::value::Serde;

    use super::*;

    #[test]
    fn strings_that_look_like_another_type_are_quoted() {
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
        let written = block(&Value::from(Serde(tree)), 0, &|_, _| Ok(()));
        assert_eq!(
            written.ok().as_deref(),
            Some("a:\n  - b: 1\n    c: []\n  - |\n    x\n    y\nd: {}")
        );
    }
}
