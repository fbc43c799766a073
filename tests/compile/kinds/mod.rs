//! Every kind of the catalog, on two small platforms made from the kind file: one with only what it
//! needs, one with every role filled and a Prometheus that watches it.

mod author;
mod clients;
mod commands;
mod doors;
mod elsewhere;
mod floors;
mod left_out;
mod metrics;
mod multiline;
mod ordered;
mod pairs;
mod ports;
mod secrets;
mod selectors;
mod settings;
mod started;
mod tls;
mod variables;
mod versions;
mod watched;

use std::{collections::BTreeMap, sync::LazyLock};

use mlopsgen::{
    Component, Probe, Workload,
    catalog::{Catalog, Kind},
    compile::Output,
    diag::{Code, Sink},
    source::Sources,
};

use crate::support::{self, messages::messages};

use author::{Author, least, most};

/// Kinds that the catalog must have. It may have more.
const EXPECTED: [&str; 75] = [
    "airflow",
    "alertmanager",
    "bentoml",
    "blackbox-exporter",
    "cadvisor",
    "clickhouse",
    "dagster",
    "dcgm-exporter",
    "elasticsearch",
    "elasticsearch-exporter",
    "evidently",
    "feast",
    "filebeat",
    "flink",
    "fluent-bit",
    "gitea",
    "grafana",
    "hive-metastore",
    "jaeger",
    "jenkins",
    "job",
    "jupyterlab",
    "kafka",
    "kafka-connect",
    "kafka-exporter",
    "kafka-ui",
    "keycloak",
    "kibana",
    "label-studio",
    "litellm",
    "logstash",
    "loki",
    "mariadb",
    "memcached",
    "metabase",
    "milvus",
    "minio",
    "mlflow",
    "mlflow-model",
    "mongodb",
    "mysql",
    "nessie",
    "nginx",
    "node-exporter",
    "oauth2-proxy",
    "ollama",
    "openbao",
    "opensearch",
    "otel-collector",
    "postgres",
    "postgres-exporter",
    "prefect",
    "prometheus",
    "pushgateway",
    "qdrant",
    "rabbitmq",
    "ray",
    "redis",
    "redis-exporter",
    "redpanda",
    "registry",
    "s3",
    "schema-registry",
    "service",
    "spark",
    "statsd-exporter",
    "superset",
    "tempo",
    "traefik",
    "trino",
    "triton",
    "valkey",
    "vllm",
    "weaviate",
    "zookeeper",
];

/// Workloads without a health check, with the reason.
const WITHOUT_HEALTH: [(&str, &str); 3] = [
    (
        "it-exporter of mongodb",
        "the image has no shell and no client",
    ),
    (
        "it-exporter of nginx",
        "the image has no shell and no client",
    ),
    ("it of service", "the program is the user's own"),
];

/// Programs whose releases have one number.
const ONE_NUMBER: [&str; 1] = ["trinodb/trino:"];

/// The outputs of every store; a program without a password has an empty one.
const STORE_OUTPUTS: [&str; 6] = ["host", "port", "database", "user", "password", "url"];

/// The embedded kinds, read once for all tests: some write platforms for each of them by hundreds.
pub fn catalog() -> &'static BTreeMap<String, Kind> {
    static CATALOG: LazyLock<BTreeMap<String, Kind>> = LazyLock::new(read_catalog);
    &CATALOG
}

fn read_catalog() -> BTreeMap<String, Kind> {
    let mut catalog = Catalog::new(BTreeMap::new());
    let mut sources = Sources::default();
    let mut sink = Sink::default();
    let kinds = catalog
        .names()
        .into_iter()
        .filter_map(|name| {
            let kind = catalog.get(&name, &mut sources, &mut sink)?;
            Some((name, (*kind).clone()))
        })
        .collect();
    assert!(!sink.has_errors(), "{:?}", sink.finish());
    kinds
}

