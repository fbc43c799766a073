//! The targets: each turns the model and the graph into files in memory, and knows nothing of the others.
//!
//! A target builds view structs and hands them to its templates; templates only arrange.

pub mod docs;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::Diagnostic,
    files::{FileSet, Target},
    graph::Graph,
    model::Platform,
    template::{Engine, TemplateError},
    world::World,
};

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

/// Runs every target that the platform wants and `only` lets through.
///
/// Errors: a template that can't be run.
pub fn emit_all(
    _world: &dyn World,
    only: Option<&BTreeSet<Target>>,
    platform: &Platform,
    _graph: &Graph,
    _engine: &Engine,
) -> Result<Emission, TemplateError> {
    let _wanted = |target: Target| {
        platform.targets.contains(&target) && only.is_none_or(|only| only.contains(&target))
    };
    Ok(Emission::default())
}
