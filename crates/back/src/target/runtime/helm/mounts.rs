//! What a workload mounts beside files.

use serde_json::{Map, Value, json};

use super::{chart::Builder, claims};
use crate::{
    model::{
        Device, HostPath, Mount, MountSource, NetworkMode, Propagation, Tmpfs, TmpfsOption,
        Workload,
    },
    speak::units::kubernetes,
    target::shared::{kept::SUB_PATH, names::Names},
};

/// Named volumes, folders of the host, and memory.
pub fn volumes(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    let mounts = workload.mounts.iter().filter(|mount| !mount.compose_only);
    for mount in mounts.chain(&workload.node_mounts) {
        if let Some(value) = mounted(builder, workload, mount) {
            out.insert(mount.name.clone(), value);
        }
    }
    let mut names: Names = out.keys().cloned().collect();
    let runtime = &workload.runtime;
    for tmpfs in &runtime.tmpfs {
        let value = memory(builder, workload, tmpfs);
        out.insert(names.take_numbered("tmpfs"), value);
    }
    if let Some(bytes) = runtime.shm_size {
        let size = kubernetes::bytes(bytes);
        let value = json!({ "mountPath": "/dev/shm", "memory": true, "sizeLimit": size });
        out.insert(names.take_numbered("shm"), value);
    }
    for device in &runtime.devices {
        match device {
            Device::File { host, inside, .. } => {
                let path = inside.as_ref().unwrap_or(host);
                let value = json!({ "mountPath": path, "hostPath": host });
                out.insert(names.take_numbered("device"), value);
            }
            Device::Interface(name) => builder.losses.key(
                workload,
                "devices",
                &format!("holds `{name}`, which the chart has no form for: ask for it with `resources.gpu` or `helm`"),
            ),
        }
    }
    let mounts_devices = runtime
        .devices
        .iter()
        .any(|device| matches!(device, Device::File { .. }));
    if mounts_devices && !runtime.privileged {
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
        MountSource::Volume(key) if builder.claims.is_of_pods(key) => {
            place_in_claim(&mut value, mount);
            value["size"] = json!(claims::size(platform.volume(key)));
            value["accessModes"] = json!(claims::own_access_modes());
        }
        // What each node keeps for itself.
        MountSource::Volume(key) if builder.claims.is_of_node(key) => {
            let name = platform.volume(key).map_or(key, |volume| &volume.claim);
            value["hostPath"] = json!(format!("/var/lib/{name}"));
            value["hostPathType"] = json!("DirectoryOrCreate");
        }
        MountSource::Volume(key) => {
            let claim = builder.claims.alone(key)?;
            if claim.create {
                place_in_claim(&mut value, mount);
            }
            value["claim"] = json!(key);
        }
        MountSource::Bind {
            path: HostPath::Absolute(path),
            ..
        } => {
            value["hostPath"] = json!(path);
        }
        MountSource::Bind {
            path: HostPath::Project(path),
            ..
        } => {
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
    match mount.propagation {
        Some(Propagation::Slave | Propagation::Rslave) => {
            value["mountPropagation"] = json!("HostToContainer");
        }
        Some(Propagation::Shared | Propagation::Rshared) => {
            value["mountPropagation"] = json!("Bidirectional");
        }
        Some(Propagation::Private | Propagation::Rprivate) | None => {}
    }
    if mount.read_only {
        value["readOnly"] = json!(true);
    }
    Some(value)
}

/// Mounts a folder of the claim: a new file system may hold `lost+found`, which servers refuse as their data folder.
fn place_in_claim(value: &mut Value, mount: &Mount) {
    match folder_above(mount) {
        Some(above) => value["mountPath"] = json!(above),
        None => value["subPath"] = json!(SUB_PATH),
    }
}

/// The folder above, where the claim holds the mounted folder under the name that it has anyway.
fn folder_above(mount: &Mount) -> Option<&str> {
    let (above, name) = mount.path.rsplit_once('/')?;
    (mount.above && name == SUB_PATH && !above.is_empty()).then_some(above)
}

/// A folder in memory. Kubernetes has a limit in bytes and no mount options. What Docker sets on every tmpfs is no loss where
/// it is written out: a tmpfs without it loses the same.
fn memory(builder: &mut Builder<'_>, workload: &Workload, tmpfs: &Tmpfs) -> Value {
    let mut value = json!({ "mountPath": tmpfs.path, "memory": true });
    for option in &tmpfs.options {
        match option {
            TmpfsOption::Size(bytes) => value["sizeLimit"] = json!(kubernetes::bytes(*bytes)),
            TmpfsOption::Default(_) => {}
            TmpfsOption::Percent(_) | TmpfsOption::Other(_) => builder.losses.key(
                workload,
                "tmpfs",
                &format!("has the option `{option}`, which is left out"),
            ),
        }
    }
    value
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
    !workload.daemon && (on_host || workload.mounts.iter().any(holds))
}
