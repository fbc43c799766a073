//! Workloads of a chart whose number of pods somebody else decides from now on, workloads that values turn off, and new claims that
//! several nodes mount.
//!
//! In: the values of both charts. Out: notices, in the order of the chart.

use serde_json::Value;

use super::{
    Notice,
    chart::{Charts, table},
};

/// Compares the chart of before with the chart of afterwards; without either there is nothing to say.
pub(super) fn notices(charts: &Charts) -> Vec<Notice> {
    let (Some(before), Some(after)) = (charts.before.first(), charts.after.first()) else {
        return Vec::new();
    };
    let workloads = table(&after["components"]).filter_map(|(name, new)| {
        let old = before["components"].get(name)?;
        of_workload(name, old, new)
    });
    let claims = table(&after["volumes"]).filter_map(|(key, new)| {
        let is_new = before["volumes"].get(key).is_none();
        of_many_nodes(after, new).filter(|_| is_new)
    });
    workloads.chain(claims).collect()
}

fn of_workload(name: &str, old: &Value, new: &Value) -> Option<Notice> {
    let workload = name.to_string();
    let is_on = |side: &Value| side["enabled"] != "false";
    if !is_on(new) {
        return is_on(old).then_some(Notice::TurnedOff { workload });
    }
    match (old.get("hpa"), new.get("hpa")) {
        (None, Some(scaler)) => {
            let most = number(scaler.get("maxReplicas"))?;
            // As the template has it.
            let least = number(scaler.get("minReplicas"));
            let pods = number(new.get("replicas")).unwrap_or_default().max(1);
            Some(Notice::Scaled {
                workload,
                was: number(old.get("replicas")),
                least: least.unwrap_or(pods.min(most)),
                most,
            })
        }
        (Some(_), None) => Some(Notice::Unscaled {
            workload,
            pods: number(new.get("replicas"))?,
        }),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn of_many_nodes(values: &Value, claim: &Value) -> Option<Notice> {
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|it| !it.is_empty())
            .map(str::to_string)
    };
    let mut modes = claim["accessModes"].as_array().into_iter().flatten();
    let is_made = claim["create"] == "true" && text(&claim["existingClaim"]).is_none();
    let is_many = modes.any(|mode| mode == "ReadWriteMany");
    (is_made && is_many).then_some(())?;
    Some(Notice::OfManyNodes {
        claim: text(&claim["name"])?,
        class: text(&claim["storageClass"]).or_else(|| text(&values["storageClass"])),
    })
}

/// Values are read as texts.
fn number(value: Option<&Value>) -> Option<u64> {
    value?.as_str()?.parse().ok()
}
