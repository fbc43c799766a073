//! What a service publishes: on every node, whatever address `bind` names. A node's daemon is reached on that node alone.

use serde_json::Value;

use crate::{
    model::{HostPort, Port, Workload},
    target::runtime::shared::keys::Keys,
};

/// One entry for each port that is published.
pub(super) fn ports(workload: &Workload) -> Vec<Value> {
    let ports = workload.ports.iter();
    ports
        .flat_map(|port| published(port, workload.daemon))
        .collect()
}

fn published(port: &Port, on_its_node: bool) -> Vec<Value> {
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
            keys.put_optional("mode", on_its_node.then_some("host"));
            Value::Object(keys.0)
        })
        .collect()
}
