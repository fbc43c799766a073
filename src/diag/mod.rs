//! What can be said to a user: a code, a message, the places that it is about, and what to write instead.
//!
//! A diagnostic is a plain value. Stages push them into a [`Sink`]; [`render`] turns them into text.

pub mod annotate;
mod code;
mod nearest;
pub mod render;

pub use code::{Code, Level};
pub use nearest::nearest;

use std::collections::BTreeMap;

use crate::{source::Span, text::count};

/// How bad it is: an error stops the run before anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One thing to say. The first label is where it went wrong; the others are what makes it wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    pub labels: Vec<Label>,
    pub help: Option<String>,
    /// The component that a lint is about: its `allow` accepts it.
    pub component: Option<String>,
}

impl Diagnostic {
    /// A diagnostic of the code's usual severity.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: match code.level() {
                Level::Error => Severity::Error,
                Level::Lint => Severity::Warning,
            },
            message: message.into(),
            labels: Vec::new(),
            help: None,
            component: None,
        }
    }

    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Says which component a lint is about.
    pub fn about(mut self, component: impl Into<String>) -> Self {
        self.component = Some(component.into());
        self
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Errors that one run reports. Whoever has more mends these first.
const MOST_ERRORS: usize = 1000;

/// Collects what the stages say.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    /// Those of one code about one place, so that nothing is said twice.
    known: BTreeMap<(Code, Option<Span>), Vec<usize>>,
    errors: usize,
    /// How many errors were left out, and the first of them.
    left_out: Option<(usize, Diagnostic)>,
}

impl Sink {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.labels.first().map(|label| label.span);
        let alike = self.known.entry((diagnostic.code, place)).or_default();
        if alike
            .iter()
            .any(|index| self.diagnostics[*index] == diagnostic)
        {
            return;
        }
        if diagnostic.severity == Severity::Error {
            if self.errors == MOST_ERRORS {
                self.left_out.get_or_insert((0, diagnostic)).0 += 1;
                return;
            }
            self.errors += 1;
        }
        alike.push(self.diagnostics.len());
        self.diagnostics.push(diagnostic);
    }

    /// How many errors were said so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether further errors are only counted.
    pub fn is_full(&self) -> bool {
        self.errors >= MOST_ERRORS
    }

    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether an error of this code was said.
    pub fn has_errors_of(&self, code: Code) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == code && diagnostic.severity == Severity::Error)
    }

    /// All of them, in the order of the places they are about, errors and warnings mixed as they stand in the file.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        if let Some((number, first)) = self.left_out {
            let mut rest =
                Diagnostic::new(first.code, format!("and {}", count(number, "more error")))
                    .help("mend those above first");
            if let Some(label) = first.labels.first() {
                rest = rest.label(label.span, "the first that is not shown");
            }
            self.diagnostics.push(rest);
        }
        self.diagnostics
    }
}
