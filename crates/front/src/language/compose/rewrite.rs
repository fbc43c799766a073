//! Values of Compose's as tables and scalars of a component.

use super::{EnclosingTable, Rewritten, line, variables};
use crate::syntax::{Node, Value, inline, key_text, quoted};

/// `["A=1", "B"]` or a table.
pub(super) fn environment(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    pairs(value).and_then(|pairs| Rewritten::line("env", pairs))
}

/// A name without a value stands for that variable of the environment of who starts it.
pub(super) fn passed_on(value: &Node) -> Node {
    let Value::Array(items) = &value.value else {
        return value.clone();
    };
    let items = items.iter().map(|item| {
        let name = item.as_str().filter(|text| !text.contains('='));
        let text = name.map(|name| Value::String(format!("{name}=${{{name}}}")));
        Node {
            span: item.span,
            value: text.unwrap_or_else(|| item.value.clone()),
        }
    });
    Node {
        span: value.span,
        value: Value::Array(items.collect::<Vec<_>>().into()),
    }
}

/// The list form alone: a table is what a component takes.
pub(super) fn env_list(value: &Node, enclosing: EnclosingTable<'_>) -> Option<Rewritten> {
    value.as_array()?;
    environment(value, enclosing)
}

pub(super) fn labels(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    value.as_array()?;
    pairs(value).and_then(|pairs| Rewritten::line("labels", pairs))
}

/// A list of `NAME=VALUE`, or a table, as a table.
pub(super) fn pairs(value: &Node) -> Option<String> {
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
pub(super) fn env_file(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let below = |path: &str| match path.starts_with(['/', '~', '$']) {
        true => path.to_string(),
        false => format!("../../{}", path.trim_start_matches("./")),
    };
    let entry = |item: &Node| {
        let Value::Table(table) = &item.value else {
            return item.as_str().map(|path| quoted(&below(path)));
        };
        table.string("path")?;
        let entries = table.iter().map(|(key, value)| {
            let value = match (key.name.as_str(), value.as_str()) {
                ("path", Some(path)) => quoted(&below(path)),
                _ => inline(value),
            };
            line(&key_text(&key.name), value)
        });
        Some(format!("{{ {} }}", entries.collect::<Vec<_>>().join(", ")))
    };
    let paths: Option<Vec<String>> = value.items().iter().map(entry).collect();
    let mut lines = vec![line("compose.env_file", format!("[{}]", paths?.join(", ")))];
    lines.extend(allowed(&lines[0]));
    Rewritten::lines(lines).map(|rewritten| {
        rewritten.with_reason("Compose alone reads it; what Kubernetes needs too goes to `env`, `[vars]` and `[secrets]`")
    })
}

/// What accepts paths outside of the project, where one stands in a line.
pub(super) fn allowed(text: &str) -> Option<String> {
    let leaves = ["\"~", "\"../../..", "\"../"];
    let is_below = text.contains("compose.env_file");
    let found = match is_below {
        true => leaves[..2].iter().any(|start| text.contains(start)),
        false => text.contains(leaves[2]),
    };
    found.then(|| line("allow", "[\"outside-source\"]"))
}

/// Keys of a build that Compose alone has.
const BUILD_KEYS_OF_COMPOSE: [&str; 19] = [
    "additional_contexts",
    "cache_to",
    "dockerfile_inline",
    "entitlements",
    "extra_hosts",
    "isolation",
    "labels",
    "network",
    "no_cache",
    "platforms",
    "privileged",
    "provenance",
    "pull",
    "sbom",
    "secrets",
    "shm_size",
    "ssh",
    "tags",
    "ulimits",
];

/// `build = "."`, a list of arguments, keys that Compose alone has.
pub(super) fn build(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let table = match &value.value {
        Value::String(context) => {
            let context = quoted(&host_path(context));
            return Rewritten::line("build", format!("{{ context = {context} }}"));
        }
        Value::Table(table) => table,
        _ => return None,
    };
    let is_of_compose = |key: &str| BUILD_KEYS_OF_COMPOSE.contains(&key);
    if table.array("args").is_none() && !table.keys().any(is_of_compose) {
        return None;
    }
    let (mut entries, mut lines, mut declared) = (Vec::new(), Vec::new(), Vec::new());
    for (key, inner) in table.iter() {
        let name = key_text(&key.name);
        let text = match (key.name.as_str(), inner.as_str()) {
            ("args", _) => {
                let (args, found) = variables::referred(inner);
                declared = found;
                pairs(&args)?
            }
            ("context", Some(context)) => quoted(&host_path(context)),
            (other, _) if is_of_compose(other) => {
                lines.push(line(&format!("compose.build.{name}"), inline(inner)));
                continue;
            }
            _ => inline(inner),
        };
        entries.push(line(&name, text));
    }
    // Compose builds from the project's folder where nothing else is said.
    if table.get("dockerfile_inline").is_some() && table.get("context").is_none() {
        entries.insert(0, line("context", quoted(".")));
    }
    if !entries.is_empty() {
        lines.insert(0, line("build", format!("{{ {} }}", entries.join(", "))));
    }
    Rewritten::lines(lines).map(|rewritten| rewritten.declaring(declared))
}

/// YAML reads `no` as false.
pub(super) fn restart(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
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
