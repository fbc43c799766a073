//! Lists of Compose's as entries with names: ports, volumes, networks, dependencies, secrets.

use super::{Rewritten, line, rewrite::relative};
use crate::{
    language::form::NameRule,
    syntax::{Node, Table, Value, key_text, quoted},
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

/// Names of ports in the order in which they are asked for, each once.
#[derive(Default)]
struct PortNames {
    used: Vec<String>,
}

impl PortNames {
    fn of(&mut self, container: &str) -> String {
        let first = container.split('-').next().unwrap_or_default();
        let known = PORT_NAMES.iter().find(|(number, _)| *number == first);
        let usual = known.map_or("http", |(_, name)| name).to_string();
        let name = match self.used.contains(&usual) {
            false => usual,
            true => format!("port-{first}"),
        };
        self.used.push(name.clone());
        name
    }
}

/// A port of Compose's: `8080:80`, `127.0.0.1:8001:8001/udp`, a number, or a table.
pub(super) struct ComposePort {
    container: String,
    /// `None`: reached from inside only; `auto`: any free one.
    host: Option<String>,
    bind: Option<String>,
    protocol: Option<String>,
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
        let (rest, protocol) = match text.split_once('/') {
            Some((rest, protocol)) => (rest, Some(protocol.to_string())),
            None => (text, None),
        };
        let (before, container) = match rest.rsplit_once(':') {
            Some((before, container)) => (Some(before), container),
            None => (None, rest),
        };
        let (bind, host) = match before.map(|before| before.rsplit_once(':').ok_or(before)) {
            Some(Ok((bind, host))) => (Some(bind.trim_matches(['[', ']'])), Some(host)),
            Some(Err(host)) => (None, Some(host)),
            None => (None, None),
        };
        Self {
            container: container.to_string(),
            // Without a number the engine chooses one.
            host: Some(
                host.filter(|host| !host.is_empty())
                    .unwrap_or("auto")
                    .to_string(),
            ),
            bind: bind.map(ToString::to_string),
            protocol,
        }
    }

    fn of_long(table: &Table) -> Option<Self> {
        let text = |key: &str| match &table.get(key)?.value {
            Value::Integer(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        Some(Self {
            container: text("target")?,
            host: Some(text("published").unwrap_or_else(|| "auto".to_string())),
            bind: text("host_ip"),
            protocol: text("protocol"),
        })
    }

    /// What its table holds, a line each.
    pub(super) fn entries(&self) -> Vec<String> {
        let protocol = self.protocol.as_deref().filter(|name| *name != "tcp");
        let mut entries = vec![line("container", number(&self.container))];
        entries.extend(self.host.as_deref().map(|host| line("host", number(host))));
        entries.extend(self.bind.as_deref().map(|bind| line("bind", quoted(bind))));
        entries.extend(protocol.map(|protocol| line("protocol", quoted(protocol))));
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
fn number(text: &str) -> String {
    match text.chars().all(|c| c.is_ascii_digit()) {
        true => text.to_string(),
        false => quoted(text),
    }
}

pub(super) fn ports(value: &Node) -> Option<Rewritten> {
    let ports: Vec<ComposePort> = value
        .as_array()?
        .iter()
        .map(ComposePort::read)
        .collect::<Option<_>>()?;
    let mut names = PortNames::default();
    let lines = ports
        .iter()
        .map(|port| port.line(&names.of(&port.container)));
    Rewritten::lines(lines.collect())
}

/// Ports that are reached from inside alone.
pub(super) fn expose(value: &Node) -> Option<Rewritten> {
    let mut lines = Vec::new();
    for item in value.as_array()? {
        let port = ComposePort {
            host: None,
            ..ComposePort::read(item)?
        };
        let first = port.container.split('-').next().unwrap_or_default();
        lines.push(port.line(&format!("port-{first}")));
    }
    Rewritten::lines(lines)
}

/// `NAME:/path`, `./folder:/path:ro`, `/path`, or a table.
struct ComposeVolume {
    source: Option<String>,
    target: String,
    read_only: bool,
    in_memory: bool,
}

impl ComposeVolume {
    fn read(node: &Node) -> Option<Self> {
        match &node.value {
            Value::String(text) => Some(Self::of_short(text)),
            Value::Table(table) => Some(Self {
                source: table.string("source").map(ToString::to_string),
                target: table.string("target")?.to_string(),
                read_only: table.boolean("read_only") == Some(true),
                in_memory: table.string("type") == Some("tmpfs"),
            }),
            _ => None,
        }
    }

    fn of_short(text: &str) -> Self {
        let parts: Vec<&str> = text.split(':').collect();
        let (source, target, options) = match parts.as_slice() {
            [target] => (None, *target, ""),
            [source, target] => (Some(*source), *target, ""),
            [source, target, options, ..] => (Some(*source), *target, *options),
            [] => (None, text, ""),
        };
        Self {
            source: source.map(ToString::to_string),
            target: target.to_string(),
            read_only: options.split(',').any(|option| option == "ro"),
            in_memory: false,
        }
    }

    /// A path of the host, as the project has it.
    fn path(&self) -> Option<String> {
        let source = self.source.as_deref()?;
        let is_path = source.starts_with(['.', '/', '~']) || source.contains('/');
        is_path.then(|| relative(source))
    }

    /// A configuration file of the project: it is read when compiling.
    fn is_file(&self) -> bool {
        let name = self.target.rsplit('/').next().unwrap_or_default();
        self.read_only
            && name.contains('.')
            && self
                .path()
                .is_some_and(|path| !path.starts_with(['/', '~', '.']))
    }

    fn line(&self, used: &mut Vec<String>) -> String {
        let target = quoted(&self.target);
        if self.in_memory {
            return line("tmpfs", format!("[{target}]"));
        }
        if let Some(path) = self.path().filter(|_| self.is_file()) {
            return line(
                &format!("files.{target}"),
                format!("{{ source = {} }}", quoted(&path)),
            );
        }
        let path = self.path();
        let wanted = match (&path, &self.source) {
            (None, Some(name)) => name,
            _ => self
                .target
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default(),
        };
        let mut entries = vec![line("mount", target)];
        entries.extend(path.map(|path| line("source", quoted(&path))));
        if self.read_only {
            entries.push("read_only = true".to_string());
        }
        let name = unused_name(wanted, used);
        line(
            &format!("volumes.{name}"),
            format!("{{ {} }}", entries.join(", ")),
        )
    }
}

/// A name of that sort that no other volume here has.
fn unused_name(wanted: &str, used: &mut Vec<String>) -> String {
    let lower = wanted.to_ascii_lowercase();
    let cleaned: String = lower
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let start = cleaned.trim_matches(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let start = match NameRule::Resource.accepts(start) {
        true => start,
        false => "data",
    };
    let mut name = start.to_string();
    let mut number = 2;
    while used.contains(&name) {
        name = format!("{start}-{number}");
        number += 1;
    }
    used.push(name.clone());
    name
}

pub(super) fn volumes(value: &Node) -> Option<Rewritten> {
    let volumes: Vec<ComposeVolume> = value
        .as_array()?
        .iter()
        .map(ComposeVolume::read)
        .collect::<Option<_>>()?;
    let mut used = Vec::new();
    Rewritten::lines(
        volumes
            .iter()
            .map(|volume| volume.line(&mut used))
            .collect(),
    )
}

/// The long form, with aliases.
pub(super) fn networks(value: &Node) -> Option<Rewritten> {
    let table = value.as_table()?;
    let aliases: Vec<&str> = table
        .iter()
        .filter_map(|(_, network)| network.as_table())
        .flat_map(|network| network.strings("aliases"))
        .collect();
    let names: Vec<String> = table.keys().map(quoted).collect();
    let mut lines = Vec::new();
    if !aliases.is_empty() {
        let aliases: Vec<String> = aliases.into_iter().map(quoted).collect();
        lines.push(line("aliases", format!("[{}]", aliases.join(", "))));
    }
    lines.push(line("networks", format!("[{}]", names.join(", "))));
    Rewritten::lines(lines).map(|rewritten| {
        rewritten.because("only networks that exist outside; each group has one of its own")
    })
}

/// The long form: `{ db = { condition = "service_healthy" } }`.
pub(super) fn depends_on(value: &Node) -> Option<Rewritten> {
    let table = value.as_table()?;
    let is_long = |node: &Node| {
        let inner = node.as_table();
        inner.is_some_and(|inner| inner.get("condition").is_some())
    };
    if !table.iter().any(|(_, node)| is_long(node)) {
        return None;
    }
    let entries: Vec<String> = table
        .iter()
        .map(|(key, node)| {
            let inner = node.as_table();
            let condition = inner.and_then(|inner| inner.string("condition"));
            let on = match condition {
                Some("service_healthy") => "healthy",
                Some("service_completed_successfully") => "completed",
                _ => "started",
            };
            let optional = inner.and_then(|inner| inner.boolean("required")) == Some(false);
            let value = match optional {
                true => format!("{{ on = {}, optional = true }}", quoted(on)),
                false => quoted(on),
            };
            line(&key_text(&key.name), value)
        })
        .collect();
    Rewritten::line("depends_on", format!("{{ {} }}", entries.join(", ")))
}

/// `["db"]`, `["db:database"]`: the other is reached under its own name.
pub(super) fn links(value: &Node) -> Option<Rewritten> {
    let names: Option<Vec<&str>> = value.as_array()?.iter().map(Node::as_str).collect();
    let names: Vec<String> = names?
        .iter()
        .map(|name| quoted(name.split(':').next().unwrap_or_default()))
        .collect();
    Rewritten::line("reaches", format!("[{}]", names.join(", ")))
}

pub(super) fn secrets(value: &Node) -> Option<Rewritten> {
    mounted(value, "/run/secrets/", "secret")
}

pub(super) fn configs(value: &Node) -> Option<Rewritten> {
    mounted(value, "/", "source")
}

/// A list of names, or of tables with `source` and `target`, each as a mounted file.
fn mounted(value: &Node, folder: &str, what: &str) -> Option<Rewritten> {
    let mut lines = Vec::new();
    for item in value.as_array()? {
        let (source, target) = match &item.value {
            Value::String(name) => (name.as_str(), None),
            Value::Table(table) => (table.string("source")?, table.string("target")),
            _ => return None,
        };
        let path = match target {
            Some(path) if path.starts_with('/') => path.to_string(),
            name => format!("{folder}{}", name.unwrap_or(source)),
        };
        lines.push(line(
            &format!("files.{}", quoted(&path)),
            format!("{{ {what} = {} }}", quoted(source)),
        ));
    }
    Rewritten::lines(lines)
}
