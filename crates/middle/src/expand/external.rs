//! `external`: the addresses of a component that runs elsewhere.
//!
//! `{ host, port }` is the main port of the kind; otherwise each entry is a port with its `HOST:PORT`.

use std::collections::BTreeSet;

use super::{draft::ExternalDraft, read};
use crate::{
    catalog::Kind,
    diag::{Code, Diagnostic, Sink, nearest},
    model::{ExternalAddress, Host},
    syntax::{Entry, Key, Node, Table},
    text::all_of,
    value::HostAndPort,
};

pub(super) fn external(component: &Table, kind: &Kind, sink: &mut Sink) -> Option<ExternalDraft> {
    let entry = component.entry("external");
    let entry = entry.filter(|entry| !entry.value.is_false())?;
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
        sink.push(says_nowhere(entry));
        return Some(nowhere);
    }
    let errors = sink.errors();
    let has_port = table.integer("port").is_some();
    let host = table.get("host");
    let is_alone = |node: &&Node| {
        let text = node.as_str();
        text.is_some_and(|text| has_port || !text.contains(':'))
    };
    let host = host
        .filter(is_alone)
        .or_else(|| misspelled_host(table, sink));
    let addresses = match host {
        Some(host) => main_port(component, kind, entry, host, sink)
            .into_iter()
            .collect(),
        None => each_port(component, kind, table, sink),
    };
    let is_read = |(_, node): (&Key, &Node)| !node.is_broken();
    Some(ExternalDraft {
        addresses,
        span: entry.key.span,
        whole: table.iter().all(is_read) && sink.errors() == errors,
    })
}

fn says_nowhere(entry: &Entry) -> Diagnostic {
    const ADDRESS: &str = "{ host = \"db.example.com\", port = 5432 }";
    Diagnostic::new(Code::MissingKey, "`external` says nowhere")
        .label(entry.key.span, "where does it run?")
        .help(format!("write `external = {ADDRESS}`"))
        .replacing(entry.value.span, ADDRESS)
}

/// `{ host, port }`
fn main_port(
    component: &Table,
    kind: &Kind,
    entry: &Entry,
    host: &Node,
    sink: &mut Sink,
) -> Option<ExternalAddress> {
    let main = kind.port.clone().or_else(|| {
        let ports = component.table("ports")?;
        ports.keys().next().map(ToString::to_string)
    });
    let port = main.unwrap_or_else(|| "http".to_string());
    let usual = kind
        .table
        .get_path(&["workload", "ports", &port])
        .and_then(read::container_port);
    let number = entry
        .value
        .as_table()
        .and_then(|table| table.integer("port"))
        .and_then(|port| u16::try_from(port).ok())
        .or(usual);
    if number.is_none() {
        sink.push(
            Diagnostic::new(Code::MissingKey, "`external` needs the key `port`")
                .label(entry.key.span, "which port?")
                .help("write `external = { host = \"db.example.com\", port = 5432 }`"),
        );
    }
    let address = Host::parse(host.as_str()?);
    if address.is_none() {
        sink.push(
            Diagnostic::new(Code::BadValue, "`host` of `external` is not a host")
                .label(host.span, "does not fit")
                .help("a host is a name such as `db.example.com`, or an IP address"),
        );
    }
    Some(ExternalAddress {
        port,
        host: address?,
        number: number?,
    })
}

/// Each port with its `HOST:PORT`.
fn each_port(
    component: &Table,
    kind: &Kind,
    table: &Table,
    sink: &mut Sink,
) -> Vec<ExternalAddress> {
    let of_kind = kind.table.get_path(&["workload", "ports"]);
    let of_kind = of_kind.and_then(Node::as_table);
    let tables = of_kind.into_iter().chain(component.table("ports"));
    // Without any, `external` declares them.
    let declared: BTreeSet<&str> = tables.flat_map(Table::keys).collect();
    let declared: Vec<&str> = declared.into_iter().collect();
    let mut addresses = Vec::new();
    for (port, node) in table
        .iter()
        .filter(|(_, node)| !node.is_broken() && !node.is_false())
    {
        let Some(address) = node.as_str().and_then(HostAndPort::parse) else {
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
        let mut name = port.name.as_str();
        if !declared.is_empty() && !declared.contains(&name) {
            let (meant, unknown) = unknown_external(port, &declared);
            sink.push(unknown);
            name = meant.unwrap_or(name);
        }
        addresses.push(ExternalAddress {
            port: name.to_string(),
            host: address.host,
            number: address.port,
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
