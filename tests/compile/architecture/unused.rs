//! What is public for the next crate alone has a user: the Rust compiler reports nothing that is public and unused.

use std::collections::BTreeMap;

use super::{File, sources};

/// What only tests of the whole program read: they write pages of the documentation from it.
const FOR_PAGES: [&str; 3] = ["in_target", "kinds_reference", "language_reference"];

/// The code of a file without its unit tests; nothing of a file that holds only these.
fn without_tests(file: &File) -> &str {
    if file.path.ends_with("tests.rs") || file.path.contains("/tests/") {
        return "";
    }
    let end = file.code.find("#[cfg(test)]\nmod tests {");
    &file.code[..end.unwrap_or(file.code.len())]
}

/// The code without what uses nothing: comments behind code, names that are passed on by `pub use`, and the words of texts but for
/// those between braces, which a format fills in.
fn that_uses(code: &str) -> String {
    let lines: Vec<&str> = code
        .lines()
        .map(|line| line.split(" // ").next().unwrap_or(line))
        .collect();
    let statements = lines.join("\n");
    let statements = statements
        .split_inclusive(';')
        .filter(|statement| !statement.trim_start().starts_with("pub use "));
    let code: String = statements.collect();
    let mut out = String::new();
    let mut chars = code.chars().peekable();
    let (mut in_text, mut in_braces) = (false, false);
    while let Some(c) = chars.next() {
        match c {
            // Of a character and of a text.
            '\\' if in_text => {
                chars.next();
            }
            '\'' if !in_text && chars.next_if_eq(&'"').is_some() => {}
            '"' => {
                (in_text, in_braces) = (!in_text, false);
                out.push(' ');
            }
            '{' | '}' if in_text => {
                in_braces = c == '{';
                out.push(' ');
            }
            _ if !in_text || in_braces => out.push(c),
            _ => {}
        }
    }
    out
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The names of public functions, types and constants of a file.
fn public_names(code: &str) -> Vec<&str> {
    let kinds = ["fn", "struct", "enum", "trait", "type", "const", "static"];
    code.match_indices("pub ")
        .filter_map(|(at, _)| {
            let mut words = code[at..].split_whitespace().skip(1).peekable();
            if words.next_if_eq(&"const").is_some() && words.peek() != Some(&"fn") {
                return words.next();
            }
            kinds.contains(&words.next()?).then(|| words.next())?
        })
        .map(|name| {
            let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
            &name[..end.unwrap_or(name.len())]
        })
        .collect()
}

#[test]
fn everything_public_has_a_user() {
    assert_eq!(
        public_names(
            "pub fn a() {} pub const B: u8 = 1; pub const fn c() {} pub mod d; pub struct E;"
        ),
        ["a", "B", "c", "E"],
        "the test sees what it looks for"
    );
    let sample = "let a = 1; // b\npub use c::{d, e};\nf(\"g \\\"h {i} j\", '\"', k)";
    let used: Vec<String> = words(&that_uses(sample))
        .filter(|word| !word.is_empty())
        .map(str::to_string)
        .collect();
    assert_eq!(used, ["let", "a", "1", "f", "i", "k"], "and what uses it");
    let files = sources();
    let code: Vec<String> = files
        .iter()
        .map(|file| that_uses(without_tests(file)))
        .collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for word in code.iter().flat_map(|code| words(code)) {
        *uses.entry(word).or_default() += 1;
    }
    let mut names = 0;
    for file in &files {
        for name in public_names(without_tests(file)) {
            names += 1;
            let is_used = uses.get(name).is_some_and(|uses| *uses > 1);
            let is_for_pages = FOR_PAGES.contains(&name);
            assert!(
                is_used != is_for_pages,
                "{}: nothing but tests uses `{name}`",
                file.path
            );
        }
    }
    assert!(names > 1000, "the names are found: {names}");
}
