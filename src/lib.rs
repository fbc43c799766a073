//! mlopsgen compiles one `platform.toml` into everything that an MLOps platform needs to run.
//!
//! The modules stand in floor order: each knows only those above it in this list. See ARCHITECTURE.md. What is public is what
//! the command line needs: [`compile::compile`] makes the files, [`plan`] says what would change, [`disk`] writes, [`engine`]
//! starts.

#![forbid(unsafe_code)]

pub mod text;
mod threads;
pub mod source;
pub mod world;
pub mod data;
pub mod files;
pub mod diag;
pub mod syntax;
pub mod layout;
mod value;
mod reference;
pub mod language;
pub mod project;
mod template;
mod model;
pub mod catalog;
pub mod manual;
mod expand;
mod resolve;
mod graph;
mod check;
mod speak;
mod target;
pub mod compile;
pub mod plan;
pub mod add;
pub mod disk;
pub mod engine;

pub use model::{Bind, Component, Platform, Probe, Secret, Workload};
pub use speak::units::kubernetes::bytes as kubernetes_bytes;
pub use target::{
    content::docs::graph as graph_formats,
    coverage,
    runtime::helm::{FurtherSecret, further_secrets, secret_name},
};
pub use template::{Engine as TemplateEngine, embedded_below};
