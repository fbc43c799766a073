//! Paths of the host that a repository should not reach: outside of the project, git's own folder, where secrets are kept. Typed keys
//! and raw keys of Compose have the same rules.

use std::iter;

use super::{
    Facts,
    raw::{Found, RawBuild, RawCompose, RawKeys, RawService},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::{GENERATED, is_folder_of_a_target},
    model::{Build, HostPath, Mount, Platform},
    source::Span,
    value::{climbs_out, is_git_folder},
};

/// What is said of a source in a typed key.
const SOURCE: &str = "a source outside of the project's folder";

/// What is said of a path in a raw key.
const RAW: &str = "a raw key reads it from outside of the project's folder";

/// Bind sources that leave the project through `..`, or lead to what is git's or a run's: an error where nothing gives it another
/// level.
pub(super) fn sources(facts: Facts<'_>, sink: &mut Sink) {
    let own = facts.platform.workloads().flat_map(|workload| {
        let mounts = workload.mounts.iter();
        mounts.map(move |mount| (mount, Some(workload.component.as_str())))
    });
    let pipelines = facts.platform.pipelines.iter();
    let pipelines = pipelines.flat_map(|it| it.volumes.iter().map(|mount| (mount, None)));
    for (mount, component) in own.chain(pipelines) {
        source(mount, component, sink);
    }
}

fn source(mount: &Mount, component: Option<&str>, sink: &mut Sink) {
    let Some(path) = mount.source.on_host() else {
        return;
    };
    if let (true, Some(component)) = (is_program(path.as_str()), component) {
        sink.push(
            Diagnostic::new(
                Code::OutsideSource,
                format!("`{path}` is a program of the host"),
            )
            .about(component)
            .label(mount.span, "another machine may lack it, or have one for another system")
            .help("use an image that has the program, or accept it with `allow = [\"outside-source\"]`"),
        );
    }
    let HostPath::Project(path) = path else {
        return;
    };
    if climbs_out(path, 0) {
        sink.push(leaves(path, component, mount.span, SOURCE));
    } else if let Some(why) = in_project(path, &[]).and_then(|it| why_not_mounted(&it)) {
        sink.push(not_mounted(
            &format!("`{path}`"),
            why,
            component,
            mount.span,
        ));
    }
}

/// Contexts and Dockerfiles outside of the project: what is in them gets into an image.
pub(super) fn builds(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let own = platform.workloads().filter_map(|workload| {
        let build = workload.build.as_ref()?;
        let component = Some(workload.component.as_str());
        Some((build, &workload.written, workload.span, component))
    });
    let pipelines = platform.pipelines.iter().filter_map(|pipeline| {
        let build = pipeline.build.as_ref()?;
        Some((build, &pipeline.written, pipeline.span, None))
    });
    for (build, written, span, component) in own.chain(pipelines) {
        let Some((key, path)) = outside_of_build(build) else {
            continue;
        };
        let node = written.get_path(&["build", key]);
        let span = node.map_or(span, |node| node.span);
        sink.push(leaves(path, component, span, SOURCE));
    }
}

/// The key of a build whose path leaves the project, and the path.
fn outside_of_build(build: &Build) -> Option<(&'static str, &str)> {
    let HostPath::Project(context) = &build.context else {
        return None;
    };
    if climbs_out(context, 0) {
        return Some(("context", context));
    }
    let dockerfile = build.dockerfile.as_deref()?;
    let is_outside = dockerfile.starts_with('/') || climbs_out(&below(context, dockerfile), 0);
    is_outside.then_some(("dockerfile", dockerfile))
}

/// A path as it is read from a folder.
fn below(folder: &str, path: &str) -> String {
    match path.starts_with(['/', '~']) {
        true => path.to_string(),
        false => format!("{folder}/{path}"),
    }
}

/// Whether a path of the host is where programs lie.
fn is_program(path: &str) -> bool {
    [
        "/bin/",
        "/sbin/",
        "/usr/bin/",
        "/usr/sbin/",
        "/usr/local/bin/",
    ]
    .iter()
    .any(|folder| path.starts_with(folder))
}

/// Paths that leave the project, in raw keys of services, and files of `configs` and `secrets`: an error where nothing gives
/// it another level.
pub(super) fn raw_sources(facts: Facts<'_>, sink: &mut Sink) {
    let (platform, raw) = (facts.platform, facts.raw);
    for of_service in raw.services() {
        service(platform, of_service, sink);
    }
    for found in of_platform(raw, platform.compose_folder().len()) {
        sink.push(leaves(&found.value, None, raw.places.of(found.by), RAW));
    }
}

/// The paths of `[raw.compose]`, but for its services, that leave the project.
fn of_platform<'a>(raw: &RawCompose<'a>, depth: usize) -> Vec<Found<'a, String>> {
    let read = raw.files.iter().filter(|it| is_read_outside(it, depth));
    // A folder behind a volume is a bind mount, and an absolute one is like others.
    let folders = raw.volumes.iter().map(|it| &it.folder);
    let folders = folders.filter(|it| is_outside(&it.source, depth));
    let folders = folders.map(|it| Found {
        value: it.source.clone(),
        by: it.by,
    });
    read.cloned().chain(folders).collect()
}

