//! The platform as a graph for other programs: Graphviz, Mermaid, JSON, and the picture.

mod dot;
mod json;
mod mermaid;
mod outline;

pub use dot::dot;
pub use json::{json, value};
pub use mermaid::mermaid;
pub(super) use mermaid::text as mermaid_text;

use super::diagram;
use crate::{
    graph::Graph,
    model::Platform,
    template::{Engine, TemplateError},
};

/// The picture of `docs/architecture.svg`. Errors: the template of the picture can't be run.
pub fn svg(engine: &Engine, platform: &Platform, graph: &Graph) -> Result<String, TemplateError> {
    engine.render("docs/architecture.svg", diagram::draw_main(platform, graph))
}
