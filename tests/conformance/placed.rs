//! What values of the chart say about places, doors and names, as Helm renders it.

use std::path::Path;

use serde_json::{Value, json};

use crate::{consumer, tree::write_compiled};

const BASE: &str = r#"
[platform]
name = "x"
targets = ["helm", "airflow"]
[groups]
g = "All"
[secrets]
password = { env = "PASSWORD" }
"#;

const PIPELINE: &str = r#"
[raw.helm]
tolerations = [{ key = "dedicated", operator = "Exists" }]
nodeSelector = { pool = "ml" }
priorityClassName = "high"
[raw.helm.pipelines.train]
nodeSelector = { gpu = "yes" }
serviceAccountName = "trainer"
[components.db]
kind = "postgres"
group = "g"
settings = { password = "${secrets.password}" }
[components.airflow]
kind = "airflow"
group = "g"
uses = { database = "db" }
settings = { admin_password = "${secrets.password}" }
[pipelines.train]
image = "r.example.com/train:1"
tasks.fit = { run = "python fit.py" }
"#;

const ROUTE: &str = r#"
[components.door]
kind = "traefik"
group = "g"
ports = { http = { host = 80 }, https = { host = 443 } }
[components.mlflow]
kind = "mlflow"
group = "g"
[routes.ml]
through = "door"
host = "ml.example.com"
tls = { acme = "ops@example.com" }
paths = { "/mlflow" = "mlflow" }
"#;

fn written(folder: &Path, platform: &str) {
    write_compiled(folder, &format!("{BASE}{platform}"));
}

fn helm(platform: &str, verb: &[&str], sets: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), platform);
    let mut helm = consumer::consumer("bin/helm");
    helm.args(verb).arg(folder.path().join("helm/x"));
    for set in sets {
        helm.args(["--set", set]);
    }
    let verdict = consumer::run(&mut helm);
    assert!(verdict.success, "{}", verdict.words());
    verdict.stdout
}

fn objects(platform: &str, sets: &[&str]) -> Vec<Value> {
    consumer::yaml(&helm(platform, &["template", "release"], sets)).expect("YAML")
}

fn notes(platform: &str, sets: &[&str]) -> String {
    let printed = helm(platform, &["install", "release", "--dry-run=client"], sets);
    let (_, notes) = printed.split_once("NOTES:").expect("notes");
    notes.to_string()
}

fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is_it = |it: &&Value| it["kind"] == kind && it["metadata"]["name"] == name;
    let found = objects.iter().find(is_it);
    found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

#[test]
fn a_volume_of_a_guest_is_in_its_pod() {
    let platform = r#"
[components.one]
image = "r.example.com/one:1"
group = "g"
[components.guest]
image = "r.example.com/guest:1"
group = "g"
network_mode = "service:one"
helm = { extraVolumes = [{ name = "cache", emptyDir = {} }], extraVolumeMounts = [{ name = "cache", mountPath = "/cache" }] }
"#;
    let objects = objects(platform, &[]);
    let pod = &object(&objects, "Deployment", "one")["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"], json!([{ "name": "cache", "emptyDir": {} }]));
}

#[test]
fn pods_of_the_chart_and_of_tasks_run_where_values_say() {
    let objects = objects(PIPELINE, &["taskPods.priorityClassName=low"]);
    let cleanup = &object(&objects, "CronJob", "x-task-pods")["spec"]["jobTemplate"]["spec"];
    let test = &object(&objects, "Pod", "x-test")["spec"];
    for pod in [&cleanup["template"]["spec"], test] {
        assert_eq!(pod["nodeSelector"], json!({ "pool": "ml" }));
        assert_eq!(pod["tolerations"][0]["key"], "dedicated");
        assert_eq!(pod["priorityClassName"], "high");
    }
    let scheduler =
        &object(&objects, "Deployment", "airflow-scheduler")["spec"]["template"]["spec"];
    let env = scheduler["containers"][0]["env"].as_array();
    let mut env = env.into_iter().flatten();
    let below = env.find(|it| it["name"] == "MLOPSGEN_TASK_PODS");
    let below = below.and_then(|it| it["value"].as_str()).expect("a text");
    let below: Value = serde_json::from_str(&below.replace("$$", "$")).expect("JSON");
    let pod = &below["pod"]["spec"];
    assert_eq!(pod["nodeSelector"], json!({ "pool": "ml" }));
    assert_eq!(pod["priorityClassName"], "low");
    assert_eq!(
        below["own"]["train"],
        json!({ "nodeSelector": { "gpu": "yes" }, "serviceAccountName": "trainer" })
    );
}

