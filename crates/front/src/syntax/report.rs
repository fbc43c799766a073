//! What the parser complains about, as a person would say it: one slip makes one message.

use std::ops::Range;

use toml::de::Error;

use super::{
    duplicate, quoted,
    slips::{self, Around},
    tree::Table,
    unclosed::{Unclosed, conflicts, missing_commas, open_at, unclosed},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    source::{SourceId, Sources, Span},
};

/// Syntax errors after the first few are mostly its consequences.
const REPORTED_ERRORS: usize = 20;

/// Reports the errors of a file. Returns the lines that they are in, or nothing where the file is two files that a merge left.
pub(super) fn errors(
    errors: &[Error],
    tree: &Table,
    sources: &Sources,
    source: SourceId,
    sink: &mut Sink,
) -> Option<Vec<usize>> {
    if errors.is_empty() {
        return Some(Vec::new());
    }
    let text = &sources.file(source).text;
    let markers = conflicts(text);
    if report_conflicts(&markers, text, source, sink) {
        return None;
    }
    if let Some(diagnostic) = slips::of_another_language(text, source) {
        sink.push(diagnostic);
        return None;
    }
    let wrong_lines = markers
        .iter()
        .flatten()
        .map(|place| sources.position(Span::new(source, place.clone())).0)
        .collect();
    let mut report = Report {
        text,
        source,
        tree,
        wrong_lines,
        said_until: 0,
        opened_again: None,
    };
    let bracket = unclosed(text);
    let mut following = 0;
    for error in in_order(errors, text, sources, source).take(REPORTED_ERRORS) {
        let is_behind = |bracket: &Unclosed| error.span.end > bracket.at;
        if bracket.as_ref().is_some_and(is_behind) {
            following += 1;
            continue;
        }
        let told = report.take(&error, sources);
        told.into_iter().for_each(|it| sink.push(it));
    }
    // What was said of its line says it of the bracket too.
    if let Some(bracket) = bracket.filter(|bracket| bracket.at >= report.said_until) {
        sink.push(not_closed(&bracket, following, text, source));
    }
    Some(report.wrong_lines)
}

/// An error of the parser, and where it is.
struct Placed<'a> {
    error: &'a Error,
    span: Span,
    /// Where the parser says it is: behind what is visible, where nothing stands.
    at: usize,
}

/// The errors from the start of the file to its end: the parser tells what values are wrong after what lines are.
fn in_order<'a>(
    errors: &'a [Error],
    text: &str,
    sources: &Sources,
    source: SourceId,
) -> impl Iterator<Item = Placed<'a>> + use<'a> {
    let placed = errors.iter().map(|error| {
        let range = error.span().unwrap_or(0..0);
        let at = range.start;
        let span = Span::new(source, visible(range, text));
        Placed { error, span, at }
    });
    let mut placed: Vec<Placed<'a>> = placed.collect();
    placed.sort_by_key(|it| sources.position(it.span).0);
    placed.into_iter()
}

/// What has been said of a file so far.
struct Report<'a> {
    text: &'a str,
    source: SourceId,
    /// What could be read.
    tree: &'a Table,
    wrong_lines: Vec<usize>,
    /// What the parser says before this place was said.
    said_until: usize,
    /// A heading that was there before.
    opened_again: Option<Span>,
}

