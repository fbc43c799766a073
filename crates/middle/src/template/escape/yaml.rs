//! YAML that every reader of 1.1 and 1.2 understands the same way.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};
use minijinja::{Error, ErrorKind, value::ValueKind};

use crate::template::item::Item;

/// Words that some YAML reader does not read as a string.
const RESERVED: [&str; 11] = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];
const LONGEST_RESERVED: usize = 5;

/// A string as a scalar on one line: plain if every reader reads it as this string, else in double quotes.
pub fn scalar(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(text, &mut out);
    Cow::Owned(out)
}

fn push_scalar(text: &str, out: &mut String) {
    match is_plain(text) {
        true => out.push_str(text),
        false => push_quoted(text, out),
    }
}

/// Text is copied from one character that needs an escape to the next: most texts have none, and are copied at once.
fn push_quoted(text: &str, out: &mut String) {
    out.push('"');
    let mut copied = 0;
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        if CLASSES[usize::from(*byte)] & QUOTABLE != 0 {
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else {
            break;
        };
        let end = at + c.len_utf8();
        if needs_escape(c) {
            out.push_str(&text[copied..at]);
            push_escape(c, out);
            copied = end;
        }
        at = end;
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

fn push_escape(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if (c as u32) <= 0xffff => out.push_str(&format!("\\u{:04X}", c as u32)),
        c => out.push_str(&format!("\\U{:08X}", c as u32)),
    }
}

fn needs_escape(c: char) -> bool {
    matches!(c, '"' | '\\') || !is_printable(c)
}

/// What a byte may be: it stands in a plain scalar, in a quoted one without an escape, in a line of a block.
const PLAIN: u8 = 1;
const QUOTABLE: u8 = 2;
const IN_LINE: u8 = 4;

/// The classes of each byte. A scalar is judged byte by byte, and a platform has as many as it has values: one look into a
/// table takes a tenth of the comparisons. No byte of a character beyond ASCII has a class: [`is_printable`] judges it.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 0x80_u8 {
        let c = byte as char;
        let is_inner = matches!(c, '_' | '.' | '/' | '-' | '@' | '+' | ' ' | '(' | ')');
        if c.is_ascii_alphanumeric() || is_inner {
            classes[byte as usize] |= PLAIN;
        }
        if matches!(byte, 0x20..=0x7e) {
            classes[byte as usize] |= IN_LINE;
        }
        if matches!(byte, 0x20..=0x7e) && !matches!(c, '"' | '\\') {
            classes[byte as usize] |= QUOTABLE;
        }
        byte += 1;
    }
    classes
};

/// Whether all bytes are of a class.
fn all_of(text: &str, class: u8) -> bool {
    text.bytes()
        .all(|byte| CLASSES[usize::from(byte)] & class != 0)
}

fn is_plain(text: &str) -> bool {
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '_');
    starts_well && all_of(text, PLAIN) && !text.ends_with(' ') && !is_reserved(text)
}

fn is_reserved(word: &str) -> bool {
    word.len() <= LONGEST_RESERVED && RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether YAML allows a character in a quoted scalar without an escape. Line ends of Unicode are excluded.
fn is_printable(c: char) -> bool {
    matches!(c as u32,
        0x20..=0x7e | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff)
        && !matches!(c as u32, 0x2028 | 0x2029 | 0xfeff)
}

/// The room of a text at first, in bytes: that of most.
const FIRST_ROOM: usize = 512;

/// An item in block style, each line but the first indented by `indent` spaces. `charge` is called before each
/// item inside of it is written, with the depth of that item.
///
/// Errors: those of `charge`, and values that YAML can't express.
pub fn block(item: Item<'_>, indent: usize, charge: &Charge<'_>) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::with_capacity(FIRST_ROOM),
        depth: 0,
        charge,
    };
    writer.value(item, indent)?;
    let mut out = writer.out;
    let body = out.trim_start_matches('\n').trim_start();
    out.drain(..out.len() - body.len());
    Ok(out)
}

/// The entries of a table in block style, as [`block`] writes them; a key in `anchors` has the value that stands at the
/// anchor of that name. Errors: it is too deep or too large, or holds what YAML can't.
pub fn entries(
    table: Item<'_>,
    anchors: Item<'_>,
    indent: usize,
    charge: &Charge<'_>,
) -> Result<String, Error> {
    let mut writer = Writer {
        out: String::with_capacity(FIRST_ROOM),
        depth: 0,
        charge,
    };
    charge(table, 0)?;
    writer.depth += 1;
    let mut is_first = true;
    table.each_pair(&mut |key, value| {
        if !std::mem::take(&mut is_first) {
            writer.new_line(indent);
        }
        writer.key(key)?;
        match key.text().and_then(|key| anchors.text_at(key)) {
            Some(anchor) => writer.out.push_str(&format!(" *{anchor}")),
            None => writer.value(value, indent + 2)?,
        }
        Ok(())
    })?;
    Ok(writer.out)
}

