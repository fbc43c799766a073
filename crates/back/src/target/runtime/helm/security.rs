//! Users, groups and capabilities as Kubernetes takes them.

use serde::Serialize;
use serde_json::{Value, json};

use super::claims::Claims;
use crate::{
    files::Site,
    model::{
        Account, Capability, Device, HostPath, MountSource, NetworkMode, Platform, User, Workload,
    },
    speak::{Chart, Speak},
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

/// `UID` or `UID:GID`, as the chart's templates take it. Names other than `root` are known to the image alone.
pub fn user(platform: &Platform, workload: &Workload, losses: &mut Losses) -> Option<Value> {
    let user = in_cluster(workload)?;
    let Some(numbers) = user.accounts.in_numbers() else {
        losses.key(
            workload,
            "user",
            "holds a name, and Kubernetes takes numbers from 0 to 2147483647: the image's own user runs",
        );
        return None;
    };
    Some(match numbers == user.accounts {
        true => Chart(platform).value(&user.text),
        false => json!(numbers.to_string()),
    })
}

/// Whom it runs as in a cluster.
fn in_cluster(workload: &Workload) -> Option<&User> {
    let runtime = &workload.runtime;
    runtime.cluster_user.as_ref().or(runtime.user.as_ref())
}

/// Whether it runs as root, or nobody knows that it does not: then the container keeps what root needs.
pub fn may_be_root(workload: &Workload) -> bool {
    uid(workload).is_none_or(|uid| uid == 0)
}

/// The number of its user, where it is known.
pub fn uid(workload: &Workload) -> Option<u32> {
    in_cluster(workload)?.accounts.user.number()
}

/// Why Pod Security's `restricted` does not admit it: the reason that `cluster.unrestricted` gives, else what it asks for.
pub fn unrestricted(workload: &Workload, claims: &Claims) -> Option<String> {
    let runtime = &workload.runtime;
    if runtime.unrestricted.is_some() {
        return runtime.unrestricted.clone();
    }
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    let of_node = |source: &MountSource| source.on_host().is_some_and(HostPath::is_absolute);
    let keeps_on_node =
        |source: &MountSource| matches!(source, MountSource::Volume(key) if claims.is_of_node(key));
    let mounts_node = !workload.node_mounts.is_empty()
        || workload.mounts.iter().any(|mount| {
            mount.is_on(Site::Cluster) && (of_node(&mount.source) || keeps_on_node(&mount.source))
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
            uid(workload).is_none(),
            "its image may run as root: a number in `user` says that it does not",
        ),
        (may_be_root(workload), "it runs as root"),
    ];
    let found = reasons.into_iter().find(|(holds, _)| *holds);
    found.map(|(_, reason)| reason.to_string())
}

pub fn supplemental_groups(
    platform: &Platform,
    workload: &Workload,
    losses: &mut Losses,
) -> Vec<Value> {
    let groups = &workload.runtime.group_add;
    let numbers: Vec<Value> = groups
        .iter()
        .filter_map(|group| match &group.account {
            Account::Number(_) => Some(Chart(platform).value(&group.text)),
            named @ Account::Name(_) => named.number().map(|number| json!(number.to_string())),
        })
        .collect();
    if numbers.len() < groups.len() {
        losses.key(
            workload,
            "group_add",
            "holds names, and Kubernetes takes numbers: those groups are left out",
        );
    }
    numbers
}

pub fn capabilities(workload: &Workload) -> Option<Capabilities> {
    let names = |all: &[Capability]| all.iter().map(|one| one.name()).collect::<Vec<_>>();
    let add = names(&workload.runtime.cap_add);
    let drop = names(&workload.runtime.cap_drop);
    (!add.is_empty() || !drop.is_empty()).then_some(Capabilities { add, drop })
}
