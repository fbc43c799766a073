//! Claims of the pods of a StatefulSet: one for each, which stays when the pod goes.

use super::{Case, agree};
use crate::{binary::run, support::folder::Folder};

const CHART: &str = r#"
[platform]
name = "ml"
targets = ["helm"]

[groups]
main = "Main"

[components.multi]
image = "ml/multi:1.0"
group = "main"
replicas = 3
volumes.work = { mount = "/work", size = "1Gi" }
"#;

/// What the help says for the first pod is enough for it: the others are asked for, once.
#[test]
fn the_claim_of_the_first_pod_is_kept_by_its_name() {
    let mut case = Case::of(CHART);
    let claim = "[raw.helm]\nvolumes.multi-work.existingClaim = \"work-multi-0\"";
    case.change("replicas = 3\n", "").refuses(&[claim]);
    case.text += claim;
    case.project.write("platform.toml", &case.text);
    case.refuses(&[
        "claim `work-multi-1` (components.multi.volumes.work) is left behind",
        "claim `work-multi-2` (components.multi.volumes.work) is left behind",
        "copy what is needed of them before the upgrade",
    ]);
    let plan = run(&case.project, &["plan"]).out;
    assert!(!plan.contains("work-multi-*"), "{plan}");
    assert!(!plan.contains("work-multi-0` is"), "{plan}");
    agree(&case);
    assert_eq!(run(&case.project, &["check"]).status, 0);
    assert_eq!(
        case.manifest()["accepted"][0]["left_behind"],
        "work-multi-1"
    );
    // Several pods again: the first one has had its claim all the time.
    case.change(claim, "")
        .change("group = \"main\"\n", "group = \"main\"\nreplicas = 3\n");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
}

#[test]
fn the_claims_of_the_last_pods_are_left_behind() {
    let mut case = Case::of(CHART);
    case.change("replicas = 3", "replicas = 2").refuses(&[
        "claim `work-multi-2` (components.multi.volumes.work) is left behind",
        "`replicas = 3` uses them again",
    ]);
    let plan = run(&case.project, &["plan"]).out;
    assert!(!plan.contains("work-multi-1"), "{plan}");
    agree(&case);
    let manifest = case.manifest();
    let left = &manifest["accepted"][0];
    assert_eq!(left["left_behind"], "work-multi-2");
    for fact in ["size", "at"] {
        assert_eq!(left[fact], manifest["volumes"][0][fact], "{fact}");
    }
    case.change("replicas = 2", "replicas = 4");
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    let back = "+ claim `work-multi-2` (components.multi.volumes.work) may hold what was left behind, unless you have removed it";
    assert!(ran.out.contains(back), "{}", ran.out);
    assert!(!ran.out.contains("work-multi-3"), "{}", ran.out);
    assert_eq!(case.manifest()["accepted"], serde_json::Value::Null);
}

/// All pods come back, with all that they had.
#[test]
fn a_workload_that_pauses_leaves_nothing_behind() {
    let mut case = Case::of(CHART);
    case.text += "[raw.helm]\ncomponents.multi.replicas = 0\n";
    case.project.write("platform.toml", &case.text);
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    assert_eq!(run(&case.project, &["check"]).status, 0);
    // With other changes meanwhile, and then with all of them.
    case.change("ml/multi:1.0", "ml/multi:1.1");
    assert_eq!(case.apply().status, 0);
    // Fewer come back than had claims.
    case.change("multi.replicas = 0", "multi.replicas = 2")
        .refuses(&[
            "claim `work-multi-2` (components.multi.volumes.work) is left behind",
            "`replicas = 3` uses them again",
        ]);
    case.change("multi.replicas = 2", "multi.replicas = 3");
    assert_eq!(case.apply().status, 0);
    case.change("multi.replicas = 3", "multi.replicas = 2")
        .refuses(&["claim `work-multi-2` (components.multi.volumes.work) is left behind"]);
}

#[test]
fn what_an_autoscaler_made_is_named_by_its_key() {
    let scaled = "replicas = 2\nhelm.hpa = { maxReplicas = 5, cpu = 80 }\nresources = { cpu = \"100m\", memory = \"64Mi\" }";
    let mut case = Case::of(&CHART.replace("replicas = 3", scaled));
    case.change("maxReplicas = 5", "maxReplicas = 4").refuses(&[
        "claim `work-multi-4` (components.multi.volumes.work) is left behind",
        "`helm.hpa.maxReplicas = 5` uses them again",
    ]);
}

const OWN_KIND: &str = r#"
title = "Ring"
description = "A store of several pods"
image = "ex/ring"
version = "2.1"
majors = [1, 2]

[[upgrades]]
on = "up"
needs = "copy the volume first"

[workload]
resources = { cpu = "100m", memory = "64Mi" }
volumes.data = { mount = "/data", size = "1Gi" }
"#;

/// A store of three pods.
fn ring() -> Case {
    let custom = "image = \"ml/multi:1.0\"";
    let volume = "volumes.work = { mount = \"/work\", size = \"1Gi\" }\n";
    let text = CHART.replace(custom, "kind = \"ring\"\nversion = \"1.4\"");
    let case = Case {
        project: Folder::new(),
        text: text.replace(volume, ""),
    };
    case.project.write("mlopsgen/kinds/ring.toml", OWN_KIND);
    case.project.write("platform.toml", &case.text);
    let ran = case.apply();
    assert_eq!(ran.status, 0, "{}", ran.err);
    case
}

/// The pods that stayed have data of the new version, and those that return have data of the old one.
#[test]
fn pods_that_return_under_another_version_are_asked_for() {
    let mut case = ring();
    for (old, new) in [("replicas = 3", "replicas = 2"), ("1.4", "2.1")] {
        case.change(old, new);
        agree(&case);
    }
    case.change("replicas = 2", "replicas = 3").refuses(&[
        "claim `data-multi-2` (components.multi.volumes.data) is there already, with the data of ring 1 that was left behind",
        "claim `data-multi-2` (components.multi.volumes.data) holds data of ring 1, and ring 2 is to read it",
        "copy the volume first",
    ]);
}

/// The commands move the data away: what stands under its name later is not known.
#[test]
fn what_commands_move_to_the_pods_is_not_what_was_left_behind() {
    let mut case = ring();
    case.change("replicas = 3\n", "");
    agree(&case);
    case.change("group = \"main\"\n", "group = \"main\"\nreplicas = 3\n")
        .refuses(&["type before the upgrade", "kubectl delete pvc multi-data"]);
    agree(&case);
    let manifest = case.manifest();
    let accepted = manifest["accepted"].as_array().expect("a list");
    let line = accepted.iter().find(|it| it["left_behind"] == "multi-data");
    for fact in ["size", "at", "program"] {
        assert_eq!(
            line.expect("a line")[fact],
            serde_json::Value::Null,
            "{fact}"
        );
    }
    case.change("1.4", "2.1");
    agree(&case);
    case.change("replicas = 3\n", "");
    let plan = run(&case.project, &["plan"]).out;
    assert!(
        plan.contains(
            "claim `multi-data` (components.multi.volumes.data) may hold what was left behind"
        ),
        "{plan}"
    );
    assert!(!plan.contains("holds data of ring 1"), "{plan}");
}
