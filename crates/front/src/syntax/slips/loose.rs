//! Values as people of other languages write them: without quotes, with colons, with the words of Python or JSON.
//!
//! In: the text of a value. Out: the same value in TOML, and the first thing in it that is no TOML.

use std::ops::Range;

use toml::de::DeTable;

use super::{
    quotes::{
        behind_label, closing, other_end, prefix, string_end, without_doubled, without_escapes,
    },
    word,
};
use crate::syntax::{key_text, quoted};

/// What a text has in it that is no TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// A colon between a key and its value.
    Colon,
    /// Something else there: `:=`, `=>`, nothing.
    Assignment,
    /// A text without quotes.
    NoQuotes,
    /// The quotes of a text program, or those of a shell.
    OtherQuotes,
    /// A string that does not end.
    Open,
    /// A string that has its own quote in it.
    QuoteInside,
    /// A backslash before a character that it does not escape.
    Backslash,
    /// `True`, `yes`.
    Word,
    /// `null`, `None`.
    Nothing,
    /// No comma between two items.
    Comma,
    /// A comma or a semicolon behind a value that ends its line.
    Tail,
    /// Two keys on one line.
    TwoKeys,
    /// A key with characters that want quotes.
    Key,
    /// A semicolon between two items.
    Semicolon,
    /// `(1, 2)` or `{1, 2}`: a list in other brackets.
    Brackets,
    /// `f"..."`, `r"..."`.
    Prefix,
    /// A comment that does not begin with `#`.
    Comment,
    /// A number as another language writes it.
    Number,
    /// A date in another order.
    Date,
    /// A day that no calendar has.
    NoDate,
    /// A reference without quotes.
    Reference,
}

/// A value in the words of TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Loose {
    /// As TOML writes it.
    Plain(String),
    /// `null`: TOML has no such value.
    Nothing,
    List(Vec<Loose>),
    Table(Vec<(String, Loose)>),
}

impl Loose {
    /// On one line. A key without a value is left out.
    pub(super) fn inline(&self) -> String {
        match self {
            Loose::Plain(text) => text.clone(),
            Loose::Nothing => String::new(),
            Loose::List(items) => {
                let items: Vec<String> = items.iter().map(Loose::inline).collect();
                format!("[{}]", items.join(", "))
            }
            Loose::Table(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .filter(|(_, value)| *value != Loose::Nothing)
                    .map(|(key, value)| format!("{key} = {}", value.inline()))
                    .collect();
                match entries.is_empty() {
                    true => "{}".to_string(),
                    false => format!("{{ {} }}", entries.join(", ")),
                }
            }
        }
    }
}

/// Where a plain word ends that has no quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Line,
    Item,
}

/// Deeper than this nobody writes, and no reader goes.
pub(super) const MOST_NESTED: usize = 32;

