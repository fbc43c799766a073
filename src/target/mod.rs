//! The targets: each turns the model and the graph into files in memory, and knows nothing of the others.
//!
//! A target builds view structs and hands them to its templates; templates only arrange.

pub mod content;
pub mod emit;
pub mod runtime;
pub mod shared;

use std::collections::BTreeMap;

use crate::{diag::Diagnostic, files::FileSet, graph::Graph, model::Platform, template::Engine};

/// Who will read what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// Containers of the Compose project.
    Compose,
    /// Pods of the chart's release.
    Kubernetes,
}

/// What every target reads.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub platform: &'a Platform,
    pub graph: &'a Graph,
    pub engine: &'a Engine,
    pub vantage: Vantage,
    /// What other targets generated for programs to mount, by path (`prometheus/prometheus.yml`,
    /// `config/COMPONENT/...`), as this vantage point needs it.
    pub mounted: &'a BTreeMap<String, String>,
}

/// What a target made, and what of the platform it could not express.
#[derive(Debug, Default)]
pub struct Emission {
    pub files: FileSet,
    /// Lints `target-loss`.
    pub losses: Vec<Diagnostic>,
}
