//! What a service publishes: on every node, whatever address `bind` names. A node's daemon is reached on that node alone.

use serde_json::Value;

use crate::{
    model::{HostPort, Port, Workload},
    target::runtime::shared::keys::Keys,
};

/// One entry for each port that is published.
pub(super) fn ports(workload: &Workload) -> Vec<Value> {
    let mode = match workload.daemon {
        true => Mode::Host,
        false => Mode::Ingress,
    };
    let ports = workload.ports.iter();
    ports.flat_map(|port| published(port, mode)).collect()
}

/// Where a published port is reached.
#[derive(Clone, Copy)]
enum Mode {
    /// On every node; Swarm's default.
    Ingress,
    /// On the node that runs the container.
    Host,
}

fn published(port: &Port, mode: Mode) -> Vec<Value> {
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
            if let Mode::Host = mode {
                keys.put("mode", "host");
            }
            Value::Object(keys.0)
        })
        .collect()
}
