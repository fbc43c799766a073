//! The certificate of an authority beside an address that names it: whoever refers to the URL of a store elsewhere, as
//! `${components.db.url}`, or to `${components.db.ca}`, gets the file that they name. Tasks mount it from the project.
//!
//! What a role sets is the kind's own business; this is for what users write into `env`, `command` and the like.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    draft::Declared,
    edits::{edit, key, text},
};
use crate::{
    catalog::Kind,
    names::Names,
    reference::{self, Mode, Words},
    source::Span,
    syntax::{Node, Table, Value},
};

/// Where kinds mount them.
const FOLDER: &str = "/etc/mlopsgen/ca";

/// Lays the files over the components that refer to such a URL.
pub(super) fn mount(components: &mut [Declared]) {
    let authorities = authorities(components);
    if authorities.is_empty() {
        return;
    }
    for declared in components.iter_mut().filter(|it| it.external.is_none()) {
        let mut named = BTreeMap::new();
        named_in(&declared.user, &authorities, &mut named);
        for (name, place) in named {
            lay(&mut declared.user, &name, &authorities[&name], place);
        }
    }
}

/// The tree with volumes for the tasks of the pipelines that refer to such a URL; `None` where none does.
pub(super) fn mount_in_tasks(tree: &Table, components: &[Declared]) -> Option<Table> {
    let authorities = authorities(components);
    let entry = tree
        .entry("pipelines")
        .filter(|_| !authorities.is_empty())?;
    let pipelines = entry.value.as_table()?;
    let mut with_volumes = pipelines.clone();
    for (pipeline, node) in pipelines.iter() {
        let mut named = BTreeMap::new();
        let table = node.as_table();
        table.inspect(|it| named_in(it, &authorities, &mut named));
        for (name, place) in named {
            edit(&mut with_volumes, &pipeline.name, pipeline.span, |it| {
                lay_volume(it, &name, &authorities[&name], place);
            });
        }
    }
    let mut tree = tree.clone();
    edit(&mut tree, "pipelines", entry.key.span, |it| {
        *it = with_volumes;
    });
    Some(tree)
}

fn authorities(components: &[Declared]) -> BTreeMap<String, Authority> {
    components.iter().filter_map(authority).collect()
}

/// Of a store elsewhere.
struct Authority {
    /// The path of its certificate, in `settings.ca`.
    file: Node,
    /// The outputs that name it.
    outputs: BTreeSet<String>,
}

fn authority(declared: &Declared) -> Option<(String, Authority)> {
    declared.external.as_ref()?;
    let file = declared.setting("ca")?.clone();
    let outputs = naming_outputs(&declared.kind);
    Some((declared.name.clone(), Authority { file, outputs }))
}

/// The outputs of a kind that name the file in one of its cases.
fn naming_outputs(kind: &Kind) -> BTreeSet<String> {
    let cases = kind.table.array("when").unwrap_or_default().iter();
    let outputs = cases.filter_map(|case| case.as_table()?.table("outputs"));
    let outputs = outputs.flat_map(Table::iter);
    let names = outputs.filter(|(_, node)| node.as_str().is_some_and(|it| it.contains(FOLDER)));
    names.map(|(key, _)| key.name.clone()).collect()
}

/// The stores whose outputs a table refers to, each with the first place.
fn named_in(
    table: &Table,
    authorities: &BTreeMap<String, Authority>,
    named: &mut BTreeMap<String, Span>,
) {
    for (_, node) in table.iter() {
        let items = node.items();
        for item in items {
            if let Some(inner) = item.as_table() {
                named_in(inner, authorities, named);
                continue;
            }
            for reference in reference::of_node(item, Words::Platform, Mode::Strict).references() {
                let ["components", name, output] = reference.segments.as_slice() else {
                    continue;
                };
                let authority = authorities.get(*name);
                if authority.is_some_and(|it| it.outputs.contains(*output)) {
                    named.entry((*name).to_string()).or_insert(item.span);
                }
            }
        }
    }
}

/// What the user mounts there stays.
fn lay(user: &mut Table, name: &str, authority: &Authority, place: Span) {
    let path = format!("{FOLDER}/{name}.pem");
    if mounts_above(user, &path) {
        return;
    }
    edit(user, "files", place, |files| {
        if files.get(&path).is_none() {
            edit(files, &path, place, |file| {
                file.set(key("source", authority.file.span), authority.file.clone());
            });
        }
    });
}

/// Tasks have no `files`: what they mount of the project is a volume.
fn lay_volume(pipeline: &mut Table, name: &str, authority: &Authority, place: Span) {
    let path = format!("{FOLDER}/{name}.pem");
    if mounts_above(pipeline, &path) {
        return;
    }
    edit(pipeline, "volumes", place, |volumes| {
        let mut names: Names = volumes.keys().collect();
        let volume = names.take_numbered(&format!("{name}-ca"));
        edit(volumes, &volume, place, |volume| {
            volume.set(key("mount", place), text(&path, place));
            volume.set(key("source", authority.file.span), authority.file.clone());
            let read_only = Node {
                span: place,
                value: Value::Boolean(true),
            };
            volume.set(key("read_only", place), read_only);
        });
    });
}

/// Whether a volume holds the path.
fn mounts_above(user: &Table, path: &str) -> bool {
    let volumes = user.entries_of("volumes");
    let mut mounts = volumes.filter_map(|(_, volume)| volume.as_table()?.string("mount"));
    mounts.any(|mount| {
        let below = path.strip_prefix(mount.trim_end_matches('/'));
        below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}
