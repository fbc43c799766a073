//! What a service of a stack mounts.

use serde_json::{Value, json};

use crate::{
    model::{MountSource, Workload},
    speak::Speak,
    target::runtime::shared::{
        files::{Files, project_path},
        keys::Keys,
        service::{bind_mount, volume_mount},
    },
};

/// Volumes, paths of the host, files and memory. A stack has no words for a folder that the engine should make.
pub(super) fn volumes(speak: &dyn Speak, workload: &Workload, files: &Files<'_>) -> Vec<Value> {
    let mounts = workload.mounts.iter().map(|mount| match &mount.source {
        MountSource::Volume(key) => volume_mount(speak, key, &mount.path, mount.read_only),
        MountSource::Bind { path, .. } => {
            let mut options = Keys::default();
            options.put_some("propagation", mount.propagation.as_deref());
            let source = project_path(speak, speak.platform(), path);
            bind_mount(speak, &source, &mount.path, mount.read_only, options)
        }
    });
    let binds = files.binds.iter().map(|bind| {
        let (source, path) = (&bind.source, &bind.file.path);
        bind_mount(speak, source, path, true, Keys::default())
    });
    let runtime = &workload.runtime;
    let tmpfs = runtime.tmpfs.iter().map(|text| {
        let (path, options) = text.split_once(':').unwrap_or((text, ""));
        memory(speak, path, size_of(options))
    });
    let shm = runtime.shm_size;
    let shm = shm.map(|size| memory(speak, "/dev/shm", Some(size)));
    mounts.chain(binds).chain(tmpfs).chain(shm).collect()
}

/// Memory of at most so many bytes.
fn memory(speak: &dyn Speak, target: &str, size: Option<u64>) -> Value {
    let mut keys = Keys::default();
    keys.put("type", "tmpfs");
    keys.put("target", speak.literal(target));
    keys.put_some("tmpfs", size.map(|size| json!({ "size": size })));
    Value::Object(keys.0)
}

/// The bytes of `size=64m` among the options of a `tmpfs`.
fn size_of(options: &str) -> Option<u64> {
    let size = options.split(',').find_map(|it| it.strip_prefix("size="))?;
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match size[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Secrets that are mounted as files: those that must be there first.
pub(super) fn secrets(speak: &dyn Speak, files: &Files<'_>) -> Vec<Value> {
    let (optional, required): (Vec<_>, Vec<_>) = files
        .secrets
        .iter()
        .partition(|(secret, _)| secret.optional);
    required
        .into_iter()
        .chain(optional)
        .map(|(secret, file)| {
            json!({
                "source": secret.name,
                "target": speak.literal(&file.path),
                "mode": file.mode,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::size_of;

    #[test]
    fn sizes_of_a_tmpfs_are_bytes() {
        assert_eq!(size_of("rw,size=64m"), Some(64 << 20));
        assert_eq!(size_of("size=1000"), Some(1000));
        assert_eq!((size_of("mode=1777"), size_of("size=50%")), (None, None));
    }
}
