//! What makes a parser complain about much that is right: a bracket that is never closed, and what a merge left behind.

use std::ops::Range;

/// A bracket that is not closed where its value ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed {
    /// The bracket itself.
    pub at: usize,
    /// `}` or `]`.
    pub missing: char,
    /// Where the value's last line ends: the bracket is missing here.
    pub end: usize,
}

/// The first bracket in which the next key or heading begins: there the author meant the value to have ended.
pub(super) fn unclosed(text: &str) -> Option<Unclosed> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut last = 0;
    let mut at = 0;
    let mut goes_on = false;
    let mut closed = Closed::default();
    for line in text.split_inclusive('\n') {
        if let Some((bracket, missing)) = open.last().copied()
            && (is_heading(line)
                || !goes_on && is_key(line) && missing_commas(text, bracket).is_none()
                || missing == ']' && is_no_item(line) && !closed.of(text, bracket))
        {
            return Some(Unclosed {
                at: bracket,
                missing,
                end: last,
            });
        }
        // The parser itself is done with a heading at the end of its line.
        let is_heading = open.is_empty() && line.trim_start().starts_with('[');
        let Some(scanned) = scan(line) else {
            // A string over several lines: what is in it can't be told from keys here.
            return None;
        };
        // The bracket that seems to be missing stands in a string without an end.
        if scanned.is_in_string && !(open.is_empty() && scanned.brackets.is_empty()) {
            return None;
        }
        for (place, c) in scanned.brackets {
            match c {
                _ if is_heading => {}
                '{' => open.push((at + place, '}')),
                '[' => open.push((at + place, ']')),
                _ => {
                    open.pop();
                }
            }
        }
        if let Some(end) = scanned.end {
            last = at + end;
            goes_on = line[..end].ends_with([',', '{', '[']);
        }
        at += line.len();
    }
    let (bracket, missing) = open.last().copied()?;
    Some(Unclosed {
        at: bracket,
        missing,
        end: last,
    })
}

/// A key, where a list would have a string: the comma before it ends nothing.
fn is_no_item(line: &str) -> bool {
    is_key(line) && !line.trim_start().starts_with(['"', '\''])
}

/// Whether the bracket that was asked for last is closed: each of its lines asks.
#[derive(Default)]
struct Closed(Option<(usize, bool)>);

impl Closed {
    fn of(&mut self, text: &str, bracket: usize) -> bool {
        match self.0 {
            Some((known, is_closed)) if known == bracket => is_closed,
            _ => {
                let is_closed = is_closed(text, bracket);
                self.0 = Some((bracket, is_closed));
                is_closed
            }
        }
    }
}

/// Whether a bracket is closed before the next heading.
fn is_closed(text: &str, bracket: usize) -> bool {
    let mut open = 0;
    for (number, line) in text[bracket..].split_inclusive('\n').enumerate() {
        if number > 0 && is_heading(line) {
            return false;
        }
        for (_, c) in scan(line).map_or(Vec::new(), |scanned| scanned.brackets) {
            open += match c {
                '{' | '[' => 1,
                _ => -1,
            };
            if open == 0 {
                return true;
            }
        }
    }
    false
}

/// Where commas are missing at the ends of lines in a bracket, and where the bracket is closed. Nothing where it is not, or where
/// none is missing.
pub(super) fn missing_commas(text: &str, bracket: usize) -> Option<(Vec<usize>, usize)> {
    let mut places = Vec::new();
    let mut open = 0;
    let mut at = bracket;
    let mut last = None;
    for line in text[bracket..].split_inclusive('\n') {
        if at > bracket && is_heading(line) {
            return None;
        }
        let scanned = scan(line)?;
        let first = line.trim_start().chars().next().filter(|c| *c != '#');
        if let Some(first) = first
            && let Some(place) = last.take()
            && !matches!(first, '}' | ']' | ',')
        {
            places.push(place);
        }
        for (place, c) in scanned.brackets {
            match c {
                '{' | '[' => open += 1,
                _ => open -= 1,
            }
            if open == 0 {
                return (!places.is_empty()).then_some((places, at + place + 1));
            }
        }
        if let Some(end) = scanned.end
            && !line[..end].ends_with([',', '{', '['])
        {
            last = Some(at + end);
        }
        at += line.len();
    }
    None
}

/// The innermost bracket that is open at a place.
pub(super) fn open_at(text: &str, place: usize) -> Option<usize> {
    let mut open: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text[..place].split_inclusive('\n') {
        let is_heading = open.is_empty() && line.trim_start().starts_with('[');
        let brackets = scan(line).map(|scanned| scanned.brackets);
        for (place, c) in brackets.unwrap_or_default() {
            match c {
                _ if is_heading => {}
                '{' | '[' => open.push(at + place),
                _ => {
                    open.pop();
                }
            }
        }
        at += line.len();
    }
    open.last().copied()
}

