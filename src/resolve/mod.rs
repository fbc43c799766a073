//! From what was written to what is meant: references, workloads, files, health, pipelines.
//!
//! In: one finished draft. Out: [`Platform`]. The next stage may assume that every name exists, that references are
//! resolved and that nothing is left to default. Where something was wrong it is in the sink, and what depends on it is
//! left out, so that one mistake gives one message.

mod beforehand;
mod ci;
mod cluster;
mod contents;
mod deploy;
mod dependencies;
mod files;
mod flows;
mod image;
mod mounts;
mod network;
mod notify;
mod observe;
mod order;
mod pipelines;
mod program;
mod reference;
mod runtime;
mod scene;
mod template_view;
mod templates;
mod top;
mod unused;
mod upstream;
mod workload;

pub use contents::rules_of;

use beforehand::Beforehand;
use scene::Scene;

use crate::{
    diag::Sink, expand::Draft, model::Platform, source::Sources, template::Engine, world::World,
};

/// What the stage reads beside the draft.
pub struct Inputs<'a> {
    pub world: &'a dyn World,
    pub engine: &'a Engine,
    pub sources: &'a mut Sources,
    /// The environment that was laid over the file.
    pub environment: Option<String>,
}

/// Resolves a draft.
pub fn resolve(draft: &Draft, mut inputs: Inputs<'_>, sink: &mut Sink) -> Platform {
    let templates = templates::read_all(draft, &mut inputs, sink);
    let scene = Scene {
        draft,
        names: &draft.names,
        components: &draft.components,
        order: order::order(draft, sink),
        network_owners: network::owners(draft),
        templates,
    };
    let tree = &draft.tree;
    let beforehand = Beforehand::of(tree, &scene, sink);
    let mut platform = top::platform(tree, &scene, inputs.environment.clone(), sink);
    for index in 0..scene.components.len() {
        let component = workload::component(
            &scene,
            index,
            &inputs,
            &beforehand,
            &mut platform.volumes,
            sink,
        );
        platform.components.push(component);
    }
    platform.notify = beforehand.notify;
    observe::carry(&mut platform, sink);
    top::raw_workloads(tree, &platform, sink);
    platform.deploy = deploy::resolve(tree, &platform, sink);
    contents::check(&scene, &platform, inputs.sources, sink);
    pipelines::resolve(tree, &scene, &mut platform, sink);
    ci::resolve(tree, &scene, &mut platform, sink);
    observe::promises(&mut platform, sink);
    flows::resolve(tree, &scene, &mut platform, sink);
    unused::check(tree, sink);
    platform
}
