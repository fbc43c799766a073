//! Volumes and bind mounts.

use super::{
    read,
    scene::{Scene, Shape},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Mount, MountSource, PlatformVolume, Propagation},
    source::Span,
    syntax::{Key, Table},
};

/// The mounts of a component's workload; volumes of its own are added to `volumes`.
pub(super) fn mounts(
    scene: &Scene,
    index: usize,
    shape: &Shape,
    volumes: &mut Vec<PlatformVolume>,
    sink: &mut Sink,
) -> Vec<Mount> {
    let draft = &scene.drafts[index];
    let owner = if shape.own_image {
        draft.name.clone()
    } else {
        draft.workload_name(shape.part.as_deref())
    };
    let path = match (&shape.part, shape.own_image) {
        (Some(part), false) => format!("components.{}.parts.{part}", draft.name),
        _ => format!("components.{}", draft.name),
    };
    read::tables(&shape.table, "volumes")
        .filter_map(|(key, table)| {
            let mount = mount_path(key, table, sink)?;
            let source = match (table.string("source"), table.get("shared")) {
                (Some(source), None) => bind(scene, source, table),
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
                (None, None) => named(scene, &owner, &path, key, table, volumes, &draft.name),
            };
            Some(Mount {
                name: key.name.clone(),
                path: mount,
                source,
                read_only: table.boolean("read_only").unwrap_or(false),
                compose_only: table.string("only") == Some("compose"),
                propagation: table.string("propagation").and_then(Propagation::parse),
                span: key.span,
            })
        })
        .collect()
}

/// The mounts of a pipeline's tasks.
pub(super) fn pipeline_mounts(
    scene: &Scene,
    pipeline: &str,
    table: &Table,
    volumes: &mut Vec<PlatformVolume>,
    sink: &mut Sink,
) -> Vec<Mount> {
    let owner = pipeline.to_ascii_lowercase().replace('_', "-");
    let path = format!("pipelines.{pipeline}");
    read::tables(table, "volumes")
        .filter_map(|(key, table)| {
            let mount = mount_path(key, table, sink)?;
            let source = match (table.string("source"), table.get("shared")) {
                (Some(source), _) => bind(scene, source, table),
                (None, Some(node)) => shared(scene, node.as_str()?, node.span, sink)?,
                (None, None) => named(scene, &owner, &path, key, table, volumes, ""),
            };
            Some(Mount {
                name: key.name.clone(),
                path: mount,
                source,
                read_only: table.boolean("read_only").unwrap_or(false),
                compose_only: false,
                propagation: None,
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
            .help(format!("write `volumes.{}.mount = \"/data\"`", key.name)),
        );
    }
    mount
}

/// `./x` and `x/` are `x`; `.` stays.
fn bind(_scene: &Scene, source: &str, table: &Table) -> MountSource {
    let trimmed = source.strip_prefix("./").unwrap_or(source);
    let path = match trimmed.trim_end_matches('/') {
        "" if source.starts_with('/') => "/",
        "" => ".",
        path => path,
    };
    MountSource::Bind {
        path: path.to_string(),
        data: table.boolean("data").unwrap_or(false),
    }
}

fn shared(scene: &Scene, name: &str, span: Span, sink: &mut Sink) -> Option<MountSource> {
    if !scene.shared_volumes.iter().any(|known| known == name) {
        let known: Vec<&str> = scene.shared_volumes.iter().map(String::as_str).collect();
        let mut diagnostic = super::draft::unknown("shared volume", name, span, &known);
        if known.is_empty() {
            diagnostic.help = Some(format!(
                "declare it: `[volumes]` and below it `{name} = {{ size = \"10Gi\" }}`"
            ));
        }
        sink.push(diagnostic);
        return None;
    }
    Some(MountSource::Volume(name.to_string()))
}

fn named(
    scene: &Scene,
    owner: &str,
    path: &str,
    key: &Key,
    table: &Table,
    volumes: &mut Vec<PlatformVolume>,
    component: &str,
) -> MountSource {
    let id = format!("{owner}-{}", key.name);
    let volume = PlatformVolume {
        real_name: read::owned(table, "name").unwrap_or_else(|| format!("{}_{id}", scene.platform)),
        key: id.clone(),
        path: format!("{path}.volumes.{}", key.name),
        component: Some(component.to_string()).filter(|name| !name.is_empty()),
        size: read::memory(table, "size"),
        many_writers: false,
        external: table.boolean("external").unwrap_or(false),
        span: key.span,
    };
    // Workloads of one image share the volume; the first that mounts it declares it.
    if !volumes
        .iter()
        .any(|known| known.key == id && known.path == volume.path)
    {
        volumes.push(volume);
    }
    MountSource::Volume(id)
}

/// The platform's shared volumes, from `[volumes]`.
pub(super) fn shared_volumes(tree: &Table, platform: &str) -> Vec<PlatformVolume> {
    read::tables(tree, "volumes")
        .map(|(key, table)| PlatformVolume {
            key: key.name.clone(),
            real_name: read::owned(table, "name")
                .unwrap_or_else(|| format!("{platform}_{}", key.name)),
            path: format!("volumes.{}", key.name),
            component: None,
            size: read::memory(table, "size"),
            many_writers: table.string("access") != Some("one"),
            external: table.boolean("external").unwrap_or(false),
            span: key.span,
        })
        .collect()
}
