//! The level that a platform gives to each lint.

use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Diagnostic, Severity, Subject};

/// What `[lints]` says of a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintLevel {
    /// It is not reported.
    Allow,
    /// It is reported, and stops nothing.
    Warn,
    /// It is an error.
    Deny,
}

impl LintLevel {
    /// The words of platform.toml.
    pub const NAMES: [&str; 3] = ["allow", "warn", "deny"];

    /// From the word in `[lints]`; `None` for any other.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "allow" => Some(LintLevel::Allow),
            "warn" => Some(LintLevel::Warn),
            "deny" => Some(LintLevel::Deny),
            _ => None,
        }
    }
}

/// `[lints]`, and what components, pipelines and CI entries accept with `allow`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    platform: BTreeMap<Code, LintLevel>,
    subjects: BTreeMap<Subject, BTreeSet<Code>>,
}

impl Levels {
    /// For all of the platform.
    pub fn set(&mut self, code: Code, level: LintLevel) {
        self.platform.insert(code, level);
    }

    /// Something accepts a lint for itself.
    pub fn allow(&mut self, subject: Subject, code: Code) {
        self.subjects.entry(subject).or_default().insert(code);
    }

    /// The severity of a lint here; `None` where it is allowed. A lint without a level keeps its own severity.
    pub(super) fn severity(&self, lint: &Diagnostic) -> Option<Severity> {
        let subject = lint.subject.as_ref();
        let allowed = subject.and_then(|subject| self.subjects.get(subject));
        if allowed.is_some_and(|allowed| allowed.contains(&lint.code)) {
            return None;
        }
        match self.platform.get(&lint.code) {
            Some(LintLevel::Allow) => None,
            Some(LintLevel::Warn) => Some(Severity::Warning),
            Some(LintLevel::Deny) => Some(Severity::Error),
            None => Some(lint.severity),
        }
    }
}
