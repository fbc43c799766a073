//! Components elsewhere at an address that is each container's own.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    graph::{OutsideEdge, Peer},
    model::{ExternalAddress, Host, NetworkMode, NetworkOwners, Platform},
    source::Span,
    value::MACHINE,
};

/// A component that runs on the machine, at an address at which a container finds only itself. What joins the machine's own
/// network finds the machine, and what shares a network with others may find one of them. A pod may have sidecars.
pub(super) fn components(facts: Facts<'_>, sink: &mut Sink) {
    if !facts.platform.runs_on(Site::Engine) {
        return;
    }
    let owners = NetworkOwners::of(facts.platform);
    let mut told = BTreeSet::new();
    for edge in facts.graph.outside_edges() {
        let component = facts.platform.component(&edge.component);
        let Some(component) = component else { continue };
        let address = component.external_address(&edge.port);
        let Some(address) = address.filter(|it| it.host.is_loopback()) else {
            continue;
        };
        let Some(reader) = reader(facts.platform, &owners, edge) else {
            continue;
        };
        if told.insert(address.span) {
            sink.push(found_by_nobody(&component.name, address, reader));
        }
    }
}

/// Who looks for it in a network of its own: a name, and where that is declared.
fn reader<'a>(
    platform: &'a Platform,
    owners: &NetworkOwners,
    edge: &'a OutsideEdge,
) -> Option<(&'a str, Span)> {
    match &edge.from {
        Peer::Workload(name) => {
            let owner = platform.workload(owners.owner_of(name))?;
            let mode = owner.network_mode.as_ref().map(|mode| &mode.value);
            let workload = platform.workload(name)?;
            let mut others = platform.workloads().filter(|it| it.name != *name);
            let is_alone = !others.any(|it| owners.owner_of(&it.name) == owner.name);
            let is_lost = is_alone && mode != Some(&NetworkMode::Host);
            is_lost.then_some((&workload.component, workload.span))
        }
        Peer::Pipeline(name) => {
            let pipeline = platform.pipelines.iter().find(|it| it.name == *name)?;
            Some((&pipeline.name, pipeline.span))
        }
    }
}

fn found_by_nobody(
    name: &str,
    address: &ExternalAddress,
    (reader, place): (&str, Span),
) -> Diagnostic {
    let host = &address.host;
    let diagnostic = Diagnostic::new(
        Code::Unreachable,
        format!("`{name}` is at `{host}`, which is each container itself"),
    )
    .label(address.span, "not the machine")
    .label(place, format!("`{reader}` looks for it there"))
    .help(format!(
        "write `{MACHINE}`, the machine that the containers run on"
    ));
    let written = match host {
        Host::Name(name) => name.clone(),
        Host::Ip(_) => host.to_string(),
    };
    diagnostic.renaming(&written, MACHINE)
}
