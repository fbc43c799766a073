//! Unused names. They are checked here, because the resolved model no longer shows who used a name.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, Sink},
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// Lints variables, presets and networks that nothing in the file names.
pub(super) fn check(tree: &Table, written_out: &BTreeSet<String>, sink: &mut Sink) {
    let mut used = UsedNames {
        variables: written_out.iter().map(String::as_str).collect(),
        ..UsedNames::default()
    };
    used.table(tree);
    for (table, what, names) in [
        ("vars", "variable", &used.variables),
        ("presets", "preset", &used.presets),
        ("networks", "network", &used.networks),
    ] {
        for (key, _) in tree.table(table).into_iter().flat_map(Table::iter) {
            if !names.contains(key.name.as_str()) {
                report(sink, what, &key.name, key.span);
            }
        }
    }
}

fn report(sink: &mut Sink, what: &str, name: &str, span: Span) {
    sink.push(
        Diagnostic::new(Code::Unused, format!("{what} `{name}` is used nowhere"))
            .label(span, "declared here")
            .help("remove it, or use it"),
    );
}

#[derive(Default)]
struct UsedNames<'a> {
    variables: BTreeSet<&'a str>,
    presets: BTreeSet<&'a str>,
    networks: BTreeSet<&'a str>,
}

impl<'a> UsedNames<'a> {
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
                let phrase = reference::of_node(node, Words::Platform, Mode::Shell);
                for reference in phrase.references() {
                    if let ["vars", name] = reference.segments.as_slice() {
                        self.variables.insert(name);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.node(item)),
            Value::Table(table) => self.table(table),
            _ => {}
        }
    }
}
