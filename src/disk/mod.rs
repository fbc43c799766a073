//! All that touches files: what lies on the disk, bringing the output folder to what a [`Plan`](crate::plan::Plan)
//! says wholly or not at all, emptying data folders, `.env`.
//!
//! [`Lock`] keeps two runs apart, [`survey`] reads what is there, [`Transaction`] writes.

mod dotenv;
mod lock;
mod place;
mod purge;
mod survey;
mod transaction;

pub use dotenv::Dotenv;
pub use lock::Lock;
pub use place::Place;
pub use purge::{Purge, Refusal, examine, purge};
pub use survey::{Extent, read_manifest, survey};
pub use transaction::Transaction;
