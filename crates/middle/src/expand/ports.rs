//! Ports: references need those of all workloads before any of them is read.

use super::{
    draft::{Declared, ExternalDraft},
    layers::Layered,
    read,
};
use crate::{
    catalog::{HTTP_PORT, Kind},
    diag::{Code, Diagnostic, Sink, nearest},
    model::{Bind, HostPort, Port, PortRange, Protocol, PublicAddress, Scheme},
    source::Span,
    syntax::{Key, Node, Table, Value},
    text::{all_of, count},
};

/// The ports of each of a component's workloads, and whether all of them could be read.
pub(super) fn ports(
    declared: &Declared,
    workloads: &[Layered],
    bind: Bind,
    sink: &mut Sink,
) -> (Vec<Vec<Port>>, bool) {
    let mut all = Vec::new();
    let external_is_whole = |external: &ExternalDraft| external.whole;
    let mut whole = declared.external.as_ref().is_none_or(external_is_whole);
    for workload in workloads {
        let is_main = workload.part.is_none();
        let elsewhere = declared.external.as_ref().filter(|_| is_main);
        let (ports, all_read) = ports_of_table(declared, &workload.table, elsewhere, bind, sink);
        whole &= all_read;
        if is_main {
            refuse_moved(declared, &ports, sink);
        }
        all.push(match elsewhere {
            Some(elsewhere) => external(declared, elsewhere, &ports, bind),
            None => ports,
        });
    }
    (all, whole)
}

/// Refuses to move a port whose number the kind's program can't change. A command or image of the user's own may do it.
fn refuse_moved(declared: &Declared, own: &[Port], sink: &mut Sink) {
    let started_by_user = ["command", "entrypoint", "image", "build"]
        .iter()
        .any(|key| declared.user.get(key).is_some());
    if declared.external.is_some() || started_by_user {
        return;
    }
    for port in own {
        let kinds = declared
            .kind
            .table
            .get_path(&["workload", "ports", &port.name]);
        let number = kinds.and_then(read::container_port);
        if declared.kind.fixed_ports.contains(&port.name)
            && let Some(number) = number.filter(|number| *number != port.container.first)
        {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!(
                        "kind `{}` always listens on {number} for `{}`",
                        declared.kind.name, port.name
                    ),
                )
                .label(port.span, format!("moved to {}", port.container))
                .help("leave `container` out; `host` publishes it under another number"),
            );
        }
    }
}

/// The ports, and whether all of them could be read. Of what runs elsewhere the address says the number.
fn ports_of_table(
    declared: &Declared,
    table: &Table,
    elsewhere: Option<&ExternalDraft>,
    bind: Bind,
    sink: &mut Sink,
) -> (Vec<Port>, bool) {
    let mut ports = Vec::new();
    let mut whole = !table.get("ports").is_some_and(Node::is_broken);
    for (key, node) in read::entries(table, "ports") {
        let Some(table) = node.as_table() else {
            whole &= !node.is_broken();
            continue;
        };
        whole &= !table.iter().any(|(_, node)| node.is_broken());
        let there = elsewhere.and_then(|elsewhere| elsewhere.number(&key.name));
        let container = match table.get("container") {
            Some(node) => read::port_range(node),
            None => there.map(PortRange::single),
        };
        if container.is_none() && table.get("container").is_none() {
            let has_doubts = || is_doubtful(declared, sink);
            if only_under(&declared.kind, &key.name).is_none() || !has_doubts() {
                sink.push(numberless(declared, key, node));
            }
        }
        // What it would clash with is not known.
        let is_broken = |key: &str| table.get(key).is_some_and(Node::is_broken);
        let container = container.filter(|_| !is_broken("protocol") && !is_broken("bind"));
        match container {
            Some(container) => {
                let mut port = port(key, table, container, bind, sink);
                port.public_url = table
                    .string("public_url")
                    .and_then(|url| PublicAddress::parse(url, declared.door_of(&key.name)));
                ports.push(port);
            }
            None => whole = false,
        }
    }
    (ports, whole)
}

/// Whether something that the conditions of its kind ask for could not be read, which was reported: a condition that does not hold
/// may hold then.
fn is_doubtful(declared: &Declared, sink: &Sink) -> bool {
    let asked = ["settings", "uses", "external", "public_url"];
    let mut asked = asked.iter().filter_map(|key| declared.user.get(key));
    sink.is_incomplete(declared.span) || asked.any(Node::has_broken)
}

/// Ports of a kind and of what the user wrote, without those that were taken away.
pub(super) fn port_names<'a>(kind: &'a Kind, user: &'a Table) -> Vec<&'a str> {
    let own = user.table("ports");
    let is_off = |name: &str| {
        let own = own.and_then(|ports| ports.get(name));
        own.is_some_and(Node::is_false)
    };
    let of_kind = kind.ports();
    let is_of_kind = |name: &str| of_kind.is_some_and(|ports| ports.get(name).is_some());
    let further = own.into_iter().flat_map(Table::keys);
    let further = further.filter(|name| !is_of_kind(name));
    let names = of_kind.into_iter().flat_map(Table::keys).chain(further);
    names.filter(|name| !is_off(name)).collect()
}

