//! Ports of a service of Compose's: `8080:80`, `127.0.0.1:8001:8001/udp`, numbers, tables.

use super::{
    EnclosingTable, Rewritten, line,
    lists::nothing_stands_for,
    variables::{self, filled, has_variable},
};
use crate::{
    language::form::NameRule,
    names::Names,
    syntax::{Node, Table, Value, inline, quoted},
};

/// What a port of that number is called in the catalog; others are `http`.
const PORT_NAMES: &[(&str, &str)] = &[
    ("443", "https"),
    ("2181", "client"),
    ("3306", "mysql"),
    ("5432", "postgres"),
    ("5672", "amqp"),
    ("6379", "redis"),
    ("8333", "api"),
    ("9000", "api"),
    ("9001", "console"),
    ("9092", "broker"),
    ("11211", "memcached"),
    ("27017", "mongodb"),
    ("50051", "grpc"),
];

/// What a port of that number is called where nobody names it.
pub fn usual_port_name(number: &str) -> &'static str {
    let known = PORT_NAMES.iter().find(|(known, _)| *known == number);
    known.map_or("http", |(_, name)| name)
}

/// Names of ports in the order in which they are asked for, each once.
struct PortNames {
    used: Names,
}

impl PortNames {
    /// The names that ports have already.
    fn beside(ports: &[ComposePort]) -> Self {
        let used = ports.iter().filter_map(|port| port.name.clone()).collect();
        Self { used }
    }

    /// One number may be a port of each protocol.
    fn of(&mut self, port: &ComposePort) -> String {
        let first = port.first();
        let protocol = port.protocol.as_deref().unwrap_or("tcp");
        let usual = usual_port_name(first).to_string();
        let plain = format!("port-{first}");
        let names = [usual, plain.clone(), format!("{protocol}-{first}")];
        let mut names = names.into_iter();
        let free = names.find(|name| self.used.take(name));
        free.unwrap_or_else(|| self.used.take_numbered(&plain))
    }
}

/// A port of Compose's: `8080:80`, `127.0.0.1:8001:8001/udp`, a number, or a table.
pub(super) struct ComposePort {
    container: String,
    /// `None`: reached from inside only; `auto`: any free one.
    host: Option<String>,
    bind: Option<String>,
    protocol: Option<String>,
    name: Option<String>,
    scheme: Option<String>,
    /// What nothing here stands for.
    left_out: Vec<String>,
}

impl ComposePort {
    fn read(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Integer(number) => Some(Self::of_short(&number.to_string())),
            Value::String(text) => Some(Self::of_short(text)),
            Value::Table(table) => Self::of_long(table),
            _ => None,
        }
    }

    /// Its short form, where it names both sides.
    pub(super) fn of_pair(text: &str) -> Option<Self> {
        let is_number =
            |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '-');
        let port = Self::of_short(text);
        let host = port.host.as_deref().filter(|_| text.contains(':'))?;
        (is_number(host) && is_number(&port.container)).then_some(port)
    }

    fn of_short(text: &str) -> Self {
        let (text, protocol) = match text.rsplit_once('/') {
            Some((rest, protocol)) if !protocol.contains('}') => (rest, Some(protocol.to_string())),
            _ => (text, None),
        };
        let parts = variables::parts(text);
        let container = filled(parts.last().unwrap_or(&text)).unwrap_or_else(str::to_string);
        // A variable without a default is most likely that number, too.
        let host = match parts.as_slice() {
            [.., host, _] => Some(filled(host).unwrap_or_else(|_| container.clone())),
            _ => None,
        };
        // An address of IPv6 has colons of its own.
        let bind = match parts.as_slice() {
            [bind @ .., _, _] if !bind.is_empty() => filled(&bind.join(":"))
                .ok()
                .map(|bind| bind.trim_matches(['[', ']']).to_string()),
            _ => None,
        };
        Self {
            container,
            // Without a number the engine chooses one.
            host: Some(
                host.filter(|host| !host.is_empty())
                    .unwrap_or_else(|| "auto".to_string()),
            ),
            bind,
            protocol,
            name: None,
            scheme: None,
            left_out: Vec::new(),
        }
        .on_one_port()
    }

    /// Compose takes one port of a range for a single one.
    fn on_one_port(mut self) -> Self {
        let is_range = |text: &str| text.contains('-');
        if let Some(host) = self.host.clone().filter(|host| is_range(host))
            && !is_range(&self.container)
        {
            self.host = host.split('-').next().map(ToString::to_string);
            self.left_out.push(host);
        }
        self
    }

    pub(super) fn of_long(table: &Table) -> Option<Self> {
        let text = |key: &str| match &table.get(key)?.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::String(text) => Some(filled(text).unwrap_or_else(str::to_string)),
            _ => None,
        };
        let container = text("target")?;
        let published = table.string("published").unwrap_or_default();
        let host = match filled(published) {
            Err(_) => container.clone(),
            Ok(_) => text("published").unwrap_or_else(|| "auto".to_string()),
        };
        Some(Self::on_one_port(Self {
            container,
            host: Some(host),
            bind: text("host_ip"),
            protocol: text("protocol"),
            name: text("name").filter(|name| NameRule::Port.accepts(name)),
            scheme: text("app_protocol"),
            left_out: table
                .keys()
                .filter(|key| !LONG_KEYS.contains(key) && *key != "mode")
                .map(ToString::to_string)
                .collect(),
        }))
    }

    /// A word on a range of which one port is left, and on keys that nothing here stands for.
    pub(super) fn why(&self) -> Option<String> {
        let is_range = |text: &&String| text.starts_with(|c: char| c.is_ascii_digit());
        match self.left_out.iter().find(is_range) {
            Some(range) => Some(format!(
                "one port has one place: of `{range}` the first; `host = \"auto\"` is any free one"
            )),
            None => nothing_stands_for(&self.left_out.iter().collect::<Vec<_>>()),
        }
    }

    /// Its number; the first one of a range.
    fn first(&self) -> &str {
        self.container.split('-').next().unwrap_or_default()
    }

    /// What makes it another port than others of the container.
    fn key(&self) -> String {
        let protocol = self.protocol.as_deref().unwrap_or("tcp");
        format!("{}/{protocol}", self.container)
    }

    /// What its table holds, a line each.
    pub(super) fn entries(&self) -> Vec<String> {
        let protocol = self.protocol.as_deref().filter(|name| *name != "tcp");
        let mut entries = vec![line("container", number(&self.container))];
        entries.extend(self.host.as_deref().map(|host| line("host", number(host))));
        entries.extend(self.bind.as_deref().map(|bind| line("bind", quoted(bind))));
        entries.extend(protocol.map(|protocol| line("protocol", quoted(protocol))));
        let scheme = self.scheme.as_deref().filter(|name| *name != "http");
        entries.extend(scheme.map(|scheme| line("scheme", quoted(scheme))));
        entries
    }

    fn line(&self, name: &str) -> String {
        let entries = self.entries();
        let value = match entries.as_slice() {
            [_] => number(&self.container),
            entries => format!("{{ {} }}", entries.join(", ")),
        };
        line(&format!("ports.{name}"), value)
    }
}

