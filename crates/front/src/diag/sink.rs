//! Collects diagnostics, and is the only place that decides their severity.

mod apart;

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    sync::Arc,
};

use self::apart::Told;
use super::{
    Code, Diagnostic, Level, Levels, Severity,
    in_place::{FilledStrings, explain},
    same::{Mistakes, name_others},
};
use crate::{
    source::{SourceId, Span},
    text::count,
};

/// Errors that one run reports. If there are more, these are to be corrected first.
const MOST_ERRORS: usize = 1000;

/// Lints about something that is absent: where there are mistakes, it may only be what was written wrong.
const OF_ABSENCE: [Code; 5] = [
    Code::NobodyTold,
    Code::Unused,
    Code::NoHealthCheck,
    Code::NoPersistence,
    Code::NoResources,
];

/// Errors about something that another file may declare.
const OF_NAMES: [Code; 2] = [Code::UnknownName, Code::RoleMissing];

/// The code of a lint, its place, and what it says without names.
type LintKey = (Code, Option<Span>, String);

/// Collects diagnostics, each at the level that the platform gives it.
#[derive(Debug, Default)]
pub struct Sink {
    diagnostics: Vec<Diagnostic>,
    /// Those of one code about one place, so that none is reported twice.
    known: BTreeMap<(Code, Option<Span>), Vec<usize>>,
    /// The lints of one place, and the components that they are about: a line of a preset holds for several.
    lints: BTreeMap<LintKey, BTreeSet<String>>,
    /// The errors, and which of them are one mistake.
    same: Mistakes,
    /// Keys whose values were refused.
    refused: BTreeSet<Span>,
    /// Tables of which a key was left out or refused.
    incomplete: Arc<BTreeSet<Span>>,
    /// Strings into which values were put.
    filled: FilledStrings,
    /// Whether names may be declared in files that could not be found.
    lacks_names: bool,
    levels: Option<Arc<Levels>>,
    denies_warnings: bool,
    /// Lints that were pushed before the levels were known.
    waiting: Vec<Diagnostic>,
    errors: usize,
    /// The codes of these errors.
    codes: Arc<BTreeSet<Code>>,
    mistakes: usize,
    /// Where it only writes down for another sink: what it was told, in order.
    told: Option<Vec<Told>>,
    /// How many errors were left out, and the first of them.
    left_out: Option<(usize, Diagnostic)>,
}

impl Sink {
    /// `--deny-warnings`: every lint that would warn is an error.
    pub fn deny_warnings(&mut self) {
        self.denies_warnings = true;
    }

    /// From here on lints have these levels; so have those that were pushed before.
    pub fn set_levels(&mut self, levels: Levels) {
        self.levels = Some(Arc::new(levels));
        for diagnostic in std::mem::take(&mut self.waiting) {
            self.receive_lint(diagnostic);
        }
    }

    /// The names of the platform's components: what is said of several at one place is one mistake.
    pub fn know_components(&mut self, names: impl Iterator<Item = String>) {
        self.same.add_components(names);
    }

    /// Says that the value of a key was refused. Until it is right nothing is known of it, so that what a later stage finds
    /// wrong at the key is no further mistake.
    pub fn refuse(&mut self, key: Span) {
        if let Some(told) = &mut self.told {
            told.push(Told::Refused(key));
        }
        self.refused.insert(key);
    }

    /// Says that a key of the table at this place was left out or refused: what seems to be missing there may be what the key meant.
    pub fn mark_incomplete(&mut self, table: Span) {
        if let Some(told) = &mut self.told {
            told.push(Told::Incomplete(table));
        }
        Arc::make_mut(&mut self.incomplete).insert(table);
    }

    /// Whether a key of the table at this place was left out or refused.
    pub fn is_incomplete(&self, table: Span) -> bool {
        self.incomplete.contains(&table)
    }

    /// Says of what values of `[vars]` strings are made: what is said of such a string shows them, too.
    pub fn explain_values(&mut self, filled: FilledStrings) {
        self.filled = filled;
    }

