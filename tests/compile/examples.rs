//! What the reference and the pages show compiles: the example of every key, in a platform that has what it names, and
//! every block of TOML in the pages.

mod beside;
mod keys;
mod misspelled;
mod references;
mod removed;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use mlopsgen::{
    compile::{Compilation, Request, compile},
    diag::{Diagnostic, Severity},
    files::Target,
    language::{KIND, KeyShape, PLATFORM_FILE},
    world::MemoryWorld,
};

use crate::support::messages::messages_of;
use beside::BESIDE;
use keys::walk;
use toml::{Table, Value};

/// What the examples name: components, volumes, networks, secrets, actors.
const PLATFORM: &str = r#"
[platform]
name = "demo"
[groups]
feast = "Online feature store"
serving = "Model serving"
mlflow = "Tracking"
door = "Entry points"
[secrets]
db-password = { env = "DB_PASSWORD" }
registry-token = { env = "REGISTRY_TOKEN" }
metrics-token = { env = "METRICS_TOKEN" }
metrics-password = { env = "METRICS_PASSWORD" }
qdrant-key = { env = "QDRANT_KEY" }
slack-webhook = { env = "SLACK_WEBHOOK" }
pagerduty-key = { env = "PAGERDUTY_KEY" }
smtp-password = { env = "SMTP_PASSWORD" }
[presets.service]
restart = "unless-stopped"
[volumes]
artifacts = { size = "50Gi" }
[networks]
office = { external = "office_lan" }
[actors]
data-scientist = "Data scientist"
[components.redis]
kind = "redis"
group = "feast"
[components.kafka]
image = "a/kafka:1"
group = "feast"
ports.broker = 9092
[components.db-init]
kind = "job"
image = "a/init:1"
group = "serving"
[components.kibana]
image = "a/kibana:1"
group = "serving"
[components.mlflow-db]
kind = "postgres"
group = "serving"
settings = { database = "mlflow", password = "${secrets.db-password}" }
[components.mlflow]
kind = "mlflow"
group = "serving"
[components.jupyterlab]
image = "a/lab:1"
group = "serving"
ports.http = 8888
[components.grafana]
image = "a/grafana:1"
group = "serving"
ports.http = 3000
[components.gateway]
kind = "traefik"
group = "serving"
[components.oauth2-proxy]
kind = "oauth2-proxy"
group = "serving"
settings = { client_secret = "${secrets.db-password}", issuer_url = "https://id.example.com" }
"#;

/// What examples of values of the chart name.
const CHARTED: &str = r#"
[vars]
region = { default = "eu", env = "REGION" }
[secrets]
token = { env = "TOKEN", optional = true }
example = { env = "EXAMPLE" }
[volumes]
example = { size = "1Gi" }
[components.store]
image = "a/store:1"
group = "serving"
volumes.artifacts = { mount = "/artifacts", shared = "artifacts" }
volumes.example = { mount = "/more", shared = "example" }
[pipelines.training]
image = "a/b:1"
tasks.extract = { run = "true" }
[pipelines.example]
image = "a/b:1"
tasks.extract = { run = "true" }
"#;

/// What gives the components alerts. It takes time, so only routes of alerts have it.
const PROMETHEUS: &str = r#"
[components.prometheus]
kind = "prometheus"
group = "serving"
"#;

/// Who is notified of a CI entry.
const NOTIFIED: &str = r#"
[notify]
default = "team"
[notify.receivers]
team = { email = ["team@example.com"] }
"#;

const APP: &str = r#"
image = "a/b:1"
group = "feast"
ports = { http = 80, broker = 9092 }
"#;

/// What the examples of a kind name.
const KIND_OF_OWN: &str = r#"
image = "a/own"
version = "8.0"
data_folders = [{ env = ["OWN"] }]
settings.password = { type = "secret" }
settings.database = { default = "own" }
settings.databases = { type = "list", default = [] }
settings.config = { type = "file" }
settings.example = { description = "x" }
settings.project = { default = "own" }
secrets.login = { description = "x" }
roles.database = { kinds = ["postgres"] }
roles.example = { kinds = ["postgres"] }
roles.backend_store = { kinds = ["postgres"] }
workload.ports = { http = 80, redis = 6379, metrics = 9121 }
workload.command = ["own"]
workload.volumes.data = { mount = "/own", size = "1Gi" }
parts.exporter.image = "a/exporter:1"
"#;

const OWN: &str = r#"
[components.own]
kind = "own"
group = "feast"
uses = { database = "mlflow-db", example = "mlflow-db", backend_store = "mlflow-db" }
settings = { password = "${secrets.db-password}", example = "${secrets.db-password}", config = "config/app.yaml" }
"#;

/// The component whose setting `example` fits a kind that says this of it.
fn own_with(key: &str) -> String {
    let example = "example = \"${secrets.db-password}\", ";
    match key {
        "choices" => OWN.replace(example, "example = \"off\", "),
        "only_external" => OWN.replace(example, ""),
        _ => OWN.to_string(),
    }
}

