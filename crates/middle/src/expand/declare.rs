//! Components as they are declared: their kinds, groups, presets, external addresses and major versions.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    Inputs,
    draft::{Declared, ExternalDraft},
    elsewhere,
    layers::normal,
    logins, major, read, removed, unknown,
};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink, nearest},
    language::{Context, KeyShape, Owner, complete, component_key},
    model::{ExternalAddress, Host},
    syntax::{Entry, Key, Node, Removal, Table, overlay, quoted},
    text::{all_of, one_of},
};

/// The components whose kind is known, and the names of the others.
pub(super) fn components(
    tree: &Table,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) -> (Vec<Declared>, Vec<String>) {
    let mut components = Vec::new();
    let mut lost = Vec::new();
    for (key, node) in read::entries(tree, "components") {
        let Some(table) = node.as_table() else {
            lost.push(key.name.clone());
            continue;
        };
        let presets = presets(tree, table, sink);
        let own = normal(table);
        let written = over_presets(&presets, &own);
        let Some(kind) = kind_of(&written, inputs, sink) else {
            lost.push(key.name.clone());
            continue;
        };
        removed::check(key, &own, &presets, &kind, sink);
        components.push(component(tree, key, written, kind, sink));
    }
    per_platform(&components, sink);
    part_names(&components, sink);
    (components, lost)
}

/// `COMPONENT-PART` is the name of a part, whether or not the part is wanted just now.
fn part_names(components: &[Declared], sink: &mut Sink) {
    let by_name: BTreeMap<&str, &Declared> = components
        .iter()
        .map(|declared| (declared.name.as_str(), declared))
        .collect();
    for declared in components
        .iter()
        .filter(|declared| declared.external.is_none())
    {
        for part in declared
            .kind
            .table
            .table("parts")
            .into_iter()
            .flat_map(Table::keys)
        {
            let off = declared
                .user
                .get_path(&["parts", part])
                .is_some_and(Node::is_false);
            let name = format!("{}-{part}", declared.name);
            let Some(other) = by_name.get(name.as_str()) else {
                continue;
            };
            if !off {
                sink.push(
                    Diagnostic::new(
                        Code::OutputClash,
                        format!("`{name}` is the name of a part of `{}`", declared.name),
                    )
                    .label(declared.span, format!("has the part `{part}`"))
                    .label(other.span, "a component of that name")
                    .help(format!(
                        "rename the component, or remove the part: `parts.{part} = false`"
                    )),
                );
            }
        }
    }
}

fn component(
    tree: &Table,
    key: &Key,
    mut user: Table,
    kind: Rc<Kind>,
    sink: &mut Sink,
) -> Declared {
    let context = Context {
        owner: Owner::Words("a component"),
        entry: "",
        place: key.span,
        removable: true,
        partial: false,
        constants: None,
        writes_out: false,
        example: "",
    };
    complete(&user, &context, sink);
    let logins = logins::split(&mut user, &kind, sink);
    let external = external(&user, &kind, sink);
    if external.as_ref().is_some_and(|external| external.whole) {
        let written = tree.get_path(&["components", &key.name]);
        if let Some(written) = written.and_then(Node::as_table) {
            elsewhere::check(key, written, &kind, sink);
        }
    }
    let group = group(tree, key, &user, external.is_some(), sink);
    let program = major::program(tree, key, &user, &kind, sink);
    let version = (program.major).map(|major| major::numbers(tree, &user, &kind, major));
    Declared {
        name: key.name.clone(),
        span: key.span,
        group,
        external,
        program,
        version: version.unwrap_or_default(),
        logins,
        user,
        kind,
    }
}

/// The presets of the component's group, then its own.
fn presets(tree: &Table, component: &Table, sink: &mut Sink) -> Table {
    let mut layers = Table::default();
    let group_presets = component
        .string("group")
        .and_then(|group| tree.get_path(&["groups", group, "presets"]));
    let own = component.get("presets");
    for node in group_presets
        .into_iter()
        .chain(own)
        .flat_map(|list| list.as_array().unwrap_or_default())
    {
        let Some(name) = node.as_str() else { continue };
        match tree.get_path(&["presets", name]) {
            Some(preset) => {
                let Some(preset) = preset.as_table() else {
                    continue;
                };
                if let Some(entry) = preset.entry("presets") {
                    sink.push(
                        Diagnostic::new(Code::ConflictingKeys, "a preset can't name presets")
                            .label(entry.key.span, "not here")
                            .help("list the presets where the component or its group names them"),
                    );
                }
                layers = overlay(&layers, &normal(preset), Removal::Later);
            }
            None => {
                let known: Vec<&str> = tree
                    .table("presets")
                    .map_or(Vec::new(), |presets| presets.keys().collect());
                sink.push(unknown("preset", name, node.span, &known));
            }
        }
    }
    layers
}

