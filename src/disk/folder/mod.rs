//! One way to open what is ours: an open folder, and paths below it. No part of such a path is followed where it is a
//! symbolic link, nothing but regular files is read, and a file's size is known before it is read.
//!
//! Who wrote a repository may have put a link, a pipe or a device at any place of it.

#[cfg(unix)]
#[path = "unix.rs"]
mod system;

#[cfg(not(unix))]
#[path = "portable.rs"]
mod system;

mod empty;
mod write;

pub use empty::Emptying;
pub use write::DRAFT;

use std::{
    ffi::OsString,
    fmt, io,
    path::{Path, PathBuf},
};

use system::Handle;

use crate::{plan::Failure, world::ReadError};

/// A folder that is held open.
#[derive(Debug)]
pub struct Folder {
    handle: Handle,
    path: PathBuf,
}

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    Folder,
    Link,
    /// A pipe, a socket, a device.
    Special,
}

/// One file or folder.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub kind: Kind,
    /// Bytes.
    pub size: u64,
    /// Who may read and write it, in the system's numbers; 0 where the system has none.
    pub mode: u32,
}

/// What to open a file for.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Read,
    /// To create, with this mode. An error if the path exists.
    Create(u32),
    /// To lock: created if it does not exist.
    Lock,
}

/// Why something below a folder can't be reached.
#[derive(Debug)]
pub enum Obstacle {
    /// This part of the path is a symbolic link.
    Link(String),
    /// This part of the path is a file, and a folder must be there.
    BelowFile(String),
    System(io::Error),
}

impl Obstacle {
    pub fn is_missing(&self) -> bool {
        matches!(self, Obstacle::System(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// What stopped a command that tried this (`write`, `remove`) with a path.
    pub fn failure(self, tried: &str, path: &Path) -> Failure {
        match self {
            Obstacle::System(error) => Failure::io(tried, path, &error),
            Obstacle::Link(link) => Failure::new(format!(
                "could not {tried} `{}`: `{link}` is a symbolic link",
                path.display()
            ))
            .help("mlopsgen follows no symbolic link: put the file or folder itself there"),
            Obstacle::BelowFile(file) => Failure::new(format!(
                "could not {tried} `{}`: `{file}` is a file, and a folder must be there",
                path.display()
            ))
            .help("move it away"),
        }
    }
}

impl From<io::Error> for Obstacle {
    fn from(error: io::Error) -> Self {
        Obstacle::System(error)
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Link(link) => write!(f, "`{link}` is a symbolic link"),
            Obstacle::BelowFile(file) => write!(f, "`{file}` is a file"),
            Obstacle::System(error) => error.fmt(f),
        }
    }
}

impl From<Obstacle> for ReadError {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::Link(link) => ReadError::Link(link),
            // Below a file there is nothing.
            Obstacle::BelowFile(_) => ReadError::Missing,
            Obstacle::System(error) if error.kind() == io::ErrorKind::NotFound => {
                ReadError::Missing
            }
            Obstacle::System(error) => ReadError::Failed(error.to_string()),
        }
    }
}

impl Folder {
    /// Opens a folder that the user named: links in its path are followed, because the user chose the path. Errors: there is no
    /// such folder, or it can't be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        let named = match path.as_os_str().is_empty() {
            true => Path::new("."),
            false => path,
        };
        Ok(Self {
            handle: Handle::open(named)?,
            path: path.to_path_buf(),
        })
    }

    /// A folder below, held open itself: its files are reached without a walk to it. Errors: there is no such folder, or a link
    /// leads to it.
    pub fn inner(&self, path: &str) -> Result<Self, Obstacle> {
        Ok(Self {
            handle: self.folder(path)?,
            path: self.path.join(path),
        })
    }

    /// A path below the folder, for messages and other programs.
    pub fn path(&self, path: &str) -> PathBuf {
        self.path.join(path)
    }

    /// Whether the folder is this user's own, and nobody else may write in it.
    pub fn is_private(&self) -> bool {
        self.handle.is_private().unwrap_or(false)
    }

    /// What stands at a path; `None` where nothing does. Errors: a part of the path is a link or a file, or can't be read.
    pub fn entry(&self, path: &str) -> Result<Option<Entry>, Obstacle> {
        let found = self.parent(path).and_then(|(folder, name)| {
            let folder = folder.as_ref().unwrap_or(&self.handle);
            Ok(folder.entry(name)?)
        });
        match found {
            Ok(entry) => Ok(Some(entry)),
            Err(obstacle) if obstacle.is_missing() => Ok(None),
            Err(obstacle) => Err(obstacle),
        }
    }

    /// The bytes of a regular file that has no more than `most`. Errors: there is none, it is longer, or something else is at
    /// the path or on the way to it.
    pub fn read(&self, path: &str, most: u64) -> Result<Vec<u8>, ReadError> {
        self.read_below(path, most)?
    }

    /// The same. Errors: the outer one says what keeps the folder around the file from being reached.
    pub fn read_below(
        &self,
        path: &str,
        most: u64,
    ) -> Result<Result<Vec<u8>, ReadError>, Obstacle> {
        let (folder, name) = self.parent(path)?;
        let folder = folder.as_ref().unwrap_or(&self.handle);
        Ok(read_in(folder, path, name, most))
    }

    /// The names in a folder with what they are, sorted. Errors: there is no such folder, or it can't be read.
    pub fn names(&self, path: &str) -> Result<Vec<(OsString, Kind)>, Obstacle> {
        let folder = self.folder(path)?;
        let mut names = folder.names()?;
        names.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(names)
    }

    /// The folder at a path below.
    fn folder(&self, path: &str) -> Result<Handle, Obstacle> {
        let parts = parts(path)?;
        match self.handle.descend(&parts) {
            Some(found) => Ok(found?),
            None => self.walk(&parts),
        }
    }

    /// The folder that a path's last name lies in, `None` for this one, and that name.
    fn parent<'a>(&self, path: &'a str) -> Result<(Option<Handle>, &'a str), Obstacle> {
        let mut folders = parts(path)?;
        let name = folders.pop().unwrap_or(".");
        if folders.is_empty() {
            return Ok((None, name));
        }
        let folder = match self.handle.descend(&folders) {
            Some(found) => found?,
            None => self.walk(&folders)?,
        };
        Ok((Some(folder), name))
    }

    /// One folder after the other: where the system has no quicker way, and to say what is in the way.
    fn walk(&self, parts: &[&str]) -> Result<Handle, Obstacle> {
        let mut here = self.handle.try_clone()?;
        for (index, part) in parts.iter().enumerate() {
            let path = || parts[..=index].join("/");
            here = match here.step(part) {
                Ok(inner) => inner,
                Err(error) => {
                    return Err(match here.entry(part).map(|entry| entry.kind) {
                        Ok(Kind::Link) => Obstacle::Link(path()),
                        Ok(Kind::File | Kind::Special) => Obstacle::BelowFile(path()),
                        _ => Obstacle::System(error),
                    });
                }
            };
        }
        Ok(here)
    }
}

