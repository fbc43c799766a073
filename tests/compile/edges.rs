//! Who reaches whom follows from what programs are told, in whichever file or setting that stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    contract::{block, compiled, is_as_written},
    support::{aliases, cases},
};

/// The database in a file that a part mounts, too; the code server that a setting lists; the port of Tempo that only the template of a
/// file names; the server of the repository, which the agent asks as well.
#[test]
fn what_a_file_of_a_kind_tells_is_an_edge_of_each_workload_that_mounts_it() {
    let files = compiled(
        r#"
[components.pg]
kind = "postgres"
group = "one"
settings = { database = "dagster", user = "dagster", password = "${secrets.s}" }
[components.dagster]
kind = "dagster"
group = "two"
uses.database = "pg"
settings.code_locations = ["${components.assets.grpc.address}"]
[components.assets]
image = "a/assets:1"
group = "one"
ports.grpc = { container = 4000, scheme = "grpc" }
[components.tempo]
kind = "tempo"
group = "one"
[components.otel]
kind = "otel-collector"
group = "two"
uses.traces = "tempo"
[components.gitea]
kind = "gitea"
group = "one"
[components.jenkins]
kind = "jenkins"
group = "two"
settings = { admin_password = "${secrets.s}", repository = "${components.gitea.http.url}/ml/p.git" }
[ci.model]
agent = { docker = "python:3.12" }
[[ci.model.stages]]
name = "test"
run = ["pytest"]
"#,
    );
    let values = &files["helm/p/values.yaml"];
    is_as_written("edges-that-files-tell.yaml", &block(values, "  edges:"));
    let service = block(&files["compose/two.yaml"], "  dagster-daemon:");
    assert!(
        block(&service, "  networks:").contains("- one\n"),
        "{service}"
    );
}

/// A door knows who stands behind it, and works while one of them does not: its alerts are not held back meanwhile.
#[test]
fn an_entry_point_does_not_need_who_stands_behind_it() {
    let files = compiled(
        r#"
[components.door]
kind = "nginx"
group = "one"
[components.a]
kind = "mlflow"
group = "one"
[components.prometheus]
kind = "prometheus"
group = "two"
uses.alertmanager = "alertmanager"
[components.alertmanager]
kind = "alertmanager"
group = "two"
[routes.all]
through = "door"
host = "ml.example.com"
paths = { "/a" = "a" }
"#,
    );
    let rules = &files["config/alertmanager/etc/alertmanager/alertmanager.yml"];
    let held_back = block(rules, "inhibit_rules:");
    assert!(!held_back.contains("component = \\\"door\\\""), "{rules}");
}

/// Files of configurations, in which each kind writes addresses in its own way.
const TOLD_IN_FILES: &str = r#"
[components.store]
kind = "s3"
group = "one"
settings = { access_key = "${secrets.s}", secret_key = "${secrets.s}", buckets = ["lake"] }
[components.search]
kind = "elasticsearch"
group = "one"
settings.password = "${secrets.s}"
[components.cache]
kind = "redis"
group = "one"
[components.tempo]
kind = "tempo"
group = "two"
uses.storage = "store/lake"
[components.jaeger]
kind = "jaeger"
group = "two"
uses.storage = "search"
[components.loki]
kind = "loki"
group = "one"
[components.otel]
kind = "otel-collector"
group = "two"
uses = { traces = "tempo", logs = "loki" }
[components.nessie]
kind = "nessie"
group = "two"
uses.store = "store/lake"
[components.feast]
kind = "feast"
group = "two"
uses.online_store = "cache"
[components.trino]
kind = "trino"
group = "two"
uses = { catalog = "nessie" }
[components.app]
image = "a/app:1"
group = "one"
ports.http = 8080
[components.nginx]
kind = "nginx"
group = "two"
ports.http = { host = 80 }
[routes.m]
through = "nginx"
host = "ml.example.com"
paths = { "/" = "app" }
"#;

