//! What the commands that run a platform share: the project, its selection of groups, its `.env`, its engine.

use std::{collections::BTreeMap, fs, path::PathBuf};

use crate::{
    compile::Output,
    disk::{Dotenv, Project, read_dotenv},
    files::{DOTENV, Target},
    plan::{Failure, Plan},
    source::Sources,
};

/// A platform that compiles.
#[derive(Debug)]
pub struct Running {
    /// Where it is, and what was asked for.
    pub project: Project,
    /// What it compiles to.
    pub output: Output,
    /// The files that were read, for messages with a line.
    pub sources: Sources,
    /// What `apply` would do.
    pub plan: Plan,
}

impl Running {
    /// Compose's project: the platform, unless `[raw.compose]` names it.
    pub fn name(&self) -> &str {
        let output = &self.output;
        let named = output.files.projects.get(&Target::Compose);
        named.unwrap_or(&output.platform.project)
    }

    /// Arguments of a Compose command that needs no file: `-p NAME WORDS...`.
    pub fn by_name<'a>(&'a self, words: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let start = ["-p", self.name()];
        let all = start.into_iter().chain(words);
        all.map(ToString::to_string).collect()
    }

    /// The project's folder as an absolute path. Errors: it is gone.
    pub fn root(&self) -> Result<PathBuf, Failure> {
        let root = self.project.place.project();
        fs::canonicalize(root).map_err(|error| Failure::io("find", root, &error))
    }

    /// Where Compose reads the secrets' values: `compose/.env` in the output folder.
    pub fn dotenv_path(&self) -> PathBuf {
        self.project.place.root().join(DOTENV)
    }

    /// The file of the values; empty where there is none. Errors: it can't be read.
    pub fn dotenv(&self) -> Result<Dotenv, Failure> {
        read_dotenv(&self.project.place)
    }

    /// What Compose will see: `.env`, and the environment of this process over it. Errors: `.env` can't be read.
    pub fn values(&self) -> Result<BTreeMap<String, String>, Failure> {
        let mut values = self.dotenv()?.values();
        let platform = &self.output.platform;
        let secrets = platform.secrets.iter().map(|secret| &secret.env);
        let variables = platform.variables.iter().filter_map(|v| v.env.as_ref());
        for name in secrets.chain(variables) {
            if let Ok(value) = std::env::var(name) {
                values.insert(name.clone(), value);
            }
        }
        Ok(values)
    }
}
