//! A kind that gives metrics says what it looks like when it is down, and what stands behind an exporter is asked itself: a tile
//! must not be green because the exporter answers.

use std::collections::BTreeSet;

use mlopsgen::syntax::{Node, Table, Value};

use super::{author::most, catalog, compiled};
use crate::support::{self, compiled::texts};

/// Its own death it can't report.
const WATCHER: &str = "prometheus";

/// The tables below a key.
fn tables<'a>(table: &'a Table, key: &str) -> Vec<&'a Table> {
    let entries = table.table(key).into_iter().flat_map(Table::iter);
    entries.filter_map(|(_, node)| node.as_table()).collect()
}

fn has_metrics(table: &Table) -> bool {
    table.get("metrics").is_some()
}

/// The name of the first series that an expression reads.
fn series(expr: &str) -> &str {
    let end = expr.find('{').expect("a selector");
    let is_part = |c: char| !(c.is_ascii_alphanumeric() || "_:".contains(c));
    let start = expr[..end].rfind(is_part).map_or(0, |at| at + 1);
    &expr[start..end]
}

#[test]
fn every_kind_says_when_it_is_down() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        let always = kind.table.table("workload");
        let conditions = kind.table.one_or_many_tables("when").into_iter();
        let at_times = conditions.filter_map(|when| when.table("workload"));
        let of_program = always.into_iter().chain(at_times).any(has_metrics);
        let of_parts = tables(&kind.table, "parts").into_iter().any(has_metrics);
        if !(of_program || of_parts) || name == WATCHER {
            continue;
        }
        let alerts = tables(&kind.table, "alerts");
        let down = alerts.iter().filter(|it| it.boolean("down") == Some(true));
        let down: Vec<&str> = down.filter_map(|it| it.string("expr")).collect();
        if down.is_empty() {
            faults.push(format!("{name}: no alert says that it is down"));
        }
        match kind.table.string("healthy").map(series) {
            Some(series) if !down.iter().any(|expr| expr.contains(series)) => {
                faults.push(format!(
                    "{name}: no alert asks for `{series}`, by which it is healthy"
                ));
            }
            None if !of_program => {
                faults.push(format!("{name}: only its exporter is known to answer"));
            }
            _ => {}
        }
        if !matches!(kind.table.get("panels").map(|it| &it.value), Some(Value::Array(panels)) if !panels.is_empty())
        {
            faults.push(format!("{name}: no panels"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn an_alert_is_held_back_by_alerts_that_there_are() {
    let kinds = catalog();
    let conditions = |table| Table::one_or_many_tables(table, "when");
    let layers = kinds.values().flat_map(|kind| {
        let always = std::iter::once(&kind.table);
        always.chain(conditions(&kind.table))
    });
    let alerts = layers.filter_map(|layer| layer.table("alerts"));
    let alerts: Vec<_> = alerts.flat_map(Table::iter).collect();
    let mut known: BTreeSet<&str> = alerts.iter().map(|(key, _)| key.name.as_str()).collect();
    known.insert("ReplicasMissing");
    for (key, alert) in alerts {
        let Some(alert) = Node::as_table(alert) else {
            continue;
        };
        for list in ["held_back_by", "held_back_by_any"] {
            for name in alert.strings(list) {
                assert!(known.contains(name), "{}: no alert `{name}`", key.name);
            }
        }
    }
}

/// What runs for long gives metrics, stands behind an exporter, or is asked from outside.
#[test]
fn no_kind_is_unseen() {
    let mut unseen = Vec::new();
    for kind in catalog().values().filter(|kind| kind.name != "service") {
        let output = compiled(&most(&kind.name));
        let it = output.platform.component("it").expect("it is declared");
        let has_exporter = it.workloads.iter().any(|part| {
            let mut jobs = part.metrics.iter().map(|metrics| &metrics.job);
            jobs.any(|job| *job == it.name)
        });
        let image = it.main().map(|main| &main.image);
        for workload in it.workloads.iter().filter(|it| !it.is_job()) {
            let is_seen = !workload.metrics.is_empty()
                || workload.probed
                || Some(&workload.image) == image && has_exporter;
            if !is_seen {
                unseen.push(format!("{}: {}", kind.name, workload.name));
            }
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}

/// The jobs of `it` that a text names.
fn jobs(text: &str) -> BTreeSet<&str> {
    let named = text
        .split("job=\"")
        .filter_map(|rest| rest.split('"').next());
    let scraped = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- job_name: "));
    let all = named.chain(scraped);
    all.filter(|job| job.starts_with("it-") || job.starts_with("it/") || *job == "it")
        .collect()
}

/// A part that gives metrics may be left out, and a program elsewhere may give none: what asks for its jobs goes with it, and a server
/// that its exporter asked is probed.
#[test]
fn what_asks_for_a_part_that_is_left_out_goes_with_it() {
    let mut faults = Vec::new();
    let mut tried = 0;
    for (name, kind) in catalog() {
        let parts = kind.table.table("parts").into_iter().flat_map(Table::iter);
        for (part, node) in parts {
            if !node.as_table().is_some_and(has_metrics) || name == WATCHER {
                continue;
            }
            let off = format!("[components.it]\nparts.{} = false\n", part.name);
            let text = most(name).replacen("[components.it]\n", &off, 1);
            let Ok(files) = texts(support::compiled::compiled(text)) else {
                continue;
            };
            tried += 1;
            let scraped = jobs(&files["prometheus/prometheus.yml"]);
            let rules = files.get("prometheus/rules/it.yml");
            let board = files.get(&format!("grafana/dashboards/kind.{name}.json"));
            let board = board.map(|text| text.replace("\\\"", "\""));
            for text in rules.into_iter().chain(&board) {
                let absent = jobs(text);
                let absent: Vec<_> = absent.difference(&scraped).collect();
                if !absent.is_empty() {
                    faults.push(format!("{name} without {}: {absent:?}", part.name));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(tried > 8, "{tried}");
    for (name, asked) in [
        ("dagster", "it"),
        ("kafka-connect", "it"),
        ("airflow", "it-scheduler"),
    ] {
        let part = if name == "airflow" {
            "statsd"
        } else {
            "exporter"
        };
        let off = format!("[components.it]\nparts.{part} = false\n");
        let output = compiled(&most(name).replacen("[components.it]\n", &off, 1));
        let it = output.platform.component("it").expect("it is declared");
        let asked = it.workloads.iter().find(|it| it.name == asked);
        assert!(asked.is_some_and(|it| it.probed), "{name}");
    }
}

/// Flink elsewhere has no port of metrics unless `external` names one: its API alone is asked.
#[test]
fn a_program_elsewhere_has_the_alerts_that_can_fire() {
    let text = "[platform]\nname = \"p\"\n[groups]\none = \"One\"\n\
        [components.prometheus]\nkind = \"prometheus\"\ngroup = \"one\"\n\
        [components.it]\nkind = \"flink\"\nexternal = ";
    for (external, count) in [
        ("{ host = \"f.example.com\", port = 8081 }", 1),
        (
            "{ http = \"f.example.com:8081\", metrics = \"f.example.com:9249\" }",
            6,
        ),
    ] {
        let files = texts(support::compiled::compiled(format!("{text}{external}\n")));
        let files = files.expect("no errors");
        let rules = &files["prometheus/rules/it.yml"];
        assert_eq!(rules.matches("- alert:").count(), count, "{rules}");
    }
}

/// Alerts on what runs on each node that are about all of them, and why.
const OF_ALL_NODES: [(&str, &str); 1] = [(
    "ContainerRestarting",
    "under Swarm the next container of a slot may start on another node",
)];

/// What runs once on each machine says which one an alert is about. An aggregation that drops it also hides one machine behind
/// the others.
#[test]
fn alerts_of_what_runs_on_each_node_keep_the_instance() {
    let mut faults = Vec::new();
    for (name, kind) in catalog() {
        let workload = kind.table.table("workload").into_iter();
        let mut workloads = workload.chain(tables(&kind.table, "parts"));
        if !workloads.any(|it| it.boolean("daemon") == Some(true)) {
            continue;
        }
        let alerts = kind.table.table("alerts").into_iter();
        for (key, node) in alerts.flat_map(Table::iter) {
            let expr = node.as_table().and_then(|it| it.string("expr"));
            let lists = expr.unwrap_or_default().split(" by (").skip(1);
            let mut lists = lists.filter_map(|rest| rest.split(')').next());
            let is_excused = OF_ALL_NODES.iter().any(|(alert, _)| *alert == key.name);
            if !is_excused && !lists.all(|list| list.split(", ").any(|it| it == "instance")) {
                faults.push(format!("{name}: {}", key.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
