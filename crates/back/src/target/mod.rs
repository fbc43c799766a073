//! The targets: each turns the model and the graph into files in memory, and knows nothing of the others.
//!
//! A target builds view structs and hands them to its templates; templates only arrange.

pub mod content;
pub mod coverage;
pub mod emit;
pub mod runtime;
pub mod shared;

use self::shared::mounted::Mounted;
use crate::{
    diag::Diagnostic,
    files::{Site, Target},
    fileset::FileSet,
    graph::Graph,
    model::Platform,
    template::{Engine, TemplateError},
};

/// Declares the vantage points, each with what it is.
macro_rules! vantages {
    ($(#[doc = $doc:literal] $variant:ident,)+) => {
        /// Who will read what is written.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Vantage {
            $(#[doc = $doc] $variant,)+
        }

        impl Vantage {
            /// All of them, in the order in which their runtimes are made.
            const ALL: &[Vantage] = &[$(Vantage::$variant,)+];
        }
    };
}

vantages! {
    /// Containers of the Compose project or of the stack.
    Compose,
    /// Pods of the chart's release.
    Kubernetes,
}

impl Vantage {
    /// Whether readers are pods: they mount what the chart brings, and reach nothing that a machine publishes.
    pub fn is_in_cluster(self) -> bool {
        match self {
            Vantage::Compose => false,
            Vantage::Kubernetes => true,
        }
    }

    /// Where they run.
    pub fn site(self) -> Site {
        match self {
            Vantage::Compose => Site::Engine,
            Vantage::Kubernetes => Site::Cluster,
        }
    }
}

/// What every target reads.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub platform: &'a Platform,
    pub graph: &'a Graph,
    pub engine: &'a Engine,
    pub vantage: Vantage,
    /// What contents generated for programs to mount, as this vantage point needs it. Empty for contents themselves.
    pub mounted: &'a Mounted,
}

/// What a target made, and what of the platform it could not express.
#[derive(Debug, Default)]
pub struct Emission {
    pub files: FileSet,
    /// Lints `target-loss`.
    pub losses: Vec<Diagnostic>,
}

/// What a target does.
///
/// Errors: a template that can't be run.
type Emit = fn(&Context<'_>) -> Result<Emission, TemplateError>;

/// The data that a runtime keeps and what its engine calls it, without the files.
///
/// Errors: a template that can't be run.
type WithoutFiles = fn(&Context<'_>) -> Result<FileSet, TemplateError>;

/// What a target is to the others.
#[derive(Clone, Copy, Debug)]
enum Role {
    /// It runs workloads, and mounts the contents that they ask for, as they look from this vantage point.
    Runtime {
        vantage: Vantage,
        without_files: WithoutFiles,
    },
    /// A content that programs mount. It is generated where the platform names it, and for each runtime that mounts it.
    Mounted,
    /// A content for people or for tools outside of the platform: nothing mounts it.
    Read,
}

/// A target in the table.
#[derive(Clone, Copy, Debug)]
struct Row {
    role: Role,
    emit: Emit,
}

/// The table of targets. Their names, and whether a platform gets them by default, stand in [`crate::files`].
fn row(target: Target) -> Row {
    let content = |role, emit: Emit| Row { role, emit };
    let runtime = |vantage, emit: Emit, without_files: WithoutFiles| Row {
        role: Role::Runtime {
            vantage,
            without_files,
        },
        emit,
    };
    let (on_engine, in_cluster) = (Vantage::Compose, Vantage::Kubernetes);
    match target {
        Target::Compose => runtime(
            on_engine,
            runtime::compose::emit,
            runtime::compose::without_files,
        ),
        Target::Swarm => runtime(
            on_engine,
            runtime::swarm::emit,
            runtime::swarm::without_files,
        ),
        Target::Helm => runtime(
            in_cluster,
            runtime::helm::emit,
            runtime::helm::without_files,
        ),
        Target::Prometheus => content(Role::Mounted, content::prometheus::emit),
        Target::Grafana => content(Role::Mounted, content::grafana::emit),
        Target::Airflow => content(Role::Mounted, content::airflow::emit),
        Target::Jenkins => content(Role::Read, content::jenkins::emit),
        Target::Docs => content(Role::Read, content::docs::emit),
        Target::Gitops => content(Role::Read, content::gitops::emit),
    }
}
