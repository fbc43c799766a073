//! What a workload mounts beside files.

use serde_json::{Map, Value, json};

use super::{chart::Builder, claims, image_folder, node_path, security};
use crate::{
    diag::Diagnostic,
    files::Site,
    model::{
        Device, HostPath, Mount, MountSource, NetworkMode, PlatformVolume, Propagation, Text,
        Tmpfs, TmpfsOption, Workload,
    },
    names::Names,
    speak::units::kubernetes,
    target::shared::kept::SUB_PATH,
    value::plain_path,
};

/// Named volumes, folders of the host, and memory.
pub fn volumes(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    let mounts = workload
        .mounts
        .iter()
        .filter(|mount| mount.is_on(Site::Cluster));
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
                let mut value = json!({ "mountPath": path, "hostPath": host });
                if let Some(kind) = node_path::kind(host) {
                    value["hostPathType"] = json!(kind);
                }
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
    image_folder::report_hidden_program(builder, workload, mount);
    match &mount.source {
        MountSource::Volume(key) if builder.claims.is_of_pods(key) => {
            place_in_claim(&mut value, workload, mount);
            value["size"] = json!(claims::size(platform.volume(key)));
            value["accessModes"] = json!(claims::own_access_modes());
        }
        MountSource::Volume(key) if builder.claims.is_of_node(key) => {
            value["hostPath"] = folder_of_node(platform.volume(key), key);
            value["hostPathType"] = json!("DirectoryOrCreate");
            lost_on_node(builder, workload, mount);
        }
        MountSource::Volume(key) => {
            let claim = builder.claims.alone(key)?;
            if claim.create {
                place_in_claim(&mut value, workload, mount);
            }
            value["claim"] = json!(key);
        }
        MountSource::Bind {
            path: HostPath::Absolute(path),
            data,
        } => {
            value["hostPath"] = json!(path);
            let made = data.then_some("DirectoryOrCreate");
            if let Some(kind) = made.or_else(|| node_path::kind(path)) {
                value["hostPathType"] = json!(kind);
            }
        }
        MountSource::Bind {
            path: HostPath::Project(path),
            data: true,
        } => {
            lost_data(builder, workload, mount, path);
            return None;
        }
        MountSource::Bind {
            path: HostPath::Project(path),
            data: false,
        } => {
            lost_folder(builder, workload, mount, path);
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

/// A folder of the project that Compose alone binds. One that is only read can be copied into the chart.
fn lost_folder(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount, path: &str) {
    let at = &mount.path;
    let message = format!(
        "`volumes.{}` of `{}` binds `{path}` of the project, which no cluster has: nothing is mounted at `{at}`",
        mount.name, workload.name
    );
    let is_in_project = path != "." && !path.split('/').any(|part| part == "..");
    let help = |lost: Diagnostic| {
        match is_in_project {
        true => lost.or_accept(format!(
            "if its program only reads it, write `files.\"{at}\" = {{ source = \"{path}\" }}` in its place, which a cluster gets, too"
        )),
        false => lost.accept_alone(),
    }
    };
    let losses = &mut builder.losses;
    losses.of_component(&workload.component, mount.span, &message, help);
}

/// A folder of the project in which a program keeps its data: in a cluster each pod would begin without any.
fn lost_data(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount, path: &str) {
    let at = &mount.path;
    let message = format!(
        "`volumes.{}` of `{}` keeps data in `{path}` of the project, which no cluster has: what it writes to `{at}` goes with the pod",
        mount.name, workload.name
    );
    let losses = &mut builder.losses;
    losses.of_component(&workload.component, mount.span, &message, |lost| {
        lost.or_accept(format!(
            "leave out `source` and `data`, which gives it a claim in a cluster (Compose then keeps it in a volume: copy what is in `{path}`)"
        ))
    });
}

/// What each node keeps for itself, under a name that no other platform and no other environment has, the engine's, and no other
/// namespace, unless the user names it.
fn folder_of_node(volume: Option<&PlatformVolume>, key: &str) -> Value {
    match volume {
        Some(volume) if volume.named => json!(format!("/var/lib/{}", volume.real_name)),
        volume => {
            let name = volume.map_or(key, |volume| &volume.real_name);
            json!(["/var/lib/", { "namespace": true }, format!("_{name}")])
        }
    }
}

/// A folder of the node has no size, and the kubelet makes it for root: `fsGroup` does not reach it.
fn lost_on_node(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount) {
    let key = format!("volumes.{}", mount.name);
    let size = workload
        .written
        .get_path(&["volumes", &mount.name, "size"])
        .filter(|node| {
            !builder
                .context
                .platform
                .kind_sources
                .contains(&node.span.source)
        });
    if let Some(size) = size {
        let reason = "is left out: a folder of the node has no size";
        builder
            .losses
            .key_at(workload, size.span, &format!("{key}.size"), reason);
    }
    if let Some(uid) = security::uid(workload).filter(|uid| *uid != 0 && !mount.read_only) {
        let reason = format!(
            "is a folder of each node, which the kubelet makes for root: user {uid} can't write to it. Make it on the nodes for that user, or run as root (`user = \"0\"`)"
        );
        builder.losses.key_at(workload, mount.span, &key, &reason);
    }
}

/// Mounts a folder of the claim: a new file system may hold `lost+found`, which servers refuse as their data folder. A program
/// that makes its folder itself gets the whole claim, and a variable that names the folder. What is mounted stands at the
/// image's own path in both cases: a path above it would be covered by the volume that the image declares.
fn place_in_claim(value: &mut Value, workload: &Workload, mount: &Mount) {
    if folder_env(workload, mount).is_none() {
        value["subPath"] = json!(SUB_PATH);
    }
}

/// The variable that names a folder in the claim. Another folder in platform.toml counts more.
fn folder_env<'a>(workload: &Workload, mount: &'a Mount) -> Option<&'a String> {
    let name = mount.folder_env.as_ref()?;
    let own = workload.env.iter().find(|it| it.name == *name);
    let is_mount = |value: &Text| value.as_plain().as_deref() == Some(&mount.path);
    own.is_none_or(|own| is_mount(&own.value)).then_some(name)
}

/// The variables that name a data folder in a claim of which the whole is mounted.
pub fn folders(builder: &Builder<'_>, workload: &Workload) -> Vec<(String, String)> {
    let is_made = |mount: &&Mount| match &mount.source {
        MountSource::Volume(key) => {
            let alone = builder.claims.alone(key);
            builder.claims.is_of_pods(key) || alone.is_some_and(|claim| claim.create)
        }
        MountSource::Bind { .. } => false,
    };
    let mounts = workload.mounts.iter().filter(is_made);
    let named = mounts.filter_map(|mount| {
        let name = folder_env(workload, mount)?;
        Some((name.clone(), format!("{}/{SUB_PATH}", mount.path)))
    });
    named.collect()
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

/// Whether its pod holds something that an old and a new one can't both have: a claim of one node, the data of a kind that is one
/// server, the host's ports.
pub fn is_exclusive(builder: &Builder<'_>, workload: &Workload) -> bool {
    let on_host = workload
        .network_mode
        .as_ref()
        .is_some_and(|mode| mode.value == NetworkMode::Host);
    let guests = builder.guests.get(&workload.name);
    let mut pod = guests.into_iter().flatten().copied().chain([workload]);
    !workload.daemon && (on_host || pod.any(|it| it.runtime.alone || holds_alone(builder, it)))
}

fn holds_alone(builder: &Builder<'_>, workload: &Workload) -> bool {
    let component = builder.context.platform.component(&workload.component);
    let is_one_server = workload.part.is_none() && component.is_some_and(|it| it.single);
    // The lock file in a data folder does not stop a second server: both have the same number in their own containers.
    let is_data = |mount: &Mount| {
        let places = component.into_iter().flat_map(|it| &it.keeps_in);
        let is_writable = is_one_server && !mount.read_only && mount.is_on(Site::Cluster);
        is_writable && places.into_iter().any(|place| overlap(place, &mount.path))
    };
    let claims = &builder.claims;
    let held = |mount: &Mount| match &mount.source {
        MountSource::Volume(key) => {
            let alone = claims.alone(key);
            alone.is_some_and(|claim| !claim.is_shared() || is_data(mount))
        }
        MountSource::Bind {
            path: HostPath::Absolute(path),
            ..
        } => is_data(mount) && node_path::kind(path).is_none(),
        MountSource::Bind { .. } => false,
    };
    workload.mounts.iter().any(held)
}

/// Whether one of two paths in a container lies in the other.
fn overlap(one: &str, other: &str) -> bool {
    let folder = |path: &str| match plain_path(path) {
        path if path.is_empty() => path,
        path => format!("{path}/"),
    };
    let (one, other) = (folder(one), folder(other));
    one.starts_with(&other) || other.starts_with(&one)
}
