//! Values that have a grammar of their own: each is parsed here and nowhere else.
//!
//! In: a string without references. Out: a type, or `None` where the string does not follow the grammar. `language`
//! checks by the same parser with which `resolve` reads, so what was accepted can be read.

mod address;
mod capability;
mod choice;
mod device;
mod tmpfs;
mod web;

pub use address::{Bind, ExtraHost, HostAddress, HttpScheme, Scheme, is_alias};
pub use capability::Capability;
pub use choice::{
    AlertSeverity, Condition, PanelKind, ProbeTool, Propagation, Protocol, TriggerRule,
};
pub use device::{Device, ImagePlatform};
pub use tmpfs::{Tmpfs, TmpfsOption};
pub use web::WebAddress;
