//! `healthcheck` as `health`.

use super::{EnclosingTable, Rewritten, line, variables::each_text};
use crate::{
    language::quantity::duration_in_one_unit,
    reference::{single_dollars, unescaped},
    syntax::{Node, Table, Value, inline, key_text, quoted},
    value::UrlParts,
};

/// What the engine takes for the keys that a table leaves out. A check here is asked more often, and answers sooner.
const OF_COMPOSE: [(&str, &str); 3] = [
    ("interval", "\"30s\""),
    ("timeout", "\"30s\""),
    ("retries", "3"),
];

/// Whether a test is Compose's word for no check.
fn is_none(test: &Node) -> bool {
    match &test.value {
        Value::String(text) => text == "NONE",
        Value::Array(items) => matches!(&items[..], [only] if only.as_str() == Some("NONE")),
        _ => false,
    }
}

/// `healthcheck`: a table, or only what it tests.
pub(super) fn healthcheck(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let Some(table) = value.as_table() else {
        let (check, why) = check(value)?;
        let rewritten = Rewritten::line("health", format!("{{ {check} }}"))?;
        return Some(rewritten.with_reason(&why));
    };
    let is_ours = ["http", "tcp", "command", "shell"];
    let test = table.get("test");
    if test.is_none() && is_ours.iter().any(|key| table.get(key).is_some()) {
        return Rewritten::line("health", inline(value));
    }
    if table.boolean("disable") == Some(true) || test.is_some_and(is_none) {
        return Rewritten::line("health", "false");
    }
    let (mut entries, mut lines, why) = match test {
        Some(test) => {
            let (check, why) = check(test)?;
            (vec![check], Vec::new(), why)
        }
        None => (
            Vec::new(),
            Vec::new(),
            "the check itself is the image's: Compose alone knows it".to_string(),
        ),
    };
    for (key, value) in table.iter() {
        let name = key.name.as_str();
        match name {
            "test" | "disable" => {}
            "interval" | "timeout" | "start_period" if test.is_some() => {
                entries.push(line(name, quoted(&duration(value))));
            }
            "retries" if test.is_some() => entries.push(line(name, retries(value))),
            // A key that `health` has and Compose has not.
            "http" | "tcp" | "command" | "shell" | "port" | "compose" | "probe" => {}
            _ => {
                let value = match name {
                    "start_interval" | "interval" | "timeout" | "start_period" => {
                        quoted(&duration(value))
                    }
                    _ => inline(value),
                };
                let key = format!("compose.healthcheck.{}", key_text(name));
                lines.push(line(&key, value));
            }
        }
    }
    if test.is_some() {
        let open = OF_COMPOSE
            .iter()
            .filter(|(key, _)| table.get(key).is_none());
        entries.extend(open.map(|(key, value)| line(key, value)));
    }
    if !entries.is_empty() {
        lines.insert(0, line("health", format!("{{ {} }}", entries.join(", "))));
    }
    Rewritten::lines(lines).map(|rewritten| rewritten.with_reason(&why))
}

/// The check that a path alone stands for. `None` where it is the path of a program.
pub(super) fn of_path(value: &Node, enclosing: EnclosingTable<'_>) -> Option<String> {
    let text = value.as_str()?;
    if let Some(check) = of_url(text, enclosing) {
        return Some(check);
    }
    let path = Some(text).filter(|text| text.starts_with('/'))?;
    let first = path.split('/').nth(1).unwrap_or_default();
    let is_program = ["bin", "sbin", "usr", "opt", "app", "etc", "home"].contains(&first);
    if is_program || path.contains([' ', '.']) {
        return None;
    }
    let ports = enclosing.table.get("ports").and_then(Node::as_table);
    let names: Vec<&str> = ports.into_iter().flat_map(Table::keys).collect();
    let port = match names.first().copied() {
        Some(first) if !names.contains(&"http") => first,
        _ => "http",
    };
    let (path, port) = (line("http", quoted(path)), line("port", quoted(port)));
    Some(format!("{{ {path}, {port} }}"))
}

