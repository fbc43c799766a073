//! What the commands do to a folder and to an engine: written, changed and removed files, streams, exit statuses.

#[path = "../support/mod.rs"]
mod support;

mod apply;
mod commands;
mod doctor;
mod engine;
mod hostile;
mod purge;
mod tools;
