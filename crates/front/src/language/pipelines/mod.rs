//! The keys of pipelines, of CI entries and of flows.

mod ci;
mod flow;
mod pipeline;
mod task;

pub(super) use ci::CI;
pub(super) use flow::FLOW;
pub(super) use pipeline::PIPELINE;
