//! Ports, network modes and other keys of the network.

use super::{
    read,
    scene::{Draft, Scene, Shape},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{At, Bind, HostPort, NetworkMode, Port, PortRange, Protocol, Scheme},
    source::Span,
    syntax::{Key, Node, Table, Value},
};

/// Reads the ports of every workload: references need all of them.
pub(super) fn ports(scene: &mut Scene, sink: &mut Sink) {
    let bind = scene.bind;
    for draft in &mut scene.drafts {
        let mut broken = false;
        for shape in &mut draft.shapes {
            let (ports, whole) = shape_ports(shape, bind, sink);
            broken |= !whole;
            shape.ports = ports;
        }
        draft.broken |= broken;
        moved(draft, sink);
        external_ports(draft, bind);
        if draft.external.is_some() {
            draft.kind_table.remove("workload");
        }
    }
}

/// A port that the kind's program listens on whatever it is told. What the user starts in its place is the user's.
fn moved(draft: &Draft, sink: &mut Sink) {
    let started_by_user = ["command", "entrypoint", "image", "build"]
        .iter()
        .any(|key| draft.user.get(key).is_some());
    if draft.external.is_some() || started_by_user {
        return;
    }
    let own = draft.shape(None).map_or(&[][..], |shape| &shape.ports);
    for port in own {
        let kinds = draft
            .kind
            .table
            .get_path(&["workload", "ports", &port.name]);
        let number = kinds.and_then(read::container_port);
        if draft.kind.fixed_ports.contains(&port.name)
            && let Some(number) = number.filter(|number| *number != port.container.first)
        {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!(
                        "kind `{}` listens on {number} for `{}` and can't be told another port",
                        draft.kind.name, port.name
                    ),
                )
                .label(port.span, format!("moved to {}", port.container))
                .help("leave `container` out; `host` publishes it under another number"),
            );
        }
    }
}

/// The ports, and whether all of them could be read.
fn shape_ports(shape: &Shape, bind: Bind, sink: &mut Sink) -> (Vec<Port>, bool) {
    let mut ports = Vec::new();
    let mut whole = true;
    for (key, node) in read::entries(&shape.table, "ports") {
        let Some(table) = node.as_table() else {
            whole &= !node.is_broken();
            continue;
        };
        match port(key, table, bind, sink) {
            Some(port) => ports.push(port),
            None => whole = false,
        }
    }
    (ports, whole)
}

fn port(key: &Key, table: &Table, bind: Bind, sink: &mut Sink) -> Option<Port> {
    let written = table.get("container");
    let Some(container) = written.and_then(read::port_range) else {
        if written.is_some() {
            return None;
        }
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("port `{}` needs the key `container`", key.name),
            )
            .label(key.span, "which port does the program listen on?")
            .help(format!(
                "write `ports.{} = {{ container = 8000 }}`, or just `ports.{} = 8000`",
                key.name, key.name
            )),
        );
        return None;
    };
    let host_node = table.get("host");
    let host = host_node.and_then(host_port);
    if let (Some(HostPort::Fixed(host)), Some(node)) = (host, host_node)
        && host.len() != container.len()
    {
        sink.push(unequal(node.span, host, container));
    }
    Some(Port {
        name: key.name.clone(),
        container,
        host,
        protocol: match table.string("protocol") {
            Some("udp") => Protocol::Udp,
            _ => Protocol::Tcp,
        },
        scheme: table
            .string("scheme")
            .map_or(Scheme::Http, Scheme::from_name),
        path: table.string("path").unwrap_or_default().to_string(),
        bind: table.string("bind").and_then(Bind::parse).unwrap_or(bind),
        span: key.span,
        host_span: host_node.map_or(key.span, |node| node.span),
    })
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
            "{} ports of the host for {} of the container",
            host.len(),
            container.len()
        ),
    )
    .label(span, format!("{host} for {container}"))
    .help("a range needs an equal one on the other side")
}

