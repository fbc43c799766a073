//! What a service mounts: volumes, folders of the host, files, secrets.

use serde_json::{Value, json};

use crate::{
    model::{FileMount, Mount, MountSource, Propagation, Secret, Workload},
    speak::Speak,
    target::{
        Context,
        runtime::shared::{
            files::{Files, files, host_path},
            keys::Keys,
            service::{MountPoint, bind_mount, volume_mount},
        },
        shared::losses::Losses,
    },
};

/// Everything about mounts in one service.
#[derive(Debug)]
pub(super) struct Mounts<'a> {
    pub(super) volumes: Vec<Value>,
    pub(super) secrets: Vec<Value>,
    pub(super) configs: Vec<Value>,
    /// Keys of the platform's volumes that are mounted.
    pub(super) named: Vec<&'a str>,
    pub(super) files: Files<'a>,
}

pub(super) fn mounts<'a>(
    context: &Context<'a>,
    speak: &dyn Speak,
    workload: &'a Workload,
    losses: &mut Losses,
) -> Mounts<'a> {
    let files = files(context, speak, workload);
    let mut out = Mounts {
        volumes: Vec::new(),
        secrets: Vec::new(),
        configs: Vec::new(),
        named: Vec::new(),
        files,
    };
    for mount in &workload.mounts {
        out.volumes.push(volume(speak, mount));
        if let MountSource::Volume(key) = &mount.source {
            out.named.push(key);
        }
    }
    for bind in &out.files.binds {
        if bind.has_own_mode() {
            lost_mode(workload, bind.file, losses);
        }
        out.volumes
            .push(read_only(speak, &bind.source, &bind.file.path));
    }
    for (secret, file) in &out.files.secrets {
        // Compose copies a secret into the container; one that may be missing must be a config, whose text may be empty.
        let mounted = secret_mount(speak, secret, file);
        match secret.optional {
            true => out.configs.push(mounted),
            false => out.secrets.push(mounted),
        }
    }
    out
}

fn volume(speak: &dyn Speak, mount: &Mount) -> Value {
    match &mount.source {
        MountSource::Volume(key) => volume_mount(speak, key, MountPoint::of(mount)),
        // The engine makes a folder that is missing, as people expect of data; the engine's socket is no folder.
        MountSource::Bind { path, .. } => {
            let mut options = Keys::default();
            options.put_optional("propagation", mount.propagation.map(Propagation::name));
            options.put("create_host_path", mount.only.is_none());
            let source = host_path(speak, speak.platform(), path);
            bind_mount(speak, &source, MountPoint::of(mount), options)
        }
    }
}

fn secret_mount(speak: &dyn Speak, secret: &Secret, file: &FileMount) -> Value {
    json!({
        "source": secret.name,
        "target": speak.literal(&file.path),
        "mode": format!("{:04o}", file.mode),
    })
}

/// A file or a folder that must be there: the engine would put an empty folder in its place.
fn read_only(speak: &dyn Speak, source: &str, target: &str) -> Value {
    let mut options = Keys::default();
    options.put("create_host_path", false);
    bind_mount(speak, source, MountPoint::read_only(target), options)
}

fn lost_mode(workload: &Workload, file: &FileMount, losses: &mut Losses) {
    losses.of_component(
        &workload.component,
        file.span,
        &format!(
            "the file `{}` of `{}` can't get the mode `{:04o}`: it is mounted with the one that it has on disk",
            file.path, workload.name, file.mode
        ),
        |it| it.help("leave `mode` out, or start the program through its interpreter"),
    );
}
