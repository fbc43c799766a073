//! Folders as file descriptors.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, linkat, mkdirat, openat, renameat};
use rustix::fs::{fstat, statat, unlinkat};

use super::{Entry, Kind, Purpose};

/// An open folder.
#[derive(Debug)]
pub(super) struct Handle(OwnedFd);

impl Handle {
    /// Follows links.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = folder_flags().difference(OFlags::NOFOLLOW);
        Ok(Self(openat(CWD, path, flags, Mode::empty())?))
    }

    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.try_clone()?))
    }

    /// Whether it belongs to this user, and its mode lets nobody else write.
    pub(super) fn is_private(&self) -> io::Result<bool> {
        let found = fstat(&self.0)?;
        let mode = Mode::from_raw_mode(found.st_mode);
        let is_own = found.st_uid == rustix::process::geteuid().as_raw();
        Ok(is_own && !mode.intersects(Mode::WGRP | Mode::WOTH))
    }

    /// The folder of this name, where it is one itself.
    pub(super) fn step(&self, name: &str) -> io::Result<Self> {
        Ok(Self(openat(&self.0, name, folder_flags(), Mode::empty())?))
    }

    /// The folder of this name, where it is one itself and nothing is mounted there. Linux can be told to enter no mount,
    /// also of the same disk; a kernel that can't is told by the numbers of the disks.
    pub(super) fn step_on_this_disk(
        &self,
        name: &(impl AsRef<OsStr> + ?Sized),
    ) -> io::Result<Self> {
        let name = name.as_ref();
        #[cfg(target_os = "linux")]
        {
            use rustix::{
                fs::{ResolveFlags, openat2},
                io::Errno,
            };
            let resolve = ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
            match openat2(&self.0, name, folder_flags(), Mode::empty(), resolve) {
                Err(Errno::NOSYS | Errno::PERM) => {}
                Err(Errno::XDEV) => return Err(mounted(name)),
                opened => return Ok(Self(opened?)),
            }
        }
        let inner = openat(&self.0, name, folder_flags(), Mode::empty())?;
        match fstat(&inner)?.st_dev == fstat(&self.0)?.st_dev {
            true => Ok(Self(inner)),
            false => Err(mounted(name)),
        }
    }

    /// Several steps at once; `None` where the system can't do it, or where something is in the way that only single steps
    /// can name.
    #[cfg(target_os = "linux")]
    pub(super) fn descend(&self, names: &[&str]) -> Option<io::Result<Self>> {
        use rustix::{
            fs::{ResolveFlags, openat2},
            io::Errno,
        };
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let path = match names.is_empty() {
            true => ".".to_string(),
            false => names.join("/"),
        };
        match openat2(&self.0, path, folder_flags(), Mode::empty(), resolve) {
            Ok(folder) => Some(Ok(Self(folder))),
            // A part of the path is not there; a link or a file in its place gives another error.
            Err(Errno::NOENT) => Some(Err(Errno::NOENT.into())),
            Err(_) => None,
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn descend(&self, _: &[&str]) -> Option<io::Result<Self>> {
        None
    }

    // The system's numbers have 16 bits on some systems.
    #[allow(clippy::useless_conversion)]
    pub(super) fn entry(&self, name: &str) -> io::Result<Entry> {
        let found = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(Entry {
            kind: kind(FileType::from_raw_mode(found.st_mode)),
            size: u64::try_from(found.st_size).unwrap_or_default(),
            mode: u32::from(Mode::from_raw_mode(found.st_mode).bits() & 0o777),
        })
    }

    pub(super) fn file(&self, name: &str, purpose: Purpose) -> io::Result<File> {
        let (flags, mode) = match purpose {
            Purpose::Read => (OFlags::RDONLY, Mode::empty()),
            Purpose::Create(mode) => (
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
                Mode::from_bits_truncate(mode),
            ),
            Purpose::Lock => (
                OFlags::RDWR | OFlags::CREATE,
                Mode::from_bits_truncate(0o666),
            ),
        };
        // If a pipe or a terminal has replaced the file, opening it must neither block nor make it our controlling terminal.
        let safe = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        Ok(File::from(openat(&self.0, name, flags | safe, mode)?))
    }

    pub(super) fn set_mode(&self, name: &str, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        let file = self.file(name, Purpose::Read)?;
        file.set_permissions(std::fs::Permissions::from_mode(mode))
    }

    pub(super) fn make_folder(&self, name: &str) -> io::Result<()> {
        Ok(mkdirat(&self.0, name, Mode::from_bits_truncate(0o777))?)
    }

    pub(super) fn rename(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        Ok(renameat(&self.0, name, &to.0, new)?)
    }

    pub(super) fn hard_link(&self, name: &str, to: &Self, new: &str) -> io::Result<()> {
        Ok(linkat(&self.0, name, &to.0, new, AtFlags::empty())?)
    }

    pub(super) fn remove_file(&self, name: &(impl AsRef<OsStr> + ?Sized)) -> io::Result<()> {
        Ok(unlinkat(&self.0, name.as_ref(), AtFlags::empty())?)
    }

    pub(super) fn remove_folder(&self, name: &(impl AsRef<OsStr> + ?Sized)) -> io::Result<()> {
        Ok(unlinkat(&self.0, name.as_ref(), AtFlags::REMOVEDIR)?)
    }

    pub(super) fn names(&self) -> io::Result<Vec<(OsString, Kind)>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            let kind = match entry.file_type() {
                // Not every file system has it.
                FileType::Unknown => {
                    let found = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW)?;
                    kind(FileType::from_raw_mode(found.st_mode))
                }
                known => kind(known),
            };
            names.push((name.to_os_string(), kind));
        }
        Ok(names)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Ok(rustix::fs::syncfs(self.0.as_fd())?)
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(rustix::fs::fsync(self.0.as_fd())?)
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn mounted(name: &OsStr) -> io::Error {
    io::Error::other(format!("`{}` is mounted there", name.display()))
}

fn kind(kind: FileType) -> Kind {
    match kind {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Special,
    }
}
