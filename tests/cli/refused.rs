//! What a command can't do with the flags that it was given: it says so, and writes nothing.

use crate::{
    binary::run,
    support::{folder::Folder, machine::Machine},
};

fn project() -> Folder {
    let project = Folder::new();
    run(&project, &["init", "."]).succeeded();
    project
}

#[test]
fn add_writes_once_and_into_no_environment() {
    let project = project();
    project.write("platform.dev.toml", "");
    let before = project.tree();
    run(&project, &["add", "redis", "--all-envs"]).failed_with(&[
        "`--all-envs` has no use here",
        "the platform's own file, once",
    ]);
    run(&project, &["add", "redis", "--env", "dev"]).failed_with(&[
        "`add` writes into platform.toml, for every environment, and not into the file of `dev`",
        "leave out `--env`",
    ]);
    assert_eq!(project.tree(), before);
}

#[test]
fn a_form_that_a_command_does_not_print_is_refused() {
    let project = project();
    run(&project, &["apply", "--yes", "-q"]).succeeded();
    let before = project.tree();
    for words in [
        &["init", "other"][..],
        &["explain", "unused"],
        &["env", "init"],
    ] {
        let ran = run(&project, &[words, &["--format", "json"]].concat());
        let message = ran.json()["error"]["message"].to_string();
        assert!(
            ran.status == 1 && message.contains("has no such `--format`"),
            "{message}"
        );
    }
    assert_eq!(project.tree(), before);
}

#[test]
fn a_finding_of_this_machine_is_not_explained_as_an_unknown_code() {
    let project = Folder::new();
    for word in [
        "engine", "file", "memory", "network", "port", "secret", "stale", "volume",
    ] {
        run(&project, &["explain", word]).failed_with(&[
            &format!("`{word}` is no code of platform.toml"),
            "`mlopsgen doctor`",
        ]);
    }
}

#[test]
fn a_plan_that_is_applied_already_says_so() {
    let project = project();
    run(&project, &["plan", "--out", "today.plan"]).succeeded();
    run(&project, &["apply", "today.plan"]).succeeded();
    run(&project, &["apply", "today.plan"]).failed_with(&["this plan is applied already"]);
    // Of many changes the first are listed, one a line.
    project.write("generated/compose/monitoring.yaml", "name: mine\n");
    std::fs::remove_dir_all(project.path("generated/helm")).expect("removed");
    let ran = run(&project, &["apply", "today.plan"]);
    ran.failed_with(&["the plan is out of date, because something has changed since:\n"]);
    assert!(ran.err.lines().count() < 20, "{}", ran.err);
}

#[test]
fn what_init_prints_can_be_typed() {
    let project = Folder::new();
    let ran = run(&project, &["init", "new dir"]);
    assert!(
        ran.out.contains("mlopsgen -C './new dir' plan"),
        "{}",
        ran.out
    );
    let ran = run(&project, &["init", "."]);
    assert!(
        ran.out
            .starts_with("Wrote ./platform.toml.\nNext: mlopsgen plan "),
        "{}",
        ran.out
    );
}

#[test]
fn status_lists_nothing_absent_where_nothing_runs_on_an_engine() {
    let machine = Machine::new("docker");
    let text = machine.folder.read("project/platform.toml");
    let text = text.replace("targets = [\"compose\"]", "targets = [\"helm\"]");
    machine.folder.write("project/platform.toml", text);
    let ran = machine.run(&["status"]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(
        said.contains("this platform has no Compose files"),
        "{said}"
    );
}