fn compiled(text: &str) -> Output {
    let compilation = support::compiled::compiled(text);
    let printed = messages(&compilation);
    let serious = compilation.diagnostics.iter().any(|diagnostic| {
        // The user describes their own programs.
        !matches!(diagnostic.code, Code::NoHealthCheck | Code::NoPersistence)
    });
    assert!(!serious, "{text}\n{printed}");
    compilation.output.expect("no errors, so there is output")
}

/// Checks of the component `it` of a kind that hold on every platform.
type Promise = fn(&Kind, &Component, &Output);

const PROMISES: [Promise; 8] = [
    stores_say_where_they_are_and_keep_what_they_have,
    what_speaks_http_has_a_url,
    images_are_pinned_to_a_full_version,
    servers_have_a_health_check_and_everything_has_resources,
    health_checks_ask_ports_that_the_container_has,
    panels_and_alerts_explain_themselves,
    what_is_scraped_has_alerts,
    nothing_unresolved_comes_out,
];

/// Compiling resolves every reference of the kind's own strings and parses every expression of its rules.
#[test]
fn every_kind_holds_with_the_fewest_and_with_all_settings() {
    for kind in catalog().values() {
        for text in [least(&kind.name), most(&kind.name)] {
            let output = compiled(&text);
            let component = output
                .platform
                .component("it")
                .expect("the kind's component");
            for promise in PROMISES {
                promise(kind, component, &output);
            }
        }
    }
}

fn workloads(output: &Output) -> Vec<(String, &Workload)> {
    output
        .platform
        .components
        .iter()
        .flat_map(|component| {
            component
                .workloads
                .iter()
                .map(|workload| (format!("{} of {}", workload.name, component.kind), workload))
        })
        .collect()
}

#[test]
fn the_catalog_has_every_kind() {
    let known = catalog();
    let missing: Vec<_> = EXPECTED
        .iter()
        .filter(|name| !known.contains_key(**name))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
}

#[test]
fn every_kind_and_each_of_its_settings_is_described() {
    for kind in catalog().values() {
        let name = &kind.name;
        assert!(kind.table.string("title").is_some(), "{name}: title");
        assert!(!kind.description.is_empty(), "{name}: description");
        for setting in &kind.settings {
            assert!(
                !setting.description.is_empty(),
                "{name}: setting {}",
                setting.name
            );
        }
        for role in &kind.roles {
            assert!(!role.description.is_empty(), "{name}: role {}", role.name);
        }
        for secret in &kind.secrets {
            assert!(
                !secret.description.is_empty(),
                "{name}: secret {}",
                secret.name
            );
        }
    }
}

fn stores_say_where_they_are_and_keep_what_they_have(
    kind: &Kind,
    component: &Component,
    _: &Output,
) {
    if component.icon.name() != "store" {
        return;
    }
    let outputs: Vec<&str> = component
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    for output in STORE_OUTPUTS {
        assert!(
            outputs.contains(&output),
            "{}: no output {output}",
            kind.name
        );
    }
    let main = component.main().expect("a workload");
    assert!(
        main.mounts.iter().any(|mount| mount.name == "data"),
        "{}: no volume `data`",
        kind.name
    );
    // A store that recovers its data answers late: what restarts it then makes it begin again.
    let health = main.health.as_ref();
    assert!(
        health.is_some_and(|health| !health.liveness),
        "{}: its check restarts it",
        kind.name
    );
}

fn what_speaks_http_has_a_url(kind: &Kind, component: &Component, _: &Output) {
    let http = component.port("http").is_some();
    let url = component.outputs.iter().any(|output| output.name == "url");
    assert!(
        !http || url,
        "{}: a port `http` and no output `url`",
        kind.name
    );
}

fn images_are_pinned_to_a_full_version(kind: &Kind, _: &Component, output: &Output) {
    for (name, workload) in workloads(output) {
        let image = workload.image.to_text();
        let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
        let numbers = tag
            .split(|c: char| !c.is_ascii_digit())
            .filter(|part| !part.is_empty());
        let full = numbers.count() >= 2
            || ONE_NUMBER
                .iter()
                .any(|repository| image.starts_with(repository));
        assert!(full, "{}: {name} runs `{image}`", kind.name);
    }
}

