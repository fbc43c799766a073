//! No function is steered by a `bool`: `true` says nothing at the call. An enum with two names does, or two functions.

use super::{beside_the_crates, sources};

/// Functions that get a value to write or to test, of which `true` is the value itself.
const OF_VALUES: [&str; 3] = ["boolean", "is_false", "serialize_bool"];

/// The functions of a text that take a `bool`; what a closure returns is no parameter.
fn steered(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let rest = &code[at + "fn ".len()..];
        let is_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some(open) = rest.find('(').filter(|_| !is_word) else {
            continue;
        };
        let name = rest[..open].split('<').next().unwrap_or_default();
        let parameters = parameters(&rest[open..]).replace("-> bool", "");
        let mut words = parameters.split(|c: char| !c.is_alphanumeric() && c != '_');
        let is_function = !name.is_empty() && !name.contains(char::is_whitespace);
        if is_function && words.any(|word| word == "bool") && !OF_VALUES.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// What stands between these brackets.
fn parameters(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

#[test]
fn no_function_is_steered_by_a_bool() {
    let sample = "fn a(x: bool) {} fn b(f: impl Fn(&str) -> bool) -> bool {} fn c<T>(y: (&str,\n bool)) {} fn boolean(v: bool) {}";
    assert_eq!(
        steered(sample),
        ["a", "c"],
        "the test sees what it looks for"
    );
    let mut all = sources();
    let beside = beside_the_crates().into_iter();
    // This file has the sample.
    all.extend(beside.filter(|file| !file.path.ends_with("/bools.rs")));
    let found: Vec<String> = all
        .iter()
        .flat_map(|file| {
            let names = steered(&file.code).into_iter();
            names.map(|name| format!("{}: `{name}`", file.path))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
