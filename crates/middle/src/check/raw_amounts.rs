//! Raw keys of a Compose service that say an amount which `deploy` says otherwise: Compose refuses two distinct values
//! (compose-go, `loader/validate.go`).

use super::{
    Facts,
    raw::{RawService, value::word},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    language::{PARTS_OF_ONE, compose_amount},
    model::{NetworkMode, Raw, Resources, Workload},
    syntax::places,
};

/// An older key of Compose's, and the one below `deploy` that says the same.
struct Pair {
    key: &'static str,
    section: &'static str,
    name: &'static str,
    /// The key of a component that says it.
    typed: &'static [&'static str],
}

const PAIRS: [Pair; 4] = [
    Pair {
        key: "cpus",
        section: "limits",
        name: "cpus",
        typed: &["resources", "limits", "cpu"],
    },
    Pair {
        key: "mem_limit",
        section: "limits",
        name: "memory",
        typed: &["resources", "memory"],
    },
    Pair {
        key: "mem_reservation",
        section: "reservations",
        name: "memory",
        typed: &["resources", "memory"],
    },
    Pair {
        key: "pids_limit",
        section: "limits",
        name: "pids",
        typed: &["compose", "deploy", "resources", "limits", "pids"],
    },
];

pub(super) fn distinct(facts: Facts<'_>, sink: &mut Sink) {
    if !facts.platform.targets.contains(&Target::Compose) {
        return;
    }
    for service in facts.raw.services() {
        let several = several_of_one_network(facts, service);
        if let Some(diagnostic) = several.or_else(|| replicas(service)) {
            sink.push(diagnostic);
        }
        for (key, found) in &service.keys.amounts {
            let Some(value) = compose_amount(&found.value) else {
                continue;
            };
            let span = service.places.of(found.by);
            // Of containers none is a number; of all else zero says nothing.
            if *key == "scale" {
                if let Some(diagnostic) = shares_a_network(facts, service, "scale", value) {
                    sink.push(diagnostic.label(span, "more than one container"));
                } else if let Some(diagnostic) = scale(service, value) {
                    sink.push(diagnostic.label(span, "another number"));
                }
                continue;
            }
            let pair = PAIRS.iter().find(|pair| pair.key == *key && value != 0);
            let Some(pair) = pair.filter(|pair| is_said_otherwise(service, pair, value)) else {
                continue;
            };
            let path = format!("deploy.resources.{}.{}", pair.section, pair.name);
            let diagnostic = Diagnostic::new(
                Code::ConflictingKeys,
                format!(
                    "`{key}` of `{}` is not what `{path}` says: Compose refuses both",
                    service.name
                ),
            )
            .label(
                span,
                format!("not beside `deploy.resources.{}`", pair.section),
            );
            let diagnostic = match service.workload {
                Some(workload) => diagnostic.label(
                    workload
                        .written
                        .get("resources")
                        .map_or(workload.span, |node| node.span),
                    format!("it has `deploy.resources.{}` from here", pair.section),
                ),
                None => diagnostic,
            };
            sink.push(diagnostic.help(format!(
                "leave `{key}` out: `{}` of the component is for it",
                pair.typed.join(".")
            )));
        }
    }
}

/// Whether what becomes of `deploy` has the section, and in it another amount or none: none is one of zero for Compose.
fn is_said_otherwise(service: &RawService<'_>, pair: &Pair, value: i128) -> bool {
    if takes_away(service.keys.deploy, &["resources", pair.section]) {
        return false;
    }
    let raw = service.keys.deploy;
    let raw = raw.and_then(|it| it.at(&["resources", pair.section]));
    let typed = service.workload.map(|it| &it.resources);
    let of_typed = typed.and_then(|it| typed_amount(it, pair));
    let of_raw = raw.and_then(|it| it.get(pair.name));
    let amount = match of_raw {
        // What takes the typed one away leaves the section.
        Some(Raw::Boolean(false) | Raw::Removed) => None,
        Some(raw) => match compose_amount(&word(Some(raw))) {
            Some(amount) => Some(amount),
            // Known only at the start.
            None => return false,
        },
        None => of_typed,
    };
    let has_section =
        typed.is_some_and(|it| has_section(it, pair.section)) || matches!(raw, Some(Raw::Table(_)));
    has_section && amount.unwrap_or(0) != value
}

/// Whether raw keys put something else in the place of a table on this path: then nothing typed is left in it.
fn takes_away(raw: Option<&Raw>, path: &[&str]) -> bool {
    let is_else = |raw: Option<&Raw>| raw.is_some_and(|it| !matches!(it, Raw::Table(_)));
    is_else(raw)
        || (1..=path.len()).any(|length| is_else(raw.and_then(|it| it.at(&path[..length]))))
}

fn typed_amount(resources: &Resources, pair: &Pair) -> Option<i128> {
    match pair.name {
        "memory" => resources
            .memory
            .map(|bytes| i128::from(bytes) * PARTS_OF_ONE),
        "cpus" => {
            let thousandths = resources.cpu_limit.map(i128::from);
            thousandths.map(|cores| cores * (PARTS_OF_ONE / 1000))
        }
        _ => None,
    }
}

