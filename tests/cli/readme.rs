//! What README.md tells a newcomer to type.

use std::{fs, path::Path};

use crate::{binary::run, support::folder::Folder};

/// The commands below a heading of README.md, without their comments.
fn commands(heading: &str) -> Vec<Vec<String>> {
    let readme = include_str!("../../README.md");
    let (_, below) = readme.split_once(heading).expect("the heading");
    let block = below.split("```").nth(1).expect("a block of commands");
    let lines = block
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let commands = lines.filter_map(|line| line.strip_prefix("mlopsgen "));
    commands
        .map(|line| line.split_whitespace().map(str::to_string).collect())
        .collect()
}

#[test]
fn the_names_in_the_commands_are_those_of_the_platform_that_init_makes() {
    let project = Folder::new();
    run(&project, &["init", "my-platform"]).succeeded();
    let platform = project.read("my-platform/platform.toml");
    let commands = commands("## Run it\n");
    assert!(commands.len() > 5, "{commands:?}");
    for words in commands {
        let names = words[1..].iter().filter(|word| !word.starts_with('-'));
        for name in names.filter(|name| words[0] != "env" || *name != "init") {
            let is_group = platform.contains(&format!("\n{name} = \""));
            let is_component = platform.contains(&format!("\n[components.{name}]\n"));
            let is_right = is_group || words[0] == "logs" && is_component;
            assert!(is_right, "{words:?} in {platform}");
        }
    }
}

#[test]
fn a_component_in_the_place_of_a_group_is_said_with_its_group() {
    let project = Folder::new();
    run(&project, &["init", "."]).succeeded();
    run(&project, &["apply", "--yes", "-q"]).succeeded();
    for command in ["up", "restart", "status", "down"] {
        run(&project, &[command, "mlflow"]).failed_with(&[
            "`mlflow` is a component, and this command takes groups",
            "name its group: `tracking`",
        ]);
    }
}

#[test]
fn a_part_is_shown_with_its_component() {
    let project = Folder::new();
    run(&project, &["init", "."]).succeeded();
    let of_part = run(&project, &["show", "mlflow-db-exporter"]);
    of_part.succeeded();
    assert_eq!(of_part.out, run(&project, &["show", "mlflow-db"]).out);
}

#[test]
fn every_example_is_as_fmt_lays_it_out() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for example in fs::read_dir(examples).expect("the examples") {
        let example = example.expect("an example").path();
        if !example.join("platform.toml").is_file() {
            continue;
        }
        let project = Folder::new();
        let folder = example.to_string_lossy();
        run(&project, &["-C", &folder, "fmt", "--check"]).succeeded();
    }
}
