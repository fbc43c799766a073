//! What the chart can't express.

use crate::{
    diag::{Code, Diagnostic},
    model::Workload,
    source::Span,
};

/// Collects what is lost, each with the place of the key.
#[derive(Debug, Default)]
pub struct Losses {
    diagnostics: Vec<Diagnostic>,
}

impl Losses {
    /// `what` goes on after the key, as in "has no form there: nothing is emitted".
    pub fn push(&mut self, span: Span, owner: &str, key: &str, what: &str) {
        let diagnostic = Diagnostic::new(
            Code::TargetLoss,
            format!("helm: `{key}` of `{owner}` {what}"),
        )
        .label(span, "not in the chart as it stands here");
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// The same for a key of a workload, by its path in the component.
    pub fn key(&mut self, workload: &Workload, key: &str, what: &str) {
        self.push(key_span(workload, key), &workload.name, key, what);
    }

    pub fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

/// Where the user wrote a key; the component's name where a kind or a default did.
pub fn key_span(workload: &Workload, key: &str) -> Span {
    workload
        .written
        .entry(key)
        .map_or(workload.span, |entry| entry.key.span)
}
