//! `[raw.compose]`: keys of the whole Compose project, which is spread over several files.

use serde_json::{Map, Value};

use super::{GroupFile, tree};

/// Sections of named things that any group's services may use.
const RESOURCES: [&str; 4] = ["networks", "volumes", "secrets", "configs"];

/// Lays what `[raw.compose]` says of a group's services and resources over its file, and the project's name.
pub(super) fn over_group(raw: &Map<String, Value>, file: &mut GroupFile) {
    if let Some(Value::Object(services)) = raw.get("services") {
        for service in &mut file.services {
            match services.get(&service.name) {
                Some(keys @ Value::Object(_)) => tree::merge_service(&mut service.keys, keys),
                Some(_) | None => {}
            }
        }
        file.services
            .retain(|service| services.get(&service.name) != Some(&Value::Bool(false)));
    }
    for section in RESOURCES {
        let Some(named @ Value::Object(entries)) = raw.get(section) else {
            continue;
        };
        if entries.is_empty() {
            continue;
        }
        let own = file
            .resources
            .entry(section)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(own) = own {
            // An entry that another group has is not this one's to remove.
            tree::merge(own, named);
            own.retain(|_, value| *value != Value::Bool(false));
        }
    }
    if let Some(Value::String(name)) = raw.get("name") {
        file.name.clone_from(name);
    }
}

/// What is left for `compose.yaml`: services that no group has, and every other key.
pub(super) fn of_project(raw: &Map<String, Value>, files: &[GroupFile]) -> Map<String, Value> {
    let mut rest = raw.clone();
    rest.retain(|key, value| key != "name" && *value != Value::Bool(false));
    if !files.is_empty() {
        rest.retain(|key, _| !RESOURCES.contains(&key.as_str()));
    }
    if let Some(Value::Object(services)) = rest.get_mut("services") {
        services.retain(|name, keys| {
            *keys != Value::Bool(false)
                && !files
                    .iter()
                    .any(|file| file.services.iter().any(|it| it.name == *name))
        });
        if services.is_empty() {
            rest.shift_remove("services");
        }
    }
    rest
}