/// Reads a value from its first character on.
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) at: usize,
    /// The first slip and its place in `text`.
    pub(super) slip: Option<(Slip, Range<usize>)>,
    /// How many brackets are open.
    nested: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self {
            text,
            at,
            slip: None,
            nested: 0,
        }
    }

    /// The value that ends with its line.
    pub(super) fn value(&mut self) -> Option<Loose> {
        self.read(End::Line)
    }

    /// A value that a comma or a bracket ends.
    pub(super) fn item(&mut self) -> Option<Loose> {
        self.read(End::Item)
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn note(&mut self, slip: Slip, place: Range<usize>) {
        self.slip.get_or_insert((slip, place));
    }

    fn read(&mut self, end: End) -> Option<Loose> {
        let first = self.rest().chars().next()?;
        match first {
            '[' | '{' | '(' if self.nested == MOST_NESTED => None,
            '[' | '{' | '(' => {
                self.nested += 1;
                let value = match first {
                    '[' => self.list(']'),
                    '(' => {
                        self.note(Slip::Brackets, self.at..self.at + 1);
                        self.list(')')
                    }
                    _ if self.is_set() => {
                        self.note(Slip::Brackets, self.at..self.at + 1);
                        self.list('}')
                    }
                    _ => self.table(),
                };
                self.nested -= 1;
                value
            }
            _ if prefix(self.rest()).is_some() => {
                let length = prefix(self.rest())?;
                self.note(Slip::Prefix, self.at..self.at + length);
                self.at += length;
                self.string(end).map(Loose::Plain)
            }
            _ if closing(first).is_some() => self.string(end).map(Loose::Plain),
            _ => self.plain(end),
        }
    }

    pub(super) fn skip(&mut self, between: &[char]) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(between).len();
    }

    /// The place of the character before `at`.
    fn last_before(&self, at: usize) -> usize {
        let last = self.text[..at].chars().next_back();
        at - last.map_or(0, char::len_utf8)
    }

    /// Goes over what stands between two items, comments too.
    fn space(&mut self) {
        loop {
            self.skip(&[' ', '\t', '\n', '\r']);
            let rest = self.rest();
            let length = if rest.starts_with("//") || rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            } else {
                return;
            };
            self.note(Slip::Comment, self.at..self.at + length);
            self.at += length;
        }
    }

    /// Whether a brace holds items without keys.
    fn is_set(&self) -> bool {
        let mut ahead = Self::new(self.text, self.at + 1);
        ahead.space();
        let is_string = ahead.rest().starts_with(['"', '\'']);
        is_string && ahead.read(End::Item).is_some() && {
            ahead.space();
            ahead.rest().starts_with([',', '}'])
        }
    }

    fn list(&mut self, close: char) -> Option<Loose> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.space();
            if self.rest().starts_with(close) {
                self.at += 1;
                return Some(Loose::List(items));
            }
            items.push(self.read(End::Item)?);
            self.comma(close)?;
        }
    }

    fn table(&mut self) -> Option<Loose> {
        let mut entries = Vec::new();
        self.at += 1;
        loop {
            self.space();
            if self.rest().starts_with('}') {
                self.at += 1;
                return Some(Loose::Table(entries));
            }
            let key = self.key()?;
            self.assignment()?;
            let value = self.read(End::Item)?;
            entries.push((key, value));
            self.comma('}')?;
        }
    }

    /// Goes over what separates two items; one that is missing is a slip.
    fn comma(&mut self, closing: char) -> Option<()> {
        let behind = self.at;
        self.space();
        if self.rest().starts_with(',') {
            self.at += 1;
        } else if self.rest().starts_with(';') {
            self.note(Slip::Semicolon, self.at..self.at + 1);
            self.at += 1;
        } else if !self.rest().starts_with(closing) {
            if self.at == behind {
                return None;
            }
            self.note(Slip::Comma, self.last_before(behind)..behind);
        }
        Some(())
    }

    /// A key, in quotes where it needs them.
    pub(super) fn key(&mut self) -> Option<String> {
        let start = self.at;
        if self.rest().starts_with(['"', '\'']) {
            let key = self.string(End::Item)?;
            let is_alone = self.rest().trim_start().starts_with([':', '=']);
            let bare = key.trim_matches(['"', '\'']);
            let needs_none = !bare.is_empty() && key_text(bare) == bare;
            let key = if needs_none { bare.to_string() } else { key };
            return is_alone.then_some(key);
        }
        let bare = self.rest().find(|c| !is_of_key(c))?;
        let behind = self.rest()[bare..].trim_start_matches([' ', '\t']);
        if bare > 0 && (starts_assignment(behind) || starts_value(behind)) {
            self.at += bare;
            return Some(self.text[start..self.at].to_string());
        }
        // `env.MY VAR`, `files./etc/a.conf`: what is no bare word any more is one key.
        let end = self.rest().find(['=', ':', '\n', '"', '{', '[', '#'])?;
        let written = self.rest()[..end].trim_end();
        if written.contains(|c| closing(c).is_some()) {
            return None;
        }
        let wrong = written.find(|c| !is_of_key(c))?;
        let from = written[..wrong].rfind('.').map_or(0, |dot| dot + 1);
        self.note(Slip::Key, start + from..start + written.len());
        self.at += written.len();
        Some(format!(
            "{}{}",
            &written[..from],
            key_text(&written[from..])
        ))
    }

    /// What stands between a key and its value.
    pub(super) fn assignment(&mut self) -> Option<()> {
        let behind = self.at;
        self.skip(&[' ', '\t']);
        let start = self.at;
        let sign = SIGNS.into_iter().find(|sign| self.rest().starts_with(sign));
        let sign = match sign {
            Some(sign) => sign,
            None if start > behind && starts_value(self.rest()) => "",
            None => return None,
        };
        self.at += sign.len();
        match sign {
            "=" => {}
            ":" => self.note(Slip::Colon, start..self.at),
            "" => self.note(Slip::Assignment, self.last_before(behind)..behind),
            _ => self.note(Slip::Assignment, start..self.at),
        }
        self.skip(&[' ', '\t']);
        while self.rest().starts_with('=') {
            self.note(Slip::Assignment, self.at..self.at + 1);
            self.at += 1;
            self.skip(&[' ', '\t']);
        }
        Some(())
    }

    /// A string with whatever quotes it has, as TOML writes it.
    fn string(&mut self, end: End) -> Option<String> {
        let start = self.at;
        let open = self.rest().chars().next()?;
        let close = closing(open)?;
        if self.rest().starts_with("\"\"\"") || self.rest().starts_with("'''") {
            return None;
        }
        let from = start + open.len_utf8();
        let line = &self.text[from..];
        let line = line.split('\n').next().unwrap_or_default().trim_end();
        let close = other_end(line, open).unwrap_or(close);
        let Some(mut length) = string_end(line, open, close) else {
            if end == End::Item {
                return None;
            }
            self.note(Slip::Open, start..from);
            self.at = from + line.len();
            return Some(quoted(line));
        };
        let mut inside = None;
        while let Some(further) = behind_label(line, length, close) {
            inside.get_or_insert(length);
            length = further;
        }
        let behind = line[length..].trim_start_matches(close).trim_start();
        let goes_on = end == End::Line
            && matches!(close, '"' | '\'')
            && !(behind.is_empty() || behind.starts_with(['#', ',', ';', ':', '=']))
            && !["//", "/*", "-- "]
                .iter()
                .any(|sign| behind.starts_with(sign))
            && !is_entry(behind);
        if goes_on {
            inside.get_or_insert(length);
            length = line.rfind(close)?;
        }
        let content = &line[..length];
        self.at = from + length + close.len_utf8();
        if let Some(first) = inside {
            self.note(Slip::QuoteInside, from + first..from + first + 1);
            return Some(without_escapes(&without_doubled(content, close)));
        }
        if !matches!(open, '"' | '\'') || close != open {
            self.note(Slip::OtherQuotes, start..self.at);
            return Some(without_escapes(content));
        }
        let written = &self.text[start..self.at];
        if is_toml(written) {
            return Some(written.to_string());
        }
        let backslash = content.find('\\')?;
        self.note(Slip::Backslash, from + backslash..from + backslash + 1);
        Some(without_escapes(content))
    }

    /// A word without quotes: a value of TOML, of another language, or a text.
    fn plain(&mut self, end: End) -> Option<Loose> {
        let start = self.at;
        let word = before_another(up_to_end(self.rest(), end));
        let word = match end {
            End::Line => word.trim_end_matches([',', ';']),
            End::Item => word,
        };
        // Its first quote is missing.
        let is_half = word.matches(['"', '\'']).count() == 1 && end == End::Line;
        let whole = word;
        let word = match is_half {
            true => word.trim_end_matches(['"', '\'']),
            false => word,
        };
        // What has quotes within, or is an anchor of YAML, is no plain text.
        if word.is_empty()
            || word.contains(['"', '\''])
            || word.starts_with(['*', '&', '!', '|', '>'])
        {
            return None;
        }
        self.at += whole.len();
        let place = start..self.at;
        if is_toml(word) && !is_half {
            return Some(Loose::Plain(word.to_string()));
        }
        if let Some((slip, value)) = word::meant(word).filter(|_| !is_half) {
            self.note(slip, place);
            return Some(Loose::Plain(value));
        }
        let truth = match word.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some("true"),
            "false" | "no" | "off" => Some("false"),
            "null" | "none" | "nil" | "~" => {
                self.note(Slip::Nothing, place);
                return Some(Loose::Nothing);
            }
            _ => None,
        };
        if let Some(truth) = truth {
            self.note(Slip::Word, place);
            return Some(Loose::Plain(truth.to_string()));
        }
        self.note(Slip::NoQuotes, place);
        Some(Loose::Plain(quoted(word)))
    }
}

