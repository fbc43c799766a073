//! What people write who know another language better: what it is in TOML, in their own words.
//!
//! In: a text and the place at which the parser stopped. Out: a diagnostic whose edit is the line as it is meant, or nothing.
//! What is proposed was read by the parser first.

mod block;
mod document;
mod foreign;
mod heading;
mod line;
mod long;
mod loose;
mod quotes;
mod word;

use std::ops::Range;

use toml::de::DeTable;

pub(super) use self::document::of_another_language;
pub(super) use self::foreign::no_anchors;
pub(super) use self::line::Around;
use self::loose::{Loose, Slip};
use crate::{
    diag::{Code, Diagnostic},
    source::{SourceId, Span},
};

/// More lines than these are no help to read.
const SHOWN_LINES: usize = 12;

/// What to say of the line at `at`, and where the lines end that belong to it.
pub(super) fn slip(
    text: &str,
    at: usize,
    around: Around,
    source: SourceId,
) -> Option<(Diagnostic, usize)> {
    let place = Place {
        text,
        line: line_at(text, at),
        source,
    };
    let readers = [
        Place::mark,
        Place::heading,
        Place::block,
        Place::braces,
        Place::name,
    ];
    if around == Around::Nothing {
        let foreign = || foreign::READERS.iter().find_map(|read| read(&place));
        let known = || readers.iter().find_map(|read| read(&place));
        if let Some(found) = foreign().or_else(known) {
            return Some(found);
        }
    }
    place.entry(around)
}

/// The line that the parser complains about.
struct Place<'a> {
    text: &'a str,
    line: Range<usize>,
    source: SourceId,
}

type Said = Option<(Diagnostic, usize)>;

impl<'a> Place<'a> {
    /// Another line of the file.
    fn at(&self, at: usize) -> Self {
        Self {
            text: self.text,
            line: line_at(self.text, at),
            source: self.source,
        }
    }

