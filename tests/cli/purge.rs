//! `down --purge` against attempts to make it delete something else.

mod whose;

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

use crate::support::machine::Machine;

#[test]
fn purge_empties_data_and_nothing_else() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("project/data/scratch/a/b", "x");
    folder.write("project/data/scratch/.gitkeep", "");
    folder.write("outside/precious", "x");
    symlink(
        folder.path("outside"),
        folder.path("project/data/scratch/link"),
    )
    .expect("a link");
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(folder.exists("project/data/scratch/.gitkeep"));
    assert!(folder.tree().contains_key("outside/precious"));
    assert!(
        !folder.exists("project/data/scratch/a") && !folder.exists("project/data/scratch/link")
    );
}

#[test]
fn purge_follows_no_link_and_spares_what_git_tracks() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("outside/precious", "x");
    fs::create_dir_all(folder.path("project/data")).expect("a folder");
    symlink(folder.path("outside"), folder.path("project/data/scratch")).expect("a link");
    let printed = machine.ok(&["down", "--purge", "--yes"]);
    assert!(
        printed.contains("symbolic link") && folder.exists("outside/precious"),
        "{printed}"
    );
    fs::remove_file(folder.path("project/data/scratch")).expect("removed");
    folder.write("project/data/scratch/model", "x");
    for words in [vec!["init", "-q"], vec!["add", "data"]] {
        let git = Command::new("git")
            .current_dir(folder.path("project"))
            .args(words)
            .status();
        assert!(git.expect("git").success());
    }
    let printed = machine.ok(&["down", "--purge", "--yes"]);
    assert!(
        printed.contains("git tracks") && folder.exists("project/data/scratch/model"),
        "{printed}"
    );
}

#[test]
fn purge_never_takes_the_project_or_what_it_is_made_of() {
    for source in [
        ".",
        "data/..",
        "mlopsgen",
        "mlopsgen/templates",
        "dags/own",
        "files",
    ] {
        let machine = Machine::new("docker");
        let folder = &machine.folder;
        let text = folder.read("project/platform.toml");
        let text = text.replace("data/scratch", source).replace(
            "env.KEY",
            "files.\"/etc/f\" = { source = \"files/f\" }\nenv.KEY",
        );
        folder.write("project/platform.toml", text);
        folder.write("project/files/f", "x");
        folder.write("project/mlopsgen/templates/own", "x");
        folder.write("project/dags/own/task.py", "x");
        machine.run(&["down", "--purge", "--yes"]);
        assert!(folder.exists("project/files/f"), "{source}");
        assert!(folder.exists("project/platform.toml"), "{source}");
        assert!(folder.exists("project/mlopsgen/templates/own"), "{source}");
        assert!(folder.exists("project/dags/own/task.py"), "{source}");
    }
}

impl Machine {
    /// `down --purge`, which leaves these files where they are, and what it said.
    pub fn spares(&self, words: &[&str], files: &[&str]) -> String {
        let all = [words, &["--purge", "--yes"]].concat();
        let output = self.run(&all);
        for file in files {
            assert!(self.folder.exists(file), "{file} is gone");
        }
        let both = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&both).into_owned()
    }

    pub fn git(&self, folder: &str, words: &[&str]) {
        self.git_says(folder, words);
    }

    /// What git prints.
    pub fn git_says(&self, folder: &str, words: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.folder.path(folder))
            .args([
                "-c",
                "user.name=a",
                "-c",
                "user.email=a@b",
                "-c",
                "protocol.file.allow=always",
            ])
            .args(words)
            .output();
        let output = output.expect("git");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn edit(&self, from: &str, to: &str) {
        let text = self.folder.read("project/platform.toml");
        assert!(text.contains(from), "{from}");
        self.folder
            .write("project/platform.toml", text.replace(from, to));
        // The change may remove a folder of data.
        self.ok(&["apply", "--yes", "--accept-data-loss"]);
    }

    fn link(&self, to: &str, at: &str) {
        let at = self.folder.path(at);
        fs::create_dir_all(at.parent().unwrap_or(Path::new("/"))).expect("a folder");
        symlink(self.folder.path(to), at).expect("a link");
    }
}

#[test]
fn no_part_of_the_path_may_be_a_link() {
    let machine = Machine::new("docker");
    machine.folder.write("outside/scratch/precious", "x");
    machine.link("outside", "project/data");
    let printed = machine.spares(&["down"], &["outside/scratch/precious"]);
    assert!(
        printed.contains("`data/scratch` stays as it is: a symbolic link is part of its path"),
        "{printed}"
    );
}

