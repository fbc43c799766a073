//! An expression in the spelling that the library reads: raw strings, `_` in numbers, numbers as durations and operators on
//! histograms are newer than its lexer, or read by it in another way.

use std::iter::Peekable;
use std::str::CharIndices;

use super::since::{self, Form, Newer};

/// More seconds than a duration can have, and fewer than the library fails at.
const LONGEST_SECONDS: f64 = 1e10;

/// The longest duration in hexadecimal digits, `0x` included.
const LONGEST_HEXADECIMAL: usize = 10;

/// More seconds than a point in time can have.
const LATEST_SECONDS: f64 = 1e16;

/// An expression for the library.
pub(super) struct Spelled {
    pub text: String,
    /// The same with `-` in the place of each `+` that is a sign: the library drops these without asking what they stand before.
    pub negated: Option<String>,
    /// The newest of what it has, where older versions of Prometheus refuse it.
    pub newest: Option<Newer>,
}

/// What came before, as far as it says how to read what comes.
#[derive(Clone, Copy, PartialEq)]
enum Before {
    /// An operator, an opening bracket, a comma, the start: an operand follows.
    Operator,
    /// `[`, and `:` within it, or `offset`: a duration follows.
    Duration,
    /// `@`.
    Time,
    /// An operand has ended.
    Operand,
}

struct Speller<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
    out: String,
    /// Where signs `+` stand in `out`.
    signs: Vec<usize>,
    before: Before,
    in_range: bool,
    /// Between the brackets behind `by` and its like, where names of labels stand.
    in_labels: bool,
    /// Within the braces of a selector.
    in_braces: bool,
    newest: Option<Newer>,
}

/// Words before a list of labels.
const BEFORE_LABELS: [&str; 6] = [
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
];

