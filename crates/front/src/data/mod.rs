//! Data that outlives what is generated: volumes of an engine, claims of a cluster, folders of a machine.
//!
//! Every runtime says which it keeps, the manifest remembers them, and a plan compares the two. So all of them answer one
//! question in one way: which data does a change leave behind, and what starts empty?

mod cluster;
mod key;
mod place;
mod program;
mod tenant;

pub use cluster::{OWN_CLUSTER, cluster_key};
pub use key::{DataKey, DataOwner};
pub use place::{Place, below, join_paths};
pub use program::{Ancestor, Level, Libc, Program, Reader, Step, Upgrade};
pub use tenant::{Tenant, TenantNow};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::text::shell_word;

/// The volume in which every store of the catalog keeps its data.
pub const STORE_VOLUME: &str = "data";

/// Where data lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeper {
    /// A named volume of Docker or Podman.
    #[default]
    Engine,
    /// A claim in a cluster.
    Cluster,
    /// A folder of the machine that holds data.
    Host,
}

impl Keeper {
    /// What something that lies there is called.
    pub fn noun(self) -> &'static str {
        match self {
            Keeper::Engine => "volume",
            Keeper::Cluster => "claim",
            Keeper::Host => "folder",
        }
    }
}

/// One of them, as the manifest remembers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data {
    /// Who keeps it.
    pub keeper: Keeper,
    /// The engine's name of a volume (`PLATFORM_COMPONENT-VOLUME`), a claim's name, a folder's path.
    pub name: String,
    /// Where its name is looked up: the driver of a volume and its options, where raw keys name them; the namespace of a claim, and
    /// behind a space its cluster ([`OWN_CLUSTER`] is the tool's own), where `[deploy]` says them.
    pub backing: Option<String>,
    /// The key of platform.toml that it belongs to, as in `components.redis.volumes.data`.
    pub key: DataKey,
    /// The name is that of another key, which `[[moved]]` took it from.
    pub moved: bool,
    /// What wrote the data: another program can't read it, and another version of it may not be able to.
    pub program: Option<Program>,
}

/// What data is on a disk: who keeps it, and its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity<'a>(Keeper, &'a str, Option<&'a str>);

impl Data {
    /// Two of the same identity are the same thing on a disk.
    pub fn identity(&self) -> Identity<'_> {
        Identity(self.keeper, &self.name, self.backing.as_deref())
    }

    /// Who keeps it and its name there, whatever its driver.
    pub fn keeper_and_name(&self) -> (Keeper, &str) {
        (self.keeper, &self.name)
    }

    /// The StatefulSet that makes a claim for each of its pods, named `VOLUME-STATEFULSET-*`; `None` for other data.
    pub fn stateful_set(&self) -> Option<&str> {
        let rest = self.name.strip_prefix(self.key.volume())?;
        let set = rest.strip_prefix('-')?.strip_suffix("-*")?;
        (self.keeper == Keeper::Cluster).then_some(set)
    }

    /// The namespace and the cluster of a claim, where `[deploy]` said them. A version before this one wrote down no cluster.
    pub fn release(&self) -> Option<(&str, Option<&str>)> {
        let place = self.backing.as_deref();
        let place = place.filter(|_| self.keeper == Keeper::Cluster)?;
        Some(match place.split_once(' ') {
            Some((namespace, cluster)) => (namespace, Some(cluster)),
            None => (place, None),
        })
    }

    /// `kubectl`, as it is typed for this claim: other namespaces have claims of the same name.
    pub fn kubectl(&self) -> String {
        match self.release() {
            Some((namespace, _)) => format!("kubectl --namespace {}", shell_word(namespace)),
            None => "kubectl".to_string(),
        }
    }

    /// As in ``volume `shop_redis-data` ``.
    pub fn title(&self) -> String {
        let (noun, name) = (self.keeper.noun(), &self.name);
        match &self.backing {
            None => format!("{noun} `{name}`"),
            Some(backing) => match self.release() {
                Some((namespace, Some(cluster))) if cluster != OWN_CLUSTER => {
                    format!("{noun} `{name}` in the namespace `{namespace}` of `{cluster}`")
                }
                Some((namespace, _)) => format!("{noun} `{name}` in the namespace `{namespace}`"),
                None => format!("{noun} `{name}` on `{backing}`"),
            },
        }
    }
}

