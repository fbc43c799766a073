//! What is judged: folders with the layout of `generated/`. Trees come from the repository itself, from
//! what the projects of `tests/cases` compile to, and from `good/` here; `broken/` lists faults for each judge,
//! as edits of `good/`.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use mlopsgen::{
    compile::{Request, compile},
    world::MemoryWorld,
};
use serde::Deserialize;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::support::cases;

/// One generated tree and its name in messages.
#[derive(Clone)]
pub struct Tree {
    pub name: String,
    pub path: PathBuf,
}

/// One fault that a judge found.
pub struct Finding {
    pub tree: String,
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.tree, self.message)
    }
}

/// A judge reads trees and returns its findings; no finding is a pass.
pub type Judge = fn(&[Tree]) -> Vec<Finding>;

impl Tree {
    pub fn finding(&self, message: impl Into<String>) -> Finding {
        Finding {
            tree: self.name.clone(),
            message: message.into(),
        }
    }

    /// The path inside of the tree, for messages.
    pub fn relative(&self, file: &Path) -> String {
        file.strip_prefix(&self.path)
            .unwrap_or(file)
            .display()
            .to_string()
    }

    /// All files below `folder` whose name ends in one of `endings`, sorted; none if there is no such folder.
    pub fn files(&self, folder: &str, endings: &[&str]) -> Vec<PathBuf> {
        let start = self.path.join(folder);
        if !start.is_dir() {
            return Vec::new();
        }
        WalkDir::new(start)
            .sort_by_file_name()
            .into_iter()
            .map(|entry| entry.expect("the tree can be read"))
            .filter(|entry| entry.file_type().is_file())
            .map(walkdir::DirEntry::into_path)
            .filter(|file| {
                endings
                    .iter()
                    .any(|ending| file.to_string_lossy().ends_with(ending))
            })
            .collect()
    }
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What this repository generates for itself.
pub fn generated() -> Tree {
    Tree {
        name: "generated".to_owned(),
        path: project().join("generated"),
    }
}

/// Every tree that has to be accepted: `good/`, `generated/`, and what each case of `tests/cases` compiles to, as itself
/// and as each of its environments.
pub fn all() -> Vec<Tree> {
    static CASES: OnceLock<Vec<Tree>> = OnceLock::new();
    let good = Tree {
        name: "tests/conformance/good".to_owned(),
        path: project().join("tests/conformance/good"),
    };
    let mut trees = vec![good, generated()];
    trees.extend_from_slice(CASES.get_or_init(write_cases));
    trees
}

/// Copies the projects of the cases below cargo's folder for tests, each with the `generated/` that it compiles to.
fn write_cases() -> Vec<Tree> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("conformance-cases");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("what an earlier run left can be removed");
    }
    let mut trees = Vec::new();
    let own = cases::all().into_iter().map(|case| ("tests/cases", case));
    let examples = cases::examples().into_iter().map(|case| ("examples", case));
    for (from, case) in own.chain(examples) {
        let project = folder.join(from).join(&case.name);
        for (path, text) in cases::project(&case.path) {
            write(&project.join(path), &text);
        }
        for compiled in case.compiled {
            assert!(
                !compiled.files.is_empty(),
                "{} does not compile: {}",
                case.name,
                compiled.messages
            );
            let path = project.join("generated").join(&compiled.prefix);
            for (file, text) in &compiled.files {
                write(&path.join(file), text);
            }
            let name = format!("{from}/{}/{}", case.name, compiled.prefix);
            trees.push(Tree {
                name: name.trim_end_matches('/').to_owned(),
                path,
            });
        }
    }
    trees
}

/// Writes what a platform.toml compiles to, as a tree of its own in the folder.
pub fn write_compiled(folder: &Path, platform: &str) {
    let world = MemoryWorld::new().with("platform.toml", platform);
    let compilation = compile(&world, &Request::default());
    let printed = format!("{:?}", compilation.diagnostics);
    for (path, file) in compilation.output.expect(&printed).files.files {
        write(&folder.join(path), &file.text);
    }
}

pub fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

/// One fault: an edit of `good/` and the words that its finding has to contain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    file: String,
    /// A text of the file; without it the file is removed, or is new.
    replace: Option<String>,
    with: Option<String>,
    finding: String,
}

/// `good/` with one fault, in a temporary folder.
pub struct Broken {
    pub tree: Tree,
    pub finding: String,
    _folder: TempDir,
}

/// The faults of `broken/JUDGE.toml`, each applied to a copy of `good/`.
pub fn broken(judge: &str) -> Vec<Broken> {
    let base = project().join("tests/conformance");
    let list = base.join("broken").join(format!("{judge}.toml"));
    let text = fs::read_to_string(&list)
        .unwrap_or_else(|_| panic!("{} is missing: can this judge fail?", list.display()));
    let faults: BTreeMap<String, Fault> =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    assert!(
        !faults.is_empty(),
        "{} lists no fault: can this judge fail?",
        list.display()
    );
    faults
        .into_iter()
        .map(|(name, fault)| apply(&base.join("good"), name, fault))
        .collect()
}

fn apply(good: &Path, name: String, fault: Fault) -> Broken {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("generated");
    copy(good, &path);
    let file = path.join(&fault.file);
    match (fault.replace, fault.with) {
        (Some(replace), Some(with)) => {
            let text = fs::read_to_string(&file).expect("the fault names a file of good/");
            assert!(
                text.contains(&replace),
                "fault {name}: {} does not hold `{replace}`",
                fault.file
            );
            fs::write(&file, text.replacen(&replace, &with, 1)).expect("the copy can be written");
        }
        (None, Some(with)) => {
            let folder = file.parent().expect("a file lies in a folder");
            fs::create_dir_all(folder).expect("the copy can be written");
            fs::write(&file, with).expect("the copy can be written");
        }
        (_, None) => fs::remove_file(&file).expect("the fault names a file of good/"),
    }
    Broken {
        tree: Tree { name, path },
        finding: fault.finding,
        _folder: folder,
    }
}

/// Copies the files of one folder into another.
pub fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from) {
        let entry = entry.expect("the folder can be read");
        let target = to.join(entry.path().strip_prefix(from).expect("it is below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), &target).expect("a file can be copied");
        }
    }
}

/// The folders directly inside of a folder, sorted; none if it does not exist.
pub fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut list: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    list.sort();
    list
}
