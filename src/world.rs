//! What the compiler may read: the files of one project, by paths relative to its folder.
//!
//! The compiler itself never touches a disk. The command line gives it a [`World`] over a folder, tests one over a map.

use std::collections::BTreeMap;

/// Why a path could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    Missing,
    Directory,
    /// Any other failure of the file system, in its own words.
    Failed(String),
}

/// The project's folder, which several threads may ask. Paths are relative to it, written with `/`.
pub trait World: Sync {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// All files below a folder, at any depth, as paths relative to the project, sorted. Empty where there is no such folder.
    fn files_below(&self, folder: &str) -> Vec<String>;
}

/// A project that exists only in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryWorld {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_string(), text.into());
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        if let Some(bytes) = self.files.get(path) {
            return Ok(bytes.clone());
        }
        if self.files_below(path).is_empty() {
            Err(ReadError::Missing)
        } else {
            Err(ReadError::Directory)
        }
    }

    fn files_below(&self, folder: &str) -> Vec<String> {
        let prefix = match folder {
            "" | "." => String::new(),
            folder => format!("{}/", folder.trim_end_matches('/')),
        };
        self.files
            .keys()
            .filter(|path| path.starts_with(&prefix))
            .cloned()
            .collect()
    }
}
