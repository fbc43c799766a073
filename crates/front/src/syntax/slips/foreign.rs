//! Lines that are none of TOML at all: a keyword, a template, an anchor, a text over several lines.

use toml::de::{DeTable, DeValue};

use super::{
    Place, Said,
    line::{self, Around},
    long,
    loose::{Reader, is_entry, is_of_key},
    written,
};
use crate::{
    diag::{Code, Diagnostic},
    source::Span,
    syntax::quoted,
};

const KEYWORDS: [&str; 11] = [
    "export", "let", "const", "var", "set", "local", "my", "val", "static", "final", "declare",
];
const INCLUDES: [&str; 9] = [
    "!include", "include", "@include", "import", "@import", "source", "require", "use", "load",
];
/// What ends something elsewhere.
const ENDS: [&str; 12] = [
    "}", "]", ")", "};", "},", "],", ");", "end", "end;", "fi", "done", "endif",
];

/// The readers of this file, in their order.
pub(super) const READERS: [for<'a, 'b> fn(&'a Place<'b>) -> Said; 11] = [
    template,
    lookalike,
    opened,
    closed,
    keyword,
    included,
    anchor,
    long::text,
    parentheses,
    joined,
    computed,
];

fn says(text: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::TomlSyntax, text)
}

impl Place<'_> {
    /// The whole line with its end.
    fn with_end(&self) -> Span {
        self.span(self.line.start..(self.line.end + 1).min(self.text.len()))
    }

    /// What stands behind the first sign of an assignment.
    fn value(&self) -> Option<&str> {
        let line = self.written().trim();
        let at = line.find([':', '='])?;
        let is_key = line[..at]
            .trim_end()
            .chars()
            .all(|c| is_of_key(c) || c == '"');
        (is_key && at > 0).then(|| line[at + 1..].trim_start_matches(['=', ' ', '\t', '>']))
    }

    /// The entry from this place to the end of the line, in TOML.
    fn entry_from(&self, start: usize) -> Option<Vec<String>> {
        let rest = self.text[start..self.line.end].trim_end();
        if is_entry(rest) && DeTable::parse(rest).is_ok() {
            return Some(vec![rest.to_string()]);
        }
        let lines = line::read(self.text, start, self.line.end, Around::Nothing)?.new;
        let is_read = |line: &String| DeTable::parse(line).is_ok();
        (!lines.is_empty() && lines.iter().all(is_read)).then_some(lines)
    }
}

/// `{{ group }}`, `{% if x %}`, `<groups>`.
fn template(place: &Place<'_>) -> Said {
    let line = place.written().trim();
    let starts = |text: &str| ["{{", "{%", "<%"].iter().any(|sign| text.starts_with(sign));
    let whole = place.span(place.trimmed());
    if starts(line) || place.value().is_some_and(starts) {
        let diagnostic = says("TOML has no templates").label(whole, "one of another program");
        return Some((diagnostic.help(NOT_COMPUTED), place.line.end));
    }
    let is_tag = line.starts_with('<') && line.ends_with('>') && !line.contains('=');
    is_tag.then(|| {
        let diagnostic = says("TOML has no tags").label(whole, "one of XML").help(
            "a table begins with its name, as in `[platform]`, and each key has a line, as in `name = \"value\"`",
        );
        (diagnostic, place.line.end)
    })
}

const NOT_COMPUTED: &str = "write the value itself; what differs between environments stands in `platform.ENV.toml`, and what is set at start in `[vars]`, as in `NAME = { default = \"x\", env = \"NAME\" }`";

/// What a character is taken for that a text program or a web page has put there.
fn meant_as(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => "",
        '‐'..='―' | '−' => "-",
        '＝' => "=",
        '：' => ":",
        '，' => ",",
        '．' => ".",
        '［' => "[",
        '］' => "]",
        '｛' => "{",
        '｝' => "}",
        _ => return None,
    })
}

fn lookalike(place: &Place<'_>) -> Said {
    let line = &place.text[place.trimmed()];
    let mut new = String::new();
    let mut first = None;
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            _ => {}
        }
        match meant_as(c).filter(|_| quote.is_none()) {
            Some(meant) => {
                first.get_or_insert((at, c, meant));
                new.push_str(meant);
            }
            None => new.push(c),
        }
    }
    let (at, c, meant) = first?;
    DeTable::parse(&new).ok()?;
    let name = match meant {
        "" => "nothing".to_string(),
        " " => "a space".to_string(),
        meant => format!("`{meant}`"),
    };
    let start = place.start() + at;
    let diagnostic = says("a character that looks like another one").label(
        place.span(start..start + c.len_utf8()),
        format!("U+{:04X}, where {name} is meant", u32::from(c)),
    );
    let diagnostic = written(diagnostic, &[new], place.span(place.trimmed()));
    Some((diagnostic, place.line.end))
}

