//! Docker Compose reads `compose/`: the whole platform, all files at once, and each group with the groups
//! that it depends on, as `mlopsgen up GROUP` gives them to it. Any word on standard error is a fault,
//! because Compose only warns about a variable that is not set.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::consumer::{self, Verdict};
use crate::tree::{Finding, Tree};

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    trees
        .iter()
        .filter(|tree| tree.path.join("compose").is_dir())
        .flat_map(judge_tree)
        .collect()
}

fn judge_tree(tree: &Tree) -> Vec<Finding> {
    let project = match Project::read(tree) {
        Ok(project) => project,
        Err(message) => return vec![tree.finding(message)],
    };
    let mut findings = Vec::new();
    let whole = [project.folder.join("compose.yaml")];
    for (what, files) in [
        ("compose.yaml", &whole[..]),
        ("all files at once", &project.all_files()),
    ] {
        let verdict = project.config(files, &["-q"]);
        if !verdict.success || !verdict.stderr.is_empty() {
            findings.push(tree.finding(format!(
                "docker compose config, {what}: {}",
                verdict.words()
            )));
        }
    }
    for group in project.groups.keys() {
        let verdict = project.config(&project.closure(group), &["-q"]);
        if !verdict.success || !verdict.stderr.is_empty() {
            findings.push(tree.finding(format!(
                "docker compose config, group {group}: {}",
                verdict.words()
            )));
        }
    }
    findings.extend(
        project
            .demands_secrets()
            .err()
            .map(|message| tree.finding(message)),
    );
    match project.model() {
        Ok(model) => findings.extend(
            missing(tree, &model)
                .into_iter()
                .map(|message| tree.finding(message)),
        ),
        Err(message) => findings.push(tree.finding(message)),
    }
    findings
}

/// The Compose project of a tree: its files, and an environment file with a value for each variable that
/// has to have one.
pub struct Project {
    folder: PathBuf,
    groups: BTreeMap<String, Value>,
    required: BTreeSet<String>,
    work: TempDir,
}

impl Project {
    /// Reads `compose/`; an error when a file is no YAML or `.env.example` leaves a required variable out.
    pub fn read(tree: &Tree) -> Result<Project, String> {
        let folder = tree.path.join("compose");
        let mut groups = BTreeMap::new();
        let mut required = BTreeSet::new();
        for file in tree.files("compose", &[".yaml"]) {
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            required.extend(required_variables(&text));
            let name = file
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            // Deeper files only order groups, and are never given to Compose alone.
            if name != "compose" && file.parent() == Some(folder.as_path()) {
                let model = consumer::yaml_file(&file)
                    .map_err(|error| format!("{}: {error}", tree.relative(&file)))?;
                groups.insert(name, model);
            }
        }
        let example = fs::read_to_string(folder.join(".env.example")).unwrap_or_default();
        let listed = listed_variables(&example);
        if let Some(name) = required.iter().find(|name| !listed.contains(*name)) {
            return Err(format!(
                "compose needs the variable {name}, which .env.example does not list"
            ));
        }
        let work = tempfile::tempdir().map_err(|error| error.to_string())?;
        fs::write(work.path().join("env"), filled(&example, &required))
            .map_err(|error| error.to_string())?;
        fs::write(work.path().join("none"), "").map_err(|error| error.to_string())?;
        Ok(Project {
            folder,
            groups,
            required,
            work,
        })
    }

    /// The model that Compose makes of the whole platform, all profiles included.
    pub fn model(&self) -> Result<Value, String> {
        let verdict = self.config(&[self.folder.join("compose.yaml")], &["--format", "json"]);
        if !verdict.success {
            return Err(format!(
                "docker compose config, all profiles: {}",
                verdict.words()
            ));
        }
        serde_json::from_str(&verdict.stdout).map_err(|error| error.to_string())
    }

    fn config(&self, files: &[PathBuf], options: &[&str]) -> Verdict {
        self.compose(files, "env", options)
    }

    fn compose(&self, files: &[PathBuf], environment: &str, options: &[&str]) -> Verdict {
        let mut command = consumer::consumer("bin/docker-compose");
        command
            .args(["--profile", "*"])
            .arg("--env-file")
            .arg(self.work.path().join(environment));
        for file in files {
            command.arg("-f").arg(file);
        }
        consumer::run(command.arg("config").args(options))
    }

    /// A start without secrets has to fail, and to name the missing secret.
    fn demands_secrets(&self) -> Result<(), String> {
        if self.required.is_empty() {
            return Ok(());
        }
        let verdict = self.compose(&[self.folder.join("compose.yaml")], "none", &["-q"]);
        if verdict.success {
            return Err(
                "compose.yaml starts with none of the variables that it requires".to_owned(),
            );
        }
        if self
            .required
            .iter()
            .any(|name| verdict.stderr.contains(name))
        {
            return Ok(());
        }
        Err(format!(
            "without secrets, compose does not name a missing variable: {}",
            verdict.words()
        ))
    }

