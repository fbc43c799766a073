//! The workloads of a chart as a cluster starts them: what their pods are going to mount, raw values included.
//!
//! In: the values of the chart. It reads them as the template `_volumes.tpl` does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{claims::Claims, image};
use crate::{
    data::{DataKey, Keeper},
    files::Target,
    model::{Deploy, MountSource, Platform, Workload},
    speak::Chart,
    target::shared::kept::{
        Defaults, KeptVolume, RuntimeData, Source, Started, StartedMount, TypedMounts, Unread,
        names_folders,
    },
};

/// What the chart says about data.
pub fn runtime_data<'a>(
    platform: &'a Platform,
    claims: &Claims,
    values: &Value,
) -> RuntimeData<'a> {
    let own = platform.volumes.iter().filter_map(|volume| {
        Some(KeptVolume {
            key: volume.key.clone(),
            path: volume.path.clone(),
            keeping: claims.keeping(volume, values)?,
        })
    });
    let mut volumes: Vec<KeptVolume> = own.collect();
    let known: BTreeSet<String> = volumes.iter().map(|volume| volume.key.clone()).collect();
    let raw = values["volumes"].as_object().into_iter().flatten();
    let raw = raw.filter(|(key, _)| !known.contains(key.as_str()));
    volumes.extend(raw.map(|(key, volume)| {
        let names = ["existingClaim", "name"];
        let name = names.iter().find_map(|name| volume[name].as_str());
        let path = DataKey::Raw {
            target: Target::Helm,
            volume: key.clone(),
        };
        KeptVolume::of_raw_keys(Keeper::Cluster, key, name.unwrap_or(key), path)
    }));
    let mut further = BTreeMap::new();
    let defaults = Defaults::new(platform, &Chart(platform));
    let workloads = platform.workloads().filter(|workload| !workload.in_chart);
    let started = workloads
        .filter_map(|workload| {
            let values = values["components"].get(&workload.name)?;
            let component = platform.component(&workload.component)?;
            let (mut env, mut words, mut unread) = (BTreeMap::new(), Vec::new(), Vec::new());
            if names_folders(component, workload) {
                (env, unread) = environment(values, &defaults);
                let lists = ["command", "args"].iter().map(|key| values[key].as_array());
                let written = lists.flatten().flatten();
                words.extend(written.filter_map(|word| defaults.text(word)));
            }
            Some(Started {
                component,
                workload,
                typed: TypedMounts::of(workload),
                image: other_image(platform, workload, &values["image"]),
                env,
                words,
                unread,
                open_to: None,
                mounts: mounts(claims, workload, values, &mut further),
            })
        })
        .collect();
    volumes.extend(further.into_values());
    let place = platform.deploy.as_ref().map(Deploy::place);
    for volume in &mut volumes {
        volume.keeping.backing.clone_from(&place);
    }
    RuntimeData {
        target: Target::Helm,
        volumes,
        started,
    }
}

/// What is mounted into its pods.
fn mounts(
    claims: &Claims,
    workload: &Workload,
    values: &Value,
    further: &mut BTreeMap<String, KeptVolume>,
) -> Vec<StartedMount> {
    let mounts = values["volumes"].as_object().into_iter().flatten();
    let own = mounts.map(|(name, mount)| (name.as_str(), mount, mount));
    let more = values["extraVolumeMounts"].as_array().into_iter().flatten();
    let more = more.map(|mount| {
        let name = mount["name"].as_str().unwrap_or_default();
        let mut volumes = values["extraVolumes"].as_array().into_iter().flatten();
        let extra = volumes.rfind(|it| it["name"] == name);
        (name, mount, extra.unwrap_or(&values["volumes"][name]))
    });
    own.chain(more)
        .filter_map(|(name, mount, volume)| {
            Some(StartedMount {
                at: mount["mountPath"].as_str()?.to_string(),
                sub_path: mount["subPath"].as_str().unwrap_or_default().to_string(),
                source: match volume.get("name") {
                    Some(_) => extra_source(workload, name, volume, further),
                    None => source(claims, workload, name, volume, further),
                },
            })
        })
        .collect()
}

