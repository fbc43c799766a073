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

fn unified(path: &str, expected: &str, found: &str) -> String {
    TextDiff::configure()
        .algorithm(Algorithm::Patience)
        .timeout(Duration::from_secs(2))
        .diff_lines(expected, found)
        .unified_diff()
        .header(&format!("expected/{path}"), &format!("compiled/{path}"))
        .to_string()
}