/// Files that examples name.
const FILES: &[(&str, &str)] = &[
    ("config/app.yaml", "a: 1\n"),
    ("nginx.conf", "events {}\n"),
    ("certificates/ca.pem", "-----BEGIN CERTIFICATE-----\n"),
    (
        "mlopsgen/templates/kinds/feast/feature_store.yaml",
        "a: 1\n",
    ),
    ("teams/serving.toml", ""),
    ("model_serving/deployment/Dockerfile", "FROM scratch\n"),
    ("model_serving/Dockerfile", "FROM scratch\n"),
    ("training_pipeline/Dockerfile", "FROM scratch\n"),
];

#[test]
fn the_example_of_every_key_of_a_platform_compiles() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    walk("", PLATFORM_FILE, &mut |path, key| {
        if seen.insert(id(key)) {
            let platform = platform_with(path, placed(path, key));
            let printed = errors(&[("platform.toml", platform.to_string())], None);
            wrong.extend(printed.map(|printed| format!("{path}: {}: {printed}", key.name)));
        }
    });
    assert!(seen.len() > 150, "the keys are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_example_of_every_key_of_a_kind_compiles() {
    let mut seen = BTreeSet::new();
    walk("", PLATFORM_FILE, &mut |_, key| {
        seen.insert(id(key));
    });
    let mut wrong = Vec::new();
    let mut own_keys = 0;
    walk("kind", KIND, &mut |path, key| {
        if seen.insert(id(key)) {
            own_keys += 1;
            let kind = placed(path, key);
            let kind = kind.get("kind").and_then(Value::as_table);
            let kind = kind.unwrap_or_else(|| panic!("{path} is of no kind"));
            let printed = errors(&files_of_kind(kind, key), None);
            wrong.extend(printed.map(|printed| format!("{path}: {}: {printed}", key.name)));
        }
    });
    assert!(own_keys > 50, "the keys are found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A kind, and a platform with a component of it.
fn files_of_kind(kind: &Table, key: &KeyShape) -> Vec<(&'static str, String)> {
    let mut platform = parsed(PLATFORM);
    let own = own_with(key.name);
    keep_named(&mut platform, format!("{kind}{own}"));
    merge(&mut platform, parsed(&own));
    vec![
        ("mlopsgen/kinds/own.toml", kind.to_string()),
        ("platform.toml", platform.to_string()),
    ]
}

/// Keeps the components that a text names, and those that these name: each that is compiled takes time, for hundreds of keys.
fn keep_named(platform: &mut Table, mut text: String) {
    let Some(Value::Table(mut all)) = platform.remove("components") else {
        panic!("a platform has components");
    };
    let mut kept = Table::new();
    while let Some(name) = all.keys().find(|name| text.contains(*name)).cloned() {
        let component = all.remove(&name).expect("it is there");
        text += &component.to_string();
        kept.insert(name, component);
    }
    platform.insert("components".to_string(), Value::Table(kept));
}

/// Tables whose examples choose components, alerts or ports by pattern or kind, without the names of components.
const OF_ALL: [&str; 2] = ["notify.routes", "raw.helm.networkPolicy"];

/// The platform in which the example of a key of this table stands, with the example.
fn platform_with(path: &str, example: Table) -> Table {
    let mut platform = parsed(PLATFORM);
    if !OF_ALL.iter().any(|start| path.starts_with(start)) {
        keep_named(&mut platform, example.to_string());
    }
    let further = [
        ("notify.routes", PROMETHEUS),
        ("ci.", NOTIFIED),
        ("raw.helm", CHARTED),
        ("components.*.helm", CHARTED),
    ];
    for (_, text) in further.iter().filter(|(start, _)| path.starts_with(start)) {
        merge(&mut platform, parsed(text));
    }
    merge(&mut platform, example);
    platform
}

/// The same declaration may stand in several tables.
fn id(key: &KeyShape) -> (&'static str, &'static str, &'static str) {
    (key.name, key.doc, key.example)
}

/// Blocks that are in no file of a project: what they start with.
const OF_OTHERS: &[&str] = &["[[rule]]"];

/// The blocks of a page are one project: each stands in the file that its first line names, else in platform.toml.
#[test]
fn every_block_of_the_pages_compiles() {
    let pages = fs::read_dir("docs").expect("the folder of pages");
    let mut pages: Vec<_> = pages.flatten().map(|entry| entry.path()).collect();
    pages.push("README.md".into());
    let mut blocks = 0;
    for page in pages
        .iter()
        .filter(|page| page.extension().is_some_and(|extension| extension == "md"))
    {
        let text = fs::read_to_string(page).expect("a page can be read");
        // What follows in the page of the language are the examples of the keys.
        let text = text.split("\n## Tables\n").next().unwrap_or_default();
        let mut files = BTreeMap::from([
            ("platform.toml".to_string(), parsed(PLATFORM)),
            ("mlopsgen/kinds/own.toml".to_string(), parsed(KIND_OF_OWN)),
        ]);
        merge(
            files.get_mut("platform.toml").expect("it is there"),
            parsed(OWN),
        );
        for block in text.split("```toml\n").skip(1) {
            let block = block.split("```").next().unwrap_or_default();
            blocks += 1;
            let table = parsed(block);
            let first = block.lines().next().unwrap_or_default();
            let named = first
                .strip_prefix("# ")
                .and_then(|first| first.split(": ").next());
            let file = match named.filter(|named| named.ends_with(".toml")) {
                Some(named) => named,
                None if block.starts_with("[[when]]") => "mlopsgen/kinds/own.toml",
                None if OF_OTHERS.iter().any(|start| block.starts_with(start)) => continue,
                None => "platform.toml",
            };
            merge(files.entry(file.to_string()).or_default(), table);
        }
        let texts: Vec<(&str, String)> = files
            .iter()
            .map(|(path, table)| (path.as_str(), table.to_string()))
            .collect();
        let environment = files.contains_key("platform.prod.toml").then_some("prod");
        for environment in [None, environment] {
            let printed = errors(&texts, environment);
            assert!(
                printed.is_none(),
                "{}: {}",
                page.display(),
                printed.unwrap_or_default()
            );
        }
    }
    assert!(blocks >= 9, "the blocks are found");
}

/// The example of a key in its place, with what each table on the way there can't be without.
fn placed(path: &str, key: &KeyShape) -> Table {
    let example = parsed(key.example);
    // Some stand below their table's own heading.
    let heading = path.split('.').next().unwrap_or_default();
    if path.is_empty() || example.contains_key(heading) {
        return example;
    }
    let at_key = format!("{path}: {}", key.name);
    let mut inner = beside(path, &at_key);
    without_rival(&mut inner, key.name);
    merge(&mut inner, example);
    let mut value = Value::Table(inner);
    let steps: Vec<&str> = path.split('.').collect();
    for (index, name) in steps.iter().enumerate().rev() {
        if *name == "#" {
            value = Value::Array(vec![value]);
            continue;
        }
        let name = match (index.checked_sub(1).map(|before| steps[before]), *name) {
            (Some("depends_on"), "*") => "redis",
            (Some("ulimits"), "*") => "nofile",
            (Some("files" | "paths"), "*") => "/example",
            (_, "*") => "example",
            (_, name) => name,
        };
        let mut outer = beside(&steps[..index].join("."), &at_key);
        without_rival(&mut outer, name);
        merge(&mut outer, Table::from_iter([(name.to_string(), value)]));
        value = Value::Table(outer);
    }
    match value {
        Value::Table(table) => table,
        _ => panic!("{path} starts in a list"),
    }
}

/// Of two keys of which there can be one, that which is tried stays.
fn without_rival(table: &mut Table, name: &str) {
    let rival = match name {
        "queries" => "expr",
        "exec" | "httpGet" => "tcpSocket",
        _ => return,
    };
    table.remove(rival);
}

fn beside(path: &str, at_key: &str) -> Table {
    let at = |place: &str| BESIDE.iter().find(|(path, _)| *path == place);
    let is_of_this = at_key.split(": ").next() == Some(path);
    let found = at(at_key).filter(|_| is_of_this).or_else(|| at(path));
    found.map_or_else(Table::new, |(_, text)| parsed(text))
}

/// Tables are merged, all else replaces.
fn merge(below: &mut Table, over: Table) {
    for (key, value) in over {
        match (below.get_mut(&key), value) {
            (Some(Value::Table(below)), Value::Table(over)) => merge(below, over),
            (_, value) => {
                below.insert(key, value);
            }
        }
    }
}

fn parsed(text: &str) -> Table {
    text.parse()
        .unwrap_or_else(|error| panic!("{error} in\n{text}"))
}

/// What a project compiles to that also has the files which examples name.
fn compiled(files: &[(&str, String)], environment: Option<&str>) -> Compilation {
    let mut world = MemoryWorld::new();
    for (path, text) in FILES {
        world = world.with(path, *text);
    }
    for (path, text) in files {
        world = world.with(path, text.as_str());
    }
    let request = Request {
        environment: environment.map(ToString::to_string),
        // One target is enough to run the templates of kinds.
        targets: Some(BTreeSet::from([Target::Compose])),
        ..Request::default()
    };
    compile(&world, &request)
}

fn errors_of(compilation: &Compilation) -> Vec<Diagnostic> {
    let mut errors = compilation.diagnostics.clone();
    errors.retain(|diagnostic| diagnostic.severity == Severity::Error);
    errors
}

/// The errors of a project, as they are printed.
fn errors(files: &[(&str, String)], environment: Option<&str>) -> Option<String> {
    let compilation = compiled(files, environment);
    let errors = errors_of(&compilation);
    compilation
        .has_errors()
        .then(|| messages_of(&errors, &compilation.sources))
}