impl Report<'_> {
    /// What to say of an error. `None` where it follows from what was said before.
    fn take(&mut self, error: &Placed<'_>, sources: &Sources) -> Option<Diagnostic> {
        let Placed { error, span, at } = *error;
        // Where nothing stands the parser points behind it: at the start of the line that is meant.
        if let Some(own) = own_line(self.text, at, span)
            && let line = sources.position(own).0
            && own.start >= self.said_until
            && !self.wrong_lines.contains(&line)
            && let Some(diagnostic) = self.slip(at)
        {
            self.wrong_lines.push(line);
            return Some(diagnostic);
        }
        let line = sources.position(span).0;
        // One slip makes several complaints on its line; the first says what it is.
        let is_new = span.start >= self.said_until && !self.wrong_lines.contains(&line);
        self.wrong_lines.push(line);
        is_new.then(|| self.diagnostic(error.message(), span))?
    }

    /// `None` where it follows from what was said before.
    fn diagnostic(&mut self, message: &str, span: Span) -> Option<Diagnostic> {
        let text = self.text;
        if message.starts_with("cannot extend value of type") {
            let first = duplicate::first_of(text, span, self.tree);
            return Some(two_forms(first, span, text));
        }
        if message.contains("duplicate key") {
            if duplicate::follows_from(text, self.opened_again, span) {
                return None;
            }
            if duplicate::header_at(text, span.start).is_some() {
                self.opened_again = Some(span);
            }
            let first = duplicate::first_of(text, span, self.tree);
            return Some(defined_twice(first, span));
        }
        if let Some(diagnostic) = leading_zeros(message, span, text) {
            return Some(diagnostic);
        }
        if let Some(diagnostic) = self.slip(span.start) {
            return Some(diagnostic);
        }
        if message.contains("missing comma")
            && let Some((diagnostic, end)) = self.commas(span)
        {
            self.said_until = end;
            return Some(diagnostic);
        }
        Some(match opened_long(message, text, span) {
            Some(diagnostic) => diagnostic,
            None => syntax_error(message, span, text),
        })
    }

    /// What people of other languages write in the line at this place.
    fn slip(&mut self, at: usize) -> Option<Diagnostic> {
        let around = match open_at(self.text, line_start(self.text, at)) {
            Some(_) => Around::Bracket,
            None => Around::Nothing,
        };
        let (diagnostic, end) = slips::slip(self.text, at, around, self.source)?;
        self.said_until = end;
        Some(diagnostic)
    }

    /// Items on lines of their own without commas.
    fn commas(&self, span: Span) -> Option<(Diagnostic, usize)> {
        let bracket = open_at(self.text, span.end)?;
        let (places, end) = missing_commas(self.text, bracket)?;
        let first = *places.first()?;
        let before = visible(first..first, self.text);
        let mut diagnostic = Diagnostic::new(Code::TomlSyntax, "a comma separates two items")
            .label(Span::new(self.source, before), "none behind this")
            .help(match places.len() {
                1 => "write `,` behind it",
                _ => "write `,` at the end of each of these lines",
            });
        for place in places {
            diagnostic = diagnostic.replacing(Span::new(self.source, place..place), ",");
        }
        Some((diagnostic, end))
    }
}

/// The start of the line that an error points at, where what is shown of it stands in a line before.
fn own_line(text: &str, at: usize, shown: Span) -> Option<Span> {
    let is_one = at < text.len() && at > shown.start && line_start(text, at) == at;
    is_one.then(|| Span::new(shown.source, at..at))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |at| at + 1)
}

/// `"""` that nothing ends: the parser complains at the end of the file.
fn opened_long(message: &str, text: &str, span: Span) -> Option<Diagnostic> {
    if !message.contains("multi-line") || !text[span.end..].trim().is_empty() {
        return None;
    }
    let (at, quotes) = ["\"\"\"", "'''"]
        .into_iter()
        .filter_map(|quotes| Some((text.rfind(quotes)?, quotes)))
        .max()?;
    let place = Span::new(span.source, at..at + quotes.len());
    Some(
        Diagnostic::new(Code::TomlSyntax, "this string is not closed")
            .label(place, "opened here")
            .help(format!("end it with `{quotes}`")),
    )
}

/// A bracket that is not closed: the parser's errors after it are only consequences.
fn not_closed(bracket: &Unclosed, following: usize, text: &str, source: SourceId) -> Diagnostic {
    let opened = &text[bracket.at..=bracket.at];
    let missing = bracket.missing;
    let end = Span::new(source, bracket.end..bracket.end);
    let before = Span::new(source, visible(bracket.end..bracket.end, text));
    let more = match following {
        0 | 1 => "",
        _ => "; what else seems to be wrong below follows from it",
    };
    Diagnostic::new(Code::TomlSyntax, format!("this `{opened}` is not closed"))
        .label(Span::new(source, bracket.at..bracket.at + 1), "opened here")
        .label(before, format!("a `{missing}` is missing after this"))
        .help(format!("write `{missing}` at the end of the line{more}"))
        .replacing(end, format!(" {missing}"))
}

