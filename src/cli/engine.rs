//! Compose and the engine behind it, whatever this machine calls them.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
};

use mlopsgen::{
    plan::Failure,
    run::{Container, parse_containers},
};

/// Optional dependencies (`required: false`) came with it.
const OLDEST: (u32, u32) = (2, 20);

/// How Compose is called, in the order in which it is looked for; and the engine's own program.
const WAYS: [(&[&str], &str); 3] = [
    (&["docker", "compose"], "docker"),
    (&["docker-compose"], "docker"),
    (&["podman", "compose"], "podman"),
];

/// A Compose that answers.
pub struct Engine {
    words: &'static [&'static str],
    program: &'static str,
    /// What `up` tells Compose besides the environment of this process.
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
            if words[0] != "podman" && numbers(&version).is_some_and(|found| found < OLDEST) {
                too_old.get_or_insert(format!("`{}` is version {version}", words.join(" ")));
                continue;
            }
            return Ok(Self {
                words,
                program,
                // The other groups are no orphans.
                environment: BTreeMap::from([(
                    "COMPOSE_IGNORE_ORPHANS".to_string(),
                    "true".to_string(),
                )]),
            });
        }
        let (major, minor) = OLDEST;
        Err(match too_old {
            Some(found) => Failure::new(format!("Compose is too old: {found}"))
                .help(format!("install Docker Compose {major}.{minor} or newer")),
            None => Failure::new(
                "there is no Compose here: neither `docker compose` nor `docker-compose` nor `podman compose` answers",
            )
            .help("install Docker with its Compose plugin, or Podman"),
        })
    }

    /// A variable for Compose.
    pub fn set(&mut self, name: &str, value: String) {
        self.environment.insert(name.to_string(), value);
    }

    /// Runs Compose with this terminal; its exit status.
    pub fn compose(&self, arguments: &[String]) -> Result<u8, Failure> {
        let status = self.command(arguments).status();
        let status = status.map_err(|error| self.failed(&error))?;
        // Without a code a signal ended it.
        Ok(status
            .code()
            .map_or(1, |code| u8::try_from(code).unwrap_or(1)))
    }

    /// Every container of the platform, stopped ones too.
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
        parse_containers(&text).map_err(|error| {
            Failure::new(format!(
                "what `{}` says about containers can't be read: {error}",
                self.words.join(" ")
            ))
            .help("install Docker Compose 2.20 or newer")
        })
    }

    /// The engine's version, or why it does not answer.
    pub fn ping(&self) -> Result<String, Failure> {
        self.ask(&["version", "--format", "{{.Server.Version}}"])
            .map_err(|words| {
                Failure::new(format!("no engine answers: {words}"))
                    .help("start it, and let your user use it (with Docker: the group `docker`)")
            })
    }

    /// What a command of the engine's own program prints, or what it says instead.
    pub fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(self.program)
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
        let mut command = Command::new(self.words[0]);
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

fn version(words: &[&str]) -> Option<String> {
    let output = Command::new(words[0])
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
