//! What strings are read against: the finished draft, and the order over its references.

use std::collections::BTreeMap;

use super::{
    Inputs, network,
    order::{self, Order},
    origins::Origins,
    templates::{self, ProjectTemplates},
};
use crate::{
    diag::{Sink, nearest},
    expand::{ComponentDraft, Draft, Names, WorkloadDraft, unknown},
    language::NameRule,
    model::{NetworkOwners, Piece, Purpose, Secret, Text},
    names::variable_name,
    source::{SourceId, Span},
    world::World,
};

pub(super) struct Scene<'a> {
    pub draft: &'a Draft,
    pub names: &'a Names,
    pub components: &'a [ComponentDraft],
    /// Which references may be followed.
    pub order: Order<'a>,
    /// Under which workload's name others reach what shares a network.
    pub network_owners: NetworkOwners,
    /// Files of the project in which references are resolved.
    pub templates: ProjectTemplates,
    /// The files of the user's templates, by their paths.
    pub own_templates: BTreeMap<String, SourceId>,
    pub world: &'a dyn World,
    pub origins: Origins,
}

impl<'a> Scene<'a> {
    /// What a finished draft is read against. Errors in the order of its references, and in files of the project, are reported.
    pub fn of<'inputs: 'a>(
        draft: &'a Draft,
        inputs: &mut Inputs<'inputs>,
        sink: &mut Sink,
    ) -> Self {
        let templates = templates::read_all(draft, inputs, sink);
        Self {
            draft,
            names: &draft.names,
            components: &draft.components,
            order: order::order(draft, sink),
            network_owners: network::owners(draft),
            templates,
            own_templates: inputs.engine.own_files(inputs.sources),
            world: inputs.world,
            origins: Origins::of(draft),
        }
    }
}

impl Scene<'_> {
    pub fn find(&self, name: &str) -> Option<usize> {
        self.draft.find(name)
    }

    pub fn component_names(&self) -> impl Iterator<Item = &str> {
        self.components.iter().map(|draft| draft.name.as_str())
    }

    /// The secret of this name; that there is none is reported at `place`.
    pub fn secret(&self, name: &str, place: Span, sink: &mut Sink) -> Option<&Secret> {
        let found = self.names.secrets.find(name);
        if found.is_none() {
            let names = self.names.secrets.iter().map(|secret| secret.name.as_str());
            let known = sink.shown(names);
            let mut diagnostic = unknown("secret", name, place, &known);
            let mut secrets = self.names.secrets.iter();
            if let Some(meant) = secrets.find(|secret| secret.env == name) {
                let label = format!("the variable of `{}`", meant.name);
                let named = diagnostic.label(meant.span, label);
                diagnostic = named.misspelled(name, Some(meant.name.as_str()), String::new);
            } else if nearest(name, known).is_none() && NameRule::Plain.accepts(name) {
                let env = variable_name(name);
                let line = format!("{name} = {{ env = \"{env}\" }}");
                diagnostic = diagnostic
                    .help(format!("declare it below `[secrets]`: `{line}`"))
                    .declaring(place, "secrets", line);
            }
            sink.push(diagnostic);
        }
        found
    }

    /// The text while every variable has its default.
    pub fn with_defaults(&self, text: &Text) -> String {
        text.with_defaults(&self.names.variables)
    }

    /// The same where nothing else in the text is left to fill in.
    pub fn known_with_defaults(&self, text: &Text) -> Option<String> {
        let is_known = |piece: &Piece| {
            matches!(
                piece,
                Piece::Literal(_) | Piece::Endpoint(_) | Piece::Variable(_)
            )
        };
        text.pieces
            .iter()
            .all(is_known)
            .then(|| self.with_defaults(text))
    }

    /// The workloads of a component that the platform runs: all, but the main one of a component that runs elsewhere.
    pub fn running(&self, index: usize) -> impl Iterator<Item = &WorkloadDraft> {
        let draft = &self.components[index];
        let is_run = |shape: &&WorkloadDraft| shape.part.is_some() || draft.external.is_none();
        draft.workloads.iter().filter(is_run)
    }

    /// The first component of a purpose; one that runs elsewhere only where there is no other.
    pub fn first_for(&self, purpose: Purpose) -> Option<usize> {
        (0..self.components.len())
            .filter(|index| self.components[*index].is_for(purpose))
            .min_by_key(|index| self.components[*index].external.is_some())
    }

    pub fn has(&self, purpose: Purpose) -> bool {
        self.components.iter().any(|draft| draft.is_for(purpose))
    }
}
