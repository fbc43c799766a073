//! Reads the output folder into a [`Found`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use walkdir::WalkDir;

use super::{
    lock::Lock,
    place::{Place, leaves},
};
use crate::{
    files::{FileSet, Stub, Target},
    plan::{Failure, Found, MANIFEST, State},
};

/// Written by `mlopsgen env init` and meant to lie there.
const DOTENV: &str = "compose/.env";

/// What a plan wants to know of the disk.
pub struct Extent<'a> {
    /// Relative to the output folder.
    pub paths: &'a BTreeSet<String>,
    /// What is to stand there.
    pub wanted: &'a FileSet,
    pub stubs: &'a [Stub],
    /// With the lock in hand, working files are one's own and not those of an interrupted run.
    pub lock: Option<&'a Lock>,
}

/// The manifest's bytes, `None` where there is none.
pub fn read_manifest(place: &Place) -> Result<Option<Vec<u8>>, Failure> {
    let path = place.root().join(MANIFEST);
    match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => {
            return Err(Failure::new(format!(
                "`{}` is a symbolic link, and a file must be there",
                path.display()
            ))
            .help("remove it"));
        }
        _ => {}
    }
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", &path, &error)),
    }
}

/// Reads the states of the paths asked for, and lists everything else.
pub fn survey(place: &Place, extent: &Extent) -> Result<Found, Failure> {
    let root = place.root();
    let mut found = Found {
        manifest: read_manifest(place)?,
        leftovers: extent.lock.is_none() && Lock::is_work_unfinished(place),
        ..Found::default()
    };
    let files = files_below(place);
    look(&root, extent, &files, &mut found);
    found.others = others(&files, extent.paths);
    for stub in extent.stubs {
        if fs::symlink_metadata(place.project().join(&stub.path)).is_ok() {
            found.stubs.push(stub.path.clone());
        }
    }
    Ok(found)
}

/// Looks at the paths asked for. A file that was listed is read; of any other path each folder is looked at.
fn look(root: &Path, extent: &Extent, files: &BTreeMap<String, Listed>, found: &mut Found) {
    let paths: Vec<&String> = extent.paths.iter().collect();
    let looked: Vec<Option<Looked>> = paths
        .par_iter()
        .map(|path| {
            let state = match files.get(*path) {
                Some(Listed::File) => contents(&root.join(path)),
                Some(Listed::Other) | None => state(root, path)?,
            };
            let wanted = extent.wanted.files.get(*path);
            let is_wanted = |bytes: &[u8]| wanted.is_some_and(|it| it.text.as_bytes() == bytes);
            match state {
                // Most files of most runs: there is nothing to keep of them.
                State::File(bytes) if is_wanted(&bytes) => Some(Looked::AsWanted),
                state => Some(Looked::Otherwise(state)),
            }
        })
        .collect();
    for (path, looked) in paths.into_iter().zip(looked) {
        match looked {
            Some(Looked::AsWanted) => {
                found.as_wanted.insert(path.clone());
            }
            Some(Looked::Otherwise(state)) => {
                found.states.insert(path.clone(), state);
            }
            None => {}
        }
    }
}

/// What one path is.
enum Looked {
    AsWanted,
    Otherwise(State),
}

/// What stands at a path below a folder; `None` where nothing does.
pub(super) fn state(root: &Path, path: &str) -> Option<State> {
    let parts: Vec<&str> = path.split('/').collect();
    for depth in 1..=parts.len() {
        let here = parts[..depth].join("/");
        let is_last = depth == parts.len();
        let full = root.join(&here);
        let metadata = match fs::symlink_metadata(&full) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return Some(State::Unreadable(error.to_string())),
            Ok(metadata) => metadata,
        };
        if metadata.is_symlink() && leaves(root, &full) {
            return Some(State::Outside(here));
        }
        let is_folder = full.is_dir();
        if is_last {
            return Some(if is_folder {
                State::Folder
            } else {
                read(&full)
            });
        }
        if !is_folder {
            return Some(State::BelowFile(here));
        }
    }
    None
}

fn read(path: &Path) -> State {
    if !path.is_file() {
        return State::Unreadable("it is neither a file nor a folder".to_string());
    }
    contents(path)
}

fn contents(path: &Path) -> State {
    match fs::read(path) {
        Ok(bytes) => State::File(bytes),
        Err(error) => State::Unreadable(error.to_string()),
    }
}

/// What a walk over the output folder says of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Listed {
    /// A file, in folders that are no links.
    File,
    /// A link, or anything else that is no folder.
    Other,
}

/// Everything below the output folder that is no folder, but a run's own working files and other environments. Links are
/// not followed.
fn files_below(place: &Place) -> BTreeMap<String, Listed> {
    let root = place.root();
    WalkDir::new(&root)
        .into_iter()
        .filter_entry(|entry| {
            entry.path() != place.work()
                && (place.is_environment()
                    || entry.depth() != 1
                    || !is_environment_folder(entry.path()))
        })
        // A foreign folder that can't be read is none of a plan's business.
        .filter_map(Result::ok)
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(|entry| {
            let listed = match entry.file_type().is_file() {
                true => Listed::File,
                false => Listed::Other,
            };
            Some((relative(&root, entry.into_path())?, listed))
        })
        .collect()
}

/// All files that are neither asked for nor a run's own furniture, sorted.
fn others(files: &BTreeMap<String, Listed>, paths: &BTreeSet<String>) -> Vec<String> {
    let foreign = |path: &&String| {
        *path != MANIFEST && *path != DOTENV && !paths.contains(*path) && !leads_to_any(path, paths)
    };
    files.keys().filter(foreign).cloned().collect()
}

/// Another environment's output lies in the base's, and is known by a manifest of its own.
fn is_environment_folder(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Target::from_name(&name).is_none() && path.join(MANIFEST).is_file()
}

/// A link to a folder is a file to a walk, and part of the way to the files asked for.
fn leads_to_any(path: &str, paths: &BTreeSet<String>) -> bool {
    let below = format!("{path}/");
    paths
        .range(below.clone()..)
        .next()
        .is_some_and(|next| next.starts_with(&below))
}

fn relative(root: &Path, path: PathBuf) -> Option<String> {
    let relative = path.strip_prefix(root).ok()?;
    let parts: Vec<_> = relative
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    Some(parts.join("/"))
}
