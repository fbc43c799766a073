//! What images are built from: folders of the project and their Dockerfiles. Compose looks for them when it builds.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Build, Component, HostPath, Pipeline},
    source::Span,
    syntax::Table,
    value::climbs_out,
    world::{ReadError, World},
};

/// The names under which an engine looks for a Dockerfile that has no name in `build`.
const USUAL: [&str; 3] = ["Dockerfile", "dockerfile", "Containerfile"];

/// Lints folders and Dockerfiles that are not there.
pub(super) fn check<'a>(
    world: &dyn World,
    components: impl Iterator<Item = &'a Component>,
    pipelines: &[Pipeline],
    sink: &mut Sink,
) {
    // Raw keys may build from elsewhere.
    let workloads = components.flat_map(|component| &component.workloads);
    let workloads = workloads.filter(|it| it.raw_compose.get("build").is_none());
    let of_components = workloads.filter_map(|workload| {
        let subject = Subject::Component(workload.component.clone());
        Some((workload.build.as_ref()?, &workload.written, subject))
    });
    let of_pipelines = pipelines.iter();
    let of_pipelines = of_pipelines.filter_map(|it| {
        let subject = Subject::Pipeline(it.name.clone());
        Some((it.build.as_ref()?, &it.written, subject))
    });
    let mut seen: BTreeSet<Span> = BTreeSet::new();
    for (build, written, subject) in of_components.chain(of_pipelines) {
        let Some((place, diagnostic)) = missing(world, build, written) else {
            continue;
        };
        if seen.insert(place) {
            sink.push(diagnostic.of(Some(subject)));
        }
    }
}

/// What a build lacks, and where it is named.
fn missing(world: &dyn World, build: &Build, written: &Table) -> Option<(Span, Diagnostic)> {
    let HostPath::Project(context) = &build.context else {
        return None;
    };
    if climbs_out(context, 0) {
        return None;
    }
    let folder = written.get_path(&["build", "context"])?.span;
    match world.read(context) {
        Err(ReadError::Missing) => {
            let message = format!("`{context}` does not exist: there is nothing to build");
            return Some((folder, lint(message, folder, "no such folder")));
        }
        Err(ReadError::Directory) => {}
        Ok(_) => {
            let message = format!("`{context}` is a file: an image is built from a folder");
            return Some((folder, lint(message, folder, "not a folder")));
        }
        // A link, or what can't be read: an engine may see more.
        Err(_) => return None,
    }
    let below = |name: &str| match context.as_str() {
        "." | "" => name.to_string(),
        context => format!("{}/{name}", context.trim_end_matches('/')),
    };
    let is_missing = |path: &str| matches!(world.read(path), Err(ReadError::Missing));
    let Some(named) = build.dockerfile.as_deref() else {
        let none = USUAL.iter().all(|name| is_missing(&below(name)));
        let message = format!("`{context}` has no Dockerfile");
        return none.then(|| {
            (
                folder,
                lint(message, folder, "nothing says how to build it"),
            )
        });
    };
    let path = below(named);
    if named.starts_with('/') || climbs_out(&path, 0) || !is_missing(&path) {
        return None;
    }
    let place = written.get_path(&["build", "dockerfile"])?.span;
    let message = format!("`{path}` does not exist");
    Some((place, lint(message, place, "no such file in the folder")))
}

fn lint(message: String, place: Span, label: &str) -> Diagnostic {
    Diagnostic::new(Code::BuildMissing, message)
        .label(place, label)
        .help(
            "paths are relative to the folder of platform.toml, that of a Dockerfile to `context`",
        )
}
