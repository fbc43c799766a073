//! The keys of pipelines, of CI entries and of flows.

mod ci;
mod container;
mod flow;
mod pipeline;
mod stage;
mod task;

pub(super) use ci::CI;
pub(super) use flow::FLOW;
pub(super) use pipeline::PIPELINE;

use super::{
    key::{KeyShape, key},
    shape::Shape,
};

const DESCRIPTION: KeyShape = key(
    "description",
    Shape::Text,
    "What it is for.",
    "description = \"Trains and tests the model\"",
);
