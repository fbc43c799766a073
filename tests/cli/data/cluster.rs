//! What a cluster keeps between two versions of the chart: claims, and fields of objects that can't change.

use super::{Case, PLATFORM};
use crate::binary::run;

#[test]
fn a_claim_of_another_size_is_reported_with_its_steps() {
    let mut case = Case::new();
    case.change("size = \"1Gi\"", "size = \"3Gi\"");
    let ran = case.apply();
    assert!(
        ran.out
            .contains("claim `trainer-cache` asks for 3Gi, it was 1Gi"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("allowVolumeExpansion"), "{}", ran.out);
    case.change("size = \"3Gi\"", "size = \"2Gi\"");
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("a claim can't become smaller"),
        "{}",
        ran.out
    );
}

/// Claims of a StatefulSet's pods can't be renamed: the plan lists the commands that bind the data to new claims.
#[test]
fn claims_of_pods_are_replaced_by_commands() {
    let text = PLATFORM
        .replace("volumes.cache", "replicas = 3\nvolumes.cache")
        .replace(
            "[\"compose\", \"helm\", \"swarm\", \"airflow\"]",
            "[\"helm\"]",
        );
    Case::of(&text)
        .change("components.trainer", "components.worker")
        .write_moved("components.trainer", "components.worker")
        .refuses(&[
            "kubectl delete statefulset trainer",
            "kubectl get pvc cache-trainer-0",
            "\"name\":\"cache-worker-0\"",
        ]);
    let claim = "volumes.trainer-cache.existingClaim = \"cache-trainer-0\"";
    Case::of(&text)
        .change("replicas = 3\n", "")
        .refuses(&[claim, "kubectl delete statefulset trainer"]);
}

/// A workload of a component has a name of its own, and so has its StatefulSet.
#[test]
fn commands_name_the_stateful_set_of_the_workload() {
    let airflow = r#"
[secrets.admin]
env = "ADMIN"
[components.air]
kind = "airflow"
group = "track"
settings.admin_password = "${secrets.admin}"
uses.database = "mlflow-db"
[components.air.parts.scheduler]
replicas = 2
volumes.state = { mount = "/state", size = "1Gi" }
"#;
    let mut case = Case::of(&format!("{PLATFORM}{airflow}"));
    case.change("\"/state\", size = \"1Gi\"", "\"/state\", size = \"3Gi\"");
    let ran = run(&case.project, &["plan"]);
    for word in [
        "kubectl patch pvc state-air-scheduler-0 ",
        "kubectl delete statefulset air-scheduler --cascade=orphan",
    ] {
        assert!(ran.out.contains(word), "{word}\n{}", ran.out);
    }
}

/// Environments have the same names in namespaces of their own, and Argo CD makes again what is deleted too early.
#[test]
fn steps_of_a_cluster_name_the_namespace_and_wait_for_argo_cd() {
    let deploy =
        "[deploy.argocd]\nrepository = \"https://git.example.com/x.git\"\nnamespace = \"llm\"\n";
    let several = PLATFORM
        .replace("volumes.cache", "replicas = 3\nvolumes.cache")
        .replace("\"airflow\"]", "\"airflow\", \"gitops\"]");
    let mut case = Case::of(&format!("{several}{deploy}"));
    case.change("size = \"1Gi\"", "size = \"3Gi\"");
    let ran = run(&case.project, &["plan"]);
    for word in [
        "kubectl --namespace llm patch pvc cache-trainer-0 ",
        "kubectl --namespace llm delete statefulset trainer --cascade=orphan",
        "Argo CD makes again what is deleted",
    ] {
        assert!(ran.out.contains(word), "{word}\n{}", ran.out);
    }
}

