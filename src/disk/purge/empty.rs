//! Removes the contents of a folder that was checked. It works on open folders, not on paths.

use std::path::Path;

use super::{
    super::{
        folder::{Emptying, Folder, Obstacle},
        git::KEPT,
    },
    judge::{Place, is_foreign},
};
use crate::plan::Failure;

/// Removes what is in the folder. A symbolic link is removed, what it points to stays. Errors: the folder is not the one that
/// was checked, or the file system refuses.
pub(super) fn empty(place: &Place) -> Result<(), Failure> {
    let relative = place.folder.strip_prefix(&place.root);
    let relative = relative.unwrap_or(Path::new("")).to_string_lossy();
    let emptying = Emptying {
        keep: &[KEPT],
        refuses: is_foreign,
    };
    Folder::open(&place.root)
        .map_err(Obstacle::from)
        .and_then(|root| root.on_this_disk(&relative)?.empty(".", emptying))
        .map_err(|obstacle| {
            obstacle
                .failure("empty", &place.folder)
                .help("what containers wrote may belong to another user: run it as root")
        })
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
