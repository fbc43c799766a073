//! Folders of nodes, in which daemons keep data: no manifest lists them, so the charts of before and afterwards tell.
//!
//! In: the values of both charts, and what else the plan means for data. Out: the folders that are left behind, and what to do.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    chart::Charts,
    data::{DataPlan, Keep, LeftBehind},
};
use crate::{
    data::{Data, DataKey, Keeper},
    syntax::quoted,
    text::shell_word,
};

/// Adds the folders that nothing mounts afterwards, and says of claims that a folder of each node takes their place.
pub(super) fn add(charts: &Charts, plan: &mut DataPlan) {
    let (before, after) = (folders(&charts.before), folders(&charts.after));
    for left in &mut plan.left {
        let key = &left.data.key;
        if left.data.keeper == Keeper::Cluster
            && let Some(path) = after.get(key).filter(|_| !before.contains_key(key))
        {
            left.keep = Keep::Copy(format!(
                "a daemon keeps it in the folder `{path}` of each node: before the upgrade, copy it there out of `{}`",
                left.data.name
            ));
        }
    }
    // With a chart that goes, or is new, there is nothing to compare.
    if charts.before.is_empty() || charts.after.is_empty() {
        return;
    }
    for (key, path) in &before {
        let now = after.get(key);
        let is_known = plan.left.iter().any(|left| left.data.name == *path);
        // A daemon or a volume that was moved mounts its folder under another key.
        if after.values().any(|mounted| mounted == path) || is_known {
            continue;
        }
        let keep = match now {
            Some(now) => Keep::Copy(moves(key, path, now)),
            None => Keep::Copy(format!(
                "copy it out of `{path}` of each node, where it stays"
            )),
        };
        plan.left.push(LeftBehind {
            data: folder(key, path),
            instead: now.map(|now| folder(key, now)),
            keep,
        });
    }
}

/// How a folder comes to its new name, or keeps its old one.
fn moves(key: &DataKey, old: &str, new: &str) -> String {
    let by_hand = format!(
        "on every node, between stopping the old pods and the upgrade: mv {} {}",
        shell_word(old),
        shell_word(new)
    );
    match (new.contains(NAMESPACE), key) {
        (true, DataKey::Component { component, volume }) => format!(
            "{by_hand}\n({NAMESPACE} is the release's)\nor keep the folder: write `helm.volumes.{volume}.hostPath = {}` in [components.{component}]",
            quoted(old)
        ),
        _ => by_hand,
    }
}

fn folder(key: &DataKey, path: &str) -> Data {
    Data {
        keeper: Keeper::Host,
        name: path.to_string(),
        backing: None,
        key: key.clone(),
        moved: false,
        program: None,
    }
}

/// A folder as a person reads it: the chart puts the release's namespace in.
fn path(value: &Value) -> String {
    let parts = value.as_array().map(Vec::as_slice);
    let parts = parts.unwrap_or(std::slice::from_ref(value)).iter();
    parts
        .map(|part| part.as_str().unwrap_or(NAMESPACE))
        .collect()
}

const NAMESPACE: &str = "NAMESPACE";

/// The folders that daemons make on their nodes, by the keys of their volumes.
fn folders(charts: &[Value]) -> BTreeMap<DataKey, String> {
    let mut out = BTreeMap::new();
    let components = charts.iter().filter_map(|it| it["components"].as_object());
    for (workload, all) in components.flat_map(|all| all.values().map(move |it| (it, all))) {
        let host = workload["podOf"].as_str().and_then(|host| all.get(host));
        if host.unwrap_or(workload)["kind"] != "DaemonSet" {
            continue;
        }
        let Some(component) = workload["component"].as_str() else {
            continue;
        };
        for (volume, mount) in workload["volumes"].as_object().into_iter().flatten() {
            if mount["hostPathType"] != "DirectoryOrCreate" || mount.get("hostPath").is_none() {
                continue;
            }
            let key = DataKey::Component {
                component: component.to_string(),
                volume: volume.clone(),
            };
            out.insert(key, path(&mount["hostPath"]));
        }
    }
    out
}
