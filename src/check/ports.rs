//! Ports that two want: of the host, or of one network inside.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Bind, HostPort, NetworkMode, Platform, Port, PortRange, Workload},
    source::Span,
};

/// A port of the host that a workload takes.
struct Published<'a> {
    workload: &'a Workload,
    port: &'a Port,
    range: PortRange,
    /// The host's address.
    bind: Bind,
    span: Span,
}

/// Two components that publish the same host port, unless both have profiles and share none.
pub(super) fn host_ports(facts: Facts<'_>, sink: &mut Sink) {
    let published = published(facts.platform);
    for (index, later) in published.iter().enumerate() {
        let clash = published[..index]
            .iter()
            .find(|earlier| clash(earlier, later));
        if let Some(earlier) = clash {
            let free = free_port(&published, later);
            let diagnostic = Diagnostic::new(
                Code::PortClash,
                format!(
                    "host port {} is taken twice, by {}",
                    later.range,
                    both(earlier, later)
                ),
            )
            .label(
                earlier.span,
                format!("{} publishes it", shown(earlier, later)),
            )
            .label(later.span, format!("and so does {}", shown(later, earlier)));
            // Without `host` it takes the port of the host under the number on which it listens.
            sink.push(match later.port.host {
                Some(_) => diagnostic
                    .help(format!(
                        "{free} is free: write `host = {}` in `ports.{}`",
                        written(free),
                        later.port.name,
                    ))
                    .replacing(later.span, written(free)),
                None => diagnostic.help(format!(
                    "{free} is free: let the program listen there, and change `container`"
                )),
            });
        }
    }
}

fn written(range: PortRange) -> String {
    match range.first == range.last {
        true => range.to_string(),
        false => format!("\"{range}\""),
    }
}

/// A publisher by its name; by its port's where the other is of the same workload.
fn shown(publisher: &Published<'_>, other: &Published<'_>) -> String {
    if publisher.workload.name == other.workload.name {
        format!("port `{}`", publisher.port.name)
    } else {
        format!("`{}`", publisher.workload.name)
    }
}

fn both(one: &Published<'_>, other: &Published<'_>) -> String {
    let names = format!("{} and {}", shown(one, other), shown(other, one));
    if one.workload.name == other.workload.name {
        format!("{names} of `{}`", one.workload.name)
    } else {
        names
    }
}

fn published(platform: &Platform) -> Vec<Published<'_>> {
    let mut out = Vec::new();
    for workload in platform.workloads() {
        let on_host = workload
            .network_mode
            .as_ref()
            .is_some_and(|mode| mode.value == NetworkMode::Host);
        for port in &workload.ports {
            if on_host {
                out.push(Published {
                    workload,
                    port,
                    range: port.container,
                    bind: Bind::EVERYWHERE,
                    span: port.span,
                });
            } else if let Some(HostPort::Fixed(range)) = port.host {
                out.push(Published {
                    workload,
                    port,
                    range,
                    bind: port.bind,
                    span: port.host_span,
                });
            }
        }
    }
    out
}

fn clash(one: &Published<'_>, other: &Published<'_>) -> bool {
    one.range.overlaps(other.range)
        && one.port.protocol == other.port.protocol
        && one.bind.overlaps(other.bind)
        && !never_together(one.workload, other.workload)
}

/// Whether both have profiles and share none.
pub(super) fn never_together(one: &Workload, other: &Workload) -> bool {
    let profiles =
        |workload: &Workload| -> BTreeSet<String> { workload.profiles.iter().cloned().collect() };
    let (first, second) = (profiles(one), profiles(other));
    !first.is_empty() && !second.is_empty() && first.is_disjoint(&second)
}

/// The next ports after the wanted ones that nobody takes.
fn free_port(published: &[Published<'_>], wanted: &Published<'_>) -> PortRange {
    let length = wanted.range.last - wanted.range.first;
    let candidates = (wanted.range.first..=u16::MAX - length)
        .chain(1024..wanted.range.first.max(1024))
        .map(|first| PortRange {
            first,
            last: first.saturating_add(length),
        });
    for range in candidates {
        let taken = published.iter().any(|other| {
            other.range.overlaps(range) && other.port.protocol == wanted.port.protocol
        });
        if !taken {
            return range;
        }
    }
    wanted.range
}

/// A container port, with the same protocol, twice within a workload, or by two that share one network.
pub(super) fn container_ports(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        shared_ports(facts, workload, sink);
        for (index, later) in workload.ports.iter().enumerate() {
            let earlier = workload.ports[..index].iter().find(|earlier| {
                earlier.container.overlaps(later.container) && earlier.protocol == later.protocol
            });
            if let Some(earlier) = earlier {
                sink.push(
                    Diagnostic::new(
                        Code::PortTwice,
                        format!(
                            "`{}` listens on port {} twice",
                            workload.name, later.container
                        ),
                    )
                    .label(earlier.span, format!("as `{}`", earlier.name))
                    .label(later.span, format!("and as `{}`", later.name))
                    .help("keep one of the two names, or change `container`"),
                );
            }
        }
    }
}

/// Ports of a guest that somebody else in the same network listens on already. Jobs come and go.
fn shared_ports(facts: Facts<'_>, guest: &Workload, sink: &mut Sink) {
    let owner = |workload| facts.platform.network_owner(workload).name.as_str();
    let shared = owner(guest);
    if shared == guest.name || guest.is_job() {
        return;
    }
    let others = facts.platform.workloads().filter(|other| {
        let earlier = other.name == shared || other.name < guest.name;
        owner(other) == shared && earlier && !other.is_job()
    });
    for other in others {
        for port in &guest.ports {
            let taken = other.ports.iter().find(|taken| {
                taken.container.overlaps(port.container) && taken.protocol == port.protocol
            });
            if let Some(taken) = taken {
                sink.push(
                    Diagnostic::new(
                        Code::PortTwice,
                        format!(
                            "two listen on port {} in the network of `{shared}`",
                            port.container
                        ),
                    )
                    .label(taken.span, format!("`{}`", other.name))
                    .label(port.span, format!("and `{}`, which shares it", guest.name))
                    .help("let one of the two listen on another port, and change `container`"),
                );
            }
        }
    }
}
