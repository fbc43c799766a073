//! Exit statuses, and what goes to stdout and what to stderr.

use std::process::{Command, Stdio};

use crate::{
    binary::{command, finish, run},
    support::folder::Folder,
};
use mlopsgen::plan::fingerprint;

const PLATFORM: &str = r#"
[platform]
name = "demo"

[groups]
main = "Everything"

[components.web]
image = "nginx:1.29.3"
group = "main"
"#;

/// A project with an orphan: a file that an earlier run wrote and that this one does not.
fn with_orphan() -> Folder {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    orphan(&project, "old\n", "");
    project
}

fn orphan(project: &Folder, written: &str, volumes: &str) {
    let sha256 = fingerprint(written.as_bytes());
    project.write("generated/docs/old.md", "old\n");
    project.write(
        "generated/.mlopsgen.json",
        format!(
            "{{\"version\":\"0.1.0\",\"files\":[{{\"path\":\"docs/old.md\",\"sha256\":\"{sha256}\"}}],\
             \"volumes\":[{volumes}]}}"
        ),
    );
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

#[test]
fn a_wrong_command_line_is_an_error_and_help_is_none() {
    let project = Folder::new();
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["plan", "--frobnicate"],
        &["plan", "--target", "cloud"],
        &["plan", "--format", "xml"],
        &["validate", "-q", "-v"],
    ] {
        let ran = run(&project, arguments);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{arguments:?}");
        assert!(!ran.err.is_empty(), "{arguments:?}");
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help", "plan"],
        &["apply", "--help"],
    ] {
        let ran = run(&project, arguments);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{arguments:?}");
    }
}

#[test]
fn the_help_of_every_command_has_examples() {
    let project = Folder::new();
    for command in ["init", "validate", "plan", "apply", "check", "explain"] {
        let help = run(&project, &[command, "--help"]).out;
        assert!(
            help.contains(&format!("Examples:\n  mlopsgen {command}")),
            "{help}"
        );
    }
}

