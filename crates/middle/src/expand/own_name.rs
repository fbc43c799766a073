//! Programs that must know their own public name. If they are published to other machines without it, they send clients to a
//! wrong address or refuse them.

use super::{
    MissingLine,
    draft::{ComponentDraft, Declared},
    read::refers_to,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{HostPort, Version},
    source::Span,
    syntax::{Table, quoted},
    value::{Host, WebAddress},
};

pub(super) fn check(draft: &ComponentDraft, sink: &mut Sink) {
    let Some(own_name) = &draft.kind.own_name else {
        return;
    };
    if own_name.inside.is_some() && draft.external.is_none() {
        on_any_port(draft, &own_name.port, sink);
        through_the_inner_port(draft, &own_name.port, sink);
    }
    let setting = own_name.setting.as_ref();
    let said = setting.and_then(|setting| draft.user.get_path(&["settings", setting]));
    let is_set = said.is_some() || draft.public_url().is_some();
    let since = own_name.since.as_deref().and_then(Version::of);
    let is_early = since.is_some_and(|since| draft.is_older_than(&since));
    if is_set || is_early || draft.external.is_some() {
        return;
    }
    let ports = draft.workload(None).map_or(&[][..], |main| &main.ports);
    let Some(port) = ports.iter().find(|port| port.name == own_name.port) else {
        return;
    };
    // The address of one of the machine's networks is a name that the kind passes on.
    if port.host.is_none() || !port.bind.is_everywhere() {
        return;
    }
    let diagnostic = Diagnostic::new(
        Code::OwnName,
        format!(
            "port `{}` of `{}` is open to other machines, but {}",
            port.name, draft.name, own_name.otherwise
        ),
    )
    .about(&draft.name)
    .label(port.host_span, format!("published on `{}`", port.bind));
    let (why, example) = ("the name by which they call it", &own_name.example);
    sink.push(match setting {
        Some(setting) => MissingLine {
            component: draft.span,
            written: &draft.user,
            table: "settings",
            line: &format!("{setting} = {example}"),
            more: &format!(": {why}"),
        }
        .help(diagnostic),
        None => {
            let line = format!("public_url = {}", with_port(example, port.host));
            diagnostic
                .help(format!("write `{line}`: {why}"))
                .adding(draft.span, line)
        }
    });
}

/// The program is told in its own words (`by`) where people reach it, and the rest of the platform is not. An address of the machine,
/// or inside of the platform, is none for people.
pub fn unknown_public_address(
    declared: &Declared,
    by: &str,
    value: &str,
    place: Span,
) -> Option<Diagnostic> {
    let address = WebAddress::parse(value)?;
    let (host, _) = address.host_and_port();
    let is_here = host == declared.name || Host::parse_in_url(host)?.is_loopback();
    let line = format!("public_url = {}", quoted(address.as_str()));
    (!is_here).then(|| {
        Diagnostic::new(
            Code::OwnName,
            format!(
                "{by} says where people reach `{}`, and platform.toml does not know it",
                declared.name
            ),
        )
        .about(&declared.name)
        .label(place, format!("people come by `{}`", address.as_str()))
        .help(format!(
            "write `{line}`: links to it, and what refers to its `public_url`, follow"
        ))
        .adding(declared.span, line)
    })
}

/// The example of an address, in quotes, at the port that is published.
fn with_port(example: &str, host: Option<HostPort>) -> String {
    match host {
        Some(HostPort::Fixed(ports)) if ports.first != 80 => {
            format!("{}:{}\"", example.trim_end_matches('"'), ports.first)
        }
        _ => example.to_string(),
    }
}

/// A port for programs inside that is published: clients get in there, and are sent on to the name that only those inside know.
/// `outside` is the port that tells them another one.
fn through_the_inner_port(draft: &ComponentDraft, outside: &str, sink: &mut Sink) {
    let ports = draft.workload(None).map_or(&[][..], |main| &main.ports);
    let Some(outside) = ports.iter().find(|it| it.name == outside) else {
        return;
    };
    let mut inner = ports
        .iter()
        .filter(|it| it.name != outside.name && it.scheme == outside.scheme);
    let Some(port) = inner.find(|it| it.host.is_some()) else {
        return;
    };
    if tells_itself(draft, &port.name) {
        return;
    }
    let number = match port.host {
        Some(HostPort::Fixed(ports)) => ports.first,
        _ => port.container.first,
    };
    let (name, instead) = (&port.name, &outside.name);
    sink.push(
        Diagnostic::new(
            Code::OwnName,
            format!(
                "port `{name}` of `{}` is published, but it sends its clients on to `{}`",
                draft.name, draft.name
            ),
        )
        .about(&draft.name)
        .label(port.host_span, "a name that programs inside alone know")
        .help(format!(
            "publish `{instead}` instead, which sends them to a name of yours: `ports.{instead} = {{ host = {number} }}`"
        )),
    );
}

/// Whether the user has the program tell its clients something else than the kind does of this port.
fn tells_itself(draft: &ComponentDraft, port: &str) -> bool {
    let kind = draft.kind.table.table("workload");
    let env = kind.and_then(|it| it.table("env")).into_iter();
    let mut told = env
        .flat_map(Table::iter)
        .filter(|(_, node)| refers_to(node, &["self", port, "address"]));
    let own = draft.user.table("env");
    let sets = |name: &str| own.is_some_and(|own| own.get(name).is_some());
    let has = |key: &str| draft.user.get(key).is_some();
    has("command") || has("args") || has("entrypoint") || told.any(|(key, _)| sets(&key.name))
}

/// A program that sends clients on to its own address has to know the number before it starts.
fn on_any_port(draft: &ComponentDraft, port: &str, sink: &mut Sink) {
    let ports = draft.workload(None).map_or(&[][..], |main| &main.ports);
    let found = ports.iter().find(|it| it.name == port);
    let Some(port) = found.filter(|it| it.host == Some(HostPort::Auto)) else {
        return;
    };
    let number = port.container.first;
    sink.push(
        Diagnostic::new(
            Code::BadValue,
            format!(
                "`{}` tells clients the number of port `{}`, which is not known before the start",
                draft.name, port.name
            ),
        )
        .label(port.host_span, "any free port")
        .help(format!("write a number, as `host = {number}`"))
        .replacing(port.host_span, number.to_string()),
    );
}
