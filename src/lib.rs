//! mlopsgen compiles one `platform.toml` into everything that an MLOps platform needs to run.
//!
//! The modules stand in floor order: each knows only those above it in this list. See ARCHITECTURE.md.

#![forbid(unsafe_code)]

pub mod text;
pub mod threads;
pub mod source;
pub mod world;
pub mod data;
pub mod files;
pub mod diag;
pub mod syntax;
pub mod layout;
pub mod value;
pub mod reference;
pub mod language;
pub mod project;
pub mod template;
pub mod model;
pub mod catalog;
pub mod manual;
pub mod expand;
pub mod resolve;
pub mod graph;
pub mod check;
pub mod speak;
pub mod target;
pub mod compile;
pub mod plan;
pub mod add;
pub mod disk;
pub mod engine;
