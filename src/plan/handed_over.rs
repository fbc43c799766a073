//! Claims that pods of another workload mount after an upgrade. Helm makes new objects before it deletes old ones, so both programs
//! would write to one volume.
//!
//! In: the values of both charts. Out: a notice for all claims that go the same way.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::{
    Notice,
    chart::{Charts, table},
};

/// What makes the pods that mount a claim.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holder {
    /// `Deployment`, `StatefulSet`, `DaemonSet` or `Job`.
    pub kind: String,
    /// The workload in the values. A job's own name tells besides what it does.
    pub workload: String,
}

/// Compares who mounts each claim. A pod that only reads it is in nobody's way, and a claim with several writers has them on purpose.
pub(super) fn notices(charts: &Charts) -> Vec<Notice> {
    let (Some(before), Some(after)) = (charts.before.first(), charts.after.first()) else {
        return Vec::new();
    };
    let writers_now = writers(after);
    let mut handed: BTreeMap<(Holder, Vec<Holder>), Vec<String>> = BTreeMap::new();
    for (claim, old) in writers(before) {
        let Some(new) = writers_now.get(&claim) else {
            continue;
        };
        let mut old = old.into_iter();
        if let (Some(from), None) = (old.next(), old.next())
            && !new.contains(&from)
        {
            let to = new.iter().cloned().collect();
            handed.entry((from, to)).or_default().push(claim);
        }
    }
    let notices = handed.into_iter();
    notices
        .map(|((from, to), claims)| Notice::HandedOver { claims, from, to })
        .collect()
}

/// Who writes to which claim, by the claim's name in the cluster. What many nodes mount at once is made for several writers.
fn writers(values: &Value) -> BTreeMap<String, BTreeSet<Holder>> {
    let mut out: BTreeMap<String, BTreeSet<Holder>> = BTreeMap::new();
    for (name, workload) in table(&values["components"]) {
        let Some(holder) = holder(values, name, workload) else {
            continue;
        };
        for (volume, mount) in table(&workload["volumes"]) {
            if mount["readOnly"] == "true" {
                continue;
            }
            for claim in claims(values, (name, workload), (volume, mount)) {
                out.entry(claim).or_default().insert(holder.clone());
            }
        }
    }
    out
}

/// Whose pods a workload runs in; `None`: it is off.
fn holder(values: &Value, name: &str, workload: &Value) -> Option<Holder> {
    let host = workload["podOf"].as_str().unwrap_or(name);
    let pod = &values["components"][host];
    let is_on = workload["enabled"] != "false" && pod["enabled"] != "false";
    is_on.then_some(())?;
    Some(Holder {
        kind: pod["kind"].as_str()?.to_string(),
        workload: host.to_string(),
    })
}

/// The claims behind a mount: one, or those that a StatefulSet makes for each of its pods.
fn claims(
    values: &Value,
    (name, workload): (&str, &Value),
    (volume, mount): (&str, &Value),
) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_string);
    if let Some(existing) = text(&mount["existingClaim"]) {
        return vec![existing];
    }
    if let Some(key) = mount["claim"].as_str() {
        let claim = &values["volumes"][key];
        let mut modes = claim["accessModes"].as_array().into_iter().flatten();
        let is_of_many = modes.any(|mode| mode == "ReadWriteMany");
        let name = text(&claim["existingClaim"]).or_else(|| text(&claim["name"]));
        return name.filter(|_| !is_of_many).into_iter().collect();
    }
    if mount.get("size").is_none() {
        return Vec::new();
    }
    let pods = text(&workload["replicas"]).and_then(|pods| pods.parse().ok());
    let pods: u64 = pods.unwrap_or(1);
    (0..pods.min(MOST_PODS))
        .map(|pod| format!("{volume}-{name}-{pod}"))
        .collect()
}

/// Of more pods nobody takes over the claims one by one.
const MOST_PODS: u64 = 100;
