//! From what was written to what is meant: references, roles, kinds, merging, defaults.
//!
//! In: one checked tree and the catalog. Out: [`Platform`]. The next stage may assume that every name exists, that
//! references are resolved and that nothing is left to default. Where something was wrong it is in the sink, and what
//! depends on it is left out, so that one mistake gives one message.

mod contents;
mod dependencies;
mod draft;
mod files;
mod flows;
mod image;
mod layers;
mod levels;
mod major;
mod mounts;
mod network;
mod notify;
mod observe;
mod pipelines;
mod read;
mod reference;
mod roles;
mod scene;
mod settings;
mod top;
mod unused;
mod workload;

use crate::{
    catalog::Catalog, diag::Sink, model::Platform, source::Sources, syntax::Table,
    template::Engine, world::World,
};

/// What the stage reads beside the tree.
pub struct Inputs<'a> {
    pub world: &'a dyn World,
    pub engine: &'a Engine,
    pub catalog: &'a mut Catalog,
    pub sources: &'a mut Sources,
    /// The environment that was laid over the file.
    pub environment: Option<String>,
}

/// Resolves a checked tree.
pub fn resolve(tree: &Table, mut inputs: Inputs<'_>, sink: &mut Sink) -> Platform {
    let drafts = draft::drafts(tree, &mut inputs, sink);
    let levels = levels::levels(tree, &drafts.drafts, sink);
    sink.set_levels(levels);
    let mut scene = top::scene(tree, &inputs, drafts, sink);
    roles::bind(&mut scene, sink);
    settings::check(&scene, sink);
    layers::assemble(&mut scene, inputs.engine, sink);
    network::ports(&mut scene, sink);
    let mut platform = top::platform(tree, &scene, inputs.environment.clone(), sink);
    for index in 0..scene.drafts.len() {
        let component = workload::component(&scene, index, &inputs, &mut platform, sink);
        platform.components.push(component);
    }
    notify::resolve(tree, &scene, &mut platform, sink);
    contents::check(&scene, &platform, inputs.sources, sink);
    dependencies::resolve(&scene, &mut platform, sink);
    pipelines::resolve(tree, &scene, &mut platform, sink);
    flows::resolve(tree, &scene, &mut platform, sink);
    unused::check(tree, sink);
    platform
}
