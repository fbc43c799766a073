//! What a compilation makes: files in memory, and what the manifest remembers beside them.

use std::collections::BTreeMap;

/// An output format. `platform.targets` and `--target` name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Compose,
    Helm,
    Prometheus,
    Grafana,
    Jenkins,
    Airflow,
    Docs,
    /// Only where `platform.targets` names it.
    Swarm,
}

impl Target {
    pub const ALL: [Target; 8] = [
        Target::Compose,
        Target::Helm,
        Target::Prometheus,
        Target::Grafana,
        Target::Jenkins,
        Target::Airflow,
        Target::Docs,
        Target::Swarm,
    ];

    /// What a platform compiles to that does not say.
    pub fn is_default(self) -> bool {
        self != Target::Swarm
    }

    pub fn name(self) -> &'static str {
        match self {
            Target::Compose => "compose",
            Target::Helm => "helm",
            Target::Prometheus => "prometheus",
            Target::Grafana => "grafana",
            Target::Jenkins => "jenkins",
            Target::Airflow => "airflow",
            Target::Docs => "docs",
            Target::Swarm => "swarm",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name() == name)
    }
}

/// One file to write. `owners` are the targets that need it: a file of `config/` serves Compose, `.gitattributes` all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    pub text: String,
    pub owner: Owner,
}

/// Which selection of targets a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    Target(Target),
    /// Written whatever targets are selected (`.gitattributes`).
    Always,
}

/// A stub that `apply` creates once and never touches again. The path is relative to the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    pub path: String,
    pub text: String,
}

/// A volume by its real name: the manifest remembers these, so that a plan can say that one goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordedVolume {
    /// The engine's name of the volume (`PLATFORM_COMPONENT-VOLUME`).
    pub name: String,
    /// The key to write to keep it, as in `components.redis.volumes.data`.
    pub key: String,
}

/// Everything that one compilation makes. Paths are relative to `generated/` (or `generated/E/`), with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    pub files: BTreeMap<String, GeneratedFile>,
    pub stubs: Vec<Stub>,
    pub volumes: Vec<RecordedVolume>,
}

impl FileSet {
    pub fn add(&mut self, target: Target, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(
            path.into(),
            GeneratedFile {
                text: text.into(),
                owner: Owner::Target(target),
            },
        );
    }
}
