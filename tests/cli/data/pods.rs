//! Claims of the pods of a StatefulSet: one for each, which stays when the pod goes.

use super::Case;
use crate::binary::run;

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
    let ran = run(&case.project, &["apply", "--yes", "--accept-data-loss"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
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
    case.change("replicas = 2", "replicas = 4");
    assert_eq!(case.apply().status, 0);
}
