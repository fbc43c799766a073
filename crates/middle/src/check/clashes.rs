//! Two that want the same place or name: mount paths, names of what is generated.

use std::{collections::BTreeMap, path::Path};

use super::{Facts, ports::never_together};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    graph::Peer,
    model::{FileContent, FileMount, Platform, PlatformVolume, TaskBody},
    source::Span,
    syntax::Node,
    text::many,
    value::{is_device, one_spelling},
};

/// A mount path twice within a workload.
pub(super) fn mount_paths(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let mounts = workload
            .mounts
            .iter()
            .map(|mount| (&mount.path, mount.span));
        let files = workload.files.iter().map(|file| (&file.path, file.span));
        let written = workload.written.get("tmpfs");
        let items = written.and_then(Node::as_array).unwrap_or_default();
        let memory = workload.runtime.tmpfs.iter().enumerate();
        let memory = memory.map(|(index, tmpfs)| {
            let node = items.get(index).or(written);
            (&tmpfs.path, node.map_or(workload.span, |node| node.span))
        });
        report_equal_paths(mounts.chain(files).chain(memory), &workload.name, sink);
    }
    for pipeline in &facts.platform.pipelines {
        let mounts = pipeline
            .volumes
            .iter()
            .map(|mount| (&mount.path, mount.span));
        report_equal_paths(mounts, &pipeline.name, sink);
    }
}

fn report_equal_paths<'a>(
    places: impl Iterator<Item = (&'a String, Span)>,
    owner: &str,
    sink: &mut Sink,
) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (path, span) in places {
        let normal = path
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect::<Vec<_>>()
            .join("/");
        match seen.get(&normal) {
            Some(first) if *first != span => sink.push(
                Diagnostic::new(
                    Code::MountTwice,
                    format!("`{owner}` mounts something at `{path}` twice"),
                )
                .label(*first, "first here")
                .label(span, "and again here")
                .help("mount one of the two elsewhere"),
            ),
            Some(_) => {}
            None => {
                seen.insert(normal, span);
            }
        }
    }
}

/// Names that become the same service, volume, file or variable.
pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    same(
        platform
            .volumes
            .iter()
            .map(|volume| (volume.key.clone(), volume.span)),
        "volume",
        sink,
    );
    let groups = platform
        .groups
        .iter()
        .map(|group| (group.name.clone(), group.span));
    let reserved = groups.filter(|(name, _)| name == "compose");
    for (_, span) in reserved {
        sink.push(
            Diagnostic::new(Code::OutputClash, "a group can't be called `compose`")
                .label(span, "its file would be compose.yaml")
                .help("choose another name"),
        );
    }
    devices(platform, sink);
    pipelines_network(platform, sink);
    config_files(platform, sink);
    let pipelines = platform
        .pipelines
        .iter()
        .map(|pipeline| (pipeline.name.to_ascii_lowercase(), pipeline.span));
    same(pipelines, "pipeline", sink);
    stubs(platform, sink);
    let ci = platform
        .ci
        .iter()
        .map(|entry| (entry.name.to_ascii_lowercase(), entry.span));
    same(ci, "CI entry", sink);
    aliases(platform, sink);
    hostnames(facts, sink);
    variables(platform, sink);
    named_volumes(platform, sink);
    chart_pods(platform, sink);
}

/// Two volumes that are one in the engine, or whose claims would be one object. What exists already may be used by several.
fn named_volumes(platform: &Platform, sink: &mut Sink) {
    let is_in_chart = platform.targets.contains(&Target::Helm);
    let mut in_engine: BTreeMap<&str, Vec<&PlatformVolume>> = BTreeMap::new();
    let mut in_chart: BTreeMap<&str, Vec<&PlatformVolume>> = BTreeMap::new();
    for later in &platform.volumes {
        let is_other = |earlier: &&&PlatformVolume| {
            !(earlier.external && later.external) && earlier.key != later.key
        };
        let volumes = in_engine.entry(&later.real_name).or_default();
        let claims = in_chart.entry(&later.claim).or_default();
        let volume = volumes.iter().find(is_other);
        let claim = claims.iter().filter(|_| is_in_chart).find(is_other);
        let found = volume.map(|it| (it, &later.real_name));
        if let Some((earlier, name)) = found.or(claim.map(|it| (it, &later.claim))) {
            sink.push(one_volume(platform, name, earlier, later));
        }
        volumes.push(later);
        claims.push(later);
    }
}

