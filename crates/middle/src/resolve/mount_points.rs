//! What the project has where something else is mounted below a folder of it that is bound.

use std::collections::BTreeMap;

use super::{Scene, project_files::leaves_project};
use crate::{
    expand::read,
    files::{GENERATED, Site, Target},
    model::{FileMount, Found, Mount, MountPoint, MountSource, Tmpfs},
    value::{plain_path, why_not_read},
    world::{ReadError, World},
};

/// The mounts with what the project has, in each folder of it that is bound, where something else is mounted. Only engines bind them:
/// in a cluster nothing is mounted there.
pub(super) fn found(
    scene: &Scene<'_>,
    mounts: Vec<Mount>,
    (files, memory): (&[FileMount], &[Tmpfs]),
) -> Vec<Mount> {
    let targets = read::targets(scene.draft.tree.table("platform"));
    if !Target::any_runs_on(&targets, Site::Engine) {
        return mounts;
    }
    let volumes = mounts.iter().map(|it| (&it.path, Inner::Folder));
    let memory = memory.iter().map(|it| (&it.path, Inner::Folder));
    let files = files.iter().map(|it| (&it.path, Inner::File));
    let all = volumes.chain(memory).chain(files);
    let paths: BTreeMap<String, Inner> = all.map(|(path, it)| (plain_path(path), it)).collect();
    let mounts = mounts.into_iter().map(|mount| Mount {
        points: points(scene.world, &mount, &paths),
        ..mount
    });
    mounts.collect()
}

/// A folder that is not there yet says nothing: something may fill it before the engine starts.
fn points(world: &dyn World, mount: &Mount, paths: &BTreeMap<String, Inner>) -> Vec<MountPoint> {
    let MountSource::Bind { path, .. } = &mount.source else {
        return Vec::new();
    };
    let folder = plain_path(path.as_str());
    let is_out = folder.is_empty() || leaves_project(path.as_str());
    if is_out || why_not_read(&folder, GENERATED).is_some() {
        return Vec::new();
    }
    let around = format!("{}/", plain_path(&mount.path));
    // In a writable folder the engine creates the mount point itself, and nothing from the kind is hidden.
    let matters = |inner: Inner| mount.read_only || inner == Inner::File;
    let mut below = paths
        .range(around.clone()..)
        .map_while(|(path, inner)| Some((path.strip_prefix(&around)?, *inner)))
        .filter(|(_, inner)| matters(*inner))
        .peekable();
    if below.peek().is_none() || world.read(&folder) != Err(ReadError::Directory) {
        return Vec::new();
    }
    let points = below.filter_map(|(below, inner)| {
        Some(MountPoint {
            below: below.to_string(),
            found: at(world, &format!("{folder}/{below}"), inner)?,
        })
    });
    points.collect()
}

/// What is mounted in a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inner {
    /// A file, or a folder of files that are read when compiling.
    File,
    /// A volume, a folder of the host, memory: what it hides may be a lot of data, and is not looked at.
    Folder,
}

/// What lies there; `None` where that can't be told.
fn at(world: &dyn World, path: &str, inner: Inner) -> Option<Found> {
    if why_not_read(path, GENERATED).is_some() {
        return None;
    }
    match (world.read(path), inner) {
        (Ok(bytes), _) => Some(Found::of(&bytes)),
        (Err(ReadError::Missing), _) => Some(Found::Nothing),
        (Err(ReadError::Directory), Inner::Folder) => Some(Found::Place),
        (Err(ReadError::Directory), Inner::File) => {
            let mut files = world.list(path).files.into_iter();
            let tells = |file: String| world.read(&file).map(|it| Found::of(&it));
            match files.any(|file| tells(file) == Ok(Found::Text)) {
                true => Some(Found::Text),
                false => Some(Found::Place),
            }
        }
        (Err(_), _) => None,
    }
}
