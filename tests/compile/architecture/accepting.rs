//! What accepts a lint is said by one function, from the lint's own code and subject: written by hand, the two get out of step.

use super::texts;

/// The start of the words that accept a lint, as they stand in a text of Rust.
const WORDS: [&str; 3] = ["allow = [\\\"", "`[lints]` `", "`[lints] "];

/// Where the words belong: the function itself, and the examples of the language's keys.
const HOMES: [&str; 2] = ["diag/", "language/"];

#[test]
fn only_a_diagnostic_says_how_to_accept_it() {
    let mut found = Vec::new();
    for (path, text) in texts() {
        let is_home = HOMES.iter().any(|home| path.starts_with(home));
        let is_test = path.contains("/tests") || path.ends_with("tests.rs");
        if is_home || is_test {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|it| !it.trim_start().starts_with("//"));
        let by_hand = lines.filter(|line| WORDS.iter().any(|words| line.contains(words)));
        found.extend(by_hand.map(|line| format!("{path}: {}", line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
