//! Running a platform: what a command concerns, what the engine says of it, what may be deleted, what a secret is.
//!
//! It decides; the command line starts the programs. Only [`purge`] touches a disk, and only below the project.

mod containers;
mod dotenv;
mod finished;
mod inspect;
mod keep;
mod progress;
mod purge;
mod secrets;
mod selection;

pub use containers::{Container, Publisher, parse as parse_containers};
pub use dotenv::Dotenv;
pub use finished::{Known, finished};
pub use inspect::{Inspected, inspected};
pub use progress::{Event, Phase, Progress};
pub use purge::{Purge, Refusal, examine, purge};
pub use secrets::{is_sound, missing, needed, strong};
pub use selection::{Selection, select, select_workloads};
