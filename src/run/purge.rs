//! Emptying bind folders. What it may empty it decides anew just before, and follows no symbolic link.
//!
//! Only contents go, never the folder itself, and `.gitkeep` files stay with the folders that they keep.

use std::{
    fs, io,
    path::{Component, Path, PathBuf},
    process::Command,
};

use crate::plan::Failure;

const KEPT: &str = ".gitkeep";

/// Folders that may be emptied, and those that may not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purge {
    /// As platform.toml writes them.
    pub folders: Vec<String>,
    pub refusals: Vec<Refusal>,
}

/// A folder that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub folder: String,
    pub reason: String,
}

/// Which of these folders may be emptied. `keep` are paths of the project that have to survive: what platform.toml reads or
/// mounts without calling it data. Folders that do not exist are left out.
pub fn examine(project: &Path, folders: &[&str], keep: &[String]) -> Purge {
    let mut purge = Purge::default();
    for folder in folders {
        match judge(project, folder, keep) {
            Ok(Some(_)) => purge.folders.push(folder.to_string()),
            Ok(None) => {}
            Err(reason) => purge.refusals.push(Refusal {
                folder: folder.to_string(),
                reason,
            }),
        }
    }
    purge
}

/// Empties a folder. Errors: it may not be emptied, or the file system says no; what is gone by then is gone.
pub fn purge(project: &Path, folder: &str, keep: &[String]) -> Result<(), Failure> {
    let judged = judge(project, folder, keep)
        .map_err(|reason| Failure::new(format!("`{folder}` is not emptied: {reason}")))?;
    match judged {
        None => Ok(()),
        Some(path) => empty(&path).map(|_| ()),
    }
}

/// The folder's real path, `None` where there is none, or why it may not be emptied.
fn judge(project: &Path, folder: &str, keep: &[String]) -> Result<Option<PathBuf>, String> {
    let words = |error: io::Error| format!("it could not be read: {error}");
    let root = fs::canonicalize(project).map_err(words)?;
    let Some(path) = descend(&root, Path::new(folder))? else {
        return Ok(None);
    };
    if let Some(kept) = keep.iter().find(|kept| is_within(&root, kept, &path)) {
        return Err(format!("`{kept}` lies in it, which is no data"));
    }
    if path.join(".git").symlink_metadata().is_ok() {
        return Err("it is a git repository of its own".to_string());
    }
    refuse_tracked(&root, &path)?;
    refuse_mounts(&path).map_err(words)?;
    Ok(Some(path))
}

/// Walks down from the project, one real folder after the other.
fn descend(root: &Path, folder: &Path) -> Result<Option<PathBuf>, String> {
    let relative = match folder.is_absolute() {
        false => folder,
        true => folder
            .strip_prefix(root)
            .map_err(|_| "it lies outside of the project".to_string())?,
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
            Err(error) => return Err(format!("it could not be read: {error}")),
            Ok(metadata) if metadata.is_symlink() => {
                return Err("a symbolic link is part of its path".to_string());
            }
            Ok(metadata) if !metadata.is_dir() => return Err("it is no folder".to_string()),
            Ok(_) => {}
        }
    }
    if path == root {
        return Err("it is the project itself".to_string());
    }
    Ok(Some(path))
}

/// Whether a path of the project lies in this folder, by its name or by where its symbolic links lead.
fn is_within(root: &Path, kept: &str, folder: &Path) -> bool {
    let plain = Path::new(kept).components();
    let plain: PathBuf = plain.filter(|part| *part != Component::CurDir).collect();
    let kept = root.join(plain);
    let real = fs::canonicalize(&kept).unwrap_or_else(|_| kept.clone());
    kept.starts_with(folder) || real.starts_with(folder)
}

/// Git is asked itself: it alone knows its index. Where a repository is there and git can't be asked, nothing may go.
fn refuse_tracked(root: &Path, folder: &Path) -> Result<(), String> {
    let has_repository = |path: &Path| path.join(".git").symlink_metadata().is_ok();
    if !root.ancestors().any(has_repository) {
        return Ok(());
    }
    let answer = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--", "."])
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .output()
        .map_err(|error| format!("git could not be asked what it tracks: {error}"))?;
    if !answer.status.success() {
        let words = String::from_utf8_lossy(&answer.stderr);
        return Err(format!(
            "git could not say what it tracks: {}",
            words.trim()
        ));
    }
    let listed = String::from_utf8_lossy(&answer.stdout).into_owned();
    let tracked = listed.split('\0').filter(|path| !path.is_empty());
    let mut others = tracked.filter(|path| path.rsplit('/').next() != Some(KEPT));
    match others.next() {
        None => Ok(()),
        Some(path) => Err(format!("git tracks `{path}` in it")),
    }
}

/// Another file system below the folder is none of the project's.
#[cfg(unix)]
fn refuse_mounts(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;
    let device = folder.symlink_metadata()?.dev();
    for entry in walkdir::WalkDir::new(folder).follow_links(false) {
        let entry = entry.map_err(io::Error::from)?;
        if entry.path().symlink_metadata()?.dev() != device {
            let path = entry.path().display();
            return Err(io::Error::other(format!("`{path}` is mounted there")));
        }
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_mounts(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes what is in a folder; true if nothing stays. A symbolic link goes, what it points to stays.
fn empty(folder: &Path) -> Result<bool, Failure> {
    let failed = |error: io::Error| {
        Failure::io("empty", folder, &error)
            .help("what containers wrote may belong to another user: run it as root")
    };
    let mut is_empty = true;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        if entry.file_name() == KEPT {
            is_empty = false;
        } else if entry.file_type().map_err(failed)?.is_dir() {
            match empty(&path)? {
                true => fs::remove_dir(&path).map_err(failed)?,
                false => is_empty = false,
            }
        } else {
            fs::remove_file(&path).map_err(failed)?;
        }
    }
    Ok(is_empty)
}
