//! What builds read of the host: contexts, Dockerfiles, caches, keys. What a build reads gets into an image, and an image to others.

use super::{
    Facts,
    outside::{Use, in_project, is_read_outside, why_not_mounted},
    raw::{Found, RawKeys},
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Build, HostPath},
    resolve::{OUTSIDE_SOURCE, path_leaves_project},
    source::Span,
    value::{climbs_out, is_fetched},
};

/// Typed builds whose files are outside of the project, or are git's or a run's.
pub(super) fn builds(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let own = platform.workloads().filter_map(|workload| {
        let build = workload.build.as_ref()?;
        let subject = Subject::Component(workload.component.clone());
        Some((build, &workload.written, workload.span, subject))
    });
    let pipelines = platform.pipelines.iter().filter_map(|pipeline| {
        let build = pipeline.build.as_ref()?;
        let subject = Subject::Pipeline(pipeline.name.clone());
        Some((build, &pipeline.written, pipeline.span, subject))
    });
    for (build, written, span, subject) in own.chain(pipelines) {
        let subject = Some(&subject);
        for read in of_build(build) {
            let node = written.get_path(&["build", read.key]);
            let span = node.map_or(span, |node| node.span);
            let names = in_project(&read.path, &[]);
            let why = match names.filter(|_| !read.path.starts_with('/')) {
                None => {
                    sink.push(path_leaves_project(
                        read.written,
                        subject.cloned(),
                        span,
                        OUTSIDE_SOURCE,
                    ));
                    continue;
                }
                Some(names) => why_not_mounted(&names),
            };
            if let Some(why) = why {
                let shown = format!("`{}`", read.written);
                sink.push(Use::Build.refused(&shown, why, subject, span));
            }
        }
    }
}

/// A path that a build reads.
struct Read<'a> {
    key: &'static str,
    written: &'a str,
    /// From the project's folder.
    path: String,
}

/// What a build reads of this machine. Of a context that leaves the project only the context: one mistake, one message.
fn of_build(build: &Build) -> Vec<Read<'_>> {
    let context = build.context.as_str();
    let caches = build.cache_from.iter().filter_map(|it| cache_folder(it));
    let mut read: Vec<Read<'_>> = caches.map(|it| of_key("cache_from", it, it)).collect();
    if is_fetched(context) {
        return read;
    }
    read.push(of_key("context", context, context));
    if !is_read_outside(context, 0) {
        let dockerfile = build.dockerfile.as_deref();
        read.extend(dockerfile.map(|it| of_key("dockerfile", it, &below(context, it))));
    }
    read
}

fn of_key<'a>(key: &'static str, written: &'a str, path: &str) -> Read<'a> {
    Read {
        key,
        written,
        path: path.to_string(),
    }
}

/// The folders and files of this machine that raw keys build from or write a cache to, each as a path, with its value.
pub(super) fn folders<'a, 'b>(
    keys: &'b RawKeys<'a>,
) -> impl Iterator<Item = (&'b str, &'b Found<'a, String>)> {
    let builds = keys.build.iter();
    builds.flat_map(|build| {
        let contexts = build.context.iter().chain(&build.contexts);
        let contexts = contexts.filter_map(|it| Some((local(&it.value)?, it)));
        let keys = build.keys.iter().map(|it| (it.value.as_str(), it));
        let caches = build.caches.iter();
        let caches = caches.filter_map(|it| Some((cache_folder(&it.value)?, it)));
        contexts.chain(keys).chain(caches)
    })
}

/// What a context means on this machine; `None` where it is fetched, or is another image.
fn local(context: &str) -> Option<&str> {
    let is_elsewhere = is_fetched(context)
        || ["docker-image://", "service:", "target:"]
            .iter()
            .any(|start| context.starts_with(start));
    // `oci-layout:///folder` is a folder here.
    let path = context.split_once("://").map_or(context, |(_, path)| path);
    (!is_elsewhere && !path.is_empty()).then_some(path)
}

/// The folder of this machine that a cache is read from or written to, such as `type=local,src=cache`.
fn cache_folder(cache: &str) -> Option<&str> {
    let mut fields = cache.split(',').filter_map(|it| it.split_once('='));
    fields.find_map(|(key, value)| matches!(key.trim(), "src" | "dest").then_some(value))
}

/// The Dockerfile of a raw build.
pub(super) struct RawDockerfile<'a, 'b> {
    pub found: &'b Found<'a, String>,
    /// From `base`.
    pub path: String,
    pub base: Vec<&'b str>,
}

impl RawDockerfile<'_, '_> {
    pub(super) fn is_outside(&self) -> bool {
        self.path.starts_with('/') || climbs_out(&self.path, self.base.len())
    }
}

/// It is read from the context: that of the raw keys, or the typed one. One of a context that is elsewhere, or is reported itself, is
/// none of this project, but for an absolute one.
pub(super) fn dockerfile<'a, 'b>(
    keys: &'b RawKeys<'a>,
    typed: Option<&Build>,
    base: &[&'b str],
) -> Option<RawDockerfile<'a, 'b>> {
    let build = keys.build.as_ref()?;
    let found = build.dockerfile.as_ref()?;
    let context = build.context.as_ref().map_or("", |it| &it.value);
    let (context, base) = match typed.map(|it| &it.context) {
        Some(HostPath::Project(typed)) if context.is_empty() => (typed.as_str(), Vec::new()),
        _ => (context, base.to_vec()),
    };
    let names = in_project(context, &base).filter(|_| !is_read_outside(context, base.len()));
    let is_good = names.is_some_and(|names| why_not_mounted(&names).is_none());
    let is_here = is_good && !context.contains("://") && !is_fetched(context);
    let is_absolute = found.value.starts_with('/');
    (is_here || is_absolute).then(|| RawDockerfile {
        found,
        path: below(context, &found.value),
        base,
    })
}

/// A path as it is read from a folder.
fn below(folder: &str, path: &str) -> String {
    match path.starts_with(['/', '~']) {
        true => path.to_string(),
        false => format!("{folder}/{path}"),
    }
}

/// A build that may log in where the user may. Many builds need it, so it is a warning.
pub(super) fn agent(subject: Option<&Subject>, span: Span) -> Diagnostic {
    let message = "the build may use the keys of your SSH agent";
    Diagnostic::new(Code::OutsideSource, message)
        .of(subject.cloned())
        .label(
            span,
            "each command of its Dockerfile can log in where you can",
        )
        .or_accept("copy what it needs into the project")
}
