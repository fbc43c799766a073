//! Failures that are not a mistake in platform.toml: a broken manifest, a disk error, a question that nobody can answer.

use std::{fmt, io, path::Path};

use crate::text::{shortened, visible};

/// Why a command could not go on, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One sentence, without `error:`.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the help, if there is none yet.
    pub fn or_help(mut self, help: &str) -> Self {
        self.help.get_or_insert_with(|| help.to_string());
        self
    }

    /// The same without the middle of long values.
    #[must_use]
    pub fn shortened(&self) -> Self {
        Self {
            message: shortened(&self.message),
            help: self.help.as_deref().map(shortened),
        }
    }

    /// The file system refused: what was tried (`write`, `remove`), where, and its own words.
    pub fn io(tried: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::new(format!(
            "could not {tried} `{}`: {error}",
            visible(&path.to_string_lossy())
        ));
        match help_for(error) {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// `EPERM` of every Unix. It has other causes than owner and mode, for which the error is `EACCES`.
const NOT_PERMITTED: i32 = 1;

/// What a person can do about an error of the file system.
fn help_for(error: &io::Error) -> Option<&'static str> {
    if cfg!(unix) && error.raw_os_error() == Some(NOT_PERMITTED) {
        return Some(
            "`lsattr -d` on it and on its folder shows whether they are marked as unchangeable (`i`, `a`): \
             `chattr -i` ends that; else `ls -ld` shows whose they are",
        );
    }
    match error.kind() {
        io::ErrorKind::PermissionDenied => Some(
            "`ls -ld` on it and on its folder shows whose they are: change their owner or mode, \
             or run mlopsgen as that user",
        ),
        io::ErrorKind::ReadOnlyFilesystem => {
            Some("what holds it is mounted read-only: mount it for writing, or work on a copy")
        }
        io::ErrorKind::StorageFull => Some(
            "the disk is full, or has no room for another file: `df -h` and `df -i` show it; make room and run it again",
        ),
        io::ErrorKind::QuotaExceeded => {
            Some("you may store no more on this disk: make room, or ask who runs the machine")
        }
        io::ErrorKind::ResourceBusy => Some(
            "something is mounted on it, as where a container is given this one file: mount the folder that it is in instead; \
             `findmnt` shows what is mounted",
        ),
        io::ErrorKind::Unsupported => Some(
            "this file system can't do it (some network disks know no locks): put the project on a local disk",
        ),
        _ => None,
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use std::{io, path::Path};

    use super::Failure;

    #[test]
    #[cfg(unix)]
    fn each_reason_that_a_write_failed_has_its_help() {
        let help = |number: i32| {
            let error = io::Error::from_raw_os_error(number);
            let failure = Failure::io("write", Path::new("a"), &error);
            failure.help.unwrap_or_default()
        };
        let (not_permitted, no_access, busy, read_only, full) = (1, 13, 16, 30, 28);
        assert!(help(not_permitted).contains("chattr -i"));
        assert!(help(no_access).contains("change their owner or mode"));
        assert!(help(busy).contains("mount the folder"));
        assert!(help(read_only).contains("mounted read-only"));
        assert!(help(full).contains("df -h"));
    }
}
