//! What a cluster asks of a program, and how it replaces one.

use crate::contract::{block, compiled};

/// A red index, a model that does not load and a log that is read anew are no reason to take a program out of reach, or to restart it.
#[test]
fn a_cluster_asks_the_program_for_what_is_its_own() {
    let files = compiled(
        r#"
[components.es]
kind = "elasticsearch"
group = "one"
settings.password = "${secrets.s}"
[components.open]
kind = "opensearch"
group = "one"
[components.closed]
kind = "opensearch"
group = "one"
settings.password = "${secrets.s}"
[components.models]
kind = "triton"
group = "one"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.loki]
kind = "loki"
group = "one"
[components.shipper]
kind = "fluent-bit"
group = "one"
uses.loki = "loki"
"#,
    );
    let chart = &files["helm/p/values.yaml"];
    let health = |name: &str| block(&block(chart, &format!("  {name}:")), "  health:");
    for name in ["es", "open", "closed"] {
        let health = health(name);
        assert!(!health.contains("_cluster/health"), "{health}");
        assert!(health.contains("http://127.0.0.1:9200/"), "{health}");
        let check = block(&files["compose/one.yaml"], &format!("  {name}:"));
        assert!(check.contains("wait_for_status=yellow"), "{check}");
    }
    assert!(health("models").contains("/v2/health/live"));
    let of_prometheus = health("prometheus");
    assert!(of_prometheus.contains("path: /-/ready"), "{of_prometheus}");
    assert!(
        of_prometheus.contains("alivePath: /-/healthy"),
        "{of_prometheus}"
    );
    assert!(health("shipper").contains("alivePath: /"));
    // What a user checks is asked before a restart, too.
    let own = compiled(
        "[components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\nhealth = { http = \"/mine\", port = \"http\" }\n",
    );
    let own = &own["helm/p/values.yaml"];
    assert!(
        own.contains("path: /mine") && !own.contains("alivePath"),
        "{own}"
    );
}

/// Programs that keep a role in their memory, and what a user says of their own.
#[test]
fn what_must_not_run_twice_is_stopped_before_the_next_one_starts() {
    let files = compiled(
        r#"
[components.db]
kind = "postgres"
group = "one"
settings.password = "${secrets.s}"
[components.dagster]
kind = "dagster"
group = "one"
uses.database = "db"
[components.flink]
kind = "flink"
group = "one"
[components.ray]
kind = "ray"
group = "one"
[components.spark]
kind = "spark"
group = "one"
[components.cache]
kind = "memcached"
group = "one"
[components.memory]
kind = "redis"
group = "one"
volumes.data = false
[components.leader]
image = "a/leader:1"
group = "one"
cluster = { alone = true }
[components.follower]
image = "a/follower:1"
group = "one"
"#,
    );
    let chart = &files["helm/p/values.yaml"];
    let is_alone = |name: &str| block(chart, &format!("  {name}:")).contains("strategy: Recreate");
    for name in [
        "dagster-daemon",
        "flink",
        "ray",
        "spark",
        "cache",
        "memory",
        "leader",
    ] {
        assert!(is_alone(name), "{name}");
    }
    for name in [
        "dagster",
        "flink-taskmanager",
        "ray-worker",
        "spark-worker",
        "follower",
    ] {
        assert!(!is_alone(name), "{name}");
    }
}
