//! The language of platform.toml: text in, a checked tree or diagnostics out.
//!
//! The modules stand in floor order: each knows only those above it in this list. The crates do, too: mlopsgen-middle and
//! mlopsgen-back stand on this one. What is hidden in the documentation is public for these two alone.

#![forbid(unsafe_code)]

pub mod text;
#[doc(hidden)]
pub mod names;
#[doc(hidden)]
pub mod threads;
pub mod source;
pub mod files;
pub mod commands;
pub mod data;
pub mod world;
pub mod fileset;
pub mod diag;
pub mod syntax;
pub mod layout;
#[doc(hidden)]
pub mod value;
#[doc(hidden)]
pub mod reference;
pub mod language;
pub mod project;
