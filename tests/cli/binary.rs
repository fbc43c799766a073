//! Runs the binary in a project, with no terminal to ask on.

use std::process::{Command, Stdio};

use crate::support::folder::Folder;

pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Asserts an error with all of these words.
    pub fn failed_with(&self, words: &[&str]) {
        assert_eq!(self.status, 1, "{}{}", self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "no `{word}` in: {}", self.err);
        }
    }

    pub fn succeeded(&self) {
        assert_eq!(self.status, 0, "{}{}", self.out, self.err);
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

/// The binary in a project, with these arguments and without input.
pub fn command(project: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
    command
        .current_dir(project.path(""))
        .args(arguments)
        .env_remove("NO_COLOR")
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::null());
    command
}

pub fn finish(mut command: Command) -> Ran {
    let output = command.output().expect("the binary");
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub fn run(project: &Folder, arguments: &[&str]) -> Ran {
    finish(command(project, arguments))
}
