//! `coverage`: what of a platform nobody watches.

use super::tools::PLATFORM;
use crate::{binary::run, support::folder::Folder};

const WATCHED: &str = r#"
[components.web]
image = "team/web:1"
group = "main"
ports.http = 80
allow = ["no-health-check"]

[components.api]
image = "team/api:1"
group = "main"
ports.http = 80
health = { http = "/", port = "http" }
metrics = { port = "http" }
alerts.Late = { expr = 'rate(x_total{job="worker"}[5m]) > 1', severity = "warning", summary = "late" }

[components.prometheus]
kind = "prometheus"
group = "main"
settings = { scrape_configs = "jobs.yml", rules = ["rules.yml"] }
"#;

#[test]
fn coverage_names_what_is_not_monitored() {
    let project = Folder::new();
    project.write("platform.toml", format!("{PLATFORM}{WATCHED}"));
    project.write(
        "jobs.yml",
        "- job_name: edge\n  static_configs: [{ targets: [\"edge:80\"] }]\n",
    );
    project.write(
        "rules.yml",
        "groups:\n- name: own\n  rules:\n  - alert: Gone\n    expr: up{job=\"edges\"} == 0\n  - alert: Odd\n    expr: prometheus_odd_total{job=\"prometheus\"} > 0\n",
    );
    let ran = run(&project, &["coverage", "-q"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    // Without Grafana no dashboard shows anything.
    assert_eq!(
        ran.out,
        "\
WORKLOAD     METRICS  ALERT  PANEL  PROBE
db           yes      yes    no     yes
db-exporter  yes      yes    no     yes
web          no       no     no     no
api          yes      yes    no     yes
prometheus   yes      yes    no     yes
No dashboard shows the job `db`.
No dashboard shows the job `api`.
No dashboard shows the job `prometheus`.
No dashboard shows the job `edge`.
Nothing scrapes the job `worker`, which the alert `Late` of `api` asks for.
Nothing scrapes the job `edges`, which the rule `Gone` of rules.yml asks for.
The job `prometheus` has no metric `prometheus_odd_total`, which the rule `Odd` of rules.yml asks for.
Coverage: 44 % (12 of 27).
"
    );
    let ran = run(
        &project,
        &["coverage", "-q", "--fail-under", "45", "--format", "json"],
    );
    assert_eq!(ran.status, 1);
    assert_eq!(ran.err, "coverage is 44 %, and 45 % are asked for\n");
    let report = ran.json();
    assert_eq!(report["percent"], 44);
    assert_eq!(report["workloads"][2]["name"], "web");
    assert_eq!(report["workloads"][2]["probe"], false);
    assert_eq!(report["uncharted"][3], "edge");
    assert_eq!(report["unexposed"][0]["job"], "worker");
    let odd = report["unexposed"].as_array().expect("a list");
    let odd = odd.iter().find(|it| it["job"] == "prometheus");
    assert_eq!(odd.expect("it")["metric"], "prometheus_odd_total");
    assert_eq!(run(&project, &["coverage", "--fail-under", "44"]).status, 0);
    project.write("platform.toml", "[platform]\nname = 1\n");
    let ran = run(&project, &["coverage", "--format", "json"]);
    assert_eq!(
        (ran.status, &ran.json()["summary"]["errors"]),
        (1, &1.into())
    );
    assert_eq!(
        run(&project, &["coverage", "--fail-under", "101"]).status,
        1
    );
}

/// Its dashboards ask another Prometheus.
const ELSEWHERE: &str = r#"
[components.grafana]
kind = "grafana"
group = "main"
uses.datasource = false
settings = { dashboards = ["board.json"], admin_password = "${secrets.db-password}" }
"#;

#[test]
fn coverage_reads_dashboards_that_ask_the_prometheus_of_the_platform() {
    let project = Folder::new();
    let platform = format!("{PLATFORM}{WATCHED}{ELSEWHERE}");
    project.write("platform.toml", &platform);
    project.write("jobs.yml", "[]\n");
    project.write("rules.yml", "groups: []\n");
    project.write(
        "board.json",
        r#"{ "uid": "b", "title": "B", "panels": [{ "type": "stat", "targets": [{ "expr": "up{job=\"elsewhere\"}" }] }] }"#,
    );
    let ran = run(&project, &["coverage", "-q"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!ran.out.contains("elsewhere"), "{}", ran.out);
    project.write(
        "platform.toml",
        platform.replace("uses.datasource = false\n", ""),
    );
    let ran = run(&project, &["coverage", "-q"]);
    assert!(ran.out.contains("the job `elsewhere`"), "{}", ran.out);
}

#[test]
fn coverage_names_metrics_that_no_job_has() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        "[platform]\nname = \"seen\"\n[groups]\none = \"All\"\n\
         [components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\nsettings.rules = [\"rules.yml\"]\n\
         alerts.Low = { expr = \"redis_upp == 0\" }\n\
         panels = [{ title = \"Hits\", expr = \"rate(redis_keyspace_hit_total[$__rate_interval])\" }]\n\
         [components.cache]\nkind = \"redis\"\ngroup = \"one\"\n",
    );
    project.write(
        "rules.yml",
        "groups:\n- name: own\n  rules:\n  - record: share\n    expr: redis_upps\n  - alert: Full\n    expr: share > 1\n",
    );
    let ran = run(&project, &["coverage", "-q"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let metrics: Vec<&str> = ran
        .out
        .lines()
        .filter(|it| it.starts_with("No job"))
        .collect();
    assert_eq!(
        metrics,
        [
            "No job has a metric `redis_upp`, which the alert `Low` of `prometheus` asks for.",
            "No job has a metric `redis_keyspace_hit_total`, which the panel `Hits` of `prometheus` asks for.",
            "No job has a metric `redis_upps`, which the rule `share` of rules.yml asks for.",
        ]
    );
}

#[test]
fn coverage_asks_of_each_workload_what_prometheus_sees_of_it() {
    let project = Folder::new();
    project.write(
        "platform.toml",
        "[platform]\nname = \"seen\"\n[groups]\none = \"All\"\n\
         [components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n\
         [components.api]\nimage = \"team/api:1.0\"\ngroup = \"one\"\nports.http = 80\nmetrics.port = \"http\"\n\
         [components.worker]\nimage = \"team/worker:1.0\"\ngroup = \"one\"\nhealth = { shell = \"test -e /tmp/alive\" }\n\
         [components.page]\nimage = \"team/page:1.0\"\ngroup = \"one\"\nports.http = 80\nhealth = { http = \"/\", port = \"http\", probe = false }\n\
         [components.door]\nimage = \"team/door:1.0\"\ngroup = \"one\"\nports.http = 80\nhealth = { http = \"/\", port = \"http\" }\n",
    );
    let ran = run(&project, &["coverage", "-q", "--format", "json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let report = ran.json();
    let answers = |name: &str| {
        let mut workloads = report["workloads"].as_array().expect("a list").iter();
        let found = workloads.find(|it| it["name"] == name);
        let found = found.expect("the workload");
        ["metrics", "alert", "probe"].map(|question| found[question].as_bool().expect("yes or no"))
    };
    assert_eq!(answers("api"), [true, true, true]);
    // The engine asks these two, Prometheus does not.
    assert_eq!(answers("worker"), [false, false, false]);
    assert_eq!(answers("page"), [false, false, false]);
    assert_eq!(answers("door"), [false, true, true]);
}
