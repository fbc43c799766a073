//! Mounts that lie in one another: an engine makes the point where the inner one is mounted, and can't in every outer one.

use std::collections::BTreeMap;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, FileMount, Workload},
    source::Span,
};

/// What stands at a path in a container.
struct Place<'a> {
    /// Without slashes at its ends, each part once.
    path: String,
    span: Span,
    file: Option<&'a FileMount>,
}

/// Something mounted below a file, or below a folder of the project that has no such entry.
pub(super) fn mounts(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let places = places(workload);
        let mut files: BTreeMap<&str, Vec<(usize, &FileMount)>> = BTreeMap::new();
        for (index, place) in places.iter().enumerate() {
            if let Some(file) = place.file {
                files.entry(&place.path).or_default().push((index, file));
            }
        }
        for inner in &places {
            // The folders around a path are few, what is mounted may be a lot.
            let slashes = inner.path.match_indices('/');
            let mut around: Vec<(usize, &FileMount, &str)> = slashes
                .filter_map(|(at, _)| Some((files.get(&inner.path[..at])?, &inner.path[at + 1..])))
                .flat_map(|(files, rest)| {
                    files.iter().map(move |(index, file)| (*index, *file, rest))
                })
                .collect();
            around.sort_by_key(|(index, ..)| *index);
            let mut around = around.into_iter();
            let found = around.find_map(|(index, file, rest)| {
                Some((&places[index], refusal(file, rest, inner)?))
            });
            if let Some((outer, (why, help))) = found {
                let name = &workload.name;
                let path = &inner.path;
                sink.push(
                    Diagnostic::new(
                        Code::MountNested,
                        format!("nothing can be mounted at `/{path}` of `{name}`"),
                    )
                    .label(outer.span, why)
                    .label(inner.span, "and this lies below it")
                    .help(help),
                );
            }
        }
    }
}

fn places(workload: &Workload) -> Vec<Place<'_>> {
    let volumes = workload.mounts.iter().map(|it| (&it.path, it.span, None));
    let files = workload.files.iter();
    let files = files.map(|it| (&it.path, it.span, Some(it)));
    let written = workload.written.entry("tmpfs");
    let span = written.map_or(workload.span, |entry| entry.key.span);
    let memory = workload.runtime.tmpfs.iter();
    let memory = memory.map(|it| (&it.path, span, None));
    volumes
        .chain(files)
        .chain(memory)
        .map(|(path, span, file)| Place {
            path: normal(path),
            span,
            file,
        })
        .collect()
}

fn normal(path: &str) -> String {
    let parts = path.split('/');
    let parts = parts.filter(|part| !matches!(*part, "" | "."));
    parts.collect::<Vec<_>>().join("/")
}

/// Why the engine can't make the mount point, and what to write instead.
fn refusal(outer: &FileMount, rest: &str, inner: &Place<'_>) -> Option<(&'static str, String)> {
    match &outer.content {
        FileContent::Text { .. } | FileContent::Project { .. } | FileContent::Secret(_) => Some((
            "is a file, which holds nothing",
            "mount one of the two elsewhere".to_string(),
        )),
        FileContent::Folder { path, files } => {
            let folder = format!("{rest}/");
            let is_there =
                files.iter().any(|(name, _)| match inner.file {
                    Some(FileMount {
                        content:
                            FileContent::Text { .. }
                            | FileContent::Project { .. }
                            | FileContent::Secret(_),
                        ..
                    }) => name == rest,
                    _ => name.starts_with(&folder),
                });
            let help = format!(
                "put `{rest}` into `{path}` of the project, which is what is mounted over; or mount one of the two elsewhere"
            );
            let why = "is a folder that the container can't write to";
            (!is_there).then_some((why, help))
        }
        FileContent::Stubs | FileContent::Generated(_) => None,
    }
}
