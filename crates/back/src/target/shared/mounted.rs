//! What contents generated for a runtime to mount, and where the runtime finds it.
//!
//! A content that the platform names stands in its own folder below `generated/` (`prometheus/`), and the runtimes
//! mount it from there. Of a content that it does not name, a runtime has copies of its own below `files/`
//! (`compose/files/prometheus/`), as the chart always has.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    sync::Arc,
};

use crate::{
    files::{CONFIG, STUBS},
    model::{FileContent, FileMount, Platform, Workload},
};

/// The path below `generated/` of a text that the platform itself holds.
pub fn config_path(component: &str, name: &str) -> String {
    format!("{CONFIG}/{component}/{name}")
}

/// The files of the contents that a runtime can mount.
#[derive(Debug, Default)]
pub struct Mounted {
    /// Texts by path: below `generated/`, or below the project for the bodies of stubs (`dags/PIPELINE/TASK.py`).
    texts: BTreeMap<String, Arc<str>>,
    /// Folders that are not written below `generated/`, as the platform does not name their targets.
    copied: BTreeSet<String>,
}

impl Mounted {
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) {
        self.texts.insert(path.into(), text.into());
    }

    /// Notes that the files of a folder are not written: who mounts them needs copies.
    pub fn copy_folder(&mut self, folder: &str) {
        self.copied.insert(folder.to_string());
    }

    pub fn get(&self, path: &str) -> Option<&Arc<str>> {
        self.texts.get(path)
    }

    /// A generated file, or all files of a generated folder: its path, what follows `path` in it, and its text.
    pub fn below(&self, path: &str) -> impl Iterator<Item = (&str, &str, &Arc<str>)> {
        let path = path.trim_end_matches('/');
        let from = self
            .texts
            .range::<str, _>((Bound::Included(path), Bound::Unbounded));
        from.map_while(move |(name, text)| Some((name, name.strip_prefix(path)?, text)))
            .filter(|(_, rest, _)| rest.is_empty() || rest.starts_with('/'))
            .map(|(name, rest, text)| (name.as_str(), rest, text))
    }

    /// The files of a folder of the project, sorted. The bodies that `apply` creates in it are among them, since the next run finds
    /// them there.
    pub fn folder<'a>(
        &'a self,
        path: &str,
        files: &'a [(String, Vec<u8>)],
    ) -> BTreeMap<&'a str, &'a [u8]> {
        let within = format!("{}/", path.trim_end_matches('/'));
        let bodies = self.below(STUBS).filter_map(|(name, _, text)| {
            let inside = name.strip_prefix(&within)?;
            Some((inside, text.as_bytes()))
        });
        let found = files.iter();
        let found = found.map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        bodies.chain(found).collect()
    }

    /// Where a runtime whose folder lies directly below `generated/` finds a generated file or folder.
    pub fn source(&self, path: &str) -> String {
        if self.copied.contains(first_folder(path)) {
            format!("./files/{path}")
        } else {
            format!("../{path}")
        }
    }

    /// The files of which a runtime needs copies: path below its `files/`, and text.
    pub fn copies<'a>(
        &'a self,
        platform: &Platform,
    ) -> impl Iterator<Item = (&'a str, &'a Arc<str>)> {
        let paths = platform.workloads().flat_map(paths_of);
        let paths: BTreeSet<String> = paths
            .map(|path| path.trim_end_matches('/').to_string())
            .collect();
        self.texts
            .iter()
            .filter(|(path, _)| self.copied.contains(first_folder(path)))
            .filter(move |(path, _)| {
                let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
                folders.chain([path.as_str()]).any(|it| paths.contains(it))
            })
            .map(|(path, text)| (path.as_str(), text))
    }
}

/// Whether some workload mounts a file of this folder below `generated/`.
pub fn is_mounted(platform: &Platform, folder: &str) -> bool {
    platform
        .workloads()
        .flat_map(paths_of)
        .any(|path| first_folder(&path) == folder)
}

/// The generated files and folders that a workload mounts.
fn paths_of(workload: &Workload) -> impl Iterator<Item = String> {
    let path = |file: &FileMount| match &file.content {
        FileContent::Text { name, .. } => Some(config_path(&workload.component, name)),
        FileContent::Generated(it) => Some(it.path().to_string()),
        FileContent::Project { .. }
        | FileContent::Folder { .. }
        | FileContent::Secret(_)
        | FileContent::Stubs => None,
    };
    workload.files.iter().filter_map(path)
}

fn first_folder(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}
