//! Secrets wherever else the user wrote them: in strings that are neither a variable, a word of a command nor a file's text (a raw key, a
//! value of a chart of others, the URL of a repository, a description), in comments, in kinds and templates of their own. All of that is
//! committed, and most of it is copied into what is generated.

use std::collections::BTreeSet;

use super::{
    Facts, credentials,
    secrets::certain_secret,
    telling::{holds_password, is_literal, is_secret_of_key, secret_in_text},
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    language::{NamedText, TextName, named_texts},
    model::{Platform, SettingValue},
    source::{SourceId, Span},
    syntax::Table,
};

/// What the user wrote, before anything was merged or resolved.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    /// platform.toml with its includes, and the environment over it.
    pub tree: &'a Table,
    /// The texts of all files that spans point into.
    pub sources: &'a crate::source::Sources,
    /// The user's own templates: path and text.
    pub templates: &'a [(String, String)],
}

/// Keys whose text is for people: an example in it is no login.
const PROSE: [&str; 4] = ["description", "label", "summary", "title"];

/// What a program reads a secret from.
const INSTEAD: &str = "take it out: this file and what is generated are committed; a program gets a secret through `${secrets.NAME}` in \
                       `env`, `settings`, `command`, `entrypoint` or `args`";

/// The same of `[notify]`.
const IN_NOTIFY: &str = "take it out: this file and what is generated are committed; declare a secret and write `\"${secrets.NAME}\"` in \
                         its place: Alertmanager reads the value from a file";

/// What to do about a value under a telling name.
const DECLARE: &str = "take it out: this file and what is generated are committed; declare a secret and write `${secrets.NAME}` in `env`, \
                       `settings`, `command`, `entrypoint` or `args`; values of a chart name a Secret, as in \
                       `existingSecret = \"${platform.name}\"`";

/// Reports what is written elsewhere than in the strings that were looked at before.
pub(super) fn report_other_places(facts: Facts<'_>, looked_at: &BTreeSet<Span>, sink: &mut Sink) {
    let texts = named_texts(facts.written.tree);
    let files = names_of_files(facts.platform);
    let mut holding = BTreeSet::new();
    for text in &texts {
        let (string, span) = (text.node.as_str().unwrap_or_default(), text.node.span);
        let held = credentials::of_lines(string).next();
        if held.is_some() {
            holding.insert(span);
        }
        if looked_at.contains(&span) {
            continue;
        }
        let told = match held {
            Some((_, what)) => {
                let message = format!("{what} is written out in `{}`", text.name.as_str());
                let instead = match text.section {
                    "notify" => IN_NOTIFY,
                    _ => INSTEAD,
                };
                Some(certain_secret(message, subject(text), instead))
            }
            // A setting that takes nothing but a secret was reported as an error.
            None if sink.has_errors_of(Code::SecretRequired) => None,
            None if files.contains(&span) => None,
            None => guess(text, string).map(|it| it.of(subject(text))),
        };
        if let Some(told) = told {
            sink.push(told.label(span, "in plain text"));
        }
    }
    in_files(facts, &texts, &holding, sink);
    in_templates(facts.written.templates, sink);
}

/// Where settings name a file, of secrets too: `htpasswd = "users.htpasswd"`. What it holds is looked at where it is copied.
fn names_of_files(platform: &Platform) -> BTreeSet<Span> {
    let settings = platform.components.iter().flat_map(|it| &it.settings);
    settings
        .filter(|it| matches!(it.value, SettingValue::Files(_)))
        .map(|it| it.span)
        .collect()
}

/// What looks like a secret by the name of a text, or by what is in it.
fn guess(text: &NamedText<'_>, string: &str) -> Option<Diagnostic> {
    let name = text.name.as_str();
    if PROSE.contains(&name) {
        return None;
    }
    let lint = |message: String, help| Diagnostic::new(Code::PlaintextSecret, message).help(help);
    let is_told = match text.name {
        TextName::OfSecret(_) => is_literal(string),
        TextName::Chosen(_) => is_secret_of_key(name, string),
        TextName::Formed(_) | TextName::Key(_) | TextName::OfReference(_) => false,
    };
    if is_told {
        let message = format!("`{name}` looks like a secret that is written out");
        return Some(lint(message, DECLARE));
    }
    if holds_password(string) {
        return Some(lint(format!("the URL in `{name}` has a password"), INSTEAD));
    }
    let is_free = matches!(text.name, TextName::Key(_) | TextName::Chosen(_));
    let what = secret_in_text(string, text.before).filter(|_| is_free)?;
    let message = format!("{what} in `{name}` looks like a secret that is written out");
    Some(lint(message, DECLARE))
}

/// What accepts a lint about a text.
fn subject(text: &NamedText<'_>) -> Option<Subject> {
    let entry = text.entry.to_string();
    match text.section {
        "components" => Some(Subject::Component(entry)),
        "pipelines" => Some(Subject::Pipeline(entry)),
        "ci" => Some(Subject::Ci(entry)),
        _ => None,
    }
}

/// Comments, names of keys and kinds of the user's own: what stands outside of the strings that hold something.
fn in_files(facts: Facts<'_>, texts: &[NamedText<'_>], holding: &BTreeSet<Span>, sink: &mut Sink) {
    let mut files: BTreeSet<SourceId> = texts.iter().map(|it| it.node.span.source).collect();
    files.extend(&facts.platform.own_kinds);
    for source in files {
        let file = facts.written.sources.file(source);
        for (line, what) in credentials::of_lines(&file.text) {
            let start = line.as_ptr().addr() - file.text.as_ptr().addr();
            let place = Span::new(source, start..start + line.len());
            let is_told = holding
                .iter()
                .any(|it| it.source == source && it.start < place.end && place.start < it.end);
            if !is_told {
                let message = format!("{what} is written out in `{}`", file.name);
                sink.push(certain_secret(message, None, INSTEAD).label(place, "in plain text"));
            }
        }
    }
}

fn in_templates(templates: &[(String, String)], sink: &mut Sink) {
    for (path, text) in templates {
        for (line, what) in credentials::of_lines(text) {
            let number = text[..line.as_ptr().addr() - text.as_ptr().addr()]
                .matches('\n')
                .count()
                + 1;
            let message = format!("line {number} of the template `{path}` holds {what}");
            sink.push(certain_secret(message, None, INSTEAD));
        }
    }
}
