//! The files that a service mounts, and a hash of them: who reads a file that has changed is started again.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::{
    files::STUBS,
    model::{FileContent, FileMount, HostPath, Platform, Secret, Workload},
    speak::Speak,
    target::{Context, shared::mounted},
};

/// How a file is mounted by default.
const PLAIN_MODE: u32 = 0o644;

/// The label that makes the engine recreate a container when a file that it mounts has changed.
pub const DIGEST_LABEL: &str = "io.mlopsgen.files";

/// Everything about files in one service.
#[derive(Debug, Default)]
pub struct Files<'a> {
    pub binds: Vec<FileBind<'a>>,
    pub secrets: Vec<(&'a Secret, &'a FileMount)>,
    /// Over the paths and the contents of all files, as far as they are known before the start.
    pub digest: Option<String>,
}

/// A file or folder of the project or of `generated/`, mounted read-only.
#[derive(Debug)]
pub struct FileBind<'a> {
    /// From the folder of the file that the engine reads.
    pub source: String,
    pub file: &'a FileMount,
}

impl FileBind<'_> {
    /// The engine mounts a file with the mode that it has on disk.
    pub fn has_own_mode(&self) -> bool {
        self.file.mode != PLAIN_MODE
    }
}

pub fn files<'a>(context: &Context<'a>, speak: &dyn Speak, workload: &'a Workload) -> Files<'a> {
    let mut out = Files::default();
    let mut digest = FileDigest::default();
    for file in &workload.files {
        if let FileContent::Secret(name) = &file.content {
            let secret = context.platform.secret(name);
            out.secrets.extend(secret.map(|secret| (secret, file)));
        } else if let Some(source) = source_of(context, speak, workload, file, &mut digest) {
            out.binds.push(FileBind { source, file });
        }
    }
    out.digest = digest.finish();
    out
}

/// Where a file or folder lies; `None` where there is nothing to mount.
fn source_of(
    context: &Context<'_>,
    speak: &dyn Speak,
    workload: &Workload,
    file: &FileMount,
    digest: &mut FileDigest,
) -> Option<String> {
    let Context {
        platform, mounted, ..
    } = *context;
    Some(match &file.content {
        FileContent::Secret(_) => return None,
        FileContent::Text { name, .. } => {
            let path = mounted::config_path(&workload.component, name);
            let text = mounted.get(&path).map(|text| text.as_bytes());
            digest.add(&file.path, text.unwrap_or_default());
            speak.literal(&mounted.source(&path))
        }
        FileContent::Project { path, bytes } => {
            digest.add(&file.path, bytes);
            project_path(speak, platform, path)
        }
        FileContent::Folder { path, files } => {
            for (name, bytes) in mounted.folder(path, files) {
                digest.add(&format!("{}/{name}", file.path), bytes);
            }
            project_path(speak, platform, path)
        }
        FileContent::Stubs => {
            for (path, _, text) in mounted.below(STUBS) {
                digest.add(path, text.as_bytes());
            }
            project_path(speak, platform, STUBS)
        }
        FileContent::Generated(it) => {
            let path = it.path();
            let mut is_there = false;
            for (_, below, text) in mounted.below(path) {
                digest.add(&format!("{}{below}", file.path), text.as_bytes());
                is_there = true;
            }
            if !is_there {
                return None;
            }
            speak.literal(&mounted.source(path))
        }
    })
}

/// A path on the host as a file directly below `generated/` names it.
pub fn host_path(speak: &dyn Speak, platform: &Platform, path: &HostPath) -> String {
    match path {
        HostPath::Absolute(path) => speak.literal(path),
        HostPath::Project(path) => project_path(speak, platform, path),
    }
}

/// A path of the project, as it is reached from a folder directly below `generated/`.
fn project_path(speak: &dyn Speak, platform: &Platform, path: &str) -> String {
    let up = match platform.environment {
        None => "../..",
        Some(_) => "../../..",
    };
    match path {
        "." => up.to_string(),
        path => format!("{up}/{}", speak.literal(path)),
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
        Some(HEXLOWER.encode(&digest))
    }
}
