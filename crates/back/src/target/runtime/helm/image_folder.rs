//! Programs that lie in a folder of the image over which a volume is mounted. An engine copies the image's files into a new volume; a
//! claim begins empty, and hides them.

use super::chart::Builder;
use crate::model::{Mount, MountSource, Text, Workload};

/// Endings of files that an interpreter runs.
const SCRIPTS: [&str; 7] = [".sh", ".py", ".jar", ".js", ".mjs", ".rb", ".pl"];

/// Reports the program that a new claim of this mount hides.
pub(super) fn report_hidden_program(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount) {
    if !begins_empty(builder, workload, mount) {
        return;
    }
    let Some(program) = program_below(workload, mount) else {
        return;
    };
    let reason = format!(
        "is mounted over the folder of `{program}`, which the image has: Compose copies the image's files into a new volume, a claim begins empty and hides them. Mount the folder that the program writes to"
    );
    let key = format!("volumes.{}", mount.name);
    builder.losses.key_at(workload, mount.span, &key, &reason);
}

/// Whether nothing else fills it: another workload that mounts it, or whoever made a claim that exists.
fn begins_empty(builder: &Builder<'_>, workload: &Workload, mount: &Mount) -> bool {
    let MountSource::Volume(key) = &mount.source else {
        return false;
    };
    let exists = builder.claims.alone(key).is_some_and(|it| !it.create);
    let mut mounted_by = builder.mounted_by.get(key.as_str()).into_iter().flatten();
    let is_filled = mounted_by.any(|name| *name != workload.name);
    !exists && !is_filled && !mount.read_only
}

/// What runs, where it is a file of the image below the mount.
fn program_below(workload: &Workload, mount: &Mount) -> Option<String> {
    let is_below = |path: &str, folder: &str| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    let is_mounted_itself = |path: &str| {
        let mut files = workload.files.iter().map(|file| file.path.as_str());
        let mut mounts = workload.mounts.iter().filter(|it| it.name != mount.name);
        let is_deeper = |it: &Mount| is_below(&it.path, &mount.path);
        files.any(|file| file == path || is_below(path, file))
            || mounts.any(|it| is_deeper(it) && (it.path == path || is_below(path, &it.path)))
    };
    let programs = programs(workload).into_iter();
    let mut paths = programs.map(|word| absolute(workload, &word));
    paths.find(|path| is_below(path, &mount.path) && !is_mounted_itself(path))
}

/// The first word of what replaces the image's own, and scripts that an interpreter gets.
fn programs(workload: &Workload) -> Vec<String> {
    let mut found = Vec::new();
    for words in [&workload.entrypoint, &workload.command] {
        let words = words.iter().flatten().filter_map(Text::as_plain);
        found.extend(words.enumerate().filter_map(|(index, word)| {
            let is_script = SCRIPTS.iter().any(|ending| word.ends_with(ending));
            let is_path = word.contains('/') && !word.contains(char::is_whitespace);
            ((index == 0 && is_path) || is_script && !word.starts_with('-')).then_some(word)
        }));
    }
    found
}

/// The path of a program: a relative one begins in the working directory.
fn absolute(workload: &Workload, word: &str) -> String {
    match &workload.runtime.working_dir {
        Some(folder) if !word.starts_with('/') => {
            let relative = word.trim_start_matches("./");
            format!("{}/{relative}", folder.trim_end_matches('/'))
        }
        _ => word.to_string(),
    }
}
