//! Where components are that run elsewhere: the addresses of `external`.

mod main_port;
mod url;

use std::collections::BTreeSet;

use super::draft::ExternalDraft;
use crate::{
    catalog::{HTTP_PORT, Kind},
    diag::{Code, Diagnostic, Sink, nearest},
    model::{ExternalAddress, Host},
    syntax::{Entry, Key, Node, Table},
    text::all_of,
    value::{HostAndPort, UrlParts},
};

const FORMS: &str = "an address is `external = { host = \"db.example.com\", port = 5432 }`, or `{ http = \"api.example.com:443\" }` for each port";

/// `{ host, port }` is the kind's main port; otherwise each entry is a port with its `host:port`.
pub(super) fn addresses(component: &Table, kind: &Kind, sink: &mut Sink) -> Option<ExternalDraft> {
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
    if table.get("host").is_some_and(Node::is_broken) {
        return Some(nowhere);
    }
    if table.entries.is_empty() {
        sink.push(says_nowhere(entry));
        return Some(nowhere);
    }
    let errors = sink.errors();
    let addresses = match host(table, sink) {
        Some(host) => {
            let name = plain(host, &host.key.name, kind, Form::Host, sink);
            let addresses = main_port::of_main_port(component, kind, (entry, host), &name, sink);
            let span = host.value.span;
            let at = |address| ExternalAddress { span, ..address };
            addresses.into_iter().map(at).collect()
        }
        None if is_of_main_port(table) => {
            if let Some(fault) = without_host(entry, table) {
                sink.push(fault);
            }
            Vec::new()
        }
        None => of_each_port(component, kind, table, sink),
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
    Diagnostic::new(Code::MissingKey, "`external` has no address")
        .label(entry.key.span, "where does it run?")
        .help(format!("write `external = {ADDRESS}`"))
        .replacing(entry.value.span, ADDRESS)
}

/// The entry that names the host of the main port, if there is one: `host = "db.example.com:80"` alone is a port that is called so.
fn host<'a>(table: &'a Table, sink: &mut Sink) -> Option<&'a Entry> {
    let alone = |host: &&Entry| {
        let text = host.value.as_str().unwrap_or_default();
        let address = UrlParts::split(text).map_or(text, |url| url.authority);
        main_port::says_number(table) || !address.contains(':')
    };
    let is_host = |it: &&Entry| it.value.as_str().is_some() || main_port::says_number(table);
    let written = table.entry("host").filter(is_host);
    written
        .filter(alone)
        .or_else(|| misspelled_host(table, sink))
}

/// Whether a table with no host that can be read was meant as `{ host, port }`.
fn is_of_main_port(table: &Table) -> bool {
    let has_number = main_port::says_number(table);
    match table.get("host") {
        Some(_) => has_number || table.integer("host").is_some(),
        None => has_number && table.entries.len() == 1,
    }
}

/// What is wrong with the host. What can't be used was reported.
fn without_host(entry: &Entry, table: &Table) -> Option<Diagnostic> {
    let Some(host) = table.get("host") else {
        const HOST: &str = "host = \"db.example.com\"";
        return Some(
            Diagnostic::new(Code::MissingKey, "`external` needs the key `host`")
                .label(entry.key.span, "on which machine?")
                .help(format!("write `{HOST}` beside `port`"))
                .adding(entry.key.span, HOST),
        );
    };
    (!host.is_broken()).then(|| no_host("host", host))
}

fn no_host(name: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{name}` of `external` is no host"))
        .label(node.span, "neither a name nor an address")
        .help(FORMS)
}

fn of_each_port(
    component: &Table,
    kind: &Kind,
    table: &Table,
    sink: &mut Sink,
) -> Vec<ExternalAddress> {
    let tables = kind.ports().into_iter().chain(component.table("ports"));
    // `external` declares them, where the kind has none and the name is no misspelled one.
    let known: BTreeSet<&str> = tables.flat_map(Table::keys).collect();
    let known: Vec<&str> = known.into_iter().collect();
    let mut addresses = Vec::new();
    let is_read = |it: &&Entry| !it.value.is_broken() && !it.value.is_false();
    for entry in table.entries.iter().filter(is_read) {
        let (key, node) = (&entry.key, &entry.value);
        let mut name = key.name.as_str();
        let is_new = !known.is_empty() && !known.contains(&name);
        let is_unknown =
            is_new && (kind.ports().is_some() || nearest(name, known.iter().copied()).is_some());
        let is_url = node.as_str().is_some_and(|text| text.contains("://"));
        if is_unknown {
            let (meant, unknown) = unknown_port(key, &known);
            name = meant.unwrap_or(name);
            // What is said of the URL says where it belongs.
            if !is_url || meant.is_none() {
                sink.push(unknown);
            }
        }
        let address = node
            .as_str()
            .map(|_| plain(entry, name, kind, Form::Both, sink));
        let Some(address) = address.as_deref().and_then(HostAndPort::parse) else {
            if !is_url {
                sink.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("port `{}` of `external` is not `HOST:PORT`", key.name),
                    )
                    .label(node.span, "does not fit")
                    .help(FORMS),
                );
            }
            continue;
        };
        addresses.push(ExternalAddress {
            port: name.to_string(),
            host: address.host,
            number: address.port,
            span: node.span,
        });
    }
    addresses
}

/// What an entry of `external` holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Host,
    /// `HOST:PORT`.
    Both,
}

/// The address in an entry. Of a URL it is what stands between the scheme and the path, which are keys of a port: that, and a host
/// that is none, is reported.
fn plain(entry: &Entry, name: &str, kind: &Kind, form: Form, sink: &mut Sink) -> String {
    let (key, node) = (&entry.key, &entry.value);
    let text = node.as_str().unwrap_or_default();
    let Some(url) = UrlParts::split(text) else {
        if form == Form::Host && Host::parse(text).is_none() {
            sink.push(no_host(&key.name, node));
        }
        return text.to_string();
    };
    let port = match form {
        Form::Host => kind.port.as_deref().unwrap_or(HTTP_PORT),
        Form::Both => name,
    };
    let reading = url::Reading {
        kind,
        name,
        port,
        url,
    };
    sink.push(reading.fault(entry, form));
    match form {
        Form::Host => reading.host().to_string(),
        Form::Both => reading.host_and_port(),
    }
}

/// What stands beside an integer `port` under a name that is nearly `host`.
fn misspelled_host<'a>(table: &'a Table, sink: &mut Sink) -> Option<&'a Entry> {
    if table.get("host").is_some() {
        return None;
    }
    if !main_port::says_number(table) {
        return None;
    }
    let mut entries = table.entries.iter();
    let entry = entries.find(|entry| nearest(&entry.key.name, ["host"]).is_some())?;
    entry.value.as_str()?;
    sink.push(
        Diagnostic::new(
            Code::UnknownKey,
            format!("`external` has no key `{}`", entry.key.name),
        )
        .label(entry.key.span, "unknown key")
        .misspelled(&entry.key.name, Some("host"), String::new),
    );
    Some(entry)
}

/// The port that was meant, so that what refers to it is no second mistake, and the error.
fn unknown_port<'a>(port: &Key, known: &[&'a str]) -> (Option<&'a str>, Diagnostic) {
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
