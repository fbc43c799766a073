//! Addresses that are written out where a reference belongs.

use super::{
    Facts,
    lints::{lint, place},
};
use crate::{
    diag::{Code, Sink},
    model::{Component, HostPort, NetworkMode, Piece, Workload},
    source::Span,
};

/// Names by which a program on the host reaches a published port, and a container only itself or nothing.
const MACHINE: [&str; 3] = ["localhost", "127.0.0.1", "host.docker.internal"];

/// A string that holds another component's name as a host, without a reference.
pub(super) fn bare_addresses(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let others: Vec<&Component> = facts
            .platform
            .components
            .iter()
            .filter(|component| {
                component.name != workload.component && component.external.is_none()
            })
            .collect();
        for variable in &workload.env {
            let literals: Vec<&str> = variable
                .value
                .pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Literal(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            // What a kind says it says on purpose.
            if !facts.is_of_kind(variable.span) {
                bare(workload, &literals, variable.span, &others, sink);
                itself(workload, &literals, variable.span, &others, sink);
            }
        }
        for word in workload.command.iter().flatten() {
            if let [Piece::Literal(text)] = word.pieces.as_slice() {
                let span = place(workload, "command");
                if !facts.is_of_kind(span) {
                    bare(workload, &[text], span, &others, sink);
                    itself(workload, &[text], span, &others, sink);
                }
            }
        }
    }
}

fn bare(
    workload: &Workload,
    literals: &[&str],
    span: Span,
    others: &[&Component],
    sink: &mut Sink,
) {
    for other in others {
        if literals.iter().any(|text| names_host(text, other)) {
            let port = other.main_port.as_deref().unwrap_or("http");
            sink.push(
                lint(
                    Code::BareAddress,
                    format!("`{}` names `{}` as a host, without a reference", workload.name, other.name),
                    workload,
                )
                .label(span, format!("holds `{}`", other.name))
                .help(format!(
                    "write `${{components.{}.{port}.address}}`: without the reference there is no edge, and Kubernetes cuts the connection off",
                    other.name
                )),
            );
            return;
        }
    }
}

/// `NAME:PORT`, `//NAME` or `@NAME`, the name standing alone.
fn names_host(text: &str, component: &Component) -> bool {
    let name = &component.name;
    text.match_indices(name.as_str()).any(|(at, _)| {
        let before = &text[..at];
        let after = &text[at + name.len()..];
        let starts =
            before.is_empty() || before.ends_with("//") || before.ends_with(['@', ',', '=', ' ']);
        let port: String = after
            .strip_prefix(':')
            .unwrap_or_default()
            .chars()
            .take_while(char::is_ascii_digit)
            .collect();
        let known_port = port.parse::<u16>().is_ok_and(|port| {
            component
                .ports
                .iter()
                .any(|known| known.container.first <= port && port <= known.container.last)
        });
        let url = (before.ends_with("//") || before.ends_with('@'))
            && (after.is_empty() || after.starts_with('/'));
        starts && (known_port || url)
    })
}

/// The port of another component on the machine's own address: in a container that is the container itself.
fn itself(
    workload: &Workload,
    literals: &[&str],
    span: Span,
    others: &[&Component],
    sink: &mut Sink,
) {
    let on_the_host = workload
        .network_mode
        .as_ref()
        .is_some_and(|mode| mode.value == NetworkMode::Host);
    if on_the_host {
        return;
    }
    let asked = literals.iter().flat_map(|text| machine_ports(text));
    for (name, number) in asked {
        let own = workload
            .ports
            .iter()
            .any(|port| port.container.first <= number && number <= port.container.last);
        let other = others.iter().find_map(|component| {
            let port = component.ports.iter().find(|port| match port.host {
                Some(HostPort::Fixed(range)) => range.first <= number && number <= range.last,
                _ => false,
            })?;
            Some((&component.name, &port.name))
        });
        if let (false, Some((component, port))) = (own, other) {
            sink.push(
                lint(
                    Code::BareAddress,
                    format!("`{}` looks for `{component}` on `{name}`", workload.name),
                    workload,
                )
                .label(
                    span,
                    "in a container this is not the machine that publishes the port",
                )
                .help(format!(
                    "write `${{components.{component}.{port}.address}}`"
                )),
            );
            return;
        }
    }
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
