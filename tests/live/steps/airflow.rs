//! Airflow imports what is generated and runs it: each task is a container.

use super::PATIENCE;
use crate::project::{Project, until};

pub fn runs_pipelines(live: &Project) {
    let errors = live.inside(
        "airflow-scheduler",
        "airflow dags list-import-errors --local 2>&1",
    );
    assert!(errors.contains("No data found"), "{errors}");
    let start = "airflow dags unpause failing && airflow dags unpause training && airflow dags trigger training";
    live.inside("airflow-scheduler", start);
    assert_eq!(end_of(live, "training"), "success");
    assert!(live.exists("data/artifacts/extracted"));
    assert_eq!(end_of(live, "failing"), "failed");
}

/// The state of a pipeline's only run, when it has ended.
fn end_of(live: &Project, pipeline: &str) -> String {
    let line = format!("airflow dags list-runs {pipeline} -o json 2>/dev/null");
    let mut state = String::new();
    until(PATIENCE, || {
        let runs = live.inside("airflow-scheduler", &line);
        // Warnings stand before it, and before the first run there is none.
        let Some(json) = runs.find("[{") else {
            return false;
        };
        let runs: serde_json::Value = serde_json::from_str(&runs[json..]).expect("JSON");
        state = runs[0]["state"].as_str().unwrap_or_default().to_string();
        state == "success" || state == "failed"
    });
    state
}