#[test]
fn without_a_platform_file_the_error_says_where_it_looked() {
    let project = Folder::new();
    for command in ["validate", "plan", "apply", "check"] {
        let ran = run(&project, &[command]);
        assert_eq!((ran.status, ran.out.as_str()), (1, ""));
        let path = project.path("platform.toml");
        assert!(
            ran.err.contains(&path.to_string_lossy().to_string()),
            "{}",
            ran.err
        );
        assert!(ran.err.contains("`mlopsgen init`"), "{}", ran.err);
    }
    let ran = run(&project, &["plan", "--format", "json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    assert!(json(&ran.out)["error"]["help"].is_string());
}

#[test]
fn environments_need_a_name_that_kubernetes_takes() {
    let project = with_orphan();
    for name in ["Prod", "../x", "docs"] {
        let ran = run(&project, &["plan", "--env", name]);
        assert_eq!(ran.status, 1, "{name}");
        assert!(ran.err.contains(&format!("`{name}`")), "{}", ran.err);
    }
}

#[test]
fn an_environment_without_a_file_is_an_error_that_names_those_there_are() {
    let project = with_orphan();
    project.write("platform.prod.toml", "");
    project.write("platform.eu-1.toml", "");
    let ran = run(&project, &["check", "--env", "production"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    let expected = "error: there is no `platform.production.toml`\n  help: write that file, or `--env` with `eu-1` or `prod`\n";
    assert_eq!(ran.err, expected);
    assert_eq!(run(&project, &["plan", "--env", "prod"]).status, 0);
    // `init` starts no file of another name.
    let ran = run(&project, &["check", "--file", "other.toml"]);
    let expected = "write that file, or leave `--file` out: `platform.toml` is there";
    assert!(ran.status == 1 && ran.err.contains(expected), "{}", ran.err);
}

#[test]
fn init_writes_a_platform_and_overwrites_none() {
    let project = Folder::new();
    let ran = run(&project, &["init", "My_Platform"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("plan"), "{}", ran.out);
    let text = project.read("My_Platform/platform.toml");
    assert!(text.contains("name = \"my-platform\""), "{text}");
    project.write("My_Platform/platform.toml", "mine");
    let ran = run(&project, &["-C", "My_Platform", "init"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert_eq!(project.read("My_Platform/platform.toml"), "mine");
}

#[test]
fn explain_knows_its_codes_and_the_nearest_one() {
    let project = Folder::new();
    let ran = run(&project, &["explain"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("port-clash") && ran.out.contains("docker-socket"));
    let ran = run(&project, &["explain", "port-clahs"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("did you mean `port-clash`?"),
        "{}",
        ran.err
    );
}

#[test]
fn plan_shows_a_diff_ends_with_the_counts_and_writes_nothing() {
    let project = with_orphan();
    let before = project.tree();
    let ran = run(&project, &["plan"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let diff = "--- a/generated/docs/old.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n";
    assert!(ran.out.contains(diff), "{}", ran.out);
    assert!(
        ran.out.contains("\n- generated/docs/old.md\n"),
        "{}",
        ran.out
    );
    let last = ran.out.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("Plan: ") && last.ends_with(" to change, 1 to remove."),
        "{last}"
    );
    assert_eq!(run(&project, &["plan", "--detailed-exitcode"]).status, 2);
    assert_eq!(project.tree(), before);
}

#[test]
fn colours_are_printed_on_a_terminal_or_on_request() {
    let project = with_orphan();
    assert!(!run(&project, &["plan"]).out.contains('\u{1b}'));
    assert!(
        run(&project, &["plan", "--color", "always"])
            .out
            .contains("\u{1b}[31m-old")
    );
}

#[test]
fn check_prints_the_command_to_type_and_writes_nothing() {
    let project = with_orphan();
    let before = project.tree();
    let ran = run(&project, &["check", "--target", "docs"]);
    assert_eq!(ran.status, 2, "{}", ran.err);
    assert!(ran.out.contains("-old\n"), "{}", ran.out);
    assert!(
        ran.out.contains("run: mlopsgen apply --target docs\n"),
        "{}",
        ran.out
    );
    assert_eq!(project.tree(), before);
    assert_eq!(run(&project, &["apply", "--yes"]).status, 0);
    let ran = run(&project, &["check"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    assert_eq!(run(&project, &["plan", "--detailed-exitcode"]).status, 0);
}

#[test]
fn without_a_terminal_apply_needs_yes() {
    let project = with_orphan();
    let before = project.tree();
    let ran = run(&project, &["apply"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("`mlopsgen apply --yes`"), "{}", ran.err);
    // A refused file is named, but not printed in full.
    assert!(
        ran.out.contains("\n- generated/docs/old.md\n"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("@@"), "{}", ran.out);
    assert_eq!(project.tree(), before);
    let ran = run(&project, &["apply", "--yes"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!project.exists("generated/docs/old.md"));
    let ran = run(&project, &["apply"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("No changes"), "{}", ran.out);
}

#[test]
fn apply_names_edited_files_and_force_replaces_them() {
    let project = with_orphan();
    orphan(&project, "as it was written\n", "");
    let before = project.tree();
    let plan = run(&project, &["plan"]);
    assert_eq!(plan.status, 0);
    let mark = "! generated/docs/old.md (edited by hand since)\n";
    assert!(plan.out.contains(mark), "{}", plan.out);
    let ran = run(&project, &["apply", "--yes"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err
            .contains("generated/docs/old.md: edited by hand since"),
        "{}",
        ran.err
    );
    assert_eq!(project.tree(), before);
    assert_eq!(run(&project, &["check"]).status, 2);
    assert_eq!(run(&project, &["apply", "--yes", "--force"]).status, 0);
    assert!(!project.exists("generated/docs/old.md"));
}

#[test]
fn a_removed_volume_needs_its_own_confirmation() {
    let project = with_orphan();
    let volume = "{\"name\":\"demo_redis-data\",\"key\":\"components.redis.volumes.data\"}";
    orphan(&project, "old\n", volume);
    let plan = run(&project, &["plan"]).out;
    assert!(
        plan.contains("volumes.data.name = \"demo_redis-data\""),
        "{plan}"
    );
    let ran = run(&project, &["apply", "--yes"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("`--accept-data-loss`"), "{}", ran.err);
    assert!(project.exists("generated/docs/old.md"));
    let ran = run(&project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn a_saved_plan_is_applied_without_asking_and_only_once() {
    let project = with_orphan();
    assert_eq!(run(&project, &["plan", "--out", "p.json"]).status, 0);
    let ran = run(&project, &["apply", "p.json", "--target", "docs"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("another `--target`"), "{}", ran.err);
    let ran = run(&project, &["apply", "p.json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!project.exists("generated/docs/old.md"));
    let ran = run(&project, &["apply", "p.json"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.err.contains("this plan is applied already"),
        "{}",
        ran.err
    );
}

#[test]
fn a_saved_plan_fails_where_something_changed_since() {
    let project = with_orphan();
    assert_eq!(run(&project, &["plan", "--out", "p.json"]).status, 0);
    project.write("generated/docs/old.md", "edited\n");
    let ran = run(&project, &["apply", "p.json", "--force"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("docs/old.md"), "{}", ran.err);
    assert_eq!(project.read("generated/docs/old.md"), "edited\n");
    project.write("other.json", "{}");
    assert_eq!(run(&project, &["apply", "other.json"]).status, 1);
    assert_eq!(run(&project, &["apply", "missing.json"]).status, 1);
}

#[test]
fn json_output_is_one_document() {
    let project = with_orphan();
    project.write("generated/notes.txt", "x");
    let ran = run(&project, &["plan", "--format", "json"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let plan = json(&ran.out);
    let change = serde_json::json!({ "path": "generated/docs/old.md", "action": "remove" });
    let changes = plan["changes"].as_array().cloned().unwrap_or_default();
    assert!(changes.contains(&change), "{plan}");
    assert_eq!(plan["summary"]["remove"], 1);
    assert_eq!(plan["foreign"], serde_json::json!(["generated/notes.txt"]));
    assert_eq!(plan["volumes_removed"], serde_json::json!([]));
    assert!(plan["diagnostics"].is_array());
    let ran = run(&project, &["check", "--format", "json"]);
    assert_eq!(
        (ran.status, json(&ran.out)["up_to_date"].as_bool()),
        (2, Some(false))
    );
    let ran = run(&project, &["validate", "--format", "json"]);
    assert_eq!(
        (ran.status, json(&ran.out)["summary"]["errors"].as_u64()),
        (0, Some(0))
    );
    let ran = run(&project, &["apply", "--format", "json"]);
    assert_eq!(ran.status, 1);
    assert!(json(&ran.out)["error"]["message"].is_string());
    assert_eq!(run(&project, &["plan", "--format", "svg"]).status, 1);
    let forms = "write `human`, `json`, `github` or `sarif`";
    for command in ["validate", "check"] {
        run(&project, &[command, "--format", "yaml"]).failed_with(&[forms]);
    }
}

#[test]
fn another_folder_and_another_file_can_be_named() {
    let project = Folder::new();
    project.write("infra/stack.toml", PLATFORM);
    let sub = ["validate", "--file", "infra/stack.toml"];
    assert_eq!(run(&project, &sub).status, 0);
    assert_eq!(
        run(
            &project,
            &["validate", "-C", "infra", "--file", "stack.toml"]
        )
        .status,
        0
    );
    assert_eq!(run(&project, &["validate", "-C", "infra"]).status, 1);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_panic() {
    use std::os::unix::process::ExitStatusExt;
    let project = with_orphan();
    for arguments in [&["plan"][..], &["explain"], &["--help"]] {
        let mut child = command(&project, arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("its end");
        assert!(output.status.signal().is_none() && output.status.code() == Some(0));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    }
}

#[test]
fn a_source_outside_of_the_project_is_generated_where_it_is_allowed_and_stops_the_run_where_not() {
    for (level, status) in [("allow", 0), ("warn", 0), ("deny", 1)] {
        let outer = Folder::new();
        outer.write("y", "hello\n");
        outer.write(
            "project/platform.toml",
            format!("{PLATFORM}files.\"/etc/x\".source = \"../y\"\n[lints]\noutside-source = \"{level}\"\nno-health-check = \"allow\"\nno-resources = \"allow\"\n"),
        );
        let ran = run(&outer, &["-C", "project", "validate"]);
        assert_eq!(ran.status, status, "{level}: {}", ran.err);
        let ran = run(&outer, &["-C", "project", "apply", "--yes"]);
        assert_eq!(ran.status, status, "{level}: {}", ran.err);
        let copied = outer.exists("project/generated/compose/main.yaml");
        assert_eq!(copied, status == 0, "{level}");
        let ran = run(
            &outer,
            &["-C", "project", "apply", "--yes", "--deny-warnings"],
        );
        assert_eq!(
            ran.status,
            i32::from(level != "allow"),
            "{level}: {}",
            ran.err
        );
        assert_eq!(outer.exists("project/generated/compose/main.yaml"), copied);
    }
}

#[test]
fn a_plan_that_removes_nearly_everything_needs_its_own_flag() {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    run(&project, &["apply", "--yes"]);
    let before = project.tree();
    let emptied = "[platform]\nname = \"demo\"\ntargets = []\n";
    project.write("platform.toml", emptied);
    let plan = run(&project, &["plan"]);
    assert!(
        plan.out
            .contains("nearly everything in `generated/` is removed"),
        "{}",
        plan.out
    );
    let report = json(&run(&project, &["plan", "--format", "json"]).out);
    assert_eq!(report["removes_nearly_all"], true);
    let ran = run(&project, &["apply", "--yes"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("`--accept-removal`"), "{}", ran.err);
    project.write("platform.toml", PLATFORM);
    assert_eq!(project.tree(), before);
    project.write("platform.toml", emptied);
    let ran = run(&project, &["apply", "--yes", "--accept-removal"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!project.exists("generated/compose/compose.yaml"));
}

#[test]
fn a_renamed_platform_and_fewer_targets_need_no_other_flag_than_yes() {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    run(&project, &["apply", "--yes"]);
    for changed in [
        PLATFORM.replace("name = \"demo\"", "name = \"shop\""),
        PLATFORM.replace("[groups]", "targets = [\"docs\"]\n[groups]"),
    ] {
        project.write("platform.toml", changed);
        let ran = run(&project, &["apply", "--yes", "--accept-data-loss"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
    }
}

#[test]
fn platform_toml_is_found_in_a_folder_above() {
    let project = Folder::new();
    project.write("platform.toml", "[platform]\nname = \"demo\"\n");
    project.write("src/deep/file.txt", "");
    let run_in = |folder: &str, words: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_mlopsgen"))
            .current_dir(project.path(folder))
            .args(words)
            .env("XDG_CACHE_HOME", crate::CACHE)
            .output()
            .expect("the binary")
            .status
            .success()
    };
    let run = |words: &[&str]| run_in("src/deep", words);
    assert!(run(&["apply", "--yes"]) && run(&["check"]));
    assert!(run_in("src", &["-C", "deep", "check"]) && run_in("", &["-C", "src/deep", "check"]));
    assert!(project.exists("generated/.mlopsgen.json"));
    assert!(!project.exists("src/deep/generated"));
    assert!(run(&["init"]), "a project may be started in another one");
    assert!(project.exists("src/deep/platform.toml"));
}

/// A machine without room is no mistake of the platform's, and help that nobody gets is none.
#[cfg(target_os = "linux")]
#[test]
fn limits_of_the_machine_are_reported_as_such() {
    let project = Folder::new();
    project.write("platform.toml", PLATFORM);
    let ran = |words: &str| {
        let mut shell = Command::new("sh");
        shell
            .current_dir(project.path(""))
            .args(["-c", words])
            .env("MLOPSGEN", env!("CARGO_BIN_EXE_mlopsgen"))
            .env("XDG_CACHE_HOME", crate::CACHE);
        finish(shell)
    };
    let limited = ran("ulimit -v 900000; exec \"$MLOPSGEN\" validate");
    limited.failed_with(&["no thread with a stack of 1024 MiB", "ulimit -v"]);
    assert!(!limited.err.contains("template"), "{}", limited.err);
    for words in ["--help", "-V", "plan --help"] {
        let ran = ran(&format!("exec \"$MLOPSGEN\" {words} > /dev/full"));
        assert_eq!(ran.status, 1, "{words}: {}", ran.err);
    }
}
