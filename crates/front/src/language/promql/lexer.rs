//! The text of an expression as tokens. What may stand in braces and in a range is less than elsewhere: `{sum="a"}` has a name there,
//! and no aggregation.

use super::literal::{duration, number, quoted};

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    /// As it is written.
    pub text: &'a str,
    /// Its first byte.
    pub at: usize,
}

/// What a token is. Words and marks are told by their text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or a keyword.
    Word,
    /// An operator, a bracket, a comma and the like.
    Mark,
    Number(f64),
    /// In seconds.
    Duration(f64),
    /// What stands between the quotes, unescaped.
    Text(String),
    End,
}

impl Token<'_> {
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// Whether it is a keyword. Case does not count.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_end(&self) -> bool {
        self.kind == Kind::End
    }
}

/// Where the lexer is.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Outside,
    Braces,
    /// Behind `[`, and before the first number.
    RangeStart,
    Range,
}

/// Marks, the longer ones first.
const MARKS: [&str; 23] = [
    "==", "!=", "<=", ">=", "</", ">/", "+", "-", "*", "/", "%", "^", "<", ">", "=", "(", ")", "{",
    "}", "[", "]", ",", "@",
];

/// Marks within braces.
const MARKS_IN_BRACES: [&str; 6] = ["=~", "!~", "!=", "=", ",", "}"];

/// Marks within a range. Arithmetic on durations is the parser's to refuse.
const MARKS_IN_RANGE: [&str; 11] = ["+", "-", "*", "/", "%", "^", "(", ")", ",", ":", "]"];

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    place: Place,
}

/// The tokens of a text, the end included. Errors: what can't be read.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut lexer = Lexer {
        text,
        at: 0,
        place: Place::Outside,
    };
    let mut tokens = Vec::new();
    loop {
        let token = lexer.token()?;
        let is_end = token.is_end();
        tokens.push(token);
        if is_end {
            return Ok(tokens);
        }
    }
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes on behind so many bytes, which are a token.
    fn take(&mut self, bytes: usize, kind: Kind) -> Token<'a> {
        let at = self.at;
        self.at += bytes;
        Token {
            kind,
            text: &self.text[at..self.at],
            at,
        }
    }

    fn token(&mut self) -> Result<Token<'a>, String> {
        self.skip()?;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return match self.place {
                Place::Outside => Ok(self.take(0, Kind::End)),
                Place::Braces => Err("`{` is not closed".to_string()),
                Place::RangeStart | Place::Range => Err("`[` is not closed".to_string()),
            };
        };
        let second = rest[first.len_utf8()..].chars().next();
        let is_number =
            first.is_ascii_digit() || first == '.' && second.is_some_and(|c| c.is_ascii_digit());
        match first {
            '"' | '\'' | '`' => {
                let (text, bytes) = quoted(rest)?;
                Ok(self.take(bytes, Kind::Text(text)))
            }
            _ if is_number && self.place != Place::Braces => self.number(),
            ':' if self.place != Place::Outside => self.mark(),
            ':' | '_' | 'a'..='z' | 'A'..='Z' => Ok(self.word()),
            _ => self.mark(),
        }
    }

    /// Skips white space and comments.
    fn skip(&mut self) -> Result<(), String> {
        loop {
            let rest = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
            self.at = self.text.len() - rest.len();
            if !rest.starts_with('#') {
                return Ok(());
            }
            if self.place == Place::RangeStart {
                return Err("a comment stands before the duration of a range".to_string());
            }
            self.at += rest.find(['\n', '\r']).unwrap_or(rest.len());
        }
    }

    /// A name, a keyword, or a number that is one.
    fn word(&mut self) -> Token<'a> {
        let is_outside = self.place == Place::Outside;
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' && is_outside;
        let rest = self.rest();
        let bytes = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
        let kind = match rest[..bytes].to_ascii_lowercase().as_str() {
            "inf" if is_outside => Kind::Number(f64::INFINITY),
            "nan" if is_outside => Kind::Number(f64::NAN),
            _ => Kind::Word,
        };
        self.take(bytes, kind)
    }

    /// A number or a duration.
    fn number(&mut self) -> Result<Token<'a>, String> {
        let rest = self.rest();
        let bytes = of_number(rest);
        let text = &rest[..bytes];
        let kind = match number(text)? {
            Some(number) => Kind::Number(number),
            None => Kind::Duration(duration(text)?),
        };
        if self.place == Place::RangeStart {
            self.place = Place::Range;
        }
        Ok(self.take(bytes, kind))
    }

    fn mark(&mut self) -> Result<Token<'a>, String> {
        let marks: &[&str] = match self.place {
            Place::Outside => &MARKS,
            Place::Braces => &MARKS_IN_BRACES,
            Place::RangeStart | Place::Range => &MARKS_IN_RANGE,
        };
        let rest = self.rest();
        let Some(mark) = marks.iter().find(|mark| rest.starts_with(**mark)) else {
            return Err(self.strange());
        };
        self.place = match *mark {
            "{" => Place::Braces,
            "[" => Place::RangeStart,
            "}" | "]" => Place::Outside,
            _ => self.place,
        };
        Ok(self.take(mark.len(), Kind::Mark))
    }

    /// What is said of a character that can't stand where it does.
    fn strange(&self) -> String {
        let found = self.rest().chars().next().map(|c| match c {
            // Nobody sees which one it is.
            c if !c.is_ascii() && !c.is_alphanumeric() => c.escape_unicode().to_string(),
            c => c.to_string(),
        });
        let found = found.unwrap_or_default();
        match self.place {
            Place::Outside => format!("`{found}` is no part of an expression"),
            Place::Braces => format!("`{found}` can't stand between `{{` and `}}`"),
            Place::RangeStart | Place::Range => {
                format!("`{found}` can't stand between `[` and `]`")
            }
        }
    }
}

/// How long a number or a duration is: `1e+3` has a sign in it.
fn of_number(text: &str) -> usize {
    let in_number = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let end = |from: usize| {
        let rest = &text[from..];
        from + rest.find(|c| !in_number(c)).unwrap_or(rest.len())
    };
    let first = end(0);
    let is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    let is_exponent = text[..first].ends_with(['e', 'E']) && !is_hexadecimal;
    match is_exponent && text[first..].starts_with(['+', '-']) {
        true => end(first + 1),
        false => first,
    }
}
