//! What a program takes at its first start alone, and what anew at every start.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    catalog::OwnSecret,
    expand::{ComponentDraft, read},
    model::{Setting, Text},
};

/// Variables that the image reads on an empty folder alone, each with what a change of it needs.
pub(super) fn first_start(draft: &ComponentDraft) -> BTreeMap<String, String> {
    let variables = draft.kind_table.entries_of("first_start");
    variables
        .filter_map(|(name, needs)| Some((name.name.clone(), needs.as_str()?.to_string())))
        .collect()
}

/// Folders whose files the image runs on an empty folder alone.
pub(super) fn files(draft: &ComponentDraft) -> Vec<String> {
    let unless = draft.kind_table.string("first_start_files_unless");
    match unless.and_then(|variable| draft.user.get_path(&["env", variable])) {
        Some(_) => Vec::new(),
        None => read::strings(&draft.kind_table, "first_start_files"),
    }
}

/// Secrets that its program takes anew at every start, by what the kind says of its settings and of its own keys.
pub(super) fn secrets(draft: &ComponentDraft, settings: &[Setting]) -> BTreeSet<String> {
    let specs = draft.kind.settings.iter().filter(|spec| spec.at_start);
    let of_settings = specs
        .filter_map(|spec| settings.iter().find(|it| it.name == spec.name))
        .flat_map(|setting| setting.value.texts())
        .flat_map(Text::secrets)
        .map(ToString::to_string);
    let own = own_keys(draft, |spec| spec.at_start);
    of_settings.chain(own.map(|(_, name)| name)).collect()
}

/// The kind's own keys that its program does not take anew, each with its secret.
pub(super) fn keys(draft: &ComponentDraft) -> BTreeMap<String, String> {
    own_keys(draft, |spec| !spec.at_start).collect()
}

/// Such keys in whose place the user sets a variable, each with that. Of what is read at the first start the volume tells.
pub(super) fn replaced_keys(draft: &ComponentDraft) -> BTreeMap<String, String> {
    let first_start = first_start(draft);
    let is_set = |variable: &&String| {
        let node = draft.user.get_path(&["env", variable]);
        node.is_some_and(|it| it.as_table().is_none()) && !first_start.contains_key(*variable)
    };
    let specs = draft.kind.secrets.iter().filter(|it| !it.at_start);
    let replaced = specs.filter_map(|spec| {
        let variable = spec.replaced_by.iter().find(is_set)?;
        Some((spec.name.clone(), variable.clone()))
    });
    replaced.collect()
}

/// Some of the kind's own keys, each with its secret.
fn own_keys<'a>(
    draft: &'a ComponentDraft,
    is_asked: impl Fn(&OwnSecret) -> bool + 'a,
) -> impl Iterator<Item = (String, String)> + 'a {
    let specs = draft.kind.secrets.iter().filter(move |it| is_asked(it));
    specs.filter_map(|spec| {
        let mut brought = draft.own_secrets.iter();
        brought.find(|(key, _)| *key == spec.name).cloned()
    })
}
