//! Removes the contents of a folder through open folders, so that no link or mount can be placed on the path meanwhile.

use std::{ffi::OsStr, io};

use super::{Folder, Kind, Obstacle, parts, system::Handle};

/// What of a folder stays.
#[derive(Clone, Copy)]
pub struct Emptying<'a> {
    /// Files and folders of these names stay where they are, and so do the folders around them.
    pub keep: &'a [&'a str],
    /// A folder that holds such a name is left as it is, which is an error.
    pub refuses: fn(&OsStr) -> bool,
}

impl Folder {
    /// The folder at a path below, where everything on the way to it is on one disk. Errors: a part of the path is no folder,
    /// or is on another disk.
    pub fn on_this_disk(&self, path: &str) -> Result<Folder, Obstacle> {
        let mut here = self.handle.try_clone()?;
        for part in parts(path)? {
            here = here.step_on_this_disk(part)?;
        }
        Ok(Folder {
            handle: here,
            path: self.path.join(path),
        })
    }

    /// Removes the contents of a folder. A link is removed, its target stays. Errors: another file system is mounted below.
    pub fn empty(&self, path: &str, emptying: Emptying<'_>) -> Result<(), Obstacle> {
        empty(&self.folder(path)?, emptying)?;
        Ok(())
    }
}

/// True if nothing stays.
fn empty(folder: &Handle, emptying: Emptying<'_>) -> io::Result<bool> {
    let mut names = folder.names()?;
    names.sort_by(|one, other| one.0.cmp(&other.0));
    if let Some((name, _)) = names.iter().find(|(name, _)| (emptying.refuses)(name)) {
        let name = name.display();
        return Err(io::Error::other(format!(
            "`{name}` is in it now: nothing is removed"
        )));
    }
    let mut is_empty = true;
    for (name, kind) in &names {
        if emptying.keep.iter().any(|kept| name == kept) {
            is_empty = false;
        } else if *kind != Kind::Folder {
            folder.remove_file(name)?;
        } else if empty(&folder.step_on_this_disk(name)?, emptying)? {
            folder.remove_folder(name)?;
        } else {
            is_empty = false;
        }
    }
    Ok(is_empty)
}
