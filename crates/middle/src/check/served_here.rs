//! Servers of other components that a container looks for in itself.

use super::{
    Facts,
    strings::{Owner, StringUse, UserString},
};
use crate::model::{Component, NetworkOwners, Platform, Port, Workload};

/// What a container is to itself, whichever machine it runs on.
const ITSELF: [&str; 2] = ["localhost", "127.0.0.1"];

/// The server that a text looks for in its own container.
pub(super) struct Sought<'a> {
    pub component: &'a Component,
    pub port: &'a str,
    /// Host and port as the text has them.
    pub host: &'static str,
    pub number: u16,
}

/// The server of another component, which is published nowhere, on the container's own address: `redis://localhost:6379`. A page or an
/// API by `http` may be one that the container serves without a word of it here, and a command may start any server beside its program.
pub(super) fn found<'a>(string: &UserString<'_>, facts: Facts<'a>) -> Option<Sought<'a>> {
    let (scheme, host, number) = server_here(string.text)?;
    let platform = facts.platform;
    let own = match string.owner {
        Owner::Workload(workload) if is_alone(facts, workload) => &workload.ports[..],
        Owner::Workload(_) | Owner::Pipeline(_) | Owner::Ci(_) => return None,
    };
    if !matches!(string.how, StringUse::Variable(_)) {
        return None;
    }
    let is_meant = |port: &Port| {
        port.container.first == number
            && port.scheme.name() != "http"
            && scheme.starts_with(port.scheme.name())
    };
    let others = platform
        .components
        .iter()
        .filter(|it| it.external.is_none() && Some(it.name.as_str()) != string.owner.component());
    let mut found = others.flat_map(|component| {
        let ports = component.ports.iter().filter(|port| is_meant(port));
        ports.map(move |port| (component, port))
    });
    let (component, port) = found.next().filter(|_| found.next().is_none())?;
    if port.host.is_some() || own.iter().any(|it| it.container.first == number) {
        return None;
    }
    Some(Sought {
        component,
        port: &port.name,
        host,
        number,
    })
}

/// Whether a workload has its network to itself, and runs what its image runs, in a pod without further containers.
fn is_alone(facts: Facts<'_>, workload: &Workload) -> bool {
    let platform = facts.platform;
    let owners = NetworkOwners::of(platform);
    let own = owners.owner_of(&workload.name);
    let runs_its_image = workload.entrypoint.is_none() && workload.command.is_none();
    let mut others = platform.workloads().filter(|it| it.name != workload.name);
    runs_its_image
        && workload.network_mode.is_none()
        && !has_sidecars(platform, workload)
        && !is_joined(facts, &workload.name)
        && !others.any(|it| owners.owner_of(&it.name) == own)
}

/// Whether raw keys of Compose take its network elsewhere, or another service into it.
fn is_joined(facts: Facts<'_>, name: &str) -> bool {
    let services = facts.raw.of_workloads.iter();
    let mut services = services.chain(&facts.raw.of_platform);
    let joins = format!("service:{name}");
    services.any(|service| {
        let mode = service.keys.network_mode.as_ref();
        mode.is_some_and(|mode| service.name == name || mode.value == joins)
    })
}

/// Whether raw values of the chart put further containers into its pod.
fn has_sidecars(platform: &Platform, workload: &Workload) -> bool {
    let component = platform.component(&workload.component);
    let of_component = component.filter(|_| workload.part.is_none());
    let of_component = of_component.map(|it| &it.raw_helm).into_iter();
    let of_platform = platform.raw_helm.at(&["components", &workload.name]);
    let mut values = of_component.chain([&workload.raw_helm]).chain(of_platform);
    values.any(|values| {
        values
            .get("sidecars")
            .or(values.get("initContainers"))
            .is_some()
    })
}

/// `redis://:pass@localhost:6379/0` in a text: scheme, host and port.
fn server_here(text: &str) -> Option<(&str, &'static str, u16)> {
    let (before, after) = text.split_once("://")?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '+';
    let scheme = &before[before.trim_end_matches(is_part).len()..];
    let end = after.find(['/', '?', ',', ' ', '"', '\'']);
    let authority = &after[..end.unwrap_or(after.len())];
    let (_, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (host, port) = place.split_once(':')?;
    let host = ITSELF.iter().find(|known| **known == host)?;
    Some((scheme, host, port.parse().ok()?))
}
