//! Starting: the reports before, during and after it.

use std::net::TcpListener;

use crate::project::Project;

pub fn busy_port(live: &Project) {
    live.ok(&["check"]);
    live.ok(&["env", "init"]);
    let listener = TcpListener::bind("127.0.0.1:18172").expect("a free port");
    for words in [["doctor", "serving"], ["up", "serving"]] {
        let printed = live.refuses(&words);
        assert!(
            printed.contains("18172") && printed.contains("platform.toml:"),
            "{printed}"
        );
    }
    assert!(live.running().is_empty());
    drop(listener);
}

pub fn everything_comes_up(live: &Project) {
    live.ok(&["up", "--wait"]);
    all_is_well(live);
}

fn all_is_well(project: &Project) {
    let rows = project.status();
    for row in &rows {
        let is_well = match row["state"].as_str() {
            Some("running") => row["health"] == "healthy" || has_no_check(row),
            Some("exited") => row["exit_code"] == 0,
            // Its profile is off.
            Some("absent") => row["component"] == "grafana",
            _ => false,
        };
        assert!(is_well, "{row}");
    }
    let running = rows.iter().filter(|row| row["state"] == "running").count();
    eprintln!("    {running} containers run of {}", rows.len());
}

/// The image has no program that could check its health.
fn has_no_check(row: &serde_json::Value) -> bool {
    row["workload"] == "gateway-exporter"
}

pub fn broken(live: &Project) {
    live.replace("platform.toml", "http = \"/ready\"", "http = \"/missing\"");
    live.ok(&["apply", "--yes"]);
    live.ok(&["down", "serving", "--yes"]);
    let printed = live.refuses(&["up", "serving", "--wait"]);
    for part in [
        "`predictor` does not work",
        "waiting for it: gateway",
        "its health check says:",
        "GET /missing",
    ] {
        assert!(printed.contains(part), "{part} is missing from: {printed}");
    }
    live.replace("platform.toml", "http = \"/missing\"", "http = \"/ready\"");
    live.ok(&["apply", "--yes"]);
    live.ok(&["up", "serving", "--wait"]);
}

/// This repository's own platform, without the components whose images are not available.
pub fn reference_comes_up(reference: &Project) {
    reference.ok(&["check"]);
    reference.ok(&["env", "init"]);
    reference.ok(&["up", "feast", "airflow", "--wait"]);
    let errors = reference.inside(
        "airflow-scheduler",
        "airflow dags list-import-errors --local 2>&1",
    );
    assert!(errors.contains("No data found"), "{errors}");
    let listed = reference.inside("airflow-scheduler", "airflow dags list --local -o plain");
    for pipeline in [
        "training_pipeline",
        "batch_serving_pipeline",
        "stream_to_stores",
    ] {
        assert!(listed.contains(pipeline), "{pipeline} is missing: {listed}");
    }
}