#[test]
fn a_service_for_outside_opens_its_ports() {
    let platform = |more: &str| {
        format!(
            "[components.one]\nimage = \"r.example.com/one:1\"\ngroup = \"g\"\nports.http = 8080\n{more}\n"
        )
    };
    let rules = |platform: &str, sets: &[&str]| {
        let objects = objects(platform, sets);
        object(&objects, "NetworkPolicy", "one")["spec"]["ingress"].clone()
    };
    let port = json!([{ "port": 8080, "protocol": "TCP" }]);
    let closed = rules(&platform(""), &[]);
    assert_eq!(closed.as_array().map(Vec::len), Some(1), "{closed}");
    let open = platform("helm.service = { type = \"LoadBalancer\" }");
    assert_eq!(rules(&open, &[])[1], json!({ "ports": port }));
    let source = "networkPolicy.serviceSources[0].ipBlock.cidr=203.0.113.0/24";
    assert_eq!(
        rules(&open, &[source])[1],
        json!({ "ports": port, "from": [{ "ipBlock": { "cidr": "203.0.113.0/24" } }] })
    );
    let said = notes(&open, &[]);
    assert!(said.contains("open to everyone"), "{said}");
}

#[test]
fn an_ingress_lets_through_what_the_entry_point_does() {
    let annotations = |sets: &[&str]| {
        let objects = objects(ROUTE, sets);
        object(&objects, "Ingress", "ml-1")["metadata"]["annotations"].clone()
    };
    let nginx = "nginx.ingress.kubernetes.io/proxy-body-size";
    assert_eq!(annotations(&[])[nginx], "0");
    let own = "ingress.annotations.nginx\\.ingress\\.kubernetes\\.io/proxy-body-size=5m";
    assert_eq!(annotations(&[own])[nginx], "5m");
    let haproxy = annotations(&["ingress.className=haproxy"]);
    assert_eq!(haproxy["haproxy.org/timeout-server"], "300s");
    // Traefik bounds no body; what sends plain HTTP on to HTTPS is all that it is told.
    let traefik = annotations(&["ingress.className=traefik"]);
    let middlewares = "traefik.ingress.kubernetes.io/router.middlewares";
    let keys: Vec<&String> = traefik.as_object().expect("annotations").keys().collect();
    assert_eq!(keys, [middlewares]);
}

#[test]
fn an_issuer_makes_certificates_by_acme() {
    let said = notes(ROUTE, &[]);
    assert!(
        said.contains("Nothing makes these by ACME yet: ml-tls"),
        "{said}"
    );
    let named = ["ingress.issuer=letsencrypt", "ingress.issuerKind=Issuer"];
    assert!(!notes(ROUTE, &named).contains("ACME"));
    let objects = objects(ROUTE, &named);
    let annotations = &object(&objects, "Ingress", "ml-1")["metadata"]["annotations"];
    assert_eq!(annotations["cert-manager.io/issuer"], "letsencrypt");
}

#[test]
fn another_name_of_the_secret_is_no_other_job() {
    let platform = "[components.migrate]\nkind = \"job\"\nimage = \"r.example.com/m:1\"\ngroup = \"g\"\nenv.P = \"${secrets.password}\"\nargs = [\"--as=${secrets.password}\"]\n";
    let job = |sets: &[&str]| {
        let objects = objects(platform, sets);
        let found = objects.iter().find(|it| it["kind"] == "Job");
        found.expect("a job")["metadata"]["name"].clone()
    };
    assert_eq!(job(&[]), job(&["existingSecret=other"]));
}

#[test]
fn notes_name_claims_and_tasks_that_ask_for_more() {
    let said = notes(PIPELINE, &[]);
    assert!(
        said.contains("must know ReadWriteMany: airflow-logs"),
        "{said}"
    );
    assert!(said.contains("pods of pipelines' tasks: "), "{said}");
    let held = notes(
        PIPELINE,
        &[
            "taskPods.securityContext.runAsUser=1000",
            "taskPods.securityContext.allowPrivilegeEscalation=false",
            "taskPods.securityContext.capabilities.drop={ALL}",
        ],
    );
    assert!(!held.contains("pods of pipelines' tasks: "), "{held}");
}

/// Files of Kubernetes belong to root: whoever else is to read one that is closed to others needs the group of the pod.
#[test]
fn a_closed_file_is_read_by_the_group_of_the_pod() {
    let groups = |component: &str| {
        let component =
            format!("[components.w]\nimage = \"team/w:1\"\ngroup = \"g\"\n{component}\n");
        helm(&component, &["template", "x"], &[])
            .matches("fsGroup: 10001")
            .count()
    };
    let file = |mode: &str| {
        format!("files.\"/etc/w/key.pem\" = {{ secret = \"password\", mode = \"{mode}\" }}")
    };
    let user = "user = \"10001:10001\"\n";
    for mode in ["0400", "0440", "0600"] {
        assert_eq!(groups(&format!("{user}{}", file(mode))), 1, "{mode}");
    }
    assert_eq!(groups(&format!("{user}{}", file("0444"))), 0);
    assert_eq!(groups(&file("0400")), 0);
}
