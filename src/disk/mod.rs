//! Everything that reads or writes files: reading the output folder, applying a [`Plan`](crate::plan::Plan) completely or
//! not at all, emptying data folders, `.env`.
//!
//! [`Lock`] keeps two runs apart, [`survey`] reads what is there, [`Transaction`] writes.

mod above;
mod answers;
mod committed;
mod environments;
mod folder;
mod git;
mod lock;
mod named;
mod place;
mod programs;
mod project;
mod proof;
mod purge;
mod secrets;
mod survey;
mod transaction;
mod world;

pub use crate::value::Dotenv;
pub use above::levels_up;
pub use committed::{Ignored, ignored_files};
pub use environments::{environments, removed_environments, unwritten_environments};
pub use lock::{Lock, obstructed};
pub use named::NamedFile;
pub use place::ProjectPlace;
pub(crate) use programs::command;
pub use project::{Outcome, Prepared, Project};
pub use proof::Proofs;
pub use purge::{Purge, Refusal, examine, purge};
pub use secrets::{
    has_dotenv, hide_dotenv, is_dotenv_exposed, is_dotenv_tracked, is_tracked, read_dotenv,
    write_dotenv,
};
pub use survey::{Extent, read_manifest, survey};
pub use transaction::Transaction;
pub use world::DiskWorld;
