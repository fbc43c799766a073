//! Ports that two want: of the host, or of one network inside.

use std::collections::BTreeMap;

use super::{Facts, free_ports::FreePorts, strings::is_the_users};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    model::{
        Bind, HostPort, NetworkMode, NetworkOwners, Platform, Port, PortRange, Protocol, Workload,
    },
    source::Span,
};

/// A port of the host that a workload takes.
pub(super) struct Published<'a> {
    pub workload: &'a Workload,
    pub port: &'a Port,
    pub range: PortRange,
    /// The host's address.
    pub bind: Bind,
    pub span: Span,
}

/// A port that has the component's own public address twice.
pub(super) fn public_addresses(facts: Facts<'_>, sink: &mut Sink) {
    for component in &facts.platform.components {
        let opened = component.page_port.as_deref();
        let Some(port) = opened.and_then(|name| component.port(name)) else {
            continue;
        };
        if let Some(address) = &port.public_url {
            let name = &port.name;
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    format!(
                        "`{name}` is the port of `{}` that people open",
                        component.name
                    ),
                )
                .label(port.span, "its public address is the component's")
                .help(format!(
                    "move it out of `ports.{name}`, to the component: `public_url = \"{}\"`",
                    address.at(Site::Cluster).as_str()
                )),
            );
        }
    }
}

/// Two components that publish the same host port, unless both have profiles and share none.
pub(super) fn host_ports(facts: Facts<'_>, sink: &mut Sink) {
    let published = published(facts.platform);
    let mut before = EarlierPorts::default();
    let mut free_ports = FreePorts::beside(published.iter().map(|it| (it.port.protocol, it.range)));
    let lines = SharedLines::of(&published);
    for (index, later) in published.iter().enumerate() {
        let clash = before.first(later.range, |earlier| clash(&published[earlier], later));
        let clash = clash.map(|earlier| &published[earlier]);
        before.add(index, later.range);
        if let Some(earlier) = clash {
            let free = free_ports.propose(later.port.protocol, later.range);
            let diagnostic = Diagnostic::new(
                Code::PortClash,
                format!(
                    "host port {} is published twice, by {}",
                    later.range,
                    both_names(earlier, later)
                ),
            )
            .label(
                place_of(facts.platform, earlier),
                format!("{} publishes it", shown(earlier, later)),
            )
            .label(
                place_of(facts.platform, later),
                format!("and so does {}", shown(later, earlier)),
            );
            // Without `host` it takes the port of the host under the number on which it listens.
            let shared = lines.other_of(later);
            let is_the_users = is_the_users(facts.platform, later.span);
            sink.push(match (later.port.host, shared) {
                (Some(_), _) if !is_the_users => {
                    with_host(diagnostic, facts.platform, later, &toml_value(free))
                }
                (Some(_), Some(other)) => of_its_own(diagnostic, later, other, free),
                (Some(_), None) => diagnostic
                    .help(format!(
                        "{free} is free: write `host = {}` in `ports.{}`",
                        toml_value(free),
                        later.port.name,
                    ))
                    .replacing(later.span, toml_value(free)),
                (None, _) => diagnostic.help(format!(
                    "{free} is free: let the program listen there, and change `container`"
                )),
            });
        }
    }
}

/// Where a user sees that it is published: a kind that publishes by itself stands in no file of theirs.
fn place_of(platform: &Platform, publisher: &Published<'_>) -> Span {
    match platform.component(&publisher.workload.component) {
        Some(component) if !is_the_users(platform, publisher.span) => component.span,
        _ => publisher.span,
    }
}

