//! Ports of the host that are held already.

use crate::{
    engine::Container,
    model::{Bind, HostPort, NetworkMode, Port, Workload},
};

use super::{Case, Finding};
use crate::engine::{Engine, host};

/// Programs that hold a port for a container.
const PROXIES: [&str; 3] = ["docker-proxy", "rootlessport", "conmon"];

/// One finding for each port that another program holds. Ports of this platform's own containers don't count.
pub(super) fn findings(case: &Case<'_>, containers: &[Container]) -> Vec<Finding> {
    let published = published(case);
    let wanted: Vec<u16> = published.iter().map(|(_, _, number)| *number).collect();
    let mut findings = Vec::new();
    for (workload, port, number) in published {
        let bind = match is_on_host(workload) {
            true => Bind::EVERYWHERE,
            false => port.bind,
        };
        let address = bind.address();
        let is_own = containers.iter().any(|container| {
            let on_host = is_on_host(workload) && container.service == workload.name;
            container.is_running()
                && (on_host
                    || container
                        .published()
                        .any(|known| known.published_port == number))
        });
        if is_own || !host::is_busy(address, number, port.protocol) {
            continue;
        }
        let holder = host::holder(number, port.protocol)
            .map(|holder| with_container(holder, number, case.engine))
            .unwrap_or("a process that can't be seen from here".to_string());
        let help = match host::free_port(address, number, port.protocol, &wanted) {
            Some(free) if !is_on_host(workload) => {
                format!("end that process, or write `host = {free}`, which is free")
            }
            _ => "end that process".to_string(),
        };
        let message = format!(
            "port {number}/{} on {address}, which `{}` publishes, is held by {holder}",
            port.protocol.name(),
            workload.name
        );
        findings.push(Finding::new("port", message, help).at(case.running, port.host_span));
    }
    findings
}

/// Each port of the host that something would hold, number by number.
fn published<'a>(case: &Case<'a>) -> Vec<(&'a Workload, &'a Port, u16)> {
    let workloads = case.selection.workloads().into_iter();
    workloads
        .filter(|workload| workload.profiles.is_empty())
        .flat_map(|workload| workload.ports.iter().map(move |port| (workload, port)))
        .flat_map(|(workload, port)| {
            let range = match (&port.host, is_on_host(workload)) {
                (_, true) => Some(port.container),
                (Some(HostPort::Fixed(range)), _) => Some(*range),
                _ => None,
            };
            let numbers = range.into_iter().flat_map(|range| range.first..=range.last);
            numbers.map(move |number| (workload, port, number))
        })
        .collect()
}

fn is_on_host(workload: &Workload) -> bool {
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    mode == Some(&NetworkMode::Host)
}

/// The engine knows for which container its program holds the port.
fn with_container(holder: String, number: u16, engine: Option<&Engine>) -> String {
    if !PROXIES.iter().any(|proxy| holder.contains(proxy)) {
        return holder;
    }
    let filter = format!("publish={number}");
    let words = ["ps", "--filter", &filter, "--format", "{{.Names}}"];
    match engine.and_then(|engine| engine.ask(&words).ok()) {
        Some(name) if !name.is_empty() => {
            format!(
                "{holder} for the container `{}`",
                name.replace('\n', "`, `")
            )
        }
        _ => holder,
    }
}
