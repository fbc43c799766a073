//! What is public for the next crate alone has a user: the Rust compiler reports nothing that is public and unused.

use std::{collections::BTreeMap, fs, path::Path};

use super::{File, collect, sources};

/// The code of a file without its unit tests; nothing of a file that holds only these.
fn without_tests(file: &File) -> &str {
    if file.path.ends_with("tests.rs") || file.path.contains("/tests/") {
        return "";
    }
    let end = file.code.find("#[cfg(test)]\nmod tests {");
    &file.code[..end.unwrap_or(file.code.len())]
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
    let files = sources();
    let mut paths = Vec::new();
    collect(Path::new("tests"), &mut paths);
    let read = |path: &String| fs::read_to_string(path).expect("a test can be read");
    // What the tests of the whole program read is used, too.
    let tests: Vec<String> = paths.iter().map(read).collect();
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let code = files.iter().map(without_tests);
    for word in code.chain(tests.iter().map(String::as_str)).flat_map(words) {
        *uses.entry(word).or_default() += 1;
    }
    let mut names = 0;
    for file in &files {
        for name in public_names(without_tests(file)) {
            names += 1;
            assert!(uses[name] > 1, "{}: nothing uses `{name}`", file.path);
        }
    }
    assert!(names > 1000, "the names are found: {names}");
}
