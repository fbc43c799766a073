//! What a service publishes: on every node, whatever address `bind` names.

use serde_json::Value;

use crate::{
    model::{HostPort, Port, Workload},
    target::runtime::shared::keys::Keys,
};

/// One entry for each port that is published.
pub(super) fn ports(workload: &Workload) -> Vec<Value> {
    workload.ports.iter().flat_map(published).collect()
}

fn published(port: &Port) -> Vec<Value> {
    let containers = port.container.first..=port.container.last;
    let hosts: Vec<Option<u16>> = match port.host {
        None => return Vec::new(),
        Some(HostPort::Fixed(range)) => (range.first..=range.last).map(Some).collect(),
        Some(HostPort::Auto) => containers.clone().map(|_| None).collect(),
    };
    containers
        .zip(hosts)
        .map(|(container, host)| {
            let mut keys = Keys::default();
            keys.put("target", container);
            keys.put_optional("published", host);
            keys.put("protocol", port.protocol.name());
            Value::Object(keys.0)
        })
        .collect()
}