/// An external component has the ports that it names, with what the kind knows of them, and no workload.
fn external_ports(draft: &mut Draft, bind: Bind) {
    let Some(external) = &draft.external else {
        return;
    };
    let Some(main) = draft.shapes.iter_mut().find(|shape| shape.part.is_none()) else {
        return;
    };
    let known = std::mem::take(&mut main.ports);
    main.ports = external
        .addresses
        .iter()
        .map(|(name, _, number)| {
            let like = known.iter().find(|port| port.name == *name);
            Port {
                name: name.clone(),
                container: PortRange::single(*number),
                host: None,
                protocol: like.map_or(Protocol::Tcp, |port| port.protocol),
                scheme: like.map_or(Scheme::Http, |port| port.scheme.clone()),
                path: like.map_or(String::new(), |port| port.path.clone()),
                bind,
                span: external.span,
                host_span: external.span,
            }
        })
        .collect();
}

/// The network mode that a workload's table says.
pub(super) fn mode(table: &Table) -> Option<At<NetworkMode>> {
    let node = table.get("network_mode")?;
    let value = match node.as_str()? {
        "host" => NetworkMode::Host,
        "none" => NetworkMode::None,
        other => NetworkMode::Service(other.strip_prefix("service:")?.to_string()),
    };
    Some(At {
        value,
        span: node.span,
    })
}

/// The network mode of a draft's workload by its name.
pub(super) fn mode_of(draft: &Draft, workload: &str) -> Option<NetworkMode> {
    let shape = draft
        .shapes
        .iter()
        .find(|shape| draft.workload_name(shape.part.as_deref()) == workload)?;
    Some(mode(&shape.table)?.value)
}

/// A port that is published by a container without a network.
fn unpublished(table: &Table, sink: &mut Sink) {
    let Some(mode) = mode(table).filter(|mode| mode.value == NetworkMode::None) else {
        return;
    };
    for (_, port) in table.table("ports").into_iter().flat_map(Table::iter) {
        let Some(host) = port.as_table().and_then(|port| port.entry("host")) else {
            continue;
        };
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "what is in no network publishes no port",
            )
            .label(host.key.span, "published")
            .label(mode.span, "in no network")
            .help("keep one of `host` and `network_mode = \"none\"`"),
        );
    }
}

/// Checks what `network_mode` and `networks` name.
pub(super) fn check(scene: &Scene, table: &Table, sink: &mut Sink) {
    if let Some(node) = table.get("network_mode") {
        match (mode(table).map(|mode| mode.value), node.as_str()) {
            (None, Some(_)) => sink.push(
                Diagnostic::new(Code::BadValue, "this is no network mode")
                    .label(node.span, "does not fit")
                    .help("write `host`, `none` or `service:X`, X being a component"),
            ),
            (Some(NetworkMode::Service(other)), _)
                if !scene.lost.contains(&other) && scene.find(&other).is_none() =>
            {
                let known: Vec<&str> = scene.component_names().collect();
                sink.push(super::draft::unknown(
                    "component",
                    &other,
                    node.span,
                    &known,
                ));
            }
            _ => {}
        }
    }
    if let (Some(mode), Some(networks)) = (table.entry("network_mode"), table.entry("networks"))
        && !table.strings("networks").is_empty()
    {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "what has a `network_mode` joins no network",
            )
            .label(mode.key.span, "a mode")
            .label(networks.key.span, "and networks")
            .help("keep one of `network_mode` and `networks`"),
        );
    }
    unpublished(table, sink);
    for node in table.array("networks").unwrap_or_default() {
        let Some(name) = node.as_str() else { continue };
        if !scene.networks.iter().any(|known| known == name) {
            let known: Vec<&str> = scene.networks.iter().map(String::as_str).collect();
            sink.push(super::draft::unknown("network", name, node.span, &known));
        }
    }
}
