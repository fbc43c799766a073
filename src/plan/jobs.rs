//! Jobs of the chart that run again at an upgrade.
//!
//! In: the values of both charts, and the files below `files/` that change. Out: a notice for each job that would get another name:
//! the chart names a job after what it does, as `mlopsgen.jobHash` of its templates has it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Change, Notice,
    chart::{self, Charts, table},
};
use crate::fileset::FileSet;

/// Keys of a workload that its job's name depends on as they stand.
const PLAIN: &[&str] = &["command", "args", "workingDir", "user", "replicas"];

/// A chart on one side of a plan.
struct Side<'a> {
    name: &'a str,
    values: &'a Value,
}

/// Compares the chart that is there with the one that comes. `charts` are empty where only files of it change.
pub(super) fn notices(
    charts: &Charts,
    changes: &BTreeMap<String, Change>,
    wanted: &FileSet,
) -> Vec<Notice> {
    let unchanged;
    let (before, after) = match (charts.before.first(), charts.after.first()) {
        (Some(before), Some(after)) => (before, after),
        (None, None) if changes.keys().any(|path| file_of(path).is_some()) => {
            let Some(values) = kept_values(changes, wanted) else {
                return Vec::new();
            };
            unchanged = values;
            (&unchanged, &unchanged)
        }
        _ => return Vec::new(),
    };
    let mut names = wanted.files.keys().filter_map(|path| chart::name_of(path));
    let Some(name) = names.next() else {
        return Vec::new();
    };
    let mut old = changes
        .values()
        .filter(|change| change.before.is_some())
        .filter_map(|change| chart::name_of(&change.path));
    let before = Side {
        name: old.next().unwrap_or(name),
        values: before,
    };
    let after = Side {
        name,
        values: after,
    };
    again(&before, &after, changes)
}

/// The values of a chart of which only files change.
fn kept_values(changes: &BTreeMap<String, Change>, wanted: &FileSet) -> Option<Value> {
    let mut files = wanted.files.iter();
    let (path, file) = files.find(|(path, _)| chart::name_of(path).is_some())?;
    let is_kept = !changes.contains_key(path) && file.text.contains("kind: Job");
    is_kept.then(|| chart::values(&file.text)).flatten()
}

fn again(before: &Side<'_>, after: &Side<'_>, changes: &BTreeMap<String, Change>) -> Vec<Notice> {
    let jobs = table(&after.values["components"]).filter(|(_, job)| runs(job));
    jobs.filter_map(|(name, new)| {
        let because = match before.values["components"].get(name) {
            Some(old) if runs(old) => {
                let mut because = differences(&does(before, old), &does(after, new));
                because.extend(changed_files(new, before, after, changes));
                because
            }
            Some(_) => return None,
            None => is_renamed(before, after, new).then(|| BTreeSet::from(["name".to_string()]))?,
        };
        (!because.is_empty()).then(|| Notice::JobRunsAgain {
            job: name.clone(),
            because: because.into_iter().collect(),
        })
    })
    .collect()
}

/// Whether a job that goes did the same, under another name. Files are in ConfigMaps that are named after the component.
fn is_renamed(before: &Side<'_>, after: &Side<'_>, new: &Value) -> bool {
    let does_beside_files = |side: &Side<'_>, job: &Value| {
        let mut does = does(side, job);
        does.retain(|key, _| !key.starts_with("files."));
        does
    };
    let does_now = does_beside_files(after, new);
    let mut gone = table(&before.values["components"])
        .filter(|(name, old)| runs(old) && after.values["components"].get(name.as_str()).is_none());
    gone.any(|(_, old)| does_beside_files(before, old) == does_now)
}

/// `helm/PLATFORM/files/FILE`.
fn file_of(path: &str) -> Option<&str> {
    let (_, file) = path.strip_prefix("helm/")?.split_once('/')?;
    file.strip_prefix("files/")
}

/// Whether it is a job with a pod of its own. One in another's pod runs whenever that starts.
fn runs(workload: &Value) -> bool {
    workload["kind"] == "Job" && workload.get("podOf").is_none() && workload["enabled"] == "true"
}

