//! The container engine, and what it reports.

use std::{
    path::PathBuf,
    process::{Command, Output},
    sync::{Mutex, PoisonError},
};

/// How many use the engine, and whether it was started here.
static IN_USE: Mutex<(usize, bool)> = Mutex::new((0, false));

/// Stops the engine when the last of these is dropped, if it was started here.
pub struct Engine;

impl Engine {
    /// Starts an engine if none answers. If none can be started it panics and names what is missing.
    pub fn start() -> Self {
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        if in_use.0 == 0 {
            let answers = docker(&["version"]).status.success();
            let started = Command::new("tests/live/engine").arg("start").status();
            assert!(
                started.is_ok_and(|status| status.success()),
                "no engine: run tests/live/install as root, or set MLOPSGEN_SKIP_LIVE=1"
            );
            in_use.1 = !answers;
        }
        in_use.0 += 1;
        Self
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.0 -= 1;
        if *in_use == (0, true) {
            let _ = Command::new("tests/live/engine").arg("stop").status();
        }
    }
}

pub fn docker(words: &[&str]) -> Output {
    let mut command = Command::new("docker");
    configured(command.args(words))
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "no docker ({error}): run tests/live/install as root, or set MLOPSGEN_SKIP_LIVE=1"
            )
        })
}

/// The output of a Docker command, which has to succeed.
pub fn ask(words: &[&str]) -> String {
    let output = docker(words);
    assert!(output.status.success(), "{words:?}: {}", printed(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The output of an image's program on the network of this machine, as a user's own program would have it.
pub fn outside(image: &str, words: &[&str]) -> String {
    let run = ["run", "--rm", "--network", "host", image];
    ask(&[&run, words].concat())
}

/// The output of a Python script on the same network.
pub fn outside_python(image: &str, script: &str, arguments: &[&str]) -> String {
    outside(image, &[&["python", "-c", script], arguments].concat())
}

pub fn printed(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// With the Compose plugin that the installation has put into its cache.
pub fn configured(command: &mut Command) -> &mut Command {
    let cache = std::env::var_os("MLOPSGEN_LIVE_CACHE").map(PathBuf::from);
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let own = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    let cache = cache.unwrap_or_else(|| own.join("mlopsgen-live"));
    command.env("DOCKER_CONFIG", cache.join("config"))
}
