//! What references stand for without a platform that runs: constants, defaults of variables, the platform's name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Mode, Phrase, Piece, Words, of_node};
use crate::{
    diag::Diagnostic,
    source::Span,
    syntax::{Node, Table, Value},
};

/// What can be written out before anything is resolved, by the reference that stands for it: `vars.V`, `platform.name`.
#[derive(Clone, Debug, Default)]
pub struct Constants {
    values: BTreeMap<String, Constant>,
}

#[derive(Clone, Debug)]
struct Constant {
    /// `None` where what is written can't be read, which was reported.
    text: Option<String>,
    place: Span,
}

/// A string in which references were written out.
#[derive(Clone, Debug)]
pub struct WrittenOut {
    /// The whole string.
    pub text: String,
    /// Where the values in it stand.
    pub places: Vec<Span>,
}

impl Constants {
    /// Those of a platform file, with its environment laid over it.
    pub fn of(tree: &Table) -> Self {
        let variables = tree.table("vars").into_iter().flat_map(Table::iter);
        let values = variables.filter_map(|(key, node)| {
            let value = match &node.value {
                Value::Table(table) => table.get("default")?,
                _ => node,
            };
            Some((format!("vars.{}", key.name), value))
        });
        let name = tree.get_path(&["platform", "name"]);
        let values = values.chain(name.map(|node| ("platform.name".to_string(), node)));
        let constants = values.map(|(name, node)| {
            let is_scalar = node.as_array().is_none() && node.as_table().is_none();
            let text = (is_scalar && !node.is_broken()).then(|| node.scalar());
            let place = node.span;
            (name, Constant { text, place })
        });
        Self {
            values: constants.collect(),
        }
    }

    /// The names of the variables.
    pub fn variables(&self) -> Vec<&str> {
        let names = self.values.keys();
        names
            .filter_map(|name| name.strip_prefix("vars."))
            .collect()
    }

    /// The string that a phrase stands for; `None` if it holds a reference to anything else.
    pub fn written_out(&self, phrase: &Phrase<'_>) -> Option<WrittenOut> {
        let (mut text, mut places) = (String::new(), Vec::new());
        for piece in &phrase.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Escape => text.push_str("${"),
                Piece::Misfit(_) => return None,
                Piece::Reference(reference) => {
                    let constant = self.values.get(&reference.segments.join("."))?;
                    text.push_str(constant.text.as_ref()?);
                    if !places.contains(&constant.place) {
                        places.push(constant.place);
                    }
                }
            }
        }
        Some(WrittenOut { text, places })
    }
}

impl WrittenOut {
    /// What a message calls it: as it is written where nothing was filled in.
    pub fn shown<'a>(&'a self, node: &'a Node) -> &'a str {
        match self.places.is_empty() {
            true => node.as_str().unwrap_or_default(),
            false => &self.text,
        }
    }

    /// The diagnostic about the string, with the values that make it what it is.
    pub fn explain(&self, diagnostic: Diagnostic) -> Diagnostic {
        let places = self.places.iter();
        places.fold(diagnostic, |diagnostic, place| {
            diagnostic.label(*place, "with this value")
        })
    }
}

/// Adds the variables that the strings of a value refer to.
pub fn variables_in(node: &Node, out: &mut BTreeSet<String>) {
    match &node.value {
        Value::String(_) => {
            let phrase = of_node(node, Words::Platform, Mode::Shell);
            for reference in phrase.references() {
                if let ["vars", name] = reference.segments.as_slice() {
                    out.insert((*name).to_string());
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| variables_in(item, out)),
        Value::Table(table) => table.iter().for_each(|(_, node)| variables_in(node, out)),
        _ => {}
    }
}