fn servers_have_a_health_check_and_everything_has_resources(
    _: &Kind,
    _: &Component,
    output: &Output,
) {
    for (name, workload) in workloads(output) {
        let excused = WITHOUT_HEALTH.iter().any(|(known, _)| name == *known)
            || WITHOUT_HEALTH
                .iter()
                .any(|(known, _)| name.ends_with(known.trim_start_matches("it")));
        let checked = workload.health.is_some() || workload.is_job();
        assert!(checked || excused, "{name}: no health check");
        assert!(workload.resources.memory.is_some(), "{name}: no memory");
    }
}

fn health_checks_ask_ports_that_the_container_has(_: &Kind, _: &Component, output: &Output) {
    for (name, workload) in workloads(output) {
        let asked = match workload.health.as_ref().map(|health| &health.probe) {
            Some(Probe::Http { number, .. } | Probe::Tcp { number, .. }) => *number,
            _ => continue,
        };
        let has = workload
            .ports
            .iter()
            .any(|port| port.container.first == asked);
        assert!(has, "{name}: asks port {asked}");
    }
}

fn panels_and_alerts_explain_themselves(kind: &Kind, component: &Component, _: &Output) {
    for panel in &component.panels {
        let place = format!("{}: panel {}", kind.name, panel.title);
        assert!(
            !panel.title.is_empty() && !panel.description.is_empty(),
            "{place}"
        );
        assert!(!panel.unit.is_empty(), "{place}: no unit");
        for query in &panel.queries {
            parses(&query.expr.with("job=\"x\""), &place);
        }
    }
    for alert in &component.alerts {
        let place = format!("{}: alert {}", kind.name, alert.name);
        assert!(
            alert.summary.is_some() && alert.description.is_some(),
            "{place}"
        );
        parses(&alert.expr, &place);
        let texts = [&alert.summary, &alert.description].into_iter().flatten();
        for text in texts.filter(|_| !alert.expr.contains('[')) {
            let told = times(alert.hold.unwrap_or_default());
            let named = told.iter().find(|time| text.text.contains(*time));
            assert!(named.is_none(), "{place}: {named:?} may be another time");
        }
        if let Some(part) = &alert.gone_part {
            let mut parts = component.workloads.iter().map(|it| &it.part);
            assert!(parts.any(|it| it.as_ref() == Some(part)), "{place}: {part}");
        }
    }
    for record in &component.records {
        parses(
            &record.expr,
            &format!("{}: record {}", kind.name, record.name),
        );
    }
}

/// How people write the time that an alert waits: it is longer where scrapes are seldom, or a user says so.
fn times(hold: u64) -> Vec<String> {
    let minutes = hold / 60_000;
    let words = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let word = usize::try_from(minutes).ok().and_then(|it| words.get(it));
    let mut out = vec![format!(" {minutes} minutes")];
    out.extend(word.map(|word| format!("{word} minutes")));
    out.extend((minutes == 15).then(|| "a quarter of an hour".to_string()));
    out.extend((minutes == 30).then(|| "half an hour".to_string()));
    out
}

fn parses(expression: &str, place: &str) {
    let grafana_aside = expression
        .replace("$__rate_interval", "5m")
        .replace("$__interval", "1m")
        .replace("$__range", "1h");
    if let Err(error) = promql_parser::parser::parse(&grafana_aside) {
        panic!("{place}: {error}");
    }
}

fn what_is_scraped_has_alerts(kind: &Kind, component: &Component, _: &Output) {
    let scraped = component
        .workloads
        .iter()
        .any(|workload| !workload.metrics.is_empty());
    assert!(
        !scraped || !component.alerts.is_empty(),
        "{}: metrics and no alert",
        kind.name
    );
}

fn nothing_unresolved_comes_out(kind: &Kind, _: &Component, output: &Output) {
    for (path, file) in &output.files.files {
        for word in [
            "${self.",
            "${settings.",
            "${roles.",
            "${own.",
            "${binding}",
            "${components.",
        ] {
            assert!(
                !file.text.contains(word),
                "{}: {path} holds `{word}`",
                kind.name
            );
        }
    }
}
