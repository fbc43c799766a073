//! Networks and volumes that have to exist before the start, because nothing here makes them.

use crate::model::{MountSource, PlatformVolume};

use super::{Case, Finding};

pub(super) fn findings(case: &Case<'_>) -> Vec<Finding> {
    let Some(engine) = case.engine else {
        return Vec::new();
    };
    let list = |what: &str| engine.ask(&[what, "ls", "--format", "{{.Name}}"]).ok();
    let platform = &case.running.output.platform;
    let workloads = case.selection.workloads();
    let networks: Vec<_> = platform
        .networks
        .iter()
        .filter(|network| {
            let mut workloads = workloads.iter();
            workloads.any(|workload| workload.networks.contains(&network.name))
        })
        .collect();
    let is_mounted = |volume: &&PlatformVolume| {
        let mut mounts = workloads.iter().flat_map(|workload| &workload.mounts);
        mounts.any(|mount| matches!(&mount.source, MountSource::Volume(key) if *key == volume.key))
    };
    let volumes: Vec<_> = platform
        .volumes
        .iter()
        .filter(|volume| volume.external && is_mounted(volume))
        .collect();
    let mut findings = Vec::new();
    let known = match networks.is_empty() {
        true => String::new(),
        false => list("network").unwrap_or_default(),
    };
    for network in networks {
        // An engine has networks of its own: one that lists none does not say what it has.
        if known.is_empty() || known.lines().any(|name| name == network.external) {
            continue;
        }
        let message = format!("there is no network `{}` to join", network.external);
        let help = format!(
            "start what has it, or: docker network create {}",
            network.external
        );
        findings.push(Finding::new("network", message, help).at(case.running, network.span));
    }
    if volumes.is_empty() {
        return findings;
    }
    let Some(known) = list("volume") else {
        return findings;
    };
    for volume in volumes {
        if known.lines().any(|name| name == volume.real_name) {
            continue;
        }
        let message = format!("there is no volume `{}` to mount", volume.real_name);
        let help = format!(
            "leave `external` out and it is made, or: docker volume create {}",
            volume.real_name
        );
        findings.push(Finding::new("volume", message, help).at(case.running, volume.span));
    }
    findings
}
