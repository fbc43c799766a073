//! What a container gets from outside of its image: volumes, paths of the host, single files, files of variables.

use crate::{
    files::{CONFIG, Site},
    model::{Endpoint, HostPath, Propagation, Text},
    source::Span,
    value::DotenvVariable,
};

/// A volume or a path of the host in a container.
#[derive(Clone, Debug, PartialEq)]
pub struct Mount {
    /// The volume's name in its component.
    pub name: String,
    /// The absolute path in the container.
    pub path: String,
    /// What is mounted.
    pub source: MountSource,
    /// Whether the container can't write to it.
    pub read_only: bool,
    /// Where alone it means something, as the engine's socket does: runtimes elsewhere leave it out and report nothing.
    pub only: Option<Site>,
    /// The variable that names the program's data folder: in a cluster a folder in the claim, so that the program makes it,
    /// with the owner and the rights that it asks for.
    pub folder_env: Option<String>,
    /// How later mounts below it are seen on the other side.
    pub propagation: Option<Propagation>,
    /// The texts of configuration files of the project that it mounts, by itself or in a folder that is only read.
    pub texts: Vec<MountedText>,
    /// What the project has in the folder that is bound, where something else is mounted in it.
    pub points: Vec<MountPoint>,
    /// Its name where it is written.
    pub span: Span,
}

impl Mount {
    /// Whether it is mounted there.
    pub fn is_on(&self, site: Site) -> bool {
        self.only.is_none_or(|only| only == site)
    }
}

/// A point in a bound folder of the project at which something else is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountPoint {
    /// The path in the folder.
    pub below: String,
    /// What is there.
    pub found: Found,
}

/// What lies where something is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the engine has to make the point.
    Nothing,
    /// A file or a folder that says nothing, as one that is kept for what is mounted over it.
    Place,
    /// A file or a folder that says something, which is hidden by what is mounted over it.
    Text,
}

impl Found {
    /// What a file is by what it holds. Remarks alone say nothing.
    pub fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let mut lines = text.lines().map(str::trim);
        match lines.any(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
            true => Self::Text,
            false => Self::Place,
        }
    }
}

/// A configuration file of the project that a volume mounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MountedText {
    /// The file or the folder that is mounted, relative to the project.
    pub path: String,
    /// The name in the folder.
    pub below: Option<String>,
    /// Its text.
    pub text: String,
}

/// A text file of the project, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectText {
    /// Relative to the project.
    pub path: String,
    /// With its references.
    pub text: String,
}

/// A file of variables that raw keys name, `env_file` of Compose's.
#[derive(Clone, Debug, PartialEq)]
pub struct EnvFile {
    /// Relative to the project.
    pub path: String,
    /// What it sets; `None`: the file is not there, and the engine insists on it.
    pub variables: Option<Vec<DotenvVariable>>,
    /// Where it is named.
    pub span: Span,
}

/// What a mount brings into a container.
#[derive(Clone, Debug, PartialEq)]
pub enum MountSource {
    /// A volume of the platform, by its key in [`crate::model::Platform::volumes`].
    Volume(String),
    /// A path on the host. `data`: `down --purge` may empty it.
    Bind { path: HostPath, data: bool },
}

impl MountSource {
    /// The path on the host, where it is one.
    pub fn on_host(&self) -> Option<&HostPath> {
        match self {
            MountSource::Bind { path, .. } => Some(path),
            MountSource::Volume(_) => None,
        }
    }

    /// The key of the volume, where it is one.
    pub fn volume(&self) -> Option<&str> {
        match self {
            MountSource::Volume(key) => Some(key),
            MountSource::Bind { .. } => None,
        }
    }
}

/// A file or a folder that a container gets, read-only.
#[derive(Clone, Debug, PartialEq)]
pub struct FileMount {
    /// The absolute path in the container.
    pub path: String,
    /// What it holds.
    pub content: FileContent,
    /// The setting of the component that names it, where one does.
    pub setting: Option<String>,
    /// The file in which the references of the content were resolved.
    pub template: Option<ProjectText>,
    /// The ports whose addresses the template of a kind read for it. Its text holds them as plain words.
    pub asks: Vec<Endpoint>,
    /// Octal, as `0o644`.
    pub mode: u32,
    /// The path where it is written.
    pub span: Span,
}

/// Where the content of a mounted file comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum FileContent {
    /// Written to `config/COMPONENT/...`; `name` is the path below that folder.
    Text { name: String, text: Text },
    /// A file of the project, by its path relative to it, and what it holds.
    Project { path: String, bytes: Vec<u8> },
    /// A folder of the project: paths relative to it, and what they hold.
    Folder {
        path: String,
        files: Vec<(String, Vec<u8>)>,
    },
    /// The value of a secret.
    Secret(String),
    /// The bodies of the pipelines' stubs: `dags/` of the project.
    Stubs,
    /// A file or a folder that is generated.
    Generated(Generated),
}

/// A generated file or folder that a kind mounts: who makes it, and its path below `generated/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Generated {
    /// A target makes it.
    OfTarget(String),
    /// Alertmanager's configuration, which is made from `[notify]`.
    NotifyConfig(String),
}

impl Generated {
    /// What a path of a kind's `generated` stands for. Of what lies in [`CONFIG`] it names nothing but Alertmanager's configuration: all
    /// else there is a text of the kind's own.
    pub fn of(path: String) -> Self {
        match path.split('/').next() == Some(CONFIG) {
            true => Self::NotifyConfig(path),
            false => Self::OfTarget(path),
        }
    }

    /// The path below `generated/`.
    pub fn path(&self) -> &str {
        match self {
            Self::OfTarget(path) | Self::NotifyConfig(path) => path,
        }
    }
}
