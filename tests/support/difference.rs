//! How two trees of files differ, for a reader.

use std::{collections::BTreeMap, time::Duration};

use similar::{Algorithm, TextDiff};

/// A unified diff of every file that is another, new or no longer there; empty where the trees are the same.
pub fn between(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    for (path, text) in expected {
        match found.get(path) {
            Some(other) if other == text => {}
            Some(other) => out += &unified(path, text, other),
            None => out += &format!("--- {path}\n+++ nothing: it is no longer generated\n"),
        }
    }
    for (path, text) in found
        .iter()
        .filter(|(path, _)| !expected.contains_key(*path))
    {
        out += &format!("--- nothing\n+++ {path}\n");
        out.extend(text.lines().map(|line| format!("+{line}\n")));
    }
    out
}

/// The lines of a text that another does not have, each with one around it. Where they stand is left out: a line that is new
/// above them would change it.
#[allow(dead_code, reason = "some test programs compare whole texts alone")]
pub fn changes(from: &str, to: &str) -> String {
    let lines = diff(from, to).unified_diff().context_radius(1).to_string();
    let lines = lines.lines().map(|line| match line.strip_prefix("@@ ") {
        Some(_) => "@@\n".to_string(),
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn unified(path: &str, expected: &str, found: &str) -> String {
    diff(expected, found)
        .unified_diff()
        .header(&format!("expected/{path}"), &format!("compiled/{path}"))
        .to_string()
}

fn diff<'a>(from: &'a str, to: &'a str) -> TextDiff<'a, 'a, str> {
    TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(Duration::from_secs(2))
        .diff_lines(from, to)
}
