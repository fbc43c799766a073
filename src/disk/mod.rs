//! All that touches files: what lies on the disk, bringing the output folder to what a [`Plan`](crate::plan::Plan)
//! says wholly or not at all, emptying data folders, `.env`.
//!
//! [`Lock`] keeps two runs apart, [`survey`] reads what is there, [`Transaction`] writes.

mod dotenv;
mod environments;
mod lock;
mod place;
mod project;
mod purge;
mod replace;
mod survey;
mod transaction;
mod world;

pub use dotenv::Dotenv;
pub use environments::{environments, gone_environments};
pub use lock::Lock;
pub use place::Place;
pub use project::{Prepared, Project};
pub use purge::{Purge, Refusal, examine, purge};
pub use replace::{Readers, create, read_text, replace, replace_target};
pub use survey::{Extent, read_manifest, survey};
pub use transaction::Transaction;
pub use world::DiskWorld;