#[test]
fn every_address_that_a_kind_writes_into_a_file_is_an_edge() {
    let files = compiled(TOLD_IN_FILES);
    let found = Chart::read(&files, "helm/p/").check("kinds");
    assert!(found >= 5, "{found} addresses stand in files");
}

/// In the charts of all cases and examples.
#[test]
fn every_address_in_a_file_of_a_workload_is_an_edge() {
    let mut found = 0;
    for case in cases::all().iter().chain(&cases::examples()) {
        for compiled in &case.compiled {
            let charts = compiled
                .files
                .keys()
                .filter(|it| it.ends_with("/values.yaml"));
            for path in charts {
                let chart = path.trim_end_matches("values.yaml");
                found += Chart::read(&compiled.files, chart).check(&case.name);
            }
        }
    }
    assert!(found > 3, "{found} addresses stand in files");
}

/// What the values of a chart say of who mounts what and who reaches whom.
struct Chart {
    workloads: Vec<Mounting>,
    /// From, to, and the number of a port.
    edges: BTreeSet<[String; 3]>,
}

struct Mounting {
    name: String,
    component: String,
    texts: Vec<String>,
    ports: Vec<String>,
}

impl Chart {
    fn read(files: &BTreeMap<String, String>, chart: &str) -> Self {
        let values = aliases::resolved(&files[&format!("{chart}values.yaml")]);
        let mut out = Self {
            workloads: Vec::new(),
            edges: BTreeSet::new(),
        };
        let (mut from, mut to, mut section) = ("", "", "");
        for line in values.lines() {
            let indent = line.len() - line.trim_start().len();
            let (key, value) = line
                .trim_start_matches([' ', '-'])
                .split_once(':')
                .unwrap_or_default();
            let value = value.trim().trim_matches('"');
            match (indent, section, key) {
                (0, ..) if !key.is_empty() => section = key,
                (2, "components", _) => out.workloads.push(Mounting {
                    name: key.to_string(),
                    component: String::new(),
                    texts: Vec::new(),
                    ports: Vec::new(),
                }),
                (_, "components", "component" | "file" | "containerPort" | "port") => {
                    let Some(last) = out.workloads.last_mut() else {
                        continue;
                    };
                    match key {
                        "component" if indent == 4 => last.component = value.to_string(),
                        // In the others Prometheus is told of what its exporters ask.
                        "file" if value.starts_with("config/") => {
                            let file = files.get(&format!("{chart}files/{value}"));
                            last.texts.extend(file.cloned());
                        }
                        "file" => {}
                        _ => last.ports.push(value.to_string()),
                    }
                }
                (_, "networkPolicy", "from") => (from, to) = (value, ""),
                (_, "networkPolicy", "to") => to = value,
                (_, "networkPolicy", "port") => {
                    out.edges.insert([from, to, value].map(str::to_string));
                }
                _ => {}
            }
        }
        out
    }

    /// How many addresses of others stand in files; panics where one is no edge.
    fn check(&self, case: &str) -> usize {
        let mut found = 0;
        for from in &self.workloads {
            let others = self.workloads.iter();
            for to in others.filter(|it| it.component != from.component) {
                for port in to.ports.iter().filter(|it| it.parse::<u16>().is_ok()) {
                    let address = format!("{}:{port}", to.name);
                    if from.texts.iter().any(|text| stands_in(text, &address)) {
                        let edge = [&from.name, &to.name, port].map(Clone::clone);
                        assert!(self.edges.contains(&edge), "{case}: {edge:?}");
                        found += 1;
                    }
                }
            }
        }
        found
    }
}

fn stands_in(text: &str, address: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    text.match_indices(address).any(|(at, _)| {
        let after = &text[at + address.len()..];
        !text[..at].ends_with(is_part) && !after.starts_with(|c: char| c.is_ascii_digit())
    })
}
