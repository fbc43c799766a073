//! Presets that nothing names, and what of the others fits a component. What is wrong with those shows where they are laid below
//! it.

use std::collections::BTreeSet;

use super::{Inputs, declare, read};
use crate::{
    catalog::Kind,
    diag::Sink,
    language::{holds_entries, is_whole},
    syntax::{Entry, Node, Table, Value},
};

/// Checks the names in presets that no component and no group has. Returns the groups that they name.
pub(super) fn unused<'a>(
    tree: &'a Table,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) -> Vec<&'a Node> {
    let owners = ["components", "groups"].into_iter();
    let used: BTreeSet<String> = owners
        .flat_map(|owners| read::tables(tree, owners))
        .flat_map(|(_, owner)| read::strings(owner, "presets"))
        .collect();
    let presets = read::tables(tree, "presets");
    let mut groups = Vec::new();
    for (_, preset) in presets.filter(|(key, _)| !used.contains(&key.name)) {
        declare::names_no_presets(preset, sink);
        declare::kind_of(preset, inputs, sink);
        groups.extend(preset.get("group").filter(|node| !node.is_false()));
    }
    groups
}

/// The presets without parts of tables that neither the component nor its kind has: a preset of a group is for those that have one.
pub(super) fn fitting(presets: &Table, own: &Table, kind: &Kind) -> Table {
    let tables: Vec<&Table> = kind
        .tables()
        .filter_map(|table| table.table("workload"))
        .chain(std::iter::once(own))
        .collect();
    let has = |path: &[&str]| tables.iter().any(|table| table.get_path(path).is_some());
    let mut out = presets.clone();
    for entry in &mut out.entries {
        let name = entry.key.name.clone();
        if let (true, Value::Table(inner)) = (holds_entries(&name), &mut entry.value.value) {
            let fits = |it: &Entry| has(&[&name, &it.key.name]) || is_whole(&name, &it.value);
            inner.entries.retain(fits);
        }
    }
    let has_image = kind.image.is_some() || has(&["image"]) || presets.get("image").is_some();
    out.entries.retain(|entry| {
        let name = entry.key.name.as_str();
        // A component without an image is meant to be built: what is missing there is to be told.
        let is_meant = name == "build" && !has_image && !has(&["external"]);
        is_meant || holds_entries(name) || has(&[name]) || is_whole(name, &entry.value)
    });
    out
}
