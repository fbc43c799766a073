//! A manifest that is missing, in conflict, broken or hostile.

use super::NONE;
use crate::support::planning::{Project, files, with_volume};
use mlopsgen::plan::fingerprint;

#[test]
fn without_its_manifest_a_fresh_tree_is_adopted() {
    let project = Project::new();
    let wanted = files([("compose/a.yaml", "1\n")]);
    project.apply_cleanly(&wanted);
    let manifest = project.manifest();
    project.remove("generated/.mlopsgen.json");
    assert_eq!(project.summary(&wanted), NONE);
    assert!(project.plan(&wanted).is_ok_and(|plan| !plan.is_empty()));
    project.apply_cleanly(&wanted);
    assert_eq!(project.manifest(), manifest);
}

#[test]
fn a_manifest_with_conflict_markers_has_the_lines_of_both_sides() {
    let project = Project::new();
    project.apply_cleanly(&with_volume(
        files([("compose/a.yaml", "ours\n"), ("compose/z.yaml", "1\n")]),
        "demo_old",
    ));
    let line = |path: &str, text: &str| {
        let sha256 = fingerprint(text.as_bytes());
        format!("    {{\"path\":\"{path}\",\"sha256\":\"{sha256}\"}},\n")
    };
    let ours = line("compose/a.yaml", "ours\n");
    let theirs = line("compose/a.yaml", "theirs\n") + &line("compose/b.yaml", "theirs\n");
    let base = line("compose/base.yaml", "base\n");
    let conflict =
        format!("<<<<<<< HEAD\n{ours}||||||| 123\n{base}=======\n{theirs}>>>>>>> main\n");
    project.write(
        "generated/.mlopsgen.json",
        project.manifest().replace(&ours, &conflict),
    );
    project.write("generated/compose/a.yaml", "theirs\n");
    project.write("generated/compose/b.yaml", "theirs\n");
    project.write("generated/compose/base.yaml", "base\n");
    let wanted = with_volume(
        files([("compose/a.yaml", "both\n"), ("compose/z.yaml", "1\n")]),
        "demo_old",
    );
    assert_eq!(
        project.summary(&wanted),
        ["~ compose/a.yaml", "- compose/b.yaml"]
    );
    project.apply_cleanly(&wanted);
    assert!(!project.manifest().contains("<<<<<<<"));
    assert!(project.exists("generated/compose/base.yaml"));
    assert!(project.plan(&wanted).is_ok_and(|plan| plan.is_empty()));
}

#[test]
fn a_manifest_that_only_has_its_markers_left_is_written_again() {
    let project = Project::new();
    let wanted = files([("compose/a.yaml", "1\n")]);
    project.apply_cleanly(&wanted);
    let manifest = project.manifest();
    let conflicted = manifest.replacen("{\n", "{\n<<<<<<< HEAD\n=======\n>>>>>>> main\n", 1);
    project.write("generated/.mlopsgen.json", conflicted);
    assert_eq!(project.summary(&wanted), NONE);
    project.apply_cleanly(&wanted);
    assert_eq!(project.manifest(), manifest);
}

#[test]
fn a_newer_a_broken_and_a_hostile_manifest_are_errors() {
    let wanted = files([]);
    let cases = [
        ("{\"version\":\"999.0.0\",\"tables\":{}}", "999.0.0"),
        ("{\"version\":\"0.1.0\",\"files\":[", "not a manifest"),
        ("{\"version\":\"old\",\"files\":[]}", "`version` is `old`"),
        (
            "<<<<<<< a\n\"version\": \"999.0.0\",\n=======\n>>>>>>> b\n",
            "999.0.0",
        ),
        ("<<<<<<< a\nwhat\n=======\n>>>>>>> b\n", "the line `what`"),
        (
            "{\"version\":\"0.1.0\",\"files\":[{\"path\":\"../x\",\"sha256\":\"0\"}]}",
            "`../x` is not a path inside",
        ),
        (
            "{\"version\":\"0.1.0\",\"files\":[{\"path\":\"/x\",\"sha256\":\"0\"}]}",
            "`/x` is not a path inside",
        ),
        // It would be written as it was read, and that is no JSON.
        (
            "{\"version\":\"0.1.0\",\"files\":[{\"path\":\"x\",\"sha256\":\"\\u0000\"}]}",
            "`x` has no SHA-256",
        ),
    ];
    for (manifest, expected) in cases {
        let project = Project::new();
        project.write("generated/.mlopsgen.json", manifest);
        let failure = project.plan(&wanted).err();
        let message = failure.as_ref().map(|failure| failure.message.as_str());
        assert!(
            message.is_some_and(|message| message.contains(expected)),
            "{failure:?}"
        );
        assert!(failure.is_some_and(|failure| failure.help.is_some()));
    }
}
