//! What a service mounts: volumes, folders of the host, files of the project, generated files, secrets.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Losses, speak, tree::Keys};
use crate::{
    model::{FileContent, FileMount, Mount, MountSource, Platform, Secret, Workload},
    target::{
        Context,
        shared::mounted::{self, STUBS},
    },
};

/// How a file is mounted unless said otherwise.
const PLAIN_MODE: u32 = 0o644;

/// Everything about mounts in one service.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    pub(super) volumes: Vec<Value>,
    pub(super) secrets: Vec<Value>,
    pub(super) configs: Vec<Value>,
    /// Keys of the platform's volumes that are mounted.
    pub(super) named: Vec<String>,
    /// Names of the secrets mounted as files.
    pub(super) secret_names: Vec<String>,
    /// Over the paths and the contents of all files, as far as they are known before the start.
    pub(super) digest: Option<String>,
}

pub(super) fn mounts(context: &Context<'_>, workload: &Workload, losses: &mut Losses) -> Mounts {
    let mut out = Mounts::default();
    for mount in &workload.mounts {
        out.volumes.push(volume(context.platform, mount));
        if let MountSource::Volume(key) = &mount.source {
            out.named.push(key.clone());
        }
    }
    let mut digest = FileDigest::default();
    for file in &workload.files {
        add_file(context, workload, file, &mut out, &mut digest, losses);
    }
    out.digest = digest.finish();
    out
}

fn volume(platform: &Platform, mount: &Mount) -> Value {
    match &mount.source {
        MountSource::Volume(key) => {
            let mut keys = Keys::default();
            keys.put("type", "volume");
            keys.put("source", key.as_str());
            keys.put("target", speak::literal(&mount.path));
            keys.put_filled("read_only", mount.read_only);
            Value::Object(keys.0)
        }
        // The engine makes a folder that is missing, as people expect of data; the engine's socket is no folder.
        MountSource::Bind { path, .. } => {
            let mut options = Keys::default();
            options.put_some("propagation", mount.propagation.as_deref());
            options.put("create_host_path", !mount.compose_only);
            bind(
                &source(platform, path),
                &mount.path,
                mount.read_only,
                options,
            )
        }
    }
}

fn add_file(
    context: &Context<'_>,
    workload: &Workload,
    file: &FileMount,
    out: &mut Mounts,
    digest: &mut FileDigest,
    losses: &mut Losses,
) {
    let source = match &file.content {
        FileContent::Secret(name) => {
            if let Some(secret) = context.platform.secret(name) {
                add_secret(secret, file, out);
            }
            return;
        }
        FileContent::Text { name, .. } => {
            let path = mounted::config_path(&workload.component, name);
            let text = context.mounted.get(&path).unwrap_or_default();
            digest.add(&file.path, text.as_bytes());
            speak::literal(&context.mounted.source(&path))
        }
        FileContent::Project { path, bytes } => {
            digest.add(&file.path, bytes);
            source(context.platform, path)
        }
        FileContent::Folder { path, files } => {
            for (name, bytes) in files {
                digest.add(&format!("{}/{name}", file.path), bytes);
            }
            source(context.platform, path)
        }
        FileContent::Stubs => {
            for (path, _, text) in context.mounted.below(STUBS) {
                digest.add(path, text.as_bytes());
            }
            source(context.platform, STUBS)
        }
        FileContent::Generated(path) => {
            let mut is_there = false;
            for (_, below, text) in context.mounted.below(path) {
                digest.add(&format!("{}{below}", file.path), text.as_bytes());
                is_there = true;
            }
            if !is_there {
                return;
            }
            speak::literal(&context.mounted.source(path))
        }
    };
    if file.mode != PLAIN_MODE {
        losses.say(
            file.span,
            format!(
                "the file `{}` of `{}` can't get the mode `{:04o}`: it is mounted with the one that it has on disk",
                file.path, workload.name, file.mode
            ),
            "leave `mode` out, or start the program through its interpreter",
        );
    }
    out.volumes.push(read_only(&source, &file.path));
}

/// Compose copies a secret into the container; one that may be missing must be a config, whose text may be empty.
fn add_secret(secret: &Secret, file: &FileMount, out: &mut Mounts) {
    let mount = json!({
        "source": secret.name,
        "target": speak::literal(&file.path),
        "mode": format!("{:04o}", file.mode),
    });
    if secret.optional {
        out.configs.push(mount);
    } else {
        out.secrets.push(mount);
    }
    out.secret_names.push(secret.name.clone());
}

/// A file or a folder that must be there: the engine would put an empty folder in its place.
fn read_only(source: &str, target: &str) -> Value {
    let mut options = Keys::default();
    options.put("create_host_path", false);
    bind(source, target, true, options)
}

fn bind(source: &str, target: &str, read_only: bool, options: Keys) -> Value {
    let mut keys = Keys::default();
    keys.put("type", "bind");
    keys.put("source", source);
    keys.put("target", speak::literal(target));
    keys.put_filled("read_only", read_only);
    keys.put("bind", options.0);
    Value::Object(keys.0)
}

/// A path of the project as it is reached from the folder of the Compose files; an absolute one as it is.
pub(super) fn source(platform: &Platform, path: &str) -> String {
    if path.starts_with('/') {
        return speak::literal(path);
    }
    let up = match platform.environment {
        None => "../..",
        Some(_) => "../../..",
    };
    match path.trim_start_matches("./").trim_end_matches('/') {
        "" | "." => up.to_string(),
        path => format!("{up}/{}", speak::literal(path)),
    }
}

/// SHA-256 over pairs of a path and a content, each with its length before it so that no two lists look alike.
#[derive(Default)]
struct FileDigest {
    hasher: Option<Sha256>,
}

impl FileDigest {
    fn add(&mut self, path: &str, content: &[u8]) {
        let hasher = self.hasher.get_or_insert_with(Sha256::new);
        for part in [path.as_bytes(), content] {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
    }

    fn finish(self) -> Option<String> {
        let digest = self.hasher?.finalize();
        Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}
