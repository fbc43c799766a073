//! Addresses that are written out where a reference belongs.

use std::collections::BTreeSet;

use super::{
    Facts, apart, browsers,
    hosts::{LINES_AROUND, Names, host_in, names},
    served_here,
    strings::{Delivery, Owner, ProjectLine, StringUse, UserString, in_settings, strings},
    variables::{self, Filled},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    graph::{OpenPort, Peer},
    language::usual_port_name,
    model::{Component, HostPort, NetworkMode, Platform, Port, PortRange},
    reference,
    syntax::{key_text, quoted},
    value::MACHINE,
};

/// Names by which a program on the host reaches a published port, and a container only itself or nothing.
pub(super) const HOST: [&str; 3] = ["localhost", "127.0.0.1", MACHINE];

/// A string that holds another component's name as a host, without a reference.
pub(super) fn bare_addresses(facts: Facts<'_>, sink: &mut Sink) {
    let names = names(facts.platform);
    let published = published(facts.platform);
    let mut seen = BTreeSet::new();
    let strings: Vec<&UserString<'_>> = strings(facts).collect();
    for (number, string) in strings.iter().enumerate() {
        // A CI job runs outside of the platform: a name of it in a variable leads nowhere, and what a line says is its own.
        let is_variable = matches!(string.how, StringUse::Variable(_));
        if matches!(string.owner, Owner::Ci(_)) && !is_variable {
            continue;
        }
        let itself = || {
            url_of_this_container(string, &published)
                .or_else(|| apart::port_of_this_container(string, &published, facts.platform))
                .filter(|_| !is_own_check(string))
        };
        let last = strings.len().min(number + LINES_AROUND + 1);
        let around = &strings[number.saturating_sub(LINES_AROUND)..last];
        let inside = || inside_alone(string, facts).filter(|_| !is_own_check(string));
        let found = name_alone(string, (&names, around), facts)
            .or_else(|| behind_variable(string, &names, facts))
            .or_else(itself)
            .or_else(inside);
        if let Some(diagnostic) = found
            && seen.insert(string.place())
        {
            sink.push(diagnostic.of(Some(string.owner.subject())));
        }
    }
    // What a setting says of the machine may be for browsers.
    for string in in_settings(facts.platform) {
        if let Some(diagnostic) = name_alone(&string, (&names, &[]), facts) {
            sink.push(diagnostic.of(Some(string.owner.subject())));
        }
    }
}

/// Whether it is a check of the workload's own health, which looks for itself on the machine's address.
fn is_own_check(string: &UserString<'_>) -> bool {
    let Owner::Workload(workload) = string.owner else {
        return false;
    };
    let health = workload.written.entries_of("health");
    let mut texts = health.flat_map(|(_, node)| node.items());
    texts.any(|node| node.span == string.span)
}

/// The same where the string takes it from a variable of the platform, in which no reference can stand.
fn behind_variable(
    string: &UserString<'_>,
    names: &Names<'_>,
    facts: Facts<'_>,
) -> Option<Diagnostic> {
    let is_of_file = matches!(
        string.how,
        StringUse::File | StringUse::Mounted(_) | StringUse::OfFile(..)
    );
    if is_of_file || browsers::are_told(string) {
        return None;
    }
    let Filled { text, place } = variables::filled(facts, string, |_, _| true)?;
    let text = text.as_str();
    let (name, other) = host_in(&UserString { text, ..*string }, names, &[])?;
    let referred = referred(text, name, other);
    // With the connection open, a variable is a way to give another address.
    if is_open(facts, string.owner, other, referred.number) {
        return None;
    }
    let why = why(facts, string.owner, other, referred.number);
    let written = quoted(&text.replacen(referred.spelled, &referred.reference, 1));
    Some(
        Diagnostic::new(Code::BareAddress, message(string, name))
            .label(string.span, "takes it from a variable")
            .label(place, format!("holds `{name}`"))
            .help(format!(
                "{}write `{written}` in place of the variable: {why}",
                referred.declaration(other)
            ))
            .replacing(string.span, written),
    )
    .map(|it| referred.declared(it, other))
}

