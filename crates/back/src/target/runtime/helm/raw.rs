//! Raw tables of platform.toml over values that were made.

use serde_json::{Map, Value};

use crate::{
    language::{CHART_KEYS, PodForm},
    model::{Platform, Raw},
    speak::{Chart, ChartDefaults, Speak, without_removals},
};

/// Keys of a component's values whose texts the templates put together.
const LATE_KEYS: [&str; 8] = [
    "env",
    "command",
    "args",
    "image",
    "podAnnotations",
    "podLabels",
    "health",
    "user",
];

/// The raw keys of a component, its texts completed by the chart where its templates can.
pub fn component(platform: &Platform, raw: &Raw) -> Value {
    match raw {
        Raw::Table(entries) => {
            let entries = entries.iter().map(|(key, raw)| {
                let value = match LATE_KEYS.contains(&key.as_str()) {
                    true => Chart(platform).raw(raw),
                    false => chart(platform, raw),
                };
                (key.clone(), value)
            });
            Value::Object(entries.collect())
        }
        raw => chart(platform, raw),
    }
}

/// The raw keys of the chart's values.
pub fn chart(platform: &Platform, raw: &Raw) -> Value {
    ChartDefaults(platform).raw(raw)
}

/// Tables merge key by key, `false` removes what is not a boolean, everything else replaces.
pub fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                let removes = value.is_null()
                    || value == Value::Bool(false)
                        && base.get(&key).is_some_and(|below| !below.is_boolean());
                match base.get_mut(&key) {
                    Some(_) if removes => {
                        base.shift_remove(&key);
                    }
                    Some(below) => merge(below, value),
                    None => base.extend(without_removals(value).map(|value| (key, value))),
                }
            }
        }
        (base, over) => *base = without_removals(over).unwrap_or_default(),
    }
}

/// Takes out what a workload has not anyway, as it is of another form: `pdb = false` of a preset in another's pod. The chart takes no
/// such key there.
pub fn without_noes(chart: &mut Value) {
    let components = chart["components"].as_object_mut().into_iter();
    for workload in components
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
    {
        let form = form(workload);
        workload.retain(|key, value| {
            let known = CHART_KEYS.iter().find(|known| known.name == key);
            let means_nothing = known.is_some_and(|known| known.meaningless_for.contains(&form));
            *value != Value::Bool(false) || !means_nothing
        });
    }
}

fn form(workload: &Map<String, Value>) -> PodForm {
    let kind = workload.get("kind").and_then(Value::as_str);
    match (workload.contains_key("podOf"), kind) {
        (true, Some("Job")) => PodForm::GuestJob,
        (true, _) => PodForm::Guest,
        (false, Some("Job")) => PodForm::Job,
        (false, Some("DaemonSet")) => PodForm::Daemon,
        (false, _) => PodForm::Server,
    }
}

/// What a check does: a probe does one of them.
const CHECKS: [&str; 3] = ["exec", "httpGet", "tcpSocket"];

/// The path of a kind's check that decides on restarts.
const ALIVE: &str = "alivePath";

/// Merges raw values into those of a workload.
pub fn merge_workload(workload: &mut Value, over: Value) {
    make_way(workload, &over);
    merge(workload, over);
}

/// Merges raw values into those of a chart.
pub fn merge_chart(chart: &mut Value, over: Value) {
    for (name, over) in over["components"].as_object().into_iter().flatten() {
        if let Some(workload) = chart["components"].get_mut(name) {
            make_way(workload, over);
        }
    }
    merge(chart, over);
}

/// A check of another sort takes the place of the workload's own. Whether it asks the program alone, so that a container that fails it
/// is restarted, nobody knows. One of the same sort is asked before a restart, too.
fn make_way(workload: &mut Value, over: &Value) {
    let said = |check: &str| over["health"].get(check);
    let is_new = |check: &&str| said(check).is_some_and(|it| it.is_object() || it.is_array());
    let own = workload.get_mut("health").and_then(Value::as_object_mut);
    let Some(own) = own.filter(|_| CHECKS.iter().any(is_new)) else {
        return;
    };
    if said(ALIVE).is_none() {
        own.shift_remove(ALIVE);
    }
    let is_other = |check: &&str| own.contains_key(*check) && said(check).is_none();
    if CHECKS.iter().any(is_other) {
        let replaced = |key: &str| CHECKS.contains(&key) || key == "liveness";
        own.retain(|key, _| !replaced(key) || said(key).is_some());
    }
}

/// What a raw table may say of a claim where it is mounted.
const OF_CLAIM: [&str; 4] = ["size", "accessModes", "storageClass", "existingClaim"];

/// Merges raw values at the mount of a claim into the claim, if it is an object of the chart.
pub fn move_to_claims(values: &mut Value) {
    let mut overrides: Vec<(String, Map<String, Value>)> = Vec::new();
    let components = values["components"].as_object_mut().into_iter().flatten();
    let volumes = components.filter_map(|(_, workload)| workload.get_mut("volumes"));
    for mount in volumes
        .filter_map(Value::as_object_mut)
        .flat_map(Map::values_mut)
    {
        let Some(claim) = mount["claim"].as_str().map(ToString::to_string) else {
            continue;
        };
        let Value::Object(mount) = mount else {
            continue;
        };
        let of_claim = OF_CLAIM
            .iter()
            .filter_map(|key| mount.shift_remove_entry(*key));
        overrides.push((claim, of_claim.collect()));
    }
    for (claim, keys) in overrides.into_iter().filter(|(_, keys)| !keys.is_empty()) {
        if let Some(volume) = values["volumes"].get_mut(&claim) {
            merge(volume, Value::Object(keys));
        }
    }
}
