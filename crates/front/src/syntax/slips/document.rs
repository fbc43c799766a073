//! Files that are whole in another language: JSON, a Compose file, a manifest of Kubernetes.

use toml::de::DeTable;

use super::{block, written};
use crate::{
    diag::{Code, Diagnostic},
    source::{SourceId, Span},
};

/// What to say of the whole file, where it is one of another language.
pub(in crate::syntax) fn of_another_language(text: &str, source: SourceId) -> Option<Diagnostic> {
    json(text, source).or_else(|| of_another_program(text, source))
}

/// The whole file where it is JSON.
fn json(text: &str, source: SourceId) -> Option<Diagnostic> {
    let start = text.len() - text.trim_start().len();
    if !text[start..].starts_with('{') {
        return None;
    }
    let diagnostic = Diagnostic::new(Code::TomlSyntax, "this file is JSON")
        .label(Span::new(source, start..start + 1), "an object of it");
    let lines = block::json(text).filter(|lines| DeTable::parse(&lines.join("\n")).is_ok());
    Some(match lines {
        Some(lines) => {
            let whole = Span::new(source, start..text.trim_end().len());
            written(diagnostic, &lines, whole)
        }
        None => diagnostic.help("in TOML a table begins with its name, as in `[platform]`, and each key has a line, as in `name = \"value\"`"),
    })
}

/// YAML that another program reads: by its first words.
fn of_another_program(text: &str, source: SourceId) -> Option<Diagnostic> {
    let (program, word) = [
        ("a Compose file", "services:"),
        ("a manifest of Kubernetes", "apiVersion:"),
    ]
    .into_iter()
    .find(|(_, word)| text.lines().any(|line| line.starts_with(word)))?;
    let at = text.match_indices(word).map(|(at, _)| at);
    let at = at
        .into_iter()
        .find(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n')?;
    // A file of ours, with some lines of it.
    if text.lines().any(|line| line.starts_with('[')) {
        return None;
    }
    let place = Span::new(source, at..at + word.len());
    Some(
        Diagnostic::new(Code::TomlSyntax, format!("this file is {program}, which is YAML"))
            .label(place, "begins its own table")
            .help("keep it under its own name; `mlopsgen init` begins a platform.toml, and each of its services becomes a table `[components.NAME]` with `image`, `group`, `env`, `ports`"),
    )
}
