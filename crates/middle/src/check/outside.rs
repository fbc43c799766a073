//! Paths of the host that a repository should not reach: outside of the project, git's own folder, where secrets are kept. Typed keys
//! and raw keys of Compose have the same rules.

use std::iter;

use super::{
    Facts,
    contexts::{self, RawDockerfile},
    raw::{Found, RawCompose, RawKeys, RawService},
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    files::{GENERATED, is_folder_of_a_target},
    model::{HostPath, Mount, Platform},
    resolve::{OUTSIDE_SOURCE, path_leaves_project},
    source::Span,
    value::{climbs_out, is_git_folder},
};

/// What is said of a chart's folder.
const CHART: &str = "Helm packs what lies there into the platform's chart";

/// What is said of a path in a raw key.
const RAW: &str = "a raw key reads it from outside of the project's folder";

/// Bind sources that leave the project through `..`, or lead to what is git's or a run's: an error where nothing gives it another
/// level.
pub(super) fn sources(facts: Facts<'_>, sink: &mut Sink) {
    let own = facts.platform.workloads().flat_map(|workload| {
        let subject = || Subject::Component(workload.component.clone());
        let mounts = workload.mounts.iter();
        mounts.map(move |mount| (mount, subject()))
    });
    let pipelines = facts.platform.pipelines.iter();
    let pipelines = pipelines.flat_map(|pipeline| {
        let subject = || Subject::Pipeline(pipeline.name.clone());
        let mounts = pipeline.volumes.iter();
        mounts.map(move |mount| (mount, subject()))
    });
    for (mount, subject) in own.chain(pipelines) {
        source(mount, &subject, sink);
    }
}

/// Charts of others that Helm packs from a folder of this machine into the platform's own.
pub(super) fn charts(facts: Facts<'_>, sink: &mut Sink) {
    // Helm reads a relative path from the folder of the platform's chart, which is as deep as Compose's and one more.
    let depth = facts.platform.compose_folder().len() + 1;
    for workload in facts.platform.workloads() {
        let Some(chart) = &workload.chart else {
            continue;
        };
        let path = chart.repository.strip_prefix("file://");
        if let Some(path) = path.filter(|path| is_read_outside(path, depth)) {
            let subject = Subject::Component(workload.component.clone());
            sink.push(path_leaves_project(path, Some(subject), chart.span, CHART));
        }
    }
}

fn source(mount: &Mount, subject: &Subject, sink: &mut Sink) {
    let Some(path) = mount.source.on_host() else {
        return;
    };
    if is_program(path.as_str()) {
        sink.push(
            Diagnostic::new(
                Code::OutsideSource,
                format!("`{path}` is a program of the host"),
            )
            .of(Some(subject.clone()))
            .label(
                mount.span,
                "another machine may lack it, or have one for another system",
            )
            .or_accept("use an image that has the program"),
        );
    }
    let HostPath::Project(path) = path else {
        return;
    };
    if climbs_out(path, 0) {
        sink.push(path_leaves_project(
            path,
            Some(subject.clone()),
            mount.span,
            OUTSIDE_SOURCE,
        ));
    } else if let Some(why) = in_project(path, &[]).and_then(|it| why_not_mounted(&it)) {
        let shown = format!("`{path}`");
        sink.push(Use::Mount.refused(&shown, why, Some(subject), mount.span));
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
    let base = platform.compose_folder();
    for found in of_platform(raw, base.len()) {
        let place = raw.places.of(found.by);
        sink.push(path_leaves_project(&found.value, None, place, RAW));
    }
    let folders = raw.volumes.iter().filter_map(|it| it.folder.as_ref());
    let folders = folders.map(|it| (it.source.as_str(), it.by, Use::Mount));
    let files = raw.files.iter();
    let files = files.map(|it| (it.value.as_str(), it.by, Use::Read));
    for (path, by, how) in folders.chain(files) {
        if is_here(path, base.len()) {
            private(platform, (path, &base), how, None, raw.places.of(by), sink);
        }
    }
}

/// The paths of `[raw.compose]`, but for its services, that leave the project.
fn of_platform<'a>(raw: &RawCompose<'a>, depth: usize) -> Vec<Found<'a, String>> {
    let read = raw
        .files
        .iter()
        .filter(|it| is_read_outside(&it.value, depth));
    // A folder behind a volume is a bind mount, and an absolute one is like others.
    let folders = raw.volumes.iter().filter_map(|it| it.folder.as_ref());
    let folders = folders.filter(|it| is_outside(&it.source, depth));
    let folders = folders.map(|it| Found {
        value: it.source.clone(),
        by: it.by,
    });
    read.cloned().chain(folders).collect()
}

