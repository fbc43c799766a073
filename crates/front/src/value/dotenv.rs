//! A `.env` file, or another file of variables: what it sets, and how lines are added to it without touching the others.
//!
//! It is read as Compose reads it (compose-go's `dotenv` package): a quoted value may go over several lines, and what
//! looks like an assignment inside of it is not one. Written by hand: crates for `.env` read it otherwise than Compose does.

use std::{collections::BTreeMap, ops::Range};

/// The text of a `.env` file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dotenv {
    text: String,
}

/// What one line of a file sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DotenvVariable {
    /// As the program reads it.
    pub name: String,
    /// Quotes taken off; references to other variables stay as written.
    pub value: String,
    /// Where it begins, from 1.
    pub line: usize,
}

/// One variable of a file.
struct Assignment<'a> {
    name: &'a str,
    /// Quotes taken off.
    value: String,
    /// The whole of it in the file, without the line's end.
    place: Range<usize>,
    /// Its value begins with a quote, and no other one ends it.
    is_open: bool,
}

/// A value that begins with a quote and never ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenQuote {
    /// The variable.
    pub name: String,
    /// Where it stands, from 1.
    pub line: usize,
}

impl Dotenv {
    /// From the text of a `.env` file.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The text, with all that was set in it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is set, quotes taken off; of several lines with one name the last. References to other variables stay as written.
    pub fn values(&self) -> BTreeMap<String, String> {
        assignments(&self.text)
            .into_iter()
            .map(|assignment| (assignment.name.to_string(), assignment.value))
            .collect()
    }

    /// All that is set, in the order of the file.
    pub fn variables(&self) -> Vec<DotenvVariable> {
        let (mut line, mut read) = (1, 0);
        assignments(&self.text)
            .into_iter()
            .map(|assignment| {
                line += self.text[read..assignment.place.start]
                    .matches('\n')
                    .count();
                read = assignment.place.start;
                DotenvVariable {
                    name: assignment.name.to_string(),
                    value: assignment.value,
                    line,
                }
            })
            .collect()
    }

    /// The value that takes all lines to the end of the file, if there is one: Compose refuses such a file, and a line that
    /// is added would be a part of that value.
    pub fn open_quote(&self) -> Option<OpenQuote> {
        let open = assignments(&self.text).pop().filter(|last| last.is_open)?;
        Some(OpenQuote {
            name: open.name.to_string(),
            line: self.text[..open.place.start].matches('\n').count() + 1,
        })
    }

