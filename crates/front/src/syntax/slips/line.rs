//! One line with a key: what it says in TOML, and what of it is none.

use std::ops::Range;

use super::loose::{Loose, Reader, Slip, is_entry};

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Around {
    /// In no bracket: it ends with its value.
    Nothing,
    /// Within an open one: a comma may end it.
    Bracket,
}

/// A line that is read as meant. Places are within the text of the file.
#[derive(Debug)]
pub(super) struct Line {
    /// What is wrong with it, and where.
    pub slip: Slip,
    pub at: Range<usize>,
    /// What is to be replaced: from the key to what ends the line.
    pub whole: Range<usize>,
    /// The key and the value in TOML; of two keys each has a line.
    pub new: Vec<String>,
    /// The key as it is written.
    pub key: String,
}

/// A longer line no person has put several keys on.
const MOST_BYTES: usize = 400;

/// Reads the entry that begins in `text` at `start`, whose line ends at `end`.
pub(super) fn read(text: &str, start: usize, end: usize, around: Around) -> Option<Line> {
    let mut reader = Reader::new(&text[..end], start);
    let key = reader.key()?;
    reader.assignment()?;
    if reader.rest().starts_with("//") {
        return None;
    }
    let value = reader.value()?;
    let mut new = vec![format!("{key} = {}", value.inline())];
    let mut whole_end = reader.at;
    reader.skip(&[' ', '\t', '\r']);
    if let Some(comment) = foreign_comment(reader.rest()).filter(|_| around == Around::Nothing) {
        let place = reader.at..reader.at + 1;
        reader.note(Slip::Comment, place);
        new[0].push_str(" # ");
        new[0].push_str(comment);
        reader.at = end;
        whole_end = end;
    }
    if reader.rest().starts_with([',', ';']) {
        let place = reader.at..reader.at + 1;
        reader.at += 1;
        match around {
            Around::Bracket => new[0].push(','),
            Around::Nothing => reader.note(Slip::Tail, place),
        }
        whole_end = reader.at;
        reader.skip(&[' ', '\t', '\r']);
    }
    let rest = reader.rest();
    if is_entry(rest) && around == Around::Nothing && end - start < MOST_BYTES {
        let place = reader.at..reader.at + rest.find(['=', ' ']).unwrap_or(rest.len());
        reader.note(Slip::TwoKeys, place);
        match read(text, reader.at, end, around) {
            Some(other) => {
                new.extend(other.new);
                whole_end = other.whole.end;
            }
            None => {
                new.push(rest.trim_end().to_string());
                whole_end = reader.at + rest.trim_end().len();
            }
        }
    } else if !rest.is_empty() && !rest.starts_with('#') {
        return None;
    }
    let (slip, at) = reader.slip.clone()?;
    if value == Loose::Nothing {
        new = Vec::new();
    }
    let whole = start..whole_end;
    Some(Line {
        slip,
        at,
        whole,
        new,
        key,
    })
}

/// An item of a list that has a line for itself.
pub(super) fn item(text: &str, start: usize, end: usize) -> Option<Line> {
    let mut reader = Reader::new(&text[..end], start);
    let value = reader.item().filter(|value| *value != Loose::Nothing)?;
    let whole = start..reader.at;
    reader.skip(&[' ', '\t', '\r', ',']);
    let is_read = reader.rest().is_empty() || reader.rest().starts_with('#');
    let (slip, at) = reader.slip.clone().filter(|_| is_read)?;
    Some(Line {
        slip,
        at,
        whole,
        new: vec![value.inline()],
        key: String::new(),
    })
}

/// What a comment says that begins as in another language.
pub(super) fn foreign_comment(rest: &str) -> Option<&str> {
    if let Some(comment) = rest.strip_prefix("//") {
        return Some(comment.trim());
    }
    if let Some(comment) = rest.strip_prefix("/*") {
        return Some(comment.trim().trim_end_matches("*/").trim_end());
    }
    if let Some(comment) = rest.strip_prefix("-- ") {
        return Some(comment.trim());
    }
    // A semicolon may also end a line, or separate two entries.
    let comment = rest.strip_prefix(';')?.trim();
    let is_one = !comment.is_empty() && !comment.starts_with('#') && !comment.contains('=');
    is_one.then_some(comment)
}