/// The help to write a number for a port that the kind publishes under its own.
fn with_host(
    diagnostic: Diagnostic,
    platform: &Platform,
    publisher: &Published<'_>,
    free: &str,
) -> Diagnostic {
    let port = &publisher.port.name;
    let ports = publisher.workload.written.table("ports");
    let written = ports.and_then(|ports| ports.entry(port));
    let on_port = written
        .filter(|entry| entry.value.as_table().is_some() && is_the_users(platform, entry.key.span));
    let (place, line) = match on_port {
        Some(entry) => (entry.key.span, format!("host = {free}")),
        None => (
            place_of(platform, publisher),
            format!("ports.{port}.host = {free}"),
        ),
    };
    diagnostic
        .help(format!(
            "{free} is free: write `ports.{port}.host = {free}` on `{}`, whose kind publishes it by itself",
            publisher.workload.component
        ))
        .adding(place, line)
}

/// Who has host ports from which line: two workloads have theirs from one line of a preset.
struct SharedLines<'a> {
    /// The first of each line, and the first of another workload.
    owners: BTreeMap<Span, (&'a Published<'a>, Option<&'a Published<'a>>)>,
}

impl<'a> SharedLines<'a> {
    fn of(published: &'a [Published<'a>]) -> Self {
        let mut owners = BTreeMap::new();
        for it in published {
            let (first, other) = owners.entry(it.span).or_insert((it, None));
            if other.is_none() && first.workload.name != it.workload.name {
                *other = Some(it);
            }
        }
        Self { owners }
    }

    /// The first of another workload that has its port from the same line.
    fn other_of(&self, one: &Published<'_>) -> Option<&'a Published<'a>> {
        let (first, other) = self.owners.get(&one.span)?;
        match first.workload.name == one.workload.name {
            true => *other,
            false => Some(first),
        }
    }
}

/// The help to write a number beside the preset's, in the component that is later. A key that `other` has from another line is
/// one that the component writes itself: the number goes there.
fn of_its_own(
    diagnostic: Diagnostic,
    later: &Published<'_>,
    other: &Published<'_>,
    free: PortRange,
) -> Diagnostic {
    let (name, workload) = (&later.port.name, later.workload);
    let number = toml_value(free);
    let line = format!("host = {number}");
    let place = |it: &Published<'_>, path: &[&str]| {
        let (last, above) = path.split_last()?;
        let table = match above {
            [] => &it.workload.written,
            above => it.workload.written.get_path(above)?.as_table()?,
        };
        table.entry(last).map(|entry| entry.key.span)
    };
    let own = |path: &[&str]| place(later, path).filter(|span| Some(*span) != place(other, path));
    let help = format!(
        "{free} is free: write `ports.{name}.{line}` in `{}`",
        workload.name
    );
    let diagnostic = diagnostic.help(help);
    match (own(&["ports", name]), own(&["ports"])) {
        _ if workload.name != workload.component => diagnostic,
        (Some(port), _) => diagnostic.adding(port, line),
        (None, Some(ports)) => diagnostic.adding(ports, format!("{name}.{line}")),
        (None, None) => diagnostic.adding(workload.span, format!("ports.{name}.{line}")),
    }
}

/// The ports that were looked at before, by their numbers: a large platform has too many to compare each with all.
#[derive(Default)]
struct EarlierPorts {
    single: BTreeMap<u16, Vec<usize>>,
    ranges: Vec<usize>,
}

impl EarlierPorts {
    fn add(&mut self, index: usize, range: PortRange) {
        match range.first == range.last {
            true => self.single.entry(range.first).or_default().push(index),
            false => self.ranges.push(index),
        }
    }

    /// The first of those that may share a number with a range, and are meant. Each number has its own in their order.
    fn first(&self, range: PortRange, is_meant: impl Fn(usize) -> bool) -> Option<usize> {
        // A range that ends before it begins was reported where it is read.
        let last = range.last.max(range.first);
        let single = self.single.range(range.first..=last);
        let lists = single.map(|(_, indices)| indices).chain([&self.ranges]);
        let firsts = lists.filter_map(|indices| {
            let mut indices = indices.iter().copied();
            indices.find(|index| is_meant(*index))
        });
        firsts.min()
    }
}