/// A brace alone on its line, behind a heading.
fn opened(place: &Place<'_>) -> Said {
    if !matches!(place.written().trim(), "{" | "(") {
        return None;
    }
    let diagnostic = says("a table of TOML has no brace around it")
        .label(place.span(place.trimmed()), "begins nothing")
        .help("remove it, and the one that closes it: a table ends where the next heading begins")
        .replacing(place.with_end(), "");
    let rest = &place.text[place.line.end..];
    let close = rest.find("\n}\n").map(|at| place.line.end + at + 1);
    let diagnostic = match close {
        Some(close) => diagnostic.replacing(place.span(close..close + 2), ""),
        None => diagnostic,
    };
    Some((diagnostic, close.map_or(place.line.end, |close| close + 2)))
}

/// More brackets than these nobody writes by mistake.
const MOST_TOO_MANY: usize = 4;

/// `end`, `}` alone, or one bracket too many behind a value.
fn closed(place: &Place<'_>) -> Said {
    let line = place.written().trim();
    if ENDS.contains(&line) {
        let diagnostic = says(format!("this `{line}` closes nothing"))
            .label(place.span(place.trimmed()), "nothing is open here")
            .help("remove the line: a table ends where the next heading begins")
            .replacing(place.with_end(), "");
        return Some((diagnostic, place.line.end));
    }
    let kept = line.trim_end_matches(['}', ']', ')', ';', ',']);
    let shorter = (kept.len()..line.len()).rev().take(MOST_TOO_MANY);
    let mut shorter = shorter.map(|end| line[..end].trim_end());
    let new = shorter.find(|new| is_entry(new) && DeTable::parse(new).is_ok())?;
    let wrong = line[new.len()..].trim_start();
    let start = place.trimmed().end - wrong.len();
    // A sign at the end of a line has words of its own.
    let first = wrong.chars().next().filter(|c| !matches!(c, ';' | ','))?;
    let diagnostic = says(format!("this `{first}` closes nothing")).label(
        place.span(start..start + wrong.len()),
        "all brackets are closed before it",
    );
    let diagnostic = written(diagnostic, &[new.to_string()], place.span(place.trimmed()));
    Some((diagnostic, place.line.end))
}

/// `export X=`, `$x =`, `.x =`, and no name at all.
fn keyword(place: &Place<'_>) -> Said {
    let line = place.written().trim();
    let start = place.start();
    let (length, word) = match line.split_once([' ', '\t']) {
        Some((word, _)) if KEYWORDS.contains(&word) => (word.len(), word),
        _ if line.starts_with(['$', '.', '@', '%']) => (1, &line[..1]),
        _ if line.starts_with('=') => {
            let diagnostic = says("no name stands before this `=`")
                .label(place.span(start..start + 1), "the value of nothing")
                .help("write a name before it, or remove the line");
            return Some((diagnostic, place.line.end));
        }
        _ => return None,
    };
    let rest = &place.text[start + length..place.line.end];
    let from = start + length + rest.len() - rest.trim_start().len();
    let lines = place.entry_from(from)?;
    let diagnostic = says(format!("TOML has no `{word}` before a name")).label(
        place.span(start..start + length),
        "the name alone begins the line",
    );
    let diagnostic = written(diagnostic, &lines, place.span(place.trimmed()));
    Some((diagnostic, place.line.end))
}

/// `import "groups.toml"`.
fn included(place: &Place<'_>) -> Said {
    let line = place.written().trim();
    let (word, rest) = line.split_once([' ', '\t', '(', ':'])?;
    let file = rest.trim_matches([' ', '"', '\'', ';', ')', '(', '<', '>', ':']);
    let is_file = file.contains(['.', '/', '*']) && !file.contains(['=', '"', '\'', ' ']);
    if !INCLUDES.contains(&word) || !is_file {
        return None;
    }
    let new = format!("include = [{}]", quoted(file));
    let diagnostic = says("TOML has no line that takes in another file")
        .label(place.span(place.trimmed()), "as in another language")
        .help(format!(
            "write `{new}` at the top of the file, above all headings"
        ))
        .replacing(place.span(0..0), format!("{new}\n"))
        .replacing(place.with_end(), "");
    Some((diagnostic, place.line.end))
}

