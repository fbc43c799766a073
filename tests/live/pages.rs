//! Each component that is killed is reported, once, to the receiver of `[notify]`, and nothing else is. Prometheus, its prober and
//! Alertmanager run with the generated files as they are, so every alert takes the time that it says: some forty minutes in all.

use std::{
    collections::BTreeSet,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{
    docker::ask,
    project::{Project, repository, until},
    watch::Watch,
};

const WATCH: Watch = Watch {
    prometheus: 29090,
    pager: 29999,
};

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
    becomes_calm("before anything is killed");
    for wave in &WAVES {
        is_reported(wave);
    }
    silence_is_heard();
}

fn becomes_calm(when: &str) {
    let mut restless = Vec::new();
    let is_calm = until(CALM, || {
        restless = WATCH.alerts();
        restless.is_empty()
    });
    assert!(is_calm, "{when}: {restless:?}");
}

fn is_reported(wave: &Wave) {
    let before = WATCH.received("page").len();
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
        came = WATCH.pages(before);
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
        WATCH.pages(before),
        wanted,
        "of {:?}; Prometheus says {:?}",
        wave.killed,
        WATCH.alerts()
    );
    for container in wave.killed {
        ask(&["start", &format!("pages-{container}")]);
    }
    becomes_calm("after all works again");
    assert_eq!(
        WATCH.pages(before),
        wanted,
        "what needs {:?} was reported when they worked again",
        wave.killed
    );
}

/// If Prometheus or Alertmanager is down, the alert that always fires stops, and the watcher outside reports it.
fn silence_is_heard() {
    for container in ["prometheus-1", "alertmanager-1"] {
        let beats = || WATCH.received("watchdog").len();
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
