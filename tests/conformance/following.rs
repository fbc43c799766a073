//! In a chart, scrape jobs, rules and tiles follow the values: `helm template` renders them, promtool reads and evaluates them.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{consumer, tree::write_compiled};

const PLATFORM: &str = r#"
[platform]
name = "follow"
targets = ["helm"]
[groups]
one = "All"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.api]
image = "team/api:1.0"
group = "one"
replicas = 3
ports.http = 8000
metrics.port = "http"
[components.page]
image = "team/page:1.0"
group = "one"
ports.http = 8000
health = { http = "/", port = "http" }
"#;

fn chart(folder: &Path) {
    write_compiled(folder, PLATFORM);
}

/// The texts of the chart's ConfigMaps with these values, by file name.
fn texts(folder: &Path, values: &[&str]) -> Vec<(String, String)> {
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release"])
        .arg(folder.join("helm/follow"));
    for value in values {
        helm.args(["--set", value]);
    }
    let verdict = consumer::run(&mut helm);
    assert!(verdict.success, "{}", verdict.words());
    let objects = consumer::yaml(&verdict.stdout).expect("YAML");
    let maps = objects.iter().filter(|it| it["kind"] == "ConfigMap");
    maps.flat_map(|object| object["data"].as_object().into_iter().flatten())
        .map(|(name, text)| (name.clone(), text.as_str().expect("a text").to_string()))
        .collect()
}

/// Scrape jobs and rules of the chart with these values, checked by promtool.
fn rendered(folder: &Path, values: &[&str]) -> String {
    let mut out = String::new();
    for (name, text) in texts(folder, values) {
        if text.contains("groups:") {
            let file = folder.join("rules.yml");
            fs::write(&file, &text).expect("a file");
            let mut promtool = consumer::consumer("bin/promtool");
            let verdict = consumer::run(promtool.args(["check", "rules"]).arg(&file));
            assert!(verdict.success, "{name}: {}: {text}", verdict.words());
        }
        out.push_str(&text);
    }
    out
}

fn jobs(text: &str) -> Vec<&str> {
    let lines = text.lines();
    lines
        .filter_map(|line| line.trim().strip_prefix("- job_name: "))
        .map(|name| name.trim_matches('"'))
        .collect()
}

/// Grafana and an alert whose dashboard it shows.
const SHOWN: &str = r#"
[platform]
name = "follow"
targets = ["helm"]
[secrets]
admin = { env = "ADMIN" }
[groups]
one = "All"
[components.prometheus]
kind = "prometheus"
group = "one"
[components.grafana]
kind = "grafana"
group = "one"
settings = { admin_password = "${secrets.admin}" }
ports.http = { host = 3000, path = "/boards" }
"#;

#[test]
fn links_of_alerts_follow_the_hosts_of_the_values() {
    let folder = tempfile::tempdir().expect("a folder");
    write_compiled(folder.path(), SHOWN);
    for (values, link) in [
        (&[][..], None),
        (
            &["ingress.enabled=true", "components.grafana.enabled=false"],
            None,
        ),
        (
            &["ingress.enabled=true", "ingress.hosts.grafana=null"],
            None,
        ),
        (
            &["ingress.enabled=true"],
            Some("http://grafana.example.com/boards/d/"),
        ),
        (
            &[
                "gateway.enabled=true",
                "gateway.parentRefs[0].name=public",
                "ingress.tls=true",
                "ingress.hosts.grafana.host=see.example.org",
            ],
            Some("https://see.example.org/boards/d/"),
        ),
    ] {
        let text = rendered(folder.path(), values);
        assert!(text.contains("alert: "), "{text}");
        assert!(!text.contains("mlopsgen-public-url"), "{text}");
        let links = text.lines().filter(|line| line.contains(" dashboard: "));
        let links: Vec<&str> = links.collect();
        match link {
            Some(link) => assert!(
                !links.is_empty() && links.iter().all(|line| line.contains(link)),
                "{values:?}: {links:?}"
            ),
            None => assert!(links.is_empty(), "{values:?}: {links:?}"),
        }
    }
}

