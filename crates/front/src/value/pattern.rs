//! Regular expressions as Go reads them (RE2), which Prometheus does.

use regex_syntax::ast::{
    self, Ast, ErrorKind, Repetition, RepetitionKind, RepetitionRange, Visitor,
    parse::ParserBuilder,
};

/// How often a piece may be repeated, in repetitions of repetitions as well, and how deep brackets may lie (Go's regexp/syntax).
const MOST_REPEATED: u32 = 1000;
const DEEPEST: u32 = 1000;

/// More bytes than `[:alpha:]` and its like have.
const LONGEST_CLASS: usize = 24;

/// Why Go does not take a regular expression; `None` where it does, or where that is not known: the parser is of another language,
/// and of what it refuses only that is reported which Go refuses too.
pub fn pattern_fault(text: &str) -> Option<String> {
    let text = respelled_pattern(text);
    let parsed = ParserBuilder::new()
        .nest_limit(DEEPEST)
        .build()
        .parse(&text);
    let error = match parsed {
        Ok(ast) => return ast::visit(&ast, Repetitions(vec![MOST_REPEATED])).err(),
        Err(error) => error,
    };
    let is_refused = match error.kind() {
        ErrorKind::ClassEscapeInvalid
        | ErrorKind::ClassRangeInvalid
        | ErrorKind::ClassUnclosed
        | ErrorKind::EscapeHexEmpty
        | ErrorKind::EscapeHexInvalidDigit
        | ErrorKind::EscapeUnexpectedEof
        | ErrorKind::EscapeUnrecognized
        | ErrorKind::FlagDanglingNegation
        | ErrorKind::FlagRepeatedNegation { .. }
        | ErrorKind::FlagUnexpectedEof
        | ErrorKind::FlagUnrecognized
        | ErrorKind::GroupNameDuplicate { .. }
        | ErrorKind::GroupNameEmpty
        | ErrorKind::GroupUnclosed
        | ErrorKind::GroupUnopened
        | ErrorKind::NestLimitExceeded(_)
        | ErrorKind::RepetitionCountInvalid
        | ErrorKind::RepetitionMissing
        | ErrorKind::UnsupportedBackreference
        | ErrorKind::UnsupportedLookAround => true,
        ErrorKind::EscapeHexInvalid => {
            // Go takes halves of a pair of UTF-16.
            let digits = text.get(error.span().start.offset..error.span().end.offset);
            let number = digits.and_then(|it| u32::from_str_radix(it, 16).ok());
            number.is_none_or(|it| it > u32::from(char::MAX))
        }
        _ => false,
    };
    is_refused.then(|| error.kind().to_string())
}

/// A regular expression of Go's in the spelling of Rust's engine: other characters mean something in it, and its `\d` has more digits.
pub fn respelled_pattern(pattern: &str) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        if !in_class && let Some(quoted) = rest.strip_prefix("\\Q") {
            let (text, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
            out.push_str(&regex_syntax::escape(text));
            rest = behind;
            continue;
        }
        if c == '\\' {
            let escaped = behind.chars().next();
            let bytes = escaped_bytes(rest);
            // A class has no boundaries of words.
            let is_kept = in_class && matches!(escaped, Some('b' | 'B'));
            let other = escape(escaped).filter(|_| !is_kept);
            out.push_str(other.unwrap_or(&rest[..bytes]));
            rest = &rest[bytes..];
            continue;
        }
        match c {
            '[' if !in_class => {
                // A bracket in the first place is a character.
                let mut starts = ["[^]", "[]", "[^"].into_iter();
                let start = starts.find(|it| rest.starts_with(it)).unwrap_or("[");
                out.push_str(start);
                rest = &rest[start.len()..];
                in_class = true;
                // So is a dash there.
                if !start.ends_with(']') && rest.starts_with('-') {
                    out.push_str("\\-");
                    rest = &rest[1..];
                }
                continue;
            }
            '[' if !behind.starts_with(':') => out.push_str("\\["),
            '[' => {
                let near = &rest.as_bytes()[2..rest.len().min(LONGEST_CLASS)];
                let end = near.windows(2).position(|it| it == b":]");
                if let Some(end) = end.map(|end| end + 4) {
                    out.push_str(&rest[..end]);
                    rest = &rest[end..];
                    continue;
                }
                out.push_str("\\[");
            }
            ']' => {
                in_class = false;
                out.push(c);
            }
            '&' | '~' if in_class => out.extend(['\\', c]),
            '-' if in_class && out.ends_with('-') && !out.ends_with("\\-") => out.push_str("\\-"),
            '{' if !in_class && !is_repetition(behind) => out.push_str("\\{"),
            _ => out.push(c),
        }
        rest = behind;
    }
    out
}

