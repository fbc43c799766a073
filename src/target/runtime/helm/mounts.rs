//! What a workload mounts beside files.

use serde_json::{Map, Value, json};

use super::{chart::Builder, claims};
use crate::{
    model::{Mount, MountSource, NetworkMode, Workload},
    speak::units::kubernetes,
};

/// Named volumes, folders of the host, and memory.
pub fn volumes(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for mount in workload.mounts.iter().filter(|mount| !mount.compose_only) {
        if let Some(value) = mounted(builder, workload, mount) {
            out.insert(mount.name.clone(), value);
        }
    }
    let runtime = &workload.runtime;
    for entry in &runtime.tmpfs {
        let (path, options) = entry.split_once(':').unwrap_or((entry, ""));
        let mut value = json!({ "mountPath": path, "memory": true });
        for option in options.split(',').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("size", size)) => value["sizeLimit"] = json!(tmpfs_size(size)),
                _ if matches!(option, "rw" | "nosuid" | "nodev" | "noexec") => {}
                _ => builder.losses.key(
                    workload,
                    "tmpfs",
                    &format!("has the option `{option}`, which is left out"),
                ),
            }
        }
        insert_free(&mut out, "tmpfs", value);
    }
    if let Some(bytes) = runtime.shm_size {
        let size = kubernetes::bytes(bytes);
        let value = json!({ "mountPath": "/dev/shm", "memory": true, "sizeLimit": size });
        insert_free(&mut out, "shm", value);
    }
    for device in &runtime.devices {
        let mut parts = device.split(':');
        let source = parts.next().unwrap_or_default();
        let path = parts.next().unwrap_or(source);
        insert_free(
            &mut out,
            "device",
            json!({ "mountPath": path, "hostPath": source }),
        );
    }
    if !runtime.devices.is_empty() && !runtime.privileged {
        builder.losses.key(
            workload,
            "devices",
            "is emitted as mounted paths, which only a privileged container may open as devices",
        );
    }
    out
}

fn mounted(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount) -> Option<Value> {
    let platform = builder.context.platform;
    let mut value = json!({ "mountPath": mount.path });
    match &mount.source {
        MountSource::Volume(key) if builder.claims.is_own(key) => {
            // A new file system may hold `lost+found`, which servers refuse as their data folder.
            value["subPath"] = json!(mount.name);
            value["size"] = json!(claims::size(platform.volume(key)));
            value["accessModes"] = json!(claims::own_access_modes());
        }
        MountSource::Volume(key) => {
            let claim = builder.claims.alone(key)?;
            if claim.create && claim.name == *key {
                value["subPath"] = json!("data");
            }
            value["claim"] = json!(key);
        }
        MountSource::Bind { path, .. } if path.starts_with('/') => {
            value["hostPath"] = json!(path);
        }
        MountSource::Bind { path, .. } => {
            builder.losses.key_at(
                workload,
                mount.span,
                &format!("volumes.{}", mount.name),
                &format!(
                    "binds `{path}` of the project, which no cluster has: nothing is mounted at `{}`",
                    mount.path
                ),
            );
            return None;
        }
    }
    match mount.propagation.as_deref() {
        Some("slave" | "rslave") => value["mountPropagation"] = json!("HostToContainer"),
        Some("shared" | "rshared") => value["mountPropagation"] = json!("Bidirectional"),
        _ => {}
    }
    if mount.read_only {
        value["readOnly"] = json!(true);
    }
    Some(value)
}

/// Docker's `64m` in Kubernetes' units. Percentages of the host's memory have none.
fn tmpfs_size(size: &str) -> String {
    let digits = size.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match size[digits.len()..].to_ascii_lowercase().as_str() {
        "k" | "kb" => "Ki",
        "m" | "mb" => "Mi",
        "g" | "gb" => "Gi",
        _ => "",
    };
    format!("{digits}{unit}")
}

fn insert_free(volumes: &mut Map<String, Value>, name: &str, value: Value) {
    let mut free = name.to_string();
    let mut number = 2;
    while volumes.contains_key(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    volumes.insert(free, value);
}

/// Whether it holds something that an old and a new pod can't both have: a claim of one node, the host's ports.
pub fn is_exclusive(builder: &Builder<'_>, workload: &Workload) -> bool {
    let holds = |mount: &Mount| match &mount.source {
        MountSource::Volume(key) => builder
            .claims
            .alone(key)
            .is_some_and(|claim| !claim.is_shared()),
        MountSource::Bind { .. } => false,
    };
    let on_host = workload
        .network_mode
        .as_ref()
        .is_some_and(|mode| mode.value == NetworkMode::Host);
    on_host || workload.mounts.iter().any(holds)
}
