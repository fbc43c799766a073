//! Work on several threads: each piece tells a sink of its own, and the one sink hears of all in the order of the pieces. So what is
//! reported does not depend on how many threads there are.

use std::{iter, sync::Arc};

use super::Sink;
use crate::{
    diag::{Diagnostic, Level, Severity},
    source::Span,
    threads,
};

/// So many pieces are made before the sink hears of them. What a message lists depends on how many errors there are: few pieces may
/// not know yet.
const ROUND: usize = 256;

/// What a piece of work told its sink.
#[derive(Debug)]
pub(super) enum Told {
    Pushed(Diagnostic),
    Refused(Span),
    Incomplete(Span),
}

impl Sink {
    /// What is made of each item, in the order of the items, as if one were made after the other. Pieces don't see what others of
    /// them tell.
    pub fn each<'a, T: Send + 'a, R: Send + 'a>(
        &'a mut self,
        items: impl IntoIterator<Item = T, IntoIter: 'a>,
        make: impl Fn(T, &mut Sink) -> R + Sync + 'a,
    ) -> impl Iterator<Item = R> + 'a {
        let mut items = items.into_iter();
        let rounds = iter::from_fn(move || {
            let round: Vec<T> = items.by_ref().take(ROUND).collect();
            (!round.is_empty()).then(|| self.round(round, &make))
        });
        rounds.flatten()
    }

    fn round<T: Send, R: Send>(
        &mut self,
        items: Vec<T>,
        make: impl Fn(T, &mut Sink) -> R + Sync,
    ) -> Vec<R> {
        let made = threads::each(items, |item| {
            let mut apart = self.apart();
            (make(item, &mut apart), apart.told)
        });
        let mut out = Vec::with_capacity(made.len());
        for (result, told) in made {
            told.into_iter().flatten().for_each(|it| self.hear(it));
            out.push(result);
        }
        out
    }

    /// A sink that answers as this one does, and only writes down what it is told.
    fn apart(&self) -> Self {
        Self {
            told: Some(Vec::new()),
            incomplete: Arc::clone(&self.incomplete),
            codes: Arc::clone(&self.codes),
            levels: self.levels.clone(),
            denies_warnings: self.denies_warnings,
            errors: self.errors,
            ..Self::default()
        }
    }

    /// Writes a diagnostic down for the sink that this one is apart from, and returns what that one does now.
    pub(super) fn write_down(&mut self, diagnostic: Diagnostic) -> Option<Severity> {
        let severity = match (diagnostic.code.level(), &self.levels) {
            (Level::Error, _) => Some(diagnostic.severity),
            (Level::Lint, Some(_)) => self.severity(&diagnostic),
            (Level::Lint, None) => None,
        };
        self.errors += usize::from(severity == Some(Severity::Error));
        self.told
            .get_or_insert_default()
            .push(Told::Pushed(diagnostic));
        severity
    }

    fn hear(&mut self, told: Told) {
        match told {
            Told::Pushed(diagnostic) => self.push(diagnostic),
            Told::Refused(key) => self.refuse(key),
            Told::Incomplete(table) => self.mark_incomplete(table),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        diag::{Code, Diagnostic, Levels, Severity, Sink},
        source::{Sources, Span},
        threads,
    };

    /// What many pieces tell, each of its own place and all of one: a lint and an error.
    fn report_both(number: usize, place: Span, sink: &mut Sink) -> Option<Severity> {
        sink.push(Diagnostic::new(Code::BadValue, format!("{}", number % 7)).label(place, "here"));
        sink.receive(Diagnostic::new(Code::LatestTag, format!("{number}")))
    }

    #[test]
    fn the_sink_hears_the_same_as_if_one_piece_were_made_after_the_other() {
        let mut sources = Sources::default();
        let source = sources.add("platform.toml", "x".repeat(2000));
        let place = |number: usize| Span::new(source, number / 3..number / 3 + 1);
        let new = || {
            let mut sink = Sink::default();
            sink.set_levels(Levels::default());
            sink.refuse(place(30));
            sink
        };
        let mut one = new();
        let expected: Vec<_> = (0..600)
            .map(|number| report_both(number, place(number), &mut one))
            .collect();
        let expected = (expected, one.errors(), one.mistakes(), one.finish());
        for threads in [1, 4] {
            let found = threads::on(threads, || {
                let mut sink = new();
                let told = sink.each(0..600, |number, sink| {
                    report_both(number, place(number), sink)
                });
                let told: Vec<_> = told.collect();
                (told, sink.errors(), sink.mistakes(), sink.finish())
            });
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_piece_knows_what_was_told_before() {
        let mut sources = Sources::default();
        let source = sources.add("platform.toml", "xy".to_string());
        let [table, other] = [0, 1].map(|at| Span::new(source, at..at + 1));
        let mut sink = Sink::default();
        sink.mark_incomplete(table);
        sink.push(Diagnostic::new(Code::SecretRequired, "x"));
        let known = sink.each([()], |(), sink| {
            sink.mark_incomplete(other);
            let knows = sink.is_incomplete(table) && sink.is_incomplete(other);
            knows && sink.has_errors_of(Code::SecretRequired)
        });
        assert_eq!(Vec::from_iter(known), [true]);
        assert!(sink.is_incomplete(other));
    }
}
