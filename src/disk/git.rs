//! What git tracks and ignores. It is asked itself: it alone knows its index.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{self, Read, Write},
    path::Path,
    process::{Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use same_file::is_same_file;

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

/// How long git may take for an answer. A pipe in the place of a `.gitignore` would keep it for ever.
const LONGEST: Duration = Duration::from_secs(60);

/// How often it is looked whether git has ended.
const PACE: Duration = Duration::from_millis(2);

/// What would let git ask another repository than the one around a folder.
const ELSEWHERE: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_CEILING_DIRECTORIES",
];

/// A git that asks the repository around this folder, whichever one the environment names.
pub(super) fn git(folder: &Path) -> Command {
    let mut git = command("git");
    git.arg("-C").arg(folder);
    for setting in SETTINGS {
        git.args(["-c", setting]);
    }
    for variable in ELSEWHERE {
        git.env_remove(variable);
    }
    // Objects that a partial clone left out are fetched by programs that its settings name.
    git.env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_ALLOW_PROTOCOL", "")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0");
    git
}

/// A git that asks the repository that the environment names, where it names one: hooks have such a variable, and people
/// who keep the files of their home in a repository that lies elsewhere.
fn git_of_environment(folder: &Path) -> Option<Command> {
    let here = env::current_dir().ok()?;
    let named = |variable: &str| env::var_os(variable).map(|path| here.join(path));
    let mut git = git(folder);
    git.env("GIT_DIR", named("GIT_DIR")?);
    git.env(
        "GIT_WORK_TREE",
        named("GIT_WORK_TREE").unwrap_or_else(|| here.clone()),
    );
    if let Some(index) = named("GIT_INDEX_FILE") {
        git.env("GIT_INDEX_FILE", index);
    }
    Some(git)
}

/// What git prints to a question that it reads from its input; `None`: it can't be started, or gives no answer.
pub(super) fn answer_to(mut git: Command, question: String) -> Option<Vec<u8>> {
    git.stdin(Stdio::piped());
    answer_of(git, Some(question), LONGEST)
        .ok()
        .map(|answer| answer.stdout)
}

/// What git prints, and its status. Errors: it can't be started, or takes longer than this, and is ended then.
fn answer(mut git: Command, longest: Duration) -> io::Result<Output> {
    git.stdin(Stdio::null());
    answer_of(git, None, longest)
}

fn answer_of(mut git: Command, question: Option<String>, longest: Duration) -> io::Result<Output> {
    let mut git = git.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    // On a thread of its own: git may answer before it has read everything.
    if let (Some(mut pipe), Some(question)) = (git.stdin.take(), question) {
        thread::spawn(move || {
            let _ = pipe.write_all(question.as_bytes());
        });
    }
    let stdout = read_to_end(git.stdout.take());
    let stderr = read_to_end(git.stderr.take());
    let began = Instant::now();
    let status = loop {
        if let Some(status) = git.try_wait()? {
            break status;
        }
        if began.elapsed() > longest {
            git.kill()?;
            git.wait()?;
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("it gave no answer in {} seconds", longest.as_secs()),
            ));
        }
        thread::sleep(PACE);
    };
    Ok(Output {
        status,
        stdout: stdout.join().unwrap_or_default(),
        stderr: stderr.join().unwrap_or_default(),
    })
}