/// The plan reports a field that a cluster can't change, before `helm upgrade` fails at it.
#[test]
fn what_a_cluster_can_not_change_is_reported_with_its_steps() {
    let several = PLATFORM.replace("volumes.cache", "replicas = 3\nvolumes.cache");
    let headless = "[raw.helm]\ncomponents.trainer.serviceName = \"pods\"\n";
    let role = |name: &str| {
        format!(
            "[[raw.helm.extraObjects]]\napiVersion = \"rbac.authorization.k8s.io/v1\"\nkind = \"RoleBinding\"\nmetadata = {{ name = \"own\" }}\nroleRef = {{ kind = \"Role\", name = \"{name}\" }}\n"
        )
    };
    let cases: [(&str, &str, &str, &[&str]); 7] = [
        (
            &several,
            "",
            headless,
            &[
                "! StatefulSet `trainer`",
                "spec.serviceName is to be `pods`, it was `trainer-headless`",
                "kubectl delete statefulset trainer --cascade=orphan",
            ],
        ),
        (
            &several,
            "",
            "[components.trainer.helm.volumes.cache]\nstorageClass = \"fast\"\n",
            &[
                "! StatefulSet `trainer`",
                "spec.volumeClaimTemplates is to be",
                "fast",
                "kubectl delete statefulset trainer --cascade=orphan",
                "what is new holds for claims that are made from then on",
            ],
        ),
        (
            PLATFORM,
            "",
            "[components.trainer.helm.volumes.cache]\nstorageClass = \"fast\"\n",
            &[
                "! PersistentVolumeClaim `trainer-cache`",
                "spec.storageClassName is to be `fast`, it was nothing",
                "Copy the data from trainer-cache",
            ],
        ),
        (
            PLATFORM,
            "",
            "[raw.helm]\nstorageClass = \"fast\"\n",
            &[
                "! PersistentVolumeClaim `trainer-cache`",
                "! PersistentVolumeClaim `models`",
                "! PersistentVolumeClaim `mlflow-db-data`",
            ],
        ),
        (
            PLATFORM,
            "[raw.helm]\nvolumes.trainer-cache.accessModes = [\"ReadWriteMany\"]\n",
            "",
            &["spec.accessModes is to be `[\"ReadWriteOnce\"]`, it was `[\"ReadWriteMany\"]`"],
        ),
        (
            PLATFORM,
            "",
            "[components.mlflow-db.helm.service]\nclusterIP = \"None\"\n",
            &[
                "! Service `mlflow-db`",
                "spec.clusterIP is to be `None`, it was nothing",
                "kubectl delete service mlflow-db",
            ],
        ),
        (
            PLATFORM,
            &role("reader"),
            &role("writer"),
            &["! RoleBinding `own`", "kubectl delete rolebinding own"],
        ),
    ];
    for (text, before, after, words) in cases {
        let case = Case::of(&format!("{text}{before}"));
        let unchanged = run(&case.project, &["plan"]).out;
        assert!(!unchanged.contains("helm upgrade"), "{unchanged}");
        case.project
            .write("platform.toml", format!("{text}{after}"));
        let ran = case.apply();
        assert_eq!(ran.status, 0, "{}", ran.err);
        for word in words {
            assert!(ran.out.contains(word), "{word}\n{}", ran.out);
        }
    }
}

/// Raw values at the mount of a claim are values of the claim: its storage class, its size, an existing claim instead.
#[test]
fn raw_values_at_a_mount_reach_its_claim() {
    let mut case = Case::of(&format!(
        "{PLATFORM}[components.trainer.helm.volumes.cache]\nstorageClass = \"fast\"\nsize = \"2Gi\"\n"
    ));
    let values = case.project.read("generated/helm/ml/values.yaml");
    let (_, volumes) = values.split_once("\nvolumes:\n").expect("claims");
    let (_, cache) = volumes.split_once("  trainer-cache:\n").expect("the claim");
    let (cache, _) = cache
        .split_once("\n  models:")
        .or(cache.split_once("\n\n"))
        .expect("its end");
    assert!(
        cache.contains("storageClass: fast") && cache.contains("size: \"2Gi\""),
        "{cache}"
    );
    assert_eq!(values.matches("storageClass: fast").count(), 1, "{values}");
    case.change("size = \"2Gi\"", "size = \"3Gi\"");
    let ran = case.apply();
    assert!(
        ran.out
            .contains("claim `trainer-cache` asks for 3Gi, it was 2Gi"),
        "{}",
        ran.out
    );
    case.change("storageClass = \"fast\"", "existingClaim = \"elsewhere\"")
        .refuses(&[
            "claim `trainer-cache` (components.trainer.volumes.cache) is left behind",
            "claim `elsewhere` stands in its place",
        ]);
}

