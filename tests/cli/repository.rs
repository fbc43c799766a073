//! A project in a git repository: what its rules and its history mean for `generated/`.

use std::{fs, process::Command};

use crate::{
    binary::{Ran, finish, run},
    support::folder::Folder,
};

const PLATFORM: &str = r#"
[platform]
name = "demo"

[groups]
main = "Everything"

[components.db]
kind = "postgres"
version = "17.11"
group = "main"
settings = { password = "${secrets.db-password}" }

[secrets]
db-password = { env = "DB_PASSWORD" }
"#;

/// A task without a script of its own: what its DAG imports is generated.
const PIPELINE: &str = r#"
[pipelines.nightly]
image = "ml/nightly:1.0"
tasks.go = { run = "python go.py" }
"#;

/// A project in a repository of its own.
fn project(text: &str) -> Folder {
    let project = Folder::new();
    project.write("platform.toml", text);
    git(&project, &["init", "-q", "-b", "ours"]);
    project
}

/// Runs git, whatever it is set to on this machine. Returns whether it ended well, and what it printed.
fn git(project: &Folder, words: &[&str]) -> Ran {
    let mut git = Command::new("git");
    git.current_dir(project.path(""))
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(words)
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    finish(git)
}

fn commit(project: &Folder) {
    git(project, &["add", "-A"]).succeeded();
    git(project, &["commit", "-q", "-m", "change"]).succeeded();
}

fn apply(project: &Folder) -> Ran {
    let ran = run(project, &["apply", "--yes"]);
    ran.succeeded();
    ran
}

#[test]
fn files_that_a_rule_of_git_swallows_are_named_with_the_rule() {
    let project = project(&format!("{PLATFORM}{PIPELINE}"));
    project.write(".gitignore", "*.pyc\nlib/\nsecrets.yaml\n");
    let applied = apply(&project);
    let checked = run(&project, &["check"]);
    for ran in [&applied, &checked] {
        for words in [
            "warning: git ignores ",
            "generated/airflow/dags/lib/",
            "(`lib/` in .gitignore:2)",
            "(`secrets.yaml` in .gitignore:3)",
            "write `!generated/**` at the end of the `.gitignore` beside platform.toml",
        ] {
            assert!(ran.err.contains(words), "no `{words}` in: {}", ran.err);
        }
    }
    // Programs find it where they find all else.
    let ran = run(&project, &["check", "--format", "json"]);
    let ignored = &ran.json()["ignored"];
    assert_eq!(ran.err, "");
    let lib = ignored[0]["path"].as_str().expect("a path");
    assert!(lib.starts_with("generated/airflow/dags/lib/"), "{ignored}");
    assert_eq!(ignored[0]["place"], ".gitignore:2", "{ignored}");
    let ran = run(&project, &["check", "--format", "github"]);
    let words =
        format!("::warning file={lib},line=1,title=stale::git ignores this file (`lib/` in");
    assert!(ran.out.contains(&words), "{words}\n{}", ran.out);
    // As the message says: a clone has all of it, and no secret.
    project.write(".gitignore", "*.pyc\nlib/\nsecrets.yaml\n!generated/**\n");
    run(&project, &["env", "init", "-q"]);
    assert_eq!(run(&project, &["check"]).err, "");
    commit(&project);
    let tracked = git(&project, &["ls-files"]).out;
    assert!(tracked.contains("generated/airflow/dags/lib/"), "{tracked}");
    assert!(!tracked.contains("compose/.env\n"), "{tracked}");
}

#[test]
fn who_commits_nothing_of_it_is_told_nothing() {
    let project = project(PLATFORM);
    project.write(".gitignore", "generated/\n");
    assert_eq!(apply(&project).err, "");
    assert_eq!(run(&project, &["check"]).err, "");
    let json = run(&project, &["check", "--format", "json"]).json();
    assert_eq!(json["ignored"], serde_json::json!([]));
}