    fn written(&self) -> &'a str {
        &self.text[self.line.clone()]
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }

    /// Where the first character of the line stands.
    fn start(&self) -> usize {
        let line = self.written();
        self.line.start + line.len() - line.trim_start().len()
    }

    /// Empty in a line of blanks alone.
    fn trimmed(&self) -> Range<usize> {
        let start = self.start();
        start..(self.line.start + self.written().trim_end().len()).max(start)
    }

    /// Signs that stand alone: comments, items, what separates documents.
    fn mark(&self) -> Said {
        let line = self.written().trim();
        let whole = self.trimmed();
        let says = |text: &str| Diagnostic::new(Code::TomlSyntax, text.to_string());
        if line == "---" || line == "..." {
            let with_end = self.span(self.line.start..(self.line.end + 1).min(self.text.len()));
            let diagnostic = says("TOML has one document in a file")
                .label(self.span(whole), "separates documents in YAML")
                .help("remove the line")
                .replacing(with_end, "");
            return Some((diagnostic, self.line.end));
        }
        let comment = ["//", "-- ", ";", "/*", "*/", "* "]
            .iter()
            .find(|sign| line.starts_with(**sign));
        if let Some(sign) = comment {
            let place = self.span(whole.start..whole.start + sign.trim_end().len());
            let diagnostic = says("a comment of TOML begins with `#`")
                .label(place, "begins one elsewhere")
                .help("write `#` in its place")
                .replacing(place, "#");
            return Some((diagnostic, self.line.end));
        }
        let item = line.strip_prefix("- ")?.trim();
        if item.contains(" = ") && DeTable::parse(item).is_ok() {
            let diagnostic = says("TOML writes a key without a sign before it").label(
                self.span(whole.start..whole.start + 1),
                "as in a list of YAML",
            );
            let diagnostic = written(diagnostic, &[item.to_string()], self.span(whole));
            return Some((diagnostic, self.line.end));
        }
        let (_, length) = block::below(&self.text[self.line.end..], 0).unwrap_or((None, 0));
        let diagnostic = says("TOML writes a list in brackets")
            .label(self.span(whole), "an item of a list, as in YAML")
            .help(format!(
                "give it a key, and all items in its brackets, as in `KEY = [{}]`",
                loose::Reader::new(item, 0).value()?.inline()
            ));
        Some((diagnostic, self.line.end + length))
    }

    fn heading(&self) -> Said {
        if !self.written().trim_start().starts_with('[') {
            return None;
        }
        let found = heading::bracketed(self.written())?;
        let at = self.line.start + found.at.start..self.line.start + found.at.end;
        let mut lines = vec![found.new];
        lines.extend(found.rest.map(str::to_string));
        let (message, label) = match found.rest {
            Some(_) => ("a heading stands alone on its line", "it ends here"),
            None => ("this heading is not `[NAME]`", "not here"),
        };
        let mut whole = self.trimmed();
        let comment = self.written().find(" #").filter(|_| found.rest.is_none());
        if let Some(comment) = comment {
            whole.end = self.line.start + self.written()[..comment].trim_end().len();
        }
        let diagnostic = Diagnostic::new(Code::TomlSyntax, message).label(self.span(at), label);
        let diagnostic = written(diagnostic, &lines, self.span(whole));
        Some((diagnostic, self.line.end))
    }

    /// `KEY:` or `KEY =` with nothing behind, and what stands below it.
    fn block(&self) -> Said {
        let line = self.written();
        let bare = line.split(" #").next().unwrap_or_default().trim();
        let key = bare.strip_suffix([':', '='])?.trim_end();
        let name = key.trim_matches('"');
        if name.is_empty() || !name.chars().all(loose::is_of_key) {
            return None;
        }
        let start = self.start();
        let place = self.span(start..start + key.len());
        let below = block::below(&self.text[self.line.end..], start - self.line.start);
        let Some((value, length)) = below else {
            return Some(match bare.ends_with(':') {
                true => self.heading_of(key, place),
                false => self.without_value(key),
            });
        };
        let end = self.line.end + length;
        let diagnostic = Diagnostic::new(Code::TomlSyntax, "these lines are YAML")
            .label(place, "a block of it begins");
        let lines = value.map(|value| self.tables(key, value));
        let lines = lines.filter(|lines| DeTable::parse(&lines.join("\n")).is_ok());
        let diagnostic = match lines {
            Some(lines) => written(diagnostic, &lines, self.span(start..end)),
            None => diagnostic.help(format!(
                "in TOML `{key}` is a table, as `{key} = {{ KEY = \"value\" }}`, or a list, as `{key} = [\"value\"]`"
            )),
        };
        Some((diagnostic, end))
    }

    /// A block as the lines of TOML: below a heading one value, at the top of a file tables.
    fn tables(&self, key: &str, value: Loose) -> Vec<String> {
        let before = self.text[..self.line.start].lines();
        let heading = before.map(str::trim).rfind(|line| line.starts_with('['));
        let is_table = |value: &Loose| matches!(value, Loose::Table(_));
        let of_named = match &value {
            Loose::Table(entries) => entries.iter().all(|(_, value)| is_table(value)),
            _ => false,
        };
        let is_top = match heading {
            Some(heading) => of_named && !heading.contains('.'),
            None => true,
        };
        match is_top {
            true => block::top(&[(heading::table_of(key).to_string(), value)]),
            false => vec![format!("{key} = {}", value.inline())],
        }
    }

    /// `platform:`, and what is in it below.
    fn heading_of(&self, key: &str, place: Span) -> (Diagnostic, usize) {
        let diagnostic = Diagnostic::new(
            Code::TomlSyntax,
            "TOML writes the name of a table in brackets",
        )
        .label(place, "a name and a colon, as in YAML");
        let whole = self.span(self.trimmed());
        let diagnostic = written(diagnostic, &[format!("[{key}]")], whole);
        (diagnostic, self.line.end)
    }

    fn without_value(&self, key: &str) -> (Diagnostic, usize) {
        let with_end = self.span(self.line.start..(self.line.end + 1).min(self.text.len()));
        let diagnostic = Diagnostic::new(Code::TomlSyntax, format!("`{key}` has no value"))
            .label(self.span(self.trimmed()), "ends behind the `=`")
            .help("write a value behind the `=`, or remove the line")
            .replacing(with_end, "");
        (diagnostic, self.line.end)
    }

    /// A name alone on its line.
    fn name(&self) -> Said {
        let name = self.written().trim();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(loose::is_of_key);
        let heading = format!("[{name}]");
        if !is_name || DeTable::parse(&heading).is_err() {
            return None;
        }
        let diagnostic = Diagnostic::new(Code::TomlSyntax, format!("`{name}` has no value"))
            .label(self.span(self.trimmed()), "a name alone")
            .help(format!(
                "write `{heading}` where it is a table; else a value behind it, as in `{name} = ...`"
            ))
            .replacing(self.span(self.trimmed()), heading);
        Some((diagnostic, self.line.end))
    }

    /// `component "x" {`, until its closing brace; below a heading `health {`, which is one of its keys.
    fn braces(&self) -> Said {
        if let Some(found) = self.inner_braces() {
            return Some(found);
        }
        let heading = heading::of_terraform(self.written())?;
        let rest = &self.text[self.line.end..];
        let close = rest.find("\n}").map(|at| self.line.end + at + 1)?;
        let behind = &self.text[close + 1..];
        let line = behind.split_inclusive('\n').next().unwrap_or_default();
        let is_alone = line.trim().is_empty();
        let after = close + 1 + line.len();
        let diagnostic = Diagnostic::new(Code::TomlSyntax, "TOML has no blocks in braces")
            .label(self.span(self.trimmed()), "begins one, as in Terraform")
            .label(self.span(close..close + 1), "ends it")
            .help(format!("write `{heading}`, and remove the `}}`"))
            .replacing(self.span(self.trimmed()), heading);
        let diagnostic = match is_alone {
            true => diagnostic.replacing(self.span(close..after), ""),
            false => diagnostic,
        };
        Some((diagnostic, after))
    }

    fn inner_braces(&self) -> Said {
        let name = self.written().trim().strip_suffix('{')?.trim_end();
        let is_key = !name.is_empty() && name.chars().all(loose::is_of_key);
        let mut above = self.text[..self.line.start].lines();
        let is_below = above.any(|line| line.starts_with('[') || line.trim_end().ends_with('{'));
        if !is_key || !is_below || heading::is_of_top(name) {
            return None;
        }
        let brace = self.trimmed().end - 1;
        let mut reader = loose::Reader::new(self.text, brace);
        let value = reader.value()?;
        let new = format!("{name} = {}", value.inline());
        DeTable::parse(&new).ok()?;
        let end = reader.at;
        let diagnostic = Diagnostic::new(Code::TomlSyntax, "TOML has no blocks in braces")
            .label(self.span(self.trimmed()), "begins one, as in Terraform")
            .label(self.span(end - 1..end), "ends it");
        let diagnostic = written(diagnostic, &[new], self.span(self.start()..end));
        Some((diagnostic, end))
    }

    /// A key and its value on one line.
    fn entry(&self, around: Around) -> Said {
        let (start, end) = (self.start(), self.line.end);
        let found = line::read(self.text, start, end, around);
        let item = || line::item(self.text, start, end).filter(|_| around == Around::Bracket);
        let found = found.or_else(item)?;
        let mut lines = found.new.iter().map(|line| line.trim_end_matches(','));
        let is_read = lines.all(|line| match found.key.is_empty() {
            true => loose::is_toml(line),
            false => DeTable::parse(line).is_ok(),
        });
        if !is_read {
            return None;
        }
        let word = &self.text[found.at.clone()];
        let (message, label) = words_for(found.slip, word);
        let diagnostic =
            Diagnostic::new(Code::TomlSyntax, message).label(self.span(found.at.clone()), label);
        if found.new.is_empty() {
            let with_end = self.span(self.line.start..(self.line.end + 1).min(self.text.len()));
            let diagnostic = diagnostic
                .help(format!("remove the line: what is left out has no value; where something is to be taken away, write `{}`", self.taken_away(&found.key)))
                .replacing(with_end, "");
            return Some((diagnostic, self.line.end));
        }
        let diagnostic = written(diagnostic, &found.new, self.span(found.whole));
        Some((diagnostic, self.line.end))
    }

    /// The line that takes a key away. For a variable `false` is a value.
    fn taken_away(&self, key: &str) -> String {
        let before = &self.text[..self.line.start];
        let heading = before.lines().rev().find(|line| line.starts_with('['));
        let is_below = heading.is_some_and(|heading| heading.trim_end().ends_with(".env]"));
        match is_below || key.starts_with("env.") || key.contains(".env.") {
            true => format!("{key} = {{ unset = true }}"),
            false => format!("{key} = false"),
        }
    }
}

