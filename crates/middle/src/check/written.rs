//! What surely is a secret, wherever the user wrote it: in strings that are neither a variable, a word of a command nor a file's text (a
//! description, a raw key, the URL of a repository), in comments, in kinds and templates of their own. All of that is committed, and most of
//! it is copied into what is generated.

use std::collections::BTreeSet;

use super::{
    Facts, credentials,
    secrets::{holds_password, surely},
};
use crate::{
    diag::{Code, Diagnostic, Sink, Subject},
    source::{SourceId, Span},
    syntax::{Node, Table, Value},
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

/// A string anywhere in platform.toml.
struct TreeString<'a> {
    /// The name of its key; of an item, that of its list.
    key: &'a str,
    text: &'a str,
    span: Span,
    subject: Option<Subject>,
}

/// Keys whose text is for people: an example in it is no login.
const PROSE: [&str; 4] = ["description", "label", "summary", "title"];

/// What a program reads a secret from.
const INSTEAD: &str = "take it out: this file and what is generated are committed; a program gets a secret through `${secrets.NAME}` in \
                       `env`, `settings`, `command`, `entrypoint` or `args`";

/// Reports what is written elsewhere than in the strings that were looked at before.
pub(super) fn elsewhere(facts: Facts<'_>, looked_at: &BTreeSet<Span>, sink: &mut Sink) {
    let strings = tree_strings(facts.written.tree);
    let mut holding = BTreeSet::new();
    for string in &strings {
        let held = credentials::of_lines(string.text).next();
        if held.is_some() {
            holding.insert(string.span);
        }
        if looked_at.contains(&string.span) {
            continue;
        }
        let key = string.key;
        if let Some((_, what)) = held {
            let message = format!("{what} is written out in `{key}`");
            sink.push(
                surely(message, string.subject.clone(), INSTEAD)
                    .label(string.span, "in plain text"),
            );
        } else if holds_password(string.text) && !PROSE.contains(&key) {
            sink.push(
                Diagnostic::new(
                    Code::PlaintextSecret,
                    format!("the URL in `{key}` has a password"),
                )
                .label(string.span, "in plain text")
                .help(INSTEAD)
                .of(string.subject.clone()),
            );
        }
    }
    in_files(facts, &strings, &holding, sink);
    in_templates(facts.written.templates, sink);
}

/// Comments, names of keys and kinds of the user's own: what stands outside of the strings that hold something.
fn in_files(
    facts: Facts<'_>,
    strings: &[TreeString<'_>],
    holding: &BTreeSet<Span>,
    sink: &mut Sink,
) {
    let mut files: BTreeSet<SourceId> = strings.iter().map(|it| it.span.source).collect();
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
                sink.push(surely(message, None, INSTEAD).label(place, "in plain text"));
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
            sink.push(surely(message, None, INSTEAD));
        }
    }
}

/// All strings, with what accepts a lint about each.
fn tree_strings(tree: &Table) -> Vec<TreeString<'_>> {
    let mut out = Vec::new();
    for (section, node) in tree.iter() {
        let subject: Option<fn(String) -> Subject> = match section.name.as_str() {
            "components" => Some(Subject::Component),
            "pipelines" => Some(Subject::Pipeline),
            "ci" => Some(Subject::Ci),
            _ => None,
        };
        match (subject, node.as_table()) {
            (Some(subject), Some(entries)) => {
                for (name, entry) in entries.iter() {
                    collect(
                        &name.name,
                        entry,
                        Some(&subject(name.name.clone())),
                        &mut out,
                    );
                }
            }
            _ => collect(&section.name, node, None, &mut out),
        }
    }
    out
}

fn collect<'a>(
    key: &'a str,
    node: &'a Node,
    subject: Option<&Subject>,
    out: &mut Vec<TreeString<'a>>,
) {
    match &node.value {
        Value::String(text) => out.push(TreeString {
            key,
            text,
            span: node.span,
            subject: subject.cloned(),
        }),
        Value::Array(items) => {
            for item in items {
                collect(key, item, subject, out);
            }
        }
        Value::Table(table) => {
            for (key, value) in table.iter() {
                collect(&key.name, value, subject, out);
            }
        }
        _ => {}
    }
}