#[test]
fn a_manifest_that_is_gone_is_read_from_the_last_commit() {
    let project = project(PLATFORM);
    apply(&project);
    let moved = "[[moved]]\nfrom = \"components.db\"\nto = \"components.store\"\n";
    let renamed = PLATFORM.replace("[components.db]", "[components.store]");
    project.write("platform.toml", format!("{renamed}{moved}"));
    apply(&project);
    project.write("platform.toml", renamed);
    apply(&project);
    commit(&project);
    fs::remove_dir_all(project.path("generated")).expect("removed");
    let planned = run(&project, &["plan"]);
    let said =
        "`generated/.mlopsgen.json` is gone: which data there is was read from git's last commit.";
    assert!(planned.out.contains(said), "{}", planned.out);
    apply(&project);
    assert!(
        project
            .read("generated/compose/main.yaml")
            .contains("demo_db-data")
    );
    assert_eq!(git(&project, &["status", "--porcelain"]).out, "");
}

#[test]
fn a_manifest_that_is_gone_does_not_own_what_it_listed() {
    let project = project(PLATFORM);
    apply(&project);
    commit(&project);
    project.write("generated/compose/main.yaml", "name: mine\n");
    fs::remove_file(project.path("generated/.mlopsgen.json")).expect("removed");
    run(&project, &["apply", "--yes"]).failed_with(&["main.yaml: exists and was never written"]);
}

#[test]
fn what_the_other_side_of_a_merge_wrote_is_not_in_the_way() {
    let project = project(PLATFORM);
    apply(&project);
    commit(&project);
    git(&project, &["checkout", "-q", "-b", "theirs"]).succeeded();
    let more = "[groups]\nextra = \"More\"\n";
    let cache = "[components.cache]\nkind = \"redis\"\ngroup = \"extra\"\n";
    let theirs = PLATFORM.replace("[groups]\n", more) + cache;
    project.write("platform.toml", &theirs);
    apply(&project);
    commit(&project);
    git(&project, &["checkout", "-q", "ours"]).succeeded();
    let registry = "[platform]\nregistry = \"registry.example.com\"\n";
    project.write("platform.toml", PLATFORM.replace("[platform]\n", registry));
    apply(&project);
    commit(&project);
    git(&project, &["merge", "-q", "theirs"]);
    git(&project, &["checkout", "-q", "--ours", "generated"]);
    project.write("platform.toml", theirs.replace("[platform]\n", registry));
    // Before the merge is committed, and after.
    let planned = run(&project, &["plan"]);
    planned.succeeded();
    assert!(!planned.out.contains("never written"), "{}", planned.out);
    commit(&project);
    project.write("generated/compose/main.yaml", "name: mine\n");
    run(&project, &["apply", "--yes"]).failed_with(&["1 file in the way", "edited by hand since"]);
    git(&project, &["checkout", "-q", "generated"]).succeeded();
    apply(&project);
    let extra = project.read("generated/compose/extra.yaml");
    assert!(extra.contains("registry.example.com/"), "{extra}");
}

#[test]
fn an_environment_with_a_new_name_keeps_what_is_known_of_its_data() {
    let project = project(PLATFORM);
    project.write("platform.prod.toml", "");
    run(&project, &["apply", "--all-envs", "--yes"]).succeeded();
    commit(&project);
    git(
        &project,
        &["mv", "platform.prod.toml", "platform.production.toml"],
    )
    .succeeded();
    let command = "git mv generated/prod generated/production";
    for words in [&["plan"][..], &["apply"]] {
        let ran = run(&project, &[words, &["--env", "production"]].concat());
        assert!(ran.err.contains(command), "{}", ran.err);
    }
    let checked = run(&project, &["check"]);
    let said = "If it is called `production` now, which keeps its data: ";
    assert!(
        checked.out.contains(&format!("{said}{command}. ")),
        "{}",
        checked.out
    );
    git(&project, &["mv", "generated/prod", "generated/production"]).succeeded();
    run(&project, &["apply", "--yes", "--env", "production"]).failed_with(&[
        "from = \"platform.demo-prod\"",
        "to = \"platform.demo-production\"",
    ]);
}