/// A list of names and values as the entries of a table, each on a line of its own.
///
/// Errors: a name or a value that has no form on one line.
pub fn pair_lines(list: Item<'_>, indent: usize) -> Result<String, Error> {
    let mut out = String::with_capacity(FIRST_ROOM);
    let mut is_first = true;
    list.each(&mut |pair| {
        if !std::mem::take(&mut is_first) {
            new_line(indent, &mut out);
        }
        pair.at(0, &mut |name| push_on_line(name, &mut out))?;
        out.push_str(": ");
        pair.at(1, &mut |value| push_on_line(value, &mut out))
    })?;
    Ok(out)
}

fn push_on_line(item: Item<'_>, out: &mut String) -> Result<(), Error> {
    match (item.text(), item.kind()) {
        (Some(text), _) => push_scalar(text, out),
        (None, ValueKind::Number | ValueKind::Bool) => out.push_str(&other_leaf(item)?),
        (None, kind) => {
            return Err(Error::new(
                ErrorKind::BadEscape,
                format!("{kind} can't stand on one line"),
            ));
        }
    }
    Ok(())
}

const SPACES: &str = "                                ";

fn new_line(indent: usize, out: &mut String) {
    out.push('\n');
    push_indent(indent, out);
}

fn push_indent(mut indent: usize, out: &mut String) {
    while indent > SPACES.len() {
        out.push_str(SPACES);
        indent -= SPACES.len();
    }
    out.push_str(&SPACES[..indent]);
}

/// Charges for an item before it is written.
pub type Charge<'a> = dyn Fn(Item<'_>, usize) -> Result<(), Error> + 'a;

/// Where the first entry of a table stands.
#[derive(Clone, Copy)]
enum Start {
    OwnLine,
    /// On the line of the list's dash.
    AfterDash,
}

struct Writer<'a> {
    out: String,
    /// How many lists and tables the place is in.
    depth: usize,
    charge: &'a Charge<'a>,
}

