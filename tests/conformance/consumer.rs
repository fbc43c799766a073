//! The installed consumers: where they are, how they are run. A consumer that is missing fails the
//! test that needs it; there is no skipping.

use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const INSTALL: &str = "tests/conformance/install";

/// The result of a consumer.
pub struct Verdict {
    pub success: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Verdict {
    /// Both streams, for a message.
    pub fn words(&self) -> String {
        format!("{}\n{}", self.stdout.trim(), self.stderr.trim())
            .trim()
            .to_owned()
    }
}

/// The folder that `tests/conformance/install` fills.
pub fn cache() -> PathBuf {
    let base = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    base("MLOPSGEN_CONFORMANCE_CACHE")
        .or_else(|| base("XDG_CACHE_HOME").map(|folder| folder.join("mlopsgen-conformance")))
        .or_else(|| base("HOME").map(|folder| folder.join(".cache/mlopsgen-conformance")))
        .expect("HOME is set")
}

/// The file `path` below the cache; panics with the command to type when it is not there.
pub fn installed(path: &str) -> PathBuf {
    let file = cache().join(path);
    assert!(
        file.exists(),
        "the consumer {} is missing; install it with: {INSTALL}",
        file.display()
    );
    file
}

/// A file of `tests/conformance/judges`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/conformance/judges")
        .join(name)
}

/// A program of the cache with an empty environment, so that no setting of this machine matters.
pub fn consumer(path: &str) -> Command {
    bare(installed(path))
}

/// A program of the system (Java, Node) with a bare environment.
pub fn system(name: &str) -> Command {
    bare(name)
}

fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", cache())
        .env("LC_ALL", "C.UTF-8");
    command.env("PATH", std::env::var_os("PATH").expect("PATH is set"));
    command
}

/// Runs `command` with `input` on its standard input.
pub fn run_with(command: &mut Command, input: &str) -> Verdict {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("`{name}` does not start ({error}); install it with: {INSTALL}")
        });
    // A consumer that stops early closes the pipe; its exit status is the result.
    let mut pipe = child.stdin.take().expect("standard input is piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || pipe.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the consumer ends");
    let _ = writer.join();
    Verdict {
        success: output.status.success(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Runs `command` with nothing on its standard input.
pub fn run(command: &mut Command) -> Verdict {
    run_with(command, "")
}

/// The documents of a YAML text, or what is wrong with it.
pub fn yaml(text: &str) -> Result<Vec<Value>, String> {
    let mut documents = yaml_to_json(&[OsStr::new("-")], text)?;
    Ok(not_empty(documents["-"].take()).collect())
}

/// The one document of a YAML file.
pub fn yaml_file(file: &Path) -> Result<Value, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    Ok(yaml(&text)?.into_iter().next().unwrap_or(Value::Null))
}

/// The first document of each of these YAML files, in their order. One program reads all: its start takes longer than reading.
pub fn yaml_files(files: &[PathBuf]) -> Result<Vec<Value>, String> {
    let names: Vec<&OsStr> = files.iter().map(|file| file.as_os_str()).collect();
    let mut documents = yaml_to_json(&names, "")?;
    let first = |file: &PathBuf| {
        let documents = documents[file.to_string_lossy().as_ref()].take();
        not_empty(documents).next().unwrap_or(Value::Null)
    };
    Ok(files.iter().map(first).collect())
}

fn not_empty(documents: Value) -> impl Iterator<Item = Value> {
    let list = match documents {
        Value::Array(list) => list,
        _ => Vec::new(),
    };
    list.into_iter().filter(|document| !document.is_null())
}

/// `{file: [document, ...]}` of YAML files; `-` is `input`.
fn yaml_to_json(files: &[&OsStr], input: &str) -> Result<Value, String> {
    let mut python = consumer("checks/bin/python");
    let verdict = run_with(python.arg(script("yaml_to_json.py")).args(files), input);
    if !verdict.success {
        return Err(verdict.words());
    }
    serde_json::from_str(&verdict.stdout).map_err(|error| error.to_string())
}
