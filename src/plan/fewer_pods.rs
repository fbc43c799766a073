//! Claims of the pods that a StatefulSet no longer has, or has again: each pod has claims of its own, and those of the last ones
//! stay behind.
//!
//! The manifest names them all at once (`work-api-*`), and one by one where the user agreed that they are left behind. How many there
//! are stands in the values of the charts.

use serde_json::Value;

use super::{
    Accepted, Inputs, Manifest,
    chart::Charts,
    claims,
    data::{Begin, DataPlan, Keep, LeftBehind, desired_data, is_selected},
    recorded::is_partly_known,
    upgrades::{self, MajorChange},
};
use crate::data::{Data, Kept};

/// Adds the claims of pods that go to the data that is left behind, and those of pods that return to the data that is back.
pub(super) fn add(charts: &Charts, inputs: &Inputs<'_>, plan: &mut DataPlan) {
    let (Some(before), Some(after)) = (charts.before.first(), charts.after.first()) else {
        return;
    };
    let wanted = desired_data(inputs);
    add_left((before, after), inputs, &wanted, plan);
    add_back(after, inputs, &wanted, plan);
}

fn add_left(
    (before, after): (&Value, &Value),
    inputs: &Inputs<'_>,
    wanted: &[&Kept],
    plan: &mut DataPlan,
) {
    let recorded = inputs.recorded.manifest.volumes.iter();
    for (data, facts) in recorded.filter(|(it, _)| is_selected(it.keeper, inputs.selected)) {
        let Some(set) = data.stateful_set() else {
            continue;
        };
        let had = pods(before, set).map(|had| Pods {
            number: facts.paused_with.unwrap_or(had.number),
            ..had
        });
        let pods = had.zip(pods_after(data, set, after, wanted));
        // Without any pod the workload pauses: all of them are to come back.
        let Some((had, has)) = pods.filter(|(had, has)| had.number > *has && *has > 0) else {
            continue;
        };
        let keep = Keep::Copy(format!(
            "nothing removes the claims, and `{} = {}` uses them again; with fewer, copy what is needed of them before the upgrade",
            had.key, had.number
        ));
        let left = (has..had.number).map(|pod| LeftBehind {
            data: Data {
                name: data.name.replace('*', &pod.to_string()),
                ..data.clone()
            },
            instead: None,
            keep: keep.clone(),
        });
        plan.left.extend(left);
    }
}

/// How many pods had claims before a workload paused: the chart says of it that it has none, and they are to come back.
pub(super) fn record(charts: &Charts, inputs: &Inputs<'_>, manifest: &mut Manifest) {
    let charts = charts.before.first().zip(charts.after.first());
    for (data, facts) in &mut manifest.volumes {
        let Some(set) = data.stateful_set() else {
            continue;
        };
        let before = inputs.recorded.manifest.volumes.get(data);
        let before = before.and_then(|facts| facts.paused_with);
        facts.paused_with = match charts {
            None => before,
            Some((old, new)) => match pods(new, set) {
                Some(pods) if pods.number > 0 => None,
                _ => before.or_else(|| pods(old, set).map(|it| it.number).filter(|it| *it > 0)),
            },
        };
    }
}

/// More pods meet what the user agreed to leave behind when they were fewer.
fn add_back(after: &Value, inputs: &Inputs<'_>, wanted: &[&Kept], plan: &mut DataPlan) {
    let accepted = inputs.recorded.manifest.accepted.iter();
    let left = accepted.filter_map(Accepted::left_behind);
    for (data, facts) in left.filter(|(it, _)| is_selected(it.keeper, inputs.selected)) {
        let Some((all, pod)) = claims::of_all_pods(data) else {
            continue;
        };
        let is_same = |kept: &&&Kept| {
            kept.data.keeper_and_name() == all.keeper_and_name()
                && is_partly_known(&all, facts, &kept.data)
        };
        let Some(kept) = wanted.iter().find(is_same) else {
            continue;
        };
        let pods = kept.data.stateful_set().and_then(|set| pods(after, set));
        if pods.is_none_or(|pods| pods.number <= pod) || plan.back.contains(data) {
            continue;
        }
        plan.back.insert(data.clone());
        plan.fresh.push(data.clone());
        let begin = Begin::left_behind(data);
        plan.begins.insert(data.clone(), begin);
        let change = upgrades::change(kept, (data, facts), upgrades::removed);
        plan.upgrades.extend(change.map(|change| MajorChange {
            data: data.clone(),
            ..change
        }));
    }
}

/// How many pods of a StatefulSet use such claims from now on. `None`: it is not known, or all that was there is left behind.
fn pods_after(data: &Data, set: &str, after: &Value, wanted: &[&Kept]) -> Option<u64> {
    let first = claims::other_name(data)?;
    let is_same = |kept: &&&Kept| kept.data.keeper == data.keeper && kept.data.key == data.key;
    let mut same = wanted.iter().filter(is_same);
    same.find_map(|kept| match &kept.data.name {
        name if *name == data.name => Some(pods(after, set).map(|it| it.number)),
        name if *name == first => Some(Some(1)),
        _ => None,
    })?
}

/// How many pods a workload of a chart has, and the key that says so.
struct Pods {
    number: u64,
    key: &'static str,
}

/// Where an autoscaler decides: how many it has at most.
fn pods(chart: &Value, workload: &str) -> Option<Pods> {
    let workload = chart["components"].get(workload)?;
    let (number, key) = match workload.get("hpa") {
        Some(scaler) => (scaler.get("maxReplicas"), "helm.hpa.maxReplicas"),
        None => (workload.get("replicas"), "replicas"),
    };
    let number = number?.as_str()?.parse().ok()?;
    Some(Pods { number, key })
}