/// What a slip is, and what stands below its place.
fn words_for(slip: Slip, word: &str) -> (String, String) {
    let (message, label) = match slip {
        Slip::Colon => (
            "TOML writes `=` between a key and its value",
            "a colon, as in YAML",
        ),
        Slip::Assignment => ("TOML writes `=` between a key and its value", "not `=`"),
        Slip::NoQuotes => ("a text stands in quotes", "no quotes"),
        Slip::OtherQuotes => ("a text stands in `\"` or `'`", "other quotes"),
        Slip::Open => ("this string is not closed", "opened here"),
        Slip::QuoteInside => ("a string ends at its next quote", "it ends here"),
        Slip::Backslash => (
            "between `\"` a backslash begins an escape",
            "no escape of TOML",
        ),
        Slip::Comma => ("a comma separates two items", "none behind this"),
        Slip::Tail => ("TOML ends a line without a sign", "nothing stands here"),
        Slip::TwoKeys => ("each key has a line of its own", "a second key"),
        Slip::Key => (
            "a name of other characters than letters, digits, `_` and `-` stands in quotes",
            "no quotes",
        ),
        Slip::Semicolon => ("a comma separates two items", "not `;`"),
        Slip::Brackets => (
            "a list of TOML stands between `[` and `]`",
            "other brackets",
        ),
        Slip::Prefix => (
            "a string of TOML begins with its quote",
            "a letter before it",
        ),
        Slip::Comment => ("a comment of TOML begins with `#`", "begins one elsewhere"),
        Slip::Number => ("TOML writes this number in another way", "not so"),
        Slip::Date => (
            "a date of TOML is year, month and day, with `-`",
            "in another form",
        ),
        Slip::Reference => (
            "a reference stands in quotes, between `${` and `}`",
            "neither here",
        ),
        Slip::NoDate => {
            return (
                format!("there is no day `{word}`"),
                "in no calendar".to_string(),
            );
        }
        Slip::Nothing => {
            return (
                format!("TOML has no `{word}`"),
                "no value of TOML".to_string(),
            );
        }
        Slip::Word => {
            let message = format!("TOML writes `true` and `false`, not `{word}`");
            return (message, "another word".to_string());
        }
    };
    (message.to_string(), label.to_string())
}

/// The help that shows lines of TOML, and the edit that writes them.
fn written(diagnostic: Diagnostic, lines: &[String], place: Span) -> Diagnostic {
    let shown: Vec<String> = lines
        .iter()
        .take(SHOWN_LINES)
        .map(|line| format!("`{line}`"))
        .collect();
    let start = match lines.len() {
        1 => "write ",
        _ => "write, each on a line of its own, ",
    };
    let more = match lines.len() > SHOWN_LINES {
        true => " and so on",
        false => "",
    };
    diagnostic
        .help(format!("{start}{}{more}", shown.join(", ")))
        .replacing(place, lines.join("\n"))
}

fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[start..]
        .find('\n')
        .map_or(text.len(), |end| start + end);
    start..end
}
