//! Images that are others tomorrow, or that are gone.

use std::collections::BTreeSet;

use super::{Facts, lints::place};
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Piece, Platform, Text},
    source::{Sources, Span},
    syntax, template,
};

/// Tags that mean something else tomorrow, or no tag at all.
pub(super) fn moving(facts: Facts<'_>, sink: &mut Sink) {
    let own = facts.platform.workloads().map(|workload| {
        (
            &workload.image,
            place(workload, "image"),
            Some(workload.component.as_str()),
        )
    });
    let pipelines = facts.platform.pipelines.iter().flat_map(|pipeline| {
        let tasks = pipeline
            .tasks
            .iter()
            .filter_map(|task| Some((task.image.as_ref()?, task.span)));
        pipeline
            .image
            .iter()
            .map(|image| (image, pipeline.span))
            .chain(tasks)
            .map(|(image, span)| (image, span, None))
    });
    let gone = Gone::all();
    let mut seen: BTreeSet<(String, Span)> = BTreeSet::new();
    for (image, span, component) in own.chain(pipelines) {
        let shown = shown(facts.platform, image);
        if shown.is_empty() || shown.contains('@') || !seen.insert((shown.clone(), span)) {
            continue;
        }
        let name = shown.rsplit('/').next().unwrap_or(&shown);
        let problem = match name.split_once(':').map(|(_, tag)| tag) {
            None => "has no tag: it means `latest`".to_string(),
            Some(tag) if moves(tag) => format!("`{tag}` is another image tomorrow"),
            Some(tag) => match gone.iter().find(|gone| gone.is(&shown)) {
                Some(gone) => {
                    let mut diagnostic = gone.diagnostic(&shown, tag, span);
                    diagnostic.component = component.map(ToString::to_string);
                    sink.push(diagnostic);
                    continue;
                }
                None => continue,
            },
        };
        let mut diagnostic =
            Diagnostic::new(Code::LatestTag, format!("image `{shown}` is not pinned"))
                .label(span, problem)
                .help("write the full version as the tag, or pin it with `@sha256:...`");
        diagnostic.component = component.map(ToString::to_string);
        sink.push(diagnostic);
    }
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

/// Repositories that can't be pulled any more, from `templates/images.toml`.
struct Gone {
    repository: String,
    since: String,
    instead: String,
}

impl Gone {
    fn all() -> Vec<Self> {
        let text = template::embedded("images.toml").unwrap_or_default();
        let mut sources = Sources::default();
        let source = sources.add("templates/images.toml".to_string(), text.to_string());
        let table = syntax::parse(&sources, source, &mut Sink::default());
        let string = |entry: &syntax::Table, key| entry.string(key).unwrap_or_default().to_string();
        table
            .array("gone")
            .unwrap_or_default()
            .iter()
            .filter_map(|node| node.as_table())
            .map(|entry| Self {
                repository: string(entry, "repository"),
                since: string(entry, "since"),
                instead: string(entry, "instead"),
            })
            .collect()
    }

    /// `bitnami/` means all of an owner's repositories. A mirror's image starts with the mirror's host and is not meant.
    fn is(&self, image: &str) -> bool {
        let image = image.strip_prefix("docker.io/").unwrap_or(image);
        image
            .strip_prefix(&self.repository)
            .is_some_and(|rest| self.repository.ends_with('/') || rest.starts_with(':'))
    }

    fn diagnostic(&self, image: &str, tag: &str, span: Span) -> Diagnostic {
        let message = format!("image `{image}` can't be pulled any more");
        Diagnostic::new(Code::LatestTag, message)
            .label(span, format!("`{tag}` went {}", self.since))
            .help(&self.instead)
    }
}

/// A text with the defaults of its variables written out.
fn shown(platform: &Platform, text: &Text) -> String {
    text.render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Variable(name) => platform
            .variable(name)
            .map_or(String::new(), |variable| variable.default.clone()),
        Piece::Endpoint(endpoint) => endpoint.value(),
        _ => "x".to_string(),
    })
}
