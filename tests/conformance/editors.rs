//! Taplo, which editors of TOML use, checks platform.toml and the files beside it against our schemas.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use crate::consumer;

/// A file that the schema has to refuse.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    name: String,
    /// The argument of `mlopsgen schema`.
    #[serde(default = "platform")]
    document: String,
    text: String,
    /// Words of Taplo's finding.
    finding: String,
}

#[derive(Deserialize)]
struct Faults {
    fault: Vec<Fault>,
}

fn platform() -> String {
    "platform".to_owned()
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Prints the schema of a document for the project in `folder`, into a file.
fn schema(document: &str, folder: &Path, to: &Path) -> PathBuf {
    let verdict = consumer::run(
        consumer::system(env!("CARGO_BIN_EXE_mlopsgen"))
            .arg("-C")
            .arg(folder)
            .args(["schema", document])
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")),
    );
    assert!(verdict.success, "{}", verdict.words());
    let path = to.join(format!("{document}.schema.json"));
    fs::write(&path, verdict.stdout).expect("the schema can be written");
    path
}

/// Taplo's findings in the files of a folder.
fn lint(schema: &Path, folder: &Path, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let taplo = consumer::installed("taplo/node_modules/@taplo/cli/dist/cli.js");
    // Taplo's own search for files knows no absolute paths.
    let verdict = consumer::run(
        consumer::system("node")
            .current_dir(folder)
            .arg(taplo)
            .args(["lint", "--no-auto-config", "--colors", "never", "--schema"])
            .arg(format!("file://{}", schema.display()))
            .args(names),
    );
    match verdict.success {
        true => String::new(),
        false => verdict.words(),
    }
}

/// The names of a folder's files that fit.
fn names(folder: &Path, fits: fn(&str) -> bool) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml") && fits(name))
        .collect();
    names.sort();
    names
}

/// Projects of this repository: its own, and those of the tests.
fn projects() -> Vec<PathBuf> {
    let mut folders = vec![project().to_path_buf()];
    let cases = fs::read_dir(project().join("tests/cases"));
    folders.extend(
        cases
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path())),
    );
    folders.retain(|folder| folder.join("platform.toml").is_file());
    folders.sort();
    folders
}

/// Most projects have the same schema: Taplo, which takes seconds to read one, reads each only once.
#[test]
fn taplo_accepts_every_platform() {
    let schemas = tempfile::tempdir().expect("a temporary folder");
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for folder in projects() {
        let environments = names(&folder, |name| {
            name.starts_with("platform.") && name != "platform.toml"
        });
        for (document, names) in [
            ("platform", vec!["platform.toml".to_owned()]),
            ("environment", environments),
        ] {
            let printed = schema(document, &folder, schemas.path());
            let text = fs::read_to_string(printed).expect("the schema can be read");
            let relative = folder.strip_prefix(project()).expect("it is in this one");
            let path = |name: &String| relative.join(name).to_string_lossy().into_owned();
            files
                .entry(text)
                .or_default()
                .extend(names.iter().map(path));
        }
    }
    let mut findings = String::new();
    for (number, (text, names)) in files.iter().enumerate() {
        let schema = schemas.path().join(format!("{number}.schema.json"));
        fs::write(&schema, text).expect("the schema can be written");
        findings += &lint(&schema, project(), names);
    }
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn taplo_accepts_every_kind() {
    let schemas = tempfile::tempdir().expect("a temporary folder");
    let kind = schema("kind", project(), schemas.path());
    let kinds = project().join("templates/kinds");
    let findings = lint(&kind, &kinds, &names(&kinds, |_| true));
    assert!(findings.is_empty(), "{findings}");
}

#[test]
fn taplo_finds_every_fault() {
    let text = fs::read_to_string(project().join("tests/conformance/broken/taplo.toml"))
        .expect("the faults can be read");
    let faults: Faults = toml::from_str(&text).expect("the faults are TOML");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut missed = Vec::new();
    for document in ["platform", "included", "environment", "kind"] {
        let schema = schema(document, folder.path(), folder.path());
        let of_document = |fault: &&Fault| fault.document == document;
        let faults: Vec<&Fault> = faults.fault.iter().filter(of_document).collect();
        let name = |index: usize| format!("{document}-{index}.toml");
        for (index, fault) in faults.iter().enumerate() {
            fs::write(folder.path().join(name(index)), &fault.text).expect("the file is written");
        }
        let names: Vec<String> = (0..faults.len()).map(name).collect();
        let printed = lint(&schema, folder.path(), &names);
        for (fault, name) in faults.iter().zip(&names) {
            let is_found = printed
                .split("error:")
                .any(|finding| finding.contains(name) && finding.contains(&fault.finding));
            if !is_found {
                missed.push(format!("{}: wanted `{}`", fault.name, fault.finding));
            }
        }
        assert!(missed.is_empty(), "{}\n{printed}", missed.join("\n"));
    }
}
