//! The files that a program runs only while it has no data: what they hold, as the manifest remembers it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Started;
use crate::{
    data::below,
    model::{FileContent, Platform},
    speak::{Readable, Speak},
};

/// The paths of such files in the container, each with a hash. What a secret or a target gives is not known here.
pub(super) fn of(started: &Started<'_>, platform: &Platform) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut add = |path: String, bytes: &[u8]| {
        let folders = &started.component.first_start_files;
        if folders.iter().any(|folder| below(&path, folder).is_some()) {
            out.insert(path, HEXLOWER.encode(&Sha256::digest(bytes)[..8]));
        }
    };
    for file in &started.workload.files {
        match &file.content {
            FileContent::Text { text, .. } => {
                add(file.path.clone(), Readable(platform).text(text).as_bytes());
            }
            FileContent::Project { bytes, .. } => add(file.path.clone(), bytes),
            FileContent::Folder { files, .. } => {
                for (name, bytes) in files {
                    add(format!("{}/{name}", file.path), bytes);
                }
            }
            FileContent::Secret(_) | FileContent::Stubs | FileContent::Generated(_) => {}
        }
    }
    for mount in &started.workload.mounts {
        for text in &mount.texts {
            let path = match &text.below {
                Some(name) => format!("{}/{name}", mount.path),
                None => mount.path.clone(),
            };
            add(path, text.text.as_bytes());
        }
    }
    out
}
