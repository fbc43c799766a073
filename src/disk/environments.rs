//! The environments of a project, and the folders of those that are gone.

use std::{collections::BTreeSet, fs, path::Path};

use super::place::GENERATED;
use crate::{files::is_folder_of_a_target, plan::MANIFEST, project::environment_file};

/// The environments of a platform file: each `E` with a `platform.E.toml` beside it, sorted.
pub fn environments(root: &Path, file: &str) -> Vec<String> {
    let ends = environment_file(file, "*");
    let Some((start, end)) = ends.split_once('*') else {
        return Vec::new();
    };
    let found = names_in(root);
    let found = found
        .iter()
        .filter_map(|name| Some(name.strip_prefix(start)?.strip_suffix(end)?.to_string()));
    found.filter(|name| !name.is_empty()).collect()
}

/// Environments whose files were generated and that no file beside platform.toml describes any more, sorted.
///
/// Another platform file may share the folder, so any `*.E.toml` counts.
pub fn gone_environments(root: &Path) -> Vec<String> {
    let files = names_in(root);
    let generated = root.join(GENERATED);
    let is_gone = |name: &String| {
        !is_folder_of_a_target(name)
            && generated.join(name).join(MANIFEST).is_file()
            && !files.iter().any(|file| {
                let stem = file.strip_suffix(".toml");
                stem.is_some_and(|stem| stem.ends_with(&format!(".{name}")))
            })
    };
    names_in(&generated).into_iter().filter(is_gone).collect()
}

/// What lies in a folder, by name.
fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect()
}
