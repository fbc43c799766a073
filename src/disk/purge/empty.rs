//! Removes what is in a folder by open folders, not by paths: nobody can put a link or a mount in the way meanwhile.

use std::{
    ffi::{OsStr, OsString},
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::{OsStrExt, OsStringExt},
    },
    path::Path,
};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat, unlinkat};

use super::{
    super::git::{self, KEPT},
    judge::Place,
};
use crate::plan::Failure;

/// Removes what is in the folder. A symbolic link is removed, what it points to stays. Errors: the folder is not the one that
/// was checked, or the file system refuses.
pub(super) fn empty(place: &Place) -> Result<(), Failure> {
    let failed = |error: io::Error| failed(&place.folder, &error);
    let mut folder = open(CWD, place.root.as_os_str()).map_err(failed)?;
    let relative = place.folder.strip_prefix(&place.root);
    for name in relative.unwrap_or(Path::new("")) {
        folder = step(&folder, name).map_err(failed)?;
    }
    empty_open(&folder, &place.folder).map(|_| ())
}

/// Returns whether the folder is empty afterwards.
fn empty_open(folder: &OwnedFd, path: &Path) -> Result<bool, Failure> {
    let failed = |error: io::Error| failed(path, &error);
    let names = names(folder).map_err(failed)?;
    if names.iter().any(|name| git::is_repository(name)) {
        return Err(Failure::new(format!(
            "`{}` has become a git repository: what is in it stays",
            path.display()
        )));
    }
    let mut is_empty = true;
    for name in &names {
        if name == KEPT {
            is_empty = false;
            continue;
        }
        let metadata = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
        let metadata = metadata.map_err(|error| failed(error.into()))?;
        let mut flags = AtFlags::empty();
        if FileType::from_raw_mode(metadata.st_mode) == FileType::Directory {
            let inner = step(folder, name).map_err(failed)?;
            if !empty_open(&inner, &path.join(name))? {
                is_empty = false;
                continue;
            }
            flags = AtFlags::REMOVEDIR;
        }
        unlinkat(folder, name, flags).map_err(|error| failed(error.into()))?;
    }
    Ok(is_empty)
}

/// A folder in a folder, on the same file system.
fn step(folder: &OwnedFd, name: &OsStr) -> io::Result<OwnedFd> {
    let inner = open_here(folder.as_fd(), name)?;
    if fstat(&inner)?.st_dev != fstat(folder)?.st_dev {
        return Err(io::Error::other(format!(
            "`{}` is mounted there",
            name.display()
        )));
    }
    Ok(inner)
}

/// Linux refuses to cross a mount when asked, also one of the same disk. Where the kernel can't, the numbers of the file
/// systems are compared.
#[cfg(target_os = "linux")]
fn open_here(folder: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    use rustix::{fs::ResolveFlags, io::Errno};
    let resolve = ResolveFlags::NO_XDEV | ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    match rustix::fs::openat2(folder, name, flags(), Mode::empty(), resolve) {
        Err(Errno::NOSYS | Errno::PERM) => open(folder, name),
        Err(Errno::XDEV) => Err(io::Error::other(format!(
            "`{}` is mounted there",
            name.display()
        ))),
        opened => Ok(opened?),
    }
}

#[cfg(not(target_os = "linux"))]
fn open_here(folder: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    open(folder, name)
}

fn open(folder: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    Ok(openat(folder, name, flags(), Mode::empty())?)
}

fn flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

fn names(folder: &OwnedFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    names.sort_by(|one, other| one.as_bytes().cmp(other.as_bytes()));
    Ok(names)
}

fn failed(folder: &Path, error: &io::Error) -> Failure {
    Failure::io("empty", folder, error)
        .help("what containers wrote may belong to another user: run it as root")
}

#[cfg(test)]
mod tests {
    use std::{fs, io, os::unix::fs::symlink};

    use super::super::judge::judge;

    /// Somebody puts a link in the way between the check and the removal.
    #[test]
    fn what_changes_after_it_was_judged_stays() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = |name: &str| folder.path().join(name);
        for name in ["project/data/scratch", "outside/scratch"] {
            fs::create_dir_all(path(name))?;
            fs::write(path(name).join("precious"), "x")?;
        }
        let place = judge(&path("project"), "data/scratch", &[]);
        let place = place.expect("no refusal").expect("a folder");
        fs::rename(path("project/data"), path("project/moved"))?;
        symlink(path("outside"), path("project/data"))?;
        assert!(place.empty().is_err());
        assert!(path("outside/scratch/precious").exists());
        fs::remove_file(path("project/data"))?;
        fs::rename(path("project/moved"), path("project/data"))?;
        fs::create_dir(path("project/data/scratch/.Git"))?;
        assert!(place.empty().is_err());
        assert!(path("project/data/scratch/precious").exists());
        fs::remove_dir(path("project/data/scratch/.Git"))?;
        assert!(place.empty().is_ok());
        assert!(!path("project/data/scratch/precious").exists());
        Ok(())
    }
}
