//! Diagnostics as text: for people through miette, for programs as JSON.

use std::fmt;

use miette::{
    Diagnostic as Report, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, Severity as ReportSeverity, SourceCode, SourceSpan, SpanContents,
};
use serde::Serialize;

use super::{Diagnostic, Edit, JsonEdit, Label, Severity};
use crate::{
    source::Sources,
    text::{is_hidden, visible},
};

/// How to draw for people.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Whether colours are used.
    pub color: bool,
    /// Columns to wrap messages at.
    pub width: usize,
}

/// The diagnostics one below the other, each with its places underlined.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    let theme = if style.color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width)
        .with_context_lines(0)
        .with_links(false);
    let mut out = String::new();
    for diagnostic in diagnostics {
        for view in views(diagnostic, sources) {
            let start = out.len();
            if handler.render_report(&mut out, &view).is_err() {
                out.push_str(&diagnostic.message);
            }
            if !view.is_first {
                let excerpts = out[start..].find(EXCERPT).unwrap_or_default();
                let line = out[..start + excerpts]
                    .rfind('\n')
                    .map_or(start, |end| end + 1);
                out.replace_range(start..line.max(start), "");
            }
        }
        out.push('\n');
    }
    out
}

/// What miette writes above an excerpt.
const EXCERPT: &str = "╭─[";

/// The most places that miette draws at a time: for each line it looks at all of them.
const TOGETHER: usize = 64;

fn views<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> impl Iterator<Item = View<'a>> {
    let labels = &diagnostic.labels;
    let count = labels.len().div_ceil(TOGETHER).max(1);
    (0..count).map(move |index| {
        let end = labels.len().min((index + 1) * TOGETHER);
        View {
            diagnostic,
            excerpts: Excerpts::new(&labels[index * TOGETHER..end], sources),
            is_first: index == 0,
            is_last: index + 1 == count,
        }
    })
}

/// The lines that a diagnostic is about, one below the other, whatever file each is from.
///
/// miette joins places that are close to each other under one heading. Here every line that is involved keeps a
/// heading of its own, with its file and number, so that each can be clicked and searched for.
#[derive(Debug)]
struct Excerpts {
    text: String,
    lines: Vec<ExcerptLine>,
    labels: Vec<LabeledSpan>,
}

#[derive(Debug)]
struct ExcerptLine {
    start: usize,
    end: usize,
    file: String,
    /// Counted from 0, as miette counts.
    number: usize,
    /// Where in the file the excerpt starts, and how many characters of the line stand before it.
    source_start: usize,
    cut: usize,
}

/// Bytes of a line that are shown on each side of a place. What is longer is no line that people write, and miette can't
/// draw it.
const SHOWN: usize = 400;

impl Excerpts {
    fn new(labels: &[Label], sources: &Sources) -> Self {
        let mut excerpts = Self {
            text: String::new(),
            lines: Vec::new(),
            labels: Vec::new(),
        };
        for label in labels {
            excerpts.push(label, sources);
        }
        excerpts
    }

    fn push(&mut self, label: &Label, sources: &Sources) {
        let file = sources.file(label.span.source);
        let (number, _) = sources.position(label.span);
        let start = label.span.start.min(file.text.len());
        let line_start = file.text[..start]
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let line_end = file.text[start..]
            .find('\n')
            .map_or(file.text.len(), |newline| start + newline);
        let known = self.lines.iter().position(|line| {
            line.file == file.name
                && line.number == number - 1
                && (line.source_start..=line.source_start + line.end - line.start).contains(&start)
        });
        let index = known.unwrap_or_else(|| {
            let excerpt_start = self.text.len();
            let text = &file.text;
            let from = text.floor_char_boundary(start.saturating_sub(SHOWN).max(line_start));
            let until = text.ceil_char_boundary((start + SHOWN).min(line_end));
            let shown = text[from..until].trim_end_matches('\r');
            self.text.push_str(&without_controls(shown));
            // miette shows no label of a line without text.
            if shown.is_empty() {
                self.text.push(' ');
            }
            self.lines.push(ExcerptLine {
                start: excerpt_start,
                end: self.text.len(),
                file: file.name.clone(),
                number: number - 1,
                source_start: from,
                cut: text[line_start..from].chars().count(),
            });
            self.text.push('\n');
            self.lines.len() - 1
        });
        // Of a span over several lines only the first line is shown: the others add nothing.
        let line = &self.lines[index];
        let from = (line.start + start - line.source_start).min(line.end);
        let until = (from + label.span.end.saturating_sub(start)).clamp(from, line.end);
        let text = Some(visible(&label.text)).filter(|text| !text.is_empty());
        self.labels.push(LabeledSpan::new(text, from, until - from));
    }
}