    /// Says that files are missing that may declare names: from here on a name that nothing has is no further mistake.
    pub fn expect_more_names(&mut self) {
        self.lacks_names = true;
    }

    /// Takes a diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.receive(diagnostic);
    }

    /// Takes a diagnostic and returns its severity here: `None` for a lint that is allowed, and for one whose level is not
    /// known yet.
    pub fn receive(&mut self, diagnostic: Diagnostic) -> Option<Severity> {
        if self.told.is_some() {
            return self.write_down(diagnostic);
        }
        match (diagnostic.code.level(), &self.levels) {
            (Level::Error, _) => {
                let severity = diagnostic.severity;
                if self.keep(diagnostic) && severity == Severity::Error {
                    self.mistakes += 1;
                }
                Some(severity)
            }
            (Level::Lint, Some(_)) => self.receive_lint(diagnostic),
            (Level::Lint, None) => {
                self.waiting.push(diagnostic);
                None
            }
        }
    }

    /// The severity of a lint here, if it is not allowed.
    fn severity(&self, lint: &Diagnostic) -> Option<Severity> {
        let severity = match &self.levels {
            Some(levels) => levels.severity(lint)?,
            None => lint.severity,
        };
        Some(match severity {
            Severity::Warning if self.denies_warnings => Severity::Error,
            severity => severity,
        })
    }

    fn receive_lint(&mut self, mut diagnostic: Diagnostic) -> Option<Severity> {
        let usual = diagnostic.severity;
        let severity = self.severity(&diagnostic)?;
        diagnostic.severity = severity;
        // A line that holds for several workloads, such as one of a preset, is one thing to fix.
        let known = self.lints.entry(lint_key(&diagnostic));
        let is_new = matches!(known, Entry::Vacant(_));
        let component = diagnostic.component().map(str::to_string);
        known.or_default().extend(component);
        if is_new {
            let is_mistake = usual == Severity::Error && severity == Severity::Error;
            if self.keep(diagnostic) && is_mistake {
                self.mistakes += 1;
            }
        }
        Some(severity)
    }

    /// Keeps a diagnostic, and returns whether it is another one than those that were there.
    fn keep(&mut self, diagnostic: Diagnostic) -> bool {
        let place = diagnostic.labels.first().map(|label| label.span);
        let is_error = diagnostic.code.level() == Level::Error;
        if is_error && place.is_some_and(|place| self.refused.contains(&place)) {
            return false;
        }
        if self.lacks_names && OF_NAMES.contains(&diagnostic.code) {
            return false;
        }
        let alike = self.known.entry((diagnostic.code, place)).or_default();
        if alike
            .iter()
            .any(|index| self.diagnostics[*index] == diagnostic)
        {
            return false;
        }
        if is_error
            && let Some(index) = self.same.same_before(&diagnostic, &self.diagnostics)
            && let Some(first) = self.diagnostics.get_mut(index)
        {
            self.same.join(index, first, diagnostic);
            return false;
        }
        if diagnostic.severity == Severity::Error {
            if self.errors == MOST_ERRORS {
                self.left_out.get_or_insert((0, diagnostic)).0 += 1;
                return true;
            }
            self.errors += 1;
            if !self.codes.contains(&diagnostic.code) {
                Arc::make_mut(&mut self.codes).insert(diagnostic.code);
            }
        }
        alike.push(self.diagnostics.len());
        self.diagnostics.push(diagnostic);
        true
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.errors
    }

    /// Whether further errors are only counted.
    pub fn is_full(&self) -> bool {
        self.errors >= MOST_ERRORS
    }

    /// The names that a message about a wrong one lists and looks through: none once nobody sees the message.
    pub fn shown<'a>(&self, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
        match self.is_full() {
            true => Vec::new(),
            false => names.collect(),
        }
    }

    /// Whether an error was reported, a raised lint counted in.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// How many errors there are that are no raised lints. What is wrong was left out of the model then, so that targets
    /// can't be asked; where only a lint was raised to an error they can, and everything is reported in one run.
    pub fn mistakes(&self) -> usize {
        self.mistakes
    }

    /// Whether an error of this code was reported.
    pub fn has_errors_of(&self, code: Code) -> bool {
        self.codes.contains(&code)
    }

    /// Whether the same mistake was reported, at whatever place.
    pub fn has_mistake(&self, diagnostic: &Diagnostic) -> bool {
        diagnostic.is_one_mistake && self.same.is_known(diagnostic)
    }

    /// The files in which errors of this code were reported.
    pub fn sources_of(&self, code: Code) -> BTreeSet<SourceId> {
        let of_code = self.diagnostics.iter().filter(|it| it.code == code);
        of_code.flat_map(Diagnostic::sources).collect()
    }

    /// All of them, in the order of the places they are about, errors and warnings mixed as they stand in the file.
    ///
    /// Lints whose level never became known have their usual one.
    pub fn finish(mut self) -> Vec<Diagnostic> {
        for diagnostic in std::mem::take(&mut self.waiting) {
            self.receive_lint(diagnostic);
        }
        self.same.finish(&mut self.diagnostics);
        let is_broken = self
            .diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code.level() == Level::Error);
        if is_broken {
            self.diagnostics
                .retain(|diagnostic| !OF_ABSENCE.contains(&diagnostic.code));
        }
        for diagnostic in &mut self.diagnostics {
            if let Some(components) = self.lints.get(&lint_key(diagnostic)) {
                let own = diagnostic.component().map(str::to_string);
                let others = components.iter().filter(|name| Some(*name) != own.as_ref());
                let others: Vec<&str> = others.map(String::as_str).collect();
                name_others(diagnostic, &others);
            }
        }
        self.diagnostics
            .sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span));
        if let Some((number, first)) = self.left_out {
            let mut rest =
                Diagnostic::new(first.code, format!("and {}", count(number, "more error")))
                    .help("fix those above first");
            rest.severity = Severity::Error;
            if let Some(label) = first.labels.first() {
                rest = rest.label(label.span, "the first that is not shown");
            }
            self.diagnostics.push(rest);
        }
        explain(&mut self.diagnostics, &self.filled);
        for diagnostic in &mut self.diagnostics {
            diagnostic.shorten();
        }
        self.diagnostics
    }
}

