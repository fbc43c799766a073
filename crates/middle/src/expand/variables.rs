//! Which variables a user gives the program of a component, and whether more of them stand where nothing is read.

use std::collections::BTreeSet;

use super::draft::Declared;
use crate::syntax::{Node, Table};

/// Raw keys that name variables which stand elsewhere: of a service of Compose, and of the values of a chart.
const ELSEWHERE: [&str; 3] = ["env_file", "extends", "extraEnvFrom"];

/// The names of the variables: in `env` of the component and of the parts that run its program, and in raw keys about them.
pub(super) fn names(declared: &Declared, tree: &Table) -> BTreeSet<String> {
    let of_parts = parts(declared).filter_map(|(_, part)| part.table("env"));
    let env = declared.user.table("env").into_iter().chain(of_parts);
    let entries = env.flat_map(Table::iter);
    let entries = entries.filter(|(_, it)| !it.is_false() && !it.is_removed());
    let mut names: BTreeSet<String> = entries.map(|(key, _)| key.name.clone()).collect();
    for table in raw(declared, tree) {
        words(table, &mut names);
    }
    names
}

/// Whether raw keys give it variables that stand in files or objects of a cluster.
pub(super) fn are_elsewhere(declared: &Declared, tree: &Table) -> bool {
    let mut found = BTreeSet::new();
    for table in raw(declared, tree) {
        words(table, &mut found);
    }
    ELSEWHERE.iter().any(|key| found.contains(*key))
}

/// What the user says of the parts that run the component's own image.
pub(super) fn parts(declared: &Declared) -> impl Iterator<Item = (&str, &Table)> {
    let parts = declared.user.entries_of("parts");
    let parts = parts.filter_map(|(key, part)| {
        let part = part.as_table()?;
        Some((key.name.as_str(), part))
    });
    parts.filter(|(name, _)| runs_the_program(declared, name))
}

fn runs_the_program(declared: &Declared, part: &str) -> bool {
    let tables = declared.kind.tables();
    let mut of_kind = tables.filter_map(|table| table.get_path(&["parts", part])?.as_table());
    of_kind
        .next()
        .is_some_and(|first| first.get("image").is_none())
}

/// The raw keys of the workloads, on the component and at the top.
fn raw<'a>(declared: &'a Declared, tree: &'a Table) -> Vec<&'a Table> {
    let workloads = std::iter::once((None, &declared.user));
    let workloads = workloads.chain(parts(declared).map(|(name, part)| (Some(name), part)));
    let mut found = Vec::new();
    for (part, table) in workloads {
        found.extend(
            ["compose", "helm"]
                .iter()
                .filter_map(|key| table.table(key)),
        );
        let service = declared.workload_name(part);
        let path = ["raw", "compose", "services", service.as_str()];
        found.extend(tree.get_path(&path).and_then(Node::as_table));
    }
    let chart = tree.get_path(&["raw", "helm"]);
    found.extend(chart.and_then(Node::as_table));
    found
}

/// Every name in it, as raw keys have variables in several forms: `{ NAME = "x" }`, `"NAME=x"`, `{ name = "NAME", value = "x" }`.
fn words(table: &Table, found: &mut BTreeSet<String>) {
    for (key, node) in table.iter() {
        found.insert(key.name.clone());
        let items = node.items();
        for item in items {
            match (item.as_table(), item.as_str()) {
                (Some(inner), _) => words(inner, found),
                (_, Some(text)) => {
                    found.extend(text.split('=').next().map(str::to_string));
                }
                _ => {}
            }
        }
    }
}
