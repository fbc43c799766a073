//! Programs that write data, and what another version of one asks for.

/// A program by its kind and its version, as far as that decides what it can read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Program {
    /// The kind, or the one that it extends.
    pub kind: String,
    /// The major version, where a change of it asks for something.
    pub major: Option<u64>,
    /// The minor version, where a change of it asks for something, and where it is known.
    pub minor: Option<u64>,
    /// The C library of its image, where a change of it asks for something, and where it is known.
    pub libc: Option<Libc>,
}

/// The C library of an image: it decides how texts are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Libc {
    /// Of Debian and most others.
    Glibc,
    /// Of Alpine.
    Musl,
}

impl Libc {
    const ALL: [Libc; 2] = [Libc::Glibc, Libc::Musl];

    fn name(self) -> &'static str {
        match self {
            Libc::Glibc => "glibc",
            Libc::Musl => "musl",
        }
    }
}

impl std::fmt::Display for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)?;
        if let Some(major) = self.major {
            write!(f, " {major}")?;
        }
        if let Some(minor) = self.minor {
            write!(f, ".{minor}")?;
        }
        match self.libc {
            Some(libc) => write!(f, " ({})", libc.name()),
            None => Ok(()),
        }
    }
}

impl Program {
    /// A program of which no version asks for anything.
    pub fn of_kind(kind: &str) -> Self {
        Self {
            kind: kind.to_string(),
            major: None,
            minor: None,
            libc: None,
        }
    }

    /// Reads what [`Program`] prints.
    pub fn parse(text: &str) -> Option<Self> {
        let (text, libc) = match text.strip_suffix(')').and_then(|it| it.split_once(" (")) {
            Some((text, name)) => {
                let mut all = Libc::ALL.into_iter();
                (text, Some(all.find(|libc| libc.name() == name)?))
            }
            None => (text, None),
        };
        let (kind, version) = match text.split_once(' ') {
            Some((kind, version)) => (kind, Some(version)),
            None => (text, None),
        };
        let (major, minor) = match version.and_then(|it| it.split_once('.')) {
            Some((major, minor)) => (Some(major), Some(minor.parse().ok()?)),
            None => (version, None),
        };
        let major = match major {
            Some(major) => Some(major.parse().ok()?),
            None => None,
        };
        Some(Self {
            kind: kind.to_string(),
            major,
            minor,
            libc,
        })
    }

    /// The same without the C library: where that is the other one's too, nobody asks for it.
    #[must_use]
    pub fn without_libc(&self) -> Self {
        Self {
            libc: None,
            ..self.clone()
        }
    }
}

/// Who is to read data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// A program of which a kind says what it can read.
    Program(Program),
    /// A program of which nothing is known: of an image of the user's own, or of a kind that is for programs of all sorts.
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
    /// To an image with another C library, whatever the version: to or from a tag with `alpine`.
    Libc,
    /// From a program of another kind.
    Other,
}

impl Step {
    /// The words of kind files, in the order of the variants.
    pub const NAMES: &[&str] = &["up", "skip", "down", "libc", "other"];

    /// From the word of a kind file; `None` for any other.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "up" => Some(Step::Up),
            "skip" => Some(Step::Skip),
            "down" => Some(Step::Down),
            "libc" => Some(Step::Libc),
            "other" => Some(Step::Other),
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
    /// The program of another kind, of which this one can read what it wrote.
    pub from: Option<Ancestor>,
    /// What to do, in a sentence.
    pub needs: String,
}

/// A program of another kind whose data can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ancestor {
    /// Its kind.
    pub kind: String,
    /// The first version of which nothing can be read any more, as its major and minor number.
    pub below: (u64, u64),
}

impl Ancestor {
    /// Whether a program is one of these. Where its minor version decides and is not known, it may be.
    fn is(&self, program: &Program) -> bool {
        let (major, minor) = self.below;
        let is_below = program.major.is_some_and(|own| match own == major {
            true => program.minor.is_none_or(|own| own < minor),
            false => own < major,
        });
        program.kind == self.kind && is_below
    }
}

impl Upgrade {
    /// Whether it is about this change. Where a minor version is not known, nothing is said of it.
    pub fn is_of(&self, from: &Program, to: &Program) -> bool {
        if let Some(ancestor) = &self.from {
            return ancestor.is(from);
        }
        if from.kind != to.kind {
            return false;
        }
        if self.on == Step::Libc {
            let both = from.libc.zip(to.libc);
            return both.is_some_and(|(from, to)| from != to);
        }
        let numbers = match self.level {
            Level::Major => from.major.zip(to.major),
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
            Step::Libc | Step::Other => false,
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
    use super::{Ancestor, Level, Libc, Program, Step, Upgrade};

    #[test]
    fn a_skipped_minor_version_is_seen_within_one_major() {
        let skip = Upgrade {
            on: Step::Skip,
            level: Level::Minor,
            reaches: None,
            from: None,
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
        assert_eq!(Program::parse("postgres 17 (none)"), None);
        for text in ["minio", "qdrant 1.15", "postgres 17 (musl)"] {
            assert_eq!(program(text).to_string(), text);
        }
        assert_eq!(program("minio"), Program::of_kind("minio"));
        assert_eq!(program("postgres 17 (musl)").libc, Some(Libc::Musl));
    }

    #[test]
    fn a_program_of_another_kind_is_read_up_to_a_version() {
        let from = Ancestor {
            kind: "redis".to_string(),
            below: (7, 4),
        };
        let is = |text: &str| from.is(&Program::parse(text).expect("a program"));
        assert!(is("redis 6.2") && is("redis 7.2") && is("redis 7"));
        assert!(
            !is("redis 7.4")
                && !is("redis 8.0")
                && !is("redis 8")
                && !is("valkey 7.2")
                && !is("redis")
        );
    }
}
