//! Volumes and bind mounts.

use super::Scene;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{WorkloadDraft, read, unknown},
    model::{HostPath, Mount, MountSource, Named, PlatformVolume, Propagation, is_claim_name},
    source::Span,
    syntax::{Key, Table},
    value::ContainerPath,
};

/// Whose volumes are read: named volumes are called after it.
struct Owner<'a> {
    /// What a named volume's key starts with.
    name: String,
    /// The owner's place in the file, such as `components.db`.
    path: String,
    /// `None`: a pipeline.
    component: Option<&'a str>,
}

/// The mounts of a component's workload; volumes of its own are added to `volumes`.
pub(super) fn mounts(
    scene: &Scene<'_>,
    index: usize,
    shape: &WorkloadDraft,
    volumes: &mut Named<PlatformVolume>,
    sink: &mut Sink,
) -> Vec<Mount> {
    let draft = &scene.components[index];
    let owner = Owner {
        name: if shape.own_image {
            draft.name.clone()
        } else {
            draft.workload_name(shape.part.as_deref())
        },
        path: match (&shape.part, shape.own_image) {
            (Some(part), false) => format!("components.{}.parts.{part}", draft.name),
            _ => format!("components.{}", draft.name),
        },
        component: Some(&draft.name),
    };
    owned_by(&owner, scene, &shape.table, volumes, sink)
}

/// The mounts of a pipeline's tasks.
pub(super) fn pipeline_mounts(
    scene: &Scene<'_>,
    pipeline: &str,
    table: &Table,
    volumes: &mut Named<PlatformVolume>,
    sink: &mut Sink,
) -> Vec<Mount> {
    let owner = Owner {
        name: pipeline.to_ascii_lowercase().replace('_', "-"),
        path: format!("pipelines.{pipeline}"),
        component: None,
    };
    owned_by(&owner, scene, table, volumes, sink)
}

fn owned_by(
    owner: &Owner<'_>,
    scene: &Scene<'_>,
    table: &Table,
    volumes: &mut Named<PlatformVolume>,
    sink: &mut Sink,
) -> Vec<Mount> {
    read::tables(table, "volumes")
        .filter_map(|(key, table)| {
            let path = mount_path(key, table, sink)?;
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
                (None, None) => named(scene, owner, key, table, volumes),
            };
            Some(Mount {
                name: key.name.clone(),
                path,
                source,
                read_only: table.boolean("read_only").unwrap_or(false),
                compose_only: table.string("only") == Some("compose"),
                above: table.boolean("above").unwrap_or(false),
                propagation: table.string("propagation").and_then(Propagation::parse),
                span: key.span,
            })
        })
        .collect()
}

fn mount_path(key: &Key, table: &Table, sink: &mut Sink) -> Option<String> {
    let mount = read::owned(table, "mount");
    if table.get("mount").is_none() {
        sink.push(
            Diagnostic::new(
                Code::MissingKey,
                format!("volume `{}` needs the key `mount`", key.name),
            )
            .label(key.span, "mounted where?")
            .help(format!(
                "write `mount = \"/data\"` in `volumes.{}`",
                key.name
            ))
            .adding(key.span, "mount = \"/data\""),
        );
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
    if !scene.names.shared_volumes.iter().any(|known| known == name) {
        let known: Vec<&str> = scene
            .names
            .shared_volumes
            .iter()
            .map(String::as_str)
            .collect();
        let mut diagnostic = unknown("shared volume", name, span, &known);
        if known.is_empty() {
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

fn named(
    scene: &Scene<'_>,
    owner: &Owner<'_>,
    key: &Key,
    table: &Table,
    volumes: &mut Named<PlatformVolume>,
) -> MountSource {
    let id = format!("{}-{}", owner.name, key.name);
    let volume = PlatformVolume {
        component: owner.component.map(ToString::to_string),
        many_writers: false,
        ..volume(
            scene,
            id.clone(),
            format!("{}.volumes.{}", owner.path, key.name),
            table,
            key.span,
        )
    };
    // Workloads of one image share the volume; the first that mounts it declares it.
    if volumes
        .find(&id)
        .is_none_or(|known| known.path != volume.path)
    {
        volumes.push(volume);
    }
    MountSource::Volume(id)
}

/// The platform's shared volumes, from `[volumes]`.
pub(super) fn shared_volumes(tree: &Table, scene: &Scene<'_>) -> Vec<PlatformVolume> {
    read::tables(tree, "volumes")
        .map(|(key, table)| {
            let path = format!("volumes.{}", key.name);
            volume(scene, key.name.clone(), path, table, key.span)
        })
        .collect()
}

/// A volume of the platform's by what is written of it.
fn volume(
    scene: &Scene<'_>,
    key: String,
    path: String,
    table: &Table,
    span: Span,
) -> PlatformVolume {
    let usual = format!("{}_{key}", scene.names.project);
    let names = scene.names.moves.names(&path, (usual.clone(), key.clone()));
    let name = read::owned(table, "name");
    let named = name.as_ref().is_some_and(|name| *name != usual);
    let claim = name.clone().filter(|name| named && is_claim_name(name));
    PlatformVolume {
        named,
        volume_moved: names.moved && name.is_none(),
        claim_moved: names.moved && claim.is_none(),
        claim: claim.unwrap_or(names.claim),
        real_name: name.unwrap_or(names.volume),
        key,
        path,
        component: None,
        size: read::memory(table, "size"),
        many_writers: table.string("access") != Some("one"),
        external: table.boolean("external").unwrap_or(false),
        span,
    }
}