/// Brackets of a line outside of strings and comments, and where what is no comment ends.
struct Scanned {
    brackets: Vec<(usize, char)>,
    end: Option<usize>,
    /// Whether a string begins that does not end.
    is_in_string: bool,
}

/// `None` where a string goes on in the next line.
fn scan(line: &str) -> Option<Scanned> {
    if line.contains("\"\"\"") || line.contains("'''") {
        return None;
    }
    let mut scanned = Scanned {
        brackets: Vec::new(),
        end: None,
        is_in_string: false,
    };
    let mut quote = None;
    let mut is_escaped = false;
    for (place, c) in line.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !is_escaped => {
                is_escaped = true;
                continue;
            }
            (Some(open), c) if open == c && !is_escaped => quote = None,
            (Some(_), _) => {}
            (None, '#') => break,
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[' | '}' | ']') => scanned.brackets.push((place, c)),
            (None, _) => {}
        }
        is_escaped = false;
        if !c.is_whitespace() {
            scanned.end = Some(place + c.len_utf8());
        }
    }
    scanned.is_in_string = quote.is_some();
    Some(scanned)
}

/// `[a.b]` or `[[a.b]]`, where a list would have strings or numbers.
fn is_heading(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or_default().trim();
    let inner = line
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'));
    inner.is_some_and(|inner| {
        let path = inner.trim_start_matches('[').trim_end_matches(']').trim();
        path.starts_with(|c: char| c.is_ascii_alphabetic()) && is_path(path)
    })
}

/// `name = ...`, `a.b = ...`.
fn is_key(line: &str) -> bool {
    let key = line.split_once('=').map(|(key, _)| key.trim());
    key.is_some_and(|key| !key.is_empty() && is_path(key))
}

fn is_path(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.\"'/ ".contains(c);
    text.chars().all(is_part)
}

/// The lines that git leaves where two sides changed the same, conflict by conflict. A marker without the others is one of its own.
pub(super) fn conflicts(text: &str) -> Vec<Vec<Range<usize>>> {
    let is_end = |bare: &str| bare.starts_with(">>>>>>> ") || bare == ">>>>>>>";
    let mut found: Vec<Vec<Range<usize>>> = Vec::new();
    let mut at = 0;
    let mut is_open = false;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let place = at..at + bare.len();
        if bare.starts_with("<<<<<<< ") || bare == "<<<<<<<" {
            found.push(vec![place]);
        } else if bare.starts_with("||||||| ") || bare == "=======" || is_end(bare) {
            match found.last_mut().filter(|_| is_open) {
                Some(conflict) => conflict.push(place),
                None => found.push(vec![place]),
            }
        } else {
            at += line.len();
            continue;
        }
        is_open = !is_end(bare);
        at += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(&str, char, &str)> {
        let found = unclosed(text)?;
        let line = text[..found.end].lines().last().unwrap_or_default();
        Some((&text[found.at..=found.at], found.missing, line))
    }

    #[test]
    fn an_open_bracket_is_found_where_the_next_key_begins() {
        for (text, expected) in [
            ("a = { b = 1\nc = 2\n", Some(("{", '}', "a = { b = 1"))),
            ("a = { b = 1 # }\n[c]\n", Some(("{", '}', "a = { b = 1"))),
            ("a = [1,\n 2\n[c]\nd = [1]\n", Some(("[", ']', " 2"))),
            (
                "a = { b = [1 }\nc = 1\n",
                Some(("{", '}', "a = { b = [1 }")),
            ),
            ("a = { b = 1", Some(("{", '}', "a = { b = 1"))),
            ("a = [\n  { b = 1 },\n  { c = 2 },\n]\nd = 1\n", None),
            ("a = {\n  b = 1,\n  c = 2,\n}\n", None),
            ("[a]\nb = \"{\"\n[[c]]\n", None),
            ("a = {\n  b = 1\n  c = 2\n}\nd = 1\n", None),
            (
                "a = [\"x\",\nb = { c = 1 }\n",
                Some(("[", ']', "a = [\"x\",")),
            ),
            ("a = [\n \"x=1\",\n \"y=2\",\n]\n", None),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn conflicts_are_found_by_their_markers() {
        let text = "a = 1\n<<<<<<< HEAD\nb = 1\n=======\nb = 2\n>>>>>>> other\n";
        let found = conflicts(text);
        assert_eq!(found.len(), 1);
        let lines: Vec<&str> = found[0].iter().map(|place| &text[place.clone()]).collect();
        assert_eq!(lines, ["<<<<<<< HEAD", "=======", ">>>>>>> other"]);
        for lone in ["<<<<<<< HEAD", "=======", ">>>>>>> other"] {
            let found = conflicts(&format!("a = 1\n{lone}\nb = 2\n"));
            assert_eq!(found.concat(), std::slice::from_ref(&(6..6 + lone.len())));
        }
        assert!(conflicts("a = 1\n").is_empty());
    }
}
