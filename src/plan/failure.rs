//! What stops a command that is not a mistake in platform.toml: a broken manifest, a disk that refuses, a missing answer.

use std::{fmt, io, path::Path};

/// Why a command could not go on, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    pub help: Option<String>,
}

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The file system said no: what was tried (`write`, `remove`), where, and its own words.
    pub fn io(tried: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("could not {tried} `{}`: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
