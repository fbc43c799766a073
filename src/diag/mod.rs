//! What can be said to a user: a code, a message, the places that it is about, and what to write instead.
//!
//! A diagnostic is a plain value. Stages push them into a [`Sink`]; [`render`] turns them into text.

pub mod annotate;
mod code;
mod fix;
mod levels;
mod nearest;
pub mod render;
mod sink;

pub use code::{Code, Level};
pub use fix::{Edit, JsonEdit, apply};
pub use levels::{Levels, LintLevel};
pub use nearest::nearest;
pub use sink::Sink;

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
    /// What the help asks for, where a program can do it.
    pub edits: Vec<Edit>,
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
            edits: Vec::new(),
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

    /// Makes a lint an error, unless `[lints]` gives it another level.
    pub fn denied(mut self) -> Self {
        self.severity = Severity::Error;
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

    /// The help for a name that nothing has, which stands at the first label's place: the one that was most likely meant, or
    /// what else there is to say.
    pub fn misspelled(
        self,
        name: &str,
        meant: Option<&str>,
        otherwise: impl FnOnce() -> String,
    ) -> Self {
        match meant {
            Some(meant) => self
                .help(format!("did you mean `{meant}`?"))
                .renaming(name, meant),
            None => self.help(otherwise()),
        }
    }

    /// The help asks for another name in the place of `old`, which stands at the first label's place.
    pub fn renaming(mut self, old: &str, new: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first() {
            self.edits.push(Edit::Rename {
                within: label.span,
                old: old.to_string(),
                new: new.into(),
            });
        }
        self
    }

    /// The help asks for `text` in the place of what stands at `span`.
    pub fn replacing(mut self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        self.edits.push(Edit::Replace { span, text });
        self
    }

    /// The help asks for one more line in the table whose name stands at `table`.
    pub fn adding(mut self, table: Span, line: impl Into<String>) -> Self {
        let line = line.into();
        self.edits.push(Edit::Add { table, line });
        self
    }

    /// The help asks for one more line in a table at the top of the file in which `near` is.
    pub fn declaring(mut self, near: Span, table: &'static str, line: impl Into<String>) -> Self {
        self.edits.push(Edit::Declare {
            source: near.source,
            table,
            line: line.into(),
        });
        self
    }
}
