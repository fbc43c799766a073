//! The compiler's [`World`] over a folder of the disk.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use super::{
    answers::Answers,
    folder::{Folder, Kind, Obstacle},
};
use crate::{
    data::Data,
    files::{GENERATED, output_folder},
    plan::{self, MANIFEST},
    world::{LARGEST_FILE, Listing, ReadError, World},
};

/// A project on the disk.
#[derive(Debug)]
pub struct DiskWorld {
    root: PathBuf,
    folder: Result<Folder, ReadError>,
    /// What was asked for, there or not, and what was there.
    answers: Mutex<Answers>,
}

/// Folders that a walk over the whole project skips: files of other tools, large files, generated files.
const SKIPPED: [&str; 4] = [".git", GENERATED, "node_modules", "target"];

/// Starts the name of the link that Emacs puts beside a file while it is edited.
const EDITED: &str = ".#";

impl DiskWorld {
    /// A view of this folder, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            folder: open(&root),
            root,
            answers: Mutex::default(),
        }
    }

    /// The paths of all files that were read or looked for.
    pub fn reads(self) -> BTreeSet<String> {
        self.answers().into_paths()
    }

    /// Everything that was asked, with the answers.
    pub(super) fn answers(self) -> Answers {
        self.answers
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn folder(&self) -> Result<&Folder, ReadError> {
        self.folder.as_ref().map_err(Clone::clone)
    }

    fn walk(&self, path: &str, skipped: &[&str], out: &mut Listing) {
        let listed = self.folder().and_then(|folder| {
            let names = folder.names(path);
            names.map_err(|obstacle| match obstacle {
                Obstacle::BelowFile(_) => ReadError::Failed("it is a file".to_string()),
                other => other.into(),
            })
        });
        let names = match listed {
            Ok(names) => names,
            Err(ReadError::Missing) => return,
            Err(error) => return out.unread.push((path.to_string(), error)),
        };
        for (name, kind) in names {
            let Some(name) = name.to_str() else {
                let inner = path_in(path, &name.to_string_lossy());
                let why = ReadError::Failed("its name is not UTF-8".to_string());
                out.unread.push((inner, why));
                continue;
            };
            if skipped.contains(&name) || (kind == Kind::Link && name.starts_with(EDITED)) {
                continue;
            }
            let inner = path_in(path, name);
            match kind {
                Kind::File => out.files.push(inner),
                Kind::Folder => {
                    self.walk(&inner, &[], out);
                    out.folders
                        .extend(inner.ends_with(".toml").then_some(inner));
                }
                Kind::Link => out.unread.push((inner.clone(), ReadError::Link(inner))),
                Kind::Special => out.unread.push((inner, ReadError::Special)),
            }
        }
    }
}

impl DiskWorld {
    /// A path may start with `..`, where the compiler lets it: then it is one below a folder around the project.
    fn read_file(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let most = LARGEST_FILE as u64;
        let mut inner = path;
        let mut outer = self.root.clone();
        while let Some(rest) = inner.strip_prefix("../") {
            outer.push("..");
            inner = rest;
        }
        if inner.len() == path.len() {
            return self.folder()?.read(path, most);
        }
        open(&outer)?.read(inner, most)
    }

    fn list_folder(&self, folder: &str) -> Listing {
        let mut out = Listing::default();
        match folder.trim_end_matches('/') {
            "" | "." => self.walk("", &SKIPPED, &mut out),
            folder => self.walk(folder, &[], &mut out),
        }
        out.files.sort();
        out.unread.sort_by(|one, other| one.0.cmp(&other.0));
        out.folders.sort();
        out
    }

    /// The file system is asked where all links lead; of one that leads nowhere its own text says it.
    fn target(&self, path: &str) -> Option<String> {
        let folder = self.folder().ok()?;
        let names: Vec<&str> = path.split('/').filter(|name| *name != ".").collect();
        let link = (1..=names.len())
            .map(|length| names[..length].join("/"))
            .find(
                |path| matches!(folder.entry(path), Ok(Some(entry)) if entry.kind == Kind::Link),
            )?;
        let root = self.root.canonicalize().ok()?;
        let target = match self.root.join(path).canonicalize() {
            Ok(target) => target,
            Err(_) => self.root.join(&link).read_link().ok()?,
        };
        let inner = target.strip_prefix(&root).unwrap_or(&target);
        Some(inner.to_string_lossy().into_owned())
    }

    fn remember(&self, note: impl FnOnce(&mut Answers)) {
        note(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl World for DiskWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let read = self.read_file(path);
        self.remember(|answers| answers.note_file(path, &read));
        read
    }

    fn list(&self, folder: &str) -> Listing {
        let listing = self.list_folder(folder);
        self.remember(|answers| answers.note_folder(folder, &listing));
        listing
    }

    fn leads_to(&self, path: &str) -> Option<String> {
        let target = self.target(path);
        self.remember(|answers| answers.note_link(path, target.as_deref()));
        target
    }

    /// One that can't be read is reported when its environment is planned.
    fn recorded(&self, environment: Option<&str>) -> Vec<Data> {
        let path = format!("{}/{MANIFEST}", output_folder(environment));
        let bytes = self.read(&path).ok();
        let recorded = plan::read(bytes.as_deref()).ok();
        recorded
            .map(|recorded| recorded.manifest.volumes.into_keys().collect())
            .unwrap_or_default()
    }
}

fn open(root: &Path) -> Result<Folder, ReadError> {
    Folder::open(root).map_err(|error: io::Error| Obstacle::from(error).into())
}

fn path_in(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_string(),
        folder => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{DiskWorld, ReadError, World};

    #[test]
    fn files_come_sorted_and_what_is_generated_is_no_input() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        for path in ["b.toml", "a/z.toml", "a.toml", "generated/x.toml", ".git/c"] {
            let path = folder.path().join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, "x")?;
        }
        let world = DiskWorld::new(folder.path());
        assert_eq!(world.list("").files, ["a.toml", "a/z.toml", "b.toml"]);
        assert_eq!(world.list("a/").files, ["a/z.toml"]);
        assert_eq!(world.list("none").files, Vec::<String>::new());
        assert_eq!(world.read("a"), Err(ReadError::Directory));
        assert_eq!(world.read("a.toml/b"), Err(ReadError::Missing));
        assert_eq!(world.read("a.toml"), Ok(b"x".to_vec()));
        let inner = DiskWorld::new(folder.path().join("a"));
        assert_eq!(inner.read("../a.toml"), Ok(b"x".to_vec()));
        Ok(())
    }
}
