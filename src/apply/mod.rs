//! The only writer: brings the output folder to what a [`Plan`](crate::plan::Plan) says, wholly or not at all.
//!
//! [`Lock`] keeps two runs apart, [`survey`] reads what is there, [`Transaction`] writes.

mod lock;
mod place;
mod survey;
mod transaction;

pub use lock::Lock;
pub use place::Place;
pub use survey::{Extent, read_manifest, survey};
pub use transaction::Transaction;
