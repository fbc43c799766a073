//! What a platform.toml means: a checked tree in, the resolved platform and its graph out.
//!
//! The modules stand in floor order, on those of mlopsgen-front. What is hidden in the documentation is public for
//! mlopsgen-back alone.

#![forbid(unsafe_code)]

use mlopsgen_front::{
    commands, data, diag, files, language, names, project, reference, source, syntax, text,
    threads, value, world,
};

#[doc(hidden)]
pub mod template;
#[doc(hidden)]
pub mod model;
pub mod catalog;
pub mod manual;
#[doc(hidden)]
pub mod expand;
#[doc(hidden)]
pub mod resolve;
#[doc(hidden)]
pub mod graph;
#[doc(hidden)]
pub mod check;
#[doc(hidden)]
pub mod speak;