pub(super) fn is_toml(value: &str) -> bool {
    DeTable::parse(&format!("x = {value}")).is_ok()
}

pub(super) fn is_of_key(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// `key = ...`, as behind another value.
pub(super) fn is_entry(text: &str) -> bool {
    let key = text.split_once('=').map(|(key, _)| key.trim());
    key.is_some_and(|key| !key.is_empty() && key.chars().all(is_of_key))
}

/// What stands between a key and its value elsewhere; the longer ones first.
const SIGNS: [&str; 10] = ["=>", ":=", "==", "->", "<-", "+=", "?=", "＝", "=", ":"];

fn starts_assignment(text: &str) -> bool {
    SIGNS.iter().any(|sign| text.starts_with(sign))
}

/// `1 B=2`, `1; B = 2`: a value, and behind it another entry.
fn before_another(word: &str) -> &str {
    let Some((value, rest)) = word.split_once([' ', ',', ';']) else {
        return word;
    };
    let behind = rest.trim_start_matches([' ', ',', ';']);
    let is_plain = !value.contains([':', '/', '=']) && behind.contains(" = ");
    let is_separated = word[value.len()..].starts_with([',', ';']);
    match is_entry(behind) && (is_toml(value) || is_plain && is_separated) {
        true => value,
        false => word,
    }
}

fn starts_value(text: &str) -> bool {
    text.starts_with(['"', '\'', '[', '{', '“', '‘'])
}

/// The words before the end of a value without quotes, or before a comment.
fn up_to_end(rest: &str, end: End) -> &str {
    let stops: &[char] = match end {
        End::Line => &['\n'],
        End::Item => &['\n', ',', ';', '}', ']', ')'],
    };
    let mut open = 0;
    let is_end = |c: char| {
        // A brace that the word itself opens is a part of it.
        open += i32::from(c == '{');
        let is_own = c == '}' && open > 0;
        open -= i32::from(is_own);
        !is_own && stops.contains(&c)
    };
    let mut length = rest.find(is_end).unwrap_or(rest.len());
    for sign in [" #", " // ", "\t#"] {
        length = rest[..length].find(sign).unwrap_or(length);
    }
    rest[..length].trim_end()
}
