//! Entry points that clients can't reach at their address, and hosts that two routes serve in two ways.

use std::{collections::BTreeSet, net::IpAddr};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    graph::{ComponentEdge, Why},
    model::{NetworkMode, Platform, Route, RouteEnd, RouteTls, Workload},
    source::Span,
};

/// Entry points with a certificate that publish only the plain port: requests are redirected to a port where nothing listens.
pub(super) fn certificates(facts: Facts<'_>, sink: &mut Sink) {
    for route in &facts.platform.routes {
        if route.tls.is_some() && publishes_plain_alone(facts.platform, route) {
            let message = format!(
                "`{}` publishes `http` alone, and sends everybody on to {}",
                route.door,
                route.origin.at(Site::Engine).as_str()
            );
            let span = facts
                .platform
                .component(&route.door)
                .map_or(route.span, |it| it.span);
            sink.push(
                Diagnostic::new(Code::Unused, message)
                    .label(route.span, "has a certificate, so people come by `https`")
                    .label(span, "`https` is published nowhere")
                    .help(format!(
                        "publish it: `ports.https = {{ host = 443 }}` on `{}`; where somebody in front has the certificate, leave `tls` out",
                        route.door
                    )),
            );
        }
    }
}

fn publishes_plain_alone(platform: &Platform, route: &Route) -> bool {
    let door = platform.component(&route.door);
    let workloads = door.into_iter().flat_map(|door| &door.workloads);
    let ports: Vec<_> = workloads.flat_map(|it| &it.ports).collect();
    let published = |name: &str| {
        let mut named = ports.iter().filter(|port| port.name == name);
        named.any(|port| port.host.is_some())
    };
    published("http") && !published("https")
}

/// Entry points of an engine that publish no port, and that nothing here leads to: people get in nowhere, though programs are told
/// that they do.
pub(super) fn closed_entry_points(facts: Facts<'_>, sink: &mut Sink) {
    let has_engine = facts.platform.runs_on(Site::Engine);
    let mut told = BTreeSet::new();
    for route in &facts.platform.routes {
        if !has_engine || !is_closed(facts, &route.door) || !told.insert(&route.door) {
            continue;
        }
        let Some(door) = facts.platform.component(&route.door) else {
            continue;
        };
        let (port, number) = match &route.tls {
            Some(_) => ("https", 443),
            None => ("http", 80),
        };
        let line = format!("ports.{port} = {{ host = {number} }}");
        let message = format!(
            "`{}` publishes no port: nobody gets to {}",
            route.door,
            route.origin.at(Site::Engine).as_str()
        );
        sink.push(
            Diagnostic::new(Code::Unused, message)
                .label(route.span, "leads through it")
                .label(door.span, "reached from inside alone")
                .help(format!(
                    "publish it: `{line}` on `{}`; where a tunnel leads to it, say so with `reaches` on the tunnel",
                    route.door
                )),
        );
    }
}

/// Whether nobody can get to a component from outside, as far as platform.toml tells: a tunnel or another entry point would refer to
/// it or share its network, and raw keys or a network of others may open it.
fn is_closed(facts: Facts<'_>, door: &str) -> bool {
    let Some(component) = facts.platform.component(door) else {
        return false;
    };
    let opens = |workload: &Workload| {
        workload.ports.iter().any(|port| port.host.is_some())
            || workload.network_mode.is_some()
            || ["networks", "compose"]
                .iter()
                .any(|key| workload.written.get(key).is_some())
    };
    let leads_there = |edge: ComponentEdge| {
        let is_for_people = edge
            .why
            .iter()
            .any(|why| !matches!(why, Why::Scrape | Why::DependsOn));
        edge.to == door && is_for_people
    };
    let is_of_door = |name: &str| component.workloads.iter().any(|it| it.name == name);
    let workloads = facts.platform.workloads();
    let mut modes = workloads.filter_map(|it| it.network_mode.as_ref());
    let is_shared =
        modes.any(|mode| matches!(&mode.value, NetworkMode::Service(name) if is_of_door(name)));
    // What only raw keys describe may lead anywhere.
    let mut raw = facts.raw.of_platform.iter();
    let has_raw = raw.any(|it| it.workload.is_none() || is_of_door(it.name));
    let behind = facts.platform.routes.iter().flat_map(|it| &it.paths);
    component.external.is_none()
        && component.public_url.is_none()
        && !component.workloads.iter().any(opens)
        && !is_shared
        && !has_raw
        && !facts.graph.component_edges().any(leads_there)
        && !behind.into_iter().any(|path| path.to.component == door)
}

