//! What of an upgrade is up to a person though nothing stands in its way: who decides over the number of pods, workloads that are
//! taken away, claims that not every storage class can make, and jobs that run again (`jobs` finds these).
//!
//! In: the values of both charts. Out: notices, in the order of the charts.

use serde::Serialize;
use serde_json::Value;

use super::chart::Charts;

/// Something to know, or to do, before an upgrade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Notice {
    /// An autoscaler decides over the pods of a workload that had a number.
    Scaled {
        /// The workload.
        workload: String,
        /// How many pods it had; `None`: something outside of the chart decided.
        was: Option<u64>,
        /// How many the autoscaler keeps at least.
        least: u64,
        /// How many it makes at most.
        most: u64,
    },
    /// A workload has a number of pods again.
    Unscaled {
        /// The workload.
        workload: String,
        /// The number.
        pods: u64,
    },
    /// The upgrade takes the pods of a workload away that the chart has still: values can turn it on.
    TurnedOff {
        /// The workload.
        workload: String,
    },
    /// A new claim that several nodes mount at once.
    OfManyNodes {
        /// The claim.
        claim: String,
        /// The storage class that is to make it; `None`: the cluster's default.
        class: Option<String>,
    },
    /// A job that may have succeeded does something else, so it runs again.
    JobRunsAgain {
        /// The job.
        job: String,
        /// What changes of it: keys, as `image`, `env.LEVEL`, `files."/path"`.
        because: Vec<String>,
    },
}

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

fn table(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
