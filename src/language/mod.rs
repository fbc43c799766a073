//! The language of platform.toml as data: every table, every key, its shape, its meaning, an example.
//!
//! The checker, the JSON Schema and the reference in docs/ read the same tables, so none of them can say something else.

mod check;
mod component;
mod form;
mod pipelines;
mod platform;
mod shape;

pub use check::{Context, REFERENCE_WORDS, SECRET_PLACES, check};
pub use component::COMPONENT;
pub use form::{Form, NameRule, compose_bytes, cpu_millis, duration_ms, memory_bytes};
pub use platform::{INCLUDED_FILE, PLATFORM_FILE};
pub use shape::{KeyShape, Shape};
