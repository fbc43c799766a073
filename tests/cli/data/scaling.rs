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
