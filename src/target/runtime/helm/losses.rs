//! What the chart can't express.

use crate::{
    diag::{Code, Diagnostic},
    model::{PlatformVolume, Workload},
    source::Span,
};

/// Collects what is lost, each with the place of the key.
#[derive(Debug, Default)]
pub struct Losses {
    diagnostics: Vec<Diagnostic>,
}

impl Losses {
    /// `what` goes on after the key, as in "has no form in the chart: nothing is emitted".
    pub fn push(&mut self, span: Span, workload: &Workload, key: &str, what: &str) {
        let owner = &workload.name;
        self.say(loss(span, format!("`{key}` of `{owner}` {what}")).about(&workload.component));
    }

    /// The same for a key of a workload, where it is written.
    pub fn key(&mut self, workload: &Workload, key: &str, what: &str) {
        self.push(key_span(workload, key), workload, key, what);
    }

    /// The same for a volume of the platform.
    pub fn volume(&mut self, volume: &PlatformVolume, key: &str, what: &str) {
        let diagnostic = loss(volume.span, format!("`{key}` of `{}` {what}", volume.path));
        self.say(match &volume.component {
            Some(component) => diagnostic.about(component),
            None => diagnostic,
        });
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        if !self.diagnostics.contains(&diagnostic) {
            self.diagnostics.push(diagnostic);
        }
    }

    pub fn finish(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}

fn loss(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::TargetLoss, format!("helm: {message}"))
        .label(span, "the chart has no form for this")
        .help("write `allow = [\"target-loss\"]` on the component if that is what you want")
}

/// Where the user wrote a key; the component's name where a kind or a default did.
pub fn key_span(workload: &Workload, key: &str) -> Span {
    workload
        .written
        .entry(key)
        .map_or(workload.span, |entry| entry.key.span)
}
