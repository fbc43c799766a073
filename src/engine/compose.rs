//! Compose and the engine behind it, whatever this machine calls them.

use std::{
    collections::BTreeMap,
    process::{Child, Command, ExitStatus, Stdio},
};

use super::{
    containers::{self, Container},
    inspect::Inspected,
    lines::{Line, lines},
};
use crate::{disk::command, plan::Failure};

/// Optional dependencies (`required: false`) came with it.
const OLDEST: (u32, u32) = (2, 20);

/// Older ones recreate a service that is started without the job that it depends on: they take it for a changed one.
const LEAVES_JOBS: (u32, u32) = (2, 29);

/// The oldest one that the generated files were run on.
const OLDEST_ENGINE: (u32, u32) = (20, 10);

/// How Compose is called, in the order in which it is looked for; and the engine's own program.
const WAYS: [(&[&str], &str); 3] = [
    (&["docker", "compose"], "docker"),
    (&["docker-compose"], "docker"),
    (&["podman", "compose"], "podman"),
];

/// A Compose that answers.
#[derive(Debug)]
pub struct Engine {
    words: &'static [&'static str],
    program: &'static str,
    /// Compose's, where it says one.
    version: Option<(u32, u32)>,
    /// Variables that `up` sets for Compose besides the environment of this process.
    environment: BTreeMap<String, String>,
}

impl Engine {
    /// Errors: no Compose answers, or only one that is too old.
    pub fn find() -> Result<Self, Failure> {
        let mut too_old = None;
        for (words, program) in WAYS {
            let Some(version) = version(words) else {
                continue;
            };
            if numbers(&version).is_some_and(|found| found < OLDEST) {
                too_old.get_or_insert(format!("`{}` is version {version}", words.join(" ")));
                continue;
            }
            let mut engine = Self {
                words,
                program: engine_program(program),
                version: numbers(&version),
                environment: BTreeMap::new(),
            };
            // The other groups are no orphans.
            engine.set("COMPOSE_IGNORE_ORPHANS", "true".to_string());
            if words[0] == "docker-compose" && engine.program == "podman" {
                engine.use_socket_of_podman()?;
            }
            return Ok(engine);
        }
        let (major, minor) = OLDEST;
        Err(match too_old {
            // Podman runs podman-compose where it finds nothing else, which can't go by a project's name.
            Some(found) => Failure::new(format!("Compose is too old: {found}")).help(format!(
                "install Docker Compose {major}.{minor} or newer; Podman uses it too, as `docker-compose`"
            )),
            None => Failure::new(
                "there is no Compose here: neither `docker compose` nor `docker-compose` nor `podman compose` answers",
            )
            .help("install Docker with its Compose plugin, or Podman"),
        })
    }

    /// Whether Compose can start services and leave jobs alone that they have waited for.
    pub fn can_leave_jobs(&self) -> bool {
        self.version.is_some_and(|version| version >= LEAVES_JOBS)
    }

    /// What `podman compose` does, too. Errors: Podman has no socket to speak to.
    fn use_socket_of_podman(&mut self) -> Result<(), Failure> {
        if std::env::var_os("DOCKER_HOST").is_some() {
            return Ok(());
        }
        let words = "{{.Host.RemoteSocket.Exists}} {{.Host.RemoteSocket.Path}}";
        let answer = self.ask(&["info", "--format", words]);
        match answer.as_deref().unwrap_or_default().split_once(' ') {
            Some(("true", path)) => {
                let path = path.trim_start_matches("unix://");
                self.set("DOCKER_HOST", format!("unix://{path}"));
                Ok(())
            }
            _ => Err(Failure::new("Podman has no socket for Compose to speak to")
                .help("systemctl --user start podman.socket, or as root without `--user`")),
        }
    }

    /// A variable for Compose.
    pub fn set(&mut self, name: &str, value: String) {
        self.environment.insert(name.to_string(), value);
    }

    /// Runs Compose and hands over each line that it prints; its exit status. Errors: it can't be started.
    pub fn run(&self, arguments: &[String], show: impl FnMut(Line)) -> Result<u8, Failure> {
        self.finish(self.start(arguments, Stdio::piped())?, show)
    }

    /// The same with the stdout of this process, for other programs to read: only lines of stderr are handed over.
    /// Errors: it can't be started.
    pub fn pass_on(&self, arguments: &[String], show: impl FnMut(Line)) -> Result<u8, Failure> {
        self.finish(self.start(arguments, Stdio::inherit())?, show)
    }

    fn finish(&self, mut compose: Child, show: impl FnMut(Line)) -> Result<u8, Failure> {
        lines(&mut compose).iter().for_each(show);
        let status = compose.wait().map_err(|error| self.failed(&error))?;
        Ok(code(status))
    }

    /// Starts Compose without input, with stderr in a pipe.
    pub(super) fn start(&self, arguments: &[String], stdout: Stdio) -> Result<Child, Failure> {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(Stdio::piped());
        command.spawn().map_err(|error| self.failed(&error))
    }

