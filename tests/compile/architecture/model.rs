//! The model is made whole: what it holds is made in one place, and no stage changes it.

use std::fs;

use super::{File, files_of, floors, is_in};

/// The code of a file without its unit tests.
fn without_tests(file: &File) -> &str {
    let end = file.code.find("#[cfg(test)]").unwrap_or(file.code.len());
    &file.code[..end]
}

/// The structs of the model, by name.
fn structs_of_the_model() -> Vec<String> {
    let mut names = Vec::new();
    for File { code, .. } in files_of("model") {
        for line in code.lines() {
            let rest = line.strip_prefix("pub struct ");
            let name: Option<String> =
                rest.map(|rest| rest.chars().take_while(|c| c.is_alphanumeric()).collect());
            // A list grows while it is made.
            names.extend(name.filter(|name| name != "Named"));
        }
    }
    names
}

/// What a file borrows to change it: the names of types after `&mut`, behind lifetimes and as members of slices.
fn changed_types(code: &str) -> Vec<String> {
    let of = |rest: &str| -> String {
        let rest = rest.trim_start_matches(['[', ' ']);
        rest.chars().take_while(|c| c.is_alphanumeric()).collect()
    };
    code.split('&')
        .skip(1)
        .filter_map(|rest| {
            let rest = match rest.strip_prefix('\'') {
                Some(lifetime) => lifetime.split_once(' ')?.1,
                None => rest,
            };
            Some(of(rest.strip_prefix("mut ")?))
        })
        .collect()
}

/// The literals of a struct: where a value of it is made.
fn literals(code: &str, name: &str) -> usize {
    code.match_indices(&format!("{name} {{"))
        .filter(|(at, _)| {
            let before = code[..*at].trim_end_matches([' ', '\n']);
            let is_part = code[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let is_type = ["->", "struct", "impl", "for", ">", "::"]
                .iter()
                .any(|word| before.ends_with(word));
            // `let Platform { .. } = platform` takes one apart.
            !is_part && !is_type && !before.ends_with("let")
        })
        .count()
}

#[test]
fn nothing_changes_the_model() {
    let seen = changed_types("fn a(x: &mut A, y: &'a mut [B], z: &C) { p.d.iter_mut(); &mut e }");
    assert_eq!(seen, ["A", "B", "e"], "the test sees what it looks for");
    let names = structs_of_the_model();
    assert!(names.len() > 60, "the model has structs: {names:?}");
    let floors = floors();
    let later = floors.iter().skip_while(|name| *name != "model").skip(1);
    for file in later.flat_map(|module| files_of(module)) {
        let (path, code) = (&file.path, without_tests(&file));
        if is_in(path, &["target/runtime/helm/tests"]) {
            continue;
        }
        for changed in changed_types(code) {
            assert!(!names.contains(&changed), "{path} changes a `{changed}`");
        }
        // In `expand` these words name tables.
        for name in ["platform", "component", "workload", "pipeline"] {
            let word = format!("let mut {name} ");
            assert!(
                is_in(path, &["expand"]) || !code.contains(&word),
                "{path} changes a {name}"
            );
        }
    }
    let resolve = files_of("resolve");
    for name in ["Platform", "Component", "Workload", "Pipeline", "Ci"] {
        let made: usize = resolve
            .iter()
            .map(|file| literals(without_tests(file), name))
            .sum();
        assert_eq!(made, 1, "a `{name}` is made in one place");
    }
    // The compiler keeps the rest: nothing leads from a list by name to a member that can be changed.
    let named = fs::read_to_string("crates/middle/src/model/named.rs").expect("it can be read");
    assert!(!named.contains("DerefMut") && !named.contains("iter_mut"));
}