/// The component over its presets; a `false` stays for the kind to see.
fn over_presets(presets: &Table, own: &Table) -> Table {
    let mut user = overlay(presets, own, Removal::Later);
    // If a kind can't write a key, `false` removes nothing of the kind: it only removes the value of a preset.
    user.entries.retain(|entry| {
        let is_of_kinds = component_key(&entry.key.name).is_none_or(KeyShape::is_of_kinds);
        is_of_kinds || !entry.value.is_false()
    });
    user
}

fn kind_of(component: &Table, inputs: &mut Inputs<'_>, sink: &mut Sink) -> Option<Rc<Kind>> {
    let name = match component.get("kind") {
        Some(node) => node.as_str()?,
        None => "service",
    };
    let kind = inputs.catalog.get(name, inputs.sources, sink);
    if kind.is_none()
        && let Some(node) = component.get("kind")
    {
        let names = inputs.catalog.names();
        let near = nearest(name, names.iter().map(String::as_str));
        if !names.iter().any(|known| known == name) {
            sink.push(
                Diagnostic::new(Code::UnknownKind, format!("there is no kind `{name}`"))
                    .label(node.span, "no such kind")
                    .misspelled(name, near, || {
                        format!(
                            "the catalog has {}; a kind of your own goes to mlopsgen/kinds/{name}.toml",
                            all_of(&names)
                        )
                    }),
            );
        }
    }
    kind
}

fn group(
    tree: &Table,
    key: &Key,
    component: &Table,
    external: bool,
    sink: &mut Sink,
) -> Option<String> {
    let known: Vec<&str> = tree
        .table("groups")
        .map_or(Vec::new(), |groups| groups.keys().collect());
    let Some(node) = component.get("group") else {
        if !external {
            let diagnostic = Diagnostic::new(
                Code::MissingKey,
                format!("component `{}` needs the key `group`", key.name),
            )
            .label(key.span, "in no group");
            sink.push(match known.as_slice() {
                [] => diagnostic
                    .help("write `main = \"Everything\"` below `[groups]`, and `group = \"main\"` here")
                    .declaring(key.span, "groups", "main = \"Everything\"")
                    .adding(key.span, "group = \"main\""),
                [first, rest @ ..] => {
                    let line = format!("group = {}", quoted(first));
                    let others = match rest {
                        [] => String::new(),
                        _ => format!(", or another of {}", one_of(&known)),
                    };
                    diagnostic
                        .help(format!("write `{line}`{others}"))
                        .adding(key.span, line)
                }
            });
        }
        return None;
    };
    let name = node.as_str()?;
    if !known.contains(&name) {
        sink.push(unknown("group", name, node.span, &known));
        return None;
    }
    Some(name.to_string())
}

/// `{ host, port }` is the kind's main port; otherwise each entry is a port with its `host:port`.
fn external(component: &Table, kind: &Kind, sink: &mut Sink) -> Option<ExternalDraft> {
    let entry = component
        .entry("external")
        .filter(|entry| !entry.value.is_false())?;
    let nowhere = ExternalDraft {
        addresses: Vec::new(),
        span: entry.key.span,
        whole: false,
    };
    // What is wrong with it was reported: it runs elsewhere all the same.
    let Some(table) = entry.value.as_table() else {
        return Some(nowhere);
    };
    if table.entries.is_empty() {
        sink.push(
            Diagnostic::new(Code::MissingKey, "`external` says nowhere")
                .label(entry.key.span, "where does it run?")
                .help("write `external = { host = \"db.example.com\", port = 5432 }`")
                .replacing(
                    entry.value.span,
                    "{ host = \"db.example.com\", port = 5432 }",
                ),
        );
        return Some(nowhere);
    }
    let before = sink.errors();
    let alone = |host: &&Node| {
        let has_port = |text: &str| text.contains(':') && !Host::accepts(text);
        table.integer("port").is_some() || !host.as_str().is_some_and(has_port)
    };
    let host = table.get("host").filter(|node| node.as_str().is_some());
    let addresses = match host.filter(alone).or_else(|| misspelled_host(table, sink)) {
        Some(host) => main_address((component, kind), entry, table, host, sink)
            .into_iter()
            .collect(),
        None => addresses_by_port((component, kind), table, sink),
    };
    let is_read = |(_, node): (&Key, &Node)| !node.is_broken();
    Some(ExternalDraft {
        whole: table.iter().all(is_read) && sink.errors() == before,
        addresses,
        span: entry.key.span,
    })
}

