//! What of an upgrade of the chart is up to a person though nothing stands in its way.

use super::Case;
use crate::binary::run;

const WORKER: &str = r#"
[platform]
name = "mini"
targets = ["helm"]
[groups]
g = "Everything"
[components.worker]
image = "x/worker:1"
group = "g"
resources = { cpu = "100m", memory = "64Mi" }
replicas = 3
"#;

/// Who decides over the number of pods, and a claim that not every storage class makes, are up to a person.
#[test]
fn an_autoscaler_and_a_claim_of_many_nodes_are_announced() {
    let scaled = "replicas = 3\nhelm = { hpa = { maxReplicas = 5, cpu = 80 } }\n";
    let of = |text: &str, from: &str, to: &str, words: &[&str]| {
        let mut case = Case::of(text);
        case.change(from, to);
        let ran = run(&case.project, &["plan"]);
        for word in words {
            assert!(ran.out.contains(word), "{word}\n{}", ran.out);
        }
        let json = run(&case.project, &["plan", "--format", "json"]);
        assert!(json.out.contains("\"what\":"), "{}", json.out);
    };
    of(
        WORKER,
        "replicas = 3\n",
        scaled,
        &["an autoscaler decides over the pods of `worker`, 3 to 5, it had 3"],
    );
    of(
        &WORKER.replace("replicas = 3\n", scaled),
        scaled,
        "replicas = 3\n",
        &[
            "no autoscaler decides over the pods of `worker`",
            "the upgrade makes it 3",
        ],
    );
    let off = "profiles = [\"ml\"]\n";
    for was in ["replicas = 3\n", scaled] {
        let mut case = Case::of(&WORKER.replace("replicas = 3\n", was));
        case.change(was, off);
        let ran = run(&case.project, &["plan"]);
        let line = "`worker` is off in the chart now: the upgrade takes its pods away";
        assert!(ran.out.contains(line), "{}", ran.out);
        assert!(!ran.out.contains("autoscaler"), "{}", ran.out);
    }
    of(
        WORKER,
        "[components.worker]",
        "[volumes.pool]\nsize = \"1Gi\"\n[components.worker]\nvolumes.pool = { mount = \"/pool\", shared = \"pool\" }",
        &[
            "claim `pool` asks for `ReadWriteMany`",
            "the cluster's default storage class has to make such",
        ],
    );
}

const MIGRATED: &str = r#"
[platform]
name = "mini"
targets = ["helm"]
registry = "one.example.com/ml"
[groups]
g = "Everything"
[vars]
depth = { default = 1, env = "DEPTH" }
[secrets]
key = { env = "KEY" }
[components.migrate]
kind = "job"
image = "x/migrate:1"
group = "g"
command = ["migrate", "--depth=${vars.depth}"]
env.KEY = "${secrets.key}"
resources = { cpu = "100m", memory = "64Mi" }
files."/etc/steps" = { content = "one" }
volumes.data = { mount = "/data", size = "1Gi" }
"#;

/// A job is named after what it does: the plan names each that gets another name, and what of it changed; and no other.
#[test]
fn jobs_that_run_again_are_announced() {
    let again =
        |because: &str| format!("job `migrate` runs again at the upgrade: {because} changed");
    let told = |from: &str, to: &str| {
        let mut case = Case::of(MIGRATED);
        case.change(from, to);
        let json = run(&case.project, &["plan", "--format", "json"]);
        let is_told = json.out.contains("\"what\": \"job_runs_again\"");
        let ran = run(&case.project, &["plan"]);
        assert_eq!(is_told, ran.out.contains("runs again"), "{}", json.out);
        ran.out
    };
    for (from, to, because) in [
        ("x/migrate:1", "x/migrate:2", "`image`"),
        ("--depth", "--height", "`args`"),
        ("default = 1", "default = 2", "`args`"),
        ("env.KEY", "env.TOKEN", "`env.KEY` and `env.TOKEN`"),
        ("\"one\"", "\"two\"", "`files.\"/etc/steps\"`"),
        ("\"/data\"", "\"/store\"", "`volumes.data`"),
        (
            "[components.migrate]\n",
            "[components.migrate]\nuser = \"7\"\n",
            "`user`",
        ),
        ("name = \"mini\"", "name = \"tiny\"", "`env.KEY`"),
    ] {
        let said = told(from, to);
        assert!(said.contains(&again(because)), "{to}\n{said}");
    }
    let moved = "[[moved]]\nfrom = \"components.migrate\"\nto = \"components.prepare\"\n[components.prepare]\n";
    let said = told("[components.migrate]\n", moved);
    assert!(
        said.contains("job `prepare` runs again at the upgrade: `name` changed"),
        "{said}"
    );
    for (from, to) in [
        ("one.example.com", "two.example.com"),
        ("memory = \"64Mi\"", "memory = \"96Mi\""),
        (
            "[components.migrate]\n",
            "[components.migrate]\nhelm = { nodeSelector = { disk = \"ssd\" } }\n",
        ),
        ("size = \"1Gi\"", "size = \"2Gi\""),
    ] {
        let said = told(from, to);
        assert!(!said.contains("runs again"), "{to}\n{said}");
    }
}
