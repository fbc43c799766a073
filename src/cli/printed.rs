//! The last step before a stream: what a terminal or a CI runner would obey is written out, wherever in the text it comes
//! from. Texts that must stay in one line are escaped where they are put into it (`text::visible`).

use std::borrow::Cow;

use mlopsgen::text::is_hidden;

/// Whether what is printed is coloured.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Color {
    On,
    Off,
}

/// A text for people. Ends of lines and tabs stay; where it is coloured, so do colours.
pub fn for_people(text: &str, color: Color) -> Cow<'_, str> {
    let stays = |rest: &str| match rest.as_bytes() {
        [b'\n' | b'\t', ..] => 1,
        // The end of a line of Windows, in a diff.
        [b'\r', b'\n', ..] => 2,
        [0x1b, ..] if color == Color::On => length_of_color(rest),
        _ => 0,
    };
    written_out(text, stays, |c, out| out.extend(c.escape_unicode()))
}

/// A JSON document: the same value, in characters that nobody obeys.
pub fn for_json(text: &str) -> Cow<'_, str> {
    let stays = |rest: &str| usize::from(rest.starts_with('\n'));
    written_out(text, stays, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            out.push_str(&format!("\\u{unit:04x}"));
        }
    })
}

/// `stays` says how many bytes at the start of a text are left as they are.
fn written_out(
    text: &str,
    stays: impl Fn(&str) -> usize,
    write: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.contains(is_hidden) && !text.contains("::") && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_at_start = true;
    while let Some(c) = rest.chars().next() {
        let kept = stays(rest);
        let length = kept.max(c.len_utf8());
        // GitHub's `::name::` is one at the start of a line, blanks aside.
        let is_command = is_at_start && rest.starts_with("::") || is_command(rest);
        if kept == 0 && (is_hidden(c) || is_command) {
            write(c, &mut out);
        } else {
            out.push_str(&rest[..length]);
        }
        is_at_start = c == '\n' || rest[..length].ends_with('\n') || (is_at_start && is_blank(c));
        rest = &rest[length..];
    }
    Cow::Owned(out)
}

/// A colour before a text prints nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{1b}'
}

/// Whether a CI runner takes it for a command wherever it stands in a line: GitHub `##[name]`, Azure `##vso[name]`, TeamCity
/// `##teamcity[name]`.
fn is_command(rest: &str) -> bool {
    let name = rest.strip_prefix("##");
    name.is_some_and(|name| {
        name.trim_start_matches(|c: char| c.is_ascii_alphabetic())
            .starts_with('[')
    })
}

/// Bytes of the sequence that sets a colour (`ESC [ 1 ; 31 m`) at the start of a text; 0 where there is none.
fn length_of_color(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';' && c != ':');
    match end {
        Some(end) if rest[end..].starts_with('m') => "\u{1b}[".len() + end + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Color, for_json, for_people};

    #[test]
    fn of_escape_sequences_only_colours_stay() {
        let text = "\u{1b}[1;31mred\u{1b}[0m\t\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}m\r\n\u{202e}\rä";
        assert_eq!(
            for_people(text, Color::On),
            "\u{1b}[1;31mred\u{1b}[0m\t\\u{1b}[2J\\u{1b}]0;title\\u{7}\\u{9b}m\r\n\\u{202e}\\u{d}ä"
        );
        let plain = for_people(text, Color::Off);
        assert!(plain.starts_with("\\u{1b}[1;31mred\\u{1b}[0m\t"), "{plain}");
    }

    #[test]
    fn commands_to_a_ci_runner_are_escaped() {
        let text = " ::set-output name=a::b\n+::a\n\u{1b}[1m::b::\n x ##vso[a]b ##[c]d ## e [f]";
        assert_eq!(
            for_people(text, Color::On),
            " \\u{3a}:set-output name=a::b\n+::a\n\u{1b}[1m\\u{3a}:b::\n x \\u{23}#vso[a]b \\u{23}#[c]d ## e [f]"
        );
    }

    #[test]
    fn a_json_document_keeps_its_value() {
        let value =
            serde_json::json!({ "a\u{202e}": ["\u{9b}2J\u{e0041}\u{1b}\n", "##[group]x::y"] });
        let text = format!("{value:#}\n");
        let printed = for_json(&text);
        assert!(
            printed
                .chars()
                .all(|c| c == '\n' || (' '..='~').contains(&c)),
            "{printed}"
        );
        assert!(!printed.contains("##["), "{printed}");
        let read: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(read, value);
    }
}
