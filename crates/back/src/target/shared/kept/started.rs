//! A workload as a runtime is going to start it, as far as that decides which data its program meets.

use std::collections::BTreeMap;

use crate::{
    data::below,
    model::{Component, DataFolder, Mount, MountSource, Workload},
};

/// What lies at a path of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A volume, by its key in the runtime.
    Volume(String),
    /// A folder of the machine, as the manifest names it.
    Folder(String),
    /// Memory, or something that nobody keeps.
    Elsewhere,
}

/// Something that is laid over a container's file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Laid {
    /// The path in the container.
    pub at: String,
    /// The folder of the source that is mounted; empty: all of it.
    pub sub_path: String,
    /// Where it comes from.
    pub source: Source,
}

/// A workload with raw tables laid over it.
#[derive(Debug)]
pub struct Started<'a> {
    pub component: &'a Component,
    pub workload: &'a Workload,
    /// Its image where raw tables name another one than the model.
    pub image: Option<String>,
    /// Environment variables with a value that is known.
    pub env: BTreeMap<String, String>,
    /// The words of the entrypoint and the command.
    pub words: Vec<String>,
    /// What is laid over its file system.
    pub laid: Vec<Laid>,
}

impl Started<'_> {
    /// The folders in which the program keeps its data, as far as its kind tells. Of each: the index of what is laid there, and
    /// the path below that.
    pub fn folders(&self) -> Vec<(Option<usize>, String)> {
        // Parts share a volume, and are other programs.
        let folders = self.component.data_folders.iter();
        let own = folders.filter(|_| self.workload.part.is_none());
        let mut out = Vec::new();
        for folder in own {
            let written = self.option(folder).or_else(|| self.variable(folder));
            let written = written.or_else(|| folder.default.clone());
            // Some programs take several, as Kafka's `log.dirs`.
            let paths = written.iter().flat_map(|it| it.split(','));
            out.extend(paths.map(|path| self.cover(path_of(path.trim()))));
        }
        out
    }

    /// What is laid over a path: the mount with the longest path around it.
    fn cover(&self, path: &str) -> (Option<usize>, String) {
        let around = self.laid.iter().enumerate();
        let around = around.filter_map(|(index, laid)| Some((index, below(path, &laid.at)?)));
        // Of two at one path the later one lies over the other.
        let nearest = around.rev().min_by_key(|(_, rest)| rest.len());
        match nearest {
            Some((index, rest)) if !self.is_in_image_volume(path, &rest) => (Some(index), rest),
            _ => (None, path.to_string()),
        }
    }

    /// Whether a volume of the image's own lies nearer around the path than the mount does of which it is `rest`. Runtimes make
    /// one wherever nothing is mounted at exactly its path, and throw it away with the container.
    fn is_in_image_volume(&self, path: &str, rest: &str) -> bool {
        let volumes = self.component.image_volumes.iter();
        volumes
            .filter_map(|volume| below(path, volume))
            .any(|nearer| nearer.len() < rest.len())
    }

    /// The value of an option: `--name=value`, `--name value`, `-c name=value`. The last one counts, as most programs have it.
    fn option(&self, folder: &DataFolder) -> Option<String> {
        let words = self.words.iter().flat_map(|it| it.split_whitespace());
        let words: Vec<&str> = words.collect();
        let mut found = None;
        for (index, word) in words.iter().enumerate() {
            let bare = word.trim_start_matches('-');
            for name in &folder.options {
                let value = match bare.strip_prefix(name.as_str()) {
                    Some("") => words.get(index + 1).copied().filter(|next| {
                        // Without dashes it may be any word.
                        bare != *word || next.starts_with('/')
                    }),
                    Some(rest) => rest.strip_prefix('='),
                    None => None,
                };
                found = value.map(unquoted).or(found);
            }
        }
        found
    }

    fn variable(&self, folder: &DataFolder) -> Option<String> {
        let mut set = folder.env.iter().filter_map(|name| self.env.get(name));
        set.find(|value| !value.is_empty()).cloned()
    }

    /// The mount of the model that put this here. Raw tables may have changed its path.
    pub fn mount(&self, laid: &Laid) -> Option<&Mount> {
        let mounts = self
            .workload
            .mounts
            .iter()
            .chain(&self.workload.node_mounts);
        let mut same = mounts.filter(|mount| match (&mount.source, &laid.source) {
            (MountSource::Volume(key), Source::Volume(laid)) => key == laid,
            (MountSource::Bind { path, .. }, Source::Folder(laid)) => path.as_str() == laid,
            _ => false,
        });
        let first = same.next()?;
        let at_path = std::iter::once(first)
            .chain(same)
            .find(|mount| mount.path == laid.at);
        at_path.or(Some(first))
    }
}

/// The path of a URL that leads to a file, as `sqlite:////data/x.db` does; anything else is a path.
fn path_of(written: &str) -> &str {
    match written.split_once("://") {
        Some((_, path)) if path.starts_with('/') => {
            let slashes = path.len() - path.trim_start_matches('/').len();
            &path[slashes - 1..]
        }
        _ => written,
    }
}

fn unquoted(value: &str) -> String {
    value.trim_matches(['"', '\'']).to_string()
}
