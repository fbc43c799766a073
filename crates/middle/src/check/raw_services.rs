//! Raw keys of a Compose service that contradict what is generated around them: Compose refuses the project, or never starts it.

use super::{
    Facts,
    ports::{Published, never_together, published},
    raw::{RawPort, RawService},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    model::{Bind, Condition, Platform, PortRange, Workload},
    source::Span,
};

pub(super) fn keys(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    if !platform.targets.contains(&Target::Compose) {
        return;
    }
    let mut ports = Vec::new();
    for service in facts.raw.services() {
        let (keys, places) = (&service.keys, service.places);
        if let (Some(check), Some(workload)) = (keys.no_health_check, service.workload) {
            no_check(platform, workload, places.of(check), sink);
        }
        // One of the two places may take away the networks, and the other give the mode.
        let mut same = facts.raw.services().filter(|it| it.name == service.name);
        if let (Some(mode), Some(workload)) = (&keys.network_mode, service.workload)
            && workload.network_mode.is_none()
            && !same.any(|it| it.keys.removes_networks)
        {
            sink.push(two_networks(workload, &mode.value, places.of(mode.by)));
        }
        ports.extend(
            keys.ports
                .iter()
                .filter_map(|port| RawHostPort::of(service, port)),
        );
    }
    host_ports(facts, &ports, sink);
}

/// The first workload that waits for a check which the raw keys take away.
fn no_check(platform: &Platform, workload: &Workload, check: Span, sink: &mut Sink) {
    let waits = platform.workloads().find_map(|other| {
        let mut waits = other.depends_on.iter();
        let waits =
            waits.find(|it| it.workload == workload.name && it.condition == Condition::Healthy)?;
        Some((other, waits.span))
    });
    let Some((other, waits)) = waits else {
        return;
    };
    let (name, other) = (&workload.name, &other.name);
    sink.push(
        Diagnostic::new(
            Code::ConditionImpossible,
            format!("`{other}` waits until `{name}` is healthy, which Compose never learns"),
        )
        .label(waits, format!("waits for `{name}`"))
        .label(check, "takes its health check away")
        .help(format!(
            "leave the raw key `healthcheck` out; `health = false` on `{name}` takes the check away everywhere, and nothing waits for it"
        )),
    );
}

fn two_networks(workload: &Workload, mode: &str, span: Span) -> Diagnostic {
    let name = &workload.name;
    let diagnostic = Diagnostic::new(
        Code::ConflictingKeys,
        format!(
            "`{name}` joins networks, and a raw key gives it a `network_mode`: Compose refuses both"
        ),
    )
    .label(span, "not beside the networks of its group");
    match mode {
        "host" | "none" => diagnostic.help(
            "write the key on the component itself, not as a raw key: then it joins no network",
        ),
        _ => {
            diagnostic.help("take its networks away from Compose, too: `compose.networks = false`")
        }
    }
}

/// Ports of the host that raw keys publish, where they are known.
struct RawHostPort<'a> {
    service: &'a RawService<'a>,
    range: PortRange,
    bind: Bind,
    protocol: &'a str,
    span: Span,
}

impl<'a> RawHostPort<'a> {
    fn of(service: &'a RawService<'a>, port: &'a RawPort<'a>) -> Option<Self> {
        Some(Self {
            service,
            range: port.range?,
            bind: port.bind?,
            protocol: &port.protocol,
            span: service.places.of(port.by),
        })
    }

    fn overlaps(&self, range: PortRange, bind: Bind, protocol: &str) -> bool {
        self.range.overlaps(range) && self.bind.overlaps(bind) && self.protocol == protocol
    }

    /// Whether another service may publish it beside this one.
    fn stands_beside(&self, name: &str, profiles: &[String]) -> bool {
        self.service.name != name && !never_together(self.service.profiles(), profiles)
    }
}

/// A list of raw ports takes the place of the generated one.
fn host_ports(facts: Facts<'_>, raw: &[RawHostPort<'_>], sink: &mut Sink) {
    if raw.is_empty() {
        return;
    }
    let replaced = facts.raw.services().filter(|it| it.keys.replaces_ports);
    let replaced: Vec<&str> = replaced.map(|it| it.name).collect();
    let keeps_its_own = |it: &Published<'_>| !replaced.contains(&it.workload.name.as_str());
    let all = published(facts.platform).into_iter();
    let all: Vec<Published<'_>> = all.filter(keeps_its_own).collect();
    for (index, own) in raw.iter().enumerate() {
        let generated = all.iter().filter(|it| {
            own.overlaps(it.range, it.bind, it.port.protocol.name())
                && own.stands_beside(&it.workload.name, &it.workload.profiles)
        });
        let earlier = raw[..index].iter().filter(|it| {
            own.overlaps(it.range, it.bind, it.protocol)
                && own.stands_beside(it.service.name, it.service.profiles())
        });
        let found = generated.map(|it| (it.workload.name.as_str(), it.span));
        let mut found = found.chain(earlier.map(|it| (it.service.name, it.span)));
        if let Some((other, place)) = found.next() {
            let name = own.service.name;
            let message = format!(
                "host port {} is published twice, by `{other}` and `{name}`",
                own.range
            );
            sink.push(
                Diagnostic::new(Code::PortClash, message)
                    .label(place, format!("`{other}` publishes it"))
                    .label(own.span, format!("and so does `{name}`"))
                    .help("publish one of the two under another number; `host = \"auto\"` in `ports.NAME` takes any free one"),
            );
        }
    }
}