impl Writer<'_> {
    /// Writes what stands after `key:` or `-`: a scalar on the same line, or a block on the next ones.
    fn value(&mut self, item: Item<'_>, indent: usize) -> Result<(), Error> {
        (self.charge)(item, self.depth)?;
        self.depth += 1;
        match item.kind() {
            ValueKind::Map if item.is_filled_table() => {
                self.entries(item, indent, Start::OwnLine)?;
            }
            ValueKind::Map => self.out.push_str(" {}"),
            ValueKind::Seq | ValueKind::Iterable => self.items(item, indent)?,
            _ => {
                self.out.push(' ');
                self.leaf(item, indent)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Writes the entries of a table.
    fn entries(&mut self, table: Item<'_>, indent: usize, start: Start) -> Result<(), Error> {
        let mut after_dash = matches!(start, Start::AfterDash);
        table.each_pair(&mut |key, value| {
            match std::mem::take(&mut after_dash) {
                true => self.out.push(' '),
                false => self.new_line(indent),
            }
            self.key(key)?;
            self.value(value, indent + 2)
        })
    }

    fn key(&mut self, key: Item<'_>) -> Result<(), Error> {
        (self.charge)(key, self.depth)?;
        match key.text() {
            Some(key) => push_scalar(key, &mut self.out),
            None => push_scalar(&other_key(key)?, &mut self.out),
        }
        self.out.push(':');
        Ok(())
    }

    fn items(&mut self, list: Item<'_>, indent: usize) -> Result<(), Error> {
        let mut is_empty = true;
        list.each(&mut |item| {
            is_empty = false;
            self.new_line(indent);
            self.out.push('-');
            // A table starts on the line of its dash.
            if !item.is_filled_table() {
                return self.value(item, indent + 2);
            }
            (self.charge)(item, self.depth)?;
            self.depth += 1;
            self.entries(item, indent + 2, Start::AfterDash)?;
            self.depth -= 1;
            Ok(())
        })?;
        if is_empty {
            self.out.push_str(" []");
        }
        Ok(())
    }

    fn leaf(&mut self, item: Item<'_>, indent: usize) -> Result<(), Error> {
        match item.text() {
            Some(text) if is_literal_block(text) => push_block(text, indent, &mut self.out),
            Some(text) => push_scalar(text, &mut self.out),
            None => self.out.push_str(&other_leaf(item)?),
        }
        Ok(())
    }

    fn new_line(&mut self, indent: usize) {
        new_line(indent, &mut self.out);
    }
}

/// A key that is not a string.
fn other_key(key: Item<'_>) -> Result<String, Error> {
    match key.kind() {
        ValueKind::Number | ValueKind::Bool => other_leaf(key),
        kind => Err(Error::new(
            ErrorKind::BadSerialization,
            format!("{kind} can't be the key of a table"),
        )),
    }
}

/// A number, a boolean or null.
fn other_leaf(item: Item<'_>) -> Result<String, Error> {
    serde_json::to_string(&item)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// A string as lines below `|-`, indented by `indent`, if every reader reads it back unchanged from there; else as a
/// scalar on one line.
pub fn lines(text: &str, indent: usize) -> String {
    if !text.is_empty() && !text.ends_with('\n') && is_block_text(text) {
        let mut out = String::with_capacity(text.len() + 4 * (indent + 1));
        push_block(text, indent, &mut out);
        out
    } else {
        scalar(text).into_owned()
    }
}

/// Whether a text is easier to read as lines below `|`, and every reader reads it back unchanged.
fn is_literal_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    memchr(b'\n', body.as_bytes()).is_some() && !body.ends_with('\n') && is_block_text(body)
}

/// No line starts with a tab or ends with white space, and the first does not start with any.
fn is_block_text(body: &str) -> bool {
    let is_line = |line: &str| {
        !line.starts_with('\t')
            && !line.ends_with([' ', '\t'])
            && (all_of(line, IN_LINE) || line.chars().all(|c| c == '\t' || is_printable(c)))
    };
    !body.starts_with([' ', '\n']) && each_line(body).all(is_line)
}

/// `|` or `|-`, and the lines below it.
fn push_block(text: &str, indent: usize, out: &mut String) {
    let (mark, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    out.push_str(mark);
    for line in each_line(body) {
        out.push('\n');
        if !line.is_empty() {
            push_indent(indent, out);
            out.push_str(line);
        }
    }
}

/// What stands between line ends. Most texts are one long line, in which `memchr` finds none at once.
fn each_line(text: &str) -> impl Iterator<Item = &str> {
    let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let line = &text[start..end];
        start = end + 1;
        line
    })
}

#[cfg(test)]
mod tests {
    use minijinja::value::{Serde, Value};

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
    fn only_what_needs_an_escape_has_one() {
        for (text, written) in [
            ("infinity", "infinity"),
            ("inf", r#""inf""#),
            ("Größe: 1", r#""Größe: 1""#),
            ("a\u{2028}b\\\"\u{1f600}", r#""a\u2028b\\\"😀""#),
            ("a ", r#""a ""#),
            ("\u{7f}\n", r#""\u007F\n""#),
        ] {
            assert_eq!(scalar(text), written, "{text}");
        }
    }

    #[test]
    fn a_text_is_a_block_if_no_line_loses_anything() {
        for text in ["a", "a\n\n b: \"c\"", "é\n\u{1f600}", "a\tb"] {
            assert!(lines(text, 2).starts_with("|-\n"), "{text}");
        }
        for text in [" a", "\ta", "a \nb", "a\n\tb", "a\rb", "a\u{2028}b", "\na"] {
            assert!(lines(text, 2).starts_with('"'), "{text}");
        }
    }

    #[test]
    fn pairs_stand_on_a_line_each() {
        let list = serde_json::json!([["a b", "1"], ["c", 2], ["d", "x\ny"]]);
        let written = pair_lines(Item::of(&Value::from(Serde(list))), 2);
        let lines = "a b: \"1\"\n  c: 2\n  d: \"x\\ny\"";
        assert_eq!(written.ok().as_deref(), Some(lines));
        let list = Value::from(Serde(serde_json::json!([["a", []]])));
        assert!(pair_lines(Item::of(&list), 2).is_err());
    }

    #[test]
    fn a_tree_nests_by_two_spaces() {
        let tree = serde_json::json!({"a": [{"b": 1, "c": []}, "x\ny\n"], "d": {}});
        let written = block(Item::of(&Value::from(Serde(tree))), 0, &|_, _| Ok(()));
        assert_eq!(
            written.ok().as_deref(),
            Some("a:\n  - b: 1\n    c: []\n  - |\n    x\n    y\nd: {}")
        );
    }
}
