//! All that talks to Docker or Podman: what a command concerns, what the engine says of it, what a secret is, what the
//! machine has. Nothing here prints: it returns values, or calls a [`Watch`].

mod absent;
mod compose;
mod containers;
pub mod doctor;
mod finished;
mod givers;
mod host;
mod inspect;
mod keep;
mod kernel;
mod launch;
mod lines;
mod orphans;
mod post_mortem;
mod progress;
mod running;
mod secrets;
mod selection;

pub use absent::{Earlier, why};
pub use compose::Engine;
pub use containers::{Container, Publisher, parse as parse_containers};
pub use finished::{EngineFacts, finished};
pub use givers::{Giver, Givers};
pub use inspect::{Inspected, inspected};
pub use keep::mounted;
pub use launch::{Launch, Launched, Watch, start_variables};
pub use lines::{Line, Stream};
pub use orphans::Orphan;
pub use post_mortem::{Broken, broken};
pub use progress::{Event, Phase, Progress};
pub use running::Running;
pub use secrets::{
    Origin, USE_URL_SAFE, bad_certificate, entropy, fits_url, form_in_words, is_sound, missing,
    needed, strong_value,
};
pub use selection::{NamedWorkloads, Selection, select, select_workloads};
