//! Each component that is killed is reported, once, to the receiver of `[notify]`, and nothing else is. Prometheus, its prober and
//! Alertmanager run with the generated files as they are, so every alert takes the time that it says: some forty minutes in all.

use std::{
    collections::BTreeSet,
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    docker::ask,
    http::get,
    project::{Project, repository, until},
};

const PROMETHEUS: u16 = 29090;
const PAGER: u16 = 29999;

/// The time until everything runs and no alert is pending.
const CALM: Duration = Duration::from_secs(900);
/// The time until the slowest alert (ten minutes) has passed Alertmanager.
const PAGED: Duration = Duration::from_secs(900);
/// After this time every other alert of the same failure would have fired.
const ECHO: Duration = Duration::from_secs(420);
/// Alertmanager reports once a minute that it works; this is the longest pause.
const SILENCE: Duration = Duration::from_secs(150);

/// Containers that are killed together, none of which needs another, and the expected notifications: alert and component.
struct Wave {
    killed: &'static [&'static str],
    pages: &'static [(&'static str, &'static str)],
}

const WAVES: [Wave; 3] = [
    Wave {
        killed: &[
            "redis-1",
            "mlflow-db-1",
            "airflow-scheduler-1",
            "kafka-1",
            "rabbitmq-1",
            "model-1",
            "gateway-1",
            "predictor-1",
            "workers-1",
            "workers-2",
            "feast-db-exporter-1",
        ],
        pages: &[
            ("AirflowSchedulerDown", "airflow"),
            ("EndpointDown", "kafka"),
            ("EndpointDown", "predictor"),
            ("ModelApiDown", "model"),
            ("NginxDown", "gateway"),
            ("NoReplicas", "workers"),
            ("PostgresDown", "mlflow-db"),
            ("PostgresExporterDown", "feast-db"),
            ("RabbitmqDown", "rabbitmq"),
            ("RedisDown", "redis"),
        ],
    },
    Wave {
        killed: &[
            "airflow-dag-processor-1",
            "airflow-triggerer-1",
            "feast-1",
            "mlflow-1",
            "redis-exporter-1",
            "workers-1",
        ],
        pages: &[
            ("AirflowDagProcessorDown", "airflow"),
            ("AirflowTriggererDown", "airflow"),
            ("FeastDown", "feast"),
            ("MLflowDown", "mlflow"),
            ("RedisExporterDown", "redis"),
            ("ReplicasMissing", "workers"),
        ],
    },
    // Without the prober its targets are unknown, so no alert is expected for them.
    Wave {
        killed: &["prometheus-blackbox-1", "airflow-db-1"],
        pages: &[("PostgresDown", "airflow-db"), ("TargetDown", "prometheus")],
    },
];

pub fn are_right() {
    let origin = repository("tests/live/pages");
    let live = Project::clone_of(origin.path(), "pages");
    live.ok(&["env", "init"]);
    live.ok(&["up", "--wait"]);
    for wave in &WAVES {
        is_reported(wave);
    }
    silence_is_heard();
}

fn is_reported(wave: &Wave) {
    let mut restless = Vec::new();
    let is_calm = until(CALM, || {
        restless = alerts();
        restless.is_empty()
    });
    assert!(is_calm, "before anything is killed: {restless:?}");
    let before = told("page").len();
    for container in wave.killed {
        ask(&["kill", &format!("pages-{container}")]);
    }
    let killed = Instant::now();
    let wanted: Vec<(String, String)> = wave
        .pages
        .iter()
        .map(|(alert, component)| (alert.to_string(), component.to_string()))
        .collect();
    let mut came = Vec::new();
    until(PAGED, || {
        came = pages(before);
        let came: BTreeSet<_> = came.iter().collect();
        wanted.iter().all(|page| came.contains(page))
    });
    eprintln!(
        "    {} pages after {:.0} s",
        came.len(),
        killed.elapsed().as_secs_f32()
    );
    sleep(ECHO.saturating_sub(killed.elapsed()));
    assert_eq!(
        pages(before),
        wanted,
        "of {:?}; Prometheus says {:?}",
        wave.killed,
        alerts()
    );
    for container in wave.killed {
        ask(&["start", &format!("pages-{container}")]);
    }
}

/// If Prometheus or Alertmanager is down, the alert that always fires stops, and the watcher outside reports it.
fn silence_is_heard() {
    for container in ["prometheus-1", "alertmanager-1"] {
        let beats = || told("watchdog").len();
        let before = beats();
        assert!(until(SILENCE, || beats() > before), "it never beat");
        ask(&["kill", &format!("pages-{container}")]);
        // Alertmanager keeps an alert for four intervals after Prometheus stops sending it.
        sleep(SILENCE);
        let before = beats();
        sleep(SILENCE);
        assert_eq!(beats(), before, "without {container} it still beats");
        ask(&["start", &format!("pages-{container}")]);
    }
}

/// The notifications since then that are not resolved ones, sorted: alert and component.
fn pages(since: usize) -> Vec<(String, String)> {
    let told = told("page");
    let firing = told[since..].iter().filter(|it| it["status"] == "firing");
    let mut pages: Vec<_> = firing.map(|it| named(&it["groupLabels"])).collect();
    pages.sort();
    pages
}

/// What is pending or fires, apart from the alert that always fires.
fn alerts() -> Vec<(String, String)> {
    let alerts = read(PROMETHEUS, "/api/v1/alerts")["data"]["alerts"].clone();
    let alerts = alerts.as_array().expect("a list").iter();
    alerts
        .map(|alert| named(&alert["labels"]))
        .filter(|(alert, _)| alert != "Watchdog")
        .collect()
}

fn named(labels: &Value) -> (String, String) {
    let label = |name: &str| labels[name].as_str().unwrap_or_default().to_string();
    (label("alertname"), label("component"))
}

fn told(path: &str) -> Vec<Value> {
    let told = read(PAGER, &format!("/{path}"));
    told.as_array().expect("a list").clone()
}

fn read(port: u16, path: &str) -> Value {
    let (status, text) = get(port, path);
    assert_eq!(status, 200, "{path}: {text}");
    serde_json::from_str(&text).expect("JSON")
}
