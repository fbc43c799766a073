//! Programs that write data, and what another version of one asks for.

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

#[cfg(test)]
mod tests {
    use super::{Level, Program, Step, Upgrade};

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
}
