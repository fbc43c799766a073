//! The machine that an engine runs on, as its containers call it. In a cluster no name stands for it.

use crate::{
    graph::{OutsideEdge, Peer},
    model::{Component, ExtraHost, HostAddress, Workload},
    target::Context,
    value::MACHINE,
};

/// Whether a port of a component that runs elsewhere is on the machine.
pub(in crate::target) fn is_on_machine(component: &Component, port: &str) -> bool {
    let address = component.external_address(port);
    address.is_some_and(|address| address.host.without_brackets() == MACHINE)
}

/// Whether a workload is told an address for the machine's name.
pub(in crate::target) fn knows_machine(workload: &Workload) -> bool {
    let mut hosts = workload.runtime.extra_hosts.iter();
    hosts.any(|host| host.name == MACHINE && matches!(host.address, HostAddress::Ip(_)))
}

/// The machine under its name: only Docker Desktop knows it without being told.
pub(in crate::target) fn machine() -> ExtraHost {
    ExtraHost {
        name: MACHINE.to_string(),
        address: HostAddress::HostGateway,
    }
}

/// Whether something of the platform reads what is on the machine.
pub(in crate::target) fn reads_machine(context: &Context<'_>, peer: &Peer) -> bool {
    let is_machine = |edge: &OutsideEdge| {
        let component = context.platform.component(&edge.component);
        component.is_some_and(|it| is_on_machine(it, &edge.port))
    };
    context.graph.outside_edges_of(peer).any(is_machine)
}

/// The user's own, and the machine itself where the workload reads from there.
pub(in crate::target) fn extra_hosts(context: &Context<'_>, workload: &Workload) -> Vec<ExtraHost> {
    let mut hosts = workload.runtime.extra_hosts.clone();
    let reads = reads_machine(context, &Peer::Workload(workload.name.clone()));
    if reads && hosts.iter().all(|host| host.name != MACHINE) {
        hosts.push(machine());
    }
    hosts
}