/// The raw keys of a service.
fn service(platform: &Platform, raw: &RawService<'_>, sink: &mut Sink) {
    let subject = raw.workload;
    let subject = subject.map(|it| Subject::Component(it.component.clone()));
    let subject = subject.as_ref();
    let build = raw.workload.and_then(|it| it.build.as_ref());
    // Compose reads relative paths from the folder of its files.
    let base = platform.compose_folder();
    let all = || iter::once(&raw.keys).chain(&raw.keys.pre_start);
    let dockerfile = contexts::dockerfile(&raw.keys, build, &base);
    let outside = all().flat_map(|keys| of_service(keys, base.len()));
    let dockerfile_outside = dockerfile.iter().filter(|it| it.is_outside());
    for found in outside.chain(dockerfile_outside.map(|it| it.found.clone())) {
        let place = raw.places.of(found.by);
        sink.push(path_leaves_project(
            &found.value,
            subject.cloned(),
            place,
            RAW,
        ));
    }
    let mounts = all().flat_map(|it| &it.mounts);
    let mounts = mounts.filter(|it| it.source.starts_with('.'));
    let mounts = mounts.map(|it| (it.source.as_str(), it.by, Use::Mount));
    let read = all().flat_map(|it| &it.files);
    let read = read.map(|it| (it.value.as_str(), it.by, Use::Read));
    let built = all().flat_map(contexts::folders);
    let built = built.map(|(path, found)| (path, found.by, Use::Build));
    let named = mounts.chain(read).chain(built);
    for (path, by, how) in named.filter(|(path, ..)| is_here(path, base.len())) {
        let place = raw.places.of(by);
        private(platform, (path, &base), how, subject, place, sink);
    }
    if let Some(RawDockerfile { found, path, base }) = dockerfile.filter(|it| !it.is_outside()) {
        let place = raw.places.of(found.by);
        private(platform, (&path, &base), Use::Build, subject, place, sink);
    }
    for by in all().filter_map(|it| it.build.as_ref()?.agent) {
        sink.push(contexts::agent(subject, raw.places.of(by)));
    }
}

/// Reports a path of the project that is git's or a run's, or another one than without an environment.
fn private(
    platform: &Platform,
    (path, base): (&str, &[&str]),
    how: Use,
    subject: Option<&Subject>,
    place: Span,
    sink: &mut Sink,
) {
    let names = in_project(path, base).unwrap_or_default();
    let meant = path_of_environment(platform, path, &names, how);
    let other = meant.as_ref().map(|_| how.other());
    // A file at the top of the output is no folder of an environment.
    let is_file_at_top = how == Use::Read
        && matches!(names[..], [GENERATED, name] if !name.starts_with(".mlopsgen"));
    let own = || why_not_mounted(&names).filter(|_| !is_file_at_top);
    let Some(why) = other.or_else(own) else {
        return;
    };
    let shown = format!("`{path}`, which is `{}` of the project,", names.join("/"));
    let diagnostic = how.refused(&shown, why, subject, place);
    sink.push(match meant {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    });
}

/// Whether a path is one of the project, as far as it is known before the start.
fn is_here(path: &str, depth: usize) -> bool {
    !path.is_empty() && !path.starts_with(['/', '$']) && !is_outside(path, depth)
}

/// What an engine does with a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Mount,
    Read,
    Build,
}

impl Use {
    /// Why no container should get a path of `generated/` in place of one of the project.
    fn other(self) -> &'static str {
        match self {
            Use::Mount | Use::Build => "is another folder than without an environment",
            Use::Read => "is another file than without an environment",
        }
    }

    /// `shown`: the path in a message.
    pub(super) fn refused(
        self,
        shown: &str,
        why: &str,
        subject: Option<&Subject>,
        span: Span,
    ) -> Diagnostic {
        let (label, other) = match self {
            Use::Mount => (
                "the container gets all of it",
                "mount the file or folder that is meant",
            ),
            Use::Read => (
                "the container gets all of it",
                "name the file that is meant",
            ),
            Use::Build => (
                "the image can get all of it",
                "build from the folder that is meant",
            ),
        };
        Diagnostic::new(Code::OutsideSource, format!("{shown} {why}"))
            .denied()
            .of(subject.cloned())
            .label(span, label)
            .or_accept(other)
    }
}

/// How to name what a path means in the files of the platform without an environment, where it is a folder of the project there and
/// has these names below `generated/` here: the files of an environment lie a folder deeper.
fn path_of_environment(
    platform: &Platform,
    path: &str,
    names: &[&str],
    how: Use,
) -> Option<String> {
    let environment = platform.environment.as_ref()?;
    let of_base = in_project(path, &[GENERATED, "compose"])?;
    let is_generated = |names: &[&str]| names.first() == Some(&GENERATED);
    let of_base = (is_generated(names) && !is_generated(&of_base)).then(|| of_base.join("/"))?;
    let here = format!(
        "without an environment it is `{of_base}`: for that write `../{path}` in platform.{environment}.toml"
    );
    Some(match how {
        Use::Read | Use::Build => here,
        Use::Mount => format!(
            "{here}, or a key of `volumes` with `source = \"{of_base}\"`, which is the same folder in every environment"
        ),
    })
}

/// The names of a path of the project, which is read from the folders `base` of it; `None`: it leaves the project.
pub(super) fn in_project<'a>(path: &'a str, base: &[&'a str]) -> Option<Vec<&'a str>> {
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
pub(super) fn why_not_mounted(names: &[&str]) -> Option<&'static str> {
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

/// The paths of a service that leave the project. Absolute folders are bind mounts like others; what is read or copied into an image
/// or a container leaves the project by them.
fn of_service<'a>(keys: &RawKeys<'a>, depth: usize) -> Vec<Found<'a, String>> {
    let mounted = keys.mounts.iter().map(|it| Found {
        value: it.source.clone(),
        by: it.by,
    });
    let mounted = mounted.filter(|it| is_outside(&it.value, depth));
    let read = keys.files.iter().chain(&keys.credentials);
    let read = read.chain(&keys.watched);
    let read = read.filter(|it| is_read_outside(&it.value, depth));
    let built = contexts::folders(keys);
    let built = built.filter(|(path, _)| is_read_outside(path, depth));
    let built = built.map(|(_, found)| found);
    mounted.chain(read.chain(built).cloned()).collect()
}

/// Whether a file is read from outside of the project.
pub(super) fn is_read_outside(path: &str, depth: usize) -> bool {
    is_outside(path, depth) || path.starts_with('/')
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
