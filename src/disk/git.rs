//! What git tracks and ignores. It is asked itself: it alone knows its index.

use std::{ffi::OsStr, path::Path, process::Command};

use super::programs::command;

/// Settings for a question to git. A repository's own settings can name programs and places on the net: git is asked what it
/// tracks, and does nothing else. Whose the files are does not matter to that question.
const SETTINGS: [&str; 6] = [
    "safe.directory=*",
    // The settings of a folder that only looks like a repository are its author's.
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.untrackedCache=false",
    "protocol.allow=never",
];

/// A git that asks the repository around this folder.
fn git(folder: &Path) -> Command {
    let mut git = command("git");
    git.arg("-C").arg(folder);
    for setting in SETTINGS {
        git.args(["-c", setting]);
    }
    // Objects that a partial clone left out are fetched by programs that its settings name.
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0");
    git
}

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
        let mut git = git(repository);
        git.env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE");
        refuse_listed(git, folder)?;
    }
    // A repository that lies elsewhere and tracks files here.
    match std::env::var_os("GIT_DIR") {
        Some(_) => refuse_listed(git(folder), folder),
        None => Ok(()),
    }
}

fn refuse_listed(mut git: Command, folder: &Path) -> Result<(), String> {
    let answer = git
        .args(["--literal-pathspecs", "ls-files", "-z", "--full-name", "--"])
        .arg(folder)
        .output()
        .map_err(|error| {
            format!("git could not be asked what it tracks: {error}; install it, or empty the folder by hand")
        })?;
    let words = String::from_utf8_lossy(&answer.stderr);
    // Of an object that it can't read it says so, leaves out what that lists, and ends well.
    let is_whole = !words.lines().any(|line| line.starts_with("error: "));
    if !answer.status.success() || !is_whole {
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

/// Whether git tracks this file of a project. `false` if git can't be asked.
pub(super) fn tracks(project: &Path, path: &str) -> bool {
    let words = ["ls-files", "--error-unmatch", "--", path];
    let answer = git(project).arg("--literal-pathspecs").args(words).output();
    answer.is_ok_and(|answer| answer.status.success())
}

/// Whether git would not add the file: it ignores it, or there is no repository around the project. `None`: git is not
/// installed, or gives no answer.
pub(super) fn would_ignore(project: &Path, path: &str) -> Option<bool> {
    let ask = |words: &[&str]| git(project).args(words).output();
    let inside = ask(&["rev-parse", "--is-inside-work-tree"]).ok()?;
    if !inside.status.success() {
        return (!is_in_repository(project)).then_some(true);
    }
    // A tracked file counts as not ignored.
    let ignored = ask(&["check-ignore", "--quiet", "--", path]);
    let is_inside = inside.stdout.starts_with(b"true");
    Some(!is_inside || ignored.is_ok_and(|answer| answer.status.success()))
}

fn is_in_repository(project: &Path) -> bool {
    let project = project.canonicalize();
    let has_repository = |folder: &Path| folder.join(".git").symlink_metadata().is_ok();
    project.map_or(true, |project| project.ancestors().any(has_repository))
}
