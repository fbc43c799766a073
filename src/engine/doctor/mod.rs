//! What would stop a platform from starting on this machine, as values.

mod folders;
mod machine;
mod ports;
mod resources;
mod secrets;
mod whose;

use serde::Serialize;

pub use secrets::known_secrets;
pub use whose::other_folder;

use super::{Engine, Running, Selection};
use crate::{plan::Failure, source::Span};

/// What findings are about.
pub const SUBJECTS: [&str; 14] = [
    "alerts",
    "container",
    "cpu",
    "disk",
    "engine",
    "file",
    "files",
    "folder",
    "kernel",
    "memory",
    "network",
    "port",
    "secret",
    "volume",
];

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// It would not start, or not work; else it is only worth knowing.
    pub is_error: bool,
    /// What it is about, one word for programs: one of [`SUBJECTS`].
    pub subject: &'static str,
    /// One sentence.
    pub message: String,
    /// `platform.toml:LINE`, where a line of it can help.
    pub place: Option<String>,
    /// What to do, or a command to type.
    pub help: String,
}

impl Finding {
    /// Something that stops the start.
    pub fn new(subject: &'static str, message: String, help: impl Into<String>) -> Self {
        debug_assert!(SUBJECTS.contains(&subject), "`{subject}` is listed");
        Self {
            is_error: true,
            subject,
            message,
            place: None,
            help: help.into(),
        }
    }

    /// Something that is only worth knowing.
    pub fn warning(subject: &'static str, message: String, help: impl Into<String>) -> Self {
        Self {
            is_error: false,
            ..Self::new(subject, message, help)
        }
    }

    fn at(mut self, running: &Running, span: Span) -> Self {
        let sources = &running.sources;
        if span.start < span.end {
            let (line, _) = sources.position(span);
            self.place = Some(format!("{}:{line}", sources.file(span.source).name));
        }
        self
    }
}

/// What is looked at.
struct Case<'a> {
    running: &'a Running,
    selection: &'a Selection<'a>,
    /// `None`: none answers.
    engine: Option<&'a Engine>,
}

/// All that is found, of the engine only what can be seen without one where none answers. Errors: `.env` or a folder of the
/// project can't be read.
pub fn examine(
    running: &Running,
    selection: &Selection,
    engine: Option<&Engine>,
) -> Result<Vec<Finding>, Failure> {
    let case = Case {
        running,
        selection,
        engine,
    };
    case.findings()
}

/// What `up` looks at. That the platform asks for more memory than there is does not keep Compose from starting it. Errors: the
/// engine does not answer, or `.env` or a folder of the project can't be read.
pub fn before_start(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<Vec<Finding>, Failure> {
    engine.ping()?;
    let mut findings = examine(running, selection, Some(engine))?;
    findings.retain(|finding| finding.subject != "memory");
    Ok(findings)
}

impl Case<'_> {
    fn findings(&self) -> Result<Vec<Finding>, Failure> {
        let containers = match self.engine {
            Some(engine) => engine.containers(self.running.name()).unwrap_or_default(),
            None => Vec::new(),
        };
        let mut findings = whose::findings(self, &containers)?;
        findings.extend(ports::findings(self, &containers));
        findings.extend(secrets::findings(self)?);
        findings.extend(resources::findings(self));
        findings.extend(folders::findings(self)?);
        findings.extend(machine::findings(self));
        Ok(findings)
    }
}
