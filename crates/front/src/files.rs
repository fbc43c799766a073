//! What a compilation makes: files in memory, and what the manifest remembers beside them.

use std::{collections::BTreeMap, sync::Arc};

use crate::data::Kept;

/// Whether a platform compiles to a target that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    ByDefault,
    /// Only where `platform.targets` names it.
    OptIn,
}

/// Where the workloads run that a target describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Containers of an engine, Docker or Podman.
    Engine,
    /// Pods of Kubernetes.
    Cluster,
}

/// Declares the targets: variant, name, and whether a platform gets it by default.
macro_rules! targets {
    ($($variant:ident = $name:literal, $choice:ident;)+) => {
        /// An output format. `platform.targets` and `--target` name them, and each has the folder of its name below
        /// `generated/`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Target {
            $(
                #[doc = concat!("Files in `generated/", $name, "/`.")]
                $variant,
            )+
        }

        impl Target {
            /// All targets, in the order in which they are listed and made.
            pub const ALL: &[Target] = &[$(Target::$variant,)+];

            /// Their names, in the same order.
            pub const NAMES: &[&str] = &[$($name,)+];

            /// Its name in `platform.targets`, and that of its folder.
            pub fn name(self) -> &'static str {
                match self {
                    $(Target::$variant => $name,)+
                }
            }

            fn choice(self) -> Choice {
                match self {
                    $(Target::$variant => Choice::$choice,)+
                }
            }
        }
    };
}

// The only list of targets. What each of them does is a row of `target::row`, which the compiler asks for.
targets! {
    Compose = "compose", ByDefault;
    Helm = "helm", ByDefault;
    Prometheus = "prometheus", ByDefault;
    Grafana = "grafana", ByDefault;
    Jenkins = "jenkins", ByDefault;
    Airflow = "airflow", ByDefault;
    Docs = "docs", ByDefault;
    Swarm = "swarm", OptIn;
    Gitops = "gitops", OptIn;
}

impl Target {
    /// Whether a platform compiles to it that does not say.
    pub fn is_default(self) -> bool {
        self.choice() == Choice::ByDefault
    }

    /// Where its workloads run; `None`: its files are mounted, or people and tools read them.
    pub fn runs_on(self) -> Option<Ground> {
        match self {
            Target::Compose | Target::Swarm => Some(Ground::Engine),
            Target::Helm => Some(Ground::Cluster),
            Target::Prometheus
            | Target::Grafana
            | Target::Jenkins
            | Target::Airflow
            | Target::Docs
            | Target::Gitops => None,
        }
    }

    /// Those that describe workloads of one ground.
    pub fn of_ground(ground: Ground) -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(move |target| target.runs_on() == Some(ground))
    }

    /// The target of a name; `None` where there is none.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|target| target.name() == name)
    }
}

/// The folder beside platform.toml that everything is generated into.
pub const GENERATED: &str = "generated";

/// What a project's file is called where nobody says otherwise.
pub const PLATFORM_FILE: &str = "platform.toml";

/// What keeps `.env` out of git, below `generated/`.
pub const GITIGNORE: &str = "compose/.gitignore";

/// Whether git ignores the file `.env` in the folder of a `.gitignore` with this text, and in all folders below: it has the line
/// `.env`, and no later line takes back more than `.env.example`.
pub fn ignores_dotenv(gitignore: &str) -> bool {
    gitignore
        .lines()
        .fold(false, |is_ignored, line| match line {
            ".env" => true,
            "!.env.example" => is_ignored,
            _ => is_ignored && !line.starts_with('!'),
        })
}

/// The folder of the files whose text the platform itself holds. They are Compose's; the chart has its own copies.
pub const CONFIG: &str = "config";

/// Whether a folder below `generated/` is a target's, so that no environment can have its name.
pub fn is_folder_of_a_target(name: &str) -> bool {
    name == CONFIG || Target::from_name(name).is_some()
}

/// One file to write, and the target that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedFile {
    /// The whole file, UTF-8. Who mounts the file or puts it into a chart shares the text.
    pub text: Arc<str>,
    /// By which selection of targets it is written.
    pub owner: Owner,
}

/// Which selection of targets a file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Written where this target is selected.
    Target(Target),
    /// Written whatever targets are selected (`.gitattributes`).
    Always,
}

impl Owner {
    /// Whose a file is, by the first folder of its path below `generated/`.
    pub fn of(path: &str) -> Self {
        match path.split_once('/') {
            None => Owner::Always,
            Some((CONFIG, _)) => Owner::Target(Target::Compose),
            Some((folder, _)) => Target::from_name(folder).map_or(Owner::Always, Owner::Target),
        }
    }
}

/// A stub that `apply` creates once and never touches again. The path is relative to the project's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// With `/` between its names.
    pub path: String,
    /// What stands in it at first.
    pub text: String,
}

/// Everything that one compilation makes. Paths are relative to `generated/` (or `generated/E/`), with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSet {
    /// By path.
    pub files: BTreeMap<String, GeneratedFile>,
    /// Files that are created once and then edited by the user.
    pub stubs: Vec<Stub>,
    /// The data that the platform keeps, sorted.
    pub kept: Vec<Kept>,
    /// Components that charts of others run in a cluster, each with the chart's name: those keep its data there.
    pub charts: BTreeMap<String, String>,
}

impl FileSet {
    /// Adds a file of a target; it replaces an earlier one of the same path.
    pub fn add(&mut self, target: Target, path: impl Into<String>, text: impl Into<Arc<str>>) {
        self.files.insert(
            path.into(),
            GeneratedFile {
                text: text.into(),
                owner: Owner::Target(target),
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::ignores_dotenv;

    #[test]
    fn a_later_rule_may_take_dotenv_back() {
        for text in [
            ".env\n",
            "*.log\n.env\n.env.*\n!.env.example",
            "!.env\n.env\n",
            ".env\r\n",
        ] {
            assert!(ignores_dotenv(text), "{text:?}");
        }
        for text in [
            "",
            ".env.example\n",
            " .env\n",
            "# .env\n",
            ".env\n!.env\n",
            ".env\n!*\n",
            "\u{feff}.env\n",
        ] {
            assert!(!ignores_dotenv(text), "{text:?}");
        }
    }
}
