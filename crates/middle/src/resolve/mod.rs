//! Builds the typed model from the merged tables: references, workloads, files, health, pipelines.
//!
//! In: one finished draft. Out: [`Platform`]. The next stage may assume that every name exists, that references are
//! resolved and that all defaults are filled in. Errors are in the sink; what depends on a wrong value is left out, so that one
//! mistake gives one message.

mod at_start;
mod beforehand;
mod built_from;
mod ci;
mod cluster;
mod connections;
mod contents;
mod data_folders;
mod deploy;
mod dependencies;
mod dockerfile;
mod engine_files;
mod files;
mod flows;
mod image;
mod inline;
mod kind_template;
mod main_files;
mod mount_points;
mod mounts;
mod network;
mod notify;
mod observe;
mod order;
mod origins;
mod pipelines;
mod placed_args;
mod program;
mod provisioned;
mod project_files;
mod reaches;
mod reference;
mod runtime;
mod scene;
mod settings;
mod template_view;
mod templates;
mod texts;
mod told_in_files;
mod top;
mod unused;
mod upstream;
mod uses;
mod workload;

pub use contents::{label_of_rules, rules_of};
pub(crate) use project_files::{OUTSIDE_SOURCE, path_leaves_project};

use std::collections::{BTreeMap, btree_map::Entry};

use beforehand::Beforehand;
use deploy::ProjectFiles;
use flows::Ends;
use scene::Scene;
use texts::Texts;

use crate::{
    diag::Sink,
    expand::{Draft, Names},
    files::Site,
    model::{Component, Named, OwnFile, Panel, Platform, Published, aliases},
    project::environment_file,
    source::Sources,
    syntax::Shared,
    template::Engine,
    world::World,
};

/// What the stage reads beside the draft.
pub struct Inputs<'a> {
    pub world: &'a dyn World,
    pub engine: &'a Engine,
    pub sources: &'a mut Sources,
    /// The platform file.
    pub file: &'a str,
    /// The environment that was merged over the file.
    pub environment: Option<String>,
    /// All environments of the project.
    pub environments: &'a [String],
}

/// Resolves a draft.
pub fn resolve(draft: &Draft, mut inputs: Inputs<'_>, sink: &mut Sink) -> Platform {
    let (names, tree) = (&draft.names, &draft.tree);
    let scene = Scene::of(draft, &mut inputs, sink);
    connections::check(&scene, sink);
    engine_files::check_platform(&scene, &inputs, sink);
    image::of_presets(&scene, tree, sink);
    let beforehand = Beforehand::of(tree, &scene, &inputs, sink);
    let components = components(&scene, &inputs, &beforehand, sink);
    let Beforehand {
        volumes, notify, ..
    } = beforehand;
    let top = top::top(tree, &scene, inputs.environment.clone(), sink);
    let files = ProjectFiles {
        world: inputs.world,
        sources: inputs.sources,
        file: inputs.file,
    };
    let deploy = deploy::deploy(tree, names, &top, &files, sink);
    let texts = texts_of_engine(&scene, &components);
    let pipelines = pipelines::pipelines(texts, tree, sink);
    built_from::check(&scene, components.iter(), &pipelines, sink);
    let ci = ci::entries(texts, tree, notify.as_ref(), sink);
    let ends = Ends::of(&pipelines, &ci, &top.actors);
    let flows = flows::flows(tree, &scene, &ends, sink);
    let over = own_file(names, &inputs);
    check_whole(&scene, &components, over.as_ref(), &mut inputs, sink);
    Platform {
        name: names.platform.clone(),
        project: names.project.clone(),
        version: top.version,
        description: top.description,
        registry: names.registry.clone(),
        commands: inputs.engine.commands().clone(),
        environment: top.environment,
        targets: top.targets,
        variables: names.variables.clone(),
        secrets: names.secrets.clone(),
        groups: names.groups.clone(),
        routes: draft.routes.clone(),
        volumes,
        networks: top.networks,
        renamed: names.moves.components(),
        aliases: aliases(&components),
        reads_logs: components.iter().any(|component| component.reads_logs),
        components,
        pipelines,
        ci,
        actors: top.actors,
        flows,
        notify,
        deploy,
        raw_compose: top.raw_compose,
        raw_helm: top.raw_helm,
        raw_written: top.raw_written,
        kind_sources: names.kind_sources.clone(),
        over,
        own_kinds: names.own_kinds.clone(),
        span: top.span,
    }
}

fn components(
    scene: &Scene<'_>,
    inputs: &Inputs<'_>,
    beforehand: &Beforehand<'_>,
    sink: &mut Sink,
) -> Named<Component> {
    let mut panels = BTreeMap::new();
    sink.each(0..scene.components.len(), |index, sink| {
        workload::component(scene, index, inputs, beforehand, sink)
    })
    .map(|component| with_shared_panels(component, &mut panels))
    .collect()
}

/// What reads texts that people see with the addresses of an engine.
fn texts_of_engine<'a>(scene: &'a Scene<'a>, components: &'a Named<Component>) -> Texts<'a> {
    let names = &scene.draft.names;
    Texts {
        scene,
        published: Published {
            project: &names.project,
            variables: &names.variables,
            components,
            routes: &scene.draft.routes,
            site: Site::Engine,
        },
    }
}

/// The file of the environment.
fn own_file(names: &Names, inputs: &Inputs<'_>) -> Option<OwnFile> {
    let over = inputs.environment.as_deref().zip(names.over);
    over.map(|(environment, source)| OwnFile {
        source,
        name: environment_file(inputs.file, environment),
    })
}

/// What is known of the platform once all of it is resolved.
fn check_whole(
    scene: &Scene<'_>,
    components: &Named<Component>,
    over: Option<&OwnFile>,
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
) {
    let tree = &scene.draft.tree;
    contents::check(scene, components, inputs.sources, sink);
    told_in_files::check(scene, components.iter(), sink);
    unused::check(tree, scene, inputs.sources, over, sink);
    // A preset that only an environment uses may name what only that has.
    if inputs.environments.is_empty() {
        unused::references(scene, tree, sink);
    }
}

/// The same with the panels of the first component of its kind, if they are alike: a large platform has many of a kind.
fn with_shared_panels(
    component: Component,
    panels: &mut BTreeMap<String, Shared<Panel>>,
) -> Component {
    match panels.entry(component.kind.clone()) {
        Entry::Vacant(place) => {
            place.insert(component.panels.clone());
            component
        }
        Entry::Occupied(first) if *first.get() == component.panels => Component {
            panels: first.get().clone(),
            ..component
        },
        Entry::Occupied(_) => component,
    }
}
