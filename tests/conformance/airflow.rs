//! Airflow imports `airflow/dags`, once as beside Compose and once as inside of a cluster, because a DAG
//! chooses its operators when it is loaded.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::consumer;
use crate::tree::{Finding, Tree};

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let trees: Vec<&Tree> = trees
        .iter()
        .filter(|tree| tree.path.join("airflow/dags").is_dir())
        .collect();
    let mut compose = Vec::new();
    let mut cluster = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| compose = import(&trees, &[]));
        cluster = import(
            &trees,
            &[
                ("KUBERNETES_SERVICE_HOST", "10.0.0.1"),
                ("KUBERNETES_SERVICE_PORT", "443"),
            ],
        );
    });
    let mut findings = Vec::new();
    for ((tree, here), there) in trees.iter().zip(&compose).zip(&cluster) {
        findings.extend(
            faults(tree, here)
                .into_iter()
                .map(|fault| tree.finding(format!("beside Compose: {fault}"))),
        );
        findings.extend(
            faults(tree, there)
                .into_iter()
                .map(|fault| tree.finding(format!("in a cluster: {fault}"))),
        );
        findings.extend(
            differences(here, there)
                .into_iter()
                .map(|fault| tree.finding(fault)),
        );
    }
    findings
}

/// What Airflow says about each tree, in order: `{"errors": {file: message}, "dags": {id: {...}}}`.
fn import(trees: &[&Tree], environment: &[(&str, &str)]) -> Vec<Value> {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = consumer::consumer("airflow/bin/python");
    command
        .arg(consumer::script("airflow_dags.py"))
        .envs(environment.iter().copied());
    command
        .env("AIRFLOW_HOME", home.path())
        .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False");
    command
        .env("AIRFLOW__LOGGING__LOGGING_LEVEL", "CRITICAL")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let folders = trees.iter().map(|tree| tree.path.join("airflow/dags"));
    let verdict = consumer::run(command.args(folders));
    assert!(verdict.success, "Airflow does not run: {}", verdict.words());
    let mut answer: Value = serde_json::from_str(&verdict.stdout).expect("the script prints JSON");
    let verdict_of =
        |tree: &&Tree| answer[tree.path.join("airflow/dags").to_string_lossy().as_ref()].take();
    trees.iter().map(verdict_of).collect()
}

fn faults(tree: &Tree, verdict: &Value) -> Vec<String> {
    let errors = verdict["errors"].as_object().into_iter().flatten();
    let mut faults: Vec<String> = errors
        .map(|(file, message)| format!("{file}: {}", message.as_str().unwrap_or_default()))
        .collect();
    let failed: BTreeSet<&str> = verdict["errors"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(file, _)| file.as_str())
        .collect();
    for file in tree.files("airflow/dags", &[".py"]) {
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let id = name.trim_end_matches(".py");
        let top = file.parent() == Some(&tree.path.join("airflow/dags"));
        if top && !failed.contains(name.as_str()) && verdict["dags"][id]["file"] != name.as_str() {
            faults.push(format!("{name} has no DAG of the name {id}"));
        }
    }
    for (id, dag) in verdict["dags"].as_object().into_iter().flatten() {
        if dag["operators"]
            .as_object()
            .is_none_or(serde_json::Map::is_empty)
        {
            faults.push(format!("the DAG {id} has no task"));
        }
    }
    faults
}

/// Both forms of a DAG have the same tasks in the same order, each run by what the place has.
fn differences(here: &Value, there: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, dag) in here["dags"].as_object().into_iter().flatten() {
        let other = &there["dags"][id];
        let tasks = |dag: &Value| -> Vec<String> {
            dag["operators"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(task, _)| task.clone())
                .collect()
        };
        if dag["edges"] != other["edges"] || tasks(dag) != tasks(other) {
            faults.push(format!(
                "the DAG {id} has other tasks in a cluster than beside Compose"
            ));
        }
        for (form, operator) in [(dag, "DockerOperator"), (other, "KubernetesPodOperator")] {
            let mut operators = form["operators"].as_object().into_iter().flatten();
            if let Some((task, found)) =
                operators.find(|(_, it)| *it != operator && *it != "PythonOperator")
            {
                faults.push(format!("{id}.{task} is a {found}, not a {operator}"));
            }
        }
    }
    faults
}

/// The module that the DAGs share, with the real operators: the tests of tests/conformance/dag_module. A failure shows
/// pytest's output.
#[test]
fn the_dag_module_works_with_the_real_operators() {
    let home = tempfile::tempdir().expect("a temporary folder");
    let mut command = consumer::consumer("airflow/bin/python");
    command
        .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider"])
        .arg(consumer::script("../dag_module"))
        .env("AIRFLOW_HOME", home.path())
        .env("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        .env("PYTHONDONTWRITEBYTECODE", "1");
    let verdict = consumer::run(&mut command);
    assert!(verdict.success, "{}", verdict.words());
}
