//! What a target can't express, as lints `target-loss`.

use std::collections::BTreeMap;

use crate::{
    diag::{Code, Diagnostic, Subject},
    files::Target,
    model::{EnvironmentVariable, Piece, Workload},
    source::Span,
};

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

/// Variables of a pipeline or a CI entry that name such a certificate, which it does not get. `instead`: what to do before it is
/// accepted.
pub(in crate::target) fn lost_certificates<'a>(
    target: Target,
    owner: &Subject,
    variables: impl Iterator<Item = &'a EnvironmentVariable>,
    instead: &str,
) -> Vec<Diagnostic> {
    let names_certificate =
        |piece: &Piece| matches!(piece, Piece::Literal(text) if text.contains(AUTHORITIES));
    let telling = variables.filter(|it| it.value.pieces.iter().any(names_certificate));
    // A variable of a pipeline is one of each of its tasks.
    let places: BTreeMap<Span, &str> = telling.map(|it| (it.span, it.name.as_str())).collect();
    let losses = places.into_iter().map(|(place, variable)| {
        let message = format!(
            "`{variable}` of `{}` names a certificate in `{AUTHORITIES}`, which nothing puts there",
            owner.name()
        );
        loss(
            target,
            &message,
            place,
            "`settings.ca` of a store reaches components and tasks only",
        )
        .of(Some(owner.clone()))
        .help_to_accept(|accept| format!("{instead}, and write {accept}"))
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

/// The losses of one target. Duplicates are removed where they are reported. What adds one gets what sets its help, such as
/// [`Diagnostic::accept_alone`].
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
    pub fn of_platform(
        &mut self,
        span: Span,
        message: &str,
        help: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        self.push(None, span, message, help);
    }

    /// A loss of a component, whose `allow` accepts it.
    pub fn of_component(
        &mut self,
        component: &str,
        span: Span,
        message: &str,
        help: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let subject = Subject::Component(component.to_string());
        self.push(Some(subject), span, message, help);
    }

    /// A key of a workload, at this place; `reason` goes on where the target's wording ends.
    pub fn key_at(&mut self, workload: &Workload, span: Span, key: &str, reason: &str) {
        let (name, joint) = (&workload.name, self.wording.joint);
        let message = format!("`{key}` of `{name}`{joint}{reason}");
        let component = &workload.component;
        self.of_component(component, span, &message, Diagnostic::accept_alone);
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

    fn push(
        &mut self,
        subject: Option<Subject>,
        span: Span,
        message: &str,
        help: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let Wording { target, label, .. } = self.wording;
        let diagnostic = loss(target, message, span, label).of(subject);
        self.found.push(help(diagnostic));
    }
}