fn one_volume(
    platform: &Platform,
    name: &str,
    earlier: &PlatformVolume,
    later: &PlatformVolume,
) -> Diagnostic {
    let message = format!("two volumes would be called `{name}`");
    let keeps = |it: &PlatformVolume| it.volume_moved || it.claim_moved;
    let (kept, fresh) = match (keeps(earlier), keeps(later)) {
        (true, false) => (earlier, later),
        (false, true) => (later, earlier),
        _ => {
            return Diagnostic::new(Code::OutputClash, message)
                .label(earlier.span, "first here")
                .label(later.span, "and again here")
                .help("give each a name of its own; to share one, declare it in `[volumes]` and write `shared` in both");
        }
    };
    let (place, line) = name_for(platform, fresh);
    Diagnostic::new(Code::OutputClash, message)
        .label(
            place,
            format!("`{}` would have this name by its key", fresh.path),
        )
        .label(
            place_of(platform, kept),
            format!("`{}` keeps it, since it was moved", kept.path),
        )
        .help(format!(
            "write `{line}` here: this volume starts empty, and the moved volume keeps its data"
        ))
        .adding(place, line)
}

/// Where a volume is written, or what has it of its kind.
fn place_of(platform: &Platform, volume: &PlatformVolume) -> Span {
    let component = volume.component.as_deref();
    let component = component.and_then(|name| platform.component(name));
    component
        .filter(|_| platform.kind_sources.contains(&volume.span.source))
        .map_or(volume.span, |component| component.span)
}

/// The line that gives a volume a name which nothing has, and the table that the line belongs to. A claim can have it, too.
fn name_for(platform: &Platform, volume: &PlatformVolume) -> (Span, String) {
    let base = format!("{}-{}", platform.project, volume.key).replace('_', "-");
    let is_free = |name: &String| {
        let mut all = platform.volumes.iter();
        !all.any(|it| it.real_name == *name || it.claim == *name)
    };
    let numbered = (2..).map(|number| format!("{base}-{number}"));
    let name = std::iter::once(base.clone()).chain(numbered).find(is_free);
    let line = format!("name = \"{}\"", name.unwrap_or(base));
    let place = place_of(platform, volume);
    if place == volume.span {
        return (place, line);
    }
    let path = volume.path.to_string();
    let inside = path.splitn(3, '.').nth(2).unwrap_or(&path);
    (place, format!("{inside}.{line}"))
}

/// A workload whose objects in the chart would have the names of the chart's own.
fn chart_pods(platform: &Platform, sink: &mut Sink) {
    if !platform.targets.contains(&Target::Helm) {
        return;
    }
    for name in platform.chart_pods() {
        if let Some(workload) = platform.workload(&name) {
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("a pod of the chart's own is called `{name}`"),
                )
                .label(
                    workload.span,
                    "the pod of this component would have the same name",
                )
                .help("choose another name"),
            );
        }
    }
}

/// Names that become those of files, which Windows has for devices.
fn devices(platform: &Platform, sink: &mut Sink) {
    let of_pipelines = platform.pipelines.iter().flat_map(|pipeline| {
        let stubs = pipeline.tasks.iter();
        let stubs = stubs.map(|task| ("task", &task.name, task.span));
        stubs.chain([("pipeline", &pipeline.name, pipeline.span)])
    });
    let groups = platform
        .groups
        .iter()
        .map(|it| ("group", &it.name, it.span));
    let components = platform.components.iter();
    let components = components.map(|it| ("component", &it.name, it.span));
    let ci = platform.ci.iter().map(|it| ("CI entry", &it.name, it.span));
    let named = [("platform", &platform.name, platform.span)].into_iter();
    let named = named.chain(groups).chain(components).chain(of_pipelines);
    for (what, name, span) in named.chain(ci).filter(|(_, name, _)| is_device(name)) {
        sink.push(
            Diagnostic::new(
                Code::BadName,
                format!("`{name}` can't be the name of a {what}"),
            )
            .label(span, "Windows has a device of that name")
            .help("choose another name: no file of this one can be checked out there"),
        );
    }
}

/// An alias that is the name of another workload: who asks would get one of the two by chance.
fn aliases(platform: &Platform, sink: &mut Sink) {
    for workload in platform.workloads() {
        for alias in &workload.aliases {
            let Some(other) = platform.workload(alias) else {
                continue;
            };
            if other.component == workload.component
                || never_together(&workload.profiles, &other.profiles)
            {
                continue;
            }
            let written = workload.written.get("aliases");
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!(
                        "`{alias}` is an alias of `{}` and the name of another workload",
                        workload.name
                    ),
                )
                .label(
                    written.map_or(workload.span, |node| node.span),
                    format!("`{}` answers to it", workload.name),
                )
                .label(other.span, "and so does this")
                .help("remove the alias, or rename the component"),
            );
        }
    }
}