/// The address of the main port.
fn main_address(
    (component, kind): (&Table, &Kind),
    entry: &Entry,
    table: &Table,
    host: &Node,
    sink: &mut Sink,
) -> Option<ExternalAddress> {
    let main = kind.port.clone().or_else(|| {
        let ports = component.table("ports")?;
        ports.keys().next().map(ToString::to_string)
    });
    let port = main.unwrap_or_else(|| "http".to_string());
    let known = kind
        .table
        .get_path(&["workload", "ports", &port])
        .and_then(read::container_port);
    let text = host.as_str().unwrap_or_default();
    if !Host::accepts(text) {
        sink.push(no_host(text, host));
        return None;
    }
    let written = table.integer("port");
    let number = written.and_then(|port| u16::try_from(port).ok());
    let Some(number) = number.or(known) else {
        sink.push(
            Diagnostic::new(Code::MissingKey, "`external` needs the key `port`")
                .label(entry.key.span, "which port?")
                .help("write `external = { host = \"db.example.com\", port = 5432 }`"),
        );
        return None;
    };
    Some(ExternalAddress {
        port,
        host: Host::parse(text),
        number,
    })
}

fn no_host(text: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{text}` is not a host"))
        .label(node.span, "does not fit")
        .help("a host is a name such as `db.example.com`, or an IP address")
}

/// The addresses of ports that are named.
fn addresses_by_port(
    (component, kind): (&Table, &Kind),
    table: &Table,
    sink: &mut Sink,
) -> Vec<ExternalAddress> {
    let of_kind = kind.table.get_path(&["workload", "ports"]);
    let of_kind = of_kind.and_then(Node::as_table);
    let tables = of_kind.into_iter().chain(component.table("ports"));
    // Without any, `external` declares them.
    let known: BTreeSet<&str> = tables.flat_map(Table::keys).collect();
    let mut addresses = Vec::new();
    let written = table.iter();
    for (port, node) in written.filter(|(_, node)| !node.is_broken() && !node.is_false()) {
        let address = node
            .as_str()
            .and_then(|text| text.rsplit_once(':'))
            .and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        let Some((host, number)) = address.filter(|(_, number)| *number > 0) else {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!("port `{}` of `external` is not `HOST:PORT`", port.name),
                )
                .label(node.span, "does not fit")
                .help("an address is `external = { host = \"db.example.com\", port = 5432 }`, or `{ http = \"api.example.com:443\" }` for each port"),
            );
            continue;
        };
        if !Host::accepts(host) {
            sink.push(no_host(host, node));
            continue;
        }
        let mut name = port.name.as_str();
        if !known.is_empty() && !known.contains(name) {
            let known: Vec<&str> = known.iter().copied().collect();
            let (meant, unknown) = unknown_external(port, &known);
            sink.push(unknown);
            name = meant.unwrap_or(name);
        }
        addresses.push(ExternalAddress {
            port: name.to_string(),
            host: Host::parse(host),
            number,
        });
    }
    addresses
}

/// What stands beside an integer `port` under a name that is nearly `host`.
fn misspelled_host<'a>(table: &'a Table, sink: &mut Sink) -> Option<&'a Node> {
    if table.get("host").is_some() {
        return None;
    }
    table.integer("port")?;
    let mut entries = table.iter();
    let (key, node) = entries.find(|(key, _)| nearest(&key.name, ["host"]).is_some())?;
    node.as_str()?;
    sink.push(
        Diagnostic::new(
            Code::UnknownKey,
            format!("`external` has no key `{}`", key.name),
        )
        .label(key.span, "unknown key")
        .misspelled(&key.name, Some("host"), String::new),
    );
    Some(node)
}

/// The port that was meant, so that what refers to it is no second mistake, and the error.
fn unknown_external<'a>(port: &Key, known: &[&'a str]) -> (Option<&'a str>, Diagnostic) {
    let near = nearest(&port.name, known.iter().copied());
    let diagnostic = Diagnostic::new(
        Code::UnknownPort,
        format!(
            "`external` names the port `{}`, which is not declared",
            port.name
        ),
    )
    .label(port.span, "no such port")
    .misspelled(&port.name, near, || format!("there is {}", all_of(known)));
    let meant = match known {
        [alone] => Some(*alone),
        _ => near,
    };
    (meant, diagnostic)
}

/// Limits the number of components of a kind. Components that run elsewhere do not count.
fn per_platform(components: &[Declared], sink: &mut Sink) {
    let mut seen: Vec<&Rc<Kind>> = Vec::new();
    let own = || {
        components
            .iter()
            .filter(|declared| declared.external.is_none())
    };
    for declared in own() {
        let Some(limit) = declared.kind.per_platform else {
            continue;
        };
        if seen.iter().any(|kind| kind.name == declared.kind.name) {
            continue;
        }
        seen.push(&declared.kind);
        let all: Vec<&Declared> = own()
            .filter(|other| other.kind.name == declared.kind.name)
            .collect();
        if all.len() > limit {
            let mut diagnostic = Diagnostic::new(
                Code::TooMany,
                format!(
                    "a platform has at most {limit} of kind `{}`, this one has {}",
                    declared.kind.name,
                    all.len()
                ),
            )
            .help("keep one, or split the platform");
            for other in all {
                diagnostic =
                    diagnostic.label(other.span, format!("of kind `{}`", declared.kind.name));
            }
            sink.push(diagnostic);
        }
    }
}