fn toml_value(range: PortRange) -> String {
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

fn both_names(one: &Published<'_>, other: &Published<'_>) -> String {
    let names = format!("{} and {}", shown(one, other), shown(other, one));
    if one.workload.name == other.workload.name {
        format!("{names} of `{}`", one.workload.name)
    } else {
        names
    }
}

/// Every port of the host that the platform's own keys publish.
pub(super) fn published(platform: &Platform) -> Vec<Published<'_>> {
    let mut out = Vec::new();
    for workload in platform.workloads() {
        let on_host = workload
            .network_mode
            .as_ref()
            .is_some_and(|mode| mode.value == NetworkMode::Host);
        for port in &workload.ports {
            // That nothing translates such a port was reported: which number was meant is not known.
            let is_translated = port
                .host
                .is_some_and(|host| host != HostPort::Fixed(port.container));
            if on_host && is_translated {
                continue;
            }
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
        && !never_together(&one.workload.profiles, &other.workload.profiles)
}

/// Whether two services of these profiles never run together: both have some, and share none.
pub(super) fn never_together(one: &[String], other: &[String]) -> bool {
    let shares_none = !one.iter().any(|profile| other.contains(profile));
    !one.is_empty() && !other.is_empty() && shares_none
}

/// A container port, with the same protocol, twice within a workload, or by two that share one network.
pub(super) fn container_ports(facts: Facts<'_>, sink: &mut Sink) {
    shared_ports(facts, sink);
    for workload in facts.platform.workloads() {
        let mut taken = TakenPorts::default();
        for later in &workload.ports {
            if let Some((_, earlier)) = taken.take(workload, later) {
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

/// Ports that two who share one network listen on. Jobs come and go.
fn shared_ports(facts: Facts<'_>, sink: &mut Sink) {
    let owners = NetworkOwners::of(facts.platform);
    let mut members_by_owner: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for guest in facts.platform.workloads() {
        if let Some(owner) = owners.foreign_owner_of(&guest.name) {
            members_by_owner.entry(owner).or_default().push(guest);
        }
    }
    for (owner, mut guests) in members_by_owner {
        guests.sort_by(|one, other| one.name.cmp(&other.name));
        let members = facts.platform.workload(owner).into_iter().chain(guests);
        let mut taken = TakenPorts::default();
        for member in members.filter(|member| !member.is_job()) {
            for port in &member.ports {
                // What one of them has twice is reported of it alone.
                let earlier = taken.take(member, port);
                if let Some(earlier) = earlier.filter(|(other, _)| other.name != member.name) {
                    sink.push(both_listen(owner, earlier, (member, port)));
                }
            }
        }
    }
}

/// Ports of one network that are listened on, by protocol and first number; no two overlap.
#[derive(Default)]
struct TakenPorts<'a> {
    ports: BTreeMap<(Protocol, u16), (&'a Workload, &'a Port)>,
}

impl<'a> TakenPorts<'a> {
    /// Takes a port, or says which port is in its way.
    fn take(&mut self, workload: &'a Workload, port: &'a Port) -> Option<(&'a Workload, &'a Port)> {
        let up_to = (port.protocol, port.container.last);
        let before = self.ports.range((port.protocol, 0)..=up_to).next_back();
        match before.map(|(_, before)| *before) {
            Some((other, earlier)) if earlier.container.overlaps(port.container) => {
                Some((other, earlier))
            }
            _ => {
                let key = (port.protocol, port.container.first);
                self.ports.insert(key, (workload, port));
                None
            }
        }
    }
}

fn both_listen(
    owner: &str,
    (other, taken): (&Workload, &Port),
    (guest, port): (&Workload, &Port),
) -> Diagnostic {
    Diagnostic::new(
        Code::PortTwice,
        format!(
            "two listen on port {} in the network of `{owner}`",
            port.container
        ),
    )
    .label(taken.span, format!("`{}`", other.name))
    .label(port.span, format!("and `{}`, which shares it", guest.name))
    .help("let one of the two listen on another port, and change `container`")
}
