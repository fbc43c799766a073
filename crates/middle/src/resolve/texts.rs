//! Strings that are read before anything starts: what references stand for is written out.

use super::{
    Scene,
    reference::{Scope, text},
};
use crate::{
    diag::Sink,
    model::Published,
    syntax::{Node, Table},
};

/// Where such a string's references lead to.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    pub scene: &'a Scene<'a>,
    pub published: Published<'a>,
}

impl Texts<'_> {
    /// Variables stand with their defaults; a secret is an error.
    pub fn constant(self, node: &Node, sink: &mut Sink) -> String {
        let scope = Scope::platform().without_secrets("a string of a pipeline or CI entry");
        text(self.scene, node, &scope, sink)
            .render(|piece| self.published.constant(piece).unwrap_or_default())
    }

    /// The string of a key, if the table has it.
    pub fn key(self, table: &Table, key: &str, sink: &mut Sink) -> Option<String> {
        Some(self.constant(table.get(key)?, sink))
    }
}
