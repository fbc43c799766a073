//! Words for messages, and literals of strings.

/// `one`, `one or two`, `one, two or three`, each in backticks.
pub fn one_of<S: AsRef<str>>(words: &[S]) -> String {
    list(words, "or")
}

/// `one`, `one and two`, `one, two and three`, each in backticks.
pub fn all_of<S: AsRef<str>>(words: &[S]) -> String {
    list(words, "and")
}

/// Nobody reads more names than these; a mistake may be made thousands of times beside thousands of names.
const MOST_LISTED: usize = 300;

fn list<S: AsRef<str>>(words: &[S], last: &str) -> String {
    let quoted = words.iter().take(MOST_LISTED);
    let quoted: Vec<String> = quoted.map(|word| format!("`{}`", word.as_ref())).collect();
    match quoted.as_slice() {
        [] => "nothing".to_string(),
        [only] => only.clone(),
        all if words.len() > MOST_LISTED => {
            format!(
                "{} {last} {} more",
                all.join(", "),
                words.len() - MOST_LISTED
            )
        }
        [start @ .., end] => format!("{} {last} {end}", start.join(", ")),
    }
}

/// A count with its noun: `1 file`, `2 files`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {}", many(noun)),
    }
}

/// A noun in the plural.
pub fn many(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    }
}

/// A circle as a path: `a → b → a`.
pub fn chain(names: &[&str]) -> String {
    let first = names.first().copied().unwrap_or_default();
    let mut path: Vec<&str> = names.to_vec();
    path.push(first);
    path.iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(" → ")
}

/// Whether a terminal obeys a character, or shows nothing where it stands: control characters, those that turn the
/// direction of writing, those without a width.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// A text as one word of a shell, for a command that a person may type: what it holds is never a command of its own.
pub fn shell_word(text: &str) -> String {
    let word = shlex::try_quote(text);
    word.map_or_else(|_| "''".to_string(), std::borrow::Cow::into_owned)
}

/// A text from outside in which control characters, and those that no terminal shows, are written out: `\u{1b}`.
pub fn visible(text: &str) -> String {
    escaped(text, is_hidden)
}

/// The same for a text of several lines: the ends of lines and tabs stay.
pub fn visible_lines(text: &str) -> String {
    escaped(text, |c| is_hidden(c) && c != '\n' && c != '\t')
}

/// The longest quotation that a message has as it is, in characters.
const LONGEST_QUOTED: usize = 200;

/// The longest message, in characters.
const LONGEST_MESSAGE: usize = 4_000;

/// A message in which a long text between two backticks has its middle left out, and so has a message that is too long
/// as a whole. Who wrote the value finds it at the place that the message points to.
pub fn shortened(message: &str) -> String {
    let parts: Vec<String> = message
        .split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.to_string(),
            _ => without_middle(part, LONGEST_QUOTED),
        })
        .collect();
    without_middle(&parts.join("`"), LONGEST_MESSAGE)
}

/// The text where it has no more characters than `most`; else its first two thirds of that number, and its end.
fn without_middle(text: &str, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most || text.chars().count() <= most {
        return text.to_string();
    }
    let start: String = text.chars().take(most * 2 / 3).collect();
    let end: Vec<char> = text.chars().rev().take(most / 3).collect();
    let end: String = end.into_iter().rev().collect();
    format!("{start} … {end}")
}

/// A literal between two quotes, with the escapes that nearly all languages share. `other` writes what else can't stand
/// in the language as it is.
pub fn literal(text: &str, quote: char, other: impl Fn(char) -> Option<String>) -> String {
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => match other(c) {
                Some(written) => out.push_str(&written),
                None => out.push(c),
            },
        }
    }
    out.push(quote);
    out
}

fn escaped(text: &str, is_written_out: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_written_out(c) {
            true => out.extend(c.escape_unicode()),
            false => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{all_of, count, one_of, shortened, visible, visible_lines};

    #[test]
    fn long_quotations_and_long_messages_lose_their_middle() {
        let short = format!("`{}` is no {}", "ä".repeat(200), "word ".repeat(100));
        assert_eq!(shortened(&short), short);
        let value = format!("first{}last", "1 + ".repeat(25_000));
        let message = shortened(&format!("`{value}` is no `x`: write `y`"));
        assert!(message.starts_with("`first1 + 1 + "), "{message}");
        assert!(
            message.ends_with("+ last` is no `x`: write `y`"),
            "{message}"
        );
        assert!(message.contains(" … ") && message.chars().count() < 240);
        let cycle = shortened(&"`a` → ".repeat(10_000));
        assert!(cycle.contains(" … ") && cycle.chars().count() < 4_010);
    }

    #[test]
    fn control_characters_are_written_as_escapes() {
        let text = "a\u{1b}[2J\n\u{202e}b\tä";
        assert_eq!(visible(text), "a\\u{1b}[2J\\u{a}\\u{202e}b\\u{9}ä");
        assert_eq!(visible_lines(text), "a\\u{1b}[2J\n\\u{202e}b\tä");
    }

    #[test]
    fn a_count_of_one_has_the_singular() {
        assert_eq!(count(0, "file"), "0 files");
        assert_eq!(count(1, "file"), "1 file");
    }

    #[test]
    fn the_last_of_a_list_has_the_word_before_it() {
        assert_eq!(one_of(&["a"]), "`a`");
        assert_eq!(one_of(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(all_of(&["a", "b"]), "`a` and `b`");
    }
}
