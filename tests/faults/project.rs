//! A project that is applied, killed and applied again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use tempfile::TempDir;

/// A small platform that makes a run do everything: folders, a folder that a file replaces, a stub.
pub const SMALL: &str = r#"
[platform]
name = "demo"
targets = ["compose", "docs", "airflow"]
[groups]
main = "Everything"
side = "Beside"
[components.web]
image = "web:1"
group = "main"
health = false
user = "1000"
files."/etc/a/b" = { content = "one" }
files."/etc/c" = { content = "two" }
[components.other]
image = "other:1"
group = "side"
health = false
user = "1000"
[pipelines.nightly]
image = "nightly:1"
tasks.go = { stub = true }
"#;

/// The same after a change: files that are changed, made, and removed with their folders.
pub const SMALL_CHANGED: &str = r#"
[platform]
name = "demo"
targets = ["compose", "docs"]
[groups]
main = "All"
[components.web]
image = "web:2"
group = "main"
health = false
user = "1000"
files."/etc/a" = { content = "three" }
files."/etc/d/e" = { content = "four" }
"#;

/// This repository's own platform.
pub const REFERENCE: &str = include_str!("../../platform.toml");

/// The same with one more component and two fewer targets.
pub fn reference_changed() -> String {
    let targets =
        "[platform]\ntargets = [\"compose\", \"helm\", \"prometheus\", \"grafana\", \"docs\"]\n";
    assert!(REFERENCE.contains("\n[platform]\n"));
    let text = REFERENCE.replace("\n[platform]\n", &format!("\n{targets}"));
    text + "\n[groups.probe]\ndescription = \"Probe\"\n[components.fault-probe]\nimage = \"probe:1\"\ngroup = \"probe\"\n\
        user = \"1000\"\nfiles.\"/etc/probe\" = { content = \"x\" }\n"
}

/// Where values of secrets are, and the rule that hides them from git.
pub const SECRETS: &str = "generated/compose/.env";
pub const HIDING: &str = "generated/.gitignore";

/// All files below a folder, by path, with what is in them.
pub type Tree = BTreeMap<String, Vec<u8>>;

pub struct Project {
    folder: TempDir,
}

impl Project {
    pub fn new(text: &str) -> Self {
        let project = Self {
            folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"),
        };
        project.set(text);
        project
    }

    /// Another text for platform.toml.
    pub fn set(&self, text: &str) {
        fs::write(self.path("platform.toml"), text).expect("a file");
    }

    /// Puts values of secrets where Compose reads them, as a person does.
    pub fn set_secret(&self) {
        fs::create_dir_all(self.path("generated/compose")).expect("a folder");
        fs::write(self.path(SECRETS), "KEY=value\n").expect("a file");
    }

    /// A project that was applied with each of these texts, and has another one now.
    pub fn after(from: &[&str], to: &str) -> Self {
        let project = Self::new(to);
        for text in from {
            project.set(text);
            project.apply();
        }
        project.set(to);
        project
    }

    /// The same in a folder of its own.
    pub fn copy(&self) -> Self {
        let copy = Self {
            folder: TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder"),
        };
        self.copy_to(&copy.path(""));
        copy
    }

    /// Copies all files to a folder.
    pub fn copy_to(&self, to: &Path) {
        for entry in walkdir::WalkDir::new(self.folder.path()) {
            let entry = entry.expect("a readable folder");
            let name = entry.path().strip_prefix(self.folder.path());
            let to = to.join(name.expect("below the root"));
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to).expect("a folder"),
                false => fs::copy(entry.path(), to).map(|_| ()).expect("a file"),
            }
        }
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// All that a run may write.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for folder in ["generated", "dags"] {
            collect(self.folder.path(), &self.path(folder), &mut tree);
        }
        tree.remove("generated/.mlopsgen/");
        // The lock of a run that was killed at its very end may stay, if git ignores it.
        let lock_files = ["generated/.mlopsgen/lock", "generated/.mlopsgen/.gitignore"];
        if lock_files.iter().all(|path| tree.contains_key(*path)) {
            tree.retain(|path, _| !lock_files.contains(&path.as_str()));
        }
        tree
    }

    /// The output of a command with these arguments in a project.
    pub fn command(&self, words: &[&str]) -> Command {
        self.within(Command::new(binary()), words)
    }

    /// The same command as the arguments of another program.
    pub fn within(&self, mut command: Command, words: &[&str]) -> Command {
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("XDG_CACHE_HOME", CACHE)
            .stdin(Stdio::null());
        command
    }

    /// `apply`, which may fail.
    pub fn try_apply(&self) -> Output {
        self.command(&APPLY).output().expect("the program")
    }

    /// `apply`, which succeeds; after it there is nothing to do.
    pub fn apply(&self) -> Tree {
        for words in [&APPLY as &[&str], &["check"]] {
            let output = self.command(words).output().expect("the program");
            assert!(output.status.success(), "{words:?}: {}", output_of(&output));
        }
        self.tree()
    }

    /// What clean runs write, one after the other, for each text.
    pub fn applied(texts: &[&str]) -> Tree {
        let project = Self::new(texts[0]);
        for text in texts {
            project.set(text);
            project.apply();
        }
        project.tree()
    }
}

/// Where the program under test keeps its proofs.
pub const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// `apply` asks nothing and overwrites no foreign file.
pub const APPLY: [&str; 4] = ["apply", "--yes", "--accept-removal", "--quiet"];

/// The program under test; another one, a release for instance, by `MLOPSGEN_BINARY`.
pub fn binary() -> PathBuf {
    std::env::var_os("MLOPSGEN_BINARY").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_mlopsgen")),
        PathBuf::from,
    )
}

pub fn output_of(output: &Output) -> String {
    String::from_utf8_lossy(&[&*output.stdout, &*output.stderr].concat()).into_owned()
}

/// Asserts that a run failed as a user can expect: status 1, a message and a help.
pub fn failed_with(output: &Output, words: &[&str]) {
    let text = output_of(output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for word in words.iter().chain(&["help: "]) {
        assert!(text.contains(word), "no `{word}` in: {text}");
    }
}

/// Asserts that two trees are equal, and names the files that differ.
pub fn same(found: &Tree, wanted: &Tree, when: &str) {
    let paths = found.keys().chain(wanted.keys());
    let other: Vec<&String> = paths
        .filter(|path| found.get(*path) != wanted.get(*path))
        .collect();
    assert!(other.is_empty(), "{when}: {other:?}");
}

/// Files, and folders with nothing in them, whose path ends in `/`.
fn collect(root: &Path, folder: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).expect("below the root");
        let name = name.to_string_lossy().into_owned();
        if !path.is_dir() {
            tree.insert(name, fs::read(&path).expect("a file"));
        } else if fs::read_dir(&path).is_ok_and(|mut names| names.next().is_none()) {
            tree.insert(name + "/", Vec::new());
        } else {
            collect(root, &path, tree);
        }
    }
}
