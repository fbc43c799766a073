//! What a program takes at its first start alone, and what anew at every start.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    expand::ComponentDraft,
    model::{Setting, Text},
    syntax::Table,
};

/// Variables that the image reads on an empty folder alone, each with what a change of it needs.
pub(super) fn first_start(draft: &ComponentDraft) -> BTreeMap<String, String> {
    let variables = draft.kind_table.table("first_start").into_iter();
    let variables = variables.flat_map(Table::iter);
    variables
        .filter_map(|(name, needs)| Some((name.name.clone(), needs.as_str()?.to_string())))
        .collect()
}

/// Secrets that its program takes anew at every start, by what the kind says of its settings and of its own keys.
pub(super) fn secrets(draft: &ComponentDraft, settings: &[Setting]) -> BTreeSet<String> {
    let specs = draft.kind.settings.iter().filter(|spec| spec.at_start);
    let of_settings = specs
        .filter_map(|spec| settings.iter().find(|it| it.name == spec.name))
        .flat_map(|setting| setting.value.texts())
        .flat_map(Text::secrets)
        .map(ToString::to_string);
    let own = draft.kind.secrets.iter().filter(|own| own.at_start);
    let own = own.filter_map(|own| {
        let mut brought = draft.own_secrets.iter();
        let (_, name) = brought.find(|(key, _)| *key == own.name)?;
        Some(name.clone())
    });
    of_settings.chain(own).collect()
}
