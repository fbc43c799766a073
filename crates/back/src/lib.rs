//! What a platform compiles to: the resolved platform in, the files of every target out.
//!
//! The modules stand in floor order, on those of mlopsgen-front and mlopsgen-middle.

#![forbid(unsafe_code)]

use mlopsgen_front::{
    commands, data, diag, files, fileset, language, names, project, source, syntax, text, threads,
    value, world,
};
use mlopsgen_middle::{catalog, check, expand, graph, model, resolve, speak, template};

#[doc(hidden)]
pub mod target;
mod shared_data;
pub mod compile;