#[test]
fn links_in_the_data_go_and_what_they_lead_to_stays() {
    let machine = Machine::new("docker");
    machine.folder.write("outside/precious", "x");
    machine.folder.write("project/code/main.py", "x");
    machine.link("outside", "project/data/scratch/a/folder");
    machine.link("outside/precious", "project/data/scratch/file");
    machine.link("project/code", "project/data/scratch/code");
    machine.link("project", "project/data/scratch/a/b/project");
    machine.spares(
        &["down"],
        &[
            "outside/precious",
            "project/code/main.py",
            "project/platform.toml",
        ],
    );
    let left = fs::read_dir(machine.folder.path("project/data/scratch")).expect("a folder");
    assert_eq!(left.count(), 0);
}

#[test]
fn what_a_link_elsewhere_needs_from_the_data_stays() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/conf/f", "x");
    machine.link("project/data/scratch/conf", "project/conf");
    machine.edit(
        "env.KEY",
        "volumes.conf = { mount = \"/conf\", source = \"conf\" }\nenv.KEY",
    );
    let printed = machine.spares(&["down"], &["project/data/scratch/conf/f"]);
    assert!(printed.contains("`conf` is in it"), "{printed}");
}

/// A repository can have no folder `.git`; and generated files are no data.
#[test]
fn repositories_of_every_form_and_what_is_generated_stay() {
    for (source, precious, words) in [
        (".git/objects", ".git/objects/ab/cd", "part of a repository"),
        ("data/bare", "data/bare/objects/ab", "part of a repository"),
        (
            "data/bare/objects",
            "data/bare/objects/ab",
            "part of a repository",
        ),
        ("data", "data/bare/objects/ab", "a repository"),
        (
            "generated/compose",
            "generated/compose/compose.yaml",
            "generated into",
        ),
        (
            "./generated",
            "generated/compose/compose.yaml",
            "generated into",
        ),
    ] {
        let machine = Machine::new("docker");
        for path in [
            "data/bare/HEAD",
            "data/bare/objects/ab",
            "data/bare/refs/heads/x",
        ] {
            machine.folder.write(&format!("project/{path}"), "x");
        }
        machine.folder.write("project/.git/objects/ab/cd", "x");
        let written = "source = \"data/scratch\", data = true }";
        let accepted = format!("source = \"{source}\", data = true }}");
        machine.edit(written, &accepted);
        let precious = format!("project/{precious}");
        let printed = machine.spares(&["down"], &[&precious]);
        assert!(printed.contains(words), "{source}: {printed}");
    }
}

#[test]
fn mounts_inside_of_the_data_stay() {
    for (what, volume) in [
        (
            "not data",
            "volumes.inner = { mount = \"/i\", source = \"data/scratch/inner\" }",
        ),
        (
            "of another group",
            "volumes.inner = { mount = \"/i\", source = \"data/scratch/inner\", data = true }",
        ),
        (
            "the same folder, not data",
            "volumes.inner = { mount = \"/i\", source = \"data/scratch\" }",
        ),
        ("built from", "build = { context = \"data/scratch/inner\" }"),
        (
            "a dockerfile",
            "build = { context = \".\", dockerfile = \"data/scratch/inner/f\" }",
        ),
    ] {
        let machine = Machine::new("docker");
        machine.folder.write("project/data/scratch/inner/f", "x");
        machine.edit(
            "[components.single]\n",
            &format!("[components.single]\n{volume}\n"),
        );
        let printed = machine.spares(&["down", "web"], &["project/data/scratch/inner/f"]);
        assert!(printed.contains("is in it"), "{what}: {printed}");
    }
}

#[test]
fn data_of_all_groups_is_deleted_with_all_groups() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/inner/f", "x");
    let volume = "volumes.inner = { mount = \"/i\", source = \"data/scratch/inner\", data = true }";
    machine.edit(
        "[components.single]\n",
        &format!("[components.single]\n{volume}\n"),
    );
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(machine.folder.exists("project/data/scratch"));
    assert!(!machine.folder.exists("project/data/scratch/inner"));
}

#[test]
fn what_platform_toml_includes_stays() {
    let machine = Machine::new("docker");
    machine
        .folder
        .write("project/data/scratch/more.toml", "[vars]\na = \"b\"\n");
    machine.edit(
        "[platform]",
        "include = [\"data/scratch/*.toml\"]\n[platform]",
    );
    let printed = machine.spares(&["down"], &["project/data/scratch/more.toml"]);
    assert!(
        printed.contains("`data/scratch/more.toml` is in it"),
        "{printed}"
    );
}