fn has_section(resources: &Resources, section: &str) -> bool {
    let other = match section {
        "limits" => resources.cpu_limit.is_some(),
        _ => resources.cpu.is_some() || resources.gpu.is_some(),
    };
    resources.memory.is_some() || other
}

/// Several containers where another workload lives in the network of one, or of one that lives in another's.
fn shares_a_network(
    facts: Facts<'_>,
    service: &RawService<'_>,
    key: &str,
    value: i128,
) -> Option<Diagnostic> {
    let workload = service.workload.filter(|_| value > PARTS_OF_ONE)?;
    let host_of = |guest: &Workload| match &guest.network_mode.as_ref()?.value {
        NetworkMode::Service(name) => Some(name.clone()),
        NetworkMode::Host | NetworkMode::None => None,
    };
    let message = match host_of(workload) {
        Some(host) => format!(
            "several containers of `{}` in the network of `{host}`: no two of them can have the same port",
            workload.name
        ),
        None => {
            let mut all = facts.platform.workloads();
            let guest = all.find(|it| host_of(it).as_ref() == Some(&workload.name))?;
            format!(
                "several containers of `{}`, and `{}` in the network of one of them: the others are without it",
                workload.name, guest.name
            )
        }
    };
    Some(
        Diagnostic::new(Code::ConflictingKeys, message)
            .about(&workload.component)
            .help(format!(
                "leave `{key}` out: what shares a network is one container in Compose"
            )),
    )
}

/// The same, where `deploy` says how many. `scale` beside it has to say as many, and is what is reported.
fn several_of_one_network(facts: Facts<'_>, service: &RawService<'_>) -> Option<Diagnostic> {
    let raw = service.keys.deploy?.get("replicas")?;
    if service.keys.amounts.iter().any(|(key, _)| *key == "scale") {
        return None;
    }
    let value = compose_amount(&word(Some(raw)))?;
    let diagnostic = shares_a_network(facts, service, "deploy.replicas", value)?;
    Some(diagnostic.label(service.places.of(raw), "more than one container"))
}

/// A number of containers that is not the one of the component, or of `deploy`.
fn scale(service: &RawService<'_>, value: i128) -> Option<Diagnostic> {
    let raw = service.keys.deploy.and_then(|it| it.get("replicas"));
    let raw = raw.and_then(|it| compose_amount(&word(Some(it))));
    let own = service.workload.filter(|it| it.replicas > 1);
    let typed = own.map(|it: &Workload| i128::from(it.replicas) * PARTS_OF_ONE);
    let diagnostic = match raw.or(typed).filter(|other| *other != value) {
        Some(other) => Diagnostic::new(
            Code::ConflictingKeys,
            format!(
                "`scale` of `{}` is {}, and `deploy.replicas` is {}: Compose refuses both",
                service.name,
                value / PARTS_OF_ONE,
                other / PARTS_OF_ONE
            ),
        ),
        None => {
            let workload = service.workload.filter(|_| raw.is_none())?;
            unlike_replicas(workload, "scale", value)?
        }
    };
    Some(diagnostic.help("leave `scale` out: `replicas` of the component says it"))
}

/// A number in `deploy` that is not the one of the component: what counts its containers goes by `replicas`.
fn replicas(service: &RawService<'_>) -> Option<Diagnostic> {
    let raw = service.keys.deploy?.get("replicas")?;
    let text = word(Some(raw));
    let workload = service.workload.filter(|_| !text.contains('$'))?;
    let key = "deploy.replicas";
    let diagnostic = unlike_replicas(workload, key, compose_amount(&text)?)?;
    let span = service.places.of(raw);
    let help = format!("remove `{key}`: `replicas` of the component says it");
    let diagnostic = diagnostic.label(span, "another number").help(help);
    let deploy = workload.written.get_path(&["compose", "deploy"]);
    let entry = deploy.and_then(|it| it.as_table()?.entry("replicas"));
    Some(match entry.filter(|it| it.value.span == span) {
        Some(entry) => diagnostic.removing(places(&entry.key, &entry.value)),
        None => diagnostic,
    })
}

/// What has one container is counted by no alert.
fn unlike_replicas(workload: &Workload, key: &str, value: i128) -> Option<Diagnostic> {
    let written = workload.written.get("replicas")?;
    if workload.replicas < 2 {
        return None;
    }
    let own = i128::from(workload.replicas) * PARTS_OF_ONE;
    let message = format!(
        "`{key}` of `{}` is {}, and `replicas` is {}: alerts would want another number than runs",
        workload.name,
        value / PARTS_OF_ONE,
        own / PARTS_OF_ONE
    );
    (own != value).then(|| {
        Diagnostic::new(Code::ConflictingKeys, message)
            .label(written.span, "the number of its containers")
    })
}