    /// What Compose prints, on both streams; `None` where it fails.
    pub fn read(&self, arguments: &[String]) -> Option<String> {
        let output = self.command(arguments).stdin(Stdio::null()).output().ok()?;
        let all = [output.stdout, output.stderr].concat();
        let all = String::from_utf8_lossy(&all).into_owned();
        output.status.success().then_some(all)
    }

    /// Every container of the platform, stopped ones too. Errors: Compose fails, or prints what is no list of containers.
    pub fn containers(&self, project: &str) -> Result<Vec<Container>, Failure> {
        let words = ["-p", project, "ps", "--all", "--format", "json"];
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let output = self.command(&words).stdin(Stdio::null()).output();
        let output = output.map_err(|error| self.failed(&error))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            return Err(
                Failure::new(format!("Compose could not say what runs: {}", words.trim()))
                    .help("`mlopsgen doctor` looks for the cause"),
            );
        }
        containers::parse(&text).map_err(|error| {
            Failure::new(format!(
                "what `{}` says about containers can't be read: {error}",
                self.words.join(" ")
            ))
            .help("install Docker Compose 2.20 or newer")
        })
    }

    /// How Compose is called here, as in `docker compose`.
    pub fn compose(&self) -> String {
        self.words.join(" ")
    }

    /// Names of all volumes that carry the label of a project: those that its `down --volumes` removes. None where the engine
    /// does not say.
    pub fn volumes_of(&self, project: &str) -> Vec<String> {
        let label = format!("label=com.docker.compose.project={project}");
        self.list_volumes(&["--filter", &label])
    }

    /// Names of all volumes of this machine. None where the engine does not say.
    pub fn volumes(&self) -> Vec<String> {
        self.list_volumes(&[])
    }

    fn list_volumes(&self, filter: &[&str]) -> Vec<String> {
        let words = ["volume", "ls", "--format", "{{.Name}}"];
        let words: Vec<&str> = words.iter().chain(filter).copied().collect();
        let names = self.ask(&words).unwrap_or_default();
        names.lines().map(ToString::to_string).collect()
    }

    /// More about containers, as far as the engine's program can be asked.
    pub fn inspect(&self, containers: &[Container]) -> Vec<Inspected> {
        let ids = containers.iter().map(|container| container.id.as_str());
        let ids: Vec<&str> = ids.filter(|id| !id.is_empty()).collect();
        if ids.is_empty() {
            return Vec::new();
        }
        let words: Vec<&str> = ["inspect"].into_iter().chain(ids).collect();
        let answer = self.ask(&words).unwrap_or_default();
        serde_json::from_str(&answer).unwrap_or_default()
    }

    /// The engine's version. Errors: it does not answer, or is too old.
    pub fn ping(&self) -> Result<String, Failure> {
        let version = self
            .ask(&["version", "--format", "{{.Server.Version}}"])
            .or_else(|words| match self.program {
                // Where there is no service in between, Podman is its own engine.
                "podman" => self.ask(&["version", "--format", "{{.Client.Version}}"]),
                _ => Err(words),
            })
            .map_err(|words| {
                Failure::new(format!("no engine answers: {words}"))
                    .help("start it, and let your user use it (with Docker: the group `docker`)")
            })?;
        let (major, minor) = OLDEST_ENGINE;
        let is_old = numbers(&version).is_some_and(|found| found < OLDEST_ENGINE);
        if is_old && self.program == "docker" && !self.is_podman() {
            return Err(
                Failure::new(format!("the engine is too old: it is version {version}"))
                    .help(format!("install Docker {major}.{minor} or newer")),
            );
        }
        Ok(version)
    }

    /// Docker's program may speak to Podman, whose versions are others.
    fn is_podman(&self) -> bool {
        let words = ["version", "--format", "{{json .Server}}"];
        let server = self.ask(&words).unwrap_or_default();
        server.contains("Podman")
    }

    /// What a command of the engine's own program prints. Errors: in words, why it does not start or what it says as it fails.
    pub fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let output = command(self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("`{}` could not be started: {error}", self.program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_string());
        }
        let words = String::from_utf8_lossy(&output.stderr);
        Err(words.trim().to_string())
    }

    fn command(&self, arguments: &[String]) -> Command {
        let mut command = command(self.words[0]);
        command
            .args(&self.words[1..])
            .args(arguments)
            .envs(&self.environment);
        command
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::new(format!(
            "`{}` could not be started: {error}",
            self.words.join(" ")
        ))
    }
}

/// Compose as a program of its own may speak to Podman, where there is no `docker`.
fn engine_program(usual: &'static str) -> &'static str {
    let is_there = |program: &str| {
        let mut command = command(program);
        command
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .is_ok()
    };
    match usual == "docker" && !is_there("docker") && is_there("podman") {
        true => "podman",
        false => usual,
    }
}

/// The exit status; 1 for a process that a signal ended.
pub(super) fn code(status: ExitStatus) -> u8 {
    let code = status.code();
    code.map_or(1, |code| u8::try_from(code).unwrap_or(1))
}

fn version(words: &[&str]) -> Option<String> {
    let output = command(words[0])
        .args(&words[1..])
        .args(["version", "--short"])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_string();
    output.status.success().then_some(text)
}

fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
