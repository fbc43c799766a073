//! A volume of the platform that nothing mounts holds no data: it comes and goes without a question.

use super::{Case, PLATFORM, entry};
use crate::binary::run;

const LATER: &str = "later = { size = \"1Gi\" }\n";

/// The platform with one more volume, which nothing mounts.
fn declared() -> Case {
    let models = "[volumes]\n";
    Case::of(&PLATFORM.replace(models, &format!("{models}{LATER}")))
}

/// Adds what the version before this one wrote down of that volume.
fn write_as_before(case: &Case) {
    let manifest = case.project.read("generated/.mlopsgen.json");
    let first = "\"volumes\": [\n";
    assert!(manifest.contains(first), "{manifest}");
    let line = "    {\"name\":\"ml_later\",\"key\":\"volumes.later\"},\n";
    let manifest = manifest.replace(first, &format!("{first}{line}"));
    case.project.write("generated/.mlopsgen.json", &manifest);
    assert!(case.kept().contains("engine ml_later"));
}

#[test]
fn what_nothing_mounts_is_not_recorded() {
    let mut case = declared();
    assert!(!case.kept().contains("engine ml_later"));
    case.change(LATER, "");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn what_an_earlier_version_recorded_of_it_asks_for_nothing() {
    for text in [LATER, ""] {
        let mut case = declared();
        write_as_before(&case);
        case.change(LATER, text);
        let ran = case.apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(!ran.out.contains("later"), "{}", ran.out);
        assert!(!case.kept().contains("engine ml_later"));
        let fresh = run(&case.project, &["check"]);
        assert_eq!(fresh.status, 0, "{}", fresh.out);
    }
}

#[test]
fn a_volume_that_becomes_shared_with_it_moves_there() {
    let (from, to) = ("components.trainer.volumes.cache", "volumes.later");
    for is_earlier in [false, true] {
        let mut case = declared();
        if is_earlier {
            write_as_before(&case);
        }
        case.change(
            "mount = \"/cache\", size = \"1Gi\"",
            "mount = \"/cache\", shared = \"later\"",
        );
        case.refuses(&[
            "volume `ml_trainer-cache`",
            "volume `ml_later` (volumes.later) starts empty",
            &entry(from, to),
        ]);
        let ran = case.write_moved(from, to).apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(ran.out.contains("moved, data kept"), "{}", ran.out);
        let kept = case.kept();
        assert!(kept.contains("engine ml_trainer-cache"), "{kept:?}");
        assert!(!kept.contains("engine ml_later"), "{kept:?}");
    }
}

#[test]
fn what_something_mounted_once_is_still_asked_for() {
    let mut case = Case::new();
    case.change(
        "volumes.models = { mount = \"/models\", shared = \"models\" }\n",
        "",
    );
    case.refuses(&["volume `ml_models`", "claim `models`"]);
    case.change("models = { size = \"5Gi\" }\n", "");
    case.refuses(&["volume `ml_models`", "claim `models`"]);
}