    fn file(&self, group: &str) -> PathBuf {
        self.folder.join(format!("{group}.yaml"))
    }

    fn all_files(&self) -> Vec<PathBuf> {
        self.groups.keys().map(|group| self.file(group)).collect()
    }

    /// The file of `group`, then those of the groups that it cannot start without.
    fn closure(&self, group: &str) -> Vec<PathBuf> {
        let mut wanted = vec![group.to_owned()];
        let mut next = 0;
        while let Some(group) = wanted.get(next).cloned() {
            next += 1;
            for service in services(&self.groups[&group]).values() {
                for needed in required_services(service) {
                    let home = self
                        .groups
                        .iter()
                        .find(|(_, model)| services(model).contains_key(&needed));
                    wanted.extend(
                        home.map(|(name, _)| name.clone())
                            .filter(|name| !wanted.contains(name)),
                    );
                }
            }
        }
        wanted.iter().map(|group| self.file(group)).collect()
    }
}

/// The services of a Compose model.
pub fn services(model: &Value) -> &Map<String, Value> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    model["services"].as_object().unwrap_or(&NONE)
}

/// The services that `service` cannot start without.
fn required_services(service: &Value) -> Vec<String> {
    let mut names: Vec<String> = match &service["depends_on"] {
        Value::Array(list) => list
            .iter()
            .filter_map(|name| Some(name.as_str()?.to_owned()))
            .collect(),
        Value::Object(table) => {
            let hard = table
                .iter()
                .filter(|(_, edge)| edge["required"] != Value::Bool(false));
            hard.map(|(name, _)| name.clone()).collect()
        }
        _ => Vec::new(),
    };
    let joined = service["network_mode"]
        .as_str()
        .and_then(|mode| mode.strip_prefix("service:"));
    names.extend(joined.map(str::to_owned));
    names
}

/// What Compose accepts and only fails on when it starts: a `healthy` without a health check, a file that is
/// not there, a host port published twice.
fn missing(tree: &Tree, model: &Value) -> Vec<String> {
    let mut messages = Vec::new();
    let mut published: BTreeMap<(String, String, String), &String> = BTreeMap::new();
    for (name, service) in services(model) {
        for (needed, edge) in service["depends_on"].as_object().into_iter().flatten() {
            let target = &model["services"][needed];
            if edge["condition"] == "service_healthy" && !target["healthcheck"]["test"].is_array() {
                messages.push(format!(
                    "{name} waits for {needed} to be healthy, which has no health check"
                ));
            }
        }
        for mount in service["volumes"].as_array().into_iter().flatten() {
            let source = Path::new(mount["source"].as_str().unwrap_or_default());
            if mount["type"] == "bind" && source.starts_with(&tree.path) && !source.exists() {
                messages.push(format!(
                    "{name} mounts {}, which is not generated",
                    tree.relative(source)
                ));
            }
        }
        for port in service["ports"].as_array().into_iter().flatten() {
            let text = |key: &str| port[key].as_str().unwrap_or_default().to_owned();
            let key = (text("host_ip"), text("published"), text("protocol"));
            let exclusive = |other: &String| disjoint_profiles(service, &model["services"][other]);
            if let Some(other) = published
                .insert(key, name)
                .filter(|other| !exclusive(other))
            {
                messages.push(format!(
                    "{name} and {other} publish host port {}",
                    text("published")
                ));
            }
        }
    }
    messages
}

fn disjoint_profiles(one: &Value, other: &Value) -> bool {
    let profiles = |service: &Value| service["profiles"].as_array().cloned().unwrap_or_default();
    let (one, other) = (profiles(one), profiles(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|profile| other.contains(profile))
}

/// The names in `${NAME:?...}` and `${NAME?...}`; `$${` is no variable.
pub fn required_variables(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (start, _) in text.match_indices("${") {
        let escaped = text[..start]
            .bytes()
            .rev()
            .take_while(|byte| *byte == b'$')
            .count()
            % 2
            == 1;
        let rest = &text[start + 2..];
        let end = rest
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .unwrap_or(rest.len());
        if !escaped && (rest[end..].starts_with(":?") || rest[end..].starts_with('?')) {
            names.push(rest[..end].to_owned());
        }
    }
    names
}

/// The variable that a line of `.env.example` lists, commented out or not.
fn variable(line: &str) -> Option<&str> {
    let (name, _) = line.trim_start_matches(['#', ' ']).split_once('=')?;
    let plain = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    plain.then_some(name)
}

fn listed_variables(example: &str) -> BTreeSet<String> {
    example
        .lines()
        .filter_map(variable)
        .map(str::to_owned)
        .collect()
}

/// `.env.example` with a value for each required variable, as a user fills it in.
fn filled(example: &str, required: &BTreeSet<String>) -> String {
    let line = |line: &str| match variable(line).filter(|name| required.contains(*name)) {
        Some(name) => format!("{name}=conformance-1\n"),
        None => format!("{line}\n"),
    };
    example.lines().map(line).collect()
}
