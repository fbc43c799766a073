//! Users, groups and capabilities as Kubernetes takes them.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    model::{Capability, Device, MountSource, NetworkMode, Platform, Text, Workload},
    speak::{Chart, ChartDefaults, Speak},
    target::shared::losses::Losses,
};

/// The one capability that `restricted` lets a container add.
const BINDING: &str = "NET_BIND_SERVICE";

#[derive(Debug, Serialize)]
pub struct Capabilities {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drop: Vec<&'static str>,
}

/// `UID` or `UID:GID`. Names are known to the image alone.
pub fn user(platform: &Platform, workload: &Workload, losses: &mut Losses) -> Option<Value> {
    if let Some(user) = &workload.runtime.cluster_user {
        return Some(json!(user));
    }
    let user = workload.runtime.user.as_ref()?;
    let spoken = ChartDefaults(platform).text(user);
    // The one name whose number is the same in every image.
    if spoken == "root" || spoken == "root:root" {
        return Some(json!(spoken.replace("root", "0")));
    }
    if spoken.split(':').all(is_number) {
        return Some(Chart(platform).value(user));
    }
    losses.key(
        workload,
        "user",
        "is a name, and Kubernetes takes numbers: the image's own user runs",
    );
    None
}

/// Whether it runs as root, or nobody knows that it does not: then the container keeps what root needs.
pub fn may_be_root(platform: &Platform, workload: &Workload) -> bool {
    uid(platform, workload).is_none_or(|uid| uid == "0")
}

/// The number of its user, where it is known; the one name that is known is `root`.
fn uid(platform: &Platform, workload: &Workload) -> Option<String> {
    let runtime = &workload.runtime;
    let written = runtime.user.as_ref();
    let user = runtime
        .cluster_user
        .clone()
        .or_else(|| written.map(|user| ChartDefaults(platform).text(user)))?;
    let uid = user.split(':').next().unwrap_or_default();
    let is_root = uid == "root" || (is_number(uid) && uid.chars().all(|c| c == '0'));
    match is_root {
        true => Some("0".to_string()),
        false => is_number(uid).then(|| uid.to_string()),
    }
}

/// Why Pod Security's `restricted` does not admit it: what was said of it, else what it asks for.
pub fn unrestricted(platform: &Platform, workload: &Workload) -> Option<String> {
    let runtime = &workload.runtime;
    if runtime.unrestricted.is_some() {
        return runtime.unrestricted.clone();
    }
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    let of_node = |source: &MountSource| matches!(source, MountSource::Bind { path, .. } if path.starts_with('/'));
    let keeps_on_node =
        |source: &MountSource| workload.daemon && matches!(source, MountSource::Volume(_));
    let mounts_node = !workload.node_mounts.is_empty()
        || workload.mounts.iter().any(|mount| {
            !mount.compose_only && (of_node(&mount.source) || keeps_on_node(&mount.source))
        })
        || runtime
            .devices
            .iter()
            .any(|device| matches!(device, Device::File { .. }));
    let reasons = [
        (runtime.privileged, "it is privileged"),
        (mounts_node, "it mounts what is on the node"),
        (
            mode == Some(&NetworkMode::Host),
            "it is in the node's network",
        ),
        (
            capabilities(workload).is_some_and(|it| it.add.iter().any(|name| *name != BINDING)),
            "it adds capabilities",
        ),
        (
            uid(platform, workload).is_none(),
            "its image may run as root: a number in `user` says that it does not",
        ),
        (may_be_root(platform, workload), "it runs as root"),
    ];
    let found = reasons.into_iter().find(|(holds, _)| *holds);
    found.map(|(_, reason)| reason.to_string())
}

pub fn supplemental_groups(
    platform: &Platform,
    workload: &Workload,
    losses: &mut Losses,
) -> Vec<Value> {
    let is_numeric = |group: &&Text| is_number(&ChartDefaults(platform).text(group));
    let (numbers, names): (Vec<&Text>, Vec<&Text>) =
        workload.runtime.group_add.iter().partition(is_numeric);
    if !names.is_empty() {
        losses.key(
            workload,
            "group_add",
            "holds names, and Kubernetes takes numbers: those groups are left out",
        );
    }
    numbers
        .into_iter()
        .map(|group| Chart(platform).value(group))
        .collect()
}

pub fn capabilities(workload: &Workload) -> Option<Capabilities> {
    let names = |all: &[Capability]| all.iter().map(|one| one.name()).collect::<Vec<_>>();
    let add = names(&workload.runtime.cap_add);
    let drop = names(&workload.runtime.cap_drop);
    (!add.is_empty() || !drop.is_empty()).then_some(Capabilities { add, drop })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}