/// Bytes of the longest path, as in Linux: below it folders can go on, one in the other, and each further one takes longer.
const LONGEST_PATH: usize = 4096;

fn parts(path: &str) -> Result<Vec<&str>, Obstacle> {
    if path.len() > LONGEST_PATH {
        let why = format!("its path has more than {LONGEST_PATH} bytes");
        return Err(io::Error::other(why).into());
    }
    let parts = path.split('/');
    let parts: Vec<&str> = parts
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    match parts.contains(&"..") {
        true => Err(io::Error::other("`..` leaves the folder").into()),
        false => Ok(parts),
    }
}

/// The bytes of a regular file in a folder; `path` is what a message calls it.
fn read_in(folder: &Handle, path: &str, name: &str, most: u64) -> Result<Vec<u8>, ReadError> {
    use io::Read;
    let failed = |error: io::Error| ReadError::from(Obstacle::from(error));
    // Opening a pipe waits, and opening a device may do things.
    match folder.entry(name).map_err(failed)?.kind {
        Kind::File => {}
        Kind::Folder => return Err(ReadError::Directory),
        Kind::Link => return Err(ReadError::Link(path.to_string())),
        Kind::Special => return Err(ReadError::Special),
    }
    let file = folder.file(name, Purpose::Read).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    // Something else may stand there by now.
    if !metadata.is_file() {
        return Err(ReadError::Special);
    }
    if metadata.len() > most {
        return Err(ReadError::TooLarge(most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    match bytes.len() as u64 > most {
        true => Err(ReadError::TooLarge(most)),
        false => Ok(bytes),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, io, os::unix::fs::symlink};

    use super::{Folder, Obstacle, ReadError};

    #[test]
    fn no_link_on_the_way_is_followed_and_only_files_are_read() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("project/a/b/c"))?;
        fs::write(path("project/a/b/file"), "text")?;
        fs::write(path("project/a/b/c/file"), "text")?;
        fs::write(path("secret"), "secret")?;
        symlink(path("secret"), path("project/a/link"))?;
        symlink("b", path("project/a/inner"))?;
        symlink("/dev/zero", path("project/zero"))?;
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path("project/pipe"),
            rustix::fs::FileType::Fifo,
            0o600.into(),
            0,
        )?;
        let project = Folder::open(&path("project"))?;
        let read = |path: &str| project.read(path, 4);
        assert_eq!(read("a/b/file"), Ok(b"text".to_vec()));
        assert_eq!(read("./a//b/file"), Ok(b"text".to_vec()));
        assert_eq!(project.read("a/b/file", 3), Err(ReadError::TooLarge(3)));
        assert_eq!(read("a/link"), Err(ReadError::Link("a/link".to_string())));
        // The last folder of a path is opened in another way than those before it.
        for below in ["a/inner/file", "a/inner/c/file", "a/inner/c"] {
            let link = ReadError::Link("a/inner".to_string());
            assert_eq!(read(below), Err(link), "{below}");
        }
        assert_eq!(read("zero"), Err(ReadError::Link("zero".to_string())));
        assert_eq!(read("pipe"), Err(ReadError::Special));
        assert_eq!(read("a"), Err(ReadError::Directory));
        assert_eq!(read("a/none"), Err(ReadError::Missing));
        assert_eq!(read("a/b/file/x"), Err(ReadError::Missing));
        assert!(project.read("../secret", 9).is_err());
        let way = project.walk(&["a", "inner"]).expect_err("a link");
        assert!(matches!(way, Obstacle::Link(link) if link == "a/inner"));
        Ok(())
    }
}