/// A port without a container port: most likely a misspelled name of a port of the kind.
fn numberless(declared: &Declared, key: &Key, node: &Node) -> Diagnostic {
    let kinds = declared.kind.ports();
    let known: Vec<&str> = kinds.map_or(Vec::new(), |ports| ports.keys().collect());
    let kind = &declared.kind.name;
    if let Some(condition) = only_under(&declared.kind, &key.name) {
        return Diagnostic::new(
            Code::UnknownPort,
            format!("kind `{kind}` has no port `{}` here", key.name),
        )
        .label(key.span, "not there")
        .help(format!(
            "it has one only under the condition `{condition}`: see to that, or take the port away"
        ));
    }
    if let Some(near) = nearest(&key.name, known.iter().copied()) {
        return Diagnostic::new(
            Code::UnknownPort,
            format!("kind `{kind}` has no port `{}`", key.name),
        )
        .label(key.span, "no such port")
        .misspelled(&key.name, Some(near), String::new);
    }
    let diagnostic = Diagnostic::new(
        Code::MissingKey,
        format!("port `{}` needs the key `container`", key.name),
    )
    .label(key.span, "which port does the program listen on?");
    let own = declared.user.entries_of("ports");
    let numbered = own.filter(|(other, node)| {
        let has_number = node
            .as_table()
            .is_none_or(|it| it.get("container").is_some());
        other.name != key.name && has_number && !node.is_false()
    });
    if let Some(near) = nearest(&key.name, numbered.map(|(other, _)| other.name.as_str())) {
        return diagnostic.misspelled(&key.name, Some(near), String::new);
    }
    if node.span.start > key.span.end
        && key.name != HTTP_PORT
        && let Some(near) = nearest(&key.name, [HTTP_PORT])
    {
        return diagnostic
            .help(format!(
                "write `container = 8000` in it, and call it `{near}`, if that is what `{}` means: health checks, metrics and entry points look for that name",
                key.name
            ))
            .renaming(&key.name, near)
            .adding(node.span, "container = 8000");
    }
    let others = match known.as_slice() {
        [] => String::new(),
        known => format!("; kind `{kind}` itself has {}", all_of(known)),
    };
    let help = format!("write `container = 8000` in `ports.{}`{others}", key.name);
    diagnostic
        .help(help)
        .adding(span_beside(key, node), "container = 8000")
}

/// The condition under which a kind has a port.
fn only_under<'a>(kind: &'a Kind, port: &str) -> Option<&'a str> {
    let cases = kind.table.array("when").unwrap_or_default().iter();
    let mut cases = cases.filter_map(Node::as_table);
    let case = cases.find(|case| case.get_path(&["workload", "ports", port]).is_some())?;
    case.string("if")
}

/// Where the table of a port stands: in its braces, else where its name is.
fn span_beside(key: &Key, node: &Node) -> Span {
    match node.span.start > key.span.end {
        true => node.span,
        false => key.span,
    }
}

/// A port, without its public address.
fn port(key: &Key, table: &Table, container: PortRange, bind: Bind, sink: &mut Sink) -> Port {
    let host_node = table.get("host");
    let host = host_node.and_then(host_port);
    if let (Some(HostPort::Fixed(host)), Some(node)) = (host, host_node)
        && host.len() != container.len()
    {
        sink.push(unequal(node.span, host, container));
    }
    Port {
        name: key.name.clone(),
        container,
        host,
        protocol: table
            .string("protocol")
            .and_then(Protocol::parse)
            .unwrap_or(Protocol::Tcp),
        scheme: table
            .string("scheme")
            .map_or(Scheme::Http, Scheme::from_name),
        path: table.string("path").unwrap_or_default().to_string(),
        public_url: None,
        bind: table.string("bind").and_then(Bind::parse).unwrap_or(bind),
        span: key.span,
        host_span: host_node.map_or(key.span, |node| node.span),
    }
}

fn host_port(node: &Node) -> Option<HostPort> {
    match &node.value {
        Value::String(text) if text == "auto" => Some(HostPort::Auto),
        _ => read::port_range(node).map(HostPort::Fixed),
    }
}

fn unequal(span: Span, host: PortRange, container: PortRange) -> Diagnostic {
    Diagnostic::new(
        Code::BadValue,
        format!(
            "{} for {}",
            count(host.len(), "host port"),
            count(container.len(), "container port")
        ),
    )
    .label(span, format!("{host} for {container}"))
    .help("both ranges need the same length")
}

/// An external component has the ports that it names, with what the kind knows of them.
fn external(
    declared: &Declared,
    external: &ExternalDraft,
    known: &[Port],
    bind: Bind,
) -> Vec<Port> {
    external
        .addresses
        .iter()
        .map(|address| {
            let like = known.iter().find(|port| port.name == address.port);
            Port {
                name: address.port.clone(),
                container: PortRange::single(address.number),
                host: None,
                protocol: like.map_or(Protocol::Tcp, |port| port.protocol),
                scheme: scheme(declared, &address.port),
                path: like.map_or(String::new(), |port| port.path.clone()),
                public_url: like.and_then(|port| port.public_url.clone()),
                bind,
                span: external.span,
                host_span: external.span,
            }
        })
        .collect()
}

/// The scheme of a port of the main workload. What runs elsewhere is reached over TLS where `tls` or the number says so and
/// the scheme does not.
pub(super) fn scheme(declared: &Declared, port: &str) -> Scheme {
    let of_user = declared.user.get_path(&["ports", port, "scheme"]);
    if let Some(name) = of_user.and_then(Node::as_str) {
        return Scheme::from_name(name);
    }
    let kinds = &declared.kind.table;
    let of_kind = kinds.get_path(&["workload", "ports", port, "scheme"]);
    let usual = of_kind
        .and_then(Node::as_str)
        .map_or(Scheme::Http, Scheme::from_name);
    let elsewhere = declared.external.as_ref();
    let number = elsewhere.and_then(|elsewhere| elsewhere.number(port));
    let tls = declared.setting("tls").and_then(Node::as_str);
    let by_tls = tls.is_some_and(|tls| tls != "off");
    match number {
        Some(443) if tls.is_none() => usual.over_tls(),
        Some(_) if by_tls => usual.over_tls(),
        _ => usual,
    }
}
