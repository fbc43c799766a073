//! What images are built from: folders of the project and their Dockerfiles. Compose looks for them when it builds.

use std::collections::BTreeSet;

use super::{
    Scene,
    dockerfile::Dockerfile,
    placed_args::{self, Unknown},
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Build, Component, HostPath, Pipeline},
    source::Span,
    syntax::Table,
    text::all_of,
    value::climbs_out,
    world::{ReadError, World},
};

/// The names under which an engine looks for a Dockerfile that has no name in `build`.
const USUAL: [&str; 3] = ["Dockerfile", "dockerfile", "Containerfile"];

/// A Dockerfile of the project.
pub(super) struct ProjectDockerfile {
    path: String,
    pub text: String,
}

/// The one that a build reads; `None` where it stands elsewhere, or nowhere.
pub(super) fn dockerfile(world: &dyn World, build: &Build) -> Option<ProjectDockerfile> {
    let HostPath::Project(context) = &build.context else {
        return None;
    };
    let names = match build.dockerfile.as_deref() {
        Some(name) if name.starts_with('/') => return None,
        Some(name) => vec![name],
        None => USUAL.to_vec(),
    };
    let mut paths = names.into_iter().map(|name| below(context, name));
    paths.find_map(|path| {
        let bytes = world.read(&path).ok().filter(|_| !climbs_out(&path, 0))?;
        let text = String::from_utf8(bytes).ok()?;
        Some(ProjectDockerfile { path, text })
    })
}

/// Lints folders and Dockerfiles that are not there, and Dockerfiles that take images from elsewhere than the platform.
pub(super) fn check<'a>(
    scene: &Scene<'_>,
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
        let missing = missing(scene.world, build, written);
        let Some((place, diagnostic)) = missing.or_else(|| passing_by(scene, build, written))
        else {
            continue;
        };
        if seen.insert(place) {
            sink.push(diagnostic.of(Some(subject)));
        }
    }
}

/// Images of a Dockerfile that come from elsewhere than the platform's mirror, and where the build is named.
fn passing_by(scene: &Scene<'_>, build: &Build, written: &Table) -> Option<(Span, Diagnostic)> {
    let origins = Some(&scene.origins).filter(|it| it.are_mirrored())?;
    let file = dockerfile(scene.world, build)?;
    let dockerfile = Dockerfile::read(&file.text);
    let images = placed_args::passing_by(origins, &dockerfile, &build.args);
    let first = images.first()?;
    let place = written.get_path(&["build", "dockerfile"]);
    let place = place.or_else(|| written.get_path(&["build", "context"]))?;
    let path = &file.path;
    let message = format!(
        "`{path}` names {}, which `platform.registry` does not change there",
        all_of(&images)
    );
    let diagnostic = Diagnostic::new(Code::TargetLoss, message)
        .label(place.span, "is pulled from where the Dockerfile says")
        .help(by_argument(&dockerfile, build, first, path));
    Some((place.span, diagnostic))
}

/// How an image that a Dockerfile names comes from the mirror: as an argument, which has to have a value.
fn by_argument(dockerfile: &Dockerfile<'_>, build: &Build, image: &str, path: &str) -> String {
    match placed_args::filled(dockerfile, &build.args, image, 0) {
        Ok(_) => {}
        Err(Unknown::Unset(unset)) => {
            return format!(
                "give `{unset}` a value, in `build.args` or behind `ARG {unset}=` in `{path}`: without one the image has no name"
            );
        }
        Err(Unknown::Built(variable)) => return by_registry(dockerfile, image, &variable, path),
    }
    let name = dockerfile.free_argument("BASE");
    let argument = format!("write `ARG {name}={image}` above the first `FROM` of `{path}`");
    match dockerfile.copied.contains(&image) {
        true => format!(
            "{argument}, a stage `FROM ${name} AS source` above the one that copies, and `--from=source` there: an argument comes from the mirror"
        ),
        false => format!("{argument}, and `FROM ${name}`: an argument comes from the mirror"),
    }
}

/// The same where only the build knows the whole name: what stands before its last part is the argument.
fn by_registry(dockerfile: &Dockerfile<'_>, image: &str, variable: &str, path: &str) -> String {
    let known = image.split('$').next().unwrap_or_default();
    let (registry, rest) = match known.rfind('/') {
        Some(at) => (&image[..at], &image[at + 1..]),
        None if !known.is_empty() => ("docker.io/library", image),
        None => {
            return format!(
                "write the registry of the image without `{variable}`: what that stands for is known to the build alone"
            );
        }
    };
    let name = dockerfile.free_argument("REGISTRY");
    format!(
        "write `ARG {name}={registry}` above the first `FROM` of `{path}`, and `FROM ${{{name}}}/{rest}`: an argument comes from the mirror, and what `{variable}` stands for is known to the build alone"
    )
}

fn below(context: &str, name: &str) -> String {
    match context {
        "." | "" => name.to_string(),
        context => format!("{}/{name}", context.trim_end_matches('/')),
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
    let is_missing = |path: &str| matches!(world.read(path), Err(ReadError::Missing));
    let Some(named) = build.dockerfile.as_deref() else {
        let none = USUAL.iter().all(|name| is_missing(&below(context, name)));
        let message = format!("`{context}` has no Dockerfile");
        return none.then(|| {
            (
                folder,
                lint(message, folder, "nothing says how to build it"),
            )
        });
    };
    let path = below(context, named);
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
