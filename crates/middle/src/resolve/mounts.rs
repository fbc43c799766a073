//! Volumes and bind mounts.

use super::{
    Inputs, Scene, cluster::only_on, engine_files::EngineFiles, project_files::mounted_texts,
};
use crate::{
    data::DataKey,
    diag::{Code, Diagnostic, Sink, Subject},
    expand::{ComponentDraft, WorkloadDraft, read, unknown},
    language::NameRule,
    model::{HostPath, Mount, MountSource, Named, PlatformVolume, Propagation, is_dns_subdomain},
    source::Span,
    syntax::{Key, Node, Table, places},
    text::all_of,
    value::ContainerPath,
};

/// Whose volumes are read: named volumes are called after it.
enum Owner<'a> {
    Component(&'a str),
    /// A part with another image than its component, and so with volumes of its own.
    Part {
        component: &'a str,
        part: &'a str,
    },
    Pipeline(&'a str),
}

impl<'a> Owner<'a> {
    fn of_workload(draft: &'a ComponentDraft, shape: &'a WorkloadDraft) -> Self {
        let component = &draft.name;
        match shape.part.as_deref().filter(|_| !shape.own_image) {
            Some(part) => Owner::Part { component, part },
            None => Owner::Component(component),
        }
    }

    fn component(&self) -> Option<&'a str> {
        match self {
            Owner::Component(component) | Owner::Part { component, .. } => Some(component),
            Owner::Pipeline(_) => None,
        }
    }

    /// Whose `allow` accepts a lint about one of them.
    fn subject(&self) -> Subject {
        match self {
            Owner::Component(component) | Owner::Part { component, .. } => {
                Subject::Component(component.to_string())
            }
            Owner::Pipeline(pipeline) => Subject::Pipeline(pipeline.to_string()),
        }
    }

    fn key_of(&self, volume: &str) -> DataKey {
        let volume = volume.to_string();
        match self {
            Owner::Component(component) => DataKey::Component {
                component: component.to_string(),
                volume,
            },
            Owner::Part { component, part } => DataKey::Part {
                component: component.to_string(),
                part: part.to_string(),
                volume,
            },
            Owner::Pipeline(pipeline) => DataKey::Pipeline {
                pipeline: pipeline.to_string(),
                volume,
            },
        }
    }
}

/// All named volumes: those of `[volumes]`, of components and of pipelines.
pub(super) fn volumes(tree: &Table, scene: &Scene<'_>) -> Named<PlatformVolume> {
    let mut volumes = shared_volumes(tree, scene);
    for (index, draft) in scene.components.iter().enumerate() {
        for shape in scene.running(index) {
            let owner = Owner::of_workload(draft, shape);
            declare(scene, &owner, &shape.table, &mut volumes);
        }
    }
    for (key, table) in read::tables(tree, "pipelines") {
        declare(scene, &Owner::Pipeline(&key.name), table, &mut volumes);
    }
    volumes
}

/// Adds the named volumes of a table. Workloads of one image share them; the first that mounts one declares it.
fn declare(
    scene: &Scene<'_>,
    owner: &Owner<'_>,
    table: &Table,
    volumes: &mut Named<PlatformVolume>,
) {
    for (key, table) in read::tables(table, "volumes") {
        let is_named = table.string("source").is_none() && table.get("shared").is_none();
        let is_mounted = table
            .string("mount")
            .and_then(ContainerPath::parse)
            .is_some();
        let path = owner.key_of(&key.name);
        let id = path.id();
        let is_known = volumes.find(&id).is_some_and(|known| known.path == path);
        if is_named && is_mounted && !is_known {
            volumes.push(PlatformVolume {
                component: owner.component().map(ToString::to_string),
                shared: false,
                many_writers: false,
                ..volume(scene, path, key, table)
            });
        }
    }
}

