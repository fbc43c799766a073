//! What stops a command that is not a mistake in platform.toml: a broken manifest, a disk that refuses, a missing answer.

use std::{fmt, io, path::Path};

use crate::text::visible;

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

    /// The same help, where there is none yet.
    pub fn or_help(mut self, help: &str) -> Self {
        self.help.get_or_insert_with(|| help.to_string());
        self
    }

    /// The file system refused: what was tried (`write`, `remove`), where, and its own words.
    pub fn io(tried: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::new(format!(
            "could not {tried} `{}`: {error}",
            visible(&path.to_string_lossy())
        ));
        match help_for(error.kind()) {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// What a person can do about an error of the file system.
fn help_for(kind: io::ErrorKind) -> Option<&'static str> {
    match kind {
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
