//! `external = { host, port }`: the address of a kind's main port. Nothing else stands beside these two keys.

use super::FORMS;
use crate::{
    catalog::{HTTP_PORT, Kind},
    diag::{Code, Diagnostic, Sink, nearest},
    expand::{ports::port_names, read},
    model::{ExternalAddress, Host},
    syntax::{Entry, Key, Node, Table, Value},
    value::HostAndPort,
};

/// Whether a `port` is there that is, or was meant as, the number of the main port.
pub(super) fn says_number(table: &Table) -> bool {
    table.get("port").is_some_and(|node| number(node).is_some())
}

/// The number of a port. One in quotes is reported, and was meant all the same.
fn number(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Integer(number) => Some(*number),
        Value::String(text) => text.trim().parse::<u16>().ok().map(i64::from),
        _ => None,
    }
}

/// `entries`: `external`, and the host in it, whose text is `host`.
pub(super) fn of_main_port(
    component: &Table,
    kind: &Kind,
    (entry, host_entry): (&Entry, &Entry),
    host: &str,
    sink: &mut Sink,
) -> Vec<ExternalAddress> {
    let names = port_names(kind, component);
    let port = kind.main_port(&names).unwrap_or(HTTP_PORT);
    let of_kind = kind.ports().and_then(|ports| ports.get(port));
    let mut written = None;
    let table = entry.value.as_table();
    let said = table
        .and_then(|table| table.get("port"))
        .filter(|node| !node.is_false());
    let missing = said.is_none().then_some("port");
    for other in table.into_iter().flat_map(|table| table.entries.iter()) {
        let is_read = !other.value.is_broken() && !other.value.is_false();
        if other.key == host_entry.key || !is_read {
            continue;
        }
        // A misspelled `port` says the number all the same.
        if other.key.name == "port" || nearest(&other.key.name, missing).is_some() {
            written = number(&other.value);
        }
        let fault = match other.key.name.as_str() {
            "port" => no_number(other),
            _ => Some(beside_the_host(&other.key, &names, missing)),
        };
        if let Some(fault) = fault {
            sink.push(fault);
        }
    }
    let number = written.and_then(|number| u16::try_from(number).ok());
    let Some(number) = number.or(of_kind.and_then(read::container_port)) else {
        // One that says nothing was reported.
        if missing.is_some() {
            sink.push(needs_port(entry));
        }
        return Vec::new();
    };
    let host = Host::parse(host).into_iter();
    host.map(|host| ExternalAddress {
        port: port.to_string(),
        host,
        number,
        span: entry.key.span,
    })
    .collect()
}

fn needs_port(entry: &Entry) -> Diagnostic {
    Diagnostic::new(Code::MissingKey, "`external` needs the key `port`")
        .label(entry.key.span, "which port?")
        .help("write `external = { host = \"db.example.com\", port = 5432 }`")
}

/// `port` is the number of a port, written as one.
fn no_number(port: &Entry) -> Option<Diagnostic> {
    let text = port.value.as_str()?;
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        "`port` of `external` is a number, found a string",
    )
    .label(port.value.span, "this is a string");
    let behind_host = || HostAndPort::parse(text).map(|address| address.port);
    Some(match text.trim().parse::<u16>().ok().or_else(behind_host) {
        Some(number) => diagnostic
            .help(format!("write `port = {number}`"))
            .replacing(port.value.span, number.to_string()),
        None => diagnostic.help(FORMS),
    })
}

/// What stands beside the host and is not its port: an address of a port by its name, or a misspelled key, such as that of what is
/// `missing`.
fn beside_the_host(key: &Key, ports: &[&str], missing: Option<&str>) -> Diagnostic {
    let name = &key.name;
    if ports.contains(&name.as_str()) {
        return Diagnostic::new(
            Code::ConflictingKeys,
            format!("`external` has a `host`, and an address of the port `{name}`"),
        )
        .label(key.span, "nothing reads this beside a `host`")
        .help(format!(
            "take `{name}` away, or write each port by its name and no `host`, as `external = {{ {name} = \"h.example.com:443\" }}`"
        ));
    }
    let near = nearest(name, missing);
    Diagnostic::new(Code::UnknownKey, format!("`external` has no key `{name}`"))
        .label(key.span, "unknown key")
        .misspelled(name, near, || {
            format!("take it away: beside `host` stands `port` alone; {FORMS}")
        })
}