/// A port's number as one; a range as a string.
pub(super) fn number(text: &str) -> String {
    match text.chars().all(|c| c.is_ascii_digit()) {
        true => text.to_string(),
        false => quoted(text),
    }
}

/// Keys of a port's long form.
const LONG_KEYS: [&str; 6] = [
    "target",
    "published",
    "host_ip",
    "protocol",
    "name",
    "app_protocol",
];

/// Whether a table is a port in Compose's long form, and no table of ports.
pub(super) fn is_long(table: &Table) -> bool {
    let is_known = |key: &str| LONG_KEYS.contains(&key) || key == "mode";
    table.get("target").is_some() && table.entries.len() > 1 && table.keys().all(is_known)
}

/// A list; one port of it; nothing where names stand.
pub(super) fn ports(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    if value.as_table().is_some_and(|table| !is_long(table)) {
        return None;
    }
    let mut ports: Vec<ComposePort> = value
        .items()
        .iter()
        .map(ComposePort::read)
        .collect::<Option<_>>()?;
    if let Some(exposed) = enclosing.table.get("expose") {
        let seen = ports.iter().map(ComposePort::key).collect();
        ports.extend(exposed_alone(exposed, seen).unwrap_or_default());
    }
    // What is left of a variable is its name.
    if let Some(port) = ports
        .iter()
        .find(|port| port.container.contains(is_no_port))
    {
        return Some(Rewritten::why(&format!(
            "`{}` has no value here: name the port by its number, as `ports.http = {{ container = 8000, host = 8000 }}`",
            port.container
        )));
    }
    let mut names = PortNames::beside(&ports);
    let lines = ports.iter().map(|port| {
        let name = port.name.clone();
        let name = name.unwrap_or_else(|| names.of(port));
        port.line(&name)
    });
    let rewritten = Rewritten::lines(lines.collect())?;
    let mut why: Vec<String> = ports.iter().filter_map(ComposePort::why).collect();
    if has_variable(&inline(value)) {
        why.push("a port is a number here; another one for another machine stands in the file of an environment, `platform.NAME.toml`".to_string());
    }
    Some(rewritten.with_reason(&why.join("; ")))
}

fn is_no_port(c: char) -> bool {
    !c.is_ascii_digit() && c != '-'
}

/// Ports that are reached from inside alone. What `ports` publishes is reached anyway.
pub(super) fn expose(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    let published = enclosing.table.get("ports");
    let mut seen: Vec<String> = Vec::new();
    if published.is_some_and(|ports| ports.as_table().is_none()) {
        return Some(Rewritten::why(
            "remove it: what is to be written for `ports` names all of it",
        ));
    }
    for (_, port) in published
        .and_then(Node::as_table)
        .into_iter()
        .flat_map(Table::iter)
    {
        let protocol = port.as_table().and_then(|port| port.string("protocol"));
        let container = port.as_table().and_then(|port| port.get("container"));
        let container = container.unwrap_or(port).scalar();
        seen.push(format!("{container}/{}", protocol.unwrap_or("tcp")));
    }
    let mut names = Vec::new();
    let mut lines = Vec::new();
    for port in exposed_alone(value, seen)? {
        let first = port.first();
        let mut name = format!("port-{first}");
        if names.contains(&name) {
            name = format!("{}-{first}", port.protocol.as_deref().unwrap_or("tcp"));
        }
        lines.push(port.line(&name));
        names.push(name);
    }
    match lines.is_empty() {
        true => Some(Rewritten::why("remove it: `ports` names all of it")),
        false => Rewritten::lines(lines),
    }
}

/// The ports of `expose` that are not among those that are `seen`.
fn exposed_alone(value: &Node, mut seen: Vec<String>) -> Option<Vec<ComposePort>> {
    let mut ports = Vec::new();
    for item in value.items() {
        let port = ComposePort {
            host: None,
            ..ComposePort::read(item)?
        };
        if !seen.contains(&port.key()) {
            seen.push(port.key());
            ports.push(port);
        }
    }
    Some(ports)
}
