//! Links that an engine would follow when it starts what the repository describes: bind mounts, and files that raw keys name.

use super::Hostile;

const VOLUME: &str = "volumes.m = { mount = \"/m\", source = \"models\" }\n";
const BELOW: &str = "volumes.m = { mount = \"/m\", source = \"models/./one\" }\n";
const RAW: &str = "compose.volumes = [\"../../models:/m\"]\n";
const LONG: &str =
    "compose.volumes = [{ type = \"bind\", source = \"../../models/\", target = \"/m\" }]\n";
const VARIABLES: &str = "compose.env_file = \"../../models\"\n";
const LABELS: &str = "compose.label_file = \"../../models\"\n";
const EXTENDS: &str = "compose.extends = { file = \"../../models\", service = \"x\" }\n";
const CONFIG: &str = "[raw.compose.configs.c]\nfile = \"../../models\"\n";
const BUILD: &str = "build = { context = \"models\" }\n";
const DOCKERFILE: &str = "build = { context = \".\", dockerfile = \"models/Dockerfile\" }\n";
const RAW_BUILD: &str = "compose.build = \"../../models\"\n";
const RAW_CONTEXT: &str = "compose.build = { context = \"../../models\" }\n";
const RAW_DOCKERFILE: &str = "compose.build = { context = \"../..\", dockerfile = \"models\" }\n";
const RAW_OF_TYPED: &str =
    "build = { context = \".\" }\ncompose.build = { dockerfile = \"models/Dockerfile\" }\n";
const MORE_CONTEXTS: &str =
    "compose.build = { context = \"../..\", additional_contexts = [\"k=../../models\"] }\n";
const ANOTHER: &str =
    "[raw.compose.services.another]\nimage = \"a:1\"\nvolumes = [\"../../models:/m\"]\n";
const TASK_BUILD: &str =
    "[pipelines.p]\nbuild = { context = \"models\" }\ntasks.t = { run = \"true\" }\n";
const TASKS: &str = "[pipelines.p]\nimage = \"a/b:1\"\nvolumes.m = { mount = \"/m\", source = \"models\" }\ntasks.t = { run = \"true\" }\n";

#[test]
fn a_link_that_an_engine_would_follow_out_of_the_project_is_an_error() {
    for lines in [
        VOLUME,
        BELOW,
        RAW,
        LONG,
        VARIABLES,
        LABELS,
        EXTENDS,
        CONFIG,
        TASKS,
        BUILD,
        DOCKERFILE,
        RAW_BUILD,
        RAW_CONTEXT,
        RAW_DOCKERFILE,
        RAW_OF_TYPED,
        MORE_CONTEXTS,
        ANOTHER,
        TASK_BUILD,
    ] {
        for target in [
            "precious",
            "/etc",
            ".git",
            "generated/compose",
            "../absent",
            ".",
        ] {
            let hostile = Hostile::new(lines);
            hostile.write(".git/HEAD", "ref: refs/heads/main\n");
            hostile.write("generated/compose/kept", "kept");
            let target = match target {
                "precious" => hostile.outside("precious"),
                target => target.to_string(),
            };
            hostile.link(&target, "models");
            // All commands compile alike: each line is tried with one that only looks, and each way out with one that writes.
            let commands: &[&[&str]] = match target == hostile.outside("precious") {
                true => &[&["validate"], &["apply", "--yes"]],
                false => &[&["apply", "--yes"]],
            };
            for command in commands {
                let ran = hostile.run(command);
                ran.failed_with(&["outside-source", "symbolic link"]);
                assert!(!ran.err.contains("precious contents"), "{}", ran.err);
            }
        }
    }
}

/// A link to another folder of the project is followed, and may be changed into one that leads out of it.
#[test]
fn a_link_inside_of_the_project_is_as_good_as_what_it_leads_to() {
    let hostile = Hostile::new(&format!("allow = [\"no-resources\"]\n{VOLUME}{VARIABLES}"));
    hostile.write("real", "API_TOKEN=abc\n");
    hostile.link("real", "models");
    let ran = hostile.run(&["apply", "--yes"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("plaintext-secret"), "{}", ran.err);
    assert_eq!(hostile.run(&["check"]).status, 0);
    std::fs::remove_file(hostile.path("models")).expect("a link");
    hostile.link(&hostile.outside("precious"), "models");
    hostile.run(&["check"]).failed_with(&["symbolic link"]);
    // A reviewer sees it in platform.toml.
    let text = hostile.read("platform.toml");
    let accepted = text.replace("allow = [", "allow = [\"outside-source\", ");
    hostile.write("platform.toml", accepted);
    let ran = hostile.run(&["validate"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.err.contains("precious contents"), "{}", ran.err);
}

/// What Compose would read at its start is no pipe, no device and no folder.
#[test]
fn variables_come_from_regular_files() {
    for (name, words) in [
        ("pipe", "neither a file nor a folder"),
        ("folder", "is a folder"),
        ("binary", "is not UTF-8 text"),
        ("large", "MiB"),
    ] {
        let hostile = Hostile::new(&format!("compose.env_file = [\"../../{name}\"]\n"));
        hostile.write("folder/x", "");
        hostile.write("binary", [0xff, 0xfe, 0]);
        let made = std::process::Command::new("mkfifo")
            .arg(hostile.path("pipe"))
            .status();
        assert!(made.expect("mkfifo").success());
        let large = std::fs::File::create(hostile.path("large")).expect("a file");
        large.set_len(10 << 30).expect("a sparse file");
        hostile
            .run(&["validate"])
            .failed_with(&["unreadable", words]);
    }
}