/// The check that a URL alone stands for: its path, at the port of that number, or the only one.
fn of_url(text: &str, enclosing: EnclosingTable<'_>) -> Option<String> {
    let url = UrlParts::split(text)?;
    let number = match (url.port(), url.scheme) {
        (Some(digits), "http" | "https") => digits,
        (None, "https") => "443",
        (None, "http") => "80",
        _ => return None,
    };
    if text.contains(char::is_whitespace) {
        return None;
    }
    let path = if url.path.is_empty() { "/" } else { url.path };
    let ports = enclosing.table.get("ports").and_then(Node::as_table);
    let ports: Vec<_> = ports.into_iter().flat_map(Table::iter).collect();
    let listens = |node: &Node| match node.as_table() {
        Some(table) => ["container", "port"]
            .iter()
            .any(|key| table.get(key).is_some_and(|node| node.scalar() == number)),
        None => node.scalar() == number,
    };
    let found = ports.iter().find(|(_, node)| listens(node));
    let port = match (found, ports.as_slice()) {
        (Some((key, _)), _) | (None, [(key, _)]) => key.name.as_str(),
        _ => "http",
    };
    let (path, port) = (line("http", quoted(path)), line("port", quoted(port)));
    Some(format!("{{ {path}, {port} }}"))
}

/// `health` as Compose's `healthcheck` is written: a table with `test` or `disable`, a list, a text; or with Compose's own first word
/// in `command`.
pub(super) fn health(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    if let Some((table, command)) = command_of_compose(value) {
        return with_command_of_compose(table, command);
    }
    let is_of_compose = match &value.value {
        Value::Table(table) => table.get("test").is_some() || table.get("disable").is_some(),
        Value::Array(_) | Value::String(_) => true,
        _ => false,
    };
    is_of_compose
        .then(|| healthcheck(value, enclosing))
        .flatten()
}

/// The words of `command` that begin as those of Compose's `test` do.
pub(super) fn command_of_compose(value: &Node) -> Option<(&Table, &Node)> {
    let table = value.as_table()?;
    let command = table.get("command")?;
    let first = command.as_array()?.first()?.as_str()?;
    ["CMD-SHELL", "CMD", "NONE"]
        .contains(&first)
        .then_some((table, command))
}

/// The same check without that word. The other keys of the table are ours already, and stay.
fn with_command_of_compose(table: &Table, command: &Node) -> Option<Rewritten> {
    if command.as_array()?.first()?.as_str() == Some("NONE") {
        return Rewritten::line("health", "false");
    }
    let (check, why) = check(&each_text(command, &mut |text| single_dollars(text)))?;
    let others = table.iter().filter(|(key, _)| key.name != "command");
    let others = others.map(|(key, value)| line(&key_text(&key.name), inline(value)));
    let entries: Vec<String> = std::iter::once(check).chain(others).collect();
    let rewritten = Rewritten::line("health", format!("{{ {} }}", entries.join(", ")))?;
    Some(rewritten.with_reason(&why))
}

/// What is tested, and a word on what of it never was.
fn check(test: &Node) -> Option<(String, String)> {
    let shell = |text: &str| line("shell", quoted(&unescaped(text)));
    let items = match &test.value {
        Value::String(text) => return Some((shell(text), String::new())),
        Value::Array(items) => items,
        _ => return None,
    };
    let command = |words: &[Node]| {
        let words: Vec<String> = words.iter().map(|word| quoted(&word.scalar())).collect();
        (!words.is_empty()).then(|| line("command", format!("[{}]", words.join(", "))))
    };
    let (first, rest) = items.split_first()?;
    match (first.as_str()?, rest) {
        ("CMD-SHELL", [text]) => Some((shell(text.as_str()?), String::new())),
        ("CMD-SHELL", [text, more @ ..]) => {
            let more: Vec<String> = more.iter().map(Node::scalar).collect();
            let why = format!(
                "a shell runs one text, `{}` was never a part of it",
                more.join(" ")
            );
            Some((shell(text.as_str()?), why))
        }
        ("CMD", words) => Some((command(words)?, String::new())),
        _ => Some((command(items)?, String::new())),
    }
}

/// A duration in one unit; a plain number is one of seconds.
fn duration(value: &Node) -> String {
    let text = value.scalar();
    let seconds = || duration_in_one_unit(&format!("{text}s"));
    duration_in_one_unit(&text).or_else(seconds).unwrap_or(text)
}

fn retries(value: &Node) -> String {
    let text = value.scalar();
    match text.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => inline(value),
    }
}
