//! The language of platform.toml as data: every table, every key, its shape, its meaning, an example.
//!
//! The checker, the JSON Schema and the reference in docs/ read the same tables, so none of them can say something else.

mod check;
mod component;
mod cron;
mod engine;
mod form;
mod inner;
mod kind;
mod pipelines;
mod platform;
mod shape;

pub use check::{Context, SECRET_PLACES, check};
pub use component::{COMPONENT, COMPONENT_SECTIONS};
pub use form::{
    Form, NameRule, compose_bytes, cpu_millis, duration_ms, memory_bytes, promql, restart,
};
pub use kind::{KIND, KIND_CASE, KIND_PART, KIND_SECTIONS, KIND_WORKLOAD, KIND_WORKLOAD_SECTIONS};
pub use platform::{INCLUDED_FILE, PLATFORM_FILE};
pub use shape::{KeyShape, Section, Shape};
