//! A path that is kept in memory.

use std::fmt;

use super::{ContainerPath, choice};
use crate::text::is_hidden;

choice! {
    /// An option that Docker sets on every tmpfs, written or not (`WithMounts` in daemon/oci_linux.go of moby/moby).
    TmpfsDefault {
        Rw = "rw",
        Noexec = "noexec",
        Nosuid = "nosuid",
        Nodev = "nodev",
    }
}

/// A mount of `tmpfs`; its options stand in the user's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tmpfs {
    pub path: String,
    pub options: Vec<TmpfsOption>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TmpfsOption {
    /// At most so many bytes.
    Size(u64),
    /// At most this part of the host's memory.
    Percent(u32),
    /// What Docker sets anyway.
    Default(TmpfsDefault),
    /// Any other of the kernel's, such as `mode=1777` or `exec`.
    Other(String),
}

impl Tmpfs {
    /// `/run` or `/run:size=64m,mode=1777`.
    pub fn parse(text: &str) -> Option<Self> {
        let (path, options) = Self::path_and_options(text);
        let is_hidden = |c: char| c.is_whitespace() || is_hidden(c);
        if text.contains(is_hidden) || options.contains(':') {
            return None;
        }
        let path = ContainerPath::of_mount(path)?;
        let options = options.split(',').filter(|option| !option.is_empty());
        Some(Self {
            path: path.into_string(),
            options: options.map(TmpfsOption::parse).collect::<Option<_>>()?,
        })
    }

    /// The path of one that is not checked yet.
    pub fn path_of(text: &str) -> &str {
        Self::path_and_options(text).0
    }

    fn path_and_options(text: &str) -> (&str, &str) {
        text.split_once(':').unwrap_or((text, ""))
    }

    /// The bytes that it may hold, where the options limit them.
    pub fn size(&self) -> Option<u64> {
        self.options.iter().find_map(|option| match option {
            TmpfsOption::Size(bytes) => Some(*bytes),
            TmpfsOption::Percent(_) | TmpfsOption::Default(_) | TmpfsOption::Other(_) => None,
        })
    }
}

impl TmpfsOption {
    fn parse(text: &str) -> Option<Self> {
        let Some(size) = text.strip_prefix("size=") else {
            return Some(TmpfsDefault::parse(text).map_or_else(
                || TmpfsOption::Other(text.to_string()),
                TmpfsOption::Default,
            ));
        };
        match size.strip_suffix('%') {
            Some(percent) => number(percent)
                .and_then(|percent| u32::try_from(percent).ok())
                .map(TmpfsOption::Percent),
            None => bytes(size).map(TmpfsOption::Size),
        }
    }
}

/// A number of bytes with the kernel's `k`, `m` or `g`, or in Docker's spelling `kb`, `mb`, `gb`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    number(digits)?.checked_mul(factor)
}

/// A plain decimal number: no sign.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

impl fmt::Display for TmpfsOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TmpfsOption::Size(bytes) => {
                let units = [("g", 30), ("m", 20), ("k", 10)];
                let unit = units
                    .iter()
                    .find(|(_, shift)| *bytes > 0 && bytes.is_multiple_of(1 << shift));
                match unit {
                    Some((unit, shift)) => write!(f, "size={}{unit}", bytes >> shift),
                    None => write!(f, "size={bytes}"),
                }
            }
            TmpfsOption::Percent(percent) => write!(f, "size={percent}%"),
            TmpfsOption::Default(option) => f.write_str(option.name()),
            TmpfsOption::Other(option) => f.write_str(option),
        }
    }
}

/// As the engine takes it.
impl fmt::Display for Tmpfs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (index, option) in self.options.iter().enumerate() {
            let separator = if index == 0 { ":" } else { "," };
            write!(f, "{separator}{option}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tmpfs(text: &str) -> Tmpfs {
        Tmpfs::parse(text).unwrap_or_else(|| panic!("{text} is no tmpfs"))
    }

    #[test]
    fn a_path_and_its_options_are_separated() {
        let run = tmpfs("/run:rw,size=64m,mode=1777");
        assert_eq!((run.path.as_str(), run.size()), ("/run", Some(64 << 20)));
        assert_eq!(run.to_string(), "/run:rw,size=64m,mode=1777");
        assert_eq!(tmpfs("/run:size=1000").size(), Some(1000));
        assert_eq!(tmpfs("/run:size=2G").to_string(), "/run:size=2g");
        assert_eq!(tmpfs("/run").to_string(), "/run");
    }

    #[test]
    fn a_part_of_the_memory_is_no_number_of_bytes() {
        let half = tmpfs("/run:size=50%");
        assert_eq!(half.options, [TmpfsOption::Percent(50)]);
        assert_eq!(half.size(), None);
        assert_eq!(half.to_string(), "/run:size=50%");
    }

    #[test]
    fn options_that_docker_sets_anyway_are_known() {
        let run = tmpfs("/run:rw,exec,nodev");
        let expected = [
            TmpfsOption::Default(TmpfsDefault::Rw),
            TmpfsOption::Other("exec".into()),
            TmpfsOption::Default(TmpfsDefault::Nodev),
        ];
        assert_eq!(run.options, expected);
        assert_eq!(run.to_string(), "/run:rw,exec,nodev");
    }

    #[test]
    fn what_the_kernel_refuses_is_refused() {
        for text in [
            "run",
            "/run:size=much",
            "/run:size=",
            "/run:size=%",
            "/a:b:c",
            "/a b",
            "/",
            "/:size=1m",
        ] {
            assert_eq!(Tmpfs::parse(text), None, "{text}");
        }
    }
}
