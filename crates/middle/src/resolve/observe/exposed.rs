//! Whether a component has metrics that the lists of its kind do not name.

use crate::{
    expand::{ComponentDraft, read},
    model::{Image, Registry, Workload},
    syntax::{Node, Table},
};

/// Where nobody says another one.
const USUAL_PATH: &str = "/metrics";

/// Whether its kind says so, or what is scraped is not the kind's: its image is another program's, the user names a port or a
/// path that the kind does not scrape, or gives arguments, which may switch on more.
pub(in crate::resolve) fn exposes_more(
    draft: &ComponentDraft,
    workloads: &[Workload],
    registry: &Registry,
) -> bool {
    let mut scraped = workloads.iter().filter(|it| !it.metrics.is_empty());
    draft.kind_table.boolean("exposes_more").unwrap_or(false)
        || scraped.any(|it| {
            !is_kinds_image(draft, it, registry)
                || has_own_endpoint(draft, it)
                || has_own_arguments(draft, it)
        })
}

fn has_own_arguments(draft: &ComponentDraft, workload: &Workload) -> bool {
    let table = match workload.part.as_deref() {
        Some(part) => draft
            .user
            .get_path(&["parts", part])
            .and_then(Node::as_table),
        None => Some(&draft.user),
    };
    table.is_some_and(|it| ["args", "command"].iter().any(|key| it.get(key).is_some()))
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
