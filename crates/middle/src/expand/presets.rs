//! Presets that nothing names. What is wrong with the others shows where they are laid below a component.

use std::collections::BTreeSet;

use super::{Inputs, declare, read};
use crate::{
    diag::Sink,
    syntax::{Node, Table},
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
