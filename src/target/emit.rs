//! Runs the table of targets: contents first, then the runtimes that mount them.
//!
//! In: the model and the graph. Out: every generated file, and what could not be expressed.

use std::collections::BTreeSet;

use super::{
    Context, Emission, Emit, Role, Vantage, content, row,
    shared::mounted::{self, Mounted},
};
use crate::{
    diag::Diagnostic,
    files::{CONFIG, FileSet, GeneratedFile, Owner, Target},
    graph::Graph,
    model::Platform,
    template::{Engine, TemplateError},
    world::World,
};

/// A content that programs mount: its folder below `generated/`, and the target that it is written with.
struct Content {
    folder: &'static str,
    target: Target,
    emit: Emit,
}

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
    let nothing = Mounted::default();
    let from = |vantage: Vantage| Context {
        platform,
        graph,
        engine,
        vantage,
        mounted: &nothing,
    };
    let mut out = Emission::default();
    for vantage in [Vantage::Compose, Vantage::Kubernetes] {
        let mounted = contents(world, &from(vantage), &mut out)?;
        for target in wanted(platform, Role::Runtime(vantage)) {
            let context = Context {
                mounted: &mounted,
                ..from(vantage)
            };
            join(&mut out, (row(target).emit)(&context)?);
        }
    }
    let context = from(Vantage::Compose);
    for target in wanted(platform, Role::Read) {
        join(&mut out, (row(target).emit)(&context)?);
    }
    add_gitattributes(&mut out, engine)?;
    let facts = content::docs::graph::value(platform, graph);
    let own = content::own::emit(&context, facts, &out.files)?;
    join(&mut out, own);
    finish(&mut out, only);
    Ok(out)
}

/// The platform's targets of one role, in the order of the table.
fn wanted(platform: &Platform, role: Role) -> impl Iterator<Item = Target> {
    let targets = Target::ALL.iter().copied();
    targets.filter(move |target| row(*target).role == role && platform.targets.contains(target))
}

/// Generates the contents that programs mount, as they look from one vantage point. Those that the platform names are
/// written below `generated/`; the others are for the runtimes of this vantage point that mount them.
fn contents(
    world: &dyn World,
    context: &Context<'_>,
    out: &mut Emission,
) -> Result<Mounted, TemplateError> {
    let platform = context.platform;
    let has_runtime = wanted(platform, Role::Runtime(context.vantage))
        .next()
        .is_some();
    // The folders below `generated/` are for containers. The chart has copies of its own, in which addresses differ.
    let is_written = context.vantage == Vantage::Compose;
    let mut mounted = Mounted::default();
    for content in mountable() {
        let is_named = platform.targets.contains(&content.target);
        let is_needed = has_runtime && mounted::is_mounted(platform, content.folder);
        if !is_needed && !(is_named && (has_runtime || is_written)) {
            continue;
        }
        let made = (content.emit)(context)?;
        for (path, file) in &made.files.files {
            mounted.add(path, file.text.as_str());
        }
        for stub in &made.files.stubs {
            // The user's own, or the one that `apply` creates.
            let own = world.read(&stub.path).ok();
            let own = own.and_then(|bytes| String::from_utf8(bytes).ok());
            mounted.add(&stub.path, own.unwrap_or_else(|| stub.text.clone()));
        }
        let mut files = made.files;
        if !is_named {
            mounted.copy_folder(content.folder);
        }
        if !is_named || !is_written {
            files.files.clear();
        }
        join(
            out,
            Emission {
                files,
                losses: made.losses,
            },
        );
    }
    Ok(mounted)
}

fn mountable() -> impl Iterator<Item = Content> {
    let config = Content {
        folder: CONFIG,
        target: Target::Compose,
        emit: content::config::emit,
    };
    let targets = Target::ALL.iter().copied();
    let named = targets.filter(|target| row(*target).role == Role::Mounted);
    std::iter::once(config).chain(named.map(|target| Content {
        folder: target.name(),
        target,
        emit: row(target).emit,
    }))
}

fn join(out: &mut Emission, more: Emission) {
    let FileSet { files, stubs, kept } = more.files;
    out.files.files.extend(files);
    out.files.stubs.extend(stubs);
    out.files.kept.extend(kept);
    for loss in more.losses {
        let known: &[Diagnostic] = &out.losses;
        if !known.contains(&loss) {
            out.losses.push(loss);
        }
    }
}

/// Leaves out what was not asked for, and adds what belongs to all targets.
fn finish(out: &mut Emission, only: Option<&BTreeSet<Target>>) {
    out.files.files.retain(|_, file| match file.owner {
        Owner::Target(target) => only.is_none_or(|only| only.contains(&target)),
        Owner::Always => true,
    });
    // Two runtimes of one machine keep the same volumes.
    out.files.kept.sort();
    out.files.kept.dedup();
}

/// Belongs to all targets.
fn add_gitattributes(out: &mut Emission, engine: &Engine) -> Result<(), TemplateError> {
    let text = engine.render("gitattributes", ())?;
    out.files.files.insert(
        ".gitattributes".to_string(),
        GeneratedFile {
            text,
            owner: Owner::Always,
        },
    );
    Ok(())
}
