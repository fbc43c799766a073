//! Lists of Compose's as entries with names: ports, networks, dependencies, secrets.

use super::{
    Rewritten, line,
    variables::{self, filled, has_variable},
};
use crate::{
    language::form::NameRule,
    reference::Variable,
    syntax::{Node, Table, Value, inline, key_text, quoted},
    text::all_of,
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

/// A word on keys and options of Compose's that nothing here stands for.
pub(super) fn nothing_stands_for(left_out: &[&String]) -> Option<String> {
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

/// Secrets as mounted files. Each is declared, too: its value comes from a variable.
pub(super) fn secrets(value: &Node) -> Option<Rewritten> {
    let mut declared = Vec::new();
    let lines = mounted(value, "/run/secrets/", |name| {
        let variable = name.to_ascii_uppercase().replace(['-', '.'], "_");
        let secret = Variable {
            name: &variable,
            default: None,
        }
        .as_secret();
        let entry = line("secret", quoted(&secret.name));
        if !declared.contains(&secret) {
            declared.push(secret);
        }
        entry
    })?;
    Rewritten::lines(lines).map(|rewritten| rewritten.declaring(declared))
}

pub(super) fn configs(value: &Node) -> Option<Rewritten> {
    let lines = mounted(value, "/", |name| line("source", quoted(name)))?;
    Rewritten::lines(lines).map(|rewritten| {
        rewritten.because("its source is the path of the file, as the table `configs` of the Compose file names it")
    })
}

/// A list of names, or of tables with `source` and `target`, each as a mounted file.
fn mounted(
    value: &Node,
    folder: &str,
    mut entry: impl FnMut(&str) -> String,
) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for item in value.as_array()? {
        let (source, target, mode) = match &item.value {
            Value::String(name) => (name.as_str(), None, None),
            Value::Table(table) => (
                table.string("source")?,
                table.string("target"),
                table.get("mode"),
            ),
            _ => return None,
        };
        let path = match target {
            Some(path) if path.starts_with('/') => path.to_string(),
            name => format!("{folder}{}", name.unwrap_or(source)),
        };
        let mut entries = vec![entry(source)];
        entries.extend(mode.and_then(octal).map(|mode| line("mode", quoted(&mode))));
        lines.push(line(
            &format!("files.{}", quoted(&path)),
            format!("{{ {} }}", entries.join(", ")),
        ));
    }
    Some(lines)
}

/// A file's mode; TOML's `0o440` is a number.
fn octal(mode: &Node) -> Option<String> {
    match &mode.value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(format!("{number:04o}")),
        _ => None,
    }
}
