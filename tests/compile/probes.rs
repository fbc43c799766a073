//! Health checks that Prometheus' prober runs.

use crate::contract::{block, compiled, is_as_written};

/// Prometheus' prober checks a component that has no metrics but a health check over the network. Its alert can be changed.
#[test]
fn health_checks_without_metrics_are_asked_from_outside() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.page]
image = "a/page:1"
group = "two"
ports.http = 80
health = { http = "/ready?all=$1", port = "http" }
alerts.EndpointDown = { severity = "warning", for = "5m" }
[components.queue]
image = "a/queue:1"
group = "two"
ports.main = 5000
health = { tcp = "main" }
replicas = 3
[components.scraped]
image = "a/scraped:1"
group = "two"
ports.http = 80
health = { http = "/", port = "http" }
metrics = { port = "http" }
[components.left-alone]
image = "a/b:1"
group = "two"
ports.http = 80
health = { http = "/", port = "http", probe = false }
"#,
    );
    let config = &files["prometheus/prometheus.yml"];
    let jobs =
        ["page/probe", "queue/probe"].map(|job| block(config, &format!("  - job_name: {job}")));
    is_as_written("probes.yaml", &jobs.concat());
    let chart = &files["helm/p/files/prometheus/prometheus.yml"];
    is_as_written(
        "probes-in-the-chart.yaml",
        &block(chart, "  - job_name: queue/probe"),
    );
    let rules =
        ["page", "queue"].map(|name| files[&format!("prometheus/rules/{name}.yml")].clone());
    is_as_written("probe-alerts.yaml", &rules.concat());
    for name in ["scraped", "left-alone"] {
        assert!(!config.contains(&format!("{name}/probe")), "{config}");
        let rules = files.get(&format!("prometheus/rules/{name}.yml"));
        assert!(
            !rules.is_some_and(|it| it.contains("probe_success")),
            "{name}"
        );
    }
    // The prober joins the network of each target, and in a cluster it reaches one port of it.
    let prober = block(&files["compose/one.yaml"], "  prometheus-blackbox:");
    assert!(
        prober.contains("networks:\n    - one\n    - two\n"),
        "{prober}"
    );
    let edges = &files["helm/p/values.yaml"];
    assert!(
        edges.contains(
            "    - from: prometheus-blackbox\n      to: queue\n      ports:\n        - port: 5000\n"
        ),
        "{edges}"
    );
}

/// There is no prober if it has no target, is switched off, or could not be reached by Prometheus.
#[test]
fn an_idle_prober_is_left_out() {
    let check = "image = \"a/b:1\"\ngroup = \"one\"\nports.http = 80\nhealth = { http = \"/\", port = \"http\" }";
    for (prometheus, app) in [
        ("", "image = \"a/b:1\"\ngroup = \"one\""),
        ("parts.blackbox = false", check),
        ("network_mode = \"host\"", check),
    ] {
        let files = compiled(&format!(
            "[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n{prometheus}\n[components.app]\n{app}\n"
        ));
        let all = [
            "compose/one.yaml",
            "prometheus/prometheus.yml",
            "helm/p/values.yaml",
        ];
        for path in all {
            assert!(!files[path].contains("blackbox"), "{prometheus}: {path}");
        }
        assert!(
            !files.contains_key("prometheus/rules/app.yml"),
            "{prometheus}"
        );
    }
}

/// The alerts of a kind query its exporter, so the exporter's job keeps the component's name.
#[test]
fn metrics_of_ones_own_on_a_store_leave_its_exporter_its_job() {
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.cache]
kind = "redis"
group = "one"
ports.more = 9000
metrics = { port = "more" }
"#,
    );
    let config = &files["prometheus/prometheus.yml"];
    let job = |name: &str| block(config, &format!("  - job_name: {name}"));
    assert!(job("cache").contains("cache-exporter:9121"), "{config}");
    assert!(job("cache/more").contains("cache:9000"), "{config}");
    assert!(files["prometheus/rules/cache.yml"].contains("redis_up{job=\"cache\"}"));
    // Without the exporter, the metrics of the kind do not exist.
    let files = compiled(
        r#"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.cache]
kind = "redis"
group = "one"
ports.more = 9000
metrics = { port = "more" }
parts.exporter = false
"#,
    );
    assert!(!files.contains_key("prometheus/rules/cache.yml"));
    assert!(files["prometheus/prometheus.yml"].contains("- job_name: cache\n"));
}