fn message(string: &UserString<'_>, name: &str) -> String {
    format!(
        "{} names `{name}` as a host, without a reference",
        string.owner.describe()
    )
}

fn name_alone(
    string: &UserString<'_>,
    (names, around): (&Names<'_>, &[&UserString<'_>]),
    facts: Facts<'_>,
) -> Option<Diagnostic> {
    let (name, other) = host_in(string, names, around)?;
    let message = message(string, name);
    let referred = referred(string.text, name, other);
    let Referred {
        spelled,
        number,
        ref port,
        ref reference,
        ..
    } = referred;
    if browsers::are_told(string) {
        return Some(browsers::lint(string, spelled, (other, port)));
    }
    let why = why(facts, string.owner, other, number);
    let declaration = referred.declaration(other);
    if let StringUse::Mounted(at) | StringUse::OfFile(_, at) = string.how {
        let help = match string.how {
            StringUse::OfFile(variable, _) => help_for_variable(variable, spelled, reference, why),
            _ => help_in_file(at, (spelled, reference), why),
        };
        return Some(
            Diagnostic::new(Code::BareAddress, format!("{message} ({at})"))
                .label(string.span, format!("{at} holds `{name}`"))
                .help(format!("{declaration}{help}")),
        );
    }
    let lint =
        Diagnostic::new(Code::BareAddress, message).label(string.span, format!("holds `{name}`"));
    let apart = apart::named(string, (name, other), (lint.clone(), why), facts.platform);
    if let Some((host, lint)) = apart.filter(|_| number.is_none()) {
        return Some(lint.renaming(spelled, host));
    }
    let lint = lint
        .help(format!("{declaration}write `{reference}`: {why}"))
        .renaming(spelled, reference.clone());
    Some(referred.declared(lint, other))
}

/// Why a name alone does not do. `number` is the port that stands behind it.
fn why(facts: Facts<'_>, owner: Owner<'_>, other: &Component, number: Option<u16>) -> &'static str {
    if other.external.is_some() {
        return "it runs elsewhere, and this name leads nowhere";
    }
    if matches!(owner, Owner::Ci(_)) {
        return "a CI job runs outside of the platform, where the name leads nowhere";
    }
    match is_open(facts, owner, other, number) {
        true => {
            "the connection is open, but only a reference follows when the name or the port changes"
        }
        false => "without the reference there is no edge, and Kubernetes cuts the connection off",
    }
}

/// Whether another key opens the connection.
fn is_open(facts: Facts<'_>, owner: Owner<'_>, other: &Component, number: Option<u16>) -> bool {
    let peer = match owner {
        Owner::Workload(workload) => Peer::Workload(workload.name.clone()),
        Owner::Pipeline(name) => Peer::Pipeline(name.to_string()),
        Owner::Ci(_) => return false,
    };
    let is_other = |name: &str| other.workloads.iter().any(|it| it.name == name);
    let holds = |port: &OpenPort| {
        number.is_none_or(|number| port.range.first <= number && number <= port.range.last)
    };
    let mut edges = facts.graph.edges_from(&peer);
    edges.any(|edge| is_other(&edge.to) && edge.ports.iter().any(holds))
}

/// A file of variables is the engine's alone: no reference in it is resolved. Its values may be secrets, and are not printed.
fn help_for_variable(name: &str, spelled: &str, reference: &str, why: &str) -> String {
    format!(
        "take the line out of the file, and write the value as `env.{}`, with `{reference}` for `{spelled}`: {why}",
        key_text(name)
    )
}

/// What to write in a file of the project, and how its references are resolved.
fn help_in_file(at: ProjectLine<'_>, (spelled, reference): (&str, &str), why: &str) -> String {
    let file = match at.below {
        Some(below) => format!("{}/{below}", at.file),
        None => at.file.to_string(),
    };
    let in_the_file = format!("`{reference}` for `{spelled}` in the file");
    match (at.by, at.below) {
        (Delivery::Template, _) => format!("write {in_the_file}: {why}"),
        (Delivery::Source, None) => format!(
            "name the file as `template` instead of `source`, and write {in_the_file}: {why}"
        ),
        (Delivery::Source, Some(below)) => format!(
            "mount `{below}` by itself, as `{{ template = \"{file}\" }}`, and write {in_the_file}: {why}"
        ),
        (Delivery::Variables, _) => why.to_string(),
        (Delivery::Volume(path), Some(below)) => format!(
            "mount it over the folder's, as `files.\"{path}/{below}\" = {{ template = \"{file}\" }}`, and write {in_the_file}: {why}"
        ),
        (Delivery::Volume(path), None) => format!(
            "mount it as `files.\"{path}\" = {{ template = \"{file}\" }}` instead of a volume, and write {in_the_file}: {why}"
        ),
    }
}

