//! A claim that goes to pods of another workload.

use super::Case;
use crate::binary::run;

/// Helm starts the pods of a new object before it stops those of an old one: both would write to the claim that goes from one to the
/// other. A pod that only reads it, a claim of many nodes and an object that stays are in nobody's way.
#[test]
fn the_old_pods_of_a_claim_that_goes_to_other_pods_are_to_be_stopped() {
    let platform = r#"
[platform]
name = "mini"
targets = ["helm"]
[groups]
g = "Everything"
[volumes]
pool = { size = "1Gi" }
[components.one]
image = "x/one:1"
group = "g"
volumes.pool = { mount = "/pool", shared = "pool" }
[components.guest]
image = "x/guest:1"
group = "g"
network_mode = "service:one"
volumes.own = { mount = "/own", size = "1Gi" }
[components.store]
image = "x/store:1"
group = "g"
volumes.own = { mount = "/own", size = "1Gi" }
[components.load]
kind = "job"
image = "x/load:1"
group = "g"
volumes.own = { mount = "/own", size = "1Gi" }
"#;
    let store = "[components.store]\n";
    let moved = |from: &str, to: &str| {
        format!(
            "[[moved]]\nfrom = \"components.{from}\"\nto = \"components.{to}\"\n[components.{to}]\n"
        )
    };
    for (from, to, told) in [
        (
            store,
            "[components.store]\nhelm.kind = \"Deployment\"\n",
            Some(("store-own", "statefulset store")),
        ),
        (
            store,
            "[components.store]\nnetwork_mode = \"service:one\"\n",
            Some(("store-own", "statefulset store")),
        ),
        (
            "network_mode = \"service:one\"\n",
            "",
            Some(("guest-own", "deployment one")),
        ),
        (
            store,
            "[components.store]\nkind = \"job\"\n",
            Some(("store-own", "statefulset store")),
        ),
        (
            store,
            moved("store", "shop").as_str(),
            Some(("store-own", "statefulset store")),
        ),
        (
            "[components.load]\n",
            moved("load", "fill").as_str(),
            Some(("load-own", "job -l 'app.kubernetes.io/name=load'")),
        ),
        (
            "[components.guest]\n",
            moved("guest", "other").as_str(),
            None,
        ),
        (store, "[components.store]\nenv.A = \"b\"\n", None),
        (
            "[components.guest]\n",
            "[components.guest]\nvolumes.pool = { mount = \"/pool\", shared = \"pool\" }\n",
            None,
        ),
    ] {
        let mut case = Case::of(platform);
        case.change(from, to);
        let ran = run(&case.project, &["plan"]);
        let Some((claim, command)) = told else {
            assert!(!ran.out.contains("stop the old pods"), "{to}\n{}", ran.out);
            continue;
        };
        for words in [
            format!("~ claim `{claim}` goes from the pods of "),
            format!("kubectl delete {command} --cascade=foreground"),
        ] {
            assert!(ran.out.contains(&words), "{to}\n{}", ran.out);
        }
        assert!(!ran.out.contains("kubectl scale"), "{to}\n{}", ran.out);
    }
}
