//! mlopsgen compiles one `platform.toml` into everything that an MLOps platform needs to run.
//!
//! The compiler is three crates below `crates/`, pure and in floor order: the language, the platform as it is meant, the
//! targets. On them stand the modules of this crate, again in floor order. See ARCHITECTURE.md. What is public is what the
//! command line needs: [`compile::compile`] makes the files, [`plan`] says what would change, [`disk`] writes, [`engine`]
//! starts.

#![forbid(unsafe_code)]

use mlopsgen_front::{names, threads, value};
use mlopsgen_middle::{check, graph, model};

pub use mlopsgen_back::compile;
pub use mlopsgen_front::{
    commands, data, diag, files, fileset, language, layout, project, source, syntax, text, world,
};
pub use mlopsgen_middle::{catalog, manual};

pub mod plan;
pub mod add;
pub mod disk;
pub mod engine;

pub use mlopsgen_back::target::{
    content::docs::graph as graph_formats,
    coverage,
    runtime::helm::{
        FurtherSecret, SecretSource, chart_secrets, cluster_secrets, further_secrets, pem_blocks,
        secret_name,
    },
};
pub use mlopsgen_middle::{
    model::{Bind, Component, Platform, Probe, Purpose, Secret, SecretForm, Workload},
    speak::units::kubernetes::bytes as kubernetes_bytes,
    template::{Engine as TemplateEngine, embedded_below},
};
