//! What the lists of a kind promise of the metrics that a component has.

use crate::{
    expand::{ComponentDraft, WorkloadDraft, read},
    model::{Image, Lists, Metrics, Registry, Version, Workload},
    syntax::{Node, Table},
};

/// Where nobody says another one.
const USUAL_PATH: &str = "/metrics";

/// A part of what there is: where its kind says so, or what is scraped is not the kind's. Its image is another program's, the user
/// names a port or a path that the kind does not scrape, or gives arguments, which may switch on more. Only how names are spelled: of
/// another version than the kind's, with variables or files of the user's, and of what runs elsewhere.
pub(in crate::resolve) fn lists(
    draft: &ComponentDraft,
    workloads: &[Workload],
    elsewhere: &[Metrics],
    registry: &Registry,
) -> Lists {
    let scraped = || workloads.iter().filter(|it| !it.metrics.is_empty());
    let is_other = |it: &Workload| {
        !is_kinds_image(draft, it, registry)
            || has_own_endpoint(draft, it)
            || has_own(draft, it, &["args", "command"])
    };
    if draft.kind_table.boolean("exposes_more").unwrap_or(false) || scraped().any(is_other) {
        return Lists::Partial;
    }
    let is_changed = |it: &Workload| {
        !is_kinds_version(draft, it)
            || has_own(draft, it, &["files"])
            || is_told_by_variables(draft, it) && has_own(draft, it, &["env"])
            || has_own_configuration(draft, it)
    };
    match !elsewhere.is_empty() || scraped().any(is_changed) {
        true => Lists::Spelling,
        false => Lists::Complete,
    }
}

/// Whether the user gives a workload one of these keys. A part that runs the kind's own image takes those of the main one.
fn has_own(draft: &ComponentDraft, workload: &Workload, keys: &[&str]) -> bool {
    let has = |table: &Table| keys.iter().any(|key| table.get(key).is_some());
    let part = workload.part.as_deref();
    let of_part = part.and_then(|part| draft.user.get_path(&["parts", part])?.as_table());
    let is_apart = part.is_some() && shape(draft, workload).is_some_and(|it| it.own_image);
    of_part.is_some_and(has) || !is_apart && has(&draft.user)
}

/// Whether the kind itself sets variables of the program. Others read none, and a preset of a group may set some for all.
fn is_told_by_variables(draft: &ComponentDraft, workload: &Workload) -> bool {
    let of_kind = match workload.part.as_deref() {
        Some(part) => draft.kind_table.get_path(&["parts", part, "env"]),
        None => draft.kind_table.get_path(&["workload", "env"]),
    };
    of_kind.is_some()
}

fn shape<'a>(draft: &'a ComponentDraft, workload: &Workload) -> Option<&'a WorkloadDraft> {
    draft.workload(workload.part.as_deref())
}

/// In every kind this setting is the whole configuration. Rules, dashboards, certificates and the like change no metrics.
const CONFIGURATION: &str = "config";

/// Whether one of its files is a configuration of the user's.
fn has_own_configuration(draft: &ComponentDraft, workload: &Workload) -> bool {
    let files = shape(draft, workload).and_then(|it| it.table.table("files"));
    let mut files = files.into_iter().flat_map(Table::iter);
    files.any(|(_, file)| {
        file.as_table()
            .is_some_and(|it| it.string("setting") == Some(CONFIGURATION))
    })
}

/// Whether a workload runs the version that its kind does by default. A third number changes no metrics.
fn is_kinds_version(draft: &ComponentDraft, workload: &Workload) -> bool {
    let program = &draft.program.known;
    let tag = workload.image.tag.as_ref();
    let of_part = workload.part.as_deref().and_then(|part| {
        let part = draft.kind_table.get_path(&["parts", part])?.as_table()?;
        Some((part.get("image")?, read::owned(part, "version")))
    });
    let (own, runs) = match of_part {
        Some((_, version)) => (
            version.and_then(|it| Version::of(&it)),
            tag.and_then(Version::of_tag),
        ),
        None => (
            program.default.clone(),
            tag.and_then(|it| program.in_tag(it)),
        ),
    };
    let minor = |version: &Version| (version.major, version.rest.first().copied());
    match (own, runs) {
        // The kind has no version of its own.
        (None, _) => true,
        (Some(own), Some(runs)) => minor(&own) == minor(&runs),
        (Some(_), None) => false,
    }
}

/// Whether a workload runs the image of its kind, from wherever that is taken and with whatever tag.
fn is_kinds_image(draft: &ComponentDraft, workload: &Workload, registry: &Registry) -> bool {
    let of_part = workload
        .part
        .as_deref()
        .and_then(|part| draft.kind_table.get_path(&["parts", part, "image"]))
        .and_then(Node::as_str);
    let image = of_part.or(draft.kind.image.as_deref());
    image.is_none_or(|image| registry.is_program(&workload.image, &Image::literal(image)))
}

/// Whether a user has something scraped that the kind has not.
fn has_own_endpoint(draft: &ComponentDraft, workload: &Workload) -> bool {
    let part = workload.part.as_deref();
    let (of_user, of_kind) = match part {
        Some(part) => (
            draft.user.get_path(&["parts", part, "metrics"]),
            draft.kind_table.get_path(&["parts", part, "metrics"]),
        ),
        None => (
            draft.user.get("metrics"),
            draft.kind_table.get_path(&["workload", "metrics"]),
        ),
    };
    let of_kind = of_kind.map(tables).unwrap_or_default();
    let is_of_kind = |own: &&Table| {
        of_kind.iter().any(|kind| {
            let same_port = own.get("port").is_none() || own.string("port") == kind.string("port");
            let path = read::owned(kind, "path");
            let path = path.as_deref().unwrap_or(USUAL_PATH);
            same_port && own.string("path").is_none_or(|own| own == path)
        })
    };
    let of_user = of_user.map(tables).unwrap_or_default();
    !of_user.iter().all(is_of_kind)
}

/// One table, or several in a list.
fn tables(metrics: &Node) -> Vec<&Table> {
    match metrics.as_array() {
        Some(list) => list.iter().filter_map(Node::as_table).collect(),
        None => metrics.as_table().into_iter().collect(),
    }
}
