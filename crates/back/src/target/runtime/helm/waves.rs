//! When Argo CD applies each pod, as a number: its sync wave.
//!
//! In: what workloads wait for, and whose pod each runs in. Out: waves by the workload whose pod it is. Argo CD starts a wave
//! once all before are healthy. So a pod that waits for another one is never in an earlier wave than that: neither would come up.

use std::collections::{BTreeMap, BTreeSet};

use super::order;
use crate::model::{Condition, Dependency, DeployTool, NetworkOwners, Platform, Workload};

type Pods<'a> = BTreeMap<&'a str, BTreeMap<&'a str, u32>>;

/// Sync waves, where Argo CD installs the chart. Who waits for another one to be healthy or completed has a later wave than
/// that; who waits for it to listen may have the same.
pub fn of(platform: &Platform, pods: &NetworkOwners) -> BTreeMap<String, u32> {
    let is_argocd = platform
        .deploy
        .as_ref()
        .is_some_and(|deploy| matches!(deploy.tool, DeployTool::ArgoCd { .. }));
    match is_argocd {
        true => settled(&before(platform, pods)),
        false => BTreeMap::new(),
    }
}

/// What each pod waits for, with the number of waves between them.
fn before<'a>(platform: &'a Platform, pods: &'a NetworkOwners) -> Pods<'a> {
    let mut before: Pods<'a> = Pods::new();
    for workload in platform.workloads() {
        let pod = pods.owner_of(&workload.name);
        for dependency in &workload.depends_on {
            let other = pods.owner_of(&dependency.workload);
            if other == pod || !order::is_awaited(platform, dependency) {
                continue;
            }
            let waves = before.entry(pod).or_default().entry(other).or_default();
            *waves = (*waves).max(distance(dependency));
        }
    }
    at_once_with_its_reasons(&mut before, platform.workloads().filter(|it| it.in_chart));
    // Only guests of a pod can wait for each other here: `depends_on` itself has no cycle.
    let hosts = platform.workloads();
    let hosts = hosts.filter_map(|workload| pods.foreign_owner_of(&workload.name));
    circles_at_once(&mut before, hosts.collect());
    before
}

fn distance(dependency: &Dependency) -> u32 {
    match dependency.condition {
        Condition::Started => 0,
        Condition::Healthy | Condition::Completed => 1,
    }
}

/// Objects of a chart of others have no wave, which is the first: so has all that they wait for.
fn at_once_with_its_reasons<'a>(before: &mut Pods<'a>, first: impl Iterator<Item = &'a Workload>) {
    let first = first.map(|workload| workload.name.as_str());
    for pod in reached(before, first) {
        before.remove(pod);
    }
}

/// Two pods can wait for each other: a guest in one waits for the other, which waits for its host. They are in one wave.
fn circles_at_once<'a>(before: &mut Pods<'a>, hosts: BTreeSet<&'a str>) {
    let mut after = Pods::new();
    for (pod, others) in before.iter() {
        for other in others.keys() {
            after.entry(other).or_default().insert(pod, 0);
        }
    }
    for host in hosts {
        let ahead = reached(before, [host]);
        let behind = reached(&after, [host]);
        for member in ahead.intersection(&behind) {
            let others = before.get_mut(member).into_iter().flatten();
            let in_circle = |other: &str| ahead.contains(other) && behind.contains(other);
            for (_, waves) in others.filter(|(other, _)| in_circle(other)) {
                *waves = 0;
            }
        }
    }
}

/// These, and all that the edges lead to from them.
fn reached<'a>(edges: &Pods<'a>, from: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = from.into_iter().collect();
    while let Some(pod) = next.pop() {
        if found.insert(pod) {
            next.extend(edges.get(pod).into_iter().flat_map(BTreeMap::keys));
        }
    }
    found
}

/// The earliest wave of each, if it is not the first.
fn settled(before: &Pods<'_>) -> BTreeMap<String, u32> {
    let mut waves: BTreeMap<&str, u32> = BTreeMap::new();
    // No chain of waits is longer than there are pods that wait.
    for _ in 0..=before.len() {
        let mut is_settled = true;
        for (pod, others) in before {
            let wave = others
                .iter()
                .map(|(other, distance)| waves.get(other).copied().unwrap_or_default() + distance)
                .max();
            if let Some(wave) = wave.filter(|wave| *wave > 0) {
                is_settled &= waves.insert(pod, wave) == Some(wave);
            }
        }
        if is_settled {
            break;
        }
    }
    let waves = waves.into_iter();
    waves.map(|(pod, wave)| (pod.to_string(), wave)).collect()
}
