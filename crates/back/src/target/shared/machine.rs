//! The machine that an engine runs on, as its containers call it. In a cluster no name stands for it.

use crate::{
    model::{Component, HostAddress, Workload},
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
