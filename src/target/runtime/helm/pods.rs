//! Which workload runs in whose pod: `network_mode = "service:X"` makes it a guest of X's, and a chart of others runs the
//! parts that it brings in pods of its own.

use std::collections::BTreeMap;

use crate::model::{NetworkMode, Platform, Workload};

/// Hosts by guest.
#[derive(Debug)]
pub struct Pods {
    hosts: BTreeMap<String, String>,
}

impl Pods {
    pub fn of(platform: &Platform) -> Self {
        let direct: BTreeMap<&str, &str> = platform
            .workloads()
            .filter_map(|workload| Some((workload.name.as_str(), shares_with(workload)?)))
            .filter(|(_, host)| platform.workload(host).is_some())
            .collect();
        let hosts = direct
            .keys()
            .map(|name| (name.to_string(), last(&direct, name).to_string()))
            .filter(|(guest, host)| guest != host)
            .collect();
        Self { hosts }
    }

    /// The workload whose pod this one runs in, if it is not its own.
    pub fn host_of(&self, workload: &str) -> Option<&str> {
        self.hosts.get(workload).map(String::as_str)
    }

    /// The workload that a pod is named after.
    pub fn pod_of<'a>(&'a self, workload: &'a str) -> &'a str {
        self.host_of(workload).unwrap_or(workload)
    }
}

fn shares_with(workload: &Workload) -> Option<&str> {
    if workload.in_chart {
        return workload.part.as_ref().map(|_| workload.component.as_str());
    }
    match &workload.network_mode.as_ref()?.value {
        NetworkMode::Service(name) => Some(name),
        NetworkMode::Host | NetworkMode::None => None,
    }
}

/// The end of a chain of guests. A ring ends where it is entered again.
fn last<'a>(direct: &BTreeMap<&'a str, &'a str>, name: &'a str) -> &'a str {
    let mut seen = vec![name];
    let mut at = name;
    while let Some(next) = direct.get(at) {
        if seen.contains(next) {
            break;
        }
        seen.push(next);
        at = next;
    }
    at
}
