//! Every path of the host that raw keys of Compose name: what they mount, build from and read.

use std::iter;

use super::{
    contexts,
    outside::in_project,
    raw::{RawCompose, RawKeys},
};
use crate::model::Platform;

/// Those of the project from its folder, others as they are written.
pub fn raw_paths(platform: &Platform) -> Vec<String> {
    let raw = RawCompose::of(platform);
    let base = platform.compose_folder();
    let mut paths = Vec::new();
    for service in raw.services() {
        let typed = service.workload.and_then(|it| it.build.as_ref());
        let before = service.keys.pre_start.iter();
        for keys in iter::once(&service.keys).chain(before) {
            let named = named(keys).into_iter();
            paths.extend(named.filter_map(|path| from_project(path, &base)));
        }
        let dockerfile = contexts::dockerfile(&service.keys, typed, &base);
        paths.extend(dockerfile.and_then(|it| from_project(&it.path, &it.base)));
    }
    let folders = raw.volumes.iter().filter_map(|it| it.folder.as_ref());
    let folders = folders.map(|it| it.source.as_str());
    let files = raw.files.iter().map(|it| it.value.as_str());
    paths.extend(
        folders
            .chain(files)
            .filter_map(|path| from_project(path, &base)),
    );
    paths
}

fn named<'a>(keys: &'a RawKeys<'_>) -> Vec<&'a str> {
    let mounts = keys.mounts.iter().map(|it| it.source.as_str());
    // Without such a beginning it is the name of a volume.
    let mounts = mounts.filter(|path| path.starts_with(['.', '/', '~']));
    let read = keys.files.iter().chain(&keys.watched);
    let read = read.chain(&keys.credentials).map(|it| it.value.as_str());
    let built = contexts::folders(keys).map(|(path, _)| path);
    mounts.chain(read).chain(built).collect()
}

/// `None` where it is known only at the start.
fn from_project(path: &str, base: &[&str]) -> Option<String> {
    if path.is_empty() || path.starts_with('$') {
        return None;
    }
    if path.starts_with(['/', '~']) {
        return Some(path.to_string());
    }
    let names = in_project(path, base);
    Some(names.map_or_else(
        || format!("{}/{path}", base.join("/")),
        |names| names.join("/"),
    ))
}
