//! What is scraped, and whether dashboards and rules find their series in Prometheus.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use promql_parser::parser::{self, Expr, VectorSelector};
use serde_json::Value;

use super::PATIENCE;
use crate::{
    http::{get, post},
    project::{Project, until},
    prometheus::Prometheus,
};

const PROMETHEUS: Prometheus = Prometheus { port: 19090 };

/// From a query to the reason why it has no data on this platform.
const QUIET: &str = include_str!("../quiet.toml");

/// Jobs of programs whose profile is off: their names do not resolve, so they have no target.
const OFF: [&str; 1] = ["grafana/probe"];

/// Each scrape job, but those of programs that are off, has a target, and it is up.
pub fn every_target_is_up(live: &Project) {
    let config = live.read("generated/prometheus/prometheus.yml");
    let jobs = config
        .lines()
        .filter_map(|line| line.split_once("job_name: "));
    let wanted: BTreeSet<String> = jobs
        .map(|(_, job)| job.trim_matches('"').to_string())
        .filter(|job| !OFF.contains(&job.as_str()))
        .collect();
    let mut last = Vec::new();
    let all_up = until(PATIENCE, || {
        last = PROMETHEUS.targets();
        let jobs: BTreeSet<&String> = last.iter().map(|(job, _)| job).collect();
        jobs.into_iter().eq(&wanted) && last.iter().all(|(_, error)| error.is_none())
    });
    assert!(all_up, "wanted: {wanted:?}, found: {last:?}");
    eprintln!("    {} targets are up", wanted.len());
}

pub fn every_query_has_data(live: &Project) {
    make_use(live);
    let broken = PROMETHEUS.broken_rules();
    assert!(broken.is_empty(), "{broken:#?}");
    let all = queries(live);
    let reasons: BTreeMap<String, String> = toml::from_str(QUIET).expect("TOML");
    let quiet: BTreeSet<&String> = reasons.keys().collect();
    let mut without: BTreeSet<&String> = all.iter().collect();
    until(PATIENCE, || {
        without.retain(|query| PROMETHEUS.series(query) == 0);
        without == quiet
    });
    let missing: Vec<_> = without.difference(&quiet).collect();
    let loud: Vec<_> = quiet.difference(&without).collect();
    assert!(
        missing.is_empty() && loud.is_empty(),
        "without data: {missing:#?}, listed as quiet, but with data: {loud:#?}"
    );
    eprintln!("    {} queries, {} of them quiet", all.len(), quiet.len());
}

/// The queries of each panel, and each series that an alert or a recording rule reads.
fn queries(live: &Project) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in fs::read_dir(live.path("generated/grafana/dashboards")).expect("a folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a file");
        let dashboard = serde_json::from_str(&text).expect("JSON");
        let mut queries = BTreeSet::new();
        collect(&dashboard, &mut queries);
        let jobs = jobs(&dashboard);
        found.extend(queries.iter().map(|query| substituted(query, &jobs)));
    }
    let rules = live.path("generated/prometheus/rules");
    for file in fs::read_dir(rules).expect("a folder") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("a file");
        for expression in expressions(&text) {
            let tree = parser::parse(&expression).expect("PromQL");
            selectors(&tree, &mut found);
        }
    }
    found
}

/// The value of every `expr` in a dashboard.
fn collect(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(entries) => {
            into.extend(
                entries
                    .get("expr")
                    .and_then(Value::as_str)
                    .map(str::to_string),
            );
            entries.values().for_each(|value| collect(value, into));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
        _ => {}
    }
}

/// The jobs that a dashboard lets people choose, as the regular expression of its variable.
fn jobs(dashboard: &Value) -> String {
    let variables = dashboard["templating"]["list"].as_array();
    let mut variables = variables.expect("a list").iter();
    let job = variables.find(|variable| variable["name"] == "job");
    let query = job.and_then(|job| job["query"]["query"].as_str());
    let jobs = query.and_then(|query| query.split('"').nth(1));
    jobs.unwrap_or_default().to_string()
}

/// What Grafana writes in the place of its variables, for a look at the last minutes of all that can be chosen.
fn substituted(query: &str, jobs: &str) -> String {
    let query = query.replace("$job", jobs).replace("$instance", ".*");
    let query = query.replace("$__rate_interval", "1m");
    let query = query.replace("$__range", "1h").replace("$__interval", "1m");
    // `$1` is a group of a regular expression of `label_replace`.
    assert!(!query.replace("$1", "").contains('$'), "{query}");
    query
}

/// The expressions of a rule file: each is a block of its own.
fn expressions(text: &str) -> Vec<String> {
    let mut lines = text.lines().peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        if line.trim() != "expr: |-" {
            assert!(!line.trim().starts_with("expr:"), "{line}");
            continue;
        }
        let depth = line.len() - line.trim_start().len();
        let mut block = String::new();
        while let Some(line) = lines.next_if(|line| line.len() - line.trim_start().len() > depth) {
            block.push_str(line.trim());
            block.push('\n');
        }
        found.push(block);
    }
    found
}

/// The series that an expression reads, as queries.
fn selectors(tree: &Expr, into: &mut BTreeSet<String>) {
    match tree {
        Expr::VectorSelector(selector) => {
            into.insert(recent(selector));
        }
        Expr::MatrixSelector(selector) => {
            into.insert(recent(&selector.vs));
        }
        Expr::Aggregate(aggregate) => selectors(&aggregate.expr, into),
        Expr::Unary(unary) => selectors(&unary.expr, into),
        Expr::Binary(binary) => {
            selectors(&binary.lhs, into);
            selectors(&binary.rhs, into);
        }
        Expr::Paren(paren) => selectors(&paren.expr, into),
        Expr::Subquery(subquery) => selectors(&subquery.expr, into),
        Expr::Call(call) => call.args.args.iter().for_each(|tree| selectors(tree, into)),
        _ => {}
    }
}

/// Whether a series was there in the last minutes, wherever in time the expression looks.
fn recent(selector: &VectorSelector) -> String {
    let now = VectorSelector {
        offset: None,
        at: None,
        ..selector.clone()
    };
    format!("last_over_time({now}[15m])")
}

/// Some series appear only when a program is used.
fn make_use(live: &Project) {
    let json = "application/json";
    for _ in 0..20 {
        post(13000, "/predict", json, r#"{"rides": 3}"#);
        post(13000, "/predict_batch", json, r#"{"rides": [1, 2]}"#);
        get(18080, "/ready");
        get(18888, "/api");
    }
    for pushed in ["# TYPE rides counter\nrides 3\n", "no metric\n"] {
        post(19091, "/metrics/job/live", "text/plain", pushed);
    }
    for sent in ["rides:1|c", "no metric"] {
        let socket = "socket.socket(type=socket.SOCK_DGRAM)";
        let script =
            format!("import socket; {socket}.sendto(b'{sent}', ('statsd-exporter', 9125))");
        live.inside("predictor", &format!("python -c \"{script}\""));
    }
    let kernels = "http://127.0.0.1:8888/api/kernels";
    let token = "Authorization: token $JUPYTER_TOKEN";
    let start = format!("curl --silent --request POST --header \"{token}\" {kernels}");
    live.inside("jupyterlab", &start);
    get(15000, "/api/2.0/mlflow/runs/get?run_id=none");
    let nothing = r#"{"push_source_name": "none", "df": {}, "to": "online"}"#;
    post(16566, "/push", json, nothing);
}
