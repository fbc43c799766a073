//! Literals of the other languages.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Language;
use crate::text::literal;

/// A Python string literal in double quotes.
pub fn python(text: &str) -> String {
    literal(text, '"', |c| match c as u32 {
        _ if is_visible(c) => None,
        number @ ..=0xffff => Some(format!("\\u{number:04x}")),
        number => Some(format!("\\U{number:08x}")),
    })
}

/// A Groovy string literal in single quotes, where `$` has no meaning. U+FFFF becomes U+FFFD: it is not a character, and
/// Groovy's reader takes it for the end of the file, escaped or not.
pub fn groovy(text: &str) -> String {
    literal(text, '\'', |c| match c {
        '\u{ffff}' => Some('\u{fffd}'.to_string()),
        c if is_visible(c) => None,
        c => {
            let mut units = [0; 2];
            let units = c.encode_utf16(&mut units).iter();
            Some(units.map(|unit| format!("\\u{unit:04x}")).collect())
        }
    })
}

/// Text of a Markdown paragraph or table cell, on one line. Marks that would begin a list, a rule or a heading are escaped.
pub fn markdown(text: &str) -> String {
    let line = one_line(text);
    let line = line.trim();
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    let is_number = digits > 0 && line[digits..].starts_with(['.', ')']);
    let mut out = String::with_capacity(line.len());
    let mut before = ' ';
    let mut rest = line.chars().enumerate().peekable();
    while let Some((index, c)) = rest.next() {
        let after = rest.peek().map_or(' ', |(_, after)| *after);
        let starts = index == 0 && matches!(c, '-' | '+' | '=') || is_number && index == digits;
        // Inside of a word it has no meaning: `a_b` stays readable.
        let within = c == '_' && before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
        if starts || !within && is_mark(c) {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
    out
}

/// Whether a character begins or ends something in a paragraph or a table.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\\' | '`'
            | '*'
            | '_'
            | '{'
            | '}'
            | '['
            | ']'
            | '<'
            | '>'
            | '#'
            | '|'
            | '~'
            | '&'
            | '!'
            | '$'
    )
}

/// A code span of Markdown, in a paragraph or in a table's cell. Backticks, pipes and backslashes differ in
/// meaning between the two, so a text that has any is written with character references.
pub fn markdown_code(text: &str) -> String {
    let line = one_line(text);
    let line = line.trim();
    if line.is_empty() {
        return String::new();
    }
    if !line.contains(['`', '|', '\\']) {
        return format!("`{line}`");
    }
    let mut out = String::from("<code>");
    for c in line.chars() {
        if c.is_ascii_punctuation() {
            out.push_str(&format!("&#{};", c as u32));
        } else {
            out.push(c);
        }
    }
    out.push_str("</code>");
    out
}

/// What no URL holds. `%` is not among it: it begins an encoding of the user's.
pub const NOT_IN_URLS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A URL as a Markdown link whose text is the URL.
pub fn markdown_link(url: &str) -> String {
    format!("<{}>", utf8_percent_encode(url, NOT_IN_URLS))
}

/// Text or an attribute's value of XML. Characters that XML has no way to write become U+FFFD.
pub fn xml(text: &str) -> Cow<'_, str> {
    let is_text =
        |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'');
    if text.bytes().all(is_text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push_str(&format!("&#{};", c as u32)),
            c if (c as u32) < 0x20 || matches!(c as u32, 0xfffe | 0xffff) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// One word of a POSIX shell.
pub fn shell(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_./:=@%+,-".contains(c));
    if plain {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A value of a dotenv file, in single quotes if it needs any. Two things need double quotes, because readers differ in what
/// they allow in single ones: certain backslashes, and line ends in a text without a dollar.
pub fn dotenv(text: &str) -> String {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_./:@%+,-".contains(c));
    if plain {
        return text.to_string();
    }
    let escapes = text.ends_with('\\') || text.contains("\\\\") || text.contains("\\'");
    let lines = text.contains('\n') && !text.contains('$');
    if !escapes && !lines && !text.contains('\r') {
        return format!("'{}'", text.replace('\'', "\\'"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '$' => out.push_str("\\$"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// One line that can't end a comment of that language.
pub fn comment(language: Language, text: &str) -> String {
    let line = one_line(text);
    match language {
        // Groovy reads \uXXXX before it looks for the end of a comment.
        Language::Groovy => line.replace("\\u", "\\ u").replace("*/", "* /"),
        Language::Xml => without_double_hyphens(&line),
        Language::Markdown => without_double_hyphens(&line).replace('>', "&gt;"),
        _ => line.into_owned(),
    }
}

/// A line without two hyphens in a row, and with none at its end.
fn without_double_hyphens(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        if c == '-' && out.ends_with('-') {
            out.push(' ');
        }
        out.push(c);
    }
    if out.ends_with('-') {
        out.push(' ');
    }
    out
}

/// Line ends, tabs and control characters become spaces.
fn one_line(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    text.chars()
        .map(|c| if is_visible(c) { c } else { ' ' })
        .collect()
}

/// Whether a character can stand in a source file as it is: no control characters, no line ends of Unicode, no marks
/// that change the direction of the text.
fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c as u32,
            0x2028 | 0x2029 | 0xfeff | 0x200b..=0x200f | 0x202a..=0x202e | 0x2066..=0x2069 | 0xfffe | 0xffff)
}

#[cfg(test)]
mod tests {
    use super::{Language, comment, dotenv, groovy, markdown, markdown_code, markdown_link};

    #[test]
    fn markdown_shows_the_text_as_it_was_written() {
        assert_eq!(markdown("a_b __init__ <b>|"), r"a_b \_\_init\_\_ \<b\>\|");
        assert_eq!(markdown("1. no list"), "1\\. no list");
        assert_eq!(
            markdown("- no list\n# no heading"),
            "\\- no list \\# no heading"
        );
    }

    #[test]
    fn code_with_backticks_is_written_with_character_numbers() {
        assert_eq!(markdown_code("make all"), "`make all`");
        assert_eq!(markdown_code("a | b"), "<code>a &#124; b</code>");
        assert_eq!(markdown_code("`\\|<"), "<code>&#96;&#92;&#124;&#60;</code>");
    }

    #[test]
    fn a_comment_holds_nothing_that_ends_it() {
        assert_eq!(comment(Language::Xml, "a --- b-"), "a - - - b- ");
        assert_eq!(comment(Language::Markdown, "-->"), "- -&gt;");
        assert_eq!(comment(Language::Groovy, "*/ \\u002a/"), "* / \\ u002a/");
    }

    #[test]
    fn groovy_gets_no_character_that_ends_its_file() {
        assert_eq!(groovy("a$'\u{feff}\u{ffff}"), "'a$\\'\\ufeff\u{fffd}'");
    }

    #[test]
    fn a_dotenv_value_has_the_spelling_that_all_readers_understand_if_there_is_one() {
        assert_eq!(dotenv("it's $HOME"), r"'it\'s $HOME'");
        assert_eq!(dotenv("one\ntwo \\"), r#""one\ntwo \\""#);
        assert_eq!(dotenv("$a\nb"), "'$a\nb'");
    }

    #[test]
    fn a_link_holds_only_what_a_url_may() {
        assert_eq!(
            markdown_link("http://h:1/a b>|"),
            "<http://h:1/a%20b%3E%7C>"
        );
    }
}
