//! Folders with another owner, and missing programs.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{
    Extent, Outcome, Tried,
    project::{APPLY, CACHE, Project, SMALL, SMALL_CHANGED, binary, failed_with, output_of, same},
};

/// A user who does not own the folders of the one who runs the tests.
const NOBODY: &str = "65534";

/// Root may do everything, so the program runs as another user. An ordinary user needs no other one.
struct Other {
    /// The program, where that user may read it.
    program: PathBuf,
    is_root: bool,
}

impl Other {
    fn new(project: &Project) -> Result<Self, String> {
        let program = project.path("mlopsgen-program");
        fs::copy(binary(), &program).map_err(|error| error.to_string())?;
        for path in [project.path(""), program.clone()] {
            set_mode(&path, 0o755);
        }
        let id = Command::new("id").arg("-u").output();
        let id = id.map_err(|error| error.to_string())?;
        let other = Self {
            program,
            is_root: output_of(&id).trim() == "0",
        };
        let tried = other.command(&["--version"]).output();
        match tried {
            Ok(output) if output.status.success() => Ok(other),
            Ok(output) => Err(format!(
                "can't run as another user: {}",
                output_of(&output).trim()
            )),
            Err(error) => Err(format!("no setpriv: {error}")),
        }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = match self.is_root {
            false => Command::new(&self.program),
            true => {
                let mut command = Command::new("setpriv");
                command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
                command.arg(&self.program);
                command
            }
        };
        command.args(words).env("XDG_CACHE_HOME", CACHE);
        command
    }

    fn run(&self, project: &Project, words: &[&str]) -> Output {
        let mut command = self.command(words);
        let command = command.current_dir(project.path(""));
        command.output().expect("the program")
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
}

/// Makes all folders below a path writable for everybody, except this one.
fn open_all_but(project: &Project, closed: &str) {
    let folders = walkdir::WalkDir::new(project.path("generated"));
    for entry in folders.into_iter().flatten() {
        if entry.file_type().is_dir() {
            set_mode(entry.path(), 0o777);
        }
    }
    set_mode(&project.path(closed), 0o555);
}

pub fn foreign_folders(_: Extent) -> Outcome {
    let closed = [
        ".",
        "generated",
        "generated/compose",
        "generated/config/web/etc",
        "generated/docs",
    ];
    for folder in closed {
        let project = Project::new(SMALL);
        let other = match Other::new(&project) {
            Ok(other) => other,
            Err(why) => return Outcome::Impossible(why),
        };
        if folder != "." {
            project.apply();
            project.set(SMALL_CHANGED);
            open_all_but(&project, folder);
        } else {
            set_mode(&project.path("."), 0o555);
        }
        let before = project.tree();
        let answer = other.run(&project, &APPLY);
        failed_with(&answer, &["Permission denied", "owner"]);
        same(&project.tree(), &before, folder);
        assert!(!project.path("generated/.mlopsgen").exists(), "{folder}");
        open_again(&project, folder);
    }
    Outcome::Held(Tried::all(closed.len()))
}

fn open_again(project: &Project, folder: &str) {
    set_mode(&project.path(folder), 0o755);
}

/// The folder that a run works in can't be written, or its lock can't be opened.
pub fn no_lock(_: Extent) -> Outcome {
    let project = Project::new(SMALL);
    let other = match Other::new(&project) {
        Ok(other) => other,
        Err(why) => return Outcome::Impossible(why),
    };
    let work = project.path("generated/.mlopsgen");
    fs::create_dir_all(&work).expect("folders");
    set_mode(&project.path("generated"), 0o777);
    set_mode(&work, 0o555);
    let words = ["could not lock"];
    failed_with(&other.run(&project, &APPLY), &words);
    set_mode(&work, 0o777);
    fs::write(work.join("lock"), "").expect("a file");
    set_mode(&work.join("lock"), 0o000);
    let foreign = ["was not written by mlopsgen", "move it away"];
    failed_with(&other.run(&project, &APPLY), &foreign);
    fs::remove_file(work.join("lock")).expect("a file");
    fs::create_dir(work.join("lock")).expect("a folder");
    failed_with(&other.run(&project, &APPLY), &foreign);
    set_mode(&project.path("generated"), 0o755);
    Outcome::Held(Tried::all(3))
}

/// Without git everything works, except what depends on tracked files.
pub fn no_git(_: Extent) -> Outcome {
    let secret = "[secrets]\nkey = { env = \"KEY\" }\n";
    let data = "volumes.data = { mount = \"/data\", source = \"data\", data = true }\nenv.KEY = \"${secrets.key}\"\n";
    let text = SMALL.replace("image = \"web:1\"\n", &format!("image = \"web:1\"\n{data}"));
    let project = Project::new(&(text + secret));
    let run = |words: &[&str]| {
        let mut command = project.command(words);
        command.env("PATH", project.path("none"));
        command.output().expect("the program")
    };
    for words in [&APPLY as &[&str], &["check"], &["env", "init"]] {
        let answer = run(words);
        assert!(answer.status.success(), "{words:?}: {}", output_of(&answer));
    }
    let ignored = fs::read_to_string(project.path("generated/compose/.gitignore"));
    assert!(ignored.is_ok_and(|text| text.contains(".env")));
    // The user's own `.gitignore` takes the rule back: git would add the secrets.
    fs::remove_file(project.path("generated/compose/.env")).expect("a file");
    fs::write(project.path("generated/compose/.gitignore"), "!.env\n").expect("a file");
    failed_with(
        &run(&["env", "init"]),
        &[
            "git does not ignore",
            "take the rule that begins with `!` out of",
        ],
    );
    assert!(!project.path("generated/compose/.env").exists());
    Outcome::Held(Tried::all(4))
}
