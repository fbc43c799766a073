//! A project in memory, the files of the target, and what Compose reads from them.

use std::{fs, path::PathBuf, process::Command};

use mlopsgen::{
    compile::{Request, compile},
    diag::{Code, Severity},
    fileset::FileSet,
    world::MemoryWorld,
};
use serde_json::Value;

/// Variables of the tests that keep their defaults.
const NOT_FILLED: [&str; 4] = ["MAYBE", "THE_UID", "ODD", "DOCKER_GID"];

pub struct Project {
    world: MemoryWorld,
    environment: Option<String>,
}

pub struct Emitted {
    files: FileSet,
    /// What could not be expressed, sorted.
    pub losses: Vec<String>,
}

impl Project {
    pub fn new(platform: &str) -> Self {
        Self {
            world: MemoryWorld::new().with("platform.toml", platform),
            environment: None,
        }
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.world = self.world.with(path, text);
        self
    }

    pub fn environment(mut self, name: &str) -> Self {
        self.world = self.world.with(&format!("platform.{name}.toml"), "");
        self.environment = Some(name.to_string());
        self
    }

    pub fn emit(self) -> Emitted {
        let request = Request {
            environment: self.environment,
            ..Request::default()
        };
        let compilation = compile(&self.world, &request);
        let errors: Vec<_> = compilation
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        let mut losses: Vec<String> = compilation
            .diagnostics
            .into_iter()
            .filter(|diagnostic| diagnostic.code == Code::TargetLoss)
            .map(|diagnostic| diagnostic.message)
            .filter(|message| message.starts_with("compose: "))
            .collect();
        losses.sort_unstable();
        Emitted {
            files: compilation.output.expect("files").files,
            losses,
        }
    }
}

impl Emitted {
    pub fn text(&self, path: &str) -> &str {
        &self.files.files[path].text
    }

    pub fn paths(&self, prefix: &str) -> Vec<&str> {
        self.files
            .files
            .keys()
            .map(String::as_str)
            .filter(|path| path.starts_with(prefix))
            .collect()
    }

    /// What Compose reads from these files; `None` where there is no Compose. Any word on standard error is a failure.
    pub fn read_back(&self, files: &[&str]) -> Option<Value> {
        let binary = compose_binary()?;
        let folder = tempfile::tempdir().expect("a folder");
        for (path, file) in &self.files.files {
            let path = folder.path().join("generated").join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, file.text.as_bytes()).expect("a file");
        }
        let mut command = Command::new(binary);
        let example = self.text("compose/.env.example");
        for name in example.lines().filter_map(|line| line.strip_suffix('=')) {
            if !NOT_FILLED.contains(&name) {
                command.env(name, "filled");
            }
        }
        for file in files {
            let path = folder.path().join("generated/compose").join(file);
            command.arg("-f").arg(path);
        }
        let output = command
            .args(["--profile", "*", "config", "--format", "json"])
            .output()
            .expect("Compose runs");
        let printed = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && printed.is_empty(),
            "{files:?}: {printed}"
        );
        // What it prints is a Compose file again, with every `$` doubled.
        let json = String::from_utf8(output.stdout).expect("UTF-8");
        Some(serde_json::from_str(&json.replace("$$", "$")).expect("JSON"))
    }
}

pub fn service<'a>(read: &'a Value, name: &str) -> &'a Value {
    &read["services"][name]
}

/// The Compose that `tests/conformance/install` puts into its cache, or another one that `MLOPSGEN_COMPOSE` names.
fn compose_binary() -> Option<PathBuf> {
    let named = std::env::var_os("MLOPSGEN_COMPOSE").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let cached = home.map(|home| home.join(".cache/mlopsgen-conformance/bin/docker-compose"));
    named.or(cached).filter(|path| path.is_file())
}
