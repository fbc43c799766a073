//! A platform that really runs: an engine, real programs under the names that platforms pin, and the generated files as they
//! are. First `tests/live/install` (as root), then `cargo test --features live --test live`.
//!
//! One test, because one platform is started, changed, stopped and started again. `MLOPSGEN_SKIP_LIVE=1` skips it.

#[path = "machine.rs"]
mod machine;

use std::{net::TcpListener, time::Duration};

use machine::Machine;

const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn the_platform_runs() {
    if std::env::var_os("MLOPSGEN_SKIP_LIVE").is_some_and(|value| value == "1") {
        eprintln!("skipped: MLOPSGEN_SKIP_LIVE=1");
        return;
    }
    let machine = Machine::start();
    a_busy_port_stops_it_before_anything_starts(&machine);
    everything_comes_up_healthy(&machine);
    every_target_is_scraped(&machine);
    groups_reach_each_other_only_along_edges(&machine);
    a_pipeline_runs_to_its_end(&machine);
    a_changed_file_restarts_only_its_reader(&machine);
    data_survives_down_and_up(&machine);
    purge_takes_data_and_nothing_else(&machine);
}

fn a_busy_port_stops_it_before_anything_starts(machine: &Machine) {
    machine.ok(&["apply", "--yes"]);
    machine.ok(&["env", "init"]);
    let listener = TcpListener::bind("127.0.0.1:18172").expect("a free port");
    for words in [["doctor", "serving"], ["up", "serving"]] {
        let said = machine.refuses(&words);
        assert!(
            said.contains("18172") && said.contains("platform.toml:"),
            "{said}"
        );
    }
    assert!(machine.running().is_empty());
    drop(listener);
}

fn everything_comes_up_healthy(machine: &Machine) {
    machine.ok(&["up", "--wait"]);
    for row in machine.status() {
        let is_well = match row["state"].as_str() {
            Some("running") => row["health"] == "healthy",
            Some("exited") => row["exit_code"] == 0,
            _ => false,
        };
        assert!(is_well, "{row}");
        assert!(row["restarts"] == 0, "{row}");
    }
}

fn every_target_is_scraped(machine: &Machine) {
    let mut last = String::new();
    let is_up = machine.until(PATIENCE, || {
        last = machine.inside(
            "prometheus",
            "wget -q -O - http://127.0.0.1:9090/api/v1/targets",
        );
        let answer: serde_json::Value = serde_json::from_str(&last).unwrap_or_default();
        let targets = answer["data"]["activeTargets"].as_array().cloned();
        targets.is_some_and(|targets| {
            targets.len() == 10 && targets.iter().all(|target| target["health"] == "up")
        })
    });
    assert!(is_up, "{last}");
}

fn groups_reach_each_other_only_along_edges(machine: &Machine) {
    let reach = |from: &str, to: &str, port: u16| {
        let line = format!(
            "curl --silent --max-time 5 --output /dev/null http://{to}:{port}/ && echo reached; true"
        );
        machine.inside(from, &line).contains("reached")
    };
    assert!(reach("predictor", "mlflow", 5000));
    assert!(!reach("hermit", "mlflow", 5000));
    assert!(!reach("hermit", "predictor", 8000));
    assert!(!reach("predictor", "hermit", 8000));
}

fn a_pipeline_runs_to_its_end(machine: &Machine) {
    let errors = machine.inside(
        "airflow-scheduler",
        "airflow dags list-import-errors --local 2>&1",
    );
    assert!(errors.contains("No data found"), "{errors}");
    machine.inside(
        "airflow-scheduler",
        "airflow dags unpause training && airflow dags trigger training",
    );
    let mut last = String::new();
    let is_done = machine.until(PATIENCE, || {
        last = machine.inside(
            "airflow-scheduler",
            "airflow dags list-runs training -o json 2>/dev/null",
        );
        last.contains("\"success\"") || last.contains("\"failed\"")
    });
    assert!(is_done && last.contains("\"success\""), "{last}");
    assert!(machine.exists("data/artifacts/extracted"));
}

fn a_changed_file_restarts_only_its_reader(machine: &Machine) {
    let before = machine.running();
    machine.replace("ready\\n", "changed\\n");
    machine.ok(&["apply", "--yes"]);
    machine.ok(&["up", "--wait"]);
    let after = machine.running();
    let changed: Vec<&String> = before
        .iter()
        .filter(|(service, id)| after.get(*service) != Some(id))
        .map(|(service, _)| service)
        .collect();
    assert_eq!(changed, ["predictor"]);
    assert_eq!(machine.inside("predictor", "cat /srv/ready"), "changed\n");
}

fn data_survives_down_and_up(machine: &Machine) {
    let register = "import mlflow; c = mlflow.MlflowClient('http://localhost:5000'); c.create_registered_model('drivers')";
    let list = "import mlflow; c = mlflow.MlflowClient('http://localhost:5000'); print([m.name for m in c.search_registered_models()])";
    machine.inside("mlflow", &format!("python -c \"{register}\""));
    machine.inside("redis", "redis-cli set feature 42");
    machine.ok(&["down"]);
    assert!(machine.running().is_empty());
    machine.ok(&["up", "mlflow", "feast", "--wait"]);
    assert!(
        machine
            .inside("mlflow", &format!("python -c \"{list}\""))
            .contains("drivers")
    );
    assert_eq!(
        machine.inside("redis", "redis-cli get feature").trim(),
        "42"
    );
}

fn purge_takes_data_and_nothing_else(machine: &Machine) {
    machine.write("data/scratch/.gitkeep");
    machine.write("data/scratch/deep/file");
    machine.write("data/artifacts/kept");
    machine.ok(&["down", "--purge", "--yes"]);
    assert!(machine.exists("data/scratch/.gitkeep") && machine.exists("data/artifacts/kept"));
    assert!(!machine.exists("data/scratch/deep"));
    assert_eq!(machine.volumes(), "");
}
