//! All that talks to Docker or Podman: what a command concerns, what the engine says of it, what a secret is.

mod containers;
mod finished;
mod inspect;
mod keep;
mod progress;
mod secrets;
mod selection;

pub use containers::{Container, Publisher, parse as parse_containers};
pub use finished::{Known, finished};
pub use inspect::{Inspected, inspected};
pub use progress::{Event, Phase, Progress};
pub use secrets::{is_sound, missing, needed, strong};
pub use selection::{Selection, select, select_workloads};
