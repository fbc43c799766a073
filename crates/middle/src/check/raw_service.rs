//! Raw keys of a Compose service that contradict what is generated around them: Compose refuses the project, or never starts it.

use super::{
    Facts,
    ports::{Published, never_together, published},
    power::word,
    raw_places::RawPlaces,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    model::{Bind, Condition, Platform, PortRange, Raw, Workload},
    source::Span,
};

pub(super) fn keys(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    if !platform.targets.contains(&Target::Compose) {
        return;
    }
    let mut ports = Vec::new();
    for workload in platform.workloads() {
        let raw = &workload.raw_compose;
        let place = RawPlaces::of_workload(platform, workload, "compose");
        if let Some(check) = raw.get("healthcheck").filter(|it| switches_off(it)) {
            no_check(platform, workload, place.of(check), sink);
        }
        if let Some(mode) = raw.get("network_mode").filter(|it| !removes(it))
            && workload.network_mode.is_none()
            && !raw.get("networks").is_some_and(removes)
        {
            sink.push(two_networks(workload, &word(Some(mode)), place.of(mode)));
        }
        if let Some(Raw::List(items)) = raw.get("ports") {
            let items = items.iter().filter_map(|item| {
                let span = place.of(item);
                RawPort::of(workload, item, span)
            });
            ports.extend(items);
        }
    }
    host_ports(platform, &ports, sink);
}

fn removes(raw: &Raw) -> bool {
    matches!(raw, Raw::Boolean(false) | Raw::Removed)
}

fn switches_off(check: &Raw) -> bool {
    removes(check) || check.get("disable") == Some(&Raw::Boolean(true))
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
            "leave `healthcheck` out of `compose`; `health = false` on `{name}` takes the check away everywhere, and nothing waits for it"
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
            "move the key out of `compose`, to the component itself: then it joins no network",
        ),
        _ => diagnostic.help("take its networks away, too: `networks = false` in `compose`"),
    }
}

/// A port of the host that raw keys publish.
struct RawPort<'a> {
    workload: &'a Workload,
    range: PortRange,
    bind: Bind,
    protocol: String,
    span: Span,
}

impl<'a> RawPort<'a> {
    /// `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]` or a table. `None`: any free port, or what Compose's own variables say.
    fn of(workload: &'a Workload, raw: &Raw, span: Span) -> Option<Self> {
        let (address, host, protocol) = match raw {
            Raw::Table(_) => (
                word(raw.get("host_ip")),
                word(raw.get("published")),
                word(raw.get("protocol")),
            ),
            _ => {
                let text = word(Some(raw));
                let (text, protocol) = text.split_once('/').unwrap_or((&text, ""));
                let (rest, _) = text.rsplit_once(':')?;
                let (address, host) = rest.rsplit_once(':').unwrap_or(("", rest));
                (address.to_string(), host.to_string(), protocol.to_string())
            }
        };
        let (first, last) = host.split_once('-').unwrap_or((&host, &host));
        Some(Self {
            workload,
            range: PortRange {
                first: first.parse().ok()?,
                last: last.parse().ok()?,
            },
            bind: match address.as_str() {
                "" => Bind::EVERYWHERE,
                address => Bind::parse(address)?,
            },
            protocol: match protocol.as_str() {
                "" => "tcp".to_string(),
                _ => protocol,
            },
            span,
        })
    }

    fn clashes(&self, range: PortRange, bind: Bind, protocol: &str, other: &Workload) -> bool {
        self.range.overlaps(range)
            && self.bind.overlaps(bind)
            && self.protocol == protocol
            && self.workload.name != other.name
            && !never_together(self.workload, other)
    }
}

/// A list of raw ports takes the place of the generated one.
fn host_ports(platform: &Platform, raw: &[RawPort<'_>], sink: &mut Sink) {
    if raw.is_empty() {
        return;
    }
    let keeps_its_own = |it: &Published<'_>| it.workload.raw_compose.get("ports").is_none();
    let all = published(platform).into_iter();
    let all: Vec<Published<'_>> = all.filter(keeps_its_own).collect();
    for (index, own) in raw.iter().enumerate() {
        let generated = all
            .iter()
            .filter(|it| own.clashes(it.range, it.bind, it.port.protocol.name(), it.workload));
        let earlier = raw[..index]
            .iter()
            .filter(|it| own.clashes(it.range, it.bind, &it.protocol, it.workload));
        let found = generated.map(|it| (it.workload, it.span));
        let mut found = found.chain(earlier.map(|it| (it.workload, it.span)));
        if let Some((other, place)) = found.next() {
            let message = format!(
                "host port {} is published twice, by `{}` and `{}`",
                own.range, other.name, own.workload.name
            );
            sink.push(
                Diagnostic::new(Code::PortClash, message)
                    .label(place, format!("`{}` publishes it", other.name))
                    .label(own.span, format!("and so does `{}`", own.workload.name))
                    .help("publish one of the two under another number; `host = \"auto\"` in `ports.NAME` takes any free one"),
            );
        }
    }
}
