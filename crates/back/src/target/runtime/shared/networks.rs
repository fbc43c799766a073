//! Which networks a service joins, under which names, and what it publishes on the host.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    graph::{Graph, Peer},
    model::{Network, NetworkOwners, Platform, Purpose, Workload},
    speak::Speak,
    target::Context,
};

/// The network of the pipelines' tasks. A group of this name shares it: the engine's name would be the same.
const PIPELINES: &str = "pipelines";

/// Every network of the platform, by its key.
pub struct Networks<'a> {
    speak: &'a dyn Speak,
    platform: &'a Platform,
    graph: &'a Graph,
    /// Workloads on the network of the pipelines' tasks.
    pipelines: BTreeSet<String>,
    /// Workloads that share another's network, by the one whose it is in the end.
    guests: BTreeMap<String, Vec<&'a Workload>>,
    /// Guests that another component reaches, by the network of their group.
    reached_guests: BTreeSet<&'a str>,
}

/// What follows the name of a network of `[networks]` where a group has that name.
const EXTERNAL: &str = ".external";

impl<'a> Networks<'a> {
    pub fn new(context: &Context<'a>, speak: &'a dyn Speak) -> Self {
        let Context {
            platform, graph, ..
        } = *context;
        let mut guests: BTreeMap<String, Vec<&Workload>> = BTreeMap::new();
        let owners = NetworkOwners::of(platform);
        for workload in platform.workloads() {
            if let Some(owner) = owners.foreign_owner_of(&workload.name) {
                guests.entry(owner.to_string()).or_default().push(workload);
            }
        }
        let is_apart = |from: &Peer, to: &str| match from {
            Peer::Workload(from) => owners.owner_of(from) != owners.owner_of(to),
            Peer::Pipeline(_) => false,
        };
        let reached = graph.edges().filter(|edge| is_apart(&edge.from, &edge.to));
        let mut pipelines = graph.reached_by_pipelines();
        let airflow = platform
            .first_for(Purpose::Pipelines)
            .and_then(|it| it.main());
        if let (Some(airflow), false) = (airflow, platform.pipelines.is_empty()) {
            // Compose makes a network for a service that is on it alone. Where no pipeline reaches anything that starts with
            // Airflow, its tasks would have none.
            let started = graph.groups_needed(&BTreeSet::from([airflow.group.clone()]));
            let joins = |name: &String| {
                let owner = platform.workload(owners.owner_of(name));
                owner.is_some_and(|it| it.network_mode.is_none() && started.contains(&it.group))
            };
            if !pipelines.iter().any(joins) {
                pipelines.insert(airflow.name.clone());
            }
        }
        Self {
            speak,
            platform,
            graph,
            pipelines,
            guests,
            reached_guests: reached.map(|edge| edge.to.as_str()).collect(),
        }
    }

    /// The workload itself and those that share its network: what they publish, its container publishes.
    pub fn sharing_network(&self, workload: &'a Workload) -> impl Iterator<Item = &'a Workload> {
        let guests = self.guests.get(&workload.name).into_iter().flatten();
        std::iter::once(workload).chain(guests.copied())
    }

    /// The value of `networks`: key and options. Empty where the workload has no network of its own.
    pub fn of(&self, workload: &'a Workload) -> Map<String, Value> {
        if workload.network_mode.is_some() {
            return Map::new();
        }
        let mut keys = vec![workload.group.clone()];
        let mut reached = BTreeSet::new();
        let mut external = Vec::new();
        let mut aliases: Vec<String> = Vec::new();
        let mut on_pipelines = false;
        for member in self.sharing_network(workload) {
            let mut groups = self.graph.networks_of(&member.name);
            let is_guest = member.name != workload.name;
            // Who reaches a guest joins the network of its group; where nobody does, its edges alone count.
            if is_guest && !self.reached_guests.contains(member.name.as_str()) {
                groups = self.graph.groups_reached_from(&member.name);
            }
            let groups = groups.into_iter();
            keys.extend(groups.filter(|group| reached.insert(group.clone())));
            on_pipelines |= self.pipelines.contains(&member.name);
            external.extend(member.networks.iter().map(|name| self.external_key(name)));
            if is_guest {
                aliases.push(member.name.clone());
            }
            aliases.extend(member.aliases.iter().cloned());
        }
        if on_pipelines {
            keys.push(PIPELINES.to_string());
        }
        keys.extend(external);
        let options = if aliases.is_empty() {
            json!({})
        } else {
            let aliases: Vec<String> = aliases
                .iter()
                .map(|name| self.speak.literal(name))
                .collect();
            json!({ "aliases": aliases })
        };
        keys.into_iter().map(|key| (key, options.clone())).collect()
    }

    /// The declaration of a network, by its key.
    pub fn declaration(&self, key: &str) -> Option<Value> {
        let name = key.strip_suffix(EXTERNAL).unwrap_or(key);
        let external = self.platform.networks.find(name);
        if let Some(network) = external.filter(|network| self.key_of(network) == key) {
            return Some(
                json!({ "name": self.speak.literal(&network.external), "external": true }),
            );
        }
        let known = key == PIPELINES || self.platform.group(key).is_some();
        known.then(|| json!({ "name": self.platform.network_name(key) }))
    }

    fn external_key(&self, name: &str) -> String {
        let network = self.platform.networks.find(name);
        network.map_or_else(|| name.to_string(), |network| self.key_of(network))
    }

    /// The name in `[networks]`, unless a group's network has that key.
    fn key_of(&self, network: &Network) -> String {
        if network.name == PIPELINES || self.platform.group(&network.name).is_some() {
            format!("{}{EXTERNAL}", network.name)
        } else {
            network.name.clone()
        }
    }
}
