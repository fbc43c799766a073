//! Values of Compose's as tables and scalars of a component.

use super::{Rewritten, line, variables};
use crate::{
    language::duration_ms,
    reference::unescaped,
    syntax::{Node, Table, Value, inline, key_text, quoted},
};

/// `["A=1", "B"]` or a table.
pub(super) fn environment(value: &Node) -> Option<Rewritten> {
    pairs(value).and_then(|pairs| Rewritten::line("env", pairs))
}

/// The list form alone: a table is what a component takes.
pub(super) fn env_list(value: &Node) -> Option<Rewritten> {
    value.as_array()?;
    environment(value)
}

pub(super) fn labels(value: &Node) -> Option<Rewritten> {
    value.as_array()?;
    pairs(value).and_then(|pairs| Rewritten::line("labels", pairs))
}

/// A list of `NAME=VALUE`, or a table, as a table.
fn pairs(value: &Node) -> Option<String> {
    let items = match &value.value {
        Value::Table(_) => return Some(inline(value)),
        Value::Array(items) => items.iter().map(Node::as_str).collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    let entries: Vec<String> = items
        .into_iter()
        .map(|item| {
            let (name, value) = item.split_once('=').unwrap_or((item, ""));
            line(&key_text(name), quoted(value))
        })
        .collect();
    Some(format!("{{ {} }}", entries.join(", ")))
}

/// A path is relative to the project here and to the generated file there.
pub(super) fn env_file(value: &Node) -> Option<Rewritten> {
    let below = |path: &str| match path.starts_with('/') {
        true => quoted(path),
        false => quoted(&format!("../../{}", path.trim_start_matches("./"))),
    };
    let paths: Vec<String> = match &value.value {
        Value::String(path) => vec![below(path)],
        Value::Array(items) => {
            let paths = items.iter().map(|item| match &item.value {
                Value::Table(table) => table.string("path"),
                _ => item.as_str(),
            });
            paths.map(|path| path.map(below)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    Rewritten::line("compose.env_file", format!("[{}]", paths.join(", "))).map(|rewritten| {
        rewritten.because("Compose alone reads it; what Kubernetes needs too goes to `env`, `[vars]` and `[secrets]`")
    })
}

/// `healthcheck` as `health`.
pub(super) fn health(value: &Node) -> Option<Rewritten> {
    let table = value.as_table()?;
    let test = table.get("test");
    let is_off = table.boolean("disable") == Some(true)
        || test
            .and_then(Node::as_array)
            .is_some_and(|items| matches!(items, [only] if only.as_str() == Some("NONE")));
    if is_off {
        return Rewritten::line("health", "false");
    }
    let mut entries = vec![check(test?)?];
    let mut lines = Vec::new();
    for (key, value) in table.iter() {
        let name = key.name.as_str();
        match (name, value.as_str()) {
            ("test" | "disable", _) => {}
            ("interval" | "timeout" | "start_period", Some(text)) => {
                entries.push(line(name, quoted(&duration(text))));
            }
            ("retries", _) => entries.push(line(name, inline(value))),
            _ => lines.push(line(
                &format!("compose.healthcheck.{}", key_text(name)),
                inline(value),
            )),
        }
    }
    lines.insert(0, line("health", format!("{{ {} }}", entries.join(", "))));
    Rewritten::lines(lines)
}

fn check(test: &Node) -> Option<String> {
    let items = match &test.value {
        Value::String(text) => return Some(line("shell", quoted(&unescaped(text)))),
        Value::Array(items) => items,
        _ => return None,
    };
    let (first, rest) = items.split_first()?;
    match first.as_str()? {
        "CMD-SHELL" => Some(line("shell", quoted(&unescaped(rest.first()?.as_str()?)))),
        "CMD" => {
            let words: Vec<String> = rest.iter().map(inline).collect();
            Some(line("command", format!("[{}]", words.join(", "))))
        }
        _ => None,
    }
}

/// `1m30s` in one unit.
pub(super) fn duration(text: &str) -> String {
    if duration_ms(text).is_some() {
        return text.to_string();
    }
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit());
        let unit_end = unit_at.map(|at| {
            let after = &rest[at..];
            at + after
                .find(|c: char| c.is_ascii_digit())
                .unwrap_or(after.len())
        });
        let Some(millis) = unit_end.and_then(|end| duration_ms(&rest[..end])) else {
            return text.to_string();
        };
        total += millis;
        rest = &rest[unit_end.unwrap_or(rest.len())..];
    }
    match total % 1000 {
        0 => format!("{}s", total / 1000),
        _ => format!("{total}ms"),
    }
}

/// `deploy`: its resources and replicas, and for Compose alone what else it holds.
pub(super) fn deploy(value: &Node) -> Option<Rewritten> {
    let table = value.as_table()?;
    let of = |path: &[&str]| table.get_path(path);
    let mut lines = Vec::new();
    let limits = |key| of(&["resources", "limits", key]);
    let reserved = |key| of(&["resources", "reservations", key]);
    if let Some(cpus) = reserved("cpus") {
        lines.push(line("resources.cpu", cores(cpus)));
    }
    if let Some(memory) = limits("memory").or_else(|| reserved("memory")) {
        lines.push(line("resources.memory", amount(memory)));
    }
    if let Some(gpu) = reserved("devices").and_then(gpu) {
        lines.push(line("resources.gpu", gpu));
    }
    if let Some(cpus) = limits("cpus") {
        lines.push(line("resources.limits.cpu", cores(cpus)));
    }
    if let Some(replicas) = of(&["replicas"]) {
        lines.push(line("replicas", whole_number(replicas)));
    }
    if of(&["mode"]).and_then(Node::as_str) == Some("global") {
        lines.push(line("daemon", true));
    }
    if let Some(policy) = table.table("restart_policy").and_then(restart_policy) {
        lines.push(line("restart", quoted(&policy)));
    }
    if let Some(labels) = of(&["labels"]).and_then(pairs) {
        lines.push(line("labels", labels));
    }
    for (key, value) in table.iter() {
        let is_new = match key.name.as_str() {
            "resources" | "replicas" | "restart_policy" | "labels" => false,
            "mode" => !matches!(value.as_str(), Some("global" | "replicated")),
            _ => true,
        };
        if is_new {
            let key = format!("compose.deploy.{}", key_text(&key.name));
            lines.push(line(&key, inline(value)));
        }
    }
    match lines.is_empty() {
        false => Rewritten::lines(lines),
        true => Some(Rewritten::why(
            "remove it: this is what a component is anyway",
        )),
    }
}

/// When a container is started again, as `restart` says it.
fn restart_policy(policy: &Table) -> Option<String> {
    let attempts = policy.integer("max_attempts");
    Some(
        match (policy.string("condition").unwrap_or("any"), attempts) {
            ("any", _) => "always".to_string(),
            ("none", _) => "no".to_string(),
            ("on-failure", Some(attempts)) => format!("on-failure:{attempts}"),
            (other, _) => other.to_string(),
        },
    )
}

/// A number that may be written as a text.
fn whole_number(value: &Node) -> String {
    let number = value.as_str().and_then(|text| text.parse::<u32>().ok());
    number.map_or_else(|| inline(value), |number| number.to_string())
}

pub(super) fn gpus(value: &Node) -> Option<Rewritten> {
    let amount = match &value.value {
        Value::String(text) if text == "all" => quoted(text),
        Value::String(text) => text.parse::<u32>().ok()?.to_string(),
        Value::Integer(_) => inline(value),
        _ => gpu(value)?,
    };
    Rewritten::line("resources.gpu", amount)
}

/// The graphics processors of a list of devices: a count, `"all"`, or their ids.
fn gpu(devices: &Node) -> Option<String> {
    let device = devices.as_array()?.first()?.as_table()?;
    if let Some(ids) = device.get("device_ids") {
        return Some(inline(ids));
    }
    Some(match device.get("count").map(|count| &count.value) {
        Some(Value::Integer(count)) => count.to_string(),
        _ => quoted("all"),
    })
}

pub(super) fn memory(value: &Node) -> Option<Rewritten> {
    Rewritten::line("resources.memory", amount(value))
}

pub(super) fn cpus(value: &Node) -> Option<Rewritten> {
    Rewritten::line("resources.limits.cpu", cores(value))
}

pub(super) fn scale(value: &Node) -> Option<Rewritten> {
    Rewritten::line("replicas", whole_number(value))
}

fn cores(value: &Node) -> String {
    match &value.value {
        Value::String(_) => inline(value),
        _ => quoted(&inline(value)),
    }
}

/// An amount of memory: Compose's `1g` is Kubernetes' `1Gi`.
fn amount(value: &Node) -> String {
    let bytes = match &value.value {
        Value::Integer(bytes) => return quoted(&bytes.to_string()),
        Value::String(text) => text,
        _ => return inline(value),
    };
    let lower = bytes.to_ascii_lowercase();
    let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &lower[number.len()..] {
        "k" | "kb" => "Ki",
        "m" | "mb" => "Mi",
        "g" | "gb" => "Gi",
        "b" => "",
        _ => return quoted(bytes),
    };
    quoted(&format!("{number}{unit}"))
}

/// `build = "."`, or a list of arguments.
pub(super) fn build(value: &Node) -> Option<Rewritten> {
    match &value.value {
        Value::String(context) => Rewritten::line(
            "build",
            format!("{{ context = {} }}", quoted(&host_path(context))),
        ),
        Value::Table(table) if table.array("args").is_some() => {
            let mut entries = Vec::new();
            let mut declared = Vec::new();
            for (key, inner) in table.iter() {
                let text = match (key.name.as_str(), inner.as_str()) {
                    ("args", _) => {
                        let (args, found) = variables::referred(inner, false);
                        declared = found;
                        pairs(&args)?
                    }
                    ("context", Some(context)) => quoted(&host_path(context)),
                    _ => inline(inner),
                };
                entries.push(line(&key_text(&key.name), text));
            }
            let rewritten = Rewritten::line("build", format!("{{ {} }}", entries.join(", ")));
            rewritten.map(|rewritten| rewritten.declaring(declared))
        }
        _ => None,
    }
}

/// YAML reads `no` as false.
pub(super) fn restart(value: &Node) -> Option<Rewritten> {
    match value.value {
        Value::Boolean(true) => Rewritten::line("restart", quoted("always")),
        _ => None,
    }
}

/// A path of the host as platform.toml has it, without variables and without a shell's `~`.
pub(in crate::language) fn host_path(path: &str) -> String {
    let mut plain = variables::path(path);
    if let Some(rest) = plain.strip_prefix("~/") {
        plain = format!("{HOME}/{rest}");
    } else if plain == "~" {
        plain = HOME.to_string();
    }
    relative(&plain)
}

/// What stands in a help for somebody's home.
const HOME: &str = "/home/NAME";

/// A path as the project has it.
fn relative(path: &str) -> String {
    match path.strip_prefix("./") {
        Some("") => ".".to_string(),
        Some(rest) => rest.trim_end_matches('/').to_string(),
        None => path.to_string(),
    }
}