/// A name as it stands in a text, with its port where it has one, and the reference that says the same.
struct Referred<'a> {
    spelled: &'a str,
    number: Option<u16>,
    /// The port that is meant, of those that the component has.
    port: String,
    reference: String,
    /// The line that declares the port of the reference, where none has that number.
    undeclared: Option<String>,
}

impl Referred<'_> {
    /// What to write before the reference, as the beginning of a help.
    fn declaration(&self, other: &Component) -> String {
        let line = self.undeclared.as_ref();
        line.map_or_else(String::new, |line| {
            format!("declare `{line}` on `{}`, and ", other.name)
        })
    }

    /// The same as an edit: beside the ports that are there.
    fn declared(&self, lint: Diagnostic, other: &Component) -> Diagnostic {
        let Some(line) = &self.undeclared else {
            return lint;
        };
        let ports = other.main().and_then(|main| main.written.entry("ports"));
        // Those of a kind stand in its file.
        let ports = ports.filter(|it| it.key.span.source == other.span.source);
        match (ports, line.strip_prefix("ports.")) {
            (Some(ports), Some(line)) => lint.adding(ports.key.span, line),
            _ => lint.adding(other.span, line),
        }
    }
}

fn referred<'a>(text: &'a str, name: &'a str, other: &Component) -> Referred<'a> {
    let ports = || other.workloads.iter().flat_map(|workload| &workload.ports);
    let numbered = text.match_indices(name).find_map(|(start, _)| {
        let after = text[start + name.len()..].strip_prefix(':')?;
        let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u16 = after[..digits].parse().ok()?;
        Some((&text[start..start + name.len() + 1 + digits], number))
    });
    let mut elsewhere = other.external.iter().flat_map(|it| &it.addresses);
    let first = elsewhere.clone().next().map(|it| it.port.as_str());
    let main = first.or(other.main_port.as_deref()).unwrap_or("http");
    let Some((spelled, number)) = numbered else {
        return Referred {
            spelled: name,
            number: None,
            port: main.to_string(),
            reference: format!("${{components.{}.{main}.host}}", other.name),
            undeclared: None,
        };
    };
    let of_number = ports().find(|port| port.container.first == number);
    let of_number = of_number.map(|port| port.name.as_str());
    let of_address = elsewhere.find(|address| address.number == number);
    let of_number = of_number.or(of_address.map(|address| address.port.as_str()));
    // The port of the machine is not the one inside; a range and what runs elsewhere have no such line.
    let is_near = |port: &Port| {
        let holds = |range: PortRange| range.first <= number && number <= range.last;
        holds(port.container) || matches!(port.host, Some(HostPort::Fixed(range)) if holds(range))
    };
    let has_other_form = other.external.is_some() || ports().any(is_near);
    let usual = usual_port_name(&number.to_string());
    let (port, undeclared) = match of_number {
        Some(port) => (port.to_string(), None),
        None if has_other_form => (main.to_string(), None),
        // The program of a kind listens on the ports that its kind has: the number is a mistake.
        None if !other.any_program && ports().next().is_some() => (main.to_string(), None),
        // What could not be read gets the names that the help for it proposes.
        None if has_unread_ports(other) => (usual.to_string(), None),
        None => {
            let is_taken = ports().any(|port| port.name == usual);
            let port = match is_taken {
                true => format!("port-{number}"),
                false => usual.to_string(),
            };
            let line = format!("ports.{port} = {number}");
            (port, Some(line))
        }
    };
    Referred {
        spelled,
        number: Some(number),
        reference: address(other, &port),
        // Browsers come by a port that is there.
        port: match undeclared {
            Some(_) => main.to_string(),
            None => port,
        },
        undeclared,
    }
}

