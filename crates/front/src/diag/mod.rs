//! What is reported to a user: a code, a message, the places that it is about, and what to write instead.
//!
//! A diagnostic is a plain value. Stages push them into a [`Sink`]; [`render`] turns them into text.

pub mod annotate;
mod code;
mod fix;
mod in_place;
mod levels;
mod nearest;
mod removed;
pub mod render;
mod same;
mod sink;
mod subject;

pub use code::{Code, Level};
pub use fix::{Edit, JsonEdit, apply};
pub use in_place::{FilledString, FilledStrings, StringPiece};
pub use levels::{Levels, LintLevel};
pub use nearest::{is_slip, nearest};
pub use sink::Sink;
pub use subject::Subject;

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use crate::{
    source::{SourceId, Span},
    text::shortened,
};

/// How bad it is: an error stops the run before anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Severity {
    /// Stops the run before anything is written.
    Error,
    /// Stops nothing.
    Warning,
}

/// A place and the text beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// What is underlined.
    pub span: Span,
    /// What stands below the line; may be empty.
    pub text: String,
}

/// One problem. The first label is its place; the others show why it is a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Its stable name.
    pub code: Code,
    /// As the sink decided; before that, the code's own.
    pub severity: Severity,
    /// One sentence, names in backticks, without a place.
    pub message: String,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
    /// What the help asks for, where a program can do it.
    pub edits: Vec<Edit>,
    /// What a lint is about, where that is an entry with an `allow` of its own.
    pub subject: Option<Subject>,
    /// Said of something that all of the platform has in common: elsewhere it is the same mistake.
    pub is_one_mistake: bool,
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
            subject: None,
            is_one_mistake: false,
        }
    }

    /// The files that its places and edits are in.
    pub fn sources(&self) -> impl Iterator<Item = SourceId> {
        let labels = self.labels.iter().map(|label| label.span.source);
        labels.chain(self.edits.iter().map(Edit::source))
    }

    /// Leaves out the middle of long values in all of its texts; its places and edits stay.
    fn shorten(&mut self) {
        let labels = self.labels.iter_mut().map(|label| &mut label.text);
        let texts = labels.chain(self.help.as_mut()).chain([&mut self.message]);
        for text in texts {
            *text = shortened(text);
        }
    }

    /// Adds a place; the first is the main one.
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
    pub fn about(self, component: impl Into<String>) -> Self {
        self.of(Some(Subject::Component(component.into())))
    }

    /// Says what a lint is about; `None`: the platform as a whole. It stands before a help that says how to accept the lint.
    pub fn of(mut self, subject: Option<Subject>) -> Self {
        let accept = Subject::accept(self.subject.as_ref(), self.code);
        let is_told = |help: &String| help.contains(&accept);
        let is_late = self.subject != subject && self.help.as_ref().is_some_and(is_told);
        debug_assert!(!is_late, "the help accepts it elsewhere: {:?}", self.help);
        self.subject = subject;
        self
    }

    /// The component that it is about, where it is one.
    pub fn component(&self) -> Option<&str> {
        match self.subject.as_ref()? {
            Subject::Component(name) => Some(name),
            Subject::Pipeline(_) | Subject::Ci(_) => None,
        }
    }

    /// The same message at another place is the same mistake, such as a secret that nothing declares.
    pub fn one_mistake(mut self) -> Self {
        self.is_one_mistake = true;
        self
    }

    /// Sets what to write instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The help of a lint: what to write instead, or how to accept it.
    pub fn or_accept(self, instead: impl Display) -> Self {
        self.help_to_accept(|accept| format!("{instead}, or accept it with {accept}"))
    }

    /// The help of a lint that nothing written instead would end.
    pub fn accept_alone(self) -> Self {
        self.help_to_accept(|accept| format!("accept it with {accept}, if that is what you want"))
    }

    /// A help with a sentence of its own, which gets what accepts the lint: its code, on what it is about.
    pub fn help_to_accept(self, sentence: impl FnOnce(&str) -> String) -> Self {
        let accept = Subject::accept(self.subject.as_ref(), self.code);
        self.help(sentence(&accept))
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

    /// The help asks to take out an entry, which stands at these places: see `syntax::places`.
    pub fn removing(mut self, places: Vec<Span>) -> Self {
        let edits = places.into_iter().map(|span| Edit::Remove { span });
        self.edits.extend(edits);
        self
    }

    /// The help asks for another name of a table at the top of the file in which `near` is.
    pub fn renaming_table(mut self, near: Span, old: &str, new: &str) -> Self {
        self.edits.push(Edit::RenameTable {
            source: near.source,
            old: old.to_string(),
            new: new.to_string(),
        });
        self
    }

    /// The help asks for one more line in a table at the top of the file in which `near` is.
    pub fn declaring(
        mut self,
        near: Span,
        table: impl Into<String>,
        line: impl Into<String>,
    ) -> Self {
        self.edits.push(Edit::Declare {
            source: near.source,
            table: table.into(),
            line: line.into(),
        });
        self
    }
}