/// What a merge left behind, and nothing else where both sides are there: they are no file together.
fn report_conflicts(
    conflicts: &[Vec<Range<usize>>],
    text: &str,
    source: SourceId,
    sink: &mut Sink,
) -> bool {
    for conflict in conflicts {
        if let [marker] = conflict.as_slice() {
            let place = Span::new(source, marker.clone());
            sink.push(
                Diagnostic::new(Code::TomlSyntax, "git left a marker of a merge here")
                    .label(place, "the rest of the conflict is gone")
                    .help("remove the line")
                    .removing(vec![place]),
            );
            continue;
        }
        let mut diagnostic =
            Diagnostic::new(Code::TomlSyntax, "git left both sides of a merge here");
        for place in conflict {
            let label = match text.as_bytes()[place.start] {
                b'<' => "one side begins",
                b'|' => "what both changed begins",
                b'=' => "the other side begins",
                _ => "the conflict ends",
            };
            diagnostic = diagnostic.label(Span::new(source, place.clone()), label);
        }
        // What both had before stands there where `merge.conflictStyle` is `diff3` or `zdiff3`.
        let has_base = conflict
            .iter()
            .any(|place| text.as_bytes()[place.start] == b'|');
        sink.push(diagnostic.help(match has_base {
            true => "keep the lines that are meant, and remove those between `|||||||` and `=======`, which both sides changed, and the markers `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`",
            false => "keep the lines that are meant, and remove the markers `<<<<<<<`, `=======` and `>>>>>>>`",
        }));
    }
    conflicts.iter().any(|conflict| conflict.len() > 1)
}

/// `mode = 0440`: a number has no leading zeros; one that has them is a mode, or an identifier.
fn leading_zeros(message: &str, span: Span, text: &str) -> Option<Diagnostic> {
    if !message.contains("leading zero") {
        return None;
    }
    let before = text[..span.start].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
    let start = before.len();
    let number = &text[start..];
    let number = &number[..number
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
        .unwrap_or(number.len())];
    let whole = Span::new(span.source, start..start + number.len());
    let as_text = quoted(number);
    Some(
        Diagnostic::new(Code::TomlSyntax, "a number of TOML has no leading zeros")
            .label(whole, "this one has")
            .help(format!(
                "write `{as_text}`, as for a file's mode; a number without its zeros"
            ))
            .replacing(whole, as_text),
    )
}

/// What no reader of slips knows: the parser's own words.
fn syntax_error(message: &str, span: Span, text: &str) -> Diagnostic {
    let word = &text[span.start..span.end];
    if message.contains("string values must be quoted") && !word.contains(['"', '\'', '*', '&']) {
        let new = quoted(word);
        return Diagnostic::new(Code::TomlSyntax, "a text stands in quotes")
            .label(span, "no quotes")
            .help(format!("write `{new}`"))
            .replacing(span, new);
    }
    let anchor = word.strip_prefix(['*', '&']);
    if anchor.is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic())) {
        return slips::no_anchors(span);
    }
    Diagnostic::new(Code::TomlSyntax, "this is not TOML")
        .label(span, message.to_string())
        .help("see https://toml.io for the syntax")
}

/// `ports.http = 80` below `ports = [...]`.
fn two_forms(first: Option<Span>, again: Span, text: &str) -> Diagnostic {
    let name = text.get(again.start..again.end).unwrap_or_default();
    let mut diagnostic = Diagnostic::new(
        Code::TomlSyntax,
        format!("`{name}` is a value on one line and a table on another"),
    );
    if let Some(first) = first {
        diagnostic = diagnostic.label(first, "a value here");
    }
    diagnostic.label(again, "a key of it here").help(format!(
        "write all of it as a table, one `{name}.NAME = ...` a line"
    ))
}

fn defined_twice(first: Option<Span>, again: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::TomlSyntax, "this key is declared twice");
    if let Some(first) = first {
        diagnostic = diagnostic.label(first, "first here");
    }
    diagnostic
        .label(again, "and again here")
        .help("keep one of the two; tables of one name can be joined under one heading")
}

/// An empty span, or one that is only a line end, underlines nothing: widen it to the character before it.
fn visible(range: Range<usize>, text: &str) -> Range<usize> {
    let end = range.end.min(text.len());
    let start = range.start.min(end);
    if text[start..end].trim().is_empty() && start > 0 {
        let before = text[..start].trim_end();
        if let Some((index, _)) = before.char_indices().next_back() {
            return index..before.len();
        }
    }
    start..end
}
