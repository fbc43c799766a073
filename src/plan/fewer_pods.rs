//! Claims of the pods that a StatefulSet no longer has: each pod has claims of its own, and those of the last ones stay behind.
//!
//! The manifest names them all at once (`work-api-*`). How many there are stands in the values of the chart of before.

use serde_json::Value;

use super::{
    Inputs,
    chart::Charts,
    claims,
    data::{DataPlan, Keep, LeftBehind, desired_data, is_selected},
};
use crate::data::{Data, Kept};

/// Adds these claims to the data that is left behind.
pub(super) fn add(charts: &Charts, inputs: &Inputs<'_>, plan: &mut DataPlan) {
    let (Some(before), Some(after)) = (charts.before.first(), charts.after.first()) else {
        return;
    };
    let wanted = desired_data(inputs);
    let recorded = inputs.recorded.manifest.volumes.keys();
    for data in recorded.filter(|it| is_selected(it.keeper, inputs.selected)) {
        let Some(set) = data.stateful_set() else {
            continue;
        };
        let pods = pods(before, set).zip(pods_after(data, set, after, &wanted));
        let Some((had, has)) = pods.filter(|(had, has)| had > has) else {
            continue;
        };
        let keep = Keep::Copy(format!(
            "nothing removes the claims, and `replicas = {had}` uses them again; with fewer, copy what is needed of them before the upgrade"
        ));
        let left = (has..had).map(|pod| LeftBehind {
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

/// How many pods of a StatefulSet use such claims from now on. `None`: it is not known, or all that was there is left behind.
fn pods_after(data: &Data, set: &str, after: &Value, wanted: &[&Kept]) -> Option<u64> {
    let first = claims::other_name(data)?;
    let is_same = |kept: &&&Kept| kept.data.keeper == data.keeper && kept.data.key == data.key;
    let mut same = wanted.iter().filter(is_same);
    same.find_map(|kept| match &kept.data.name {
        name if *name == data.name => Some(pods(after, set)),
        name if *name == first => Some(Some(1)),
        _ => None,
    })?
}

/// How many pods a workload of a chart has, or has at most where an autoscaler decides.
fn pods(chart: &Value, workload: &str) -> Option<u64> {
    let workload = chart["components"].get(workload)?;
    let most = workload.get("hpa").map(|it| it.get("maxReplicas"));
    let number = most.unwrap_or_else(|| workload.get("replicas"));
    number?.as_str()?.parse().ok()
}
