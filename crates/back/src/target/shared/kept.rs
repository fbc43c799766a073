//! Which data a runtime keeps: the one place that answers it for volumes, claims and folders.

use std::collections::BTreeMap;

use crate::{
    data::{Data, Keeper, Kept, Program},
    model::{Component, HostPath, Mount, MountSource, Platform, PlatformVolume, Workload},
};

/// The volume that every store has: what its program wrote lies there.
const STORE: &str = "data";

/// The folder of a claim that is mounted: a new file system may hold `lost+found`, which servers refuse as their data
/// folder. It is the same whatever the volume is called, so that a renamed one finds its data.
pub const SUB_PATH: &str = "data";

/// How a runtime keeps a volume.
pub struct Keeping {
    pub keeper: Keeper,
    /// What it is called there.
    pub name: String,
    /// The name is that of a key that the volume had before.
    pub moved: bool,
    /// Bytes that it asks for.
    pub size: Option<u64>,
}

/// The data of a platform. `keep` says how the runtime keeps a volume, where it does; `holds` whether a path of the host
/// means something to it.
pub fn kept(
    platform: &Platform,
    keep: impl Fn(&PlatformVolume) -> Option<Keeping>,
    holds: impl Fn(&HostPath) -> bool,
) -> Vec<Kept> {
    let mut volumes: BTreeMap<&str, Kept> = BTreeMap::new();
    for volume in &platform.volumes {
        let Some(keeping) = keep(volume) else {
            continue;
        };
        volumes.insert(
            &volume.key,
            Kept {
                data: Data {
                    keeper: keeping.keeper,
                    name: keeping.name,
                    key: volume.path.clone(),
                    moved: keeping.moved,
                    program: None,
                },
                mounts: Vec::new(),
                upgrades: Vec::new(),
                size: keeping.size,
            },
        );
    }
    let mut folders: BTreeMap<&str, Kept> = BTreeMap::new();
    for component in &platform.components {
        for workload in &component.workloads {
            for mount in &workload.mounts {
                let kept = match &mount.source {
                    MountSource::Volume(key) => volumes.get_mut(key.as_str()),
                    MountSource::Bind { path, data }
                        if holds(path) && (*data || is_store(component, mount)) =>
                    {
                        Some(
                            folders
                                .entry(path.as_str())
                                .or_insert_with(|| folder(path.as_str(), workload, mount)),
                        )
                    }
                    MountSource::Bind { .. } => None,
                };
                if let Some(kept) = kept {
                    used(kept, component, workload, mount);
                }
            }
        }
    }
    volumes.into_values().chain(folders.into_values()).collect()
}

fn folder(path: &str, workload: &Workload, mount: &Mount) -> Kept {
    Kept {
        data: Data {
            keeper: Keeper::Host,
            name: path.to_string(),
            key: key(workload, mount),
            moved: false,
            program: None,
        },
        mounts: Vec::new(),
        upgrades: Vec::new(),
        size: None,
    }
}

fn used(kept: &mut Kept, component: &Component, workload: &Workload, mount: &Mount) {
    let key = key(workload, mount);
    if !kept.mounts.contains(&key) {
        kept.mounts.push(key);
    }
    if let (true, Some(major)) = (is_store(component, mount), component.major) {
        kept.upgrades.clone_from(&component.upgrades);
        kept.data.program = Some(Program {
            kind: component.program.clone(),
            major,
            minor: component.minor,
        });
    }
}

/// Whether another version of the component's program may not be able to read what is mounted.
fn is_store(component: &Component, mount: &Mount) -> bool {
    mount.name == STORE && !component.upgrades.is_empty()
}

/// The key of a volume as the user writes it. Workloads of one image share theirs.
fn key(workload: &Workload, mount: &Mount) -> String {
    format!("components.{}.volumes.{}", workload.component, mount.name)
}

/// How Docker's engine keeps a volume.
pub fn by_engine(volume: &PlatformVolume) -> Option<Keeping> {
    Some(Keeping {
        keeper: Keeper::Engine,
        name: volume.real_name.clone(),
        moved: volume.volume_moved,
        size: None,
    })
}