#[test]
fn scrape_jobs_and_rules_follow_the_values() {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path());
    let all = rendered(folder.path(), &[]);
    let has_job = |text: &str, job: &str| jobs(text).contains(&job);
    assert!(has_job(&all, "api") && has_job(&all, "page/probe"), "{all}");
    assert!(all.contains("(up{job=\"api\"} == 1) < 3"), "{all}");

    let off = rendered(
        folder.path(),
        &[
            "components.api.enabled=false",
            "components.page.enabled=false",
        ],
    );
    assert!(has_job(&off, "prometheus"), "{off}");
    assert!(
        !off.contains("job=\"api\"") && !has_job(&off, "api"),
        "{off}"
    );
    assert!(!has_job(&off, "page/probe"), "{off}");
    assert!(!off.contains("EndpointDown"), "{off}");

    let five = rendered(folder.path(), &["components.api.replicas=5"]);
    assert!(five.contains("(up{job=\"api\"} == 1) < 5"), "{five}");
    assert!(five.contains("of 5 give metrics"), "{five}");
    let one = rendered(folder.path(), &["components.api.replicas=1"]);
    assert!(!one.contains("ReplicasMissing"), "{one}");
    assert!(one.contains("NoReplicas"), "{one}");
    let scaled = rendered(
        folder.path(),
        &[
            "components.api.hpa.minReplicas=2",
            "components.api.hpa.maxReplicas=6",
            "components.api.hpa.cpu=80",
        ],
    );
    assert!(scaled.contains("(up{job=\"api\"} == 1) < 2"), "{scaled}");
}

/// The objects for a Prometheus operator follow them too.
#[test]
fn rules_for_an_operator_follow_the_values() {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path());
    let rules = |values: &[&str]| {
        let mut helm = consumer::consumer("bin/helm");
        helm.args(["template", "release"])
            .arg(folder.path().join("helm/follow"))
            .args(["--set", "monitoring.operator=true"]);
        for value in values {
            helm.args(["--set", value]);
        }
        let verdict = consumer::run(&mut helm);
        assert!(verdict.success, "{}", verdict.words());
        let objects = consumer::yaml(&verdict.stdout).expect("YAML");
        let rules = objects.iter().filter(|it| it["kind"] == "PrometheusRule");
        rules
            .inspect(|it| assert!(it["spec"]["groups"].is_array(), "{it}"))
            .map(Value::to_string)
            .collect::<String>()
    };
    assert!(rules(&[]).contains("job=\\\"api\\\"} == 1) < 3"));
    let off = rules(&["components.api.enabled=false"]);
    assert!(
        !off.contains("job=\\\"api\\\"") && off.contains("TargetDown"),
        "{off}"
    );
}

/// What is probed is found pod by pod for an operator, too: one answer for all of them is one replica of three.
#[test]
fn pods_are_probed_for_an_operator() {
    let folder = tempfile::tempdir().expect("a folder");
    chart(folder.path());
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release"])
        .arg(folder.path().join("helm/follow"))
        .args(["--set", "monitoring.operator=true"])
        .args(["--set", "components.page.replicas=3"]);
    let verdict = consumer::run(&mut helm);
    assert!(verdict.success, "{}", verdict.words());
    let objects = consumer::yaml(&verdict.stdout).expect("YAML");
    assert!(objects.iter().all(|it| it["kind"] != "Probe"));
    let of_page =
        |it: &&Value| it["kind"] == "PodMonitor" && it["metadata"]["name"] == "page-probe";
    let monitor = objects.iter().find(of_page).expect("a PodMonitor");
    let endpoint = &monitor["spec"]["podMetricsEndpoints"][0];
    assert_eq!(endpoint["path"], "/probe");
    assert_eq!(endpoint["portNumber"], 8000);
    assert_eq!(endpoint["params"]["module"][0], "http");
    let steps = endpoint["relabelings"].as_array().expect("steps");
    let ends: Vec<(&Value, &Value)> = steps
        .iter()
        .map(|step| (&step["targetLabel"], &step["replacement"]))
        .skip(steps.len() - 3)
        .collect();
    let word = |text: &str| Value::from(text);
    assert_eq!(ends[0].0, &word("instance"));
    assert_eq!(ends[1], (&word("__param_target"), &word("http://$1/")));
    // The operator's Prometheus may run in another namespace, where the short name leads nowhere.
    assert_eq!(
        ends[2],
        (
            &word("__address__"),
            &word("prometheus-blackbox.default:9115")
        )
    );
    let rules = objects.iter().filter(|it| it["kind"] == "PrometheusRule");
    let rules: String = rules.map(Value::to_string).collect();
    assert!(rules.contains("{namespace=\\\"default\\\",job=\\\"page/probe\\\"} == 1) < 3"));
}