    /// Sets a variable that has no value: in its line where one stands empty, else in a line of its own at the end.
    /// The text must have no [`open_quote`](Self::open_quote).
    pub fn set(&mut self, name: &str, value: &str) {
        let line = format!("{name}={value}");
        let empty: Vec<Range<usize>> = assignments(&self.text)
            .into_iter()
            .filter(|assignment| assignment.name == name && assignment.value.is_empty())
            .map(|assignment| self.with_rest(assignment.place))
            .collect();
        for place in empty.iter().rev() {
            self.text.replace_range(place.clone(), &line);
        }
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        if empty.is_empty() {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// With what stands right behind a closing quote: it would become a part of the value that takes the quotes' place.
    fn with_rest(&self, place: Range<usize>) -> Range<usize> {
        let rest = &self.text[place.end..];
        let line = rest.find('\n').unwrap_or(rest.len());
        let behind = format!("x{}", &rest[..line]);
        // As it will be read behind a value without quotes.
        match unquoted_value(&behind) == "x" {
            true => place,
            false => place.start..place.end + line,
        }
    }
}

/// What a file sets, in its order. Lines that Compose would refuse set nothing.
fn assignments(text: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let start = at + (rest.len() - rest.trim_start_matches(is_between).len());
        let line = start + text[start..].find('\n').unwrap_or(text.len() - start);
        match assignment(text, start, line) {
            Some(assignment) => {
                at = assignment.place.end;
                found.push(assignment);
                // Behind a closing quote nothing is set on this line.
                at += text[at..].find('\n').unwrap_or(text.len() - at);
            }
            None => at = line,
        }
        at += text[at..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// White space and the mark at the start of some files.
fn is_between(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}'
}

/// `NAME=VALUE` or `NAME: VALUE`, with or without `export`, from `start`; `line` is the end of its first line.
fn assignment(text: &str, start: usize, line: usize) -> Option<Assignment<'_>> {
    let first = &text[start..line];
    let named = first
        .strip_prefix("export")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map_or(first, str::trim_start);
    let (name, value) = named.split_once(['=', ':'])?;
    let name = name.trim();
    let is_name = |c: char| c.is_alphanumeric() || "_.-[]".contains(c);
    if name.is_empty() || !name.chars().all(is_name) {
        return None;
    }
    let value_at = line - value.trim_start().len();
    let (value, end) = match text[value_at..].chars().next() {
        Some(quote @ ('"' | '\'')) if value_at < line => quoted(text, value_at, quote),
        _ => (
            unquoted_value(&text[value_at..line]).to_string(),
            Some(start + first.trim_end().len()),
        ),
    };
    Some(Assignment {
        name,
        value,
        place: start..end.unwrap_or(text.len()),
        is_open: end.is_none(),
    })
}

/// A value without quotes, up to a comment that follows a blank.
fn unquoted_value(value: &str) -> &str {
    match value.strip_prefix('#') {
        Some(_) => "",
        None => value
            .split_once(" #")
            .map_or(value, |(bare, _)| bare)
            .trim_end(),
    }
}

/// The value between a quote and its like, which may be lines away, and where the quoted text ends. Without a second
/// quote it is all that follows, and ends nowhere.
fn quoted(text: &str, at: usize, quote: char) -> (String, Option<usize>) {
    let mut value = String::new();
    let mut rest = text[at + 1..].char_indices();
    while let Some((index, c)) = rest.next() {
        if c == quote {
            return (value, Some(at + 1 + index + 1));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        match rest.next() {
            Some((_, escaped)) if escaped == quote => value.push(escaped),
            Some((_, escaped)) => match unescaped(escaped).filter(|_| quote == '"') {
                Some(meant) => value.push(meant),
                None => value.extend(['\\', escaped]),
            },
            None => value.push('\\'),
        }
    }
    (value, None)
}

/// What a character stands for behind a backslash in double quotes.
fn unescaped(c: char) -> Option<char> {
    Some(match c {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        '$' | '\\' => c,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::Dotenv;

    #[test]
    fn lines_that_the_user_wrote_stay() {
        let mut dotenv = Dotenv::new("# mine\nA=1\nexport B=\nC='x #y' # z");
        dotenv.set("B", "two");
        dotenv.set("D", "four");
        assert_eq!(dotenv.text(), "# mine\nA=1\nB=two\nC='x #y' # z\nD=four\n");
        let values = dotenv.values();
        assert_eq!(values["C"], "x #y");
        assert_eq!(values.len(), 4);
    }

    #[test]
    fn variables_come_with_their_lines() {
        let variables = Dotenv::new("# a\nA='x\ny'\n\nexport B: 2\n").variables();
        let told: Vec<_> = variables
            .iter()
            .map(|it| (it.line, it.name.as_str(), it.value.as_str()))
            .collect();
        assert_eq!(told, [(2, "A", "x\ny"), (5, "B", "2")]);
    }

    #[test]
    fn the_last_line_of_a_name_counts() {
        let values = Dotenv::new("A=1\nA=2 # why\nB= # none\nnot a line\n").values();
        assert_eq!((values["A"].as_str(), values["B"].as_str()), ("2", ""));
        assert_eq!(values.len(), 2);
    }

    #[test]
    fn lines_inside_of_a_quoted_value_are_no_variables() {
        let text = "A=\"one\nB=\n\\\"C=\" # why\r\nB=''\r\nD='it\\'s\n#' \nE: x\n";
        let mut dotenv = Dotenv::new(text);
        let values = dotenv.values();
        assert_eq!(values["A"], "one\nB=\n\"C=");
        assert_eq!(values["D"], "it's\n#");
        assert_eq!(values["E"], "x");
        assert_eq!(values.len(), 4);
        dotenv.set("B", "two");
        dotenv.set("C", "three");
        assert_eq!(
            dotenv.text(),
            format!("{}C=three\n", text.replace("B=''", "B=two"))
        );
    }

    #[test]
    fn text_right_behind_quotes_is_no_part_of_the_value() {
        let mut dotenv =
            Dotenv::new("A=\"\"\"\" x\nB='' # why\nD=\"\" = \"x\"y\nE=\"\" \r# z\nC=''");
        for name in ["A", "B", "C", "D", "E"] {
            dotenv.set(name, "new");
        }
        assert_eq!(dotenv.text(), "A=new\nB=new # why\nD=new\nE=new\nC=new\n");
    }

    #[test]
    fn an_unclosed_quote_takes_the_rest_of_the_file() {
        let open = |text: &str| {
            let open = Dotenv::new(text).open_quote();
            open.map(|open| (open.name, open.line))
        };
        assert_eq!(open("# one\n\nA='x\nB=\n"), Some(("A".to_string(), 3)));
        assert_eq!(open("A='x'\nB=\"y\\\""), Some(("B".to_string(), 2)));
        for closed in ["", "A='x\n'\nB=\n", "A=it's\n", "'A\n", "A=\"\\\"\"\n"] {
            assert_eq!(open(closed), None, "{closed}");
        }
    }
}
