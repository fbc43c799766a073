//! The targets, and the names of what they write.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Whether a platform compiles to a target that it does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    ByDefault,
    /// Only where `platform.targets` names it.
    OptIn,
}

/// Where the workloads run that a target describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
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
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Target {
            $(
                #[doc = concat!("Files in `generated/", $name, "/`.")]
                #[serde(rename = $name)]
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
    pub fn runs_on(self) -> Option<Site> {
        match self {
            Target::Compose | Target::Swarm => Some(Site::Engine),
            Target::Helm => Some(Site::Cluster),
            Target::Prometheus
            | Target::Grafana
            | Target::Jenkins
            | Target::Airflow
            | Target::Docs
            | Target::Gitops => None,
        }
    }

    /// Those that describe workloads of one site.
    pub fn of_site(site: Site) -> impl Iterator<Item = Self> {
        let all = Self::ALL.iter().copied();
        all.filter(move |target| target.runs_on() == Some(site))
    }

    /// Whether one of these runs workloads on a site.
    pub fn any_runs_on(targets: &BTreeSet<Self>, site: Site) -> bool {
        Self::of_site(site).any(|target| targets.contains(&target))
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

/// The folder of what the user writes for the compiler itself, beside platform.toml.
pub const OWN: &str = "mlopsgen";

/// Kinds of the user's own, beside platform.toml.
pub const OWN_KINDS: &str = "mlopsgen/kinds";

/// Templates of the user's own, beside platform.toml.
pub const OWN_TEMPLATES: &str = "mlopsgen/templates";

/// Where the bodies of stubs lie, beside platform.toml.
pub const STUBS: &str = "dags";

/// Folders of a project with what people write for it: they hold no data.
pub const WRITTEN_BY_PEOPLE: [&str; 2] = [OWN, STUBS];

/// The folder that an environment, or the base, is generated into.
pub fn output_folder(environment: Option<&str>) -> String {
    match environment {
        None => GENERATED.to_string(),
        Some(environment) => format!("{GENERATED}/{environment}"),
    }
}

/// The names of the folder of Compose's files of an environment, or of the base: relative paths in them start there.
pub fn compose_folder(environment: Option<&str>) -> Vec<&str> {
    let base = [GENERATED].into_iter().chain(environment);
    base.chain([Target::Compose.name()]).collect()
}

/// What a project's file is called where nobody says otherwise.
pub const PLATFORM_FILE: &str = "platform.toml";

/// Compose's secrets and variables, below `generated/`. Users write it.
pub const DOTENV: &str = "compose/.env";

/// What keeps [`DOTENV`] out of git, below `generated/`.
pub const DOTENV_GITIGNORE: &str = "compose/.gitignore";

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
