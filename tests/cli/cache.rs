//! Proofs of earlier runs: they save work, and never change the output of a run.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    binary::{self, Ran, finish},
    support::folder::Folder,
};

/// A platform with a warning, which must be printed again.
const PLATFORM: &str = r#"
[platform]
name = "shop"
targets = ["compose", "docs"]

[groups]
main = "Everything"

[components.web]
group = "main"
image = "nginx:latest"
ports.http = 80

[components.cache]
group = "main"
kind = "redis"
"#;

struct Project {
    folder: Folder,
    cache: Folder,
}

impl Project {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("platform.toml", PLATFORM);
        let project = Self {
            folder,
            cache: Folder::new(),
        };
        assert_eq!(project.run(&["apply", "--yes"]).status, 0);
        assert!(project.proofs().is_empty(), "`apply` has changed something");
        project
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = binary::command(&self.folder, arguments);
        command.env("XDG_CACHE_HOME", self.cache.path(""));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, &[])
    }

    /// The same, with these variables.
    fn run_with(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> Ran {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        finish(command)
    }

    fn proofs(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.cache.path("mlopsgen"));
        let entries = entries.into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    }

    /// Runs `check` until there is a proof, and changes the message in the proof: a run that uses the proof
    /// prints the changed message.
    fn is_believed(&self) -> bool {
        let lie = "a lie of the test";
        let said = self.run(&["check", "--format", "json"]);
        let [proof] = self.proofs().try_into().expect("one proof");
        let text = fs::read_to_string(&proof).expect("a text");
        let (_, body) = text.split_once('\n').expect("two lines");
        let mut body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        body["diagnostics"][0]["message"] = lie.into();
        let body = body.to_string();
        let seal = mlopsgen::plan::hash(body.as_bytes());
        fs::write(&proof, format!("{seal}\n{body}")).expect("a file");
        let again = self.run(&["check", "--format", "json"]);
        assert_eq!(said.status, again.status);
        again.out.contains(lie)
    }
}

#[test]
fn a_run_with_a_proof_prints_what_a_whole_run_prints() {
    let project = Project::new();
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["check", "--format", "github"],
        &["check", "--format", "sarif"],
        &["plan", "-v"],
        &["plan", "--format", "json"],
        &["apply", "--yes"],
        &["check", "--target", "docs"],
        &["plan", "-v", "--target", "compose"],
    ] {
        let whole = project.run(&[arguments, &["--no-cache"]].concat());
        project.run(arguments);
        let proven = project.run(arguments);
        assert_eq!(whole.status, 0, "{arguments:?}: {}", whole.err);
        assert_eq!(whole.out, proven.out, "{arguments:?}");
        assert_eq!(whole.err, proven.err, "{arguments:?}");
        assert!(
            arguments[0] != "check" || (proven.out + &proven.err).contains("latest-tag"),
            "the platform warns"
        );
    }
    for proof in project.proofs() {
        fs::remove_file(proof).expect("removed");
    }
    assert!(project.is_believed());
}

#[test]
fn everything_that_a_proof_depends_on_is_checked_again() {
    let project = Project::new();
    let status = |name: &str, wanted: u8| {
        let ran = project.run(&["check", "-q"]);
        assert_eq!(ran.status, i32::from(wanted), "{name}: {}", ran.out);
    };
    let file = "generated/docs/architecture.md";
    let text = project.folder.read(file);

    status("proven", 0);
    project.folder.write(file, format!("{text}edited"));
    status("an output was edited", 2);
    project.folder.write(file, text.replace('\n', "\r\n"));
    status("git wrote other line ends", 0);
    fs::remove_file(project.folder.path(file)).expect("removed");
    status("an output is gone", 2);
    project.folder.write(file, &text);
    status("as before", 0);

    project.folder.write("generated/.mlopsgen/new-0", "x");
    status("a run was killed", 2);
    fs::remove_dir_all(project.folder.path("generated/.mlopsgen")).expect("removed");
    status("as before", 0);

    let own = "mlopsgen/templates/docs/more.md";
    project.folder.write(own, "more\n");
    status("a template is new", 2);
    fs::remove_file(project.folder.path(own)).expect("removed");
    status("as before", 0);

    project
        .folder
        .write("platform.toml", format!("{PLATFORM}\nrestart = \"no\"\n"));
    status("the platform changed", 2);
    project.folder.write("platform.toml", "[platform");
    status("the platform is broken", 1);
    project.folder.write("platform.toml", PLATFORM);
    status("as before", 0);

    let manifest = project.folder.read("generated/.mlopsgen.json");
    let other = manifest.replacen(
        "components.cache.volumes.data",
        "components.cache.volumes.other",
        1,
    );
    assert_ne!(manifest, other);
    project.folder.write("generated/.mlopsgen.json", &other);
    status("the manifest names other data", 2);
}