/// A name that a container has for itself leads to nothing else: in it, the other workload of that name can't be reached.
fn hostnames(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for workload in platform.workloads() {
        let written = workload.runtime.hostname.as_deref();
        let Some(name) = written.map(|name| name.split('.').next().unwrap_or(name)) else {
            continue;
        };
        let other = platform
            .workload(name)
            .filter(|it| it.name != workload.name);
        let Some(other) = other else { continue };
        let own = Peer::Workload(workload.name.clone());
        let asks = facts
            .graph
            .edges_from(&own)
            .any(|edge| edge.to == other.name);
        if !asks || never_together(&workload.profiles, &other.profiles) {
            continue;
        }
        let node = workload.written.get("hostname");
        sink.push(
            Diagnostic::new(
                Code::OutputClash,
                format!(
                    "`{name}` is what `{}` calls itself and the name of another workload",
                    workload.name
                ),
            )
            .label(
                node.map_or(workload.span, |node| node.span),
                format!("in `{}` it is its own address", workload.name),
            )
            .label(other.span, "so this can't be reached from there")
            .help("remove `hostname`, or write another one"),
        );
    }
}

/// Tasks have a network of their own, called like that of a group `pipelines`.
fn pipelines_network(platform: &Platform, sink: &mut Sink) {
    let group = platform
        .groups
        .iter()
        .find(|group| group.name == "pipelines");
    if let (Some(group), Some(pipeline)) = (group, platform.pipelines.first()) {
        sink.push(
            Diagnostic::new(
                Code::OutputClash,
                format!(
                    "two networks would be called `{}_pipelines`",
                    platform.project
                ),
            )
            .label(group.span, "the group's")
            .label(pipeline.span, "and that of the pipelines' tasks")
            .help("choose another name for the group"),
        );
    }
}

/// Contents of files lie below `config/COMPONENT/`, on file systems that may ignore letter case.
fn config_files(platform: &Platform, sink: &mut Sink) {
    for component in &platform.components {
        let names = component
            .workloads
            .iter()
            .flat_map(|workload| &workload.files)
            .filter_map(|file| match &file.content {
                FileContent::Text { name, .. } => Some((one_spelling(name), file.span)),
                _ => None,
            });
        same(names, "file", sink);
    }
    for workload in platform.workloads() {
        files_in_files(&workload.files, sink);
    }
}

/// A file can't be the folder of another, whatever the letter case. Where the paths agree in that, it is a mount below a file.
fn files_in_files(files: &[FileMount], sink: &mut Sink) {
    let single = files
        .iter()
        .filter(|file| !matches!(file.content, FileContent::Folder { .. }));
    let single: BTreeMap<String, &FileMount> = single
        .map(|file| (one_spelling(&file.path), file))
        .collect();
    for file in files {
        let path = one_spelling(&file.path);
        let mut folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        if let Some((folder, outer)) =
            folders.find_map(|folder| Some((folder, *single.get(folder)?)))
            && !Path::new(&file.path).starts_with(&outer.path)
        {
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("`{}` lies below `{folder}`, which is a file", file.path),
                )
                .label(outer.span, "a file")
                .label(file.span, "and one below it")
                .help("rename one of the two; letter case makes no difference"),
            );
        }
    }
}

/// The bodies of a pipeline's stubs lie in one folder.
fn stubs(platform: &Platform, sink: &mut Sink) {
    for pipeline in &platform.pipelines {
        let stubs = pipeline.tasks.iter();
        let stubs = stubs.filter(|task| task.body == TaskBody::Stub);
        let files = stubs.map(|task| {
            let file = task.stub_path(&pipeline.name);
            (file.to_ascii_lowercase(), task.span)
        });
        same(files, "stub", sink);
    }
}

fn same(names: impl Iterator<Item = (String, Span)>, what: &str, sink: &mut Sink) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (name, span) in names {
        match seen.get(&name) {
            Some(first) if *first != span => sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("two {} would be called `{name}`", many(what)),
                )
                .label(*first, "first here")
                .label(span, "and again here")
                .help("rename one of the two; letter case makes no difference"),
            ),
            Some(_) => {}
            None => {
                seen.insert(name, span);
            }
        }
    }
}

/// One environment variable for two secrets, or for a secret and a variable.
fn variables(platform: &Platform, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let secrets = platform
        .secrets
        .iter()
        .map(|secret| (secret.env.as_str(), secret.name.as_str(), secret.span));
    let variables = platform.variables.iter().filter_map(|variable| {
        Some((
            variable.env.as_deref()?,
            variable.name.as_str(),
            variable.span,
        ))
    });
    for (env, name, span) in secrets.chain(variables) {
        if let Some((other, first)) = seen.get(env) {
            // One that was refused is there under the name that was proposed, too.
            if *first == span {
                continue;
            }
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("`{other}` and `{name}` are both filled from `{env}`"),
                )
                .label(*first, format!("`{other}`"))
                .label(span, format!("and `{name}`"))
                .help("give each a variable of its own, or keep one of the two"),
            );
        } else {
            seen.insert(env, (name, span));
        }
    }
}