/// The mounts of a component's workload.
pub(super) fn mounts(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    inputs: &Inputs<'_>,
    sink: &mut Sink,
) -> Vec<Mount> {
    let component = &scene.components[index];
    let owner = Owner::of_workload(component, shape);
    let kind = &component.kind_table;
    let folders = kind.array("data_folders").unwrap_or_default();
    let variables = folders.iter().filter_map(Node::as_table);
    let variable = variables
        .flat_map(|folder| read::strings(folder, "env"))
        .next();
    let mut mounts = mounts_of(&owner, scene, &shape.table, sink);
    let subject = Subject::Component(component.name.clone());
    let files = EngineFiles::new(inputs, Some(subject));
    for mount in &mut mounts {
        if let MountSource::Bind { path, .. } = &mount.source {
            mount.texts = mounted_texts(inputs.world, mount, path.as_str());
            if let HostPath::Project(path) = path {
                files.check_links(path, mount.span, sink);
            }
        }
        let written = shape
            .table
            .get_path(&["volumes", &mount.name, "makes_folder"]);
        let Some(node) = written.filter(|node| node.as_bool() == Some(true)) else {
            continue;
        };
        mount.folder_env.clone_from(&variable);
        if variable.is_none() {
            sink.push(no_variable(node));
        }
    }
    mounts
}

/// A kind that does not say how its program is told where to make its folder.
fn no_variable(node: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::BadKind,
        "`makes_folder` needs a variable that names the folder",
    )
    .label(node.span, "no variable says which folder")
    .help("name the variable in `env` of the kind's `[[data_folders]]`")
}

/// The mounts of a pipeline's tasks.
pub(super) fn pipeline_mounts(
    scene: &Scene<'_>,
    pipeline: &str,
    table: &Table,
    sink: &mut Sink,
) -> Vec<Mount> {
    mounts_of(&Owner::Pipeline(pipeline), scene, table, sink)
}

fn mounts_of(owner: &Owner<'_>, scene: &Scene<'_>, table: &Table, sink: &mut Sink) -> Vec<Mount> {
    let all = table;
    read::tables(table, "volumes")
        .filter_map(|(key, table)| {
            let path = mount_path(key, table, all, sink)?;
            without_effect(scene, table, sink);
            size_of_folder(owner, scene, table, sink);
            let source = match (table.string("source"), table.get("shared")) {
                (Some(source), None) => bind(source, table),
                (None, Some(node)) => shared(scene, node.as_str()?, node.span, sink)?,
                (Some(_), Some(node)) => {
                    sink.push(
                        Diagnostic::new(
                            Code::ConflictingKeys,
                            "a volume has a `source` or is `shared`, not both",
                        )
                        .label(node.span, "shared")
                        .label(key.span, "with a source")
                        .help("keep one of the two"),
                    );
                    return None;
                }
                (None, None) => MountSource::Volume(owner.key_of(&key.name).id()),
            };
            Some(Mount {
                name: key.name.clone(),
                path,
                source,
                read_only: table.boolean("read_only").unwrap_or(false),
                only: only_on(table),
                folder_env: None,
                propagation: table.string("propagation").and_then(Propagation::parse),
                texts: Vec::new(),
                points: Vec::new(),
                span: key.span,
            })
        })
        .collect()
}

/// Keys of a named volume beside one that says that there is none. Those of a kind are replaced by what the user writes.
fn without_effect(scene: &Scene<'_>, table: &Table, sink: &mut Sink) {
    let ways: [(&str, &str, &[&str]); 2] = [
        (
            "shared",
            "the volume of `[volumes]` has these keys",
            &["external", "name", "size"],
        ),
        (
            "source",
            "a folder of the host, which is no volume",
            &["external", "name"],
        ),
    ];
    for (way, why, keys) in ways {
        let Some(chosen) = table.entry(way) else {
            continue;
        };
        let written = keys.iter().filter_map(|key| table.entry(key));
        let idle: Vec<_> = written
            .filter(|it| {
                let is_said = !it.value.is_false() && !it.value.is_broken();
                is_said && !scene.names.is_kind_text(&it.value)
            })
            .collect();
        if idle.is_empty() {
            continue;
        }
        let names: Vec<&str> = idle.iter().map(|it| it.key.name.as_str()).collect();
        let (verb, help) = match idle.as_slice() {
            [_] => ("has", format!("keep one of `{way}` and {}", all_of(&names))),
            _ => ("have", format!("keep `{way}`, or {}", all_of(&names))),
        };
        let mut diagnostic = Diagnostic::new(
            Code::ConflictingKeys,
            format!("{} {verb} no effect beside `{way}`", all_of(&names)),
        )
        .label(chosen.key.span, why);
        for entry in idle {
            diagnostic = diagnostic.label(entry.key.span, "no effect");
        }
        sink.push(diagnostic.help(help));
    }
}