impl SourceCode for Excerpts {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let line = self
            .lines
            .iter()
            .find(|line| line.start <= span.offset() && end <= line.end)
            .ok_or(MietteError::OutOfBounds)?;
        let column = line.cut + self.text[line.start..span.offset()].chars().count();
        Ok(Box::new(MietteSpanContents::new_named(
            visible(&line.file),
            &self.text.as_bytes()[line.start..line.end],
            (line.start, line.end - line.start).into(),
            line.number,
            column,
            1,
        )))
    }
}

/// A line of a file without control characters, so that a terminal shows it as it is; every column stays where it was.
fn without_controls(line: &str) -> String {
    line.chars()
        .map(|c| match is_hidden(c) && c != '\t' {
            true => "?".repeat(c.len_utf8()),
            false => c.to_string(),
        })
        .collect()
}

#[derive(Debug)]
struct View<'a> {
    diagnostic: &'a Diagnostic,
    excerpts: Excerpts,
    /// Only the first one has the message, and only the last one the help.
    is_first: bool,
    is_last: bool,
}

impl fmt::Display for View<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_first {
            true => f.write_str(&visible(&self.diagnostic.message)),
            false => Ok(()),
        }
    }
}

impl std::error::Error for View<'_> {}

impl Report for View<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let severity = match self.diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        Some(Box::new(format!(
            "{severity}[{}]",
            self.diagnostic.code.name()
        )))
    }

    fn severity(&self) -> Option<ReportSeverity> {
        Some(match self.diagnostic.severity {
            Severity::Error => ReportSeverity::Error,
            Severity::Warning => ReportSeverity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic
            .help
            .as_ref()
            .filter(|_| self.is_last)
            .map(|help| Box::new(visible(help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpts)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.excerpts.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.excerpts.labels.iter().cloned()))
    }
}

/// A diagnostic as `--format json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct JsonDiagnostic {
    /// The name of the code.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// As people see it.
    pub message: String,
    /// The main place first.
    pub places: Vec<JsonPlace>,
    /// What to write instead.
    pub help: Option<String>,
    /// What the help asks for, where a program can do it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<JsonEdit>,
}

/// A place as `--format json` prints it; lines and columns count from 1.
#[derive(Clone, Debug, Serialize)]
pub struct JsonPlace {
    /// Relative to the project.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What the label says there.
    pub text: String,
}

/// The diagnostics as plain values for a serialiser.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<JsonDiagnostic> {
    diagnostics
        .iter()
        .map(|diagnostic| JsonDiagnostic {
            code: diagnostic.code.name(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: diagnostic.message.clone(),
            places: diagnostic
                .labels
                .iter()
                .map(|label| json_place(label, sources))
                .collect(),
            help: diagnostic.help.clone(),
            edits: Edit::json(&diagnostic.edits, sources),
        })
        .collect()
}

fn json_place(label: &Label, sources: &Sources) -> JsonPlace {
    let (line, column) = sources.position(label.span);
    JsonPlace {
        file: sources.file(label.span.source).name.clone(),
        line,
        column,
        text: label.text.clone(),
    }
}
