//! How many containers an engine starts of a workload: what runs them and what watches them must agree.

use crate::{
    files::Target,
    model::{MountSource, NetworkMode, NetworkOwners, Platform, Workload},
};

/// Why Compose starts one container of a workload, however many are asked for: several would publish the same host port, or
/// write to the same volume, or one of them alone would have in its network what is to be in that of each. `sharing` is the
/// workload itself and those that live in its network.
pub(in crate::target) fn why_one_in_compose<'a>(
    workload: &Workload,
    sharing: impl Iterator<Item = &'a Workload>,
) -> Option<&'static str> {
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    let listens_on_host = mode == Some(&NetworkMode::Host) && !workload.ports.is_empty();
    let runs_on = |member: &Workload| member.name != workload.name && !member.is_job();
    let sharing: Vec<&Workload> = sharing.collect();
    let has_guest = sharing.iter().copied().any(runs_on);
    let mut ports = sharing.iter().flat_map(|member| &member.ports);
    let mut mounts = workload.mounts.iter();
    if listens_on_host || ports.any(|port| port.host.is_some()) {
        Some("publishes a port")
    } else if mounts.any(|it| !it.read_only && matches!(it.source, MountSource::Volume(_))) {
        Some("writes a named volume")
    } else if has_guest {
        Some("has another in its network, which is that of one container")
    } else {
        None
    }
}

/// How many containers of a workload an engine starts at least. Compose and a stack of Docker Swarm read the same rules: where
/// a platform has both, nothing is missing that one of them does not start.
pub(in crate::target) fn on_engine(
    platform: &Platform,
    owners: &NetworkOwners,
    workload: &Workload,
) -> u32 {
    // Nearly all ask for one: nobody looks for those that live in their networks.
    if workload.replicas <= 1 {
        return workload.replicas;
    }
    let targets = &platform.targets;
    if targets.contains(&Target::Swarm) && !targets.contains(&Target::Compose) {
        return workload.replicas;
    }
    let is_guest = |it: &&Workload| owners.foreign_owner_of(&it.name) == Some(&workload.name);
    let guests = platform.workloads().filter(is_guest);
    match why_one_in_compose(workload, std::iter::once(workload).chain(guests)) {
        Some(_) => workload.replicas.min(1),
        None => workload.replicas,
    }
}
