//! Images that are others tomorrow, or that are gone.

use std::collections::BTreeSet;

use super::{Facts, lints::place};
use crate::{
    catalog::{IMAGES, WithdrawnImage},
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Agent, Image, Piece, Platform, Raw, Workload},
    source::Span,
};

/// Tags that mean something else tomorrow, or no tag at all.
pub(super) fn moving(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen: BTreeSet<(String, Span)> = BTreeSet::new();
    for Named {
        image,
        has_empty_tag,
        span,
        subject,
    } in named(facts)
    {
        let shown = image.to_text();
        if has_empty_tag && image.digest.is_none() {
            if seen.insert((shown.clone(), span)) {
                sink.push(empty_tag(&shown, span).of(Some(subject)));
            }
            continue;
        }
        // What is no image was reported.
        if image.is_empty()
            || !image.is_valid()
            || image.digest.is_some()
            || !seen.insert((shown.clone(), span))
        {
            continue;
        }
        let unpinned = |problem: String| {
            Diagnostic::new(Code::LatestTag, format!("image `{shown}` is not pinned"))
                .label(span, problem)
                .help("write the full version as the tag, or pin it with `@sha256:...`")
        };
        let gone = IMAGES.withdrawn.iter().find(|gone| gone.is(&image));
        let tag = image.tag.and_then(|tag| tag.as_plain());
        let diagnostic = match (tag, gone) {
            (None, _) => unpinned("has no tag: it means `latest`".to_string()),
            (Some(tag), _) if moves(&tag) => {
                unpinned(format!("`{tag}` can be another image tomorrow"))
            }
            (Some(tag), Some(gone)) => gone.diagnostic(&shown, &tag, span),
            (Some(_), None) => continue,
        };
        sink.push(diagnostic.of(Some(subject)));
    }
}

/// Whether the tag of an image is variables that are empty by default. One that is not declared, or whose default can't be read, was
/// reported.
fn has_empty_tag(facts: Facts<'_>, image: &Image) -> bool {
    let is_empty = |piece: &Piece| match piece {
        Piece::Variable(name) => is_empty_by_default(facts, name),
        _ => false,
    };
    let tag = image.tag.as_ref();
    tag.is_some_and(|tag| !tag.is_empty() && tag.pieces.iter().all(is_empty))
}

fn is_empty_by_default(facts: Facts<'_>, name: &str) -> bool {
    let variables = facts.written.tree.table("vars");
    let variable = variables.and_then(|variables| variables.get(name));
    variable.is_some_and(|variable| {
        let default = match variable.as_table() {
            Some(table) => table.get("default"),
            None => Some(variable),
        };
        default.is_none_or(|default| default.as_str() == Some(""))
    })
}

fn empty_tag(shown: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::LatestTag, format!("image `{shown}` is not pinned"))
        .label(span, "its tag is a variable that is empty by default")
        .help("give the variable a full version as its `default`: without one Compose refuses the image, and a cluster takes `latest`")
}

/// An image as it is named somewhere.
struct Named {
    /// With the defaults of its variables written out.
    image: Image,
    has_empty_tag: bool,
    span: Span,
    subject: Subject,
}

impl Named {
    fn of(facts: Facts<'_>, image: &Image, span: Span, subject: Subject) -> Self {
        Self {
            image: shown(facts.platform, image),
            has_empty_tag: has_empty_tag(facts, image),
            span,
            subject,
        }
    }
}

/// The images of components, of pipelines and their tasks, and of CI agents, in the user's order.
fn named(facts: Facts<'_>) -> Vec<Named> {
    let platform = facts.platform;
    let of_workload = |workload: &Workload| {
        let subject = Subject::Component(workload.component.clone());
        Named::of(facts, &workload.image, place(workload, "image"), subject)
    };
    let mut out: Vec<Named> = platform.workloads().map(of_workload).collect();
    let workloads = platform.workloads();
    out.extend(workloads.filter_map(|it| of_compose(facts, it)));
    for pipeline in &platform.pipelines {
        let at = |path: &[&str]| {
            let written = pipeline.written.get_path(path);
            Some(written?.span)
        };
        let whole = at(&["image"]).unwrap_or(pipeline.span);
        let own = pipeline.image.iter().map(|image| (image, whole));
        let tasks = pipeline.tasks.iter().filter_map(|task| {
            let own = at(&["tasks", &task.name, "image"]);
            Some((task.image.as_ref()?, own.unwrap_or(whole)))
        });
        out.extend(own.chain(tasks).map(|(image, span)| {
            let subject = Subject::Pipeline(pipeline.name.clone());
            Named::of(facts, image, span, subject)
        }));
    }
    for entry in &platform.ci {
        let stages = entry.all_stages();
        let written = entry.written.get_path(&["agent", "docker"]);
        let own = std::iter::once((&entry.agent, written.map_or(entry.span, |node| node.span)));
        let agents =
            own.chain(stages.filter_map(|stage| Some((stage.agent.as_ref()?, stage.span))));
        for (agent, span) in agents {
            if let Agent::Docker(image) = agent {
                out.push(Named {
                    image: image.clone(),
                    // It takes no variable.
                    has_empty_tag: false,
                    span,
                    subject: Subject::Ci(entry.name.clone()),
                });
            }
        }
    }
    out
}

/// The image that Compose alone starts, in the place of the workload's.
fn of_compose(facts: Facts<'_>, workload: &Workload) -> Option<Named> {
    let Raw::Text(image) = workload.raw_compose.get("image")? else {
        return None;
    };
    let span = workload.written.get_path(&["compose", "image"])?.span;
    let subject = Subject::Component(workload.component.clone());
    Some(Named::of(facts, &Image::parse(image), span, subject))
}

/// Whether a tag follows a line of releases: the word alone, or with a variant of the image behind it.
fn moves(tag: &str) -> bool {
    const WORDS: [&str; 7] = [
        "latest", "lts", "stable", "edge", "main", "master", "nightly",
    ];
    let first = tag.split('-').next().unwrap_or(tag);
    let is_branch = matches!(first, "main" | "master");
    WORDS.contains(&tag) || (WORDS.contains(&first) && !is_branch)
}

impl WithdrawnImage {
    /// `bitnami/` means all of an owner's repositories. A mirror may still have them: its images are not meant.
    fn is(&self, image: &Image) -> bool {
        image.in_hub().is_some_and(|path| {
            path == self.repository
                || self.repository.ends_with('/') && path.starts_with(&self.repository)
        })
    }

    fn diagnostic(&self, image: &str, tag: &str, span: Span) -> Diagnostic {
        let message = format!("image `{image}` can't be pulled any more");
        Diagnostic::new(Code::LatestTag, message)
            .label(span, format!("`{tag}` was removed {}", self.since))
            .help(&self.instead)
    }
}

/// An image with the defaults of its variables written out.
fn shown(platform: &Platform, image: &Image) -> Image {
    image.rendered(|piece| platform.constant(piece).unwrap_or_default())
}