/// `<<: *common`, `x = &a "b"`.
fn anchor(place: &Place<'_>) -> Said {
    let line = place.written().trim();
    let is_anchor = |text: &str| {
        text.strip_prefix(['&', '*'])
            .is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let is_one = line.starts_with("<<:") || place.value().is_some_and(is_anchor);
    is_one.then(|| (no_anchors(place.span(place.trimmed())), place.line.end))
}

pub(in crate::syntax) fn no_anchors(place: Span) -> Diagnostic {
    says("TOML has no anchors")
        .label(place, "one of YAML")
        .help("what several components have in common stands in `[presets.NAME]`; they name it with `presets = [\"NAME\"]`")
}

/// `command = (`, and the items on lines of their own.
fn parentheses(place: &Place<'_>) -> Said {
    let line = &place.text[place.trimmed()];
    let key = line
        .strip_suffix('(')?
        .trim_end()
        .strip_suffix('=')?
        .trim_end();
    let open = place.trimmed().end - 1;
    let mut reader = Reader::new(place.text, open);
    let new = format!("{key} = {}", reader.value()?.inline());
    DeTable::parse(&new).ok()?;
    let end = reader.at;
    let diagnostic = says("a list of TOML stands between `[` and `]`")
        .label(place.span(open..open + 1), "other brackets");
    let diagnostic = written(diagnostic, &[new], place.span(place.start()..end));
    Some((diagnostic, end))
}

/// A longer line no person has written.
const MOST_BYTES: usize = 1000;

/// `"a" + "b"`, and two strings one behind the other. `'it''s'` is one: its quote is doubled.
fn joined(place: &Place<'_>) -> Said {
    let line = place.written();
    let equals = line.find('=')?;
    let key = line[..equals].trim();
    let value = line[equals + 1..].trim();
    if line.len() > MOST_BYTES || !is_entry(line) || !value.starts_with(['"', '\'']) {
        return None;
    }
    let mut whole = String::new();
    let (mut rest, mut pieces, mut doubled) = (value, 0, 0);
    loop {
        let (content, length) = string(rest)?;
        whole.push_str(&content);
        pieces += 1;
        let quote = &rest[..1];
        rest = &rest[length..];
        if rest.starts_with(quote) {
            whole.push_str(quote);
            doubled += 1;
        }
        rest = rest.trim_start();
        let sign = ["+", "..", "~", "&", "."]
            .iter()
            .find(|sign| rest.starts_with(**sign));
        rest = rest[sign.map_or(0, |sign| sign.len())..].trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            break;
        }
        if sign.is_some() && !rest.starts_with(['"', '\'']) {
            let diagnostic = says("TOML joins no texts")
                .label(place.span(place.trimmed()), "joined as in a program")
                .help("write it as one text; what is set at start is `${vars.NAME}` in it, an address `${components.NAME.PORT.host}`");
            return Some((diagnostic, place.line.end));
        }
    }
    let new = format!("{key} = {}", quoted(&whole));
    if pieces < 2 || DeTable::parse(&new).is_err() {
        return None;
    }
    let (message, label) = match doubled + 1 == pieces {
        true => ("TOML doubles no quotes", "one within a text, doubled"),
        false => ("TOML joins no texts", "several for one key"),
    };
    let diagnostic = says(message).label(place.span(place.trimmed()), label);
    let diagnostic = written(diagnostic, &[new], place.span(place.trimmed()));
    Some((diagnostic, place.line.end))
}

/// The string that a text begins with, and its length.
fn string(text: &str) -> Option<(String, usize)> {
    let open = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let ends = text[1..].match_indices(open).map(|(at, _)| at + 2);
    let mut read = ends.map(|end| (format!("x = {}", &text[..end]), end));
    read.find_map(|(line, end)| {
        let parsed = DeTable::parse(&line).ok()?;
        match parsed.get_ref().iter().next()?.1.get_ref() {
            DeValue::String(content) => Some((content.to_string(), end)),
            _ => None,
        }
    })
}

/// `if x { "a" }`, `x ? "a" : "b"`, `file("x")`.
fn computed(place: &Place<'_>) -> Said {
    let value = place.value()?;
    let name = value.split('(').next().unwrap_or_default();
    let is_call = name.len() < value.len()
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(is_of_key);
    let is_choice = value.contains(" ? ") && value.contains(" : ");
    let is_condition =
        value.starts_with("if ") || value.contains(" if ") && value.contains(" else ");
    let starts_text = value.starts_with(['"', '\'']) && !is_condition && !is_choice;
    if starts_text || !(is_call || is_choice || is_condition) {
        return None;
    }
    let diagnostic = says("TOML computes nothing")
        .label(
            place.span(place.trimmed()),
            "an expression of another language",
        )
        .help(NOT_COMPUTED);
    Some((diagnostic, place.line.end))
}
