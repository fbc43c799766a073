//! Hostile repositories: links, pipes, unreadable folders, names. Nothing outside of the repository is
//! read or written, and nothing is left out without a message.

mod followed;
mod links;
mod names;
mod programs;
mod secrets;
mod terminal;
mod unread;

use std::{
    fs,
    os::unix::fs::symlink,
    process::{Command, Stdio},
};

use crate::{
    binary::{Ran, finish},
    support::folder::Folder,
};

pub const PLATFORM: &str = r#"
[platform]
name = "demo"
[groups]
main = "Everything"
[components.web]
image = "nginx:1.29.3"
group = "main"
health = false
user = "1000"
"#;

/// A project in a folder, and beside it what a run must not touch.
pub struct Hostile {
    folder: Folder,
}

impl Hostile {
    /// `more` is appended to the platform of all these tests.
    pub fn new(more: &str) -> Self {
        let hostile = Self {
            folder: Folder::new(),
        };
        hostile.write("platform.toml", format!("{PLATFORM}{more}"));
        hostile
            .folder
            .write("outside/precious", "precious contents\n");
        hostile
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        self.folder.write(&format!("project/{path}"), bytes);
    }

    pub fn read(&self, path: &str) -> String {
        self.folder.read(&format!("project/{path}"))
    }

    pub fn exists(&self, path: &str) -> bool {
        self.folder.exists(&format!("project/{path}"))
    }

    pub fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path(&format!("project/{path}"))
    }

    /// Puts a link into the project.
    pub fn link(&self, target: &str, path: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        symlink(target, path).expect("a link");
    }

    pub fn outside(&self, path: &str) -> String {
        self.folder
            .path(&format!("outside/{path}"))
            .display()
            .to_string()
    }

    /// Everything beside the project, as it was when the test started.
    pub fn is_outside_untouched(&self) -> bool {
        let names = fs::read_dir(self.outside("")).expect("a folder").count();
        names == 1 && self.folder.read("outside/precious") == "precious contents\n"
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// The same, with these variables.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_mlopsgen"));
        command.args(arguments).envs(variables.iter().copied());
        finish(command)
    }

    /// Runs it as typed in a folder of the project.
    pub fn run_in(&self, folder: &str, arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_mlopsgen"));
        command.args(arguments).current_dir(self.path(folder));
        finish(command)
    }

    pub fn git(&self, arguments: &[&str]) {
        let done = self.command("git").args(arguments).output().expect("git");
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path(""))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("XDG_CACHE_HOME", crate::CACHE)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }
}
