//! Two forms of claims: a claim that is an object of the chart, and claims that a StatefulSet creates, one for each of its pods.
//!
//! The name and the size of a claim that is an object of the chart can change, and it stays when its workload is removed. So
//! this form is used for every workload with one pod.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use crate::{
    data::Keeper,
    diag::Diagnostic,
    files::Site,
    language::memory_bytes,
    model::{Mount, MountSource, NetworkOwners, Platform, PlatformVolume, Workload},
    speak::units::kubernetes,
    target::shared::{kept::Keeping, losses::Losses},
};

/// What a claim asks for where platform.toml names no size.
const DEFAULT_SIZE: u64 = 8 << 30;

const ONE_NODE: &str = "ReadWriteOnce";
const MANY_NODES: &str = "ReadWriteMany";

/// A claim that is an object of the chart: a value of `volumes`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimValues {
    /// The claim's name.
    pub name: String,
    /// Whose it is; a shared volume has its own name here.
    pub component: String,
    /// The only workload that holds it: without that there is no claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// `false`: it exists.
    pub create: bool,
    pub size: String,
    pub access_modes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
}

impl ClaimValues {
    /// Whether pods on several nodes may hold it at once.
    pub fn is_shared(&self) -> bool {
        self.access_modes.contains(&MANY_NODES)
    }
}

/// The volumes of a platform as claims.
#[derive(Debug, Default)]
pub struct Claims {
    /// Volumes of which a StatefulSet makes a claim for each pod: their keys, and the workload.
    of_pods: BTreeMap<String, String>,
    /// The others that something mounts, by key.
    alone: BTreeMap<String, ClaimValues>,
    /// Keys of volumes that a daemon has to itself: a folder on each node.
    of_nodes: BTreeSet<String>,
    /// Keys in the platform's order.
    order: Vec<String>,
}

/// Who mounts a volume.
#[derive(Default)]
struct Users<'a> {
    workloads: Vec<&'a Workload>,
    pipelines: usize,
}

impl Claims {
    pub fn of(platform: &Platform, pods: &NetworkOwners, losses: &mut Losses) -> Self {
        let mut claims = Self::default();
        let mut all = users(platform);
        for volume in &platform.volumes {
            let users = all.remove(volume.key.as_str()).unwrap_or_default();
            if users.workloads.is_empty() && users.pipelines == 0 {
                continue;
            }
            let own = owning_workload(volume, &users, pods);
            if is_of_node(platform, pods, volume, &users) {
                claims.of_nodes.insert(volume.key.clone());
                continue;
            }
            if let Some(workload) = own.filter(|it| it.is_many() && !volume.named) {
                let name = workload.name.clone();
                claims.of_pods.insert(volume.key.clone(), name);
            } else {
                let claim = alone(platform, volume, &users, pods, losses);
                claims.order.push(volume.key.clone());
                claims.alone.insert(volume.key.clone(), claim);
            }
        }
        claims
    }

    /// Whether each pod has a claim of its own.
    pub fn is_of_pods(&self, key: &str) -> bool {
        self.of_pods.contains_key(key)
    }

    /// Whether it belongs to a StatefulSet: exactly one workload mounts it, as its own volume.
    pub fn is_own(&self, key: &str) -> bool {
        self.is_of_pods(key)
            || self
                .alone(key)
                .is_some_and(|claim| claim.workload.is_some() && !claim.is_shared())
    }

    /// How the chart keeps a volume, if it does. Raw tables may have changed its values: the claim that is used, its size.
    pub fn keeping(&self, volume: &PlatformVolume, values: &Value) -> Option<Keeping> {
        let (name, values) = match (self.alone(&volume.key), self.of_pods.get(&volume.key)) {
            (Some(claim), _) => (claim.name.clone(), &values["volumes"][&volume.key]),
            (None, Some(workload)) => (
                format!("{}-{workload}-*", volume.declared_as),
                &values["components"][workload]["volumes"][&volume.declared_as],
            ),
            (None, None) => return None,
        };
        let existing = values["existingClaim"].as_str().filter(|it| !it.is_empty());
        let own = values["name"].as_str().filter(|own| *own != name);
        let named_by = existing.or(own).map(|_| match self.alone(&volume.key) {
            Some(_) => format!("raw.helm.volumes.{}", volume.key),
            None => format!("{}: a raw key `helm`", volume.path),
        });
        let name = existing.or(own).map_or(name, ToString::to_string);
        let makes_it = !volume.external && existing.is_none();
        let size = values["size"].as_str().and_then(memory_bytes);
        Some(Keeping {
            keeper: Keeper::Cluster,
            backing: None,
            moved: volume.claim_moved && name == volume.claim,
            name,
            folder: None,
            device: None,
            external: volume.external,
            size: makes_it.then(|| size.or(volume.size).unwrap_or(DEFAULT_SIZE)),
            named_by,
            adopted: !makes_it || own.is_some() || volume.named || volume.claim_moved,
        })
    }

