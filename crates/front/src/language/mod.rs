//! The language of platform.toml as data: every table, every key, its shape, its meaning, an example.
//!
//! The checker, the JSON Schema and the reference in docs/ read the same tables, so none of them can say something else.

mod alert;
mod alone;
mod chart;
mod check;
mod complete;
mod compose;
mod context;
mod component;
mod deploy;
mod dotted;
mod effect;
mod elsewhere;
mod elsewhere_at_top;
mod engine;
mod filled_in;
mod form;
mod inner;
mod key;
mod listed;
mod meant;
mod metrics;
mod misfit;
mod misplaced;
mod other_tools;
mod kind;
mod notify;
mod panel;
mod pipelines;
mod platform;
mod port_number;
pub mod promql;
mod quantity;
mod referring;
mod requests;
mod route;
mod shape;
mod slipped;
mod slo;
mod specification;
mod swallowed;
mod texts;
mod too_high;
mod unknown;
mod upstream;
mod volume;
mod written;

pub use chart::{CHART_KEYS, CHART_TOP_KEYS};
pub use check::check;
pub use complete::{complete, holds_entries, is_whole};
pub use component::{COMPONENT, COMPONENT_SECTIONS, PART, component_key, is_shared, secret_places};
pub use compose::usual_port_name;
pub use context::{Context, Owner};
pub use effect::{Effect, Outcome};
pub use elsewhere::needless_elsewhere;
pub use form::{Form, NameRule, restart};
pub use key::{InKinds, KeyShape, PodForm, Reader, Scope, Section};
pub use kind::{KIND, KIND_CASE, KIND_PART, KIND_PART_ONLY, KIND_SECTIONS};
pub use misfit::respelled;
pub use platform::{INCLUDED_FILE, PLATFORM_FILE};
pub use promql::{promql, promql_newest, without_variables};
pub use quantity::{compose_bytes, cpu_millis, duration_ms, duration_text, memory_bytes};
pub use referring::{ReferringText, referring_texts};
pub use shape::Shape;
pub use specification::{
    CHART_SERVICE_NAME, PARTS_OF_ONE, Specified, compose_amount, kubernetes_definitions,
};
pub use texts::{NamedText, TextName, named_texts};
