//! Data that outlives what is generated: volumes of an engine, claims of a cluster, folders of a machine.
//!
//! Every runtime says which it keeps, the manifest remembers them, and a plan compares the two. So all of them answer one
//! question in one way: which data does a change leave behind, and what starts empty?

use serde::{Deserialize, Serialize};

/// Where data lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeper {
    /// A named volume of Docker or Podman.
    #[default]
    Engine,
    /// A claim in a cluster.
    Cluster,
    /// A folder of the machine that holds data.
    Host,
}

impl Keeper {
    /// What something that lies there is called.
    pub fn noun(self) -> &'static str {
        match self {
            Keeper::Engine => "volume",
            Keeper::Cluster => "claim",
            Keeper::Host => "folder",
        }
    }
}

/// One of them, as the manifest remembers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Data {
    /// Who keeps it.
    pub keeper: Keeper,
    /// The engine's name of a volume (`PLATFORM_COMPONENT-VOLUME`), a claim's name, a folder's path.
    pub name: String,
    /// The key of platform.toml that it belongs to, as in `components.redis.volumes.data`.
    pub key: String,
    /// The name is that of another key, which `[[moved]]` took it from.
    pub moved: bool,
    /// What wrote the data, where another version of it may not be able to read it.
    pub program: Option<Program>,
}

impl Data {
    /// Whether both are the same thing on a disk.
    pub fn is_same(&self, other: &Data) -> bool {
        (self.keeper, &self.name) == (other.keeper, &other.name)
    }

    /// As in ``volume `shop_redis-data` ``.
    pub fn title(&self) -> String {
        format!("{} `{}`", self.keeper.noun(), self.name)
    }
}

/// A program by its kind and the major version of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The kind, or the one that it extends.
    pub kind: String,
    /// The major version.
    pub major: u64,
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.major)
    }
}

impl Program {
    /// Reads what [`Program`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, major) = text.split_once(' ')?;
        Some(Self {
            kind: kind.to_string(),
            major: major.parse().ok()?,
        })
    }
}

/// A change of the major version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To a higher one.
    Up,
    /// Up by more than one.
    Skip,
    /// To a lower one.
    Down,
}

impl Step {
    /// The words of kind files, in the order of the variants.
    pub const NAMES: &[&str] = &["up", "skip", "down"];

    /// From the word of a kind file; `None` for any other.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "up" => Some(Step::Up),
            "skip" => Some(Step::Skip),
            "down" => Some(Step::Down),
            _ => None,
        }
    }
}

/// What a change of the major version asks for, where the data is to stay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upgrade {
    /// For which changes.
    pub on: Step,
    /// Only where the change begins below this version, and ends at it or above.
    pub reaches: Option<u64>,
    /// What to do, in a sentence.
    pub needs: String,
}

impl Upgrade {
    /// Whether it is about this change.
    pub fn is_of(&self, from: u64, to: u64) -> bool {
        let is_step = match self.on {
            Step::Up => to > from,
            Step::Skip => to > from + 1,
            Step::Down => to < from,
        };
        let (low, high) = (from.min(to), from.max(to));
        is_step
            && self
                .reaches
                .is_none_or(|reached| low < reached && reached <= high)
    }
}

/// Data that the platform keeps, and the program that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// What is kept.
    pub data: Data,
    /// Keys of the volumes that are mounted from it: more than one where it is shared.
    pub mounts: Vec<String>,
    /// What the program asks for when its major version changes.
    pub upgrades: Vec<Upgrade>,
    /// Bytes that a claim asks for.
    pub size: Option<u64>,
}

/// What a volume's names are made of, by its key: `COMPONENT-VOLUME`, or the name in `[volumes]`.
pub fn id(key: &str) -> String {
    let words: Vec<&str> = key.split('.').collect();
    match words.as_slice() {
        ["components", component, "volumes", volume] => format!("{component}-{volume}"),
        ["components", component, "parts", part, "volumes", volume] => {
            format!("{component}-{part}-{volume}")
        }
        ["pipelines", pipeline, "volumes", volume] => {
            let pipeline = pipeline.to_ascii_lowercase().replace('_', "-");
            format!("{pipeline}-{volume}")
        }
        _ => words.last().copied().unwrap_or_default().to_string(),
    }
}
