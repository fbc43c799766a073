//! Programs inside of a repository are never started, whatever `PATH` and the settings of git are.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use super::{Hostile, Ran};
use crate::support::machine::Machine;

const SECRET: &str = "env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n";

/// Every setting of git that names a program or a place where one is.
const SETTINGS: &[(&str, &str)] = &[
    ("core.fsmonitor", "TRAP"),
    ("core.hooksPath", "hooks"),
    ("core.sshCommand", "TRAP"),
    ("core.gitProxy", "TRAP"),
    ("core.editor", "TRAP"),
    ("core.pager", "TRAP"),
    ("core.askPass", "TRAP"),
    ("core.virtualFilesystem", "TRAP"),
    ("credential.helper", "!TRAP"),
    ("diff.external", "TRAP"),
    ("filter.trap.clean", "TRAP"),
    ("filter.trap.smudge", "TRAP"),
    ("filter.trap.process", "TRAP"),
    ("gpg.program", "TRAP"),
    ("uploadpack.packObjectsHook", "TRAP"),
    ("alias.ls-files", "!TRAP"),
    ("alias.check-ignore", "!TRAP"),
    ("alias.rev-parse", "!TRAP"),
];

/// A program that creates a file when it is started.
fn trap(folder: &Path) -> PathBuf {
    let trap = folder.join("trap");
    let mark = folder.join("mark");
    let text = format!(
        "#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 1\n",
        mark.display()
    );
    fs::write(&trap, text).expect("a file");
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).expect("a mode");
    trap
}

fn configure(git: &dyn Fn(&[&str]), trap: &Path) {
    for (key, value) in SETTINGS {
        git(&[
            "config",
            key,
            &value.replace("TRAP", &trap.display().to_string()),
        ]);
    }
}

/// A repository from an archive includes its `.git`.
#[test]
fn settings_of_a_git_repository_start_no_program() {
    let hostile = Hostile::new(SECRET);
    let trap = trap(&hostile.path(""));
    hostile.git(&["init", "--quiet"]);
    hostile.write(".gitattributes", "* filter=trap\n");
    configure(&|words| hostile.git(words), &trap);
    for hook in ["post-index-change", "pre-command", "post-checkout"] {
        let path = hostile.path("hooks").join(hook);
        fs::create_dir_all(hostile.path("hooks")).expect("a folder");
        fs::copy(&trap, path).expect("a hook");
    }
    for words in [
        &["validate"][..],
        &["plan"],
        &["apply", "--yes"],
        &["env", "init"],
        &["check"],
        &["graph"],
        &["coverage"],
        &["fmt"],
        &["doctor"],
    ] {
        hostile.run(words);
        assert!(
            !hostile.exists("mark"),
            "{words:?}: {}",
            hostile.read("mark")
        );
    }
    assert!(hostile.exists("generated/compose/.env"));
}

/// A folder with the names of a bare repository can be part of another one, and then its settings are tracked files.
#[test]
fn a_folder_that_looks_like_a_repository_is_none() {
    let hostile = Hostile::new("");
    let outer = hostile.path("..");
    let trap = trap(&hostile.path(".."));
    hostile.git(&["init", "--quiet", &outer.display().to_string()]);
    hostile.git(&["init", "--quiet", "--bare", "sub"]);
    hostile.write("sub/platform.toml", format!("{}{SECRET}", super::PLATFORM));
    configure(
        &|words| hostile.git(&[&["-C", "sub"], words].concat()),
        &trap,
    );
    // Written by the author: git ignores nothing in it.
    hostile.write("sub/generated/compose/.gitignore", "");
    let ran = hostile.run(&["-C", "sub", "env", "init"]);
    ran.failed_with(&["git can't say whether it ignores `generated/compose/.env`"]);
    assert!(!hostile.exists("sub/generated/compose/.env"));
    assert!(!hostile.exists("../mark"), "{}", hostile.read("../mark"));
}

/// Git fetches a missing object by a program that the settings name. With a sparse index, listing the tracked files
/// reads objects.
#[test]
fn git_fetches_nothing() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    machine.edit("data/scratch", "data");
    folder.write("project/data/scratch/a", "x");
    folder.write("project/other/b", "x");
    let trap = trap(&folder.path(""));
    let git = |words: &[&str]| machine.git("project", words);
    git(&["init", "-q"]);
    git(&["add", "platform.toml", "other"]);
    git(&["commit", "-q", "-m", "first"]);
    git(&["sparse-checkout", "set", "--cone", "--sparse-index", "data"]);
    let tree = machine.git_says("project", &["rev-parse", "HEAD:other"]);
    let (start, rest) = tree.trim().split_at(2);
    fs::remove_file(folder.path(&format!("project/.git/objects/{start}/{rest}")))
        .expect("an object");
    configure(&git, &trap);
    for (key, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "/nowhere"),
        ("remote.origin.uploadpack", &trap.display().to_string()),
    ] {
        git(&["config", key, value]);
    }
    let said = machine.spares(&["down"], &["project/data/scratch/a"]);
    assert!(said.contains("git could not say what it tracks"), "{said}");
    assert!(!folder.exists("mark"), "{}", folder.read("mark"));
}

#[test]
fn relative_folders_in_the_path_are_not_searched() {
    let hostile = Hostile::new(SECRET);
    let trap = trap(&hostile.path(""));
    for program in [
        "git",
        "docker",
        "docker-compose",
        "podman",
        "bin/git",
        "bin/docker",
    ] {
        fs::create_dir_all(hostile.path("bin")).expect("a folder");
        fs::copy(&trap, hostile.path(program)).expect("a program");
    }
    for path in [
        ".:bin:/usr/bin:/bin",
        ":/usr/bin:/bin",
        "/usr/bin:/bin:",
        "bin:.",
        "",
    ] {
        for words in [
            &["apply", "--yes"][..],
            &["env", "init"],
            &["doctor"],
            &["up"],
            &["status"],
            &["down", "--purge", "--yes"],
        ] {
            let _: Ran = hostile.run_with(words, &[("PATH", path)]);
            assert!(
                !hostile.exists("mark"),
                "{path} {words:?}: {}",
                hostile.read("mark")
            );
        }
    }
}

/// Everybody may write in `/tmp`: a platform.toml there must not decide what runs in a folder below.
#[test]
fn the_file_of_another_user_above_this_folder_is_not_used() {
    let hostile = Hostile::new("");
    hostile.write("mine/kept", "");
    let from = |folder: &str| hostile.run_in(folder, &["validate"]);
    from("mine").succeeded();
    let file = hostile.path("platform.toml");
    if std::os::unix::fs::chown(&file, Some(12345), None).is_err() {
        eprintln!("not tried: this user can give no file away");
        return;
    }
    from("mine").failed_with(&["belongs to another user", "write `-C "]);
    // Who goes into a folder of that user, or names it, trusts that user.
    from("").succeeded();
    hostile.run(&["-C", ".", "validate"]).succeeded();
    std::os::unix::fs::chown(hostile.path("mine"), Some(12345), None).expect("an owner");
    from("mine").succeeded();
}

/// What git says of it is what helps.
#[test]
fn settings_that_git_can_not_read_are_reported_in_its_words() {
    let hostile =
        Hostile::new("env.KEY = \"${secrets.key}\"\n[secrets]\nkey = { env = \"KEY\" }\n");
    hostile.git(&["init", "--quiet"]);
    hostile.write(".git/config", "[broken\n");
    let ran = hostile.run(&["env", "init"]);
    ran.failed_with(&["git can't say whether it ignores", "bad config"]);
    assert!(!hostile.exists("generated/compose/.env"));
}