#[test]
fn only_old_proofs_are_deleted_to_make_room() {
    let project = Project::new();
    let old = |number: usize| project.cache.path(&format!("mlopsgen/{number:064x}.json"));
    fs::create_dir(project.cache.path("mlopsgen")).expect("a folder");
    for number in 0..500 {
        fs::write(old(number), "old").expect("a file");
    }
    let notes = project.cache.path("mlopsgen/notes.txt");
    fs::write(&notes, "not ours").expect("a file");
    assert_eq!(project.run(&["check"]).status, 0);
    assert!(!old(0).exists(), "room was made");
    assert!(notes.exists(), "a file of somebody else was deleted");
}

#[test]
fn a_damaged_proof_is_ignored() {
    let project = Project::new();
    assert!(project.is_believed());
    let [proof] = project.proofs().try_into().expect("one proof");
    let text = fs::read(&proof).expect("a file");
    for length in [0, 1, 64, 65, text.len() / 2, text.len() - 1] {
        fs::write(&proof, &text[..length]).expect("a file");
        assert_eq!(project.run(&["check"]).status, 0);
    }
    for place in (0..text.len()).step_by(text.len() / 7) {
        let mut other = text.clone();
        other[place] ^= 1;
        fs::write(&proof, &other).expect("a file");
        let said = project.run(&["check"]);
        assert_eq!(said.status, 0, "byte {place}");
        assert!(!said.err.contains("a lie"), "byte {place}");
    }
}

#[test]
fn a_proof_of_another_build_is_ignored() {
    let project = Project::new();
    assert!(project.is_believed());
    let [proof] = project.proofs().try_into().expect("one proof");
    let text = fs::read_to_string(&proof).expect("a text");
    let (_, body) = text.split_once('\n').expect("two lines");
    let mut body: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let program = body["program"].as_str().expect("a text").to_string();
    body["program"] = program.replacen("0.", "1.", 1).into();
    let body = body.to_string();
    let seal = mlopsgen::plan::hash(body.as_bytes());
    fs::write(&proof, format!("{seal}\n{body}")).expect("a file");
    assert!(!project.run(&["check"]).err.contains("a lie"));
}

#[test]
fn without_the_cache_no_proof_is_written_or_read() {
    let project = Project::new();
    project.run(&["check", "--no-cache"]);
    assert!(project.proofs().is_empty());
    assert!(project.is_believed());
    let said = project.run(&["check", "--no-cache"]).err;
    assert!(!said.contains("a lie"), "{said}");
}

/// A changed proof with a correct checksum.
fn forge(proof: &Path) {
    let text = fs::read_to_string(proof).expect("a proof");
    let (_, body) = text.split_once('\n').expect("a seal");
    let forged = body.replace("latest", "forged");
    let seal = mlopsgen::plan::hash(forged.as_bytes());
    fs::write(proof, format!("{seal}\n{forged}")).expect("a file");
}