fn lint_key(diagnostic: &Diagnostic) -> LintKey {
    let place = diagnostic.labels.first().map(|label| label.span);
    (diagnostic.code, place, without_names(diagnostic))
}

/// What a lint says, without the names of the component that it is about and of its parts.
fn without_names(diagnostic: &Diagnostic) -> String {
    let component = diagnostic.component().unwrap_or_default();
    let part = format!("{component}-");
    let is_name = |word: &&str| *word == component || word.starts_with(&part);
    let words = diagnostic.message.split('`');
    words.filter(|word| !is_name(word)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Code, Diagnostic, Level, Levels, Severity, Sink};
    use crate::diag::{LintLevel, Subject};

    const LEVELS: [Option<LintLevel>; 4] = [
        None,
        Some(LintLevel::Allow),
        Some(LintLevel::Warn),
        Some(LintLevel::Deny),
    ];

    /// What a user says of a lint: its level, whether its component allows it, and `--deny-warnings`.
    #[derive(Clone, Copy)]
    struct Asked {
        level: Option<LintLevel>,
        is_allowed: bool,
        denies: bool,
    }

    /// The final severity of a lint. Whether it is pushed before or after the levels are known must not matter.
    fn ends_as(diagnostic: &Diagnostic, asked: Asked) -> Option<Severity> {
        let Asked {
            level,
            is_allowed,
            denies,
        } = asked;
        let levels = || {
            let mut levels = Levels::default();
            if let Some(level) = level {
                levels.set(diagnostic.code, level);
            }
            if is_allowed {
                levels.allow(Subject::Component("it".to_string()), diagnostic.code);
            }
            levels
        };
        let found = [true, false].map(|is_early| {
            let mut sink = Sink::default();
            if denies {
                sink.deny_warnings();
            }
            if is_early {
                sink.push(diagnostic.clone());
                sink.set_levels(levels());
            } else {
                sink.set_levels(levels());
                sink.push(diagnostic.clone());
            }
            let has_errors = sink.has_errors();
            let severity = sink.finish().first().map(|diagnostic| diagnostic.severity);
            assert_eq!(has_errors, severity == Some(Severity::Error));
            severity
        });
        assert_eq!(found[0], found[1]);
        found[0]
    }

    #[test]
    fn a_line_of_several_components_is_one_lint_that_names_them() {
        let mut sink = Sink::default();
        sink.set_levels(Levels::default());
        for name in ["api", "batch", "api"] {
            let message = format!("`restart` of `{name}` has no form");
            let lint = Diagnostic::new(Code::TargetLoss, message).about(name);
            sink.push(lint.help("accept it"));
        }
        let found = sink.finish();
        let helps: Vec<_> = found.iter().filter_map(|it| it.help.as_deref()).collect();
        assert_eq!(helps, ["accept it; the same holds for `batch`"]);
    }

    #[test]
    fn each_lint_ends_at_the_level_that_it_was_given() {
        let lints = Code::ALL.iter().filter(|code| code.level() == Level::Lint);
        for &code in lints {
            for is_denied in [false, true] {
                let mut diagnostic = Diagnostic::new(code, "x").about("it");
                if is_denied {
                    diagnostic = diagnostic.denied();
                }
                let usual = diagnostic.severity;
                for (level, denies) in LEVELS.into_iter().flat_map(|it| [(it, false), (it, true)]) {
                    let expected = match level {
                        Some(LintLevel::Allow) => None,
                        Some(LintLevel::Deny) => Some(Severity::Error),
                        _ if denies => Some(Severity::Error),
                        Some(LintLevel::Warn) => Some(Severity::Warning),
                        None => Some(usual),
                    };
                    let name = format!("{code:?} {level:?} {denies}");
                    let asked = Asked {
                        level,
                        is_allowed: false,
                        denies,
                    };
                    assert_eq!(ends_as(&diagnostic, asked), expected, "{name}");
                    let allowed = Asked {
                        is_allowed: true,
                        ..asked
                    };
                    assert_eq!(ends_as(&diagnostic, allowed), None, "{name}");
                }
            }
        }
    }

    #[test]
    fn what_another_entry_allows_is_reported() {
        let mut sink = Sink::default();
        let mut levels = Levels::default();
        let other = |of: fn(String) -> Subject, name: &str| of(name.to_string());
        levels.allow(other(Subject::Component, "other"), Code::LatestTag);
        levels.allow(other(Subject::Pipeline, "it"), Code::LatestTag);
        sink.set_levels(levels);
        let severity = sink.receive(Diagnostic::new(Code::LatestTag, "x").about("it"));
        assert_eq!(severity, Some(Severity::Warning));
    }

    #[test]
    fn a_raised_lint_is_an_error_and_no_mistake() {
        let mut sink = Sink::default();
        sink.deny_warnings();
        sink.set_levels(Levels::default());
        sink.push(Diagnostic::new(Code::LatestTag, "x"));
        assert!(sink.has_errors());
        assert_eq!(sink.mistakes(), 0);
        sink.push(Diagnostic::new(Code::OutsideSource, "x").denied());
        assert_eq!(sink.mistakes(), 1);
    }

    #[test]
    fn lints_of_absence_are_left_out_beside_mistakes() {
        let codes = |codes: &[Code]| -> BTreeMap<Code, usize> {
            let mut sink = Sink::default();
            for code in codes {
                sink.push(Diagnostic::new(*code, "x"));
            }
            let found = sink.finish().into_iter();
            found.map(|diagnostic| (diagnostic.code, 1)).collect()
        };
        assert_eq!(codes(&[Code::Unused]).len(), 1);
        assert_eq!(codes(&[Code::Unused, Code::UnknownKey]).len(), 1);
        assert_eq!(codes(&[Code::NobodyTold, Code::RoleMisfit]).len(), 1);
    }
}