/// Reads a pipe on a thread of its own: git waits where nobody takes what it prints.
fn read_to_end(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// Files that keep a folder in git, and nothing else.
pub(super) const KEPT: &str = ".gitkeep";

/// What makes the folder around it a repository, of git or of another version control system.
const REPOSITORIES: [&str; 9] = [
    ".git", ".hg", ".svn", ".jj", ".bzr", ".pijul", "_darcs", "_FOSSIL_", "CVS",
];

/// Whether a file or folder of this name makes the folder around it a repository, on file systems that know no case too.
pub(super) fn is_repository(name: &OsStr) -> bool {
    REPOSITORIES
        .iter()
        .any(|repository| name.eq_ignore_ascii_case(repository))
}

/// Whether git takes the folder for its own: it has this name, or what a repository without a working tree has, or a store of
/// objects, which other repositories may use (`objects/info/alternates`).
pub(super) fn is_git_folder(folder: &Path) -> bool {
    let has = |name: &&str| folder.join(name).symlink_metadata().is_ok();
    folder.file_name().is_some_and(is_repository)
        || ["HEAD", "objects", "refs"].iter().all(has)
        || ["info", "pack"].iter().all(has)
}

/// Every repository around the folder is asked: one may have tracked it before another was made inside. Where a repository is
/// and git can't be asked, nothing may go.
pub(super) fn refuse_tracked(folder: &Path) -> Result<(), String> {
    let has_repository = |path: &&Path| path.join(".git").symlink_metadata().is_ok();
    for repository in folder.ancestors().filter(has_repository) {
        // Git goes by names alone; whether both are one folder here, the file system knows.
        let is_in = |path: &str| {
            let path = repository.join(path);
            path.starts_with(folder) || path.ancestors().any(|above| is_same(above, folder))
        };
        refuse_listed(git(repository), folder, is_in)?;
    }
    match git_of_environment(folder) {
        Some(git) => refuse_listed(git, folder, |_| true),
        None => Ok(()),
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    is_same_file(one, other).unwrap_or(false)
}

/// Letter case is ignored: on some systems `Data` is the `data` that git tracks.
fn refuse_listed(
    mut git: Command,
    folder: &Path,
    is_in: impl Fn(&str) -> bool,
) -> Result<(), String> {
    let mut paths = OsString::from(":(literal,icase)");
    paths.push(folder);
    git.args(["ls-files", "-z", "--full-name", "--"]).arg(paths);
    let answer = answer(git, LONGEST)
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
    let tracked = listed
        .split('\0')
        .filter(|path| !path.is_empty() && is_in(path));
    let mut others = tracked.filter(|path| path.rsplit('/').next() != Some(KEPT));
    match others.next() {
        None => Ok(()),
        Some(path) => Err(format!("git tracks `{path}` in it")),
    }
}

/// Whether git tracks this file of a project. `false` if git can't be asked.
pub(super) fn tracks(project: &Path, path: &str) -> bool {
    let is_tracked = |mut git: Command| {
        git.args([
            "--literal-pathspecs",
            "ls-files",
            "--error-unmatch",
            "--",
            path,
        ]);
        answer(git, LONGEST).is_ok_and(|answer| answer.status.success())
    };
    is_tracked(git(project)) || git_of_environment(project).is_some_and(is_tracked)
}

/// Whether git would not add the file: it ignores it, or there is no repository around the project. `None`: git is not
/// installed, or gives no answer. An error: it can't say, in its own words.
pub(super) fn would_ignore(project: &Path, path: &str) -> Option<Result<bool, String>> {
    let around = match ignores(|| git(project), path)? {
        Ok(around) => around,
        Err(_) if !is_in_repository(project) => true,
        Err(said) => return Some(Err(said)),
    };
    if git_of_environment(project).is_none() {
        return Some(Ok(around));
    }
    let named = || git_of_environment(project).unwrap_or_else(|| git(project));
    Some(Ok(around && ignores(named, path)?.unwrap_or(true)))
}

/// The same of one repository; an error where there is none, or where it can't be read.
fn ignores(git: impl Fn() -> Command, path: &str) -> Option<Result<bool, String>> {
    let ask = |words: &[&str]| {
        let mut git = git();
        git.args(words);
        answer(git, LONGEST)
    };
    let inside = ask(&["rev-parse", "--is-inside-work-tree"]).ok()?;
    if !inside.status.success() {
        let said = String::from_utf8_lossy(&inside.stderr);
        return Some(Err(said.trim().to_string()));
    }
    // A tracked file counts as not ignored.
    let ignored = ask(&["check-ignore", "--quiet", "--", path]).ok()?;
    let is_inside = inside.stdout.starts_with(b"true");
    Some(Ok(!is_inside || ignored.status.success()))
}

pub(super) fn is_in_repository(project: &Path) -> bool {
    let project = project.canonicalize();
    let has_repository = |folder: &Path| folder.join(".git").symlink_metadata().is_ok();
    project.map_or(true, |project| project.ancestors().any(has_repository))
}

#[cfg(test)]
mod tests {
    use std::{fs, io, time::Duration};

    use super::{answer, git, refuse_listed};

    /// As where a pipe is the `.gitignore`.
    #[test]
    fn a_git_that_gives_no_answer_is_ended() {
        let mut endless = super::command("sleep");
        endless.arg("1000");
        let answer = answer(endless, Duration::from_millis(50));
        let why = answer.expect_err("no answer").to_string();
        assert!(why.contains("gave no answer"), "{why}");
    }

    #[test]
    fn what_git_tracks_is_found_by_a_name_in_another_case() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::create_dir_all(folder.path().join("data/[x]"))?;
        fs::write(folder.path().join("data/[x]/model"), "x")?;
        for words in [&["init", "-q"][..], &["add", "."]] {
            assert!(git(folder.path()).args(words).status()?.success());
        }
        let tracked = |path: &str| {
            refuse_listed(git(folder.path()), &folder.path().join(path), |_| true).is_err()
        };
        assert!(tracked("data/[x]") && tracked("Data/[X]"));
        assert!(!tracked("data/x") && !tracked("data/[y]"));
        Ok(())
    }
}
