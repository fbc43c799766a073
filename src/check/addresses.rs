//! Addresses that are written out where a reference belongs.

use std::collections::BTreeSet;

use super::{
    Facts,
    strings::{How, Owner, Said, strings},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Component, HostPort, NetworkMode},
};

/// Names by which a program on the host reaches a published port, and a container only itself or nothing.
const MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "host.docker.internal"];

/// A port below is more likely the tag of an image that has the component's name.
const LEAST_PORT: u16 = 1000;

/// A string that holds another component's name as a host, without a reference.
pub(super) fn bare_addresses(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    for said in strings(facts) {
        // A CI job runs outside of the platform: its names mean nothing there.
        if matches!(said.owner, Owner::Ci(_)) {
            continue;
        }
        let others: Vec<&Component> = facts
            .platform
            .components
            .iter()
            .filter(|other| {
                Some(other.name.as_str()) != said.owner.component() && other.external.is_none()
            })
            .collect();
        let found = bare(&said, &others).or_else(|| itself(&said, &others));
        if let Some(mut diagnostic) = found
            && seen.insert(said.span)
        {
            diagnostic.component = said.owner.component().map(ToString::to_string);
            sink.push(diagnostic);
        }
    }
}

fn bare(said: &Said<'_>, others: &[&Component]) -> Option<Diagnostic> {
    let (other, name) = others.iter().find_map(|other| {
        let mut names = other
            .workloads
            .iter()
            .flat_map(|workload| std::iter::once(&workload.name).chain(&workload.aliases));
        let name = names.find(|name| names_host(said, name, other))?;
        Some((other, name))
    })?;
    let port = other.main_port.as_deref().unwrap_or("http");
    let message = format!(
        "{} names `{name}` as a host, without a reference",
        said.owner.describe()
    );
    Some(
        Diagnostic::new(Code::BareAddress, message)
            .label(said.span, format!("holds `{name}`"))
            .help(format!(
                "write `${{components.{}.{port}.address}}`: without the reference there is no edge, and Kubernetes cuts the connection off",
                other.name
            )),
    )
}

/// Whether the name stands as a host: `NAME:PORT`, `//NAME` or `@NAME`, or alone where a host is asked for.
fn names_host(said: &Said<'_>, name: &str, component: &Component) -> bool {
    let alone = match said.how {
        How::Variable(variable) => {
            asks_host(variable) && said.text.split(',').any(|item| item.trim() == name)
        }
        How::Word(_) | How::Line => said.words().iter().any(|(before, word)| {
            let value = word.split_once('=');
            value.is_some_and(|(flag, value)| asks_host(flag) && value == name)
                || (before.starts_with('-') && asks_host(before) && *word == name)
        }),
        How::Named(_) | How::File => false,
    };
    alone
        || said
            .text
            .match_indices(name)
            .any(|(at, _)| is_address(&said.text[..at], &said.text[at + name.len()..], component))
}

/// Whether a variable or a flag of this name holds a host.
fn asks_host(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "host", "hosts", "hostname", "server", "servers", "addr", "address", "endpoint", "broker",
        "brokers",
    ];
    let lower = name.to_ascii_lowercase();
    let last = lower.rsplit(['_', '-', '.']).next().unwrap_or_default();
    WORDS.contains(&last) || name == "-h"
}

/// Whether what stands around a name makes an address of it.
fn is_address(before: &str, after: &str, component: &Component) -> bool {
    let in_url = before.ends_with("//") || before.ends_with('@');
    let starts = before.is_empty()
        || in_url
        || before.ends_with(|c: char| ",=\"'(".contains(c) || c.is_whitespace());
    let digits: String = after
        .strip_prefix(':')
        .unwrap_or_default()
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    let ends = |c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c);
    let is_port = after[(digits.len() + 1).min(after.len())..]
        .chars()
        .next()
        .is_none_or(ends);
    let port = digits.parse::<u16>().is_ok_and(|port| {
        let known = component
            .ports
            .iter()
            .any(|known| known.container.first <= port && port <= known.container.last);
        is_port && (known || port >= LEAST_PORT || in_url)
    });
    let url_ends =
        after.is_empty() || after.starts_with(|c: char| "/?\"'".contains(c) || c.is_whitespace());
    starts && (port || (in_url && url_ends))
}

/// The port of another component on the machine's own address: in a container that is the container itself.
fn itself(said: &Said<'_>, others: &[&Component]) -> Option<Diagnostic> {
    let own = match said.owner {
        Owner::Workload(workload) => {
            let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
            if mode == Some(&NetworkMode::Host) {
                return None;
            }
            workload.ports.as_slice()
        }
        Owner::Pipeline(_) | Owner::Ci(_) => &[],
    };
    machine_ports(said.text)
        .into_iter()
        .find_map(|(name, number)| {
            let is_own = own
                .iter()
                .any(|port| port.container.first <= number && number <= port.container.last);
            let (component, port) = others.iter().find_map(|component| {
                let port = component.ports.iter().find(|port| match port.host {
                    Some(HostPort::Fixed(range)) => range.first <= number && number <= range.last,
                    _ => false,
                })?;
                Some((&component.name, &port.name))
            })?;
            (!is_own).then(|| {
                let message = format!(
                    "{} looks for `{component}` on `{name}`",
                    said.owner.describe()
                );
                Diagnostic::new(Code::BareAddress, message)
                    .label(
                        said.span,
                        "in a container this is not the machine that publishes the port",
                    )
                    .help(format!(
                        "write `${{components.{component}.{port}.address}}`"
                    ))
            })
        })
}

/// `localhost:6378` and its like in a text: the name and the port.
fn machine_ports(text: &str) -> Vec<(&'static str, u16)> {
    let mut found = Vec::new();
    for name in MACHINE {
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
