//! Steps of relabeling by which samples get the component and the group of the workload that they are about.
//!
//! What measures others is one target with labels of its own. Without these steps an alert on a container would go to whoever
//! looks after cAdvisor.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    files::Target,
    model::{About, Component, MountSource, Platform, Relabel, Workload},
    target::Vantage,
};

/// Stands for the namespace of a release, which no file can know: the chart writes it.
const NAMESPACE: &str = "mlopsgen-release-namespace";

/// What a cluster adds to the name of a workload: the hash of a job, then that of a ReplicaSet, then that of a pod, or its number.
/// Hashes of pods have no vowels.
const ADDED: &str = "(?:-[0-9a-f]{8})?(?:-[bcdfghjklmnpqrstvwxz0-9]{6,10})?(?:-[bcdfghjklmnpqrstvwxz0-9]{5}|-[0-9]+)?";

/// Whether samples of a component's jobs tell of others.
pub(super) fn is_about_others(component: &Component) -> bool {
    let own = component.workloads.iter().flat_map(|it| &it.metrics);
    let external = component.external.iter().flat_map(|it| &it.metrics);
    own.chain(external).any(|metrics| metrics.about.is_some())
}

/// The steps, in order. `own_group` is what the target's label says already.
pub(super) fn steps(
    platform: &Platform,
    about: &About,
    own_group: Option<&str>,
    vantage: Vantage,
) -> Vec<Relabel> {
    let workloads: Vec<&Workload> = platform.workloads().collect();
    if workloads.is_empty() {
        return Vec::new();
    }
    let mut steps = as_compose(platform, about, vantage);
    steps.push(by_name(platform, about, &workloads, vantage));
    let mut of_part: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut of_group: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for workload in workloads {
        let component = workload.component.as_str();
        if let Some(part) = &workload.part {
            of_part.entry(part).or_default().insert(component);
        }
        if own_group != Some(&workload.group) {
            of_group
                .entry(&workload.group)
                .or_default()
                .insert(component);
        }
    }
    // Parts that the same components have need one step.
    let mut alike: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (part, components) in of_part {
        alike.entry(components).or_default().push(part);
    }
    steps.extend(alike.into_iter().map(|(components, parts)| {
        let regex = format!("({})-(?:{})", any_of(components), any_of(parts));
        step(&["component"], regex, "component", "$1")
    }));
    steps.extend(of_group.into_iter().map(|(group, components)| {
        let regex = any_of(components);
        step(&["component"], regex, "group", group)
    }));
    steps
}

/// The steps that give what Swarm runs the labels of Compose, which rules and dashboards ask for.
fn as_compose(platform: &Platform, about: &About, vantage: Vantage) -> Vec<Relabel> {
    let is_a_stack = platform.targets.contains(&Target::Swarm) && !vantage.is_in_cluster();
    let (Some(stack), Some(project), Some(workload)) =
        (&about.stack, &about.project, about.workload.first())
    else {
        return Vec::new();
    };
    if !is_a_stack {
        return Vec::new();
    }
    let name = &platform.project;
    vec![
        step(&[&stack.name], format!("({name})"), project, "$1"),
        step(
            &[&stack.name, &stack.service],
            format!("{name};{name}_(.*)"),
            workload,
            "$1",
        ),
    ]
}

/// The step that makes the name of a workload the component, where one of the labels says it.
fn by_name(
    platform: &Platform,
    about: &About,
    workloads: &[&Workload],
    vantage: Vantage,
) -> Relabel {
    let mut names: Vec<&str> = workloads.iter().map(|it| it.name.as_str()).collect();
    // Go takes the first alternative that fits.
    names.sort_by_key(|name| (std::cmp::Reverse(name.len()), *name));
    let names = any_of(names);
    let (inside, value, of_one) = match vantage {
        Vantage::Compose => (
            &about.project,
            platform.project.as_str(),
            format!("({names})"),
        ),
        Vantage::Kubernetes => {
            let volumes = volumes(workloads);
            let of_one = if volumes.is_empty() {
                format!("({names}){ADDED}")
            } else {
                let volumes = any_of(volumes);
                format!("(?:(?:{volumes})-)?({names})(?:-(?:{volumes}))?{ADDED}")
            };
            (&about.namespace, NAMESPACE, of_one)
        }
    };
    let mut sources: Vec<&str> = inside.iter().map(String::as_str).collect();
    sources.extend(about.workload.iter().map(String::as_str));
    let mut regex = match about.workload.len() {
        1 => of_one,
        // The last label that fits: what stands before it is taken first, and as much of it as there is.
        _ => format!("(?:.*;)?{of_one}(?:;.*)?"),
    };
    if inside.is_some() {
        regex = format!("{value};{regex}");
    }
    step(&sources, regex, "component", "$1")
}

/// The names of volumes, which stand in the names of claims.
fn volumes<'a>(workloads: &[&'a Workload]) -> BTreeSet<&'a str> {
    let mounts = workloads.iter().flat_map(|workload| &workload.mounts);
    mounts
        .filter(|mount| matches!(mount.source, MountSource::Volume(_)))
        .map(|mount| mount.name.as_str())
        .collect()
}

/// Names hold nothing that a regular expression reads.
fn any_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    Vec::from_iter(names).join("|")
}

fn step(sources: &[&str], regex: String, target: &str, replacement: &str) -> Relabel {
    Relabel {
        source_labels: sources.iter().map(ToString::to_string).collect(),
        separator: None,
        regex: Some(regex),
        modulus: None,
        target_label: Some(target.to_string()),
        replacement: Some(replacement.to_string()),
        action: None,
    }
}
