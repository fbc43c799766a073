//! Golden trees: `tests/cases/NAME/` is a project; what stands beside it is everything that it compiles to, to the byte.
//!
//! - `expected.files` lists the tree, a line each file. A path alone has its text in `expected/`.
//! - `PATH = OTHER` is a copy of another file of the tree, or of one in `tests/cases/expected.shared/`, which holds
//!   the texts that most cases share (`CHART` stands for the chart's folder). `with --env E`: but for the environment that its
//!   commands name.
//! - `PATH sha256:...` is a dashboard: only the case [`WRITTEN_OUT`] has them as text.
//! - `PATH sha256:... and PATH.diff` is the schema of a chart's values: `expected/` has the lines that [`WRITTEN_OUT`] has not.
//! - `expected.stderr` is what the compiler reports.
//!
//! `BLESS=1 cargo test golden` rewrites all of it and removes what is no longer generated; the reviewer reads the diff.
//! A `platform.E.toml` in the project is compiled as environment E, into `expected/E/`.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use crate::support::{
    cases::{self, Case, Compiled},
    difference,
};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const ROOT: &str = "tests/cases";
const SHARED: &str = "expected.shared";

/// The one case whose dashboards and whose schema of the chart's values stand as text. This repository's `generated/` shows more of
/// them.
const WRITTEN_OUT: &str = "first-steps";

/// A text stands in `expected.shared/` where so many trees have it, and no other as often.
const SHARED_BY: usize = 3;

/// The file's place where the name of the chart does not count, as in `helm/CHART/Chart.yaml`.
fn place(path: &str) -> String {
    match path
        .strip_prefix("helm/")
        .and_then(|rest| rest.split_once('/'))
    {
        Some((_, rest)) => format!("helm/CHART/{rest}"),
        None => path.to_string(),
    }
}

/// What commands in the texts of an environment say, and those of the base do not; empty for the base.
fn flag(compiled: &Compiled) -> String {
    match compiled.prefix.strip_suffix('/') {
        Some(environment) => format!(" --env {environment}"),
        None => String::new(),
    }
}

/// A text as the base of its project would have it.
fn of_base<'a>(text: &'a str, flag: &str) -> Cow<'a, str> {
    match !flag.is_empty() && text.contains(flag) {
        true => Cow::Owned(text.replace(flag, "")),
        false => Cow::Borrowed(text),
    }
}

/// The texts that most trees have at one place.
fn shared(cases: &[Case]) -> BTreeMap<String, Cow<'_, str>> {
    let mut texts: BTreeMap<String, BTreeMap<Cow<'_, str>, usize>> = BTreeMap::new();
    for compiled in cases.iter().flat_map(|case| &case.compiled) {
        let flag = flag(compiled);
        for (path, text) in &compiled.files {
            let texts = texts.entry(place(path)).or_default();
            *texts.entry(of_base(text, &flag)).or_default() += 1;
        }
    }
    texts
        .into_iter()
        .filter_map(|(place, texts)| {
            let (text, count) = texts.into_iter().max_by_key(|(_, count)| *count)?;
            (count >= SHARED_BY).then_some((place, text))
        })
        .collect()
}

/// The first file of each text that is long enough to be read only once. What only the chart mounts stands there under another
/// name, so files of the chart come last.
fn originals(compiled: &Compiled) -> BTreeMap<&str, &str> {
    const LONG: usize = 200;
    let mut files: Vec<(&str, &str)> = compiled
        .files
        .iter()
        .filter(|(_, text)| text.len() >= LONG)
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    files.sort_by_key(|(path, _)| (path.starts_with("helm/"), *path));
    let mut originals = BTreeMap::new();
    for (path, text) in files {
        originals.entry(text).or_insert(path);
    }
    originals
}

/// What the list says of a file, where its text does not stand in `expected/`.
fn elsewhere(
    case: &Case,
    compiled: &Compiled,
    path: &str,
    shared: &BTreeMap<String, Cow<'_, str>>,
    originals: &BTreeMap<&str, &str>,
) -> Option<String> {
    let text = &compiled.files[path];
    let place = place(path);
    let flag = flag(compiled);
    let of_base = of_base(text, &flag);
    if shared.get(&place) == Some(&of_base) {
        let with = match of_base {
            Cow::Owned(_) => format!(" with{flag}"),
            Cow::Borrowed(_) => String::new(),
        };
        return Some(format!(" = {SHARED}/{place}{with}"));
    }
    if let Some(original) = originals.get(text.as_str())
        && *original != path
    {
        return Some(format!(" = {original}"));
    }
    let is_long = path.contains("grafana/dashboards/") || is_schema(path);
    (is_long && case.name != WRITTEN_OUT).then(|| {
        let digest = HEXLOWER.encode(&Sha256::digest(text)[..8]);
        match is_schema(path) {
            true => format!(" sha256:{digest} and {path}.diff"),
            false => format!(" sha256:{digest}"),
        }
    })
}

