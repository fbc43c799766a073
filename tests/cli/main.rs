//! The effect of the commands on a folder and on an engine: files, streams, exit statuses.

#[path = "../support/mod.rs"]
mod support;

mod add;
mod apply;
mod binary;
mod cache;
mod commands;
mod coverage;
mod data;
mod doctor;
mod engine;
mod environments;
mod existing_data;
mod givers;
mod own_platform;
mod hostile;
mod orphans;
mod purge;
mod readme;
mod refused;
mod repository;
mod secret;
mod secret_forms;
mod tools;
mod typed;

/// Where the program under test keeps its proofs.
const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");