/// What a job does, by the key that says it.
fn does(side: &Side<'_>, job: &Value) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    let mut add = |key: &str, value: &Value| {
        out.insert(key.to_string(), completed(side, value));
    };
    add("image", &image(side.values, &job["image"]));
    for key in PLAIN {
        add(key, &job[*key]);
    }
    for (name, text) in table(&job["env"]) {
        add(&format!("env.{name}"), text);
    }
    for (name, volume) in table(&job["volumes"]) {
        add(&format!("volumes.{name}"), &mounted(side.values, volume));
    }
    for file in job["files"].as_array().into_iter().flatten() {
        let path = file["path"].as_str().unwrap_or_default();
        let mut file = file.clone();
        if let Some(secret) = file["secret"].as_str().map(str::to_string) {
            file["secret"] = json!([{ "secret": secret }]);
        }
        add(&format!("files.\"{path}\""), &file);
    }
    out
}

/// Another registry has the same image.
fn image(values: &Value, image: &Value) -> Value {
    let mut image = image.clone();
    let name = match &image["repository"] {
        Value::String(name) => name.clone(),
        parts => parts.to_string(),
    };
    if let Some(known) = values["imageNames"].get(&name) {
        image["repository"] = known.clone();
    }
    image
}

/// A volume by the name of its claim, which the job has and the key of the values not.
fn mounted(values: &Value, volume: &Value) -> Value {
    let mut volume = volume.clone();
    if let Some(key) = volume["claim"].as_str() {
        let claim = &values["volumes"][key];
        let name = claim.get("existingClaim").unwrap_or(&claim["name"]);
        volume["claim"] = name.clone();
    }
    volume
}

/// A value as the chart completes its texts: what a variable says, by which name a secret comes, where something is published.
fn completed(side: &Side<'_>, value: &Value) -> Value {
    let values = side.values;
    match value {
        Value::Array(items) => items.iter().map(|item| completed(side, item)).collect(),
        Value::Object(entries) if entries.len() == 1 => {
            let part = |key: &str| entries.get(key).and_then(Value::as_str);
            if let Some(name) = part("var") {
                values["vars"][name].clone()
            } else if let Some(name) = part("secret") {
                json!([side.name, name, values["secrets"][name]["optional"]])
            } else if entries.contains_key("publicUrl") || entries.contains_key("publicHost") {
                json!([entries, values["ingress"], values["gateway"]])
            } else {
                each(side, entries)
            }
        }
        Value::Object(entries) => each(side, entries),
        plain => plain.clone(),
    }
}

fn each(side: &Side<'_>, entries: &Map<String, Value>) -> Value {
    let entries = entries.iter();
    Value::Object(
        entries
            .map(|(key, value)| (key.clone(), completed(side, value)))
            .collect(),
    )
}

/// The keys of which one side says something else.
fn differences(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let keys = old.keys().chain(new.keys());
    keys.filter(|key| old.get(*key) != new.get(*key))
        .cloned()
        .collect()
}

/// The files of a job whose content changes.
fn changed_files(
    job: &Value,
    before: &Side<'_>,
    after: &Side<'_>,
    changes: &BTreeMap<String, Change>,
) -> BTreeSet<String> {
    let change =
        |side: &Side<'_>, file: &str| changes.get(&format!("helm/{}/files/{file}", side.name));
    let differs = |file: &str| {
        let old = change(before, file).and_then(|change| change.before.as_deref());
        let new = change(after, file).and_then(|change| change.after.as_deref());
        match (old, new) {
            (Some(old), Some(new)) => old != new.as_bytes(),
            (old, new) => old.is_some() || new.is_some(),
        }
    };
    let mut out = BTreeSet::new();
    for file in job["files"].as_array().into_iter().flatten() {
        let mut items = file["items"].as_array().into_iter().flatten();
        if items.any(|item| item["file"].as_str().is_some_and(differs)) {
            let path = file["path"].as_str().unwrap_or_default();
            out.insert(format!("files.\"{path}\""));
        }
    }
    out
}