/// Whether it is the schema of a chart's values.
fn is_schema(path: &str) -> bool {
    path.ends_with("/values.schema.json")
}

/// The schema of the chart's values that stands as text.
fn schema_written_out(cases: &[Case]) -> &str {
    let case = cases.iter().find(|case| case.name == WRITTEN_OUT);
    let files = case.into_iter().flat_map(|case| &case.compiled);
    let mut files = files.flat_map(|compiled| &compiled.files);
    let schema = files.find(|(path, _)| is_schema(path));
    schema.expect("the case has a chart").1
}

/// Everything that should stand below `tests/cases`, apart from the projects themselves.
fn expected(cases: &[Case]) -> BTreeMap<String, String> {
    let shared = shared(cases);
    let schema = schema_written_out(cases);
    let mut out: BTreeMap<String, String> = shared
        .iter()
        .map(|(place, text)| (format!("{SHARED}/{place}"), text.to_string()))
        .collect();
    for case in cases {
        let name = &case.name;
        let mut list = String::new();
        let mut messages = String::new();
        for compiled in &case.compiled {
            messages += &compiled.messages;
            let originals = originals(compiled);
            for (path, text) in &compiled.files {
                let full = format!("{}{path}", compiled.prefix);
                let note = elsewhere(case, compiled, path, &shared, &originals);
                writeln!(list, "{full}{}", note.as_deref().unwrap_or_default()).expect("a line");
                match note {
                    None => {
                        out.insert(format!("{name}/expected/{full}"), text.clone());
                    }
                    Some(note) if note.ends_with(".diff") => {
                        let diff = difference::changes(schema, text);
                        out.insert(format!("{name}/expected/{full}.diff"), diff);
                    }
                    Some(_) => {}
                }
            }
        }
        out.insert(format!("{name}/expected.files"), list);
        out.insert(format!("{name}/expected.stderr"), messages);
    }
    out
}

/// What stands below `tests/cases`, apart from the projects themselves.
fn found() -> BTreeMap<String, String> {
    let mut files = cases::read(Path::new(ROOT));
    files.retain(|path, _| {
        path.starts_with(SHARED)
            || path
                .split_once('/')
                .is_none_or(|(_, rest)| rest.starts_with("expected"))
    });
    files
}

fn bless(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) {
    for path in found.keys().filter(|path| !expected.contains_key(*path)) {
        let path = Path::new(ROOT).join(path);
        fs::remove_file(&path).expect("it can be removed");
        let mut folders = path.ancestors().skip(1);
        // A folder that is not empty stays, and so do those around it.
        while folders
            .next()
            .is_some_and(|folder| fs::remove_dir(folder).is_ok())
        {}
    }
    for (path, text) in expected
        .iter()
        .filter(|(path, text)| found.get(*path) != Some(*text))
    {
        let path: PathBuf = Path::new(ROOT).join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }
}

#[test]
fn every_case_compiles_to_its_expected_tree() {
    let cases = cases::all();
    assert!(cases.len() >= 4, "there are cases");
    let expected = expected(&cases);
    if std::env::var_os("BLESS").is_some() {
        bless(&expected, &found());
    }
    let difference = difference::between(&found(), &expected);
    assert!(
        difference.is_empty(),
        "{difference}\nThe trees below {ROOT} differ; `BLESS=1 cargo test golden` rewrites them"
    );
}

/// A comparison without any file would pass for every tree.
#[test]
fn a_file_that_is_changed_new_or_left_over_is_seen() {
    let tree = |files: &[(&str, &str)]| -> BTreeMap<String, String> {
        let owned = files
            .iter()
            .map(|(path, text)| (path.to_string(), text.to_string()));
        owned.collect()
    };
    let expected = tree(&[("a", "1\n"), ("b", "2\n"), ("c", "3\n"), ("same", "0\n")]);
    let found = tree(&[
        ("a", "one\n"),
        ("c", "three\n"),
        ("d", "4\n"),
        ("same", "0\n"),
    ]);
    let wanted = "\
--- expected/a
+++ compiled/a
@@ -1 +1 @@
-1
+one
--- b
+++ nothing: it is no longer generated
--- expected/c
+++ compiled/c
@@ -1 +1 @@
-3
+three
--- nothing
+++ d
+4
";
    assert_eq!(difference::between(&expected, &found), wanted);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for case in cases::all() {
        assert!(
            case.compiled == cases::compiled(&case.path),
            "{}: compiled twice, it is not the same",
            case.name
        );
    }
}

/// Targets and files are made in parallel: none may depend on the progress of another.
#[test]
fn eight_threads_make_the_same_bytes_as_one() {
    for case in cases::all() {
        assert!(
            case.compiled == cases::compiled_on(&case.path, 8),
            "tests/cases/{} compiles to something else on eight threads",
            case.name
        );
    }
}