/// What an entry of `extraVolumes` brings, which has the form of Kubernetes (core/v1, `Volume`).
fn extra_source(
    workload: &Workload,
    name: &str,
    volume: &Value,
    further: &mut BTreeMap<String, KeptVolume>,
) -> Source {
    let claim_name = volume["persistentVolumeClaim"]["claimName"].as_str();
    match (claim_name, volume["hostPath"]["path"].as_str()) {
        (Some(claim_name), _) => further_claim(workload, name, claim_name, further),
        (None, Some(path)) => folder(path, "extraVolumes".to_string()),
        (None, None) if volume.get("emptyDir").is_some() => Source::Elsewhere,
        (None, None) => Source::Content(volume.to_string()),
    }
}

/// A folder of a node.
fn folder(path: &str, raw_key: String) -> Source {
    Source::Folder {
        path: path.to_string(),
        raw_key,
    }
}

/// A claim that only raw values name.
fn further_claim(
    workload: &Workload,
    name: &str,
    claim_name: &str,
    further: &mut BTreeMap<String, KeptVolume>,
) -> Source {
    let path = DataKey::RawVolume {
        component: workload.component.clone(),
        target: Target::Helm,
        volume: name.to_string(),
    };
    // No key of a value has a space.
    let key = format!("claim {claim_name}");
    let volume = KeptVolume::of_raw_keys(Keeper::Cluster, &key, claim_name, path);
    further.entry(key.clone()).or_insert(volume);
    Source::Volume(key)
}

/// What a mount brings into the pod. A claim that only raw values name is one more volume.
fn source(
    claims: &Claims,
    workload: &Workload,
    name: &str,
    mount: &Value,
    further: &mut BTreeMap<String, KeptVolume>,
) -> Source {
    let text = |key: &str| mount[key].as_str().filter(|it| !it.is_empty());
    let declared = workload.mounts.iter().find(|it| it.name == name);
    let key = declared.and_then(|it| match &it.source {
        MountSource::Volume(key) => Some(key),
        MountSource::Bind { .. } => None,
    });
    if let Some(key) = key.filter(|key| claims.is_of_pods(key)) {
        return Source::Volume(key.clone());
    }
    if let Some(key) = key.filter(|key| claims.is_of_node(key) && mount.get("hostPath").is_some()) {
        return Source::Volume(key.clone());
    }
    let by_pods = format!("{name}-{}-*", workload.name);
    let made = mount.get("size").map(|_| by_pods.as_str());
    match (text("existingClaim"), text("claim"), made, text("hostPath")) {
        (None, Some(key), ..) => Source::Volume(key.to_string()),
        (Some(claim_name), ..) | (None, None, Some(claim_name), _) => {
            further_claim(workload, name, claim_name, further)
        }
        (None, None, None, Some(path)) => folder(path, format!("volumes.{name}.hostPath")),
        (None, None, None, None) => Source::Elsewhere,
    }
}

/// The image that raw values name: `REPOSITORY:TAG`.
fn other_image(platform: &Platform, workload: &Workload, values: &Value) -> Option<String> {
    let own = serde_json::json!(image::values(platform, &workload.image));
    if *values == own || values.is_null() {
        return None;
    }
    let part = |key: &str| values[key].as_str();
    let repository = part("repository").unwrap_or_default();
    Some(match part("tag") {
        Some(tag) => format!("{repository}:{tag}"),
        None => repository.to_string(),
    })
}

/// The variables of a container, and those whose values come from objects of the cluster.
fn environment(values: &Value, defaults: &Defaults) -> (BTreeMap<String, String>, Vec<Unread>) {
    let own = values["env"].as_object().into_iter().flatten();
    let mut env: BTreeMap<String, String> = own
        .filter_map(|(name, value)| Some((name.clone(), defaults.text(value)?)))
        .collect();
    let mut unread = Vec::new();
    // It stands behind the chart's own, and of two of one name the last counts.
    let more = values["extraEnv"].as_array().into_iter().flatten();
    for (name, variable) in more.filter_map(|it| Some((it["name"].as_str()?, it))) {
        match defaults.text(&variable["value"]) {
            Some(value) => drop(env.insert(name.to_string(), value)),
            None => {
                env.remove(name);
                unread.push(Unread {
                    key: "extraEnv",
                    names: variable["valueFrom"].to_string(),
                    variable: Some(name.to_string()),
                });
            }
        }
    }
    let objects = values["extraEnvFrom"].as_array();
    unread.extend(objects.filter(|it| !it.is_empty()).map(|it| Unread {
        key: "extraEnvFrom",
        names: serde_json::Value::from(it.clone()).to_string(),
        variable: None,
    }));
    (env, unread)
}