/// Whether `ports` of it is written, and could not be read.
fn has_unread_ports(component: &Component) -> bool {
    let main = component.main();
    main.is_some_and(|main| main.ports.is_empty() && main.written.get("ports").is_some())
}

/// The reference that says where programs inside reach a port.
fn address(component: &Component, port: &str) -> String {
    let outside = component.outside_port.as_ref();
    match outside.filter(|outside| outside.name == port) {
        Some(outside) => reference::written(&["components", &component.name, &outside.instead]),
        None => reference::written(&["components", &component.name, port, "address"]),
    }
}

/// A port of the host, and the component and the port of it that it leads to.
pub(super) type Published<'a> = (PortRange, &'a Component, &'a Port);

/// Ports of the host that components publish.
fn published(platform: &Platform) -> Vec<Published<'_>> {
    let mut out = Vec::new();
    for component in &platform.components {
        for port in &component.ports {
            if let Some(HostPort::Fixed(range)) = port.host {
                out.push((range, component, port));
            }
        }
    }
    out
}

/// The port of another component that is published under this number. `None` too where the program that the string is for has that
/// number itself, or stands on the machine.
pub(super) fn publisher<'a>(
    string: &UserString<'_>,
    published: &[Published<'a>],
    number: u16,
) -> Option<(&'a Component, &'a str)> {
    let own = match string.owner {
        Owner::Workload(workload) => {
            let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
            if mode == Some(&NetworkMode::Host) {
                return None;
            }
            workload.ports.as_slice()
        }
        Owner::Pipeline(_) | Owner::Ci(_) => &[],
    };
    let holds = |range: PortRange| range.first <= number && number <= range.last;
    if own.iter().any(|port| holds(port.container)) {
        return None;
    }
    let (_, component, port) = published.iter().find(|(range, component, _)| {
        let is_other = Some(component.name.as_str()) != string.owner.component();
        is_other && component.external.is_none() && holds(*range)
    })?;
    Some((component, &port.name))
}

/// The port of another component on the machine's own address: in a container that is the container itself.
fn url_of_this_container(
    string: &UserString<'_>,
    published: &[Published<'_>],
) -> Option<Diagnostic> {
    let mut ports = machine_ports(string.text).into_iter();
    let (name, number, (component, port)) = ports
        .find_map(|(name, number)| Some((name, number, publisher(string, published, number)?)))?;
    let spelled = format!("{name}:{number}");
    if browsers::are_told(string) {
        return Some(browsers::lint(string, &spelled, (component, port)));
    }
    let reference = address(component, port);
    let message = format!(
        "{} looks for `{}` on `{name}`",
        string.owner.describe(),
        component.name
    );
    Some(
        Diagnostic::new(Code::BareAddress, message)
            .label(
                string.span,
                "in a container this is not the machine that publishes the port",
            )
            .help(format!("write `{reference}`"))
            .renaming(&spelled, reference),
    )
}

/// The server of another component, which is published nowhere, on the container's own address.
fn inside_alone(string: &UserString<'_>, facts: Facts<'_>) -> Option<Diagnostic> {
    let sought = served_here::found(string, facts)?;
    let (component, host) = (sought.component, sought.host);
    let reference = address(component, sought.port);
    let message = format!(
        "{} looks for `{}` on `{host}`",
        string.owner.describe(),
        component.name
    );
    Some(
        Diagnostic::new(Code::BareAddress, message)
            .label(string.span, "in a container this is the container itself")
            .help(format!("write `{reference}`"))
            .renaming(&format!("{host}:{}", sought.number), reference),
    )
}

/// `localhost:6378` and its like in a text: the name and the port.
fn machine_ports(text: &str) -> Vec<(&'static str, u16)> {
    let mut found = Vec::new();
    for name in HOST {
        for (at, _) in text.match_indices(name) {
            let alone =
                !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-');
            let digits: String = text[at + name.len()..]
                .strip_prefix(':')
                .unwrap_or_default()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if let (true, Ok(number)) = (alone, digits.parse()) {
                found.push((name, number));
            }
        }
    }
    found
}
