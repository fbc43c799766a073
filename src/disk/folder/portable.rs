//! Folders as paths, for systems on which folders can't be held open: each part is looked at before it is used.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, FileType, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{Entry, Kind, Purpose};

/// A folder that was one when it was looked at.
#[derive(Debug)]
pub(super) struct Handle(PathBuf);

impl Handle {
    /// Follows links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(fs::canonicalize(path)?))
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.clone()))
    }

    /// Whose it is can't be told here.
    pub(super) fn is_private(&self) -> io::Result<bool> {
        Ok(true)
    }

    /// The folder of this name, where it is one itself.
    pub(super) fn step(&self, name: &str) -> io::Result<Self> {
        self.step_on_this_disk(name)
    }

    /// Which disk it is on can't be told here.
    pub(super) fn step_on_this_disk(
        &self,
        name: &(impl AsRef<OsStr> + ?Sized),
    ) -> io::Result<Self> {
        let path = self.0.join(name.as_ref());
        match fs::symlink_metadata(&path)?.is_dir() {
            true => Ok(Self(path)),
            false => Err(io::Error::other("it is not a folder")),
        }
    }

    pub(super) fn descend(&self, _: &[&str]) -> Option<Self> {
        None
    }

    pub(super) fn entry(&self, name: &str) -> io::Result<Entry> {
        let found = fs::symlink_metadata(self.0.join(name))?;
        Ok(Entry {
            kind: kind(found.file_type()),
            size: found.len(),
            mode: 0,
        })
    }

    pub(super) fn file(&self, name: &str, purpose: Purpose) -> io::Result<File> {
        let path = self.0.join(name);
        if fs::symlink_metadata(&path).is_ok_and(|found| found.is_symlink()) {
            return Err(io::Error::other("it is a symbolic link"));
        }
        let mut options = OpenOptions::new();
        match purpose {
            Purpose::Read => options.read(true),
            Purpose::Create(_) => options.write(true).create_new(true),
            Purpose::Lock => options.read(true).write(true).create(true).truncate(false),
        };
        options.open(path)
    }

    pub(super) fn set_mode(&self, _: &str, _: u32) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn make_folder(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    pub(super) fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        fs::rename(self.0.join(name), to.0.join(new))
    }

    pub(super) fn hard_link(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(name), to.0.join(new))
    }

    pub(super) fn remove_file(&self, name: &(impl AsRef<OsStr> + ?Sized)) -> io::Result<()> {
        fs::remove_file(self.0.join(name.as_ref()))
    }

    pub(super) fn remove_folder(&self, name: &(impl AsRef<OsStr> + ?Sized)) -> io::Result<()> {
        fs::remove_dir(self.0.join(name.as_ref()))
    }

    pub(super) fn names(&self) -> io::Result<Vec<(OsString, Kind)>> {
        fs::read_dir(&self.0)?
            .map(|entry| entry.and_then(|it| Ok((it.file_name(), kind(it.file_type()?)))))
            .collect()
    }

    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

fn kind(kind: FileType) -> Kind {
    if kind.is_symlink() {
        Kind::Link
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_file() {
        Kind::File
    } else {
        Kind::Special
    }
}