/// Routes of one host through one entry point that do not say the same of it: it answers a host with one certificate, and has
/// one place where people log in.
pub(super) fn hosts(facts: Facts<'_>, sink: &mut Sink) {
    let routes = &facts.platform.routes;
    for (index, later) in routes.iter().enumerate() {
        let mut before = routes[..index].iter();
        let Some(first) = before.find(|it| it.door == later.door && it.host == later.host) else {
            continue;
        };
        if first.tls != later.tls {
            let what = "its certificate from two places";
            let (one, other) = (certificate(first), certificate(later));
            let places = [(first.tls_span, one), (later.tls_span, other)];
            let help = "write the same `tls` in both routes, or give one another host";
            sink.push(two_settings_of_host(first, what, places, help));
        }
        let before = routes[..index]
            .iter()
            .filter(|it| it.door == later.door && it.host == later.host && it.login.is_some());
        if let Some((first, login)) = before
            .filter_map(|it| Some((it, it.login.as_ref()?)))
            .next()
            && let Some(own) = later.login.as_ref().filter(|own| *own != login)
        {
            let what = "two components for its log-in";
            let asks = |end: &RouteEnd| format!("`{}` asks", end.component);
            let places = [
                (first.login_span, asks(login)),
                (later.login_span, asks(own)),
            ];
            let help = "name the same component in both, or give one route another host: people log in below `/oauth2`, which a host has once";
            sink.push(two_settings_of_host(first, what, places, help));
        }
    }
}

/// Routes that ask for a log-in before the pages of the log-in itself: of the component that is asked, or of one that it uses.
pub(super) fn logins(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for route in &platform.routes {
        let login = route.login.as_ref();
        let asked = login.and_then(|login| platform.component(&login.component));
        let Some(asked) = asked else { continue };
        let is_of_login = |name: &String| {
            let mut uses = asked.uses.iter();
            *name == asked.name || uses.any(|binding| binding.component == *name)
        };
        for path in &route.paths {
            let to = &path.to.component;
            if is_of_login(to) {
                let message = format!(
                    "nobody gets to `{to}` to log in: route `{}` asks for a log-in before it",
                    route.name
                );
                sink.push(
                    Diagnostic::new(Code::ConflictingKeys, message)
                        .label(route.login_span, format!("`{}` asks there", asked.name))
                        .label(route.span, format!("`{}` leads to it", path.path))
                        .help(format!(
                            "give `{to}` a route of its own without `login`, on another host or path"
                        )),
                );
            }
        }
    }
}

/// Routes of several hosts through one entry point that name two addresses for its authority: it has one account there.
pub(super) fn authorities(facts: Facts<'_>, sink: &mut Sink) {
    let routes = &facts.platform.routes;
    for (index, later) in routes.iter().enumerate() {
        let Some(RouteTls::Acme(address)) = &later.tls else {
            continue;
        };
        let mut before = routes[..index].iter().filter(|it| it.door == later.door);
        let other =
            before.find(|it| matches!(&it.tls, Some(RouteTls::Acme(own)) if own != address));
        // One host with two addresses is reported as such.
        let Some(first) = other.filter(|it| it.host != later.host) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!("`{}` gets its certificates under two addresses", later.door),
            )
            .label(first.tls_span, certificate(first))
            .label(later.tls_span, certificate(later))
            .help(
                "write the same address in both: an entry point has one account at the authority",
            ),
        );
    }
}

/// Hosts that are addresses: Kubernetes refuses an Ingress with such a host. An entry point of an engine takes it.
pub(super) fn addresses(facts: Facts<'_>, sink: &mut Sink) {
    if !facts.platform.runs_on(Site::Cluster) {
        return;
    }
    for route in &facts.platform.routes {
        if route.host.parse::<IpAddr>().is_ok() {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("`{}` is an address: an Ingress takes a name only", route.host),
                )
                .label(route.span, "this route is in the chart, too")
                .help("write a name that leads to the address, in the DNS or in people's `/etc/hosts`; a platform that runs on an engine alone takes the address: leave `helm` out of `platform.targets`"),
            );
        }
    }
}

fn certificate(route: &Route) -> String {
    match &route.tls {
        Some(RouteTls::Secret(secret)) => format!("from the secret `{secret}`"),
        Some(RouteTls::Acme(address)) => format!("from an authority, for `{address}`"),
        None => "no certificate".to_string(),
    }
}

fn two_settings_of_host(
    route: &Route,
    what: &str,
    [(first, one), (second, other)]: [(Span, String); 2],
    help: &str,
) -> Diagnostic {
    let (host, door) = (&route.host, &route.door);
    let message = format!("the host `{host}` of `{door}` has {what}");
    Diagnostic::new(Code::ConflictingKeys, message)
        .label(first, one)
        .label(second, other)
        .help(help)
}