#[cfg(unix)]
#[test]
fn a_proof_is_not_read_where_others_may_write() {
    use std::os::unix::fs::{PermissionsExt, chown};
    let project = Project::new();
    assert_eq!(project.run(&["check"]).status, 0);
    let [proof] = project.proofs().try_into().expect("one proof");
    forge(&proof);
    let is_believed = || project.run(&["check"]).err.contains("forged");
    assert!(is_believed(), "the seal is right");
    let folder = project.cache.path("mlopsgen");
    let set = |mode| fs::set_permissions(&folder, fs::Permissions::from_mode(mode));
    set(0o770).expect("a mode");
    assert!(!is_believed(), "anybody of the group may have written it");
    set(0o700).expect("a mode");
    assert!(is_believed());
    // Only root can change the owner of a folder, and can still open it.
    if chown(&folder, Some(54321), None).is_ok() {
        assert!(!is_believed(), "another user may have written it");
    }
}

/// The author of a repository may describe the container that it is used in: then they know its folders and set its environment.
#[test]
fn a_cache_folder_inside_of_the_project_is_not_used() {
    let project = Project::new();
    assert_eq!(project.run(&["check"]).status, 0);
    let [proof] = project.proofs().try_into().expect("one proof");
    forge(&proof);
    let name = proof.file_name().expect("a name");
    let inside = project.folder.path(".cache");
    fs::create_dir_all(inside.join("mlopsgen")).expect("a folder");
    fs::copy(&proof, inside.join("mlopsgen").join(name)).expect("a copy");
    let before = project.folder.tree();
    let ran = project.run_with(&["check"], &[("XDG_CACHE_HOME", &inside)]);
    assert!(!ran.err.contains("forged"), "{}", ran.err);
    #[cfg(unix)]
    {
        let outside = Folder::new();
        let link = outside.path("mlopsgen");
        std::os::unix::fs::symlink(inside.join("mlopsgen"), link).expect("a link");
        let ran = project.run_with(&["check"], &[("XDG_CACHE_HOME", &outside.path(""))]);
        assert!(!ran.err.contains("forged"), "{}", ran.err);
    }
    assert_eq!(project.folder.tree(), before);
}

#[test]
fn a_missing_home_folder_is_not_created() {
    let project = Project::new();
    let before = project.folder.tree();
    let (home, cache) = (project.cache.path("home"), project.cache.path("a/b"));
    for (xdg, home) in [
        (Path::new(""), home.as_path()),
        (Path::new("cache"), home.as_path()),
        (Path::new(""), Path::new("home")),
        (cache.as_path(), home.as_path()),
    ] {
        let ran = project.run_with(&["check"], &[("XDG_CACHE_HOME", xdg), ("HOME", home)]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(project.cache.tree().is_empty() && !project.cache.exists("home"));
        assert_eq!(project.folder.tree(), before);
    }
    fs::create_dir(&home).expect("a folder");
    project.run_with(
        &["check"],
        &[("XDG_CACHE_HOME", Path::new("")), ("HOME", &home)],
    );
    assert!(project.cache.exists("home/.cache/mlopsgen"));
}

/// Root makes no folder in the home of a user, whose own programs could not write there then.
#[test]
fn nothing_is_made_in_the_home_of_another_user() {
    let project = Project::new();
    let home = project.cache.path("home");
    fs::create_dir(&home).expect("a folder");
    if std::os::unix::fs::chown(&home, Some(65534), None).is_err() {
        eprintln!("not tried: this user may give nothing to another one");
        return;
    }
    let variables = [("XDG_CACHE_HOME", Path::new("")), ("HOME", home.as_path())];
    assert_eq!(project.run_with(&["check"], &variables).status, 0);
    assert!(!project.cache.exists("home/.cache"));
}

#[test]
fn runs_at_the_same_time_leave_one_proof() {
    let project = Project::new();
    let mut runs: Vec<_> = (0..8)
        .map(|_| project.command(&["check", "-q"]).spawn().expect("a run"))
        .collect();
    for run in &mut runs {
        assert!(run.wait().expect("an end").success());
    }
    assert_eq!(project.proofs().len(), 1, "{:?}", project.proofs());
    assert!(project.is_believed());
}
