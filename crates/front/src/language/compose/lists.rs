//! Lists of Compose's as entries with names: ports, volumes, networks, dependencies.

use super::{
    Rewritten, line,
    rewrite::host_path,
    variables::{self, filled, has_variable},
};
use crate::{
    language::form::NameRule,
    syntax::{Node, Table, Value, inline, key_text, quoted},
    text::all_of,
    value::is_configuration,
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
    name: Option<String>,
    scheme: Option<String>,
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
        }
    }

    fn of_long(table: &Table) -> Option<Self> {
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
        Some(Self {
            container,
            host: Some(host),
            bind: text("host_ip"),
            protocol: text("protocol"),
            name: text("name").filter(|name| NameRule::Port.accepts(name)),
            scheme: text("app_protocol"),
        })
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
fn number(text: &str) -> String {
    match text.chars().all(|c| c.is_ascii_digit()) {
        true => text.to_string(),
        false => quoted(text),
    }
}

pub(super) fn ports(value: &Node) -> Option<Rewritten> {
    let items = value.as_array()?;
    let ports: Vec<ComposePort> = items.iter().map(ComposePort::read).collect::<Option<_>>()?;
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
    let mut names = PortNames::default();
    let lines = ports.iter().map(|port| {
        let name = port.name.clone();
        let name = name.unwrap_or_else(|| names.of(&port.container));
        port.line(&name)
    });
    let rewritten = Rewritten::lines(lines.collect())?;
    let text = inline(value);
    Some(match has_variable(&text) {
        true => rewritten.because(
            "a port is a number here; another one for another machine stands in the file of an environment, `platform.NAME.toml`",
        ),
        false => rewritten,
    })
}

fn is_no_port(c: char) -> bool {
    !c.is_ascii_digit() && c != '-'
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
    /// What nothing here stands for.
    left_out: Vec<String>,
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
                left_out: table
                    .keys()
                    .filter(|key| !["source", "target", "read_only", "type"].contains(key))
                    .map(ToString::to_string)
                    .collect(),
            }),
            _ => None,
        }
    }

    fn of_short(text: &str) -> Self {
        let parts = variables::parts(text);
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
            left_out: options
                .split(',')
                .filter(|option| !matches!(*option, "" | "ro" | "rw"))
                .map(ToString::to_string)
                .collect(),
        }
    }

    /// A path of the host, as the project has it.
    fn path(&self) -> Option<String> {
        let source = self.source.as_deref()?;
        let is_path = source.starts_with(['.', '/', '~']) || source.contains('/');
        is_path.then(|| host_path(source))
    }

    /// A configuration file of the project: it is read when compiling.
    fn is_file(&self) -> bool {
        let name = self.target.rsplit('/').next().unwrap_or_default();
        self.path().is_some_and(|path| {
            let is_read = self.read_only && name.contains('.');
            let is_configuration = is_configuration(&path) && is_configuration(name);
            !path.starts_with(['/', '.']) && (is_read || is_configuration)
        })
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
    let lines = volumes
        .iter()
        .map(|volume| volume.line(&mut used))
        .collect();
    let mut rewritten = Rewritten::lines(lines)?;
    let mut why = Vec::new();
    let sources = || volumes.iter().filter_map(|volume| volume.source.as_deref());
    if sources().any(|source| source.starts_with('~') || has_variable(source)) {
        why.push("a path is written out here; another one for another machine stands in the file of an environment, `platform.NAME.toml`".to_string());
    }
    if let Some(name) = sources().find(|source| !source.contains('/') && !has_variable(source)) {
        why.push(format!("a volume that several components mount stands in `[volumes]`, and has `shared = {}` in each", quoted(name)));
    }
    let left_out: Vec<&String> = volumes.iter().flat_map(|volume| &volume.left_out).collect();
    why.extend(nothing_stands_for(&left_out));
    rewritten.why = why.join("; ");
    Some(rewritten)
}

/// A word on keys and options of Compose's that nothing here stands for.
fn nothing_stands_for(left_out: &[&String]) -> Option<String> {
    (!left_out.is_empty()).then(|| format!("nothing here stands for {}", all_of(left_out)))
}

/// The long form, with aliases.
pub(super) fn networks(value: &Node) -> Option<Rewritten> {
    let table = value.as_table()?;
    let inner = || table.iter().filter_map(|(_, network)| network.as_table());
    let aliases: Vec<String> = inner()
        .flat_map(|network| network.strings("aliases"))
        .map(quoted)
        .collect();
    let names: Vec<String> = table.keys().map(quoted).collect();
    let mut lines = Vec::new();
    if !aliases.is_empty() {
        lines.push(line("aliases", format!("[{}]", aliases.join(", "))));
    }
    lines.push(line("networks", format!("[{}]", names.join(", "))));
    let left_out: Vec<String> = inner()
        .flat_map(Table::keys)
        .filter(|key| *key != "aliases")
        .map(ToString::to_string)
        .collect();
    let why = [
        Some("only networks that exist outside; each group has one of its own".to_string()),
        nothing_stands_for(&left_out.iter().collect::<Vec<_>>()),
    ];
    let why: Vec<String> = why.into_iter().flatten().collect();
    Rewritten::lines(lines).map(|rewritten| rewritten.because(&why.join("; ")))
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
    let left_out: Vec<String> = table
        .iter()
        .filter_map(|(_, node)| node.as_table())
        .flat_map(Table::keys)
        .filter(|key| !["condition", "required"].contains(key))
        .map(ToString::to_string)
        .collect();
    let rewritten = Rewritten::line("depends_on", format!("{{ {} }}", entries.join(", ")))?;
    let why = nothing_stands_for(&left_out.iter().collect::<Vec<_>>());
    Some(rewritten.because(&why.unwrap_or_default()))
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