/// Data that the platform keeps, and the program that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// What is kept.
    pub data: Data,
    /// Keys of the volumes that are mounted from it: more than one where it is shared.
    pub mounts: Vec<DataKey>,
    /// What the program asks for when its version changes.
    pub upgrades: Vec<Upgrade>,
    /// Bytes that a claim asks for.
    pub size: Option<u64>,
    /// Where workloads meet it.
    pub places: BTreeSet<Place>,
    /// The workloads that mount it.
    pub readers: BTreeSet<MountedBy>,
    /// Variables that the program reads at its first start alone, with their values.
    pub made_with: BTreeMap<String, String>,
    /// What such a variable asks for when it changes.
    pub first_start: BTreeMap<String, String>,
    /// Those of them that hold a secret: another one may have the same value.
    pub of_secrets: BTreeSet<String>,
    /// Files that the program runs at its first start alone, by their paths in the container, each with a hash.
    pub scripts: BTreeMap<String, String>,
    /// The folder of the machine that a volume is, where its driver's options say so; absolute.
    pub folder: Option<String>,
    /// The raw key that decides which data it is, if one does.
    pub named_by: Option<String>,
    /// What the driver of a volume mounts in its place.
    pub device: Option<Device>,
    /// The key below a raw table of a workload that mounts a folder, as in `volumes.data.hostPath`. `None`: no raw key does.
    pub mounted_by: Option<String>,
    /// Nothing creates or removes it.
    pub external: bool,
    /// It may be there already, with data in it: the platform names or takes over something, or creates nothing.
    pub adopted: bool,
    /// The keys that it had before, by `[[moved]]`.
    pub before: Vec<DataKey>,
}

impl Kept {
    /// Whether it is declared for all of the platform, and nothing mounts it: no engine makes it, so there is no data in it.
    pub fn is_only_declared(&self) -> bool {
        is_only_declared(&self.data, &self.places)
    }
}

/// The same of data and the places where workloads meet it.
pub fn is_only_declared(data: &Data, places: &BTreeSet<Place>) -> bool {
    matches!(data.key, DataKey::Shared(_)) && places.is_empty()
}

/// A workload that mounts data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MountedBy {
    /// Its name.
    pub workload: String,
    /// Whose it is.
    pub component: String,
    /// The kind that describes its program; `None`: nobody knows what runs in it.
    pub program: Option<String>,
}

/// What the driver of a volume mounts in its place: a folder, a disk, or a folder of another machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Device {
    /// As the volume's options name it.
    pub path: String,
    /// The machine that has it, where the path does not say so.
    pub machine: Option<String>,
}

impl Device {
    /// Two of the same place hold the same data.
    pub fn place(&self) -> String {
        let path = match self.path.trim_end_matches('/') {
            "" => "/",
            path => path,
        };
        match &self.machine {
            Some(machine) => format!("{machine}{path}"),
            None => path.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Keeper};

    #[test]
    fn the_claims_of_pods_name_their_stateful_set() {
        let data = |keeper, name: &str| Data {
            keeper,
            name: name.to_string(),
            backing: None,
            key: "components.air.volumes.data".parse().expect("a key"),
            moved: false,
            program: None,
        };
        let set = |keeper, name| data(keeper, name).stateful_set().map(ToString::to_string);
        let scheduler = Some("air-scheduler".to_string());
        assert_eq!(set(Keeper::Cluster, "data-air-scheduler-*"), scheduler);
        assert_eq!(set(Keeper::Cluster, "air-data"), None);
        assert_eq!(set(Keeper::Host, "data-air-scheduler-*"), None);
    }
}
