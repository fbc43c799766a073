//! Diagnostics for reviewers of a change: annotations of GitHub, and SARIF.

use serde_json::{Value, json};

use super::{Code, Diagnostic, Label, Level, Severity};
use crate::{
    source::{Sources, Span},
    text::{visible, visible_lines},
};

/// Something to show beside a file.
#[derive(Clone, Debug)]
pub struct Note {
    /// A [`Code`]'s name, or `stale`.
    pub code: &'static str,
    /// Error or warning, after `[lints]`.
    pub severity: Severity,
    /// What is wrong, without Markdown.
    pub message: String,
    /// The first is where it went wrong. Without any it is about the file `about`.
    pub places: Vec<NotePlace>,
    /// What to write instead.
    pub help: Option<String>,
}

/// A place in a file, as the platform's repository calls it; lines and columns count from 1, the end is exclusive.
#[derive(Clone, Debug)]
pub struct NotePlace {
    /// Relative to the root of the repository.
    pub file: String,
    /// Line and column.
    pub start: (usize, usize),
    /// Line and column behind the last character.
    pub end: (usize, usize),
    /// What the label says there.
    pub text: String,
}

impl NotePlace {
    /// The first line of a file as a whole.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            file: path.into(),
            start: (1, 1),
            end: (1, 1),
            text: String::new(),
        }
    }
}

/// Diagnostics as notes. `folder` is where the project is, as `ml/platform`; empty where it is the repository's root.
pub fn notes(diagnostics: &[Diagnostic], sources: &Sources, folder: &str) -> Vec<Note> {
    diagnostics
        .iter()
        .map(|diagnostic| Note {
            code: diagnostic.code.name(),
            severity: diagnostic.severity,
            message: diagnostic.message.clone(),
            places: diagnostic
                .labels
                .iter()
                .map(|label| place(label, sources, folder))
                .collect(),
            help: diagnostic.help.clone(),
        })
        .collect()
}

fn place(label: &Label, sources: &Sources, folder: &str) -> NotePlace {
    let span = label.span;
    let end = Span::new(span.source, span.end..span.end);
    NotePlace {
        file: in_folder(folder, &sources.file(span.source).name),
        start: sources.position(span),
        end: sources.position(end),
        text: label.text.clone(),
    }
}

/// A path of the project as the repository calls it.
pub fn in_folder(folder: &str, path: &str) -> String {
    match folder {
        "" => path.to_string(),
        folder => format!("{folder}/{path}"),
    }
}

/// Workflow commands of GitHub Actions: one line a note, shown at the lines of a pull request.
pub fn github(notes: &[Note]) -> String {
    let mut out = String::new();
    for note in notes {
        let level = match note.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut properties = Vec::new();
        if let Some(place) = note.places.first() {
            properties.push(format!("file={}", property(&place.file)));
            properties.push(format!("line={}", place.start.0));
            // GitHub shows columns of one line only.
            if place.end.0 == place.start.0 && place.end.1 > place.start.1 {
                properties.push(format!("endLine={}", place.end.0));
                properties.push(format!("col={}", place.start.1));
                properties.push(format!("endColumn={}", place.end.1 - 1));
            }
        }
        properties.push(format!("title={}", property(note.code)));
        out.push_str(&format!(
            "::{level} {}::{}\n",
            properties.join(","),
            escaped(&words(note))
        ));
    }
    out
}

/// The message, the other places and the help in one text.
fn words(note: &Note) -> String {
    let mut lines = vec![note.message.clone()];
    for place in note.places.iter().skip(1) {
        lines.push(format!("{}:{}: {}", place.file, place.start.0, place.text));
    }
    if let Some(help) = &note.help {
        lines.push(format!("help: {help}"));
    }
    lines.join("\n")
}

/// Logs of runs are read on terminals, so control characters become visible text.
fn escaped(text: &str) -> String {
    visible_lines(text).replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(&visible(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

/// SARIF 2.1.0, one run. `version` is that of this program.
pub fn sarif(notes: &[Note], version: &str) -> Value {
    let mut rules: Vec<&str> = Vec::new();
    for note in notes {
        if !rules.contains(&note.code) {
            rules.push(note.code);
        }
    }
    let results: Vec<Value> = notes.iter().map(|note| result(note, &rules)).collect();
    json!({
        "version": "2.1.0",
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "mlopsgen",
                    "semanticVersion": version,
                    "rules": rules.iter().map(|code| rule(code)).collect::<Vec<_>>(),
                },
            },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: &str) -> Value {
    let level = match Code::from_name(code).map(Code::level) {
        Some(Level::Lint) => "warning",
        _ => "error",
    };
    json!({
        "id": code,
        "defaultConfiguration": { "level": level },
        "help": { "text": format!("mlopsgen explain {code}") },
    })
}

fn result(note: &Note, rules: &[&str]) -> Value {
    let message = match &note.help {
        Some(help) => format!("{}\n{help}", note.message),
        None => note.message.clone(),
    };
    let mut out = json!({
        "ruleId": note.code,
        "ruleIndex": rules.iter().position(|rule| *rule == note.code),
        "level": match note.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "message": { "text": message },
        "locations": note.places.first().map(location).into_iter().collect::<Vec<_>>(),
    });
    let related: Vec<Value> = note
        .places
        .iter()
        .skip(1)
        .map(|place| {
            let mut location = location(place);
            location["message"] = json!({ "text": place.text });
            location
        })
        .collect();
    if !related.is_empty() {
        out["relatedLocations"] = related.into();
    }
    out
}

fn location(place: &NotePlace) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(&place.file) },
            "region": {
                "startLine": place.start.0,
                "startColumn": place.start.1,
                "endLine": place.end.0,
                "endColumn": place.end.1,
            },
        },
    })
}

/// A relative path as a reference in a URI.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command_of_github_early() {
        let note = Note {
            code: "bad-value",
            severity: Severity::Error,
            message: "100%\n::warning::x".to_string(),
            places: vec![NotePlace {
                file: "a,b:c.toml".to_string(),
                start: (3, 5),
                end: (3, 9),
                text: String::new(),
            }],
            help: Some("write less".to_string()),
        };
        assert_eq!(
            github(&[note]),
            "::error file=a%2Cb%3Ac.toml,line=3,endLine=3,col=5,endColumn=8,title=bad-value::\
             100%25%0A::warning::x%0Ahelp: write less\n"
        );
    }

    #[test]
    fn what_a_terminal_obeys_is_visible_in_a_command_of_github() {
        let note = Note {
            code: "bad-name",
            severity: Severity::Error,
            message: "a\u{1b}[2J\u{9b}b\r\u{202e}c\u{e0041}".to_string(),
            places: vec![NotePlace::file("x\u{7}\n.toml")],
            help: None,
        };
        assert_eq!(
            github(&[note]),
            "::error file=x\\u{7}\\u{a}.toml,line=1,title=bad-name::a\\u{1b}[2J\\u{9b}b\\u{d}\\u{202e}c\\u{e0041}\n"
        );
    }

    #[test]
    fn a_path_is_a_reference_of_a_uri() {
        assert_eq!(uri("ml/a b%.toml"), "ml/a%20b%25.toml");
    }
}
