//! The whole compiler as one pure function: a project's files in, generated files or diagnostics out.

use std::collections::BTreeSet;

use crate::{
    diag::{Diagnostic, Severity},
    files::{FileSet, Target},
    source::Sources,
    world::World,
};

/// What to compile.
#[derive(Clone, Debug)]
pub struct Request {
    /// The platform file, relative to the project's folder.
    pub file: String,
    /// `--env E`: lay `platform.E.toml` over the file and write below `generated/E/`.
    pub environment: Option<String>,
    /// `--target`: only these, of those that the platform has.
    pub targets: Option<BTreeSet<Target>>,
    /// Every lint that warns is an error.
    pub deny_warnings: bool,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            file: "platform.toml".to_string(),
            environment: None,
            targets: None,
            deny_warnings: false,
        }
    }
}

/// What a run had to say and, where it said no error, what it made.
#[derive(Debug)]
pub struct Compilation {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    pub output: Option<Output>,
}

impl Compilation {
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// What a platform compiles to.
#[derive(Debug)]
pub struct Output {
    pub files: FileSet,
}

/// Compiles a project.
pub fn compile(_world: &dyn World, _request: &Request) -> Compilation {
    Compilation {
        sources: Sources::default(),
        diagnostics: Vec::new(),
        output: Some(Output {
            files: FileSet::default(),
        }),
    }
}
