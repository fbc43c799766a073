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

/// What data is on a disk: who keeps it, and its name there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity<'a>(Keeper, &'a str);

impl Data {
    /// Two of the same identity are the same thing on a disk.
    pub fn identity(&self) -> Identity<'_> {
        Identity(self.keeper, &self.name)
    }

    /// The StatefulSet that makes a claim for each of its pods, named `VOLUME-STATEFULSET-*`; `None` for other data.
    pub fn stateful_set(&self) -> Option<&str> {
        let rest = self.name.strip_prefix(volume(&self.key))?;
        let set = rest.strip_prefix('-')?.strip_suffix("-*")?;
        (self.keeper == Keeper::Cluster).then_some(set)
    }

    /// As in ``volume `shop_redis-data` ``.
    pub fn title(&self) -> String {
        format!("{} `{}`", self.keeper.noun(), self.name)
    }
}

/// A program by its kind and its version, as far as that decides what it can read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The kind, or the one that it extends.
    pub kind: String,
    /// The major version.
    pub major: u64,
    /// The minor version, where a change of it asks for something, and where it is known.
    pub minor: Option<u64>,
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind, self.major)?;
        match self.minor {
            Some(minor) => write!(f, ".{minor}"),
            None => Ok(()),
        }
    }
}

impl Program {
    /// Reads what [`Program`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, version) = text.split_once(' ')?;
        let (major, minor) = match version.split_once('.') {
            Some((major, minor)) => (major, Some(minor.parse().ok()?)),
            None => (version, None),
        };
        Some(Self {
            kind: kind.to_string(),
            major: major.parse().ok()?,
            minor,
        })
    }
}

/// Who is to read data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// A program of which a kind says what it can read.
    Program(Program),
    /// A program of which nothing is known: of an image of the user's own, or of a kind that asks for nothing.
    Unknown,
}

/// How an unknown reader is printed.
const UNKNOWN: &str = "another program";

impl std::fmt::Display for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reader::Program(program) => program.fmt(f),
            Reader::Unknown => f.write_str(UNKNOWN),
        }
    }
}

impl Reader {
    /// Reads what [`Reader`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            UNKNOWN => Some(Reader::Unknown),
            text => Program::parse(text).map(Reader::Program),
        }
    }
}

/// The number of a version that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The first one.
    Major,
    /// The second one, and the first stays.
    Minor,
}

impl Level {
    /// The words of kind files, in the order of the variants.
    pub const NAMES: &[&str] = &["major", "minor"];

    /// From the word of a kind file; `None` for any other.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "major" => Some(Level::Major),
            "minor" => Some(Level::Minor),
            _ => None,
        }
    }
}

/// A change of a version's number.
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

/// What a change of the version asks for, where the data is to stay.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Upgrade {
    /// For which changes.
    pub on: Step,
    /// Of which number.
    pub level: Level,
    /// Only where the change begins below this number, and ends at it or above.
    pub reaches: Option<u64>,
    /// What to do, in a sentence.
    pub needs: String,
}

impl Upgrade {
    /// Whether it is about this change. Where a minor version is not known, nothing is said of it.
    pub fn is_of(&self, from: &Program, to: &Program) -> bool {
        let numbers = match self.level {
            Level::Major => Some((from.major, to.major)),
            Level::Minor if from.major != to.major => None,
            Level::Minor => from.minor.zip(to.minor),
        };
        numbers.is_some_and(|(from, to)| self.is_of_numbers(from, to))
    }

    fn is_of_numbers(&self, from: u64, to: u64) -> bool {
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

/// The table that a key begins with: `components` of `components.db.volumes.data`.
pub fn section(key: &str) -> &str {
    key.split('.').next().unwrap_or(key)
}

/// Whose a volume is, by its key: `components.db` of `components.db.volumes.data` and of `components.db.parts.w.volumes.data`.
/// A shared volume is its own owner.
pub fn owner(key: &str) -> &str {
    let mut dots = key.match_indices('.');
    &key[..dots.nth(1).map_or(key.len(), |(at, _)| at)]
}

/// The component that a key belongs to: `db` of `components.db.volumes.data`.
pub fn component(key: &str) -> Option<&str> {
    owner(key).strip_prefix("components.")
}

/// The name of a volume, by its key: `data` of `components.db.volumes.data`.
pub fn volume(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
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
        _ => volume(key).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Data, Keeper, Level, Program, Step, Upgrade, component, owner, section, volume};

    #[test]
    fn a_skipped_minor_version_is_seen_within_one_major() {
        let skip = Upgrade {
            on: Step::Skip,
            level: Level::Minor,
            reaches: None,
            needs: String::new(),
        };
        let program = |text: &str| Program::parse(text).expect("a program");
        let asks = |from: &str, to: &str| skip.is_of(&program(from), &program(to));
        assert!(asks("qdrant 1.15", "qdrant 1.17"));
        assert!(!asks("qdrant 1.15", "qdrant 1.16"));
        assert!(!asks("qdrant 1.17", "qdrant 1.15"));
        assert!(!asks("qdrant 1", "qdrant 1.17"));
        assert!(!asks("qdrant 0.9", "qdrant 1.17"));
        assert_eq!(program("qdrant 1.15").to_string(), "qdrant 1.15");
        assert_eq!(program("postgres 17").to_string(), "postgres 17");
        assert_eq!(Program::parse("qdrant 1.x"), None);
    }

    #[test]
    fn a_key_names_the_owner_of_a_volume() {
        let parts = |key| (section(key), owner(key), component(key), volume(key));
        assert_eq!(
            [
                parts("components.volumes.volumes.data"),
                parts("components.db.parts.w.volumes.data"),
                parts("pipelines.nightly.volumes.state"),
                parts("volumes.models"),
            ],
            [
                ("components", "components.volumes", Some("volumes"), "data"),
                ("components", "components.db", Some("db"), "data"),
                ("pipelines", "pipelines.nightly", None, "state"),
                ("volumes", "volumes.models", None, "models"),
            ]
        );
    }

    #[test]
    fn the_claims_of_pods_name_their_stateful_set() {
        let data = |keeper, name: &str| Data {
            keeper,
            name: name.to_string(),
            key: "components.air.volumes.data".to_string(),
            moved: false,
            program: None,
        };
        let set = |keeper, name| data(keeper, name).stateful_set().map(ToString::to_string);
        let scheduler = Some("air-scheduler".to_string());
        assert_eq!(set(Keeper::Cluster, "data-air-scheduler-*"), scheduler);
        assert_eq!(set(Keeper::Cluster, "air-data"), None);
        assert_eq!(set(Keeper::Host, "data-air-scheduler-*"), None);
    }
}
