//! Runs the table of targets: contents first, then the runtimes that mount them.
//!
//! In: the model and the graph. Out: every generated file, and what could not be expressed.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Context, Emission, Emit, Role, Vantage, content, row,
    shared::{
        mounted::{self, Mounted},
        tenants::tenants,
    },
};
use crate::{
    data::{DataKey, Kept},
    diag::{Code, Diagnostic},
    files::{CONFIG, Site, Target},
    fileset::{FileSet, GeneratedFile, Owner},
    graph::Graph,
    model::Platform,
    template::{Engine, TemplateError},
    threads,
    world::{ReadError, World},
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
    let vantages = Vantage::ALL.iter().copied().map(Some);
    let made = threads::each(vantages.chain([None]), |vantage| match vantage {
        Some(vantage) => runtimes(world, &from(vantage)),
        None => each(contents_to_read(platform), &from(Vantage::Compose)),
    });
    let mut out = Emission::default();
    for made in made {
        join(&mut out, made?);
    }
    add_gitattributes(&mut out, engine)?;
    if content::own::has_any(engine) {
        let facts = content::docs::graph::value(platform, graph);
        let own = content::own::emit(&from(Vantage::Compose), facts, &out.files)?;
        join(&mut out, own);
    }
    out.files.folders.extend(folders_of_tasks(platform));
    let mut runtimes = platform.targets.iter();
    if runtimes.any(|it| it.runs_on().is_some()) {
        out.files.tenants = tenants(platform);
    }
    let secrets = platform.secrets.iter();
    out.files.secrets = secrets
        .map(|it| (it.name.clone(), it.env.clone()))
        .collect();
    finish(&mut out, only);
    Ok(out)
}

/// The data of a platform and what engines call it, as the runtimes on these sites have it: no file is written.
///
/// Errors: a template that can't be run.
pub fn without_files(
    platform: &Platform,
    graph: &Graph,
    engine: &Engine,
    sites: &[Site],
) -> Result<FileSet, TemplateError> {
    let mut out = Emission::default();
    for target in &platform.targets {
        let Role::Runtime {
            vantage,
            without_files,
        } = row(*target).role
        else {
            continue;
        };
        if !target.runs_on().is_some_and(|it| sites.contains(&it)) {
            continue;
        }
        let context = Context {
            platform,
            graph,
            engine,
            vantage,
            mounted: &Mounted::default(),
        };
        let files = without_files(&context)?;
        join(
            &mut out,
            Emission {
                files,
                losses: Vec::new(),
            },
        );
    }
    Ok(out.files)
}

/// The folders of a machine that tasks mount.
fn folders_of_tasks(platform: &Platform) -> impl Iterator<Item = String> {
    let mounts = platform.pipelines.iter().flat_map(|it| &it.volumes);
    let paths = mounts.filter_map(|it| it.source.on_host());
    paths.map(|path| path.as_str().to_string())
}

/// The runtimes of one vantage point, and the contents that they mount.
fn runtimes(world: &dyn World, context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut out = Emission::default();
    let mounted = contents(world, context, &mut out)?;
    let context = Context {
        mounted: &mounted,
        ..*context
    };
    join(
        &mut out,
        each(runtimes_of(context.platform, context.vantage), &context)?,
    );
    Ok(out)
}

/// What some targets make, joined in their order.
fn each(
    targets: impl Iterator<Item = Target>,
    context: &Context<'_>,
) -> Result<Emission, TemplateError> {
    let made = threads::each(targets, |target| (row(target).emit)(context));
    let mut out = Emission::default();
    for made in made {
        join(&mut out, made?);
    }
    Ok(out)
}

/// The platform's runtimes of one vantage point, in the order of the table.
fn runtimes_of(platform: &Platform, from: Vantage) -> impl Iterator<Item = Target> {
    let is_seen_from =
        move |role: Role| matches!(role, Role::Runtime { vantage, .. } if vantage == from);
    of_platform(platform).filter(move |target| is_seen_from(row(*target).role))
}

/// The platform's contents for people and for tools, in the order of the table.
fn contents_to_read(platform: &Platform) -> impl Iterator<Item = Target> {
    of_platform(platform).filter(|target| matches!(row(*target).role, Role::Read))
}

fn of_platform(platform: &Platform) -> impl Iterator<Item = Target> {
    let targets = Target::ALL.iter().copied();
    targets.filter(|target| platform.targets.contains(target))
}

