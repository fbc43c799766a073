//! A project that runs; its containers and its data are gone when it is dropped.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::docker::{ask, configured, docker, printed};

/// Where the program under test keeps its proofs.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

pub struct Project {
    folder: TempDir,
    /// The platform's name.
    name: &'static str,
}

impl Project {
    /// A git clone of `source`, which is a repository.
    pub fn clone_of(source: &Path, name: &'static str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (from, to) = (source.to_string_lossy(), folder.path().to_string_lossy());
        git(Path::new("."), &["clone", "--quiet", &from, &to]);
        let project = Self { folder, name };
        project.remove_leftovers();
        project
    }

    /// A run that was killed leaves its containers, which the engine starts again, and its data.
    fn remove_leftovers(&self) {
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let containers = ask(&["ps", "--all", "--quiet", "--filter", &filter]);
        remove(&["rm", "--force", "--volumes"], &containers);
        remove(&["volume", "rm"], &self.volumes());
    }

    pub fn ok(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", printed(&output));
        printed(&output)
    }

    /// The messages of a command that ends with 1.
    pub fn refuses(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let text = printed(&output);
        assert_eq!(output.status.code(), Some(1), "{words:?}: {text}");
        text
    }

    /// `status --format json`: one object a container.
    pub fn status(&self) -> Vec<Value> {
        let output = self.run(&["status", "--format", "json"]);
        let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        document["components"].as_array().expect("a list").clone()
    }

    /// Running containers: workload and id.
    pub fn running(&self) -> BTreeMap<String, String> {
        let format = "{{.Label \"com.docker.compose.service\"}} {{.ID}}";
        let filter = format!("label=com.docker.compose.project={}", self.name);
        let text = ask(&["ps", "--filter", &filter, "--format", format]);
        let pairs = text.lines().filter_map(|line| line.split_once(' '));
        pairs
            .map(|(service, id)| (service.to_string(), id.to_string()))
            .collect()
    }

    /// Which of the containers of `before` were stopped, restarted or recreated.
    pub fn changed_since(&self, before: &BTreeMap<String, String>) -> Vec<String> {
        let after = self.running();
        before
            .iter()
            .filter(|(service, id)| after.get(*service) != Some(id))
            .map(|(service, _)| service.clone())
            .collect()
    }

    pub fn volumes(&self) -> String {
        let filter = format!("name=^{}_", self.name);
        ask(&["volume", "ls", "--quiet", "--filter", &filter])
    }

    /// What a shell line prints in a workload's container.
    pub fn inside(&self, workload: &str, line: &str) -> String {
        ask(&["exec", &self.container(workload), "sh", "-c", line])
    }

    /// Whether a shell line succeeds there.
    pub fn can(&self, workload: &str, line: &str) -> bool {
        let words = ["exec", &self.container(workload), "sh", "-c", line];
        docker(&words).status.success()
    }

    pub fn started_at(&self, workload: &str) -> String {
        let format = "{{.State.StartedAt}}";
        ask(&["inspect", "--format", format, &self.container(workload)])
    }

    fn container(&self, workload: &str) -> String {
        format!("{}-{workload}-1", self.name)
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).expect("a file")
    }

    /// Changes one place of a file.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
        fs::write(self.path(file), text.replace(from, to)).expect("written");
    }

    pub fn write(&self, path: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, "x").expect("written");
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
        command.arg("-C").arg(self.folder.path()).args(words);
        command.env("XDG_CACHE_HOME", CACHE);
        configured(&mut command).output().expect("it runs")
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.run(&["down", "--purge", "--yes"]);
    }
}

/// Runs a command that removes, if there is anything: `names` has one a line.
fn remove(command: &[&str], names: &str) {
    let names: Vec<&str> = names.lines().collect();
    if !names.is_empty() {
        ask(&[command, &names].concat());
    }
}

/// A repository with one commit: a platform of this suite, and what it compiles to.
pub fn repository(platform: &str) -> TempDir {
    repository_with(platform, &[])
}

/// One that holds further files: path and text.
pub fn repository_with(platform: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    for entry in fs::read_dir(platform).expect("a folder") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), root.join(entry.file_name())).expect("copied");
    }
    for (path, text) in files {
        fs::write(root.join(path), text).expect("written");
    }
    for folder in ["data/scratch", "data/artifacts"] {
        fs::create_dir_all(root.join(folder)).expect("a folder");
        fs::write(root.join(folder).join(".gitkeep"), "").expect("written");
    }
    let mut apply = Command::new(env!("CARGO_BIN_EXE_mlopsgen"));
    apply.arg("-C").arg(root).args(["apply", "--yes"]);
    let output = apply.env("XDG_CACHE_HOME", CACHE).output();
    let output = output.expect("it runs");
    assert!(output.status.success(), "{}", printed(&output));
    git(root, &["init", "--quiet"]);
    git(root, &["add", "--all"]);
    let author = ["-c", "user.name=live", "-c", "user.email=live@example.com"];
    let commit = ["commit", "--quiet", "--message", "The platform"];
    git(root, &[author.as_slice(), &commit].concat());
    folder
}

fn git(folder: &Path, words: &[&str]) {
    let output = Command::new("git").current_dir(folder).args(words).output();
    let output = output.expect("git runs");
    assert!(
        output.status.success(),
        "git {words:?}: {}",
        printed(&output)
    );
}

/// Whether it holds within `patience`.
pub fn until(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + patience;
    while !holds() {
        if Instant::now() > end {
            return false;
        }
        sleep(Duration::from_secs(2));
    }
    true
}
