//! What strings are read against: the finished draft, and the order over its references.

use super::order::Order;
use crate::expand::{ComponentDraft, Draft, Names};

pub(super) struct Scene<'a> {
    pub draft: &'a Draft,
    pub names: &'a Names,
    pub components: &'a [ComponentDraft],
    /// Which references may be followed.
    pub order: Order<'a>,
}

impl Scene<'_> {
    pub fn find(&self, name: &str) -> Option<usize> {
        self.draft.find(name)
    }

    pub fn component_names(&self) -> impl Iterator<Item = &str> {
        self.components.iter().map(|draft| draft.name.as_str())
    }

    pub fn has_kind(&self, kind: &str) -> bool {
        self.components.iter().any(|draft| draft.is_a(kind))
    }
}
