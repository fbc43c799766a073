//! Escaping by construction: whatever string stands in platform.toml, what is generated is read back with that string in
//! its place and everything else as it was.
//!
//! Here Rust's parsers read YAML, JSON, SVG and Markdown; tests/conformance/escaping asks the programs that really
//! read the files: PyYAML, Compose, Helm, Python, Groovy.

mod compare;
mod hostile;
pub mod read;

use std::collections::BTreeMap;

use compare::{expected, without_choices};
use hostile::{BLANK, Platform, STRINGS, forms, harmless, long, platform, random};
use mlopsgen::compile::{Request, compile};

use crate::support::compiled::texts;
use proptest::prelude::*;
use serde_json::Value;

/// Reads a whole file of one language.
type Reader = fn(&str) -> Result<Value, String>;

/// Compilations of the table test. Each puts every string into some places; all together put each string into a good
/// part of them.
const ROTATIONS: usize = 12;

type Files = BTreeMap<String, String>;

fn compiled(platform: &Platform) -> Result<Files, String> {
    texts(compile(&platform.world(), &Request::default()))
}

/// The differences between the files of a hostile platform and those of the harmless one.
fn faults(harmless: &Files, platform: &Platform) -> Vec<String> {
    let hostile = match compiled(platform) {
        Ok(files) => files,
        Err(printed) => return vec![format!("refused:\n{printed}")],
    };
    let mut found = Vec::new();
    for (path, wanted) in harmless {
        match hostile.get(path) {
            Some(read) => {
                let printed = faults_of(path, wanted, read, &platform.strings);
                found.extend(
                    printed
                        .into_iter()
                        .map(|printed| format!("{path}{printed}")),
                );
            }
            // The chart has another form for a file that is no plain text.
            None if path.starts_with("helm/p/files/config/") => {}
            None => found.push(format!("{path} is missing")),
        }
    }
    found
}

fn faults_of(path: &str, harmless: &str, hostile: &str, strings: &[String]) -> Vec<String> {
    let expected = expected(path, strings);
    if path.contains("config/") || path.contains("/templates/") {
        let mut found = Vec::new();
        expected.text(harmless, hostile, "", &mut found);
        return found;
    }
    let reader: Reader = match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "md" => read::markdown,
        "svg" => read::svg,
        "json" => read::json,
        "yml" | "yaml" => read::yaml,
        // Languages that only their own programs read: see tests/conformance/escaping.
        _ => return Vec::new(),
    };
    let read = |text: &str| {
        let mut tree = reader(text)?;
        without_choices(path, &mut tree);
        Ok::<Value, String>(tree)
    };
    match (read(harmless), read(hostile)) {
        (Ok(wanted), Ok(read)) => expected.differences(&wanted, &read),
        (_, Err(printed)) | (Err(printed), _) => vec![format!(": {printed}\n{hostile}")],
    }
}

fn assert_none(faults: &[String]) {
    let (count, all) = (faults.len(), faults.join("\n"));
    assert!(faults.is_empty(), "{count} faults:\n{all}");
}

#[test]
fn every_place_keeps_every_hostile_string() {
    let harmless = compiled(&harmless()).expect("the harmless platform compiles");
    let mut strings: Vec<String> = STRINGS.iter().map(ToString::to_string).collect();
    strings.push(long());
    let mut found = Vec::new();
    for rotation in 0..ROTATIONS {
        let start = rotation * strings.len() / ROTATIONS;
        let platform = platform(|place| strings[(start + place) % strings.len()].clone());
        found.extend(faults(&harmless, &platform));
    }
    assert_none(&found);
}

/// Places with a form keep the strings that they accept. A refused string is reported at its place.
#[test]
fn a_place_with_a_form_keeps_what_it_takes() {
    let strings: Vec<String> = STRINGS.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    for rotation in 0..ROTATIONS {
        let start = rotation * strings.len() / ROTATIONS;
        let (harmless, hostile) = forms(|place| strings[(start + place) % strings.len()].clone());
        let harmless = compiled(&harmless).expect("harmless words are taken");
        found.extend(faults(&harmless, &hostile));
    }
    assert_none(&found);
}

/// A page shows nothing of a blank string, but programs get it.
#[test]
fn every_place_keeps_a_blank_string() {
    let harmless = for_programs();
    for text in BLANK {
        let found = faults(&harmless, &platform(|_| text.to_string()));
        assert!(found.is_empty(), "{text:?}:\n{}", found.join("\n"));
    }
}

#[test]
fn every_place_keeps_random_strings() {
    let harmless = for_programs();
    for seed in 1..=4 {
        let strings = random(seed, 120);
        let found = faults(&harmless, &platform(|place| strings[place].clone()));
        assert!(found.is_empty(), "seed {seed}:\n{}", found.join("\n"));
    }
}

/// The harmless platform without pages and pictures.
fn for_programs() -> Files {
    let is_for_people = |path: &String| path.ends_with(".md") || path.ends_with(".svg");
    let mut harmless = compiled(&harmless()).expect("the harmless platform compiles");
    harmless.retain(|path, _| !is_for_people(path));
    harmless
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn every_place_keeps_any_string(strings in prop::collection::vec("[^\\x00]{0,12}[a-z\\\\'\"${}<>#%-][^\\x00]{0,12}", 120)) {
        let harmless = compiled(&harmless()).expect("the harmless platform compiles");
        let platform = platform(|place| strings[place % strings.len()].clone());
        let found = faults(&harmless, &platform);
        prop_assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
