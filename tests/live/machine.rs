//! The engine, and the project that runs on it; both are gone when it is dropped.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::{Command, Output},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

const PLATFORM: &str = include_str!("platform/platform.toml");

pub struct Machine {
    folder: TempDir,
    started_engine: bool,
}

impl Machine {
    /// Starts an engine where none answers. It panics with what is missing where none can be had.
    pub fn start() -> Self {
        let answers = docker(&["version"]).status.success();
        let started = Command::new("tests/live/engine").arg("start").status();
        assert!(
            started.is_ok_and(|status| status.success()),
            "no engine: run tests/live/install as root, or set MLOPSGEN_SKIP_LIVE=1"
        );
        let machine = Self {
            folder: TempDir::new().expect("a folder"),
            started_engine: !answers,
        };
        for folder in ["data/scratch", "data/artifacts"] {
            fs::create_dir_all(machine.path(folder)).expect("a folder");
        }
        fs::write(machine.path("platform.toml"), PLATFORM).expect("written");
        machine
    }

    pub fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", said(&output));
        said(&output)
    }

    pub fn refuses(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{words:?}: {}",
            said(&output)
        );
        said(&output)
    }

    /// `status --format json`: one object a container.
    pub fn status(&self) -> Vec<serde_json::Value> {
        let output = self.run(&["status", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["components"].as_array().expect("a list").clone()
    }

    /// Running containers: workload and id.
    pub fn running(&self) -> BTreeMap<String, String> {
        let format = "{{.Label \"com.docker.compose.service\"}} {{.ID}}";
        let filter = "label=com.docker.compose.project=live";
        let output = docker(&["ps", "--filter", filter, "--format", format]);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(service, id)| (service.to_string(), id.to_string()))
            .collect()
    }

    pub fn volumes(&self) -> String {
        let output = docker(&["volume", "ls", "--quiet", "--filter", "name=^live_"]);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What a shell line prints in a workload's container.
    pub fn inside(&self, workload: &str, line: &str) -> String {
        let output = docker(&["exec", &format!("live-{workload}-1"), "sh", "-c", line]);
        assert!(
            output.status.success(),
            "{workload}: {line}: {}",
            said(&output)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn until(&self, patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
        let end = Instant::now() + patience;
        while !holds() {
            if Instant::now() > end {
                return false;
            }
            sleep(Duration::from_secs(2));
        }
        true
    }

    pub fn replace(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.path("platform.toml")).expect("a file");
        assert!(text.contains(from));
        fs::write(self.path("platform.toml"), text.replace(from, to)).expect("written");
    }

    pub fn write(&self, path: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "x").expect("written");
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
        command.arg("-C").arg(self.folder.path()).args(words);
        configured(&mut command).output().expect("it runs")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.run(&["down", "--purge", "--yes"]);
        if self.started_engine {
            let _ = Command::new("tests/live/engine").arg("stop").status();
        }
    }
}

fn said(output: &Output) -> String {
    let both = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

fn docker(words: &[&str]) -> Output {
    let mut command = Command::new("docker");
    configured(command.args(words))
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "no docker ({error}): run tests/live/install as root, or set MLOPSGEN_SKIP_LIVE=1"
            )
        })
}

/// With the Compose plugin that the installation has put into its cache.
fn configured(command: &mut Command) -> &mut Command {
    let cache = std::env::var_os("MLOPSGEN_LIVE_CACHE").map(PathBuf::from);
    let home = std::env::var_os("HOME")
        .map(PathBuf::from)
        .unwrap_or_default();
    let own = std::env::var_os("XDG_CACHE_HOME").map_or(home.join(".cache"), PathBuf::from);
    let cache = cache.unwrap_or_else(|| own.join("mlopsgen-live"));
    command.env("DOCKER_CONFIG", cache.join("config"))
}