/// The raw keys of a service.
fn service(platform: &Platform, raw: &RawService<'_>, sink: &mut Sink) {
    let component = raw.workload.map(|it| it.component.as_str());
    let build = raw.workload.and_then(|it| it.build.as_ref());
    // Compose reads relative paths from the folder of its files.
    let base = platform.compose_folder();
    let before = raw.keys.pre_start.iter();
    let before_found = before
        .clone()
        .flat_map(|it| of_service(it, None, base.len()));
    for found in of_service(&raw.keys, build, base.len())
        .into_iter()
        .chain(before_found)
    {
        let place = raw.places.of(found.by);
        sink.push(leaves(&found.value, component, place, RAW));
    }
    let all = || iter::once(&raw.keys).chain(before.clone());
    let folders = all().flat_map(|it| &it.mounts);
    let folders = folders.map(|it| (&it.source, it.by));
    let folders = folders.filter(|(path, _)| path.starts_with('.'));
    let read = all().flat_map(|it| &it.files).map(|it| (&it.value, it.by));
    let read = read.filter(|(path, _)| !path.starts_with(['/', '~', '$']));
    let named = folders.map(|it| (it, Use::Mount));
    let named = named.chain(read.map(|it| (it, Use::Read)));
    for ((path, by), how) in named {
        let names = in_project(path, &base).unwrap_or_default();
        let meant = meant(platform, path, &names, how);
        let other = meant.as_ref().map(|_| how.other());
        let Some(why) = other.or_else(|| why_not_mounted(&names)) else {
            continue;
        };
        let shown = format!("`{path}`, which is `{}` of the project,", names.join("/"));
        let diagnostic = not_mounted(&shown, why, component, raw.places.of(by));
        sink.push(match (meant, how) {
            (Some(help), _) => diagnostic.help(help),
            (None, Use::Mount) => diagnostic,
            (None, Use::Read) => diagnostic.help(format!(
                "name the file that is meant, or accept it with {}",
                accept(component)
            )),
        });
    }
}

/// What an engine does with a path.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Mount,
    Read,
}

impl Use {
    /// Why no container should get a path of `generated/` in place of one of the project.
    fn other(self) -> &'static str {
        match self {
            Use::Mount => "is another folder than without an environment",
            Use::Read => "is another file than without an environment",
        }
    }
}

/// How to name what a path means in the files of the platform without an environment, where it is a folder of the project there and
/// has these names below `generated/` here: the files of an environment lie a folder deeper.
fn meant(platform: &Platform, path: &str, names: &[&str], how: Use) -> Option<String> {
    let environment = platform.environment.as_ref()?;
    let of_base = in_project(path, &[GENERATED, "compose"])?;
    let is_generated = |names: &[&str]| names.first() == Some(&GENERATED);
    let of_base = (is_generated(names) && !is_generated(&of_base)).then(|| of_base.join("/"))?;
    let here = format!(
        "without an environment it is `{of_base}`: for that write `../{path}` in platform.{environment}.toml"
    );
    Some(match how {
        Use::Read => here,
        Use::Mount => format!(
            "{here}, or a key of `volumes` with `source = \"{of_base}\"`, which is the same folder in every environment"
        ),
    })
}

fn leaves(path: &str, component: Option<&str>, span: Span, label: &str) -> Diagnostic {
    let message = format!("`{path}` leaves the project");
    let help = format!(
        "move it into the project, or accept it with {}",
        accept(component)
    );
    denied(message, component).label(span, label).help(help)
}

/// `shown`: the path in a message.
fn not_mounted(shown: &str, why: &str, component: Option<&str>, span: Span) -> Diagnostic {
    let help = format!(
        "mount the file or folder that is meant, or accept it with {}",
        accept(component)
    );
    denied(format!("{shown} {why}"), component)
        .label(span, "the container gets all of it")
        .help(help)
}

fn accept(component: Option<&str>) -> &'static str {
    match component {
        Some(_) => "`allow = [\"outside-source\"]`",
        None => "`[lints]` `outside-source = \"allow\"`",
    }
}

fn denied(message: String, component: Option<&str>) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::OutsideSource, message).denied();
    diagnostic.component = component.map(ToString::to_string);
    diagnostic
}

/// The names of a path of the project, which is read from the folders `base` of it; `None`: it leaves the project.
fn in_project<'a>(path: &'a str, base: &[&'a str]) -> Option<Vec<&'a str>> {
    let mut names: Vec<&str> = base.to_vec();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name),
        }
    }
    Some(names)
}

/// Why no container should get what has these names in the project, as what follows the path; `None`: it may.
fn why_not_mounted(names: &[&str]) -> Option<&'static str> {
    if names.iter().copied().any(is_git_folder) {
        return Some(
            "is git's own: credentials may lie there, and git runs programs that are written there",
        );
    }
    let (first, rest) = names.split_first()?;
    let is_output = first.eq_ignore_ascii_case(GENERATED);
    (is_output && holds_secrets(rest))
        .then_some("may hold secrets of the platform, or files that a run keeps for itself")
}

