//! What a target can't express, as lints `target-loss`.

use std::collections::BTreeMap;

use crate::{
    diag::{Code, Diagnostic, Subject},
    files::Target,
    model::{EnvironmentVariable, Piece, Workload},
    source::Span,
};

/// What accepts a loss, on what it is about.
pub(in crate::target) const ALLOW: &str = "`allow = [\"target-loss\"]`";

/// How to accept a loss of a component.
pub(in crate::target) fn accept() -> String {
    format!("accept it with {ALLOW} on the component, if that is what you want")
}

/// What a target can't express, at this place.
pub(in crate::target) fn loss(
    target: Target,
    message: &str,
    span: Span,
    label: &str,
) -> Diagnostic {
    let message = format!("{}: {message}", target.name());
    Diagnostic::new(Code::TargetLoss, message).label(span, label)
}

/// Where addresses of stores elsewhere expect the certificates of their authorities: components mount them there.
pub(in crate::target) const AUTHORITIES: &str = "/etc/mlopsgen/ca/";

/// Variables of a pipeline or a CI entry that name such a certificate, which it does not get.
pub(in crate::target) fn lost_certificates<'a>(
    target: Target,
    owner: &str,
    variables: impl Iterator<Item = &'a EnvironmentVariable>,
    help: &str,
) -> Vec<Diagnostic> {
    let names_certificate =
        |piece: &Piece| matches!(piece, Piece::Literal(text) if text.contains(AUTHORITIES));
    let telling = variables.filter(|it| it.value.pieces.iter().any(names_certificate));
    // A variable of a pipeline is one of each of its tasks.
    let places: BTreeMap<Span, &str> = telling.map(|it| (it.span, it.name.as_str())).collect();
    let losses = places.into_iter().map(|(place, variable)| {
        let message = format!(
            "`{variable}` of `{owner}` names a certificate in `{AUTHORITIES}`, which nothing puts there"
        );
        loss(target, &message, place, "`settings.ca` of a store reaches components and tasks only").help(help)
    });
    losses.collect()
}

/// How one target words its losses.
#[derive(Clone, Copy, Debug)]
pub(in crate::target) struct Wording {
    pub target: Target,
    /// What stands beside the key.
    pub label: &'static str,
    /// What joins "`key` of `workload`" to the reason.
    pub joint: &'static str,
    pub marks: Marks,
}

/// What of a key is underlined.
#[derive(Clone, Copy, Debug)]
pub(in crate::target) enum Marks {
    Key,
    Value,
}

/// The losses of one target. Duplicates are removed where they are reported.
#[derive(Debug)]
pub(in crate::target) struct Losses {
    wording: Wording,
    found: Vec<Diagnostic>,
}

impl Losses {
    pub fn new(wording: Wording) -> Self {
        Self {
            wording,
            found: Vec::new(),
        }
    }

    /// A loss of the platform as a whole.
    pub fn of_platform(&mut self, span: Span, message: &str, help: &str) {
        self.push(span, message, help, None);
    }

    /// A loss of a component, whose `allow` accepts it.
    pub fn of_component(&mut self, component: &str, span: Span, message: &str, help: &str) {
        self.push(span, message, help, Some(component));
    }

    /// A key of a workload, at this place; `reason` goes on where the target's wording ends.
    pub fn key_at(&mut self, workload: &Workload, span: Span, key: &str, reason: &str) {
        let (name, joint) = (&workload.name, self.wording.joint);
        let message = format!("`{key}` of `{name}`{joint}{reason}");
        self.of_component(&workload.component, span, &message, &accept());
    }

    /// A key of a workload, where it is written; the component's name where nobody wrote it.
    pub fn key(&mut self, workload: &Workload, key: &str, reason: &str) {
        let entry = workload.written.entry(key);
        let span = entry.map_or(workload.span, |entry| match self.wording.marks {
            Marks::Key => entry.key.span,
            Marks::Value => entry.value.span,
        });
        self.key_at(workload, span, key, reason);
    }

    /// Keys of a workload, each with its reason; `None` where nothing of it is lost.
    pub fn keys<const N: usize>(&mut self, workload: &Workload, keys: [(&str, Option<&str>); N]) {
        for (key, reason) in keys {
            if let Some(reason) = reason {
                self.key(workload, key, reason);
            }
        }
    }

    /// Adds those that were found elsewhere, after its own.
    pub fn append(&mut self, mut more: Self) {
        self.found.append(&mut more.found);
    }

    pub fn finish(self) -> Vec<Diagnostic> {
        self.found
    }

    fn push(&mut self, span: Span, message: &str, help: &str, component: Option<&str>) {
        let Wording { target, label, .. } = self.wording;
        let subject = component.map(|name| Subject::Component(name.to_string()));
        let diagnostic = loss(target, message, span, label).help(help);
        self.found.push(diagnostic.of(subject));
    }
}
