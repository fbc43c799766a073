//! The compiler's [`World`] over a folder of the disk.

use std::{
    collections::BTreeSet,
    fs, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use walkdir::WalkDir;

use crate::world::{ReadError, World};

/// A project on the disk. Symbolic links are not followed when folders are listed.
#[derive(Debug)]
pub struct DiskWorld {
    root: PathBuf,
    /// What was asked for, there or not.
    reads: Mutex<BTreeSet<String>>,
}

/// Of no interest to a walk over the whole project: not the user's own, large, or what is generated from the rest.
const SKIPPED: [&str; 4] = [".git", "generated", "node_modules", "target"];

impl DiskWorld {
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            reads: Mutex::default(),
        }
    }

    /// The paths of all files that were read or looked for.
    pub fn reads(self) -> BTreeSet<String> {
        self.reads
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl World for DiskWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.reads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(path.to_string());
        let path = self.root.join(path);
        if path.is_dir() {
            return Err(ReadError::Directory);
        }
        fs::read(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::Missing,
            _ => ReadError::Failed(error.to_string()),
        })
    }

    fn files_below(&self, folder: &str) -> Vec<String> {
        let folder = folder.trim_end_matches('/');
        let is_root = matches!(folder, "" | ".");
        let start = if is_root {
            self.root.clone()
        } else {
            self.root.join(folder)
        };
        let mut files: Vec<String> = WalkDir::new(start)
            .into_iter()
            .filter_entry(|entry| {
                let name = entry.file_name().to_string_lossy();
                !(is_root && entry.depth() == 1 && SKIPPED.contains(&name.as_ref()))
            })
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file())
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(&self.root).ok()?;
                let parts: Option<Vec<&str>> = path
                    .components()
                    .map(|part| part.as_os_str().to_str())
                    .collect();
                Some(parts?.join("/"))
            })
            .collect();
        files.sort();
        files
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
        assert_eq!(world.files_below(""), ["a.toml", "a/z.toml", "b.toml"]);
        assert_eq!(world.files_below("a/"), ["a/z.toml"]);
        assert_eq!(world.files_below("none"), Vec::<String>::new());
        assert_eq!(world.read("a"), Err(ReadError::Directory));
        assert_eq!(world.read("a.toml/b"), Err(ReadError::Missing));
        assert_eq!(world.read("a.toml"), Ok(b"x".to_vec()));
        Ok(())
    }
}
