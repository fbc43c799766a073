//! `deploy`, and the older keys of what it says: processors, memory, graphics processors, replicas.

use super::{
    EnclosingTable, Rewritten, line, lists::nothing_stands_for, rewrite::pairs, variables::filled,
};
use crate::{
    language::quantity::{cpu_in_millis, memory_bytes},
    syntax::{Node, Table, Value, inline, key_text, quoted},
};

/// `deploy`: its resources and replicas, and for Compose alone what else it holds.
pub(super) fn deploy(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    let table = value.as_table()?;
    let of = |path: &[&str]| table.get_path(path);
    if let Some(unfilled) = [
        &["resources", "limits", "cpus"],
        &["resources", "limits", "memory"],
        &["resources", "reservations", "cpus"],
        &["resources", "reservations", "memory"],
    ]
    .into_iter()
    .find_map(|path| unfilled(of(path)?))
    {
        return Some(unfilled);
    }
    let mut lines = resources(table);
    if let Some(replicas) = of(&["replicas"]) {
        lines.push(line("replicas", whole_number(replicas)));
    }
    if of(&["mode"]).and_then(Node::as_str) == Some("global") {
        lines.push(line("daemon", true));
    }
    let policy = table.table("restart_policy");
    if let Some(policy) = policy.and_then(restart_policy) {
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
    let left_out = policy.into_iter().flat_map(Table::keys);
    let is_lost = |key: &&str| !matches!(*key, "condition" | "max_attempts");
    let left_out: Vec<String> = left_out
        .filter(is_lost)
        .map(|key| format!("restart_policy.{key}"))
        .collect();
    let why = nothing_stands_for(&left_out.iter().collect::<Vec<_>>());
    match lines.is_empty() {
        false => Rewritten::lines(lines).map(|it| it.with_reason(&why.unwrap_or_default())),
        true => Some(Rewritten::why(
            "remove it: this is what a component is anyway",
        )),
    }
}

/// What it may take and what it needs; what of that Compose alone knows goes there.
fn resources(table: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    let limits = |key| table.get_path(&["resources", "limits", key]);
    let reserved = |key| table.get_path(&["resources", "reservations", key]);
    if let Some(cpus) = reserved("cpus") {
        lines.push(line("resources.cpu", cores(cpus)));
    }
    if let Some(memory) = limits("memory").or_else(|| reserved("memory")) {
        lines.push(line("resources.memory", amount(memory)));
    }
    if let Some(gpu) = reserved("devices").and_then(gpu_of_compose) {
        lines.push(line("resources.gpu", gpu));
    }
    if let Some(cpus) = limits("cpus") {
        lines.push(line("resources.limits.cpu", cores(cpus)));
    }
    for part in ["limits", "reservations"] {
        let inner = table
            .get_path(&["resources", part])
            .and_then(Node::as_table);
        for (key, value) in inner.into_iter().flat_map(Table::iter) {
            if !matches!(key.name.as_str(), "cpus" | "memory" | "devices") {
                let key = format!("compose.deploy.resources.{part}.{}", key_text(&key.name));
                lines.push(line(&key, inline(value)));
            }
        }
    }
    lines
}

/// What to say of an amount that a variable without a default holds.
fn unfilled(value: &Node) -> Option<Rewritten> {
    let name = filled(value.as_str()?).err()?.to_string();
    Some(Rewritten::why(&format!(
        "`{name}` has no value here: name the amount itself, as `resources = {{ memory = \"1Gi\", limits = {{ cpu = \"0.5\" }} }}`; another one for another machine stands in the file of an environment, `platform.NAME.toml`"
    )))
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

pub(super) fn gpus(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    if let Some(unfilled) = unfilled(value) {
        return Some(unfilled);
    }
    let amount = match &value.value {
        Value::String(text) if text == "all" => quoted(text),
        Value::String(text) => text.parse::<u32>().ok()?.to_string(),
        Value::Integer(_) => inline(value),
        _ => gpu_of_compose(value)?,
    };
    Rewritten::line("resources.gpu", amount)
}

/// The graphics processors of a list of devices: a count, `"all"`, or their ids.
pub(in crate::language) fn gpu_of_compose(devices: &Node) -> Option<String> {
    let device = devices.as_array()?.first()?.as_table()?;
    if let Some(ids) = device.get("device_ids") {
        return Some(inline(ids));
    }
    Some(match device.get("count").map(|count| &count.value) {
        Some(Value::Integer(count)) => count.to_string(),
        _ => quoted("all"),
    })
}

pub(super) fn memory(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    unfilled(value).or_else(|| Rewritten::line("resources.memory", amount(value)))
}

pub(super) fn cpus(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    unfilled(value).or_else(|| Rewritten::line("resources.limits.cpu", cores(value)))
}

pub(super) fn scale(value: &Node, _: EnclosingTable<'_>) -> Option<Rewritten> {
    unfilled(value).or_else(|| Rewritten::line("replicas", whole_number(value)))
}

/// An amount of processors.
pub(in crate::language) fn cores(value: &Node) -> String {
    let text = value.scalar();
    quoted(&cpu_in_millis(&text).unwrap_or(text))
}

/// An amount of memory: Compose's `1g` is Kubernetes' `1Gi`.
pub(in crate::language) fn amount(value: &Node) -> String {
    let bytes = match &value.value {
        Value::Integer(bytes) => return quoted(&bytes.to_string()),
        Value::String(text) => text,
        _ => return inline(value),
    };
    if memory_bytes(bytes).is_some() && !bytes.ends_with(['k', 'M', 'G']) {
        return quoted(bytes);
    }
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
