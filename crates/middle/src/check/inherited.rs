//! What a container has of the host because another one has it: it joins the network or the processes of that one, or gets its
//! folders.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Facts,
    capability::Network,
    host::{HostMount, of_host_mount},
    power::Power,
    raw::{RawKeys, value::is_on},
};
use crate::model::{NetworkMode, NetworkOwners, Platform, Workload};

/// The keys of Compose that join what another service has: `service:NAME`.
const JOINED: [&str; 3] = ["network_mode", "pid", "ipc"];

/// What the services of a platform take from each other.
#[derive(Debug)]
pub(super) struct Inherited<'a> {
    /// By key, the services for which what it joins is the host's own.
    of_host: BTreeMap<&'static str, BTreeSet<&'a str>>,
    /// Workloads in a pod that is on the host's network.
    in_cluster: BTreeSet<&'a str>,
    /// What mounts of the host give to those that get all folders of a service: the engine first, then the rest.
    folders: [BTreeMap<&'a str, Power>; 2],
}

/// What a service of Compose says, its raw keys included.
#[derive(Default)]
struct Service<'a> {
    modes: BTreeMap<&'static str, String>,
    /// It joins a network that is the host's.
    joins_host: bool,
    mounts: Vec<HostMount<'a>>,
    volumes_from: Vec<&'a str>,
}

impl<'a> Inherited<'a> {
    pub fn of(facts: Facts<'a>) -> Self {
        let services = services(facts);
        let of_host = JOINED.map(|key| (key, on_host(&services, key)));
        Self {
            of_host: of_host.into(),
            in_cluster: in_cluster(facts.platform),
            folders: [
                folders(&services, |power| matches!(power, Power::Engine(_))),
                folders(&services, |power| !matches!(power, Power::Engine(_))),
            ],
        }
    }

    /// Whose network the service is on in Compose.
    pub fn network_of(&self, service: &str) -> Network {
        match self.is_of_host("network_mode", service) {
            true => Network::Host,
            false => Network::Own,
        }
    }

    /// Whose network its pod is on.
    pub fn network_in_cluster(&self, workload: &str) -> Network {
        match self.in_cluster.contains(workload) {
            true => Network::Host,
            false => Network::Own,
        }
    }

    /// The same where either of both says so: for keys that hold in every runtime.
    pub fn network_anywhere(&self, workload: &str) -> Network {
        match self.network_of(workload) {
            Network::Host => Network::Host,
            Network::Own => self.network_in_cluster(workload),
        }
    }

    /// Whether a mode (`host`, `service:NAME`) of this key is the host's own in the end.
    pub fn is_host(&self, key: &str, mode: &str) -> bool {
        let other = mode.strip_prefix("service:");
        mode == "host" || other.is_some_and(|name| self.is_of_host(key, name))
    }

    /// What a service gets with all folders of another one (`NAME` or `NAME:ro`).
    pub fn of_folders(&self, from: &str) -> Vec<Power> {
        let (name, is_read_only) = service_of(from);
        let [engine, host] = &self.folders;
        let written = host.get(name).filter(|_| !is_read_only);
        let powers = engine.get(name).into_iter().chain(written);
        powers.cloned().collect()
    }

    fn is_of_host(&self, key: &str, service: &str) -> bool {
        let names = self.of_host.get(key);
        names.is_some_and(|names| names.contains(service))
    }
}

/// The name in `NAME:ro`, and whether it ends so.
fn service_of(from: &str) -> (&str, bool) {
    let (name, access) = from.split_once(':').unwrap_or((from, ""));
    (name, access == "ro")
}