/// The size of a claim beside a folder of the host. An environment may well put a folder in the place of a volume that has one.
fn size_of_folder(owner: &Owner<'_>, scene: &Scene<'_>, table: &Table, sink: &mut Sink) {
    let (Some(source), Some(size)) = (table.entry("source"), table.entry("size")) else {
        return;
    };
    let is_of_one_file = source.key.span.source == size.key.span.source;
    let is_of_kind = scene.names.is_kind_text(&size.value);
    if is_of_one_file && !is_of_kind && !size.value.is_false() && !size.value.is_broken() {
        let lint = Diagnostic::new(Code::Unused, "`size` has no effect beside `source`")
            .label(size.key.span, "no effect")
            .label(source.key.span, "a folder of the host, which has no size")
            .help("remove it")
            .removing(places(&size.key, &size.value));
        sink.push(lint.of(Some(owner.subject())));
    }
}

/// `all`: the table that holds the volume.
fn mount_path(key: &Key, table: &Table, all: &Table, sink: &mut Sink) -> Option<String> {
    let mount = read::owned(table, "mount");
    if table.get("mount").is_none() {
        let diagnostic = Diagnostic::new(
            Code::MissingKey,
            format!("volume `{}` needs the key `mount`", key.name),
        )
        .label(key.span, "mounted where?");
        sink.push(match read::meant_beside(key, all, "volumes", &["mount"]) {
            Some(near) => diagnostic.misspelled(&key.name, Some(near), String::new),
            None => diagnostic
                .help(format!(
                    "write `mount = \"/data\"` in `volumes.{}`",
                    key.name
                ))
                .adding(key.span, "mount = \"/data\""),
        });
    }
    ContainerPath::parse(&mount?).map(ContainerPath::into_string)
}

fn bind(source: &str, table: &Table) -> MountSource {
    MountSource::Bind {
        path: HostPath::parse(source),
        data: table.boolean("data").unwrap_or(false),
    }
}

fn shared(scene: &Scene<'_>, name: &str, span: Span, sink: &mut Sink) -> Option<MountSource> {
    if !scene.names.shared_volumes.contains(name) {
        let known: Vec<&str> = scene
            .names
            .shared_volumes
            .iter()
            .map(String::as_str)
            .collect();
        let mut diagnostic = unknown("shared volume", name, span, &known);
        if known.is_empty() && NameRule::Resource.accepts(name) {
            let line = format!("{name} = {{ size = \"10Gi\" }}");
            diagnostic = diagnostic
                .help(format!("declare it below `[volumes]`: `{line}`"))
                .declaring(span, "volumes", line);
        }
        sink.push(diagnostic);
        return None;
    }
    Some(MountSource::Volume(name.to_string()))
}

/// The platform's shared volumes, from `[volumes]`.
fn shared_volumes(tree: &Table, scene: &Scene<'_>) -> Named<PlatformVolume> {
    read::tables(tree, "volumes")
        .map(|(key, table)| {
            let path = DataKey::Shared(key.name.clone());
            volume(scene, path, key, table)
        })
        .collect()
}

/// A volume of the platform's by what is written of it.
fn volume(scene: &Scene<'_>, path: DataKey, declared: &Key, table: &Table) -> PlatformVolume {
    let key = path.id();
    let usual = format!("{}_{key}", scene.names.project);
    let names = scene.names.moves.names(&path, (usual.clone(), key.clone()));
    let chosen = read::owned(table, "name");
    let named = chosen.as_ref().is_some_and(|name| *name != usual);
    let claim = chosen
        .clone()
        .filter(|name| named && is_dns_subdomain(name));
    PlatformVolume {
        named,
        volume_moved: names.moved && chosen.is_none(),
        claim_moved: names.moved && claim.is_none(),
        before: names.before,
        claim: claim.unwrap_or(names.claim),
        real_name: chosen.unwrap_or(names.volume),
        key,
        declared_as: declared.name.clone(),
        path,
        shared: true,
        component: None,
        size: read::memory(table, "size"),
        many_writers: table.string("access") != Some("one"),
        external: table.boolean("external").unwrap_or(false),
        span: declared.span,
    }
}
