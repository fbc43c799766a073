//! Escaping by construction: whatever string stands in platform.toml, what is generated is read back with that string in
//! its place and everything else as it was.
//!
//! Here Rust's parsers read YAML, JSON, SVG and Markdown; tests/conformance/escaping.rs asks the programs that really
//! read the files: PyYAML, Compose, Helm, Python, Groovy.

mod compare;
mod hostile;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use compare::Expected;
use hostile::{BLANK, Platform, STRINGS, harmless, long, platform, with_forms};
use mlopsgen::{
    compile::{Request, compile},
    diag::{
        Severity,
        render::{Style, human},
    },
};
use proptest::prelude::*;
use serde_json::Value;

/// Reads a whole file of one language.
type Reader = fn(&str) -> Result<Value, String>;

/// Compilations of the table test. Each puts every string into some places; all together put each string into a good
/// part of them.
const ROTATIONS: usize = 12;

type Files = BTreeMap<String, String>;

fn compiled(platform: &Platform) -> Result<Files, String> {
    let compilation = compile(&platform.world(), &Request::default());
    match compilation.output {
        Some(output) => Ok(output
            .files
            .files
            .into_iter()
            .map(|(path, file)| (path, file.text))
            .collect()),
        None => Err(human(
            &compilation.diagnostics,
            &compilation.sources,
            Style {
                color: false,
                width: 100,
            },
        )),
    }
}

/// What is wrong with the files of a hostile platform, held against those of the harmless one.
fn faults(harmless: &Files, platform: &Platform) -> Vec<String> {
    let hostile = match compiled(platform) {
        Ok(files) => files,
        Err(said) => return vec![format!("refused:\n{said}")],
    };
    let mut found = Vec::new();
    for (path, wanted) in harmless {
        match hostile.get(path) {
            Some(read) => {
                let said = faults_of(path, wanted, read, &platform.strings);
                found.extend(said.into_iter().map(|said| format!("{path}{said}")));
            }
            // The chart carries a file that is no plain text in another form.
            None if path.starts_with("helm/p/files/config/") => {}
            None => found.push(format!("{path} is missing")),
        }
    }
    found
}

fn faults_of(path: &str, harmless: &str, hostile: &str, strings: &[String]) -> Vec<String> {
    let expected = |spellings, seen| Expected {
        strings,
        spellings,
        seen,
    };
    let literal = expected(&[as_is], as_is);
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    if path.contains("config/") || path.contains("/templates/") {
        let mut found = Vec::new();
        literal.text(harmless, hostile, "", &mut found);
        return found;
    }
    let (read, expected): (Reader, _) = match (path, ending) {
        (_, "md") => (read::markdown, expected(&[as_is], on_a_page)),
        (_, "svg") => (read::svg, expected(&[as_is], on_a_page)),
        (_, "json") => (read::json, literal),
        (_, "yml") => (read::yaml, expected(&[for_prometheus], as_is)),
        (path, "yaml") if path.starts_with("compose/") => {
            (compose, expected(&[for_compose, as_is], as_is))
        }
        (path, "yaml") if path.ends_with("/values.yaml") => {
            return values_faults(harmless, hostile, &literal);
        }
        (_, "yaml") => (read::yaml, literal),
        // Languages that only their own programs read: see tests/conformance/escaping.rs.
        _ => return Vec::new(),
    };
    match (read(harmless), read(hostile)) {
        (Ok(wanted), Ok(read)) => expected.differences(&wanted, &read),
        (_, Err(said)) | (Err(said), _) => vec![format!(": {said}\n{hostile}")],
    }
}

/// The chart's values. Where a file lies in the chart depends on what it holds.
fn values_faults(harmless: &str, hostile: &str, expected: &Expected<'_>) -> Vec<String> {
    let read = |text: &str| {
        let mut values = read::yaml(text)?;
        if let Some(items) = values.pointer_mut("/0/components/web/files/0/items/0") {
            items.take();
        }
        Ok::<Value, String>(values)
    };
    match (read(harmless), read(hostile)) {
        (Ok(wanted), Ok(read)) => expected.differences(&wanted, &read),
        (_, Err(said)) | (Err(said), _) => vec![format!(": {said}\n{hostile}")],
    }
}

/// A file of Compose. A variable whose default Compose could not find the end of is its default.
fn compose(text: &str) -> Result<Value, String> {
    let mut file = read::yaml(text)?;
    if let Some(Value::String(value)) = file.pointer_mut("/0/services/web/environment/G")
        && let Some(default) = value.strip_prefix("${LATE:-")
        && let Some(default) = default.strip_suffix('}')
    {
        *value = default.to_string();
    }
    Ok(file)
}

fn as_is(text: &str) -> String {
    text.to_string()
}

/// `$` begins an interpolation, except in keys.
fn for_compose(text: &str) -> String {
    text.replace('$', "$$")
}

/// Annotations of alerts are templates.
fn for_prometheus(text: &str) -> String {
    text.replace("{{", "{{ \"{{\" }}")
}

/// A page and a picture show a text on one line: what can be seen of it is compared.
fn on_a_page(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if is_visible(c) { c } else { ' ' })
        .collect();
    visible.split_whitespace().collect()
}

fn is_visible(c: char) -> bool {
    let unseen = matches!(c as u32, 0x200b..=0x200f | 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff | 0xfffd..=0xffff);
    !c.is_control() && !unseen
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
    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// Places that hold a string to a form keep what they take. What they refuse has a place.
#[test]
fn a_place_with_a_form_keeps_what_it_takes() {
    let strings: Vec<String> = STRINGS.iter().map(ToString::to_string).collect();
    let mut found = Vec::new();
    for rotation in 0..ROTATIONS {
        let start = rotation * strings.len() / ROTATIONS;
        let mut refused = BTreeSet::new();
        loop {
            let hostile = with_forms(&refused, |place| {
                strings[(start + place) % strings.len()].clone()
            });
            let more = refused_lines(&hostile);
            if more.is_empty() {
                let harmless = compiled(&with_forms(&refused, hostile::word));
                found.extend(faults(
                    &harmless.expect("harmless words are taken"),
                    &hostile,
                ));
                break;
            }
            assert!(
                more.is_disjoint(&refused),
                "a line is refused that is not there"
            );
            refused.extend(more);
        }
    }
    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
}

/// The lines that errors are about, counted from 0.
fn refused_lines(platform: &Platform) -> BTreeSet<usize> {
    let compilation = compile(&platform.world(), &Request::default());
    let errors = compilation
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    errors
        .map(|error| {
            let label = error.labels.first().expect("an error has a place");
            compilation.sources.position(label.span).0 - 1
        })
        .collect()
}

/// A page has nothing to show of a blank string; programs get it all the same.
#[test]
fn every_place_keeps_a_blank_string() {
    let is_for_people = |path: &String| path.ends_with(".md") || path.ends_with(".svg");
    let mut harmless = compiled(&harmless()).expect("the harmless platform compiles");
    harmless.retain(|path, _| !is_for_people(path));
    for text in BLANK {
        let found = faults(&harmless, &platform(|_| text.to_string()));
        assert!(found.is_empty(), "{text:?}:\n{}", found.join("\n"));
    }
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
