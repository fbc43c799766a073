//! Who shares whose network: `network_mode = "service:X"`, from one to the next, to the one whose it is.

use std::collections::{BTreeMap, BTreeSet};

use super::{NetworkMode, Platform, Workload};

/// Each workload that lives in another's network, and the one whose network it is in the end.
#[derive(Clone, Debug, Default)]
pub struct NetworkOwners {
    owners: BTreeMap<String, String>,
}

impl NetworkOwners {
    pub fn of(platform: &Platform) -> Self {
        Self::by(platform, shares_with)
    }

    /// In a cluster, where a chart of others runs the parts that it brings in pods of its own.
    pub fn of_pods(platform: &Platform) -> Self {
        Self::by(platform, |workload| match workload.in_chart {
            true => workload.part.as_ref().map(|_| workload.component.as_str()),
            false => shares_with(workload),
        })
    }

    fn by(platform: &Platform, host_of: impl Fn(&Workload) -> Option<&str>) -> Self {
        let hosts = platform.workloads().filter_map(|workload| {
            let host = platform.workload(host_of(workload)?)?;
            Some((workload.name.as_str(), host.name.as_str()))
        });
        Self::from_pairs(hosts)
    }

    /// Of pairs of a guest and its host, which may be a guest itself. A ring of them, which a rule reports, is any of its
    /// members'.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let hosts: BTreeMap<&str, &str> = pairs.into_iter().collect();
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for guest in hosts.keys() {
            let mut way = BTreeSet::new();
            let mut last = *guest;
            while let Some(host) = hosts.get(last)
                && !owners.contains_key(last)
                && way.insert(last)
            {
                last = host;
            }
            let owner = owners.get(last).copied().unwrap_or(last);
            owners.extend(way.into_iter().map(|name| (name, owner)));
        }
        let owners = owners.into_iter().filter(|(guest, owner)| guest != owner);
        Self {
            owners: owners
                .map(|(guest, owner)| (guest.to_string(), owner.to_string()))
                .collect(),
        }
    }

    /// The workload in whose network another one lives, by their names; itself where it has one of its own.
    pub fn owner_of<'a>(&'a self, workload: &'a str) -> &'a str {
        self.foreign_owner_of(workload).unwrap_or(workload)
    }

    /// The same, `None` where it has one of its own.
    pub fn foreign_owner_of(&self, workload: &str) -> Option<&str> {
        self.owners.get(workload).map(String::as_str)
    }
}

/// The workload whose network another one joins, which may be a guest itself.
fn shares_with(workload: &Workload) -> Option<&str> {
    match &workload.network_mode.as_ref()?.value {
        NetworkMode::Service(name) => Some(name),
        NetworkMode::Host | NetworkMode::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::NetworkOwners;

    #[test]
    fn the_last_of_a_chain_is_the_owner_and_a_cycle_ends() {
        let pairs = [("a", "b"), ("b", "c"), ("d", "b"), ("x", "y"), ("y", "x")];
        let owners = NetworkOwners::from_pairs(pairs);
        let of = |name| owners.owner_of(name).to_string();
        assert_eq!([of("a"), of("b"), of("c"), of("d")], ["c"; 4]);
        assert_eq!(of("x"), of("y"));
        assert_eq!(owners.foreign_owner_of("c"), None);
    }

    #[test]
    fn a_long_chain_is_walked_once() {
        let names: Vec<String> = (0..100_000).map(|number| format!("{number:06}")).collect();
        let pairs = names.iter().zip(&names[1..]);
        let owners = NetworkOwners::from_pairs(pairs.map(|(one, next)| (&**one, &**next)));
        assert_eq!(owners.owner_of("000000"), "099999");
    }
}
