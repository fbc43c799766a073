//! Images that are others tomorrow, or that are gone.

use std::collections::BTreeSet;

use super::{Facts, lints::place};
use crate::{
    catalog::{IMAGES, WithdrawnImage},
    diag::{Code, Diagnostic, Sink, Subject},
    model::{Agent, Image, Platform, Raw, Text, Workload},
    source::Span,
};

/// Tags that mean something else tomorrow, or no tag at all.
pub(super) fn moving(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen: BTreeSet<(String, Span)> = BTreeSet::new();
    for Named {
        image,
        span,
        subject,
    } in named(facts.platform)
    {
        let shown = image.to_text();
        if image.digest.is_none() && has_empty_tag(&image) {
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

/// Whether its tag is a variable that is empty by default.
fn has_empty_tag(image: &Image) -> bool {
    let tag = image.tag.as_ref().and_then(Text::as_plain);
    tag.is_some_and(|tag| tag.is_empty())
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
    span: Span,
    subject: Subject,
}

/// The images of components, of pipelines and their tasks, and of CI agents, in the user's order.
fn named(platform: &Platform) -> Vec<Named> {
    let mut out: Vec<Named> = platform
        .workloads()
        .map(|workload| Named {
            image: shown(platform, &workload.image),
            span: place(workload, "image"),
            subject: Subject::Component(workload.component.clone()),
        })
        .collect();
    out.extend(
        platform
            .workloads()
            .filter_map(|it| of_compose(platform, it)),
    );
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
        out.extend(own.chain(tasks).map(|(image, span)| Named {
            image: shown(platform, image),
            span,
            subject: Subject::Pipeline(pipeline.name.clone()),
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
                    span,
                    subject: Subject::Ci(entry.name.clone()),
                });
            }
        }
    }
    out
}

/// The image that Compose alone starts, in the place of the workload's.
fn of_compose(platform: &Platform, workload: &Workload) -> Option<Named> {
    let Raw::Text(image) = workload.raw_compose.get("image")? else {
        return None;
    };
    Some(Named {
        image: shown(platform, &Image::parse(image)),
        span: workload.written.get_path(&["compose", "image"])?.span,
        subject: Subject::Component(workload.component.clone()),
    })
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