const WORKER: &str = r#"
[platform]
name = "mini"
targets = ["compose", "helm"]
[groups]
g = "Everything"
[components.worker]
image = "x/worker:1"
group = "g"
replicas = 3
volumes.work = { mount = "/work", size = "1Gi" }
"#;

/// No claim can be named after the claims of several pods, and they can't become one: they are copied.
#[test]
fn claims_of_several_pods_are_copied_into_a_shared_one() {
    let mut case = Case::of(WORKER);
    case.change("size = \"1Gi\"", "shared = \"pool\"")
        .change(
            "[components.worker]",
            "[volumes.pool]\nsize = \"1Gi\"\n[components.worker]",
        )
        .write_moved("components.worker.volumes.work", "volumes.pool")
        .refuses(&[
            "kubectl get pod -l 'app.kubernetes.io/name=worker' -o jsonpath=",
            "copy-work-worker-0",
            "\"securityContext\":${pod:-null}",
            "\"securityContext\":${container:-null}",
            "\"claimName\":\"pool\"",
        ]);
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("claim `pool` (volumes.pool) starts empty"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("name: work-worker-*"), "{}", ran.out);
}

/// Commands of a cluster are for claims alone: a volume of an engine is kept by lines.
#[test]
fn a_volume_of_the_engine_is_not_bound_to_a_claim() {
    let mut case = Case::of(WORKER);
    case.change("components.worker", "components.other");
    let ran = run(&case.project, &["plan"]);
    assert!(
        !ran.out.contains("kubectl get pvc mini_worker-work"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("kubectl get pvc work-worker-0"),
        "{}",
        ran.out
    );
}

/// Without an entry of `[[moved]]` the only new claim of the component is taken for its successor.
#[test]
fn a_volume_of_pods_with_one_successor_needs_no_entry() {
    let mut case = Case::of(WORKER);
    case.change("volumes.work", "volumes.work2");
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("\"name\":\"work2-worker-0\""),
        "{}",
        ran.out
    );
    // What is typed for each pod stands below the line that says so.
    let (_, below) = ran
        .out
        .split_once("# what follows for each pod")
        .expect("a line");
    assert!(below.contains("kubectl get pvc work-worker-0"), "{below}");
    assert!(!below.contains("delete statefulset"), "{below}");
}

/// The StatefulSet of several pods that become one is deleted by one line, not by two that differ.
#[test]
fn one_line_deletes_the_stateful_set_of_several_pods() {
    let mut case = Case::of(WORKER);
    case.change("replicas = 3\n", "");
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("existingClaim = \"work-worker-0\""),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("kubectl delete statefulset worker"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("--cascade=orphan"), "{}", ran.out);
}

/// The entry of `[[moved]]` names the claim that takes the data over. Its pods must not run on while their claims are deleted.
#[test]
fn a_renamed_volume_of_pods_names_its_new_claims() {
    let mut case = Case::of(WORKER);
    case.change("volumes.work", "volumes.work2").write_moved(
        "components.worker.volumes.work",
        "components.worker.volumes.work2",
    );
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("\"name\":\"work2-worker-0\""),
        "{}",
        ran.out
    );
    for word in ["NEW-CLAIM", "--cascade=orphan"] {
        assert!(!ran.out.contains(word), "{word}: {}", ran.out);
    }
    let mut case = Case::of(&WORKER.replace("replicas = 3\n", ""));
    case.change("volumes.work", "replicas = 3\nvolumes.work2")
        .write_moved(
            "components.worker.volumes.work",
            "components.worker.volumes.work2",
        );
    let ran = run(&case.project, &["plan"]);
    assert!(
        ran.out.contains("kubectl get pvc worker-work"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("\"name\":\"work2-worker-0\""),
        "{}",
        ran.out
    );
}