/// Whether the `.env` of an output folder, or what a run keeps for itself, is at a path below `generated/`.
fn holds_secrets(names: &[&str]) -> bool {
    let is_own = |name: &str| name.starts_with(".mlopsgen");
    let of_environment = match names {
        [first, rest @ ..] if !is_folder_of_a_target(first) && !is_own(first) => rest,
        names => names,
    };
    match of_environment {
        [] | ["compose"] => true,
        ["compose", name, ..] => *name == ".env",
        [name, ..] => is_own(name),
    }
}

/// The paths of a service that leave the project. Absolute folders are bind mounts like others; files are read as they are.
/// `typed`: what it is built from without raw keys.
fn of_service<'a>(
    keys: &RawKeys<'a>,
    typed: Option<&Build>,
    depth: usize,
) -> Vec<Found<'a, String>> {
    let mounted = keys.mounts.iter().map(|it| Found {
        value: it.source.clone(),
        by: it.by,
    });
    let build = keys.build.as_ref();
    let built = build
        .into_iter()
        .flat_map(|it| it.context.iter().chain(&it.contexts));
    let folders = mounted.chain(built.chain(&keys.watched).cloned());
    let folders = folders.filter(|it| is_outside(&it.value, depth));
    let read = keys.files.iter().chain(&keys.credentials);
    let read = read.filter(|it| is_read_outside(it, depth));
    let dockerfile = build.and_then(|it| outside_dockerfile(it, typed, depth));
    folders.chain(read.chain(dockerfile).cloned()).collect()
}

/// Whether a file is read from outside of the project.
fn is_read_outside(file: &Found<'_, String>, depth: usize) -> bool {
    is_outside(&file.value, depth) || file.value.starts_with('/')
}

/// A Dockerfile outside of the project. It is read from the context: that of the raw keys, or the typed one.
fn outside_dockerfile<'a, 'b>(
    build: &'b RawBuild<'a>,
    typed: Option<&Build>,
    depth: usize,
) -> Option<&'b Found<'a, String>> {
    let found = build.dockerfile.as_ref()?;
    let dockerfile = &found.value;
    let context = build.context.as_ref().map_or("", |it| &it.value);
    let (context, depth) = match typed.map(|it| &it.context) {
        Some(HostPath::Project(typed)) if context.is_empty() => (typed.as_str(), 0),
        _ => (context, depth),
    };
    // One of a repository elsewhere is that repository's.
    let is_here =
        !context.starts_with('/') && !context.contains("://") && !is_outside(context, depth);
    let is_read_outside =
        dockerfile.starts_with('/') || is_here && is_outside(&below(context, dockerfile), depth);
    is_read_outside.then_some(found)
}

/// Whether a path is in a home, or climbs out of the project from a folder that lies so deep in it.
fn is_outside(path: &str, depth: usize) -> bool {
    path.starts_with('~') || climbs_out(path, depth)
}

#[cfg(test)]
mod tests {
    use super::{in_project, is_outside, why_not_mounted};

    #[test]
    fn a_path_may_climb_to_the_project_and_not_above() {
        for path in [
            "x",
            "./x",
            "../../models",
            "../../a/../b",
            "/srv",
            "data",
            "",
        ] {
            assert!(!is_outside(path, 2), "{path}");
        }
        for path in [
            "~",
            "~/.ssh",
            "../../../x",
            "../../a/../../b",
            "x/../../../..",
        ] {
            assert!(is_outside(path, 2), "{path}");
        }
        assert!(!is_outside("../../../x", 3));
    }

    #[test]
    fn what_is_git_s_or_a_run_s_is_not_mounted() {
        let compose = ["generated", "compose"];
        for (path, base) in [
            (".git", &[][..]),
            ("sub/.GIT/hooks", &[]),
            ("generated", &[]),
            ("./generated/", &[]),
            ("generated/compose", &[]),
            ("generated/compose/.env", &[]),
            ("generated/prod", &[]),
            ("generated/prod/compose", &[]),
            ("generated/.mlopsgen.json", &[]),
            ("..", &compose),
            (".", &compose),
            ("../../.git/hooks", &compose),
            ("../prod/compose/.env", &compose),
        ] {
            let names = in_project(path, base).expect("it is in the project");
            assert!(why_not_mounted(&names).is_some(), "{path}");
        }
        for (path, base) in [
            (".", &[][..]),
            ("models", &[]),
            (".github", &[]),
            ("generated/airflow/dags", &[]),
            ("generated/config/api/x.yaml", &[]),
            ("generated/prod/grafana", &[]),
            ("../..", &compose),
            ("../../models", &compose),
            ("../airflow/dags", &compose),
            ("./data", &compose),
        ] {
            let names = in_project(path, base).expect("it is in the project");
            assert_eq!(why_not_mounted(&names), None, "{path}");
        }
    }
}