/// Generates the contents that programs mount, as they look from one vantage point. Those that the platform names are
/// written below `generated/`; the others are for the runtimes of this vantage point that mount them.
fn contents(
    world: &dyn World,
    context: &Context<'_>,
    out: &mut Emission,
) -> Result<Mounted, TemplateError> {
    let platform = context.platform;
    let has_runtime = runtimes_of(platform, context.vantage).next().is_some();
    // The folders below `generated/` are for containers. The chart has copies of its own, in which addresses differ.
    let is_written = !context.vantage.is_in_cluster();
    let is_asked = |content: &Content| {
        let is_named = platform.targets.contains(&content.target);
        let is_needed = has_runtime && mounted::is_mounted(platform, content.folder);
        is_needed || is_named && (has_runtime || is_written)
    };
    let asked: Vec<Content> = mountable().filter(is_asked).collect();
    let made = threads::each(&asked, |content| (content.emit)(context));
    let mut mounted = Mounted::default();
    for (content, made) in asked.into_iter().zip(made) {
        let is_named = platform.targets.contains(&content.target);
        let made = made?;
        let mut files = made.files;
        for stub in &files.stubs {
            mounted.add(&stub.path, body(world, &stub.path, &stub.text, out));
        }
        if !is_named {
            mounted.copy_folder(content.folder);
        }
        if is_named && is_written {
            for (path, file) in &files.files {
                mounted.add(path, Arc::clone(&file.text));
            }
        } else {
            for (path, file) in std::mem::take(&mut files.files) {
                mounted.add(path, file.text);
            }
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

/// The user's own body of a stub, or the one that `apply` creates.
fn body(world: &dyn World, path: &str, fresh: &str, out: &mut Emission) -> String {
    let why = match world.read(path) {
        Err(ReadError::Missing) => return fresh.to_string(),
        Err(error) => error.to_string(),
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => return text,
            Err(_) => "is no UTF-8".to_string(),
        },
    };
    let unread = Diagnostic::new(Code::Unreadable, format!("`{path}` {why}"))
        .help("a task's body is a regular file in UTF-8 that you may read");
    if !out.losses.contains(&unread) {
        out.losses.push(unread);
    }
    String::new()
}

fn mountable() -> impl Iterator<Item = Content> {
    let config = Content {
        folder: CONFIG,
        target: Target::Compose,
        emit: content::config::emit,
    };
    let targets = Target::ALL.iter().copied();
    let named = targets.filter(|target| matches!(row(*target).role, Role::Mounted));
    std::iter::once(config).chain(named.map(|target| Content {
        folder: target.name(),
        target,
        emit: row(target).emit,
    }))
}

fn join(out: &mut Emission, more: Emission) {
    let FileSet {
        files,
        stubs,
        kept,
        projects,
        charts,
        folders,
        unkept,
        tenants,
        secrets,
    } = more.files;
    out.files.files.extend(files);
    // The DAGs of both vantage points ask for the same ones.
    let known: BTreeSet<String> = out.files.stubs.iter().map(|it| it.path.clone()).collect();
    let new = stubs.into_iter().filter(|it| !known.contains(&it.path));
    out.files.stubs.extend(new);
    out.files.kept.extend(kept);
    out.files.projects.extend(projects);
    out.files.charts.extend(charts);
    out.files.folders.extend(folders);
    out.files.unkept.extend(unkept);
    out.files.tenants.extend(tenants);
    out.files.secrets.extend(secrets);
    out.losses.extend(more.losses);
}

/// Leaves out what was not asked for, and adds what belongs to all targets.
fn finish(out: &mut Emission, only: Option<&BTreeSet<Target>>) {
    out.files
        .files
        .retain(|_, file| only.is_none_or(|only| file.owner.is_selected(only)));
    out.files.kept = merge_runtimes(std::mem::take(&mut out.files.kept));
}

/// The data of all runtimes, sorted. Two runtimes of one machine keep the same volumes: each adds its places.
fn merge_runtimes(mut kept: Vec<Kept>) -> Vec<Kept> {
    kept.sort();
    let mut out: Vec<Kept> = Vec::new();
    for next in kept {
        match out.last_mut().filter(|last| last.data == next.data) {
            Some(last) => {
                let new = next.mounts.into_iter();
                let new: Vec<DataKey> = new.filter(|it| !last.mounts.contains(it)).collect();
                last.mounts.extend(new);
                last.places.extend(next.places);
                last.readers.extend(next.readers);
                last.made_with.extend(next.made_with);
                last.first_start.extend(next.first_start);
                last.of_secrets.extend(next.of_secrets);
                last.scripts.extend(next.scripts);
                last.adopted |= next.adopted;
                last.external &= next.external;
            }
            None => out.push(next),
        }
    }
    out
}

/// Belongs to all targets.
fn add_gitattributes(out: &mut Emission, engine: &Engine) -> Result<(), TemplateError> {
    let text = engine.render("gitattributes", ())?;
    out.files.files.insert(
        ".gitattributes".to_string(),
        GeneratedFile {
            text: text.into(),
            owner: Owner::Always,
        },
    );
    Ok(())
}
