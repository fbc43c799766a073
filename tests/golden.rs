//! Golden trees: `tests/cases/NAME/` is a project, `expected/` what it compiles to, all of it, to the byte.
//!
//! `BLESS=1 cargo test --test golden` rewrites them; the reviewer reads the diff. A `platform.E.toml` in the project is
//! compiled as environment E into `expected/E/`. What a run warns of stands in `expected.stderr`.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::render::{Style, human},
    world::MemoryWorld,
};

fn folders() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir("tests/cases")
        .expect("tests/cases can be read")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

/// Files below a folder by their path in it.
fn read(folder: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry.path().strip_prefix(folder).ok()?;
            let text = fs::read_to_string(entry.path()).ok()?;
            Some((path.display().to_string().replace('\\', "/"), text))
        })
        .collect()
}

/// The project itself: everything of the case but what is expected of it.
fn world(case: &Path) -> (MemoryWorld, Vec<String>) {
    let mut world = MemoryWorld::new();
    let mut environments = Vec::new();
    for (path, text) in read(case) {
        if path.starts_with("expected") {
            continue;
        }
        let environment = path
            .strip_prefix("platform.")
            .and_then(|rest| rest.strip_suffix(".toml"));
        environments.extend(environment.map(ToString::to_string));
        world = world.with(&path, text);
    }
    (world, environments)
}

/// Every file of every environment, and what was said.
fn compiled(case: &Path) -> (BTreeMap<String, String>, String) {
    let (world, environments) = world(case);
    let mut files = BTreeMap::new();
    let mut said = String::new();
    let all = std::iter::once(None).chain(environments.into_iter().map(Some));
    for environment in all {
        let request = Request {
            environment: environment.clone(),
            ..Request::default()
        };
        let compilation: Compilation = compile(&world, &request);
        let style = Style {
            color: false,
            width: 100,
        };
        said += &human(&compilation.diagnostics, &compilation.sources, style);
        let prefix = environment.map_or(String::new(), |name| format!("{name}/"));
        for (path, file) in compilation
            .output
            .into_iter()
            .flat_map(|output| output.files.files)
        {
            files.insert(format!("{prefix}{path}"), file.text);
        }
    }
    (files, said)
}

#[test]
fn every_case_compiles_to_its_expected_tree() {
    let bless = std::env::var_os("BLESS").is_some();
    let cases = folders();
    assert!(cases.len() >= 4, "there are cases: {cases:?}");
    for case in cases {
        let (files, said) = compiled(&case);
        let expected = case.join("expected");
        let stderr = case.join("expected.stderr");
        if bless {
            let _ = fs::remove_dir_all(&expected);
            for (path, text) in &files {
                let path = expected.join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
                fs::write(path, text).expect("it can be written");
            }
            fs::write(&stderr, &said).expect("it can be written");
        }
        let case = case.display();
        let wanted = read(&expected);
        assert_eq!(
            said,
            fs::read_to_string(&stderr).unwrap_or_default(),
            "{case}: what is said"
        );
        let paths: Vec<&String> = files.keys().collect();
        assert_eq!(
            paths,
            wanted.keys().collect::<Vec<_>>(),
            "{case}: which files"
        );
        for (path, text) in &files {
            assert!(
                *text == wanted[path],
                "{case}: expected/{path} is another; BLESS=1 rewrites it"
            );
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for case in folders() {
        assert_eq!(compiled(&case), compiled(&case), "{}", case.display());
    }
}
