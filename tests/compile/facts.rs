//! A fact that is set once is true everywhere: in `tests/facts/*.toml` a platform.toml states a fact, and the generated files show
//! what follows from it.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::holds::Holds;
use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::render::{Style, human},
    world::MemoryWorld,
};
use serde::Deserialize;

/// The start of every platform in these files.
const START: &str = r#"
[platform]
name = "sample"
[groups]
one = "One"
two = "Two"
[secrets]
db = { env = "DB_PASSWORD" }
other = { env = "OTHER_PASSWORD" }
admin = { env = "ADMIN_PASSWORD" }
[lints]
no-resources = "allow"
"#;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    facts: Vec<Fact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    fact: String,
    platform: String,
    /// Files of the project.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// Expected codes, each as often as it is listed. Any other code except `unused` and `target-loss` is a failure too.
    #[serde(default)]
    says: Vec<String>,
    /// What the messages hold.
    #[serde(default)]
    tells: Vec<String>,
    #[serde(default)]
    holds: Vec<Holds>,
}

/// Lints of small platforms that do not matter here.
const ASIDE: [&str; 5] = [
    "unused",
    "nobody-told",
    "target-loss",
    "root-user",
    "docker-socket",
];

fn books() -> Vec<(PathBuf, Book)> {
    let mut paths: Vec<PathBuf> = fs::read_dir("tests/facts")
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("the data can be read");
        let book = toml::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        (path, book)
    };
    paths.into_iter().map(read).collect()
}

fn compiled(fact: &Fact) -> Compilation {
    let mut world = MemoryWorld::new().with("platform.toml", format!("{START}{}", fact.platform));
    for (path, text) in &fact.files {
        world = world.with(path, text.clone());
    }
    compile(&world, &Request::default())
}

/// The false claims of a fact; empty if all are true.
fn failures(fact: &Fact) -> Vec<String> {
    let compilation = compiled(fact);
    let style = Style {
        color: false,
        width: 120,
    };
    let printed = human(&compilation.diagnostics, &compilation.sources, style);
    let mut wrong = Vec::new();
    let mut codes: Vec<&str> = compilation
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.name())
        .filter(|code| !ASIDE.contains(code) || fact.says.iter().any(|printed| printed == code))
        .collect();
    codes.sort_unstable();
    let mut expected: Vec<&str> = fact.says.iter().map(String::as_str).collect();
    expected.sort_unstable();
    if codes != expected {
        wrong.push(format!(
            "printed {codes:?} instead of {expected:?}: {printed}"
        ));
    }
    for part in &fact.tells {
        if !printed.contains(part.as_str()) {
            wrong.push(format!("`{part}` is not printed: {printed}"));
        }
    }
    let Ok(output) = &compilation.output else {
        if !fact.holds.is_empty() {
            wrong.push(printed);
        }
        return wrong;
    };
    let held = fact.holds.iter();
    wrong.extend(held.flat_map(|holds| holds.wrong(&output.files)));
    wrong
}

#[test]
fn everything_derived_from_a_fact_changes_with_it() {
    let mut wrong = Vec::new();
    for (path, book) in books() {
        for fact in &book.facts {
            let claims = fact.says.len() + fact.tells.len() + fact.holds.len();
            assert!(claims > 0, "{path:?}, {}: nothing is claimed", fact.fact);
            let failures = failures(fact).into_iter();
            wrong.extend(failures.map(|text| format!("{path:?}, {}: {text}", fact.fact)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
