//! What a service of a stack mounts.

use serde_json::{Value, json};

use crate::{
    model::{MountSource, Propagation, Workload},
    speak::Speak,
    target::runtime::shared::{
        files::{Files, host_path},
        keys::Keys,
        service::{MountPoint, bind_mount, volume_mount},
    },
};

/// The right of everybody to read a file.
const READ_BY_ALL: u32 = 0o004;

/// Volumes, paths of the host, files and memory. A stack has no words for a folder that the engine should make.
pub(super) fn volumes(speak: &dyn Speak, workload: &Workload, files: &Files<'_>) -> Vec<Value> {
    let mounts = workload.mounts.iter().map(|mount| match &mount.source {
        MountSource::Volume(key) => volume_mount(speak, key, MountPoint::of(mount)),
        MountSource::Bind { path, .. } => {
            let mut options = Keys::default();
            options.put_optional("propagation", mount.propagation.map(Propagation::name));
            let source = host_path(speak, speak.platform(), path);
            bind_mount(speak, &source, MountPoint::of(mount), options)
        }
    });
    let binds = files.binds.iter().map(|bind| {
        let at = MountPoint::read_only(&bind.file.path);
        bind_mount(speak, &bind.source, at, Keys::default())
    });
    let runtime = &workload.runtime;
    let tmpfs = runtime.tmpfs.iter();
    let tmpfs = tmpfs.map(|tmpfs| memory(speak, &tmpfs.path, tmpfs.size()));
    let shm = runtime.shm_size;
    let shm = shm.map(|size| memory(speak, "/dev/shm", Some(size)));
    mounts.chain(binds).chain(tmpfs).chain(shm).collect()
}

/// Memory of at most so many bytes.
fn memory(speak: &dyn Speak, target: &str, size: Option<u64>) -> Value {
    let mut keys = Keys::default();
    keys.put("type", "tmpfs");
    keys.put("target", speak.literal(target));
    keys.put_optional("tmpfs", size.map(|size| json!({ "size": size })));
    Value::Object(keys.0)
}

/// Secrets that are mounted as files: those that must be there first. The engine gives them to root: one that not everybody may
/// read belongs to the user of the workload.
pub(super) fn secrets(speak: &dyn Speak, workload: &Workload, files: &Files<'_>) -> Vec<Value> {
    let accounts = workload.runtime.user.as_ref().map(|it| &it.accounts);
    let user = accounts.and_then(|it| it.user.number());
    let group = accounts.and_then(|it| it.group.as_ref()?.number());
    let (optional, required): (Vec<_>, Vec<_>) = files
        .secrets
        .iter()
        .partition(|(secret, _)| secret.optional);
    required
        .into_iter()
        .chain(optional)
        .map(|(secret, file)| {
            let is_closed = file.mode & READ_BY_ALL == 0;
            let id = |number: Option<u32>| {
                let number = number.filter(|number| is_closed && *number > 0);
                number.map(|it| it.to_string())
            };
            let mut keys = Keys::default();
            keys.put("source", secret.name.as_str());
            keys.put("target", speak.literal(&file.path));
            keys.put_optional("uid", id(user));
            keys.put_optional("gid", id(group));
            keys.put("mode", file.mode);
            Value::Object(keys.0)
        })
        .collect()
}