#[test]
fn git_is_asked_in_every_repository_around() {
    // Neither of two nested repositories knows what the other one tracks.
    for (repository, later) in [
        ("project", None),
        ("project", Some("project/data")),
        ("project/data", None),
        ("", Some("project")),
    ] {
        let machine = Machine::new("docker");
        machine.folder.write("project/data/scratch/deep/model", "x");
        machine.git(repository, &["init", "-q"]);
        machine.git(repository, &["add", "-f", "."]);
        if let Some(later) = later {
            machine.git(later, &["init", "-q"]);
        }
        let printed = machine.spares(&["down"], &["project/data/scratch/deep/model"]);
        assert!(
            printed.contains("git tracks"),
            "{repository} {later:?}: {printed}"
        );
    }
}

#[test]
fn repositories_worktrees_and_submodules_in_the_data_stay() {
    let machine = Machine::new("docker");
    machine.folder.write("other/precious", "x");
    machine.git("other", &["init", "-q"]);
    machine.git("other", &["add", "."]);
    machine.git("other", &["commit", "-qm", "x"]);
    let scratch = machine.folder.path("project/data/scratch");
    let scratch = scratch.to_str().expect("a path");
    let inner = format!("{scratch}/a/b");
    machine.folder.write("project/data/scratch/.gitkeep", "");
    machine.git("other", &["worktree", "add", "-q", &inner]);
    let printed = machine.spares(&["down"], &["project/data/scratch/a/b/precious"]);
    assert!(printed.contains("a repository of its own"), "{printed}");
    machine.git("other", &["worktree", "remove", &inner]);
    machine.git("project", &["init", "-q"]);
    let from = machine.folder.path("other");
    machine.git(
        "project",
        &[
            "submodule",
            "--quiet",
            "add",
            from.to_str().expect("a path"),
            "data/scratch/sub",
        ],
    );
    machine.spares(&["down"], &["project/data/scratch/sub/precious"]);
    machine.git(
        "project",
        &["rm", "-qf", "--cached", "data/scratch/sub", ".gitmodules"],
    );
    let printed = machine.spares(&["down"], &["project/data/scratch/sub/precious"]);
    assert!(printed.contains("a repository of its own"), "{printed}");
}

#[test]
fn gitkeep_stays_tracked_or_not_and_so_do_its_folders() {
    let machine = Machine::new("docker");
    let folder = &machine.folder;
    folder.write("project/data/scratch/.gitkeep", "");
    folder.write("project/data/scratch/a/.gitkeep", "");
    folder.write("project/data/scratch/a/b/model", "x");
    folder.write("project/data/scratch/c/model", "x");
    machine.git("project", &["init", "-q"]);
    machine.git("project", &["add", "data/scratch/.gitkeep"]);
    machine.ok(&["down", "--purge", "--yes"]);
    let left: Vec<String> = folder
        .tree()
        .into_keys()
        .filter(|path| path.starts_with("project/data"))
        .collect();
    assert_eq!(
        left,
        [
            "project/data/scratch/.gitkeep",
            "project/data/scratch/a/.gitkeep"
        ]
    );
    assert!(!folder.exists("project/data/scratch/a/b") && !folder.exists("project/data/scratch/c"));
}

#[test]
fn without_git_nothing_in_a_repository_is_deleted() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/model", "x");
    machine.git("project", &["init", "-q"]);
    fs::remove_file(machine.folder.path("bin/git")).expect("removed");
    let printed = machine.spares(&["down"], &["project/data/scratch/model"]);
    assert!(printed.contains("git could not be asked"), "{printed}");
    assert!(
        printed.contains("install it, or empty the folder by hand"),
        "{printed}"
    );
}

#[test]
fn nothing_is_deleted_if_compose_fails_or_nobody_agrees() {
    let machine = Machine::new("docker");
    machine.folder.write("project/data/scratch/model", "x");
    assert!(machine.refuses(&["down", "--purge"]).contains("--yes"));
    assert_eq!(machine.log(), "");
    machine.folder.write("bin/status", "1");
    machine.spares(&["down"], &["project/data/scratch/model"]);
    assert!(machine.log().contains("down --remove-orphans --volumes"));
}

#[test]
fn another_name_for_the_project_is_still_the_project() {
    // The project's folder and its parent, by paths that lead out of the project and back.
    for source in [
        "../project",
        "../project/data/../../project",
        "../outside/back",
        "/",
    ] {
        let machine = Machine::new("docker");
        machine.link("project", "outside/back");
        machine.folder.write("project/data/scratch/model", "x");
        machine.edit(
            "\"data/scratch\", data = true }",
            &format!("{source:?}, data = true }}"),
        );
        machine.spares(
            &["down"],
            &["project/platform.toml", "project/data/scratch/model"],
        );
    }
}