/// How many bytes belong to the backslash that a text begins with.
fn escaped_bytes(rest: &str) -> usize {
    let escaped = rest.chars().nth(1);
    let bytes = 1 + escaped.map_or(0, char::len_utf8);
    // The brace of `\x{41}` and `\p{Greek}`.
    let has_brace = matches!(escaped, Some('x' | 'p' | 'P')) && rest[bytes..].starts_with('{');
    bytes + usize::from(has_brace)
}

/// What a letter behind a backslash means in Go, where that is something else in Rust.
fn escape(letter: Option<char>) -> Option<&'static str> {
    Some(match letter? {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        's' => "[\\t\\n\\f\\r ]",
        'S' => "[^\\t\\n\\f\\r ]",
        'b' => "(?-u:\\b)",
        'B' => "(?-u:\\B)",
        // Boundaries of words in Rust.
        '<' => "<",
        '>' => ">",
        _ => return None,
    })
}

/// Whether `3}`, `3,}` or `3,4}` comes.
fn is_repetition(text: &str) -> bool {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',');
    let (inner, behind) = text.split_at(end.unwrap_or(text.len()));
    if !behind.starts_with('}') {
        return false;
    }
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let is_number = |it: &str| it.chars().all(|c| c.is_ascii_digit());
    !least.is_empty() && is_number(least) && is_number(most)
}

/// How often the piece at hand may still be repeated, below each repetition that it lies in.
struct Repetitions(Vec<u32>);

impl Visitor for Repetitions {
    type Output = ();
    type Err = String;

    fn finish(self) -> Result<(), String> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), String> {
        let Ast::Repetition(repetition) = ast else {
            return Ok(());
        };
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            return Err("a repetition is repeated".to_string());
        }
        let left = self.0.last().copied().unwrap_or(MOST_REPEATED);
        match times(repetition) {
            Some(times) if times > left => Err(format!(
                "a piece is repeated more than {MOST_REPEATED} times"
            )),
            // What is there no time at all may be anything.
            Some(0) => {
                self.0.push(u32::MAX);
                Ok(())
            }
            times => {
                self.0.push(left / times.unwrap_or(1));
                Ok(())
            }
        }
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), String> {
        if matches!(ast, Ast::Repetition(_)) {
            self.0.pop();
        }
        Ok(())
    }
}

/// The number that is written for a repetition, the greater of two.
fn times(repetition: &Repetition) -> Option<u32> {
    match repetition.op.kind {
        RepetitionKind::Range(
            RepetitionRange::Exactly(times)
            | RepetitionRange::AtLeast(times)
            | RepetitionRange::Bounded(_, times),
        ) => Some(times),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::pattern_fault;

    /// Tried with promtool.
    #[test]
    fn what_go_refuses_is_a_fault() {
        for text in [
            "(",
            ")",
            "(?=x)",
            "(?<!x)",
            "[b-a]",
            "[a",
            "*a",
            "\\y",
            "(a)\\1",
            "a\\",
            "a++",
            "a{2}{3}",
            "a{1001}",
            "(a{1000}){1000}",
            "((a{100}){100}){100}",
            "a{2,1}",
            "(?i",
            "(?i-)a",
            "(?-)a",
            "\\C",
            "\\x{110000}",
            "\\x{zz}",
            "[\\b]",
            "[\\A]",
            "[\\z}]",
        ] {
            assert!(pattern_fault(text).is_some(), "{text}");
        }
        let deep = format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000));
        assert!(pattern_fault(&deep).is_some());
        for text in [
            "",
            "go_gc_.*",
            "a{abc}",
            "a+?",
            "(a+)+",
            "a{1000}b{1000}",
            "(a{10}){100}",
            "\\Q(\\E",
            "[a&&b]",
            "\\p{Greek}\\d",
            "(?i:x)",
            "(?P<a>x)",
            "[[:alpha:]]",
            "[^[]+",
            "a{,5}*",
            "\\x{d800}",
            "\\x{41}",
            "[[:]",
            "[[:a]",
            "[--_]",
            "[^-a]",
            "[a-]",
        ] {
            assert_eq!(pattern_fault(text), None, "{text}");
        }
    }
}
