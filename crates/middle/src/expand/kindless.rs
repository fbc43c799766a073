//! Components without a line `kind`, whose keys only kinds have: one mistake, not one for each of these keys.

use std::sync::Arc;

use super::Inputs;
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink},
    syntax::{Key, Table, quoted},
    text::{all_of, one_of},
};

/// Keys that mean nothing without a kind that declares what stands in them.
const OF_KINDS: [&str; 3] = ["settings", "uses", "parts"];

/// Most kinds that a help names.
const MOST: usize = 4;

/// The error of a component that neither says what it runs nor of which kind it is, but has keys of a kind.
pub(super) fn of(name: &Key, component: &Table, inputs: &mut Inputs<'_>) -> Option<Diagnostic> {
    let says_what = ["kind", "image", "build"]
        .iter()
        .any(|key| component.get(key).is_some());
    let of_kinds = OF_KINDS.iter().filter(|key| component.get(key).is_some());
    let found: Vec<&str> = of_kinds.copied().collect();
    if says_what || found.is_empty() {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::MissingKey,
        format!("component `{}` has no `kind`", name.name),
    )
    .label(
        name.span,
        format!("its {} are those of a kind", all_of(&found)),
    );
    let fitting = fitting(&name.name, component, inputs);
    let lines: Vec<String> = fitting
        .iter()
        .map(|kind| format!("kind = {}", quoted(kind)))
        .collect();
    Some(match lines.as_slice() {
        [] => diagnostic.help("write `kind = \"NAME\"`; `mlopsgen kinds` lists them"),
        [line] => diagnostic
            .help(format!("write `{line}`"))
            .adding(name.span, line),
        [first, ..] if lines.len() <= MOST => diagnostic
            .help(format!("write {}", one_of(&lines)))
            .adding(name.span, first),
        _ => diagnostic.help("write `kind = \"NAME\"`; `mlopsgen kinds` lists them"),
    })
}

/// The kind with the component's name, else the kinds that have all of its keys, the best match first.
fn fitting(name: &str, component: &Table, inputs: &mut Inputs<'_>) -> Vec<String> {
    let names = inputs.catalog.names();
    if names.iter().any(|kind| kind == name) {
        return vec![name.to_string()];
    }
    let quiet = &mut Sink::default();
    let fits = |kind: &String| {
        let kind: Option<Arc<Kind>> = inputs.catalog.get(kind, inputs.sources, quiet);
        kind.is_some_and(|kind| has_all(&kind, component))
    };
    names.into_iter().filter(fits).collect()
}

/// Whether a kind has each setting, role and part that a component names.
fn has_all(kind: &Kind, component: &Table) -> bool {
    let all = |table: &str, is_known: &dyn Fn(&str) -> bool| {
        let mut names = component.table(table).into_iter().flat_map(Table::keys);
        names.all(is_known)
    };
    all("settings", &|name| {
        name == "major" || kind.settings.iter().any(|spec| spec.name == name)
    }) && all("uses", &|name| {
        kind.roles.iter().any(|role| role.name == name)
    }) && all("parts", &|name| {
        kind.table.get_path(&["parts", name]).is_some()
    })
}
