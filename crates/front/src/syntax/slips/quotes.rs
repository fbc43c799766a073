//! The quotes of strings: those of TOML, of other languages, and of text programs.

use crate::syntax::quoted;

/// Where a string ends within its line: the quote that closes it and is not escaped.
pub(super) fn string_end(line: &str, open: char, close: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            '\\' if open == '"' && !is_escaped => is_escaped = true,
            c if c == close && !is_escaped => return Some(at),
            _ => is_escaped = false,
        }
    }
    // A folder of Windows may end with a backslash.
    line.strip_suffix(close).map(str::len)
}

/// A string in which a backslash is one, and each quote too.
pub(super) fn without_escapes(content: &str) -> String {
    let needs = content.contains(['\\', '"']) && !content.contains('\'');
    match needs && !content.contains(char::is_control) {
        true => format!("'{content}'"),
        false => quoted(content),
    }
}

/// The same with single quotes in the place of doubled ones, if all that stand within are doubled, as YAML and SQL write them.
pub(super) fn without_doubled(content: &str, quote: char) -> String {
    let pair = format!("{quote}{quote}");
    match content.replace(&pair, "").contains(quote) {
        true => content.to_string(),
        false => content.replace(&pair, &quote.to_string()),
    }
}

/// The quote that ends what this one begins.
pub(super) fn closing(open: char) -> Option<char> {
    match open {
        '"' | '\'' | '`' => Some(open),
        '“' | '”' | '„' => Some('”'),
        '‘' | '’' => Some('’'),
        '«' => Some('»'),
        _ => None,
    }
}

/// The letters before a string that say how Python or Rust reads it.
pub(super) fn prefix(text: &str) -> Option<usize> {
    let length = text.find(['"', '\''])?;
    let is_one = matches!(length, 1 | 2) && text[..length].chars().all(|c| "fFrRbBuU".contains(c));
    is_one.then_some(length)
}

/// The end of a string that begins with one sort of quotes and ends with another, as a text program makes of one that is typed.
pub(super) fn other_end(line: &str, open: char) -> Option<char> {
    let usual = closing(open)?;
    let other = match open {
        '„' => '“',
        '"' => '”',
        '\'' => '’',
        _ => return None,
    };
    (!line.contains(usual) && line.contains(other)).then_some(other)
}

/// Where the string goes on to, if the quote at its end here is that of a label's value: `"up{job="api"} == 0"`.
pub(super) fn behind_label(line: &str, end: usize, close: char) -> Option<usize> {
    let (before, value) = (&line[..end], line[end..].strip_prefix('"')?);
    let is_value = |value: &str| !value.starts_with([' ', '\t', ',', ';', '}', ']', '"', '#']);
    if close != '"' || !before.ends_with(['=', '~']) || !is_value(value) {
        return None;
    }
    let (_, behind) = value.split_once('"')?;
    let further = behind
        .find('"')
        .filter(|_| behind.starts_with([',', '}', ' ']))?;
    Some(line.len() - behind.len() + further)
}
