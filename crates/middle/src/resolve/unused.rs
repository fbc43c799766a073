//! Unused names. They are checked here, because the resolved model no longer shows who used a name.

use std::collections::BTreeSet;

use super::{Scene, reference::check_alone};
use crate::{
    diag::Sink,
    language::{COMPONENT, referring_texts},
    model::{OwnFile, used_nowhere},
    reference::{self, Mode, Phrase, Words},
    source::{SourceFile, SourceId, Sources, Span},
    syntax::{Node, Table, Value},
};

/// Lints variables, presets and networks that nothing names, neither platform.toml nor the files in which references are resolved.
pub(super) fn check(
    tree: &Table,
    scene: &Scene<'_>,
    sources: &Sources,
    over: Option<&OwnFile>,
    sink: &mut Sink,
) {
    let mut used = UsedNames {
        variables: scene.names.written_out.iter().map(String::as_str).collect(),
        ..UsedNames::default()
    };
    used.table(tree);
    for file in scene.templates.values() {
        used.file(sources.file(file.source), file.source);
    }
    for (table, what, names) in [
        ("vars", "variable", &used.variables),
        ("presets", "preset", &used.presets),
        ("networks", "network", &used.networks),
    ] {
        for (key, _) in tree.entries_of(table) {
            if !names.contains(key.name.as_str()) {
                sink.push(used_nowhere((what, table), &key.name, key.span, over));
            }
        }
    }
}

/// Reports wrong references in presets that nothing names: those of the others show where they are laid below a component.
pub(super) fn references(scene: &Scene<'_>, tree: &Table, sink: &mut Sink) {
    let mut used = UsedNames::default();
    used.table(tree);
    for (key, node) in tree.entries_of("presets") {
        if used.presets.contains(key.name.as_str()) {
            continue;
        }
        let texts = node
            .as_table()
            .map(|preset| referring_texts(preset, COMPONENT));
        for text in texts.into_iter().flatten() {
            check_alone(scene, text.node, text.mode, sink);
        }
    }
}

#[derive(Default)]
struct UsedNames<'a> {
    variables: BTreeSet<&'a str>,
    presets: BTreeSet<&'a str>,
    networks: BTreeSet<&'a str>,
}

impl<'a> UsedNames<'a> {
    /// A file in which references are resolved.
    fn file(&mut self, file: &'a SourceFile, source: SourceId) {
        let place = Span::new(source, 0..0);
        self.phrase(&reference::of_text(
            &file.text,
            place,
            Words::Platform,
            Mode::Shell,
        ));
    }

    fn phrase(&mut self, phrase: &Phrase<'a>) {
        for reference in phrase.references() {
            if let ["vars", name] = reference.segments.as_slice() {
                self.variables.insert(name);
            }
        }
    }

    fn table(&mut self, table: &'a Table) {
        for (key, node) in table.iter() {
            match key.name.as_str() {
                "presets" => self.presets.extend(table.strings("presets")),
                "networks" => self.networks.extend(table.strings("networks")),
                _ => {}
            }
            self.node(node);
        }
    }

    fn node(&mut self, node: &'a Node) {
        match &node.value {
            Value::String(_) => {
                self.phrase(&reference::of_node(node, Words::Platform, Mode::Shell));
            }
            Value::Array(items) => items.iter().for_each(|item| self.node(item)),
            Value::Table(table) => self.table(table),
            _ => {}
        }
    }
}
