//! Runs the binary in a project, with no terminal to ask on.

use std::process::{Command, Stdio};

use crate::support::folder::Folder;

pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in {}", self.out))
    }
}

pub fn run(project: &Folder, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
        .current_dir(project.path(""))
        .args(arguments)
        .env_remove("NO_COLOR")
        .env("XDG_CACHE_HOME", crate::CACHE)
        .stdin(Stdio::null())
        .output()
        .expect("the binary");
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