pub(super) fn spelled(text: &str) -> Result<Spelled, String> {
    let mut speller = Speller {
        text,
        rest: text.char_indices().peekable(),
        out: String::new(),
        signs: Vec::new(),
        before: Before::Operator,
        in_range: false,
        in_labels: false,
        in_braces: false,
        newest: None,
    };
    while let Some((at, c)) = speller.rest.next() {
        speller.token(at, c)?;
    }
    let Speller {
        out, signs, newest, ..
    } = speller;
    let negated = (!signs.is_empty()).then(|| {
        let mut bytes = out.clone().into_bytes();
        for at in signs {
            bytes[at] = b'-';
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    Ok(Spelled {
        text: out,
        negated,
        newest,
    })
}

impl<'a> Speller<'a> {
    fn token(&mut self, at: usize, c: char) -> Result<(), String> {
        match c {
            '"' | '\'' => {
                self.note_quoted(at);
                self.string(c);
            }
            '`' => self.raw_string(),
            '#' => while self.rest.next_if(|(_, c)| *c != '\n').is_some() {},
            c if c.is_whitespace() => self.out.push(c),
            c if c.is_ascii_alphabetic() || c == '_' || c == ':' && !self.in_range => {
                let word =
                    self.take_while(at, |c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
                self.word(word)?;
            }
            c if c.is_ascii_digit() || c == '.' && self.is_next(|c| c.is_ascii_digit()) => {
                self.number(at)?;
            }
            c => self.mark(c),
        }
        Ok(())
    }

    /// Keeps what is newer than all before it.
    fn note(&mut self, newer: Newer) {
        let newest = self.newest.as_ref().map(|it| it.since);
        if newest.is_none_or(|newest| newest < newer.since) {
            self.newest = Some(newer);
        }
    }

    /// A string that begins here may be a name.
    fn note_quoted(&mut self, at: usize) {
        let before = self.text[..at].trim_end();
        let form = match before.chars().last() {
            Some('(' | ',') if self.in_labels => Form::QuotedLabel,
            Some('{' | ',') if self.in_braces => Form::QuotedName,
            _ => return,
        };
        let quote = &self.text[at..=at];
        let name = self.text[at + 1..].split(quote).next().unwrap_or_default();
        self.note(form.at(&format!("{quote}{name}{quote}")));
    }

    fn is_next(&mut self, fits: impl Fn(char) -> bool) -> bool {
        self.rest.peek().is_some_and(|(_, c)| fits(*c))
    }

    /// The text from a place on, as long as its characters fit.
    fn take_while(&mut self, from: usize, fits: impl Fn(char) -> bool) -> &'a str {
        while self.rest.next_if(|(_, c)| fits(*c)).is_some() {}
        let end = self.rest.peek().map_or(self.text.len(), |(at, _)| *at);
        &self.text[from..end]
    }

    fn string(&mut self, quote: char) {
        self.out.push(quote);
        while let Some((_, c)) = self.rest.next() {
            self.out.push(c);
            if c == '\\' {
                self.out.extend(self.rest.next().map(|(_, c)| c));
            } else if c == quote {
                break;
            }
        }
        self.before = Before::Operand;
    }

    /// A string in which nothing is escaped. The library unescapes it all the same.
    fn raw_string(&mut self) {
        self.out.push('"');
        for (_, c) in self.rest.by_ref() {
            match c {
                '`' => {
                    self.out.push('"');
                    break;
                }
                '\\' => self.out.push_str("\\\\"),
                '"' => self.out.push_str("\\\""),
                '\n' => self.out.push_str("\\n"),
                c => self.out.push(c),
            }
        }
        self.before = Before::Operand;
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        let lower = word.to_ascii_lowercase();
        self.bound(&lower)?;
        if self.is_next(|c| c == '(')
            && let Some(newer) = since::function(&lower)
        {
            self.note(newer);
        }
        self.out.push_str(word);
        self.before = match lower.as_str() {
            "offset" => Before::Duration,
            "and" | "or" | "unless" | "bool" | "atan2" => Before::Operator,
            // Words of an experiment that is off: names of metrics or labels.
            "anchored" | "smoothed" => {
                self.out.push('_');
                Before::Operand
            }
            _ => Before::Operand,
        };
        Ok(())
    }

    /// A number or a duration.
    fn number(&mut self, at: usize) -> Result<(), String> {
        let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let mut token = self.take_while(at, in_word).to_string();
        let is_exponent = token.ends_with(['e', 'E']) && !token.starts_with("0x");
        if is_exponent && self.is_next(|c| c == '+' || c == '-') {
            self.rest.next();
            token = self.take_while(at, in_word).to_string();
        }
        self.note_number(&token);
        let token = token.replace('_', "");
        self.bound(&token)?;
        if token.starts_with('.') {
            self.out.push('0');
        }
        self.out.push_str(&token);
        self.before = Before::Operand;
        Ok(())
    }

    fn note_number(&mut self, token: &str) {
        if token.contains('_') {
            self.note(Form::Underscore.at(token));
        }
        let is_duration =
            !token.starts_with("0x") && token.ends_with(['s', 'm', 'h', 'd', 'w', 'y']);
        match (self.before, is_duration) {
            (Before::Duration, false) => self.note(Form::Seconds.at(token)),
            (Before::Operator | Before::Time, true) => self.note(Form::Duration.at(token)),
            _ => {}
        }
    }

    /// Refuses numbers that no duration and no time can be: the library fails at them.
    fn bound(&self, token: &str) -> Result<(), String> {
        let number = match token.parse::<f64>() {
            Ok(number) => number,
            // Hexadecimal: it is short where it is meant.
            Err(_) if token.starts_with("0x") && token.len() > LONGEST_HEXADECIMAL => f64::INFINITY,
            Err(_) => return Ok(()),
        };
        let (most, what) = match self.before {
            Before::Duration => (LONGEST_SECONDS, "duration"),
            Before::Time => (LATEST_SECONDS, "timestamp"),
            Before::Operator | Before::Operand => return Ok(()),
        };
        match number <= most {
            true => Ok(()),
            false => Err(format!("{what} out of range: `{token}`")),
        }
    }

    fn mark(&mut self, c: char) {
        let is_sign = c == '+' || c == '-';
        match self.before {
            Before::Duration if c == '+' && self.in_range => {
                self.note(Form::Sign.at("+"));
                return;
            }
            Before::Duration | Before::Time if is_sign => {
                self.out.push(c);
                return;
            }
            Before::Operator if c == '+' => self.signs.push(self.out.len()),
            _ => {}
        }
        self.out.push(c);
        match c {
            '[' => self.in_range = true,
            ']' => self.in_range = false,
            '{' => self.in_braces = true,
            '}' => self.in_braces = false,
            // Operators that trim histograms: they bind as the comparisons do.
            '<' | '>' if self.rest.next_if(|(_, c)| *c == '/').is_some() => {
                self.note(Form::Trim.at(&format!("{c}/")));
            }
            '(' => {
                let before = self.out[..self.out.len() - 1].trim_end();
                let mut words = BEFORE_LABELS.iter();
                self.in_labels = words.any(|word| {
                    let is_word = |rest: &str| {
                        !rest.ends_with(|c: char| c.is_ascii_alphanumeric() || "_:".contains(c))
                    };
                    before.strip_suffix(word).is_some_and(is_word)
                });
            }
            ')' => self.in_labels = false,
            _ => {}
        }
        self.before = match c {
            '[' | ':' => Before::Duration,
            '@' => Before::Time,
            ')' | ']' | '}' => Before::Operand,
            _ => Before::Operator,
        };
    }
}
