//! What the compiler may read: the files of one project, by paths relative to its folder.
//!
//! The compiler itself never touches a disk. The command line gives it a [`World`] over a folder, tests one over a map.

use std::{
    collections::BTreeMap,
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::data::Data;

/// The largest file of a project that is read, in bytes: far beyond what people write, near enough to stay quick.
pub const LARGEST_FILE: usize = 4 << 20;

/// Why a path could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is nothing of this name.
    Missing,
    /// A folder is there.
    Directory,
    /// This part of the path is a symbolic link, and none is followed.
    Link(String),
    /// A pipe, a socket, a device.
    Special,
    /// It has more bytes than these.
    TooLarge(u64),
    /// Any other failure of the file system, in its own words.
    Failed(String),
}

/// As what follows the path.
impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Missing => f.write_str("does not exist"),
            ReadError::Directory => f.write_str("is a folder"),
            ReadError::Link(link) => write!(
                f,
                "can't be read: `{link}` is a symbolic link, and mlopsgen follows none"
            ),
            ReadError::Special => f.write_str("is neither a file nor a folder"),
            ReadError::TooLarge(most) => write!(f, "has more than {} MiB", most >> 20),
            ReadError::Failed(why) => write!(f, "can't be read: {why}"),
        }
    }
}

impl ReadError {
    /// What to do where it is enough that nothing is there.
    pub fn way_out(&self) -> &'static str {
        match self {
            ReadError::Directory => "put a regular file there, or move it away",
            _ => "put a regular file or folder there that you may read, or move it away",
        }
    }
}

/// What a folder holds, at any depth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Paths of regular files, relative to the project, sorted.
    pub files: Vec<String>,
    /// What is there and is neither a file nor a folder that could be listed, sorted by path.
    pub unread: Vec<(String, ReadError)>,
    /// Folders whose names end in `.toml`, sorted: who asks for such files may have meant one.
    pub folders: Vec<String>,
}

/// The project's folder, which several threads may ask. Paths are relative to it, written with `/`.
pub trait World: Sync {
    /// The bytes of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// All that lies below a folder. Nothing where there is no such folder.
    fn list(&self, folder: &str) -> Listing;

    /// Where a path leads that goes through a symbolic link, which engines follow: relative to the project, or absolute where it
    /// leaves that; `None` where no part of it is a link.
    fn leads_to(&self, _path: &str) -> Option<String> {
        None
    }

    /// The data that the manifest of an environment remembers; `None` is the base. Nothing where none was applied.
    fn recorded(&self, _environment: Option<&str>) -> Vec<Data> {
        Vec::new()
    }
}

/// What one compilation reads in all, in bytes. A file counts each time that it is read: what is written in a few words and
/// used often takes no more than that.
pub const LARGEST_PROJECT: u64 = 64 << 20;

/// A world of which a compilation reads so much and no more.
pub struct Bounded<'a> {
    world: &'a dyn World,
    read: AtomicU64,
}

impl<'a> Bounded<'a> {
    /// The same world, of which nothing has been read yet.
    pub fn new(world: &'a dyn World) -> Self {
        Self {
            world,
            read: AtomicU64::new(0),
        }
    }

    /// Whether more was asked for. Which file was the one too many follows from the order of the questions.
    pub fn is_exceeded(&self) -> bool {
        self.read.load(Ordering::Relaxed) > LARGEST_PROJECT
    }

    /// The same world for another compilation, which may read as much again.
    pub fn for_next_compilation(&self) -> Self {
        Self::new(self.world)
    }
}

impl World for Bounded<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.world.read(path)?;
        let before = self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        match before + bytes.len() as u64 <= LARGEST_PROJECT {
            true => Ok(bytes),
            false => Err(ReadError::Failed(format!(
                "the files of a project have at most {} MiB in all, each as often as it is used",
                LARGEST_PROJECT >> 20
            ))),
        }
    }

    fn list(&self, folder: &str) -> Listing {
        self.world.list(folder)
    }

    fn leads_to(&self, path: &str) -> Option<String> {
        self.world.leads_to(path)
    }

    fn recorded(&self, environment: Option<&str>) -> Vec<Data> {
        self.world.recorded(environment)
    }
}

/// A project that exists only in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryWorld {
    /// A world without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a file more; its folders exist then.
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
        if self.list(path).files.is_empty() {
            Err(ReadError::Missing)
        } else {
            Err(ReadError::Directory)
        }
    }

    fn list(&self, folder: &str) -> Listing {
        let prefix = match folder {
            "" | "." => String::new(),
            folder => format!("{}/", folder.trim_end_matches('/')),
        };
        let paths = self.files.keys();
        Listing {
            files: paths
                .filter(|path| path.starts_with(&prefix))
                .cloned()
                .collect(),
            ..Listing::default()
        }
    }
}
