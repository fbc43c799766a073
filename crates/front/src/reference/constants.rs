//! What references stand for without a platform that runs: constants, defaults of variables, the platform's name.

use std::collections::{BTreeMap, BTreeSet};

use super::{Mode, Phrase, Piece, Reference, Words, of_node};
use crate::{
    diag::Diagnostic,
    source::Span,
    syntax::{Node, Table, Value},
};

/// What can be written out before anything is resolved, by the reference that stands for it: `vars.V`, `platform.name`.
#[derive(Clone, Debug, Default)]
pub struct Constants {
    /// `None`: what is written there can't be used, which is reported there.
    values: BTreeMap<String, Option<Constant>>,
    networks: Vec<String>,
    volumes: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Constant {
    /// As it is written in `[vars]`.
    pub(super) value: Value,
    pub(super) text: String,
    pub(super) place: Span,
    /// Whether it is the default of what is set at start.
    pub(super) is_set_at_start: bool,
}

/// A string in which references were written out.
#[derive(Clone, Debug)]
pub struct WrittenOut {
    /// The whole string.
    pub text: String,
    /// Where the values in it stand.
    pub places: Vec<Span>,
    /// Whether a variable in it is empty by default: it is whole only once somebody sets that at start.
    pub is_open: bool,
}

impl Constants {
    /// Those of a platform file, with its environment laid over it.
    pub fn of(tree: &Table) -> Self {
        let variables = tree.entries_of("vars");
        let values = variables.map(|(key, node)| {
            let table = node.as_table();
            let value = table.and_then(|table| table.get("default")).unwrap_or(node);
            let is_set_at_start = table.is_some_and(|table| table.get("env").is_some());
            let constant = Constant::of(value).map(|constant| Constant {
                is_set_at_start,
                ..constant
            });
            (format!("vars.{}", key.name), constant)
        });
        let name = tree.get_path(&["platform", "name"]);
        let name = name.map(|node| ("platform.name".to_string(), Constant::of(node)));
        let constants = values.chain(name);
        // Compose declares each network. One here exists outside.
        let networks = tree.entries_of("networks");
        let outside = networks.filter(|(_, node)| {
            let table = node.as_table();
            table.is_none_or(|table| table.get("external").is_some())
        });
        Self {
            values: constants.collect(),
            networks: outside.map(|(key, _)| key.name.clone()).collect(),
            volumes: shared_volumes(tree),
        }
    }

    /// The names of the networks that are declared, and exist outside.
    pub fn networks(&self) -> &[String] {
        &self.networks
    }

    /// The names of the volumes that are declared for several components.
    pub fn volumes(&self) -> &[String] {
        &self.volumes
    }

    /// The names of the variables.
    pub fn variables(&self) -> Vec<&str> {
        let names = self.values.keys();
        names
            .filter_map(|name| name.strip_prefix("vars."))
            .collect()
    }

    /// What a reference stands for, where that can be written out.
    pub(super) fn get(&self, reference: &Reference<'_>) -> Option<&Constant> {
        self.values.get(&reference.segments.join("."))?.as_ref()
    }

    /// Whether a phrase refers to a value that can't be used.
    pub fn is_broken(&self, phrase: &Phrase<'_>) -> bool {
        let value = |reference: &Reference<'_>| self.values.get(&reference.segments.join("."));
        let mut values = phrase.references().map(value);
        values.any(|value| value.is_some_and(Option::is_none))
    }

    /// The string that a phrase stands for; `None` if it holds a reference to anything else.
    pub fn written_out(&self, phrase: &Phrase<'_>) -> Option<WrittenOut> {
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut is_open = false;
        for piece in &phrase.pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Escape => text.push_str("${"),
                Piece::Misfit(_) => return None,
                Piece::Reference(reference) => {
                    let constant = self.get(reference)?;
                    text.push_str(&constant.text);
                    is_open |= constant.is_open();
                    if !places.contains(&constant.place) {
                        places.push(constant.place);
                    }
                }
            }
        }
        Some(WrittenOut {
            text,
            places,
            is_open,
        })
    }
}

/// The names of the volumes that several mount. Compose declares each volume: one without keys of its own that a single component
/// mounts is that component's.
fn shared_volumes(tree: &Table) -> Vec<String> {
    let mut mounted: BTreeMap<&str, usize> = BTreeMap::new();
    for table in ["components", "pipelines"] {
        for (_, owner) in tree.entries_of(table) {
            count_mounted(owner, &mut mounted);
        }
    }
    let is_shared = |name: &str, node: &Node| {
        let says_nothing = |table: &Table| table.keys().all(|key| key == "driver");
        let is_mounted_once = mounted.get(name) == Some(&1);
        !(is_mounted_once && node.as_table().is_some_and(says_nothing))
    };
    let declared = tree.entries_of("volumes");
    let shared = declared.filter(|(key, node)| is_shared(&key.name, node));
    shared.map(|(key, _)| key.name.clone()).collect()
}

/// Counts the names of volumes that a component and its parts mount, as Compose or as platform.toml writes it.
fn count_mounted<'a>(owner: &'a Node, mounted: &mut BTreeMap<&'a str, usize>) {
    let Some(table) = owner.as_table() else {
        return;
    };
    let (listed, named) = match table.get("volumes").map(|it| &it.value) {
        Some(Value::Array(items)) => (items.as_slice(), None),
        Some(Value::Table(volumes)) => (&[][..], Some(volumes)),
        _ => (&[][..], None),
    };
    let named = named.into_iter().flat_map(Table::iter).map(|(_, it)| it);
    for volume in listed.iter().chain(named) {
        let name = match &volume.value {
            Value::String(text) => text.split(':').next(),
            Value::Table(keys) => keys.string("shared").or_else(|| keys.string("source")),
            _ => None,
        };
        if let Some(name) = name {
            *mounted.entry(name).or_default() += 1;
        }
    }
    for (_, part) in table.entries_of("parts") {
        count_mounted(part, mounted);
    }
}

impl Constant {
    fn of(node: &Node) -> Option<Self> {
        let phrase = of_node(node, Words::Platform, Mode::Shell);
        let is_text = |piece: &Piece<'_>| matches!(piece, Piece::Literal(_) | Piece::Escape);
        let is_scalar = !matches!(
            node.value,
            Value::Array(_) | Value::Table(_) | Value::Removed | Value::Broken
        );
        (is_scalar && phrase.pieces.iter().all(is_text)).then(|| Self {
            value: node.value.clone(),
            text: node.scalar(),
            place: node.span,
            is_set_at_start: false,
        })
    }

    /// Whether it is whole only once somebody sets it at start.
    pub(super) fn is_open(&self) -> bool {
        self.is_set_at_start && self.text.is_empty()
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
