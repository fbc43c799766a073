//! The environments of a project, and the folders of those that are gone.

use std::{collections::BTreeSet, path::Path};

use super::folder::{Entry, Folder, Kind, Obstacle};
use crate::{
    files::{GENERATED, output_folder},
    plan::{Failure, MANIFEST},
    project::{bad_environment, environment_file},
    text::visible,
};

/// The environments of a platform file: each `E` with a `platform.E.toml` beside it, sorted.
///
/// Errors: the folder can't be listed, or such a file has a name that is no text.
pub fn environments(root: &Path, file: &str) -> Result<Vec<String>, Failure> {
    let ends = environment_file(file, "*");
    let Some((start, end)) = ends.split_once('*') else {
        return Ok(Vec::new());
    };
    let folder = open(root)?;
    if let Some(name) = unreadable_name(&folder, start, end) {
        return Err(Failure::new(format!(
            "`{}` looks like the file of an environment, and its name is not UTF-8",
            visible(&name)
        ))
        .help("rename it, or move it away"));
    }
    let found = names_in(&folder, root, ".")?;
    let found = found
        .iter()
        .filter_map(|name| Some(name.strip_prefix(start)?.strip_suffix(end)?.to_string()));
    Ok(found.filter(|name| !name.is_empty()).collect())
}

/// Of the environments of a platform file those of which nothing is written yet, sorted.
///
/// Errors: as those of [`environments`].
pub fn unwritten_environments(root: &Path, file: &str) -> Result<Vec<String>, Failure> {
    let folder = open(root)?;
    let is_unwritten = |name: &String| matches!(folder.entry(&manifest_of(name)), Ok(None));
    let all = environments(root, file)?.into_iter();
    Ok(all.filter(is_unwritten).collect())
}

fn manifest_of(environment: &str) -> String {
    format!("{}/{MANIFEST}", output_folder(Some(environment)))
}

/// Environments whose files were generated and that no file beside platform.toml describes any more, sorted.
///
/// Another platform file may share the folder, so any `*.E.toml` counts. Errors: a folder can't be listed.
pub fn removed_environments(root: &Path) -> Result<Vec<String>, Failure> {
    let folder = open(root)?;
    let files = names_in(&folder, root, ".")?;
    let is_file = |path: &str| {
        let entry = folder.entry(path);
        matches!(
            entry,
            Ok(Some(Entry {
                kind: Kind::File,
                ..
            }))
        )
    };
    let is_gone = |name: &String| {
        bad_environment(name).is_none()
            && is_file(&manifest_of(name))
            && !files.iter().any(|file| {
                let stem = file.strip_suffix(".toml");
                stem.is_some_and(|stem| stem.ends_with(&format!(".{name}")))
            })
    };
    let names = names_in(&folder, root, GENERATED)?.into_iter();
    Ok(names.filter(is_gone).collect())
}

/// A name between these two ends that is no UTF-8.
fn unreadable_name(folder: &Folder, start: &str, end: &str) -> Option<String> {
    let names = folder.names(".").unwrap_or_default().into_iter();
    let mut names = names.filter(|(name, _)| name.to_str().is_none());
    let is_between = |name: &str| name.starts_with(start) && name.ends_with(end);
    names
        .find_map(|(name, _)| Some(name.to_string_lossy().into_owned()).filter(|it| is_between(it)))
}

fn open(root: &Path) -> Result<Folder, Failure> {
    Folder::open(root).map_err(|error| Failure::io("open", root, &error))
}

/// What lies in a folder, by name; nothing where there is no such folder.
fn names_in(folder: &Folder, root: &Path, path: &str) -> Result<BTreeSet<String>, Failure> {
    let names = match folder.names(path) {
        Err(obstacle) if obstacle.is_missing() => return Ok(BTreeSet::new()),
        Err(Obstacle::BelowFile(_)) => return Ok(BTreeSet::new()),
        names => names.map_err(|obstacle| obstacle.failure("list", &root.join(path)))?,
    };
    let names = names.into_iter();
    Ok(names
        .filter_map(|(name, _)| name.into_string().ok())
        .collect())
}