#[test]
fn a_claim_of_one_pod_that_is_shared_can_stay_what_it_is() {
    let mut case = Case::of(&WORKER.replace("replicas = 3\n", ""));
    case.change("size = \"1Gi\"", "shared = \"pool\"")
        .change(
            "[components.worker]",
            "[volumes.pool]\nsize = \"1Gi\"\n[components.worker]",
        )
        .write_moved("components.worker.volumes.work", "volumes.pool");
    let ran = run(&case.project, &["plan"]);
    assert!(ran.out.contains("write `access = \"one\"`"), "{}", ran.out);
}

/// What an operator runs has claims of its own.
#[test]
fn data_of_a_store_that_an_operator_takes_over_is_restored_there() {
    let mut case = Case::new();
    case.change(
        "kind = \"postgres\"\n",
        "kind = \"postgres\"\nchart = { repository = \"https://cloudnative-pg.github.io/charts\", name = \"cluster\", version = \"0.8.1\" }\n",
    );
    let ran = run(&case.project, &["plan"]);
    for words in [
        "the chart `cluster` keeps its data in claims of its own",
        "kubectl exec statefulset/mlflow-db -- pg_dump --username=",
        "kubectl exec --stdin mlflow-db-1 --container=postgres -- pg_restore --dbname=",
        "kubectl delete pvc mlflow-db-data",
    ] {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
    assert!(!ran.out.contains("components.NEW"), "{}", ran.out);
}

/// Nothing generated makes the Secret: a plan says when it has to be made again.
#[test]
fn a_secret_that_has_to_be_made_again_is_announced() {
    let command = "mlopsgen env secret | kubectl apply -f -";
    let mut case = Case::new();
    case.change("[secrets]\n", "[secrets]\nkey = { env = \"KEY\" }\nmaybe = { env = \"MAYBE\", optional = true }\n")
        .change(
            "image = \"ml/trainer:1.0\"\n",
            "image = \"ml/trainer:1.0\"\nenv = { KEY = \"${secrets.key}\", MAYBE = \"${secrets.maybe}\" }\n",
        );
    let ran = run(&case.project, &["plan"]);
    for word in ["the Secret `ml` needs `key` besides", command] {
        assert!(ran.out.contains(word), "{word}\n{}", ran.out);
    }
    let mut case = Case::new();
    case.change("name = \"ml\"", "name = \"lab\"")
        .write_moved("platform.ml", "platform.lab");
    let ran = run(&case.project, &["plan"]);
    for word in [
        "pods read the Secret `lab` now, it was `ml`",
        command,
        "existingSecret = \"ml\"",
    ] {
        assert!(ran.out.contains(word), "{word}\n{}", ran.out);
    }
    case.change("version = \"17.11\"", "version = \"17.10\"");
    assert_eq!(case.apply().status, 0);
    let ran = run(&case.project, &["plan"]);
    assert!(!ran.out.contains(command), "{}", ran.out);
}

/// A target that is left out goes with its data. What keeps it is the target, and no entry for something that moved.
#[test]
fn what_a_target_that_is_left_out_kept_is_kept_by_that_target() {
    for (left, rest, kept) in [
        (
            "helm",
            "\"compose\", \"swarm\", \"airflow\"",
            "claim `mlflow-db-data`",
        ),
        (
            "compose",
            "\"helm\", \"airflow\"",
            "volume `ml_mlflow-db-data`",
        ),
    ] {
        let all = "\"compose\", \"helm\", \"swarm\", \"airflow\"";
        let mut case = Case::new();
        case.change(all, rest);
        let ran = case.apply();
        ran.failed_with(&[
            kept,
            &format!("\"{left}\""),
            "[platform]",
            "targets = [\"compose\", \"helm\", \"airflow\", \"swarm\"]",
            "--accept-data-loss",
        ]);
        assert!(!ran.err.contains("[[moved]]"), "{}", ran.err);
        let forced = run(&case.project, &["apply", "--yes", "--force"]);
        assert_eq!(forced.status, 1, "{}", forced.out);
        case.change(rest, all);
        run(&case.project, &["check"]).succeeded();
        case.change(all, rest);
        run(&case.project, &["apply", "--yes", "--accept-data-loss"]).succeeded();
        assert!(!case.project.exists(&format!("generated/{left}")));
    }
}
