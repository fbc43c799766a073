//! What a service publishes on the host.

use crate::{
    model::{HostPort, Port, Protocol, Workload},
    target::runtime::shared::networks::Networks,
};

/// The value of `ports`: what the workload and those that share its network publish.
pub(super) fn ports<'a>(networks: &Networks<'a>, workload: &'a Workload) -> Vec<String> {
    if workload.network_mode.is_some() {
        return Vec::new();
    }
    networks
        .sharing_network(workload)
        .flat_map(|member| &member.ports)
        .filter_map(published)
        .collect()
}

/// `ADDRESS:HOST:CONTAINER/PROTOCOL`, with nothing between the colons where the host's port is any free one.
fn published(port: &Port) -> Option<String> {
    let host = match port.host? {
        HostPort::Fixed(range) => range.to_string(),
        HostPort::Auto => String::new(),
    };
    let protocol = match port.protocol {
        Protocol::Tcp => "",
        Protocol::Udp => "/udp",
    };
    let bind = port.bind.in_url();
    Some(format!("{bind}:{host}:{}{protocol}", port.container))
}
