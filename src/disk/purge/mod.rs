//! Empties bind-mounted folders. Whether a folder may be emptied is checked again just before; no symbolic link is followed.
//!
//! Only the contents are removed, never the folder itself. `.gitkeep` files and their folders stay.

#[cfg(unix)]
mod empty;
mod judge;
mod mounts;

use std::path::Path;

use crate::plan::Failure;

/// Folders that may be emptied, and those that may not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purge {
    /// As platform.toml writes them.
    pub folders: Vec<String>,
    /// Those that stay, each with the reason.
    pub refusals: Vec<Refusal>,
}

/// A folder that stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// As platform.toml writes it.
    pub folder: String,
    /// Words that follow `because` or a colon.
    pub reason: String,
}

/// Which of these folders may be emptied. `keep` are paths of the project that have to survive: what platform.toml reads,
/// mounts without calling it data, or mounts for somebody else. Folders that do not exist are left out.
pub fn examine(project: &Path, folders: &[&str], keep: &[String]) -> Purge {
    let mut purge = Purge::default();
    for folder in folders {
        match judge::judge(project, folder, keep) {
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

/// Empties a folder. Errors: it may not be emptied, or the file system refuses; what was removed before stays removed.
pub fn purge(project: &Path, folder: &str, keep: &[String]) -> Result<(), Failure> {
    let judged = judge::judge(project, folder, keep)
        .map_err(|reason| Failure::new(format!("`{folder}` is not emptied: {reason}")))?;
    match judged {
        None => Ok(()),
        Some(place) => place.empty(),
    }
}