/// A cluster's Prometheus has the same jobs of other namespaces: rules for it are about the release's own.
#[test]
fn rules_for_an_operator_know_their_namespace() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = r#"
[components.api.alerts.Own]
expr = """sum(a{} + b{c="{x}", d=~'e{2}'}) > 0 # {f}
or g{namespace=~".+"} or h"""
severity = "info"
summary = "Own"
"#;
    write_compiled(folder.path(), &format!("{PLATFORM}{own}"));
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release", "--namespace", "prod"])
        .arg(folder.path().join("helm/follow"))
        .args(["--set", "monitoring.operator=true"]);
    let verdict = consumer::run(&mut helm);
    assert!(verdict.success, "{}", verdict.words());
    let objects = consumer::yaml(&verdict.stdout).expect("YAML");
    let rules = objects.iter().filter(|it| it["kind"] == "PrometheusRule");
    let groups = rules.flat_map(|it| it["spec"]["groups"].as_array().expect("groups"));
    let rules: Vec<&Value> = groups
        .flat_map(|it| it["rules"].as_array().expect("rules"))
        .collect();
    assert!(rules.len() > 5);
    for rule in rules {
        assert_eq!(rule["labels"]["namespace"], "prod", "{rule}");
        let expr = rule["expr"].as_str().expect("PromQL");
        if rule["alert"] == "Own" {
            assert_eq!(
                expr,
                "sum(a{namespace=\"prod\"} + b{namespace=\"prod\",c=\"{x}\", d=~'e{2}'}) > 0 # {f}\nor g{namespace=~\".+\"} or h"
            );
        } else {
            let selectors = expr.matches('{').count();
            let of_it = expr.matches("{namespace=\"prod\"").count();
            assert_eq!(selectors, of_it, "{expr}");
        }
    }
}

/// The queries of the overview with these values, by the titles of their panels.
fn tiles(folder: &Path, values: &[&str]) -> Vec<(String, String)> {
    let texts = texts(folder, values);
    let (_, text) = texts
        .iter()
        .find(|(name, _)| name.ends_with("_platform.json"))
        .expect("the overview");
    assert!(!text.contains("mlopsgen:"), "a mark is left: {text}");
    let overview: Value = serde_json::from_str(text).expect("JSON");
    let panels = overview["panels"].as_array().expect("panels");
    let mut found = Vec::new();
    for panel in panels {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
            found.push((word(&panel["title"]), word(&target["expr"])));
        }
    }
    found
}

/// What promtool computes where only Prometheus itself is seen: the number, or that there is none.
fn computes(folder: &Path, expression: &str, number: Option<u32>) {
    let samples: Vec<Value> = number
        .map(|value| serde_json::json!({ "labels": "{}", "value": value }))
        .into_iter()
        .collect();
    let test = serde_json::json!({
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": [{
                "series": "up{job=\"prometheus\", component=\"prometheus\", instance=\"p\"}",
                "values": "1x5",
            }],
            "promql_expr_test": [{ "expr": expression, "eval_time": "1m", "exp_samples": samples }],
        }],
    });
    let file = folder.join("tiles.yml");
    fs::write(&file, test.to_string()).expect("a file");
    let mut promtool = consumer::consumer("bin/promtool");
    let verdict = consumer::run(promtool.args(["test", "rules"]).arg(&file));
    assert!(verdict.success, "{expression}: {}", verdict.words());
}

/// A component that the values turn off is neither down nor missed: its tile has no data.
#[test]
fn tiles_follow_the_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let grafana = "[components.grafana]\nkind = \"grafana\"\ngroup = \"one\"\nsettings.admin_password = \"${secrets.p}\"\n[secrets]\np = { env = \"P\" }\n";
    write_compiled(folder.path(), &format!("{PLATFORM}{grafana}"));
    let asked = |values: &[&str], title: &str, word: &str| {
        let tiles = tiles(folder.path(), values);
        let mut found = tiles.into_iter();
        let found = found.find(|(of, expression)| of == title && expression.contains(word));
        found.expect(title).1
    };
    let off = [
        "components.api.enabled=false",
        "components.page.enabled=false",
    ];
    for (word, title, on, without) in [
        ("page/probe", "one", Some(0), None),
        ("\"api\"", "one", Some(0), None),
        // Both are found by their pods' addresses: no series of one is one that is down.
        ("", "Components down", Some(2), Some(0)),
    ] {
        computes(folder.path(), &asked(&[], title, word), on);
        computes(folder.path(), &asked(&off, title, word), without);
    }
}
