//! Every promise of docs/guarantees.md names a test that exists.

use std::{fs, path::Path};

/// Where a file that the page names lies.
fn place(file: &str) -> String {
    match file.starts_with("src/") || file.starts_with("crates/") {
        true => file.to_string(),
        false => format!("tests/{file}"),
    }
}

/// What stands between backticks in a cell, one after the other.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The faults of a promise's proof.
fn faults(proof: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut text: Option<String> = None;
    let mut proofs = 0;
    for word in quoted(proof) {
        if word.ends_with(".rs") {
            text = fs::read_to_string(place(word)).ok();
            if text.is_none() {
                faults.push(format!("there is no {word}"));
            }
        } else if word.contains('/') {
            proofs += 1;
            if !Path::new(word).exists() {
                faults.push(format!("there is no {word}"));
            }
        } else {
            proofs += 1;
            let is_there = text
                .as_ref()
                .is_some_and(|text| text.contains(&format!("fn {word}(")));
            if !is_there {
                faults.push(format!("there is no test {word}"));
            }
        }
    }
    if proofs == 0 {
        faults.push("no test holds it".to_string());
    }
    faults
}

#[test]
fn each_promise_has_a_test_that_exists() {
    let page = fs::read_to_string("docs/guarantees.md").expect("the page");
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let mut promises = 0;
    for row in rows.skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [promise, proof] = cells.as_slice() else {
            panic!("not two cells: {row}");
        };
        let faults = faults(proof);
        assert!(faults.is_empty(), "{promise}: {faults:?}");
        promises += 1;
    }
    assert!(promises > 20, "{promises}");
    assert_eq!(
        faults("`cli/apply/mod.rs`: `nothing_of_this_name`").len(),
        1
    );
    assert_eq!(faults("good will").len(), 1);
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let manifest = fs::read_to_string("Cargo.toml").expect("Cargo.toml");
    assert!(manifest.contains("\nunsafe_code = \"forbid\"\n"));
    for file in [
        "crates/front/src/lib.rs",
        "crates/middle/src/lib.rs",
        "crates/back/src/lib.rs",
        "src/lib.rs",
        "src/main.rs",
    ] {
        let text = fs::read_to_string(file).expect("a file");
        assert!(text.contains("#![forbid(unsafe_code)]"), "{file}");
    }
}

/// A run keeps a proof in the user's cache folder: a test says which, or that there is none.
#[test]
fn no_test_writes_into_the_cache_of_a_user() {
    let starts = format!("CARGO_BIN_EXE_{}", "mlopsgen");
    let mut starters = 0;
    for entry in walkdir::WalkDir::new("tests") {
        let entry = entry.expect("an entry");
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        if !text.contains(&starts) {
            continue;
        }
        starters += 1;
        let words = ["XDG_CACHE_HOME", ".env_clear()", "--no-cache"];
        let is_kept = words.iter().any(|word| text.contains(word));
        assert!(is_kept, "{}", entry.path().display());
    }
    assert!(starters > 5, "{starters}");
}
