//! Whose `generated/` is: that of one platform file, which another file does not take over.

use std::fs;

use super::{Case, PLATFORM};
use crate::{
    binary::{Ran, run},
    support::folder::Folder,
};

const OTHER: &str = r#"
[platform]
name = "shop"
targets = ["compose"]

[groups]
main = "Everything"

[components.web]
image = "web:1"
group = "main"
"#;

fn with_other(project: &Folder, command: &[&str]) -> Ran {
    run(project, &[command, &["--file", "other.toml"]].concat())
}

#[test]
fn another_file_does_not_take_over_the_folder_of_the_first() {
    let case = Case::new();
    case.project.write("other.toml", OTHER);
    let before = case.project.tree();
    for command in [
        &["plan"][..],
        &["check"],
        &["apply", "--yes", "--accept-data-loss", "--accept-removal"],
        &["env", "init"],
    ] {
        with_other(&case.project, command).failed_with(&[
            "`generated/` is made from `platform.toml`, and this is `other.toml`: nothing is written",
            "help: two platforms need a folder each: move `other.toml` to one of its own.",
            "write what differs to `platform.E.toml`, and type `--env E`",
        ]);
    }
    assert_eq!(case.project.tree(), before);
    with_other(&case.project, &["validate"]).succeeded();
    run(&case.project, &["check"]).succeeded();
}

#[test]
fn the_folder_knows_a_file_of_any_name() {
    let project = Folder::new();
    project.write("other.toml", OTHER);
    with_other(&project, &["apply", "--yes"]).succeeded();
    with_other(&project, &["check"]).succeeded();
    project.write("platform.toml", PLATFORM);
    run(&project, &["apply", "--yes", "--accept-removal"])
        .failed_with(&["`generated/` is made from `other.toml`, and this is `platform.toml`"]);
    // Of a conflict in the manifest too.
    let manifest = project.read("generated/.mlopsgen.json");
    let line = "  \"file\": \"other.toml\",\n";
    let conflict = format!("<<<<<<< HEAD\n{line}=======\n{line}>>>>>>> main\n");
    project.write(
        "generated/.mlopsgen.json",
        manifest.replace(line, &conflict),
    );
    run(&project, &["plan"]).failed_with(&["is made from `other.toml`"]);
    with_other(&project, &["apply", "--yes"]).succeeded();
    assert_eq!(project.read("generated/.mlopsgen.json"), manifest);
}

#[test]
fn a_file_that_includes_the_first_one_takes_its_place() {
    let case = Case::new();
    let (platform, rest) = PLATFORM.split_at(PLATFORM.find("[secrets]").expect("it has secrets"));
    case.project.write(
        "main.toml",
        format!("include = [\"platform.toml\"]\n{platform}"),
    );
    case.project.write("platform.toml", rest);
    run(&case.project, &["plan", "--file", "main.toml"]).succeeded();
}

/// Manifests of earlier versions do not say whose they are.
#[test]
fn a_manifest_of_an_earlier_version_refuses_no_file() {
    let case = Case::new();
    let manifest = case.project.read("generated/.mlopsgen.json");
    let mut lines = manifest.lines();
    let is_newer = |line: &&str| line.contains("\"format\"");
    let number = lines.find(is_newer).expect("it has a format");
    case.project.write(
        "generated/.mlopsgen.json",
        manifest.replace(&format!("{number}\n"), ""),
    );
    case.project.write("other.toml", OTHER);
    with_other(&case.project, &["plan"]).succeeded();
}

#[test]
fn a_platform_file_with_another_name_keeps_its_folder() {
    let case = Case::new();
    fs::remove_file(case.project.path("platform.toml")).expect("it is there");
    case.project.write("other.toml", PLATFORM);
    with_other(&case.project, &["apply", "--yes"]).succeeded();
    with_other(&case.project, &["check"]).succeeded();
    let kept = case.kept();
    assert!(kept.contains("engine ml_mlflow-db-data"), "{kept:?}");
}
