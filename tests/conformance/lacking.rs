//! Values that lack a key of the chart's own, as those of an earlier chart do (`helm upgrade --reuse-values`) or those from which
//! a person has removed it (`null`): Helm renders the chart as with the key, or fails with a sentence of the chart's.

use std::{path::Path, thread};

use serde_json::Value;

use crate::{consumer, tree::write_compiled};

const PLATFORM: &str = r#"
[platform]
name = "lab"
targets = ["helm", "airflow", "prometheus"]
[vars]
level = { default = "info", env = "LEVEL" }
[secrets]
key = { env = "KEY" }
admin = { env = "ADMIN" }
[groups]
one = "All"
[volumes]
pool = { size = "1Gi" }
[components.db]
kind = "postgres"
group = "one"
settings = { password = "${secrets.key}" }
[components.airflow]
kind = "airflow"
group = "one"
uses.database = "db"
settings = { admin_user = "admin", admin_password = "${secrets.admin}" }
[components.prometheus]
kind = "prometheus"
group = "one"
[components.migrate]
kind = "job"
image = "team/migrate:1.0"
group = "one"
env.LEVEL = "${vars.level}"
files."/key" = { secret = "key" }
volumes.pool = { mount = "/pool", shared = "pool" }
[components.api]
image = "team/api:1.0"
group = "one"
replicas = 2
depends_on = ["migrate", "db"]
ports.http = { container = 8000, host = 8000 }
health = { http = "/", port = "http" }
metrics.port = "http"
env.HOME_URL = "${self.http.public_url}"
[components.beside]
image = "team/beside:1.0"
group = "one"
network_mode = "service:api"
[pipelines.train]
schedule = "@daily"
start = 2026-01-01
image = "team/train:1.0"
reaches = ["api"]
tasks.one = { run = "true" }
"#;

/// What brings every template to do something.
const ALL: [&str; 6] = [
    "ingress.enabled=true",
    "gateway.enabled=true",
    "gateway.parentRefs[0].name=public",
    "monitoring.operator=true",
    "externalSecrets.store=vault",
    "secretsStore.providerClass=vault",
];

/// Tables whose entries the platform names: without one of them, or without all, something else may be rendered.
const NAMED: [&str; 8] = [
    "components",
    "imageNames",
    "pipelines",
    "podSecurityContext",
    "secrets",
    "securityContext",
    "vars",
    "volumes",
];

/// Keys of which the same holds, and not of what stands below them.
const LEFT_OUT: [&str; 4] = [
    "gateway.parentRefs",
    "ingress.hosts",
    "networkPolicy",
    "networkPolicy.edges",
];

/// Why Helm has failed, in words of the chart's templates or of its schema; not those of Go's.
fn is_own_sentence(words: &str) -> bool {
    words.contains("execution error at") || words.contains("don't meet the specifications")
}

fn rendered(chart: &Path, sets: &[String]) -> Result<String, String> {
    let mut helm = consumer::consumer("bin/helm");
    helm.args(["template", "release"]).arg(chart);
    for set in sets {
        helm.args(["--set", set]);
    }
    let verdict = consumer::run(&mut helm);
    match verdict.success {
        true => Ok(verdict.stdout),
        false => Err(verdict.words()),
    }
}

/// The keys of the first and of the second level.
fn keys(values: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        out.push(key.clone());
        let inner = value.as_object().into_iter().flatten();
        // An image's name holds dots, which `--set` would read as levels.
        out.extend(inner.map(|(name, _)| format!("{key}.{}", name.replace('.', "\\."))));
    }
    out
}

/// What is wrong where `key` is removed beside `sets`, of which nothing can be left.
fn fault(chart: &Path, key: &str, sets: &[String], whole: &str) -> Option<String> {
    let table = key.split_once('.').map_or(key, |(table, _)| table);
    let is_named = NAMED.contains(&table) || LEFT_OUT.contains(&key);
    let is_set = sets.iter().any(|set| set.starts_with(key));
    let mut sets = sets.to_vec();
    sets.push(format!("{key}=null"));
    match rendered(chart, &sets) {
        Ok(text) if is_named || is_set || text == whole => None,
        Ok(_) => Some(format!("{key}: something else is rendered without it")),
        Err(words) if is_named && is_own_sentence(&words) => None,
        Err(words) => Some(format!("{key}: {words}")),
    }
}

#[test]
fn what_the_values_lack_is_as_the_chart_has_it() {
    let folder = tempfile::tempdir().expect("a folder");
    write_compiled(folder.path(), PLATFORM);
    let chart = folder.path().join("helm/lab");
    let values = consumer::yaml_file(&chart.join("values.yaml")).expect("YAML");
    let keys = keys(&values);
    assert!(keys.len() > 80, "{keys:?}");
    let mut faults = Vec::new();
    for sets in [&ALL[..], &[]] {
        let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
        let whole = rendered(&chart, &sets).expect("the chart renders");
        thread::scope(|scope| {
            let halves = keys.chunks(keys.len().div_ceil(2)).map(|half| {
                let (chart, sets, whole) = (&chart, &sets, &whole);
                scope.spawn(move || {
                    let found = half.iter().filter_map(|key| fault(chart, key, sets, whole));
                    found.collect::<Vec<_>>()
                })
            });
            for half in halves.collect::<Vec<_>>() {
                faults.extend(half.join().expect("no panic"));
            }
        });
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
