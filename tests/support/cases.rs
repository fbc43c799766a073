//! The projects of `tests/cases`, compiled.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};

use super::messages::messages;

/// What a case compiles to, as itself or as one of its environments.
#[derive(Debug, PartialEq, Eq)]
pub struct Compiled {
    /// The folder of the environment's output in that of the case (`staging/`); empty without an environment.
    pub prefix: String,
    /// Texts by their path in `generated/`, the prefix left out.
    pub files: BTreeMap<String, String>,
    /// What is reported, 100 columns wide.
    pub messages: String,
}

/// A folder of `tests/cases` and everything that it compiles to.
pub struct Case {
    pub name: String,
    pub path: PathBuf,
    pub compiled: Vec<Compiled>,
}

/// Every case, by name.
pub fn all() -> Vec<Case> {
    of("tests/cases")
}

/// Every platform of `examples/`, by name.
#[allow(dead_code, reason = "some test programs look at cases alone")]
pub fn examples() -> Vec<Case> {
    of("examples")
}

/// Every platform of the suites that run one, by name.
#[allow(dead_code, reason = "some test programs look at cases alone")]
pub fn running() -> Vec<Case> {
    let mut found = of("tests/live");
    found.extend(of("tests/cluster"));
    found
}

fn of(folder: &str) -> Vec<Case> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.join("platform.toml").is_file())
        .collect();
    found.sort();
    let case = |path: PathBuf| Case {
        name: path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned(),
        compiled: compiled(&path),
        path,
    };
    found.into_iter().map(case).collect()
}

/// Compiles a case as itself, then as the environment of each `platform.E.toml`.
pub fn compiled(case: &Path) -> Vec<Compiled> {
    compiled_on(case, 1)
}

/// The same on so many threads.
pub fn compiled_on(case: &Path, threads: usize) -> Vec<Compiled> {
    let mut world = MemoryWorld::new();
    let mut environments = vec![None];
    for (path, text) in project(case) {
        let environment = path.strip_prefix("platform.");
        let environment = environment.and_then(|rest| rest.strip_suffix(".toml"));
        environments.extend(environment.map(|name| Some(name.to_string())));
        world = world.with(&path, text);
    }
    environments
        .into_iter()
        .map(|environment| compile_as(&world, environment, threads))
        .collect()
}

fn compile_as(world: &MemoryWorld, environment: Option<String>, threads: usize) -> Compiled {
    let prefix = environment
        .as_ref()
        .map_or(String::new(), |name| format!("{name}/"));
    let request = Request {
        environment,
        threads,
        ..Request::default()
    };
    let compilation = compile(world, &request);
    Compiled {
        prefix,
        messages: messages(&compilation),
        files: compilation
            .output
            .into_iter()
            .flat_map(|output| output.files.files)
            .map(|(path, file)| (path, file.text.to_string()))
            .collect(),
    }
}

/// The files of the project itself: everything but what is expected of it.
pub fn project(case: &Path) -> BTreeMap<String, String> {
    let mut files = read(case);
    files.retain(|path, _| !path.starts_with("expected"));
    files
}

/// Files below a folder by their path in it, with `/`. None where there is no such folder.
pub fn read(folder: &Path) -> BTreeMap<String, String> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("it is below");
            let text = fs::read_to_string(entry.path());
            let text = text.unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
            (path.display().to_string().replace('\\', "/"), text)
        })
        .collect()
}
