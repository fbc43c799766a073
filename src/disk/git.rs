//! What git tracks and ignores. It is asked itself: it alone knows its index.

use std::{ffi::OsStr, path::Path, process::Command};

/// Files that keep a folder in git, and nothing else.
pub(super) const KEPT: &str = ".gitkeep";

/// Whether a file or folder of this name makes the folder around it a repository, on file systems that know no case too.
pub(super) fn is_repository(name: &OsStr) -> bool {
    name.eq_ignore_ascii_case(".git")
}

/// Whether git takes the folder for its own: it has this name, or what a repository without a working tree has.
pub(super) fn is_git_folder(folder: &Path) -> bool {
    folder.file_name().is_some_and(is_repository)
        || ["HEAD", "objects", "refs"]
            .iter()
            .all(|name| folder.join(name).symlink_metadata().is_ok())
}

/// Every repository around the folder is asked: one may have tracked it before another was made inside. Where a repository is
/// and git can't be asked, nothing may go.
pub(super) fn refuse_tracked(folder: &Path) -> Result<(), String> {
    let has_repository = |path: &&Path| path.join(".git").symlink_metadata().is_ok();
    for repository in folder.ancestors().filter(has_repository) {
        let mut git = Command::new("git");
        git.env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE");
        refuse_listed(git, repository, folder)?;
    }
    // A repository that lies elsewhere and tracks files here.
    match std::env::var_os("GIT_DIR") {
        Some(_) => refuse_listed(Command::new("git"), folder, folder),
        None => Ok(()),
    }
}

fn refuse_listed(mut git: Command, from: &Path, folder: &Path) -> Result<(), String> {
    let answer = git
        .arg("-C")
        .arg(from)
        .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"])
        .args(["--literal-pathspecs", "ls-files", "-z", "--full-name", "--"])
        .arg(folder)
        .output()
        .map_err(|error| {
            format!("git could not be asked what it tracks: {error}; install it, or empty the folder by hand")
        })?;
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

/// Whether git would not add the file: it ignores it, or there is no repository around the project. `None`: git is not
/// installed.
pub(super) fn would_ignore(project: &Path, path: &str) -> Option<bool> {
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        git.arg("-C")
            .arg(project)
            .args(["-c", "safe.directory=*", "-c", "core.fsmonitor=false"]);
        git.args(words).output()
    };
    let inside = git(&["rev-parse", "--is-inside-work-tree"]).ok()?;
    let is_inside = inside.status.success() && inside.stdout.starts_with(b"true");
    // A tracked file counts as not ignored.
    let ignored = git(&["check-ignore", "--quiet", "--", path]);
    Some(!is_inside || ignored.is_ok_and(|answer| answer.status.success()))
}
