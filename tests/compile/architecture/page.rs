//! ARCHITECTURE.md names what is there: files that exist, and the modules of the library in their order.

use std::{fs, path::Path};

use super::floors;

/// Below these the page names files.
const FOLDERS: [&str; 9] = [
    "",
    "crates/front/src/",
    "crates/middle/src/",
    "crates/back/src/",
    "crates/back/src/target/",
    "crates/back/src/target/runtime/",
    "src/",
    "tests/compile/",
    "tests/cli/",
];

fn page() -> String {
    fs::read_to_string("ARCHITECTURE.md").expect("it can be read")
}

/// The texts between backticks that name files: they have a `/`, or end as a source or a page does.
fn files(page: &str) -> Vec<&str> {
    let code = page.split('`').skip(1).step_by(2);
    let names = code.filter(|text| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-/*".contains(c);
        text.chars().all(is_plain)
            && (text.contains('/') || text.ends_with(".rs") || text.ends_with(".md"))
    });
    names.collect()
}

#[test]
fn every_file_that_the_page_names_exists() {
    let page = page();
    let files = files(&page);
    assert!(files.len() > 40, "the names are found: {files:?}");
    for name in files {
        // The runtime of the example on paper, and the name in a general rule.
        if name.contains("nomad") || name.contains("TARGET") {
            continue;
        }
        let start = name.split('*').next().unwrap_or(name);
        assert!(
            FOLDERS
                .iter()
                .any(|folder| Path::new(&format!("{folder}{start}")).exists()),
            "there is no `{name}`"
        );
    }
}

#[test]
fn the_table_has_the_modules_in_their_order() {
    let page = page();
    let (_, table) = page.split_once("| module | in |").expect("the table");
    let rows = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let names: Vec<&str> = names.map(|name| name.trim_end_matches("/*")).collect();
    let mut expected = floors();
    // Of the binary.
    expected.push("cli".to_string());
    assert_eq!(names, expected);
}

#[test]
fn the_table_of_tests_has_every_suite() {
    let page = page();
    let (_, table) = page.split_once("| suite | holds |").expect("the table");
    let named = files(table);
    let mut missing = Vec::new();
    for (folder, shown) in [
        ("tests", "tests/"),
        ("tests/compile", ""),
        ("tests/cli", ""),
    ] {
        for entry in fs::read_dir(folder).expect("it can be listed").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = match entry.path().is_dir() {
                true => format!("{shown}{name}/"),
                false => format!("{shown}{name}"),
            };
            // `tests/cases/*`
            let is_named = named.iter().any(|it| it.trim_end_matches('*') == name);
            // Where each program begins, and lists that its tests read.
            let is_part = name == "main.rs" || name.ends_with(".toml");
            if !is_named && !is_part {
                missing.push(name);
            }
        }
    }
    assert!(missing.is_empty(), "the page does not name {missing:?}");
}

/// A page that is read at the start, and files that can be read at once: those of tests, benches and fuzzing, too.
#[test]
fn the_page_and_every_source_are_short() {
    assert!(page().lines().count() < 200, "ARCHITECTURE.md is too long");
    let mut paths = Vec::new();
    for folder in [
        "src",
        "crates",
        "tests",
        "benches",
        "examples",
        "fuzz/targets",
    ] {
        let before = paths.len();
        super::collect(Path::new(folder), &mut paths);
        assert!(paths.len() > before, "the sources below {folder} are found");
    }
    for path in paths {
        let text = fs::read_to_string(&path).expect("a source can be read");
        let lines = text.lines().count();
        assert!(lines < 500, "{path} has {lines} lines");
    }
}
