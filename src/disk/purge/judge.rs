//! Decides whether a folder may be emptied.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Component, Path, PathBuf},
};

use same_file::is_same_file;
use walkdir::WalkDir;

use super::{super::git, mounts};
use crate::{
    files::{GENERATED, PLATFORM_FILE, WRITTEN_BY_PEOPLE},
    plan::{Failure, MANIFEST},
};

/// A folder that may be emptied, as real paths.
pub(super) struct Place {
    pub(super) root: PathBuf,
    /// Strictly inside of the root, one real folder below the other.
    pub(super) folder: PathBuf,
}

impl Place {
    #[cfg(unix)]
    pub(super) fn empty(&self) -> Result<(), Failure> {
        super::empty::empty(self)
    }

    #[cfg(not(unix))]
    pub(super) fn empty(&self) -> Result<(), Failure> {
        let folder = self.folder.display();
        Err(Failure::new(format!("`{folder}` is not emptied here"))
            .help("only on Unix it is certain that nothing else is removed: empty it by hand"))
    }
}

/// The folder, `None` where there is none, or why it may not be emptied.
pub(super) fn judge(
    project: &Path,
    folder: &str,
    keep: &[String],
) -> Result<Option<Place>, String> {
    let root = fs::canonicalize(project).map_err(not_read)?;
    let Some(folder) = descend(&root, Path::new(folder))? else {
        return Ok(None);
    };
    if root.ancestors().any(|above| is_same(above, &folder)) {
        return Err("it is the project itself".to_string());
    }
    // By the folders, not by their names: letter case may not count here.
    let is_in = |own: &str| {
        folder
            .ancestors()
            .any(|above| is_same(above, &root.join(own)))
    };
    if is_in(GENERATED) {
        return Err("everything is generated into it".to_string());
    }
    if let Some(own) = WRITTEN_BY_PEOPLE.iter().find(|own| is_in(own)) {
        return Err(format!("it is part of `{own}`, which holds no data"));
    }
    if let Some(around) = folder.ancestors().find(|it| git::is_git_folder(it)) {
        let path = around.display();
        return Err(format!("`{path}` is part of a repository"));
    }
    let around = folder.ancestors().take_while(|above| *above != root);
    if let Some(other) = around
        .flat_map(files_of_a_project)
        .find(|file| file.exists())
    {
        return Err(format!(
            "`{}` is there, of another project",
            other.display()
        ));
    }
    if let Some(kept) = keep.iter().find(|kept| is_within(&root, kept, &folder)) {
        return Err(format!("`{kept}` is in it and has to stay"));
    }
    mounts::refuse(&root, &folder)?;
    refuse_others(&folder)?;
    git::refuse_tracked(&folder)?;
    Ok(Some(Place { root, folder }))
}

/// Opens one real folder after the other, from the project down.
fn descend(root: &Path, folder: &Path) -> Result<Option<PathBuf>, String> {
    let relative = match folder.is_absolute() {
        false => folder,
        true => folder
            .strip_prefix(root)
            .map_err(|_| "it is outside of the project".to_string())?,
    };
    let mut path = root.to_path_buf();
    for component in relative.components() {
        match component {
            Component::CurDir => continue,
            Component::Normal(name) => path.push(name),
            _ => return Err("its path holds `..`".to_string()),
        }
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(not_read(error)),
            Ok(metadata) if metadata.is_symlink() => {
                return Err("a symbolic link is part of its path".to_string());
            }
            Ok(metadata) if !metadata.is_dir() => return Err("it is not a folder".to_string()),
            Ok(_) => {}
        }
    }
    Ok(Some(path))
}

/// Whether a path of the project lies in this folder, by its name or by the target of its symbolic links. It compares folders,
/// not names, because a file system may treat two names as the same.
fn is_within(root: &Path, kept: &str, folder: &Path) -> bool {
    let plain = Path::new(kept).components();
    let plain: PathBuf = plain.filter(|part| *part != Component::CurDir).collect();
    let kept = root.join(plain);
    let real = fs::canonicalize(&kept).unwrap_or_else(|_| kept.clone());
    kept.starts_with(folder) || real.ancestors().any(|above| is_same(above, folder))
}

fn is_same(one: &Path, other: &Path) -> bool {
    is_same_file(one, other).unwrap_or(false)
}

/// What makes a folder the one of a project.
fn files_of_a_project(folder: &Path) -> [PathBuf; 2] {
    [PLATFORM_FILE, MANIFEST].map(|name| folder.join(name))
}

/// Names that the data may not hold: those of a repository and of another project.
pub(super) fn is_foreign(name: &OsStr) -> bool {
    git::is_repository(name) || name == PLATFORM_FILE || name == MANIFEST
}

/// Refuses a folder that contains a repository, whose history and tracked files are not data, or another project.
fn refuse_others(folder: &Path) -> Result<(), String> {
    for entry in WalkDir::new(folder).follow_links(false) {
        let entry = entry.map_err(|error| not_read(io::Error::from(error)))?;
        if git::is_repository(entry.file_name()) || git::is_git_folder(entry.path()) {
            let path = entry.path().display();
            return Err(format!("`{path}` is there, a repository of its own"));
        }
        if is_foreign(entry.file_name()) {
            let path = entry.path().display();
            return Err(format!("`{path}` is there, of another project"));
        }
    }
    Ok(())
}

pub(super) fn not_read(error: io::Error) -> String {
    format!("it could not be read: {error}")
}
