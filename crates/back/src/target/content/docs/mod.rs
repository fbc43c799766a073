//! The platform as people read it: `docs/architecture.md`, and `docs/architecture.svg`, its picture.
//!
//! What `mlopsgen graph` prints is made here too, from the same facts.

mod diagram;
mod facts;
pub mod graph;
mod page;
mod public;
mod view;

use crate::{
    files::Target,
    target::{Context, Emission},
    template::TemplateError,
};

/// The page and the picture.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let page = view::Page::of(context.platform, context.graph);
    let text = context.engine.render("docs/architecture.md", page)?;
    emission
        .files
        .add(Target::Docs, "docs/architecture.md", text);
    let pictures = diagram::draw(context.platform, context.graph, |picture| {
        context.engine.render("docs/architecture.svg", picture)
    });
    let main = ("docs/architecture.svg".to_string(), pictures.main);
    let groups = pictures.groups.into_iter();
    let groups = groups.map(|(name, picture)| (format!("docs/architecture/{name}.svg"), picture));
    for (path, text) in std::iter::once(main).chain(groups) {
        emission.files.add(Target::Docs, path, text?);
    }
    Ok(emission)
}
