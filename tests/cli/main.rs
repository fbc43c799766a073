//! What the commands do to a folder and to an engine: written, changed and removed files, streams, exit statuses.

#[path = "../support/mod.rs"]
mod support;

mod add;
mod apply;
mod binary;
mod commands;
mod data;
mod doctor;
mod engine;
mod environments;
mod purge;
mod secret;
mod tools;
