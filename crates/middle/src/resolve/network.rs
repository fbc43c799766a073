//! Network modes and other keys of the network.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{ComponentDraft, Draft, read, unknown},
    language::NameRule,
    model::{At, NetworkMode, NetworkOwners},
    syntax::{Entry, Table, places, quoted},
};

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
pub(super) fn mode_of(draft: &ComponentDraft, workload: &str) -> Option<NetworkMode> {
    let shape = draft
        .workloads
        .iter()
        .find(|shape| draft.workload_name(shape.part.as_deref()) == workload)?;
    Some(mode(&shape.table)?.value)
}

/// Who lives in whose network.
pub(super) fn owners(draft: &Draft) -> NetworkOwners {
    let mut hosts = Vec::new();
    for component in &draft.components {
        for shape in &component.workloads {
            if let Some(NetworkMode::Service(host)) = mode(&shape.table).map(|mode| mode.value)
                && draft.find(&host).is_some()
            {
                hosts.push((component.workload_name(shape.part.as_deref()), host));
            }
        }
    }
    NetworkOwners::from_pairs(hosts.iter().map(|(guest, host)| (&**guest, &**host)))
}

/// A port that is published by a container without a network, or under another number by one on the host's.
fn unpublished(table: &Table, sink: &mut Sink) {
    let Some(mode) = mode(table) else { return };
    for (_, port) in table.entries_of("ports") {
        let Some(port) = port.as_table() else {
            continue;
        };
        let Some(host) = port.entry("host").filter(|it| !it.value.is_broken()) else {
            continue;
        };
        let container = port.get("container").and_then(read::port_range);
        let (message, why, help) = match mode.value {
            NetworkMode::None => (
                "a workload without a network can't publish a port",
                "in no network",
                "keep one of `host` and `network_mode = \"none\"`",
            ),
            NetworkMode::Host if read::port_range(&host.value) != container => (
                "a workload on the host's network publishes its ports as they are",
                "on the host's network: nothing translates a port",
                "remove `host`: the program itself has to listen on another port",
            ),
            _ => continue,
        };
        sink.push(
            Diagnostic::new(Code::ConflictingKeys, message)
                .label(host.key.span, "published")
                .label(mode.span, why)
                .help(help),
        );
    }
}

/// What is no mode here; of Compose's others it is plain what stands for them.
fn no_mode(scene: &Scene<'_>, table: &Table, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BadValue, format!("`{text}` is not a network mode"));
    let Some(Entry { key, value }) = table.entry("network_mode") else {
        return diagnostic;
    };
    let diagnostic = diagnostic.label(value.span, "does not fit");
    let container = text.strip_prefix("container:");
    match container.filter(|name| scene.find(name).is_some()) {
        Some(name) => {
            let mode = quoted(&format!("service:{name}"));
            diagnostic
                .help(format!("write `{mode}`"))
                .replacing(value.span, mode)
        }
        None if matches!(text, "bridge" | "default") => diagnostic
            .help("remove it: each group has a network of its own, in which components reach each other by name")
            .removing(places(key, value)),
        None => diagnostic.help("write `host`, `none` or `service:X`, X being a component"),
    }
}

/// Checks what `network_mode` and `networks` name.
pub(super) fn check(scene: &Scene<'_>, table: &Table, sink: &mut Sink) {
    if let Some(node) = table.get("network_mode") {
        match (mode(table).map(|mode| mode.value), node.as_str()) {
            (None, Some(text)) => sink.push(no_mode(scene, table, text)),
            (Some(NetworkMode::Service(other)), _)
                if !scene.names.lost.contains(&other) && scene.find(&other).is_none() =>
            {
                let known = sink.shown(scene.component_names());
                sink.push(unknown("component", &other, node.span, &known));
            }
            (Some(NetworkMode::Service(other)), _)
                if scene
                    .find(&other)
                    .is_some_and(|it| scene.components[it].external.is_some()) =>
            {
                sink.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("`{other}` runs elsewhere: it has no network here to share"),
                    )
                    .label(node.span, "needs a component with a workload")
                    .help(format!(
                        "remove `network_mode`; an address of it is `${{components.{other}.PORT.address}}`"
                    )),
                );
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
                "a workload with a `network_mode` can't join networks",
            )
            .label(mode.key.span, "a mode")
            .label(networks.key.span, "and networks")
            .help("keep one of `network_mode` and `networks`"),
        );
    }
    unpublished(table, sink);
    for node in table.array("networks").unwrap_or_default() {
        let Some(name) = node.as_str() else { continue };
        if !scene.names.networks.contains(name) {
            let known: Vec<&str> = scene.names.networks.iter().map(String::as_str).collect();
            let mut diagnostic = unknown("network", name, node.span, &known);
            if nearest(name, known).is_none() && NameRule::Resource.accepts(name) {
                let line = format!("{name} = {{ external = \"{name}\" }}");
                diagnostic = diagnostic
                    .help(format!("remove it: each group has a network, which `depends_on`, `uses` and references open to others; one that exists outside is declared below `[networks]`: `{line}`"))
                    .removing(vec![node.span]);
            }
            sink.push(diagnostic);
        }
    }
}
