//! Settings for clusters only: the user of an image that starts as root, and volumes that only the chart has.

use crate::{
    expand::{ComponentDraft, WorkloadDraft, read},
    files::Site,
    model::{Image, Text, User},
    syntax::{Node, Table},
    value::VolumeOnly,
};

/// Whether the image is the one that the kind was made for.
pub(super) fn is_of_catalog(draft: &ComponentDraft, shape: &WorkloadDraft) -> bool {
    let user = match &shape.part {
        Some(part) if !shape.own_image => draft
            .user
            .get_path(&["parts", part])
            .and_then(Node::as_table),
        _ => Some(&draft.user),
    };
    let replaced =
        user.is_some_and(|user| user.get("image").is_some() || user.get("build").is_some());
    !replaced && (!shape.own_image || draft.kind_table.get("image").is_some())
}

/// Where alone a volume of a kind is mounted.
pub(super) fn only_on(volume: &Table) -> Option<Site> {
    let only = volume.string("only").and_then(VolumeOnly::parse)?;
    Some(only.site())
}

/// Whether only a cluster has this volume of a kind.
pub(super) fn is_mounted_there_alone(table: &Table, volume: &str) -> bool {
    let volume = table
        .get_path(&["volumes", volume])
        .and_then(Node::as_table);
    volume.and_then(only_on) == Some(Site::Cluster)
}

/// The user in a cluster. The kind's value applies only to the kind's own image, and never replaces a `user` in platform.toml.
pub(super) fn user(draft: &ComponentDraft, shape: &WorkloadDraft, image: &Image) -> Option<User> {
    let cluster = shape.table.table("cluster")?;
    let is_written = |key: &str| {
        let of_part = shape.part.as_deref().is_some_and(|part| {
            let table = draft.user.get_path(&["parts", part]);
            table
                .and_then(Node::as_table)
                .is_some_and(|table| table.get(key).is_some())
        });
        of_part || (shape.own_image && draft.user.get(key).is_some())
    };
    if !is_written("cluster") && (is_written("user") || !is_of_catalog(draft, shape)) {
        return None;
    }
    let alpine = read::owned(cluster, "alpine_user").filter(|_| image.is_alpine());
    let user = alpine.or_else(|| read::owned(cluster, "user"))?;
    Some(User::new(Text::literal(&user), &user))
}
