//! Users, groups and capabilities as Kubernetes takes them.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    model::{Capability, Platform, Text, Workload},
    speak::{Chart, ChartDefaults, Speak},
    target::shared::losses::Losses,
};

#[derive(Debug, Serialize)]
pub struct Capabilities {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    add: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drop: Vec<&'static str>,
}

/// `UID` or `UID:GID`. Names are known to the image alone.
pub fn user(platform: &Platform, workload: &Workload, losses: &mut Losses) -> Option<Value> {
    let user = workload.runtime.user.as_ref()?;
    let spoken = ChartDefaults(platform).text(user);
    // The one name whose number is the same in every image.
    if spoken == "root" || spoken == "root:root" {
        return Some(json!(spoken.replace("root", "0")));
    }
    if spoken.split(':').all(is_number) {
        return Some(Chart(platform).value(user));
    }
    losses.key(
        workload,
        "user",
        "is a name, and Kubernetes takes numbers: the image's own user runs",
    );
    None
}

pub fn supplemental_groups(
    platform: &Platform,
    workload: &Workload,
    losses: &mut Losses,
) -> Vec<Value> {
    let is_numeric = |group: &&Text| is_number(&ChartDefaults(platform).text(group));
    let (numbers, names): (Vec<&Text>, Vec<&Text>) =
        workload.runtime.group_add.iter().partition(is_numeric);
    if !names.is_empty() {
        losses.key(
            workload,
            "group_add",
            "holds names, and Kubernetes takes numbers: those groups are left out",
        );
    }
    numbers
        .into_iter()
        .map(|group| Chart(platform).value(group))
        .collect()
}

pub fn capabilities(workload: &Workload) -> Option<Capabilities> {
    let names = |all: &[Capability]| all.iter().map(|one| one.name()).collect::<Vec<_>>();
    let add = names(&workload.runtime.cap_add);
    let drop = names(&workload.runtime.cap_drop);
    (!add.is_empty() || !drop.is_empty()).then_some(Capabilities { add, drop })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}
