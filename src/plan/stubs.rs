//! Bodies of stubs that the user wrote, of a pipeline that has another name now: nobody reads them any more.

use std::collections::BTreeSet;

use super::{Consequence, Inputs, manifest::Recorded};
use crate::fileset::{FileSet, Stub};

/// Every path of a stub that a plan depends on: those that are wanted, and those that the same tasks had in pipelines that are gone.
pub fn stubs_of_interest(wanted: &FileSet, recorded: &Recorded) -> Vec<String> {
    let gone = gone(wanted, recorded);
    let of_gone = |stub: &Stub| -> Vec<String> {
        let gone = gone.iter();
        gone.filter_map(|pipeline| in_pipeline(&stub.path, pipeline))
            .collect()
    };
    let now = wanted.stubs.iter().map(|stub| stub.path.clone());
    let before = wanted.stubs.iter().flat_map(of_gone);
    let all: BTreeSet<String> = now.chain(before).collect();
    all.into_iter().collect()
}

/// The bodies that are there, each in the place of a stub that would be made empty.
pub(super) fn replaced_stubs(inputs: &Inputs<'_>) -> Vec<Consequence> {
    let is_there = |path: &String| inputs.found.stubs.contains(path);
    let gone = gone(inputs.wanted, inputs.recorded);
    let stubs = inputs.wanted.stubs.iter();
    let missing = stubs.filter(|stub| !is_there(&stub.path));
    let mut left = Vec::new();
    for stub in missing {
        let before = gone.iter();
        let before = before.filter_map(|pipeline| in_pipeline(&stub.path, pipeline));
        left.extend(
            before
                .filter(is_there)
                .map(|from| Consequence::StubReplaced {
                    from,
                    to: stub.path.clone(),
                }),
        );
    }
    left
}

/// The pipelines that the manifest has a DAG of, and platform.toml has no more.
fn gone(wanted: &FileSet, recorded: &Recorded) -> BTreeSet<String> {
    if wanted.stubs.is_empty() {
        return BTreeSet::new();
    }
    let before = recorded.manifest.files.keys();
    let gone = before.filter(|path| !wanted.files.contains_key(*path));
    let names = gone.filter_map(|path| {
        let (_, file) = path.split_once("/dags/")?;
        file.strip_suffix(".py").filter(|name| !name.contains('/'))
    });
    names.map(str::to_string).collect()
}

/// The path of the same task in another pipeline: `dags/OTHER/TASK.py`.
fn in_pipeline(path: &str, pipeline: &str) -> Option<String> {
    let (folder, task) = path.rsplit_once('/')?;
    let (dags, name) = folder.rsplit_once('/')?;
    (name != pipeline).then(|| format!("{dags}/{pipeline}/{task}"))
}
