//! Programs of which several run: what watches them wants as many as are started, and says what it is about.

use std::collections::BTreeMap;

use crate::contract::{block, compiled, outcome};

const WATCHED: &str = r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.grafana]
kind = "grafana"
group = "one"
settings = { admin_password = "${secrets.s}" }
"#;

fn files_of(component: &str) -> BTreeMap<String, String> {
    compiled(&format!("{WATCHED}{component}"))
}

/// Compose starts one container of what publishes a port or writes a named volume: two more are missing for nobody.
#[test]
fn rules_want_what_the_runtime_starts() {
    let alone = [
        "ports.http = { container = 80, host = 8080 }",
        "ports.http = 80\nvolumes.data = { mount = \"/data\" }",
    ];
    for keys in alone {
        let files = files_of(&format!(
            "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\n{keys}\nmetrics = {{ port = \"http\" }}\nreplicas = 3\n"
        ));
        let engine = &files["prometheus/rules/_platform.yml"];
        assert!(!engine.contains("ReplicasMissing"), "{engine}");
        let chart = &files["helm/p/files/prometheus/rules/_platform.yml"];
        assert!(chart.contains("== 1) < 3"), "{chart}");
        let job = block(&files["prometheus/prometheus.yml"], "  - job_name: app");
        assert!(job.contains("static_configs"), "{job}");
    }
    let files = files_of(
        "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nports.http = 80\nmetrics = { port = \"http\" }\nreplicas = 3\n",
    );
    assert!(files["prometheus/rules/_platform.yml"].contains("== 1) < 3"));
}

/// While two of three answer, nobody is woken by "No predictions".
#[test]
fn one_of_several_is_not_all() {
    let model = "[components.model]\nkind = \"bentoml\"\nimage = \"a/model:1\"\ngroup = \"one\"\n";
    let down = |files: &BTreeMap<String, String>| {
        block(
            &files["prometheus/rules/model.yml"],
            "      - alert: ModelApiDown",
        )
    };
    let one = down(&files_of(model));
    assert!(
        one.contains("severity: critical") && one.contains("No predictions."),
        "{one}"
    );
    let several = down(&files_of(&format!("{model}replicas = 3\n")));
    for wanted in [
        "severity: warning",
        "An instance of `model` is down",
        "{{ $labels.instance }}",
    ] {
        assert!(several.contains(wanted), "{several}");
    }
    assert!(!several.contains("No predictions."), "{several}");
    let own = down(&files_of(&format!(
        "{model}replicas = 3\nalerts.ModelApiDown = {{ severity = \"critical\", summary = \"Mine\" }}\n"
    )));
    assert!(
        own.contains("severity: critical") && own.contains("summary: Mine"),
        "{own}"
    );
}

/// An exporter that is deployed anew is no server that has started.
#[test]
fn a_restart_is_that_of_the_server() {
    let files = files_of(
        "[components.cache]\nkind = \"redis\"\ngroup = \"one\"\n[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nports.http = 80\nmetrics = { port = \"http\" }\n",
    );
    let overview = &files["grafana/dashboards/_platform.json"];
    assert!(
        overview.contains(
            r#"(process_start_time_seconds{component!=\"\", job!~\"cache\"} or redis_start_time_seconds{job=\"cache\"}) * 1000"#
        ),
        "{overview}"
    );
    let of_kind = &files["grafana/dashboards/kind.redis.json"];
    assert!(of_kind.contains("(redis_start_time_seconds{"), "{of_kind}");
}

/// Of several instances one is enough, but the second endpoint of a dead program is no instance that works.
#[test]
fn the_tile_of_several_asks_their_main_job() {
    let files = files_of(
        "[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nreplicas = 3\nports.http = 80\nports.admin = 81\nmetrics = [{ port = \"http\" }, { port = \"admin\" }]\n",
    );
    let overview = &files["grafana/dashboards/_platform.json"];
    assert!(
        overview.contains(r#"max(up{job=\"app\"}) or vector(0)"#),
        "{overview}"
    );
    assert!(!overview.contains(r#"max(up{job=~\"app|app/admin\"})"#));
}

/// The network of a guest is that of one container: of three the others would have none, and its address would be that of any.
#[test]
fn what_has_a_guest_in_its_network_is_one_container() {
    let text = format!(
        "{WATCHED}[components.app]\nimage = \"a/app:1\"\ngroup = \"one\"\nports.http = 80\nmetrics = {{ port = \"http\" }}\nreplicas = 3\n\
         [components.guest]\nimage = \"a/guest:1\"\ngroup = \"one\"\nnetwork_mode = \"service:app\"\n"
    );
    let (files, messages) = outcome(&text);
    let files = files.expect("no errors");
    let service = block(&files["compose/one.yaml"], "  app:");
    assert!(!service.contains("replicas:"), "{service}");
    assert!(
        messages.contains("has another in its network, which is that of one container"),
        "{messages}"
    );
    let rules = &files["prometheus/rules/_platform.yml"];
    assert!(!rules.contains("ReplicasMissing"), "{rules}");
    // In a cluster each pod has the guest.
    let chart = &files["helm/p/files/prometheus/rules/_platform.yml"];
    assert!(chart.contains("{job=\"app\"} == 1) < 3"), "{chart}");
}
