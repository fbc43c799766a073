//! `[raw.compose]`: keys of the whole Compose project, which is spread over several files.

use serde_json::{Map, Value, json};

use super::{
    group::{GroupData, GroupFile},
    tree,
};

/// Sections of named things that any group's services may use.
const RESOURCES: [&str; 4] = ["networks", "volumes", "secrets", "configs"];

/// Lays what `[raw.compose]` says of groups' services and resources over their files, and the project's name.
pub(super) fn over_groups(raw: &Map<String, Value>, files: &mut [GroupFile]) {
    for section in RESOURCES {
        for (key, value) in raw
            .get(section)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            resource(section, key, value, files);
        }
    }
    for file in files {
        services(raw, file);
        if let Some(Value::String(name)) = raw.get("name") {
            file.name.clone_from(name);
        }
    }
}

/// Changes a network, a volume, ... in every file that declares it; a new one any service may use, so all declare it.
fn resource(section: &'static str, key: &str, value: &Value, files: &mut [GroupFile]) {
    let is_new = !files.iter().any(|file| file.declares(section, key));
    for file in files {
        if is_new || file.declares(section, key) {
            let entries = file.resources.entry(section).or_default();
            tree::merge(entries, &json!({ key: value }));
            entries.retain(|_, value| *value != Value::Bool(false));
        }
    }
}

fn services(raw: &Map<String, Value>, file: &mut GroupFile) {
    if let Some(Value::Object(services)) = raw.get("services") {
        for service in &mut file.services {
            if let Some(keys) = services.get(&service.name) {
                tree::merge_service(&mut service.keys, keys);
            }
        }
        file.services
            .retain(|service| services.get(&service.name) != Some(&Value::Bool(false)));
    }
}

/// Ours first, then what `[raw.compose] include` lists: Compose refuses the key twice.
pub(super) fn merged_include(raw: &Map<String, Value>, ours: Value) -> Value {
    let mut include = ours.as_array().cloned().unwrap_or_default();
    match raw.get("include") {
        Some(Value::Array(more)) => include.extend(more.iter().cloned()),
        Some(Value::Bool(_)) | None => {}
        Some(one) => include.push(one.clone()),
    }
    include.into()
}

/// What is left for `compose.yaml`: services that no group has, and every other key.
pub(super) fn of_project(raw: &Map<String, Value>, files: &[GroupData<'_>]) -> Map<String, Value> {
    let mut rest = raw.clone();
    let handled = ["name", "include"];
    rest.retain(|key, value| !handled.contains(&key.as_str()) && *value != Value::Bool(false));
    if !files.is_empty() {
        rest.retain(|key, _| !RESOURCES.contains(&key.as_str()));
    }
    if let Some(Value::Object(services)) = rest.get_mut("services") {
        services.retain(|name, keys| {
            *keys != Value::Bool(false) && !files.iter().any(|file| file.services.contains(name))
        });
        if services.is_empty() {
            rest.shift_remove("services");
        }
    }
    rest
}
