//! How raw keys are laid over the mappings that were made.

use serde_json::{Map, Value};

use crate::speak::without_removals;

/// Keys of a service that hold a boolean: `false` says so, it does not remove them.
const BOOLEAN_KEYS: [&str; 7] = [
    "attach",
    "init",
    "oom_kill_disable",
    "privileged",
    "read_only",
    "stdin_open",
    "tty",
];

/// Lays raw keys over a mapping: tables merge, lists and scalars replace, `false` removes what is not a boolean.
pub(super) fn merge(base: &mut Map<String, Value>, raw: &Value) {
    let Value::Object(raw) = raw else {
        return;
    };
    for (key, value) in raw {
        match (base.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(_)) => merge(inner, value),
            (Some(Value::Bool(_)), Value::Bool(false)) => {
                base.insert(key.clone(), value.clone());
            }
            (Some(_), Value::Bool(false) | Value::Null) => {
                base.shift_remove(key);
            }
            _ => {
                if let Some(value) = without_removals(value.clone()) {
                    base.insert(key.clone(), value);
                }
            }
        }
    }
}

/// Lays the raw keys of a service over it. What it does not have, `false` can't remove.
pub(super) fn merge_service(base: &mut Map<String, Value>, raw: &Value) {
    let absent: Vec<String> = raw
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| {
            **value == Value::Bool(false)
                && !base.contains_key(*key)
                && !BOOLEAN_KEYS.contains(&key.as_str())
        })
        .map(|(key, _)| key.clone())
        .collect();
    leave_options_of_another_driver(base, raw);
    merge(base, raw);
    for key in absent {
        base.shift_remove(&key);
    }
}

/// Options of one logging driver mean nothing to another, and the engine refuses them: Compose itself, where it lays one file
/// over another, takes the options of the driver that is said last (compose-go, override/merge.go).
fn leave_options_of_another_driver(base: &mut Map<String, Value>, raw: &Value) {
    let driver = |of: Option<&Value>| Some(of?.get("driver")?.as_str()?.to_string());
    let said = driver(raw.get("logging"));
    if said.is_some() && said != driver(base.get("logging")) {
        base.shift_remove("logging");
    }
}

/// A mapping of names to nothing, as the list that people write.
pub(super) fn as_list_if_bare(value: &mut Value) {
    if let Value::Object(map) = value
        && map.values().all(is_empty_object)
    {
        *value = map.keys().cloned().map(Value::from).collect();
    }
}

fn is_empty_object(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn raw_keys_merge_replace_and_remove() {
        let mut base = json!({"image": "a", "labels": {"x": "1"}, "logging": {"driver": "json-file"},
            "init": true, "ports": ["1"]});
        let raw = json!({"labels": {"y": "2"}, "logging": false, "init": false, "ports": ["2", "3"],
            "healthcheck": false, "tty": false});
        let Value::Object(map) = &mut base else {
            return;
        };
        merge_service(map, &raw);
        assert_eq!(
            base.to_string(),
            json!({"image": "a", "labels": {"x": "1", "y": "2"}, "init": false, "ports": ["2", "3"], "tty": false})
                .to_string()
        );
    }
}
