//! The rules that a platform must keep, as a table. Each rule is a small file; all of them run, none stops another.
//!
//! In: the model and the graph. Out: diagnostics in the sink.

mod addresses;
mod clashes;
mod cycles;
mod images;
mod limits;
mod lints;
mod profiles;
mod sharing;

use crate::{diag::Sink, graph::Graph, model::Platform, source::Span};

/// What a rule reads.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub platform: &'a Platform,
    pub graph: &'a Graph,
}

impl Facts<'_> {
    /// Whether a kind says it, and not the platform's own files.
    fn is_of_kind(self, span: Span) -> bool {
        self.platform.kind_sources.contains(&span.source)
    }
}

/// A rule looks at the platform and says what is wrong with it.
type Rule = fn(Facts<'_>, &mut Sink);

const RULES: &[Rule] = &[
    cycles::start_order,
    cycles::tasks,
    clashes::host_ports,
    clashes::container_ports,
    clashes::mount_paths,
    clashes::names,
    limits::names,
    sharing::volumes,
    sharing::databases,
    sharing::replicas,
    profiles::dependencies,
    profiles::restarting_jobs,
    images::moving,
    lints::plaintext_secrets,
    lints::rights,
    lints::public_binds,
    lints::sources,
    lints::habits,
    addresses::bare_addresses,
    lints::unused,
];

/// Runs every rule.
pub fn check(facts: Facts<'_>, sink: &mut Sink) {
    for rule in RULES {
        rule(facts, sink);
    }
}