fn services(facts: Facts<'_>) -> BTreeMap<&str, Service<'_>> {
    let platform = facts.platform;
    let networks = platform.networks.iter().filter(|it| it.external == "host");
    let networks: BTreeSet<&str> = networks.map(|it| it.name.as_str()).collect();
    let mut services: BTreeMap<&str, Service<'_>> = BTreeMap::new();
    for workload in platform.workloads() {
        let mut service = Service::default();
        let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
        let mode = mode.and_then(|mode| match mode {
            NetworkMode::Host => Some("host".to_string()),
            NetworkMode::Service(name) => Some(format!("service:{name}")),
            NetworkMode::None => None,
        });
        service.modes.extend(mode.map(|mode| (JOINED[0], mode)));
        let mut names = workload.networks.iter();
        service.joins_host = names.any(|name| networks.contains(name.as_str()));
        let mounts = workload.mounts.iter().filter_map(|mount| {
            Some(HostMount {
                path: mount.source.on_host()?.as_str(),
                is_read_only: mount.read_only,
            })
        });
        service.mounts.extend(mounts);
        services.insert(&workload.name, service);
    }
    for raw in facts.raw.services() {
        services.entry(raw.name).or_default().lay(&raw.keys);
    }
    services
}

impl<'a> Service<'a> {
    /// Raw keys over those before them.
    fn lay(&mut self, keys: &'a RawKeys<'a>) {
        let mode = keys.network_mode.iter().map(|it| (JOINED[0], it));
        let others = keys.namespaces.iter().map(|(key, it)| (*key, it));
        let modes = mode.chain(others);
        self.modes
            .extend(modes.map(|(key, it)| (key, it.value.clone())));
        self.mounts.extend(keys.mounts.iter().map(|it| HostMount {
            path: &it.source,
            is_read_only: it.is_read_only,
        }));
        let from = keys.volumes_from.iter().map(|it| it.value.as_str());
        self.volumes_from.extend(from);
    }

    fn says_host(&self, key: &str) -> bool {
        let is_network = key == JOINED[0] && self.joins_host;
        is_network || self.modes.get(key).is_some_and(|mode| mode == "host")
    }
}

/// The services that have what the key is about from the host, whichever others it comes through.
fn on_host<'a>(services: &BTreeMap<&'a str, Service<'a>>, key: &str) -> BTreeSet<&'a str> {
    let joined = services.iter().filter_map(|(name, service)| {
        let other = service.modes.get(key)?.strip_prefix("service:")?;
        Some((*name, other))
    });
    let owners = NetworkOwners::from_pairs(joined);
    let is_on_host = |name: &&&str| {
        let owner = services.get(owners.owner_of(name));
        owner.is_some_and(|owner| owner.says_host(key))
    };
    services.keys().filter(is_on_host).copied().collect()
}

/// What each service has of these powers by its own mounts, and by those of the services whose volumes it gets.
fn folders<'a>(
    services: &BTreeMap<&'a str, Service<'a>>,
    is_meant: fn(&Power) -> bool,
) -> BTreeMap<&'a str, Power> {
    let mut takers: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    let mut found: BTreeMap<&'a str, Power> = BTreeMap::new();
    let mut open: Vec<&'a str> = Vec::new();
    for (name, service) in services {
        let mut powers = service.mounts.iter().copied().filter_map(of_host_mount);
        if let Some(power) = powers.find(is_meant) {
            found.insert(name, power);
            open.push(name);
        }
        for from in &service.volumes_from {
            let (other, is_read_only) = service_of(from);
            // A socket is used through a mount that only reads, too.
            if !is_read_only || is_meant(&Power::Engine("")) {
                takers.entry(other).or_default().push(name);
            }
        }
    }
    while let Some(name) = open.pop() {
        let power = found.get(name).cloned();
        for taker in takers.remove(name).unwrap_or_default() {
            if let (Some(power), false) = (&power, found.contains_key(taker)) {
                found.insert(taker, power.clone());
                open.push(taker);
            }
        }
    }
    found
}

/// Pods that are on the host's network by the key of the language or by raw values, and all that runs in them.
fn in_cluster(platform: &Platform) -> BTreeSet<&str> {
    let pods = NetworkOwners::of_pods(platform);
    let says_host = |workload: &Workload| {
        let mode = workload.network_mode.as_ref();
        let component = platform.component(&workload.component);
        let component = component.filter(|_| workload.part.is_none());
        let of_platform = platform.raw_helm.at(&["components", &workload.name]);
        let own = component.map(|it| &it.raw_helm).into_iter();
        let mut values = own.chain([&workload.raw_helm]).chain(of_platform);
        mode.is_some_and(|mode| mode.value == NetworkMode::Host)
            || values.any(|values| values.get("hostNetwork").is_some_and(is_on))
    };
    let workloads = platform.workloads();
    let on_host = workloads.filter(|workload| {
        let pod = platform.workload(pods.owner_of(&workload.name));
        says_host(workload) || pod.is_some_and(says_host)
    });
    on_host.map(|workload| workload.name.as_str()).collect()
}
