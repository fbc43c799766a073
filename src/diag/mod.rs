//! What can be said to a user: a code, a message, the places that it is about, and what to write instead.
//!
//! A diagnostic is a plain value. Stages push them into a [`Sink`]; [`render`] turns them into text.

pub mod annotate;
mod code;
mod nearest;
pub mod render;

pub use code::{Code, Level};
pub use nearest::nearest;

use crate::source::Span;

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

/// Collects what the stages say.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
}

impl Sink {
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
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
        self.diagnostics
    }
}
