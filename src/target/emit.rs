//! Runs the targets in the order in which they need each other's files.
//!
//! In: the model and the graph. Out: every generated file, and what could not be expressed. Compose and the chart mount
//! what other targets generate, each as its own readers need it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    diag::Diagnostic,
    files::{FileSet, GeneratedFile, Owner, RecordedVolume, Target},
    graph::Graph,
    model::Platform,
    target::{self, Context, Emission, Vantage},
    template::{Engine, TemplateError},
    world::World,
};

/// What one target does.
type Emit = fn(&Context<'_>) -> Result<Emission, TemplateError>;

/// Targets whose files programs mount.
const MOUNTED: [(Target, Emit); 4] = [
    (Target::Compose, target::content::config::emit),
    (Target::Prometheus, target::content::prometheus::emit),
    (Target::Grafana, target::content::grafana::emit),
    (Target::Airflow, target::content::airflow::emit),
];

/// Targets that only read.
const READ: [(Target, Emit); 2] = [
    (Target::Jenkins, target::content::jenkins::emit),
    (Target::Docs, target::content::docs::emit),
];

/// Runs every target of the platform; `only` says which files are wanted.
///
/// Errors: a template that can't be run.
pub fn emit(
    world: &dyn World,
    platform: &Platform,
    graph: &Graph,
    engine: &Engine,
    only: Option<&BTreeSet<Target>>,
) -> Result<Emission, TemplateError> {
    let wants = |target: Target| platform.targets.contains(&target);
    let run = |vantage: Vantage, mounted: &BTreeMap<String, String>, emit: Emit| {
        emit(&Context {
            platform,
            graph,
            engine,
            vantage,
            mounted,
        })
    };
    let nothing = BTreeMap::new();
    let mut out = Emission::default();
    for vantage in [Vantage::Compose, Vantage::Kubernetes] {
        let (target, emit): (Target, Emit) = match vantage {
            Vantage::Compose => (Target::Compose, target::runtime::compose::emit),
            Vantage::Kubernetes => (Target::Helm, target::runtime::helm::emit),
        };
        if vantage == Vantage::Kubernetes && !wants(target) {
            continue;
        }
        let mut made = Emission::default();
        for (owner, emit) in MOUNTED {
            // The chart and a stack mount what `config/` holds, too.
            let is_config = owner == Target::Compose;
            let is_for_others = vantage == Vantage::Kubernetes || wants(Target::Swarm);
            if wants(owner) || (is_config && is_for_others) {
                join(&mut made, run(vantage, &nothing, emit)?);
            }
        }
        let mounted = mounted(world, &made);
        // At the second vantage point only what the chart makes of the files is written.
        match vantage {
            Vantage::Compose => join(&mut out, made),
            Vantage::Kubernetes => out.losses.extend(made.losses),
        }
        if wants(target) {
            join(&mut out, run(vantage, &mounted, emit)?);
        }
        if vantage == Vantage::Compose && wants(Target::Swarm) {
            join(
                &mut out,
                run(vantage, &mounted, target::runtime::compose::swarm::emit)?,
            );
        }
    }
    for (target, emit) in READ {
        if wants(target) {
            join(&mut out, run(Vantage::Compose, &nothing, emit)?);
        }
    }
    let context = Context {
        platform,
        graph,
        engine,
        vantage: Vantage::Compose,
        mounted: &nothing,
    };
    add_gitattributes(&mut out, engine)?;
    let facts = target::content::docs::graph::value(platform, graph);
    let own = target::content::own::emit(&context, facts, &out.files)?;
    join(&mut out, own);
    finish(&mut out, platform, only);
    Ok(out)
}

/// Texts by path, and the bodies of stubs: the user's, or the one that `apply` creates.
fn mounted(world: &dyn World, made: &Emission) -> BTreeMap<String, String> {
    let files = made
        .files
        .files
        .iter()
        .map(|(path, file)| (path.clone(), file.text.clone()));
    let stubs = made.files.stubs.iter().map(|stub| {
        let own = world
            .read(&stub.path)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        (stub.path.clone(), own.unwrap_or_else(|| stub.text.clone()))
    });
    files.chain(stubs).collect()
}

fn join(out: &mut Emission, more: Emission) {
    let FileSet {
        files,
        stubs,
        volumes,
    } = more.files;
    out.files.files.extend(files);
    out.files.stubs.extend(stubs);
    out.files.volumes.extend(volumes);
    for loss in more.losses {
        let known: &[Diagnostic] = &out.losses;
        if !known.contains(&loss) {
            out.losses.push(loss);
        }
    }
}

/// Leaves out what was not asked for, and adds what belongs to all targets.
fn finish(out: &mut Emission, platform: &Platform, only: Option<&BTreeSet<Target>>) {
    out.files.files.retain(|_, file| match file.owner {
        Owner::Target(target) => only.is_none_or(|only| only.contains(&target)),
        Owner::Always => true,
    });
    if platform.targets.contains(&Target::Compose) {
        out.files.volumes = platform
            .volumes
            .iter()
            .filter(|volume| !volume.external)
            .map(|volume| RecordedVolume {
                name: volume.real_name.clone(),
                key: volume.path.clone(),
            })
            .collect();
        out.files.volumes.sort();
    }
}

/// Belongs to all targets.
fn add_gitattributes(out: &mut Emission, engine: &Engine) -> Result<(), TemplateError> {
    let text = engine.render(".gitattributes", ())?;
    out.files.files.insert(
        ".gitattributes".to_string(),
        GeneratedFile {
            text,
            owner: Owner::Always,
        },
    );
    Ok(())
}
