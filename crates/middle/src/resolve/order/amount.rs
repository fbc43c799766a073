//! How much text the references bring.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{Database, Definition, Reader, leads_to, outputs, walk::Found};
use crate::{
    expand::Draft,
    reference::{self, Mode, Piece, Reference},
    source::Span,
    syntax::{Node, Table, Value},
};

/// What a reference counts for beside the bytes that it brings.
const COST: usize = 64;

/// The reference with which all together bring more than `limit` bytes.
pub(super) fn first_beyond<'a>(
    draft: &'a Draft,
    walked: &BTreeMap<Definition<'a>, Found>,
    limit: usize,
) -> Option<Span> {
    let mut amount = Amount {
        draft,
        walked,
        bytes: 0,
        limit,
    };
    amount.platform().break_value()
}

struct Amount<'w, 'a> {
    draft: &'a Draft,
    walked: &'w BTreeMap<Definition<'a>, Found>,
    bytes: usize,
    limit: usize,
}

impl<'a> Amount<'_, 'a> {
    fn platform(&mut self) -> ControlFlow<Span> {
        let draft = self.draft;
        for (index, component) in draft.components.iter().enumerate() {
            for workload in &component.workloads {
                self.table(Some(index), &workload.table)?;
            }
            // Templates see the outputs of the component itself and of what fills its roles.
            let fillers = component.uses.iter().map(|bound| bound.target);
            for component in fillers.chain([index]) {
                for name in outputs(draft, component) {
                    let output = Definition::Output {
                        component,
                        name,
                        database: Database::First,
                    };
                    self.add(self.behind(Some(output)), draft.components[index].span)?;
                }
            }
        }
        for (key, node) in draft.tree.iter() {
            if !["components", "presets"].contains(&key.name.as_str()) {
                self.node(None, node)?;
            }
        }
        ControlFlow::Continue(())
    }

    fn table(&mut self, component: Option<usize>, table: &Table) -> ControlFlow<Span> {
        for (_, node) in table.iter() {
            self.node(component, node)?;
        }
        ControlFlow::Continue(())
    }

    fn node(&mut self, component: Option<usize>, node: &Node) -> ControlFlow<Span> {
        match &node.value {
            Value::String(_) => self.string(component, node),
            Value::Array(items) => {
                for item in items {
                    self.node(component, item)?;
                }
                ControlFlow::Continue(())
            }
            Value::Table(table) => self.table(component, table),
            _ => ControlFlow::Continue(()),
        }
    }

    fn string(&mut self, component: Option<usize>, node: &Node) -> ControlFlow<Span> {
        let words = self.draft.names.words(node);
        let reader = Reader {
            component,
            database: Database::First,
            words,
        };
        for reference in reference::of_node(node, words, Mode::Shell).references() {
            let definition = leads_to(self.draft, reader, &reference.segments);
            let bytes = reference_size(self.draft, reference);
            let bytes = bytes.saturating_add(self.behind(definition));
            self.add(bytes, reference.place)?;
        }
        ControlFlow::Continue(())
    }

    fn behind(&self, definition: Option<Definition<'a>>) -> usize {
        definition
            .and_then(|definition| self.walked.get(&definition))
            .map_or(0, |found| found.size)
    }

    fn add(&mut self, bytes: usize, place: Span) -> ControlFlow<Span> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.limit {
            ControlFlow::Break(place)
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// Bytes of a piece without what it leads to.
pub(super) fn own_size(draft: &Draft, piece: &Piece<'_>) -> usize {
    match piece {
        Piece::Literal(text) => text.len(),
        Piece::Escape | Piece::Misfit(_) => 2,
        Piece::Reference(reference) => reference_size(draft, reference),
    }
}

/// A reference counts for something, and a constant variable for its text too.
fn reference_size(draft: &Draft, reference: &Reference<'_>) -> usize {
    let ["vars", name] = reference.segments.as_slice() else {
        return COST;
    };
    let mut variables = draft.names.variables.iter();
    variables
        .find(|variable| variable.name == *name && variable.env.is_none())
        .map_or(COST, |variable| COST + variable.default.len())
}
