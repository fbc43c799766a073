//! An entry of `[[moved]]` may be left standing, whatever happens to what it names.

use super::{Case, entry};
use crate::binary::run;

/// Changes platform.toml, and applies it: nothing may be said of the entries, and no data may go elsewhere.
fn keeps(case: &mut Case, old: &str, new: &str, moved: (&str, &str)) {
    let kept = case.kept();
    case.change(old, new).write_moved(moved.0, moved.1);
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.err.contains("[[moved]]"), "{}", ran.err);
    assert_eq!(case.kept(), kept);
}

#[test]
fn an_entry_for_a_volume_is_followed_when_its_component_is_renamed() {
    let mut case = Case::new();
    let volume = ["cache", "kept"].map(|name| format!("components.trainer.volumes.{name}"));
    keeps(
        &mut case,
        "volumes.cache",
        "volumes.kept",
        (&volume[0], &volume[1]),
    );
    let component = ("components.trainer", "components.teacher");
    keeps(
        &mut case,
        "[components.trainer]",
        "[components.teacher]",
        component,
    );
    // Where both come at once, too.
    let mut other = Case::new();
    let text = case.text.clone();
    let kept = other.kept();
    other.text = text;
    other.project.write("platform.toml", &other.text);
    assert_eq!(other.apply().status, 0);
    assert_eq!(other.kept(), kept);
    // The old volume beside the new one would have the same data.
    let both = "volumes.cache = { mount = \"/old\" }\nvolumes.kept = {";
    other.change("volumes.kept = {", both);
    run(&other.project, &["check"])
        .failed_with(&["`components.teacher.volumes.cache` is still there"]);
}

#[test]
fn an_environment_with_a_name_of_its_own_has_no_part_in_the_platform_s() {
    let mut case = Case::new();
    case.project.write(
        "platform.prod.toml",
        "[platform]\nname = \"ml\"\n[components]\ntrainer = false\n",
    );
    case.project
        .write("platform.dev.toml", "[platform]\nname = \"development\"\n");
    let all = |command: &[&str]| run(&case.project, command);
    assert_eq!(all(&["apply", "--all-envs", "--yes"]).status, 0);
    let names = |case: &Case| {
        ["prod", "dev"].map(|name| {
            case.project
                .read(&format!("generated/{name}/.mlopsgen.json"))
        })
    };
    let before = names(&case);
    let text = case.text.clone();
    for to in ["platform.new", "platform"] {
        case.text.clone_from(&text);
        case.change("name = \"ml\"", "name = \"new\"")
            .write_moved("platform.ml", to)
            .write_moved("components.sklearn", "components.trainer");
        let ran = run(&case.project, &["apply", "--all-envs", "--yes"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        let volumes = |text: &str| -> serde_json::Value {
            let manifest: serde_json::Value = serde_json::from_str(text).expect("JSON");
            manifest["volumes"].clone()
        };
        for (before, after) in before.iter().zip(names(&case)) {
            assert_eq!(volumes(before), volumes(&after), "{to}");
        }
    }
}

/// Of what was removed after it was renamed, the entry is left over; the data is asked for as of anything else.
#[test]
fn an_entry_to_what_was_removed_is_left_over() {
    let mut case = Case::new();
    case.project.write("platform.prod.toml", "");
    let component = ("components.trainer", "components.teacher");
    keeps(
        &mut case,
        "[components.trainer]",
        "[components.teacher]",
        component,
    );
    let start = case
        .text
        .find("[components.teacher]")
        .expect("it stands there");
    let end = case.text.find("[pipelines").expect("it stands there");
    case.text.replace_range(start..end, "");
    case.project.write("platform.toml", &case.text);
    case.refuses(&[
        "ml_trainer-cache",
        "there is no `components.teacher`: this entry of `[[moved]]` keeps nothing",
        "`platform.NAME.toml`",
    ]);
    let ran = run(&case.project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    // An environment may lack what the platform has.
    let ran = run(&case.project, &["validate", "--env", "prod"]);
    assert_eq!(
        (ran.status, ran.err.contains("keeps nothing")),
        (0, false),
        "{}",
        ran.err
    );
}

/// While data waits under the old name, a slip in the new one is an error.
#[test]
fn a_misspelled_new_name_is_an_error_while_data_waits() {
    let mut case = Case::new();
    case.change("[components.trainer]", "[components.teacher]");
    case.text += &entry("components.trainer", "components.techer");
    case.project.write("platform.toml", &case.text);
    case.apply()
        .failed_with(&["there is no `components.techer`", "did you mean `teacher`?"]);
}