    pub fn is_of_node(&self, key: &str) -> bool {
        self.of_nodes.contains(key)
    }

    pub fn alone(&self, key: &str) -> Option<&ClaimValues> {
        self.alone.get(key)
    }

    /// Claims that stand alone, in the platform's order.
    pub fn all_alone(&self) -> impl Iterator<Item = (&str, &ClaimValues)> {
        self.order
            .iter()
            .filter_map(|key| Some((key.as_str(), self.alone.get(key)?)))
    }
}

/// The size of a claim as a quantity.
pub fn size(volume: Option<&PlatformVolume>) -> String {
    kubernetes::bytes(
        volume
            .and_then(|volume| volume.size)
            .unwrap_or(DEFAULT_SIZE),
    )
}

/// The access mode of a claim that one pod holds.
pub fn own_access_modes() -> Vec<&'static str> {
    vec![ONE_NODE]
}

/// Who mounts each volume, by its key.
fn users(platform: &Platform) -> BTreeMap<&str, Users<'_>> {
    fn volume(mount: &Mount) -> Option<&str> {
        match &mount.source {
            MountSource::Volume(key) if mount.is_on(Site::Cluster) => Some(key),
            MountSource::Volume(_) | MountSource::Bind { .. } => None,
        }
    }
    let mut out: BTreeMap<&str, Users<'_>> = BTreeMap::new();
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        for key in workload.mounts.iter().filter_map(volume) {
            out.entry(key).or_default().workloads.push(workload);
        }
    }
    for pipeline in &platform.pipelines {
        for key in pipeline.volumes.iter().filter_map(volume) {
            out.entry(key).or_default().pipelines += 1;
        }
    }
    out
}

/// The workload whose pod one runs in.
fn host<'a>(platform: &'a Platform, pods: &NetworkOwners, workload: &'a Workload) -> &'a Workload {
    platform
        .workload(pods.owner_of(&workload.name))
        .unwrap_or(workload)
}

/// Whether each node keeps it for the one pod of a daemon that runs there.
fn is_of_node(
    platform: &Platform,
    pods: &NetworkOwners,
    volume: &PlatformVolume,
    users: &Users<'_>,
) -> bool {
    let [only] = users.workloads.as_slice() else {
        return false;
    };
    let is_daemon = host(platform, pods, only).daemon;
    is_daemon && volume.component.is_some() && !volume.external && users.pipelines == 0
}

/// The owner of a volume: the only workload that mounts it, if it is long-running.
fn owning_workload<'a>(
    volume: &PlatformVolume,
    users: &Users<'a>,
    pods: &NetworkOwners,
) -> Option<&'a Workload> {
    let [only] = users.workloads.as_slice() else {
        return None;
    };
    let is_own = volume.component.is_some()
        && !volume.external
        && users.pipelines == 0
        && !only.is_job()
        && !only.daemon
        && pods.foreign_owner_of(&only.name).is_none();
    is_own.then_some(*only)
}

fn alone(
    platform: &Platform,
    volume: &PlatformVolume,
    users: &Users<'_>,
    pods: &NetworkOwners,
    losses: &mut Losses,
) -> ClaimValues {
    report_lost_name(volume, losses);
    let holders: BTreeSet<&str> = users
        .workloads
        .iter()
        .map(|workload| pods.owner_of(&workload.name))
        .collect();
    let is_many = |workload: &&Workload| host(platform, pods, workload).is_many();
    // A volume of the platform's says itself who may hold it.
    let many = match &volume.component {
        None => volume.many_writers,
        Some(_) => holders.len() + users.pipelines > 1 || users.workloads.iter().any(is_many),
    };
    ClaimValues {
        name: volume.claim.clone(),
        component: volume.component.clone().unwrap_or(volume.key.clone()),
        workload: owning_workload(volume, users, pods).map(|workload| workload.name.clone()),
        create: !volume.external,
        size: size(Some(volume)),
        access_modes: vec![if many { MANY_NODES } else { ONE_NODE }],
        storage_class: None,
    }
}

/// The name of a claim that exists, which can't be one. A name that adopts a volume of Compose's means nothing in a
/// cluster: there the claim is new.
fn report_lost_name(volume: &PlatformVolume, losses: &mut Losses) {
    let name = &volume.real_name;
    let claim = &volume.claim;
    if volume.named && volume.external && claim != name {
        let message = format!(
            "`name` of `{}` is `{name}`, which can't name a claim: the claim is `{claim}`",
            volume.path
        );
        let (span, help) = (volume.span, Diagnostic::accept_alone);
        match &volume.component {
            Some(component) => losses.of_component(component, span, &message, help),
            None => losses.of_platform(span, &message, help),
        }
    }
}
