//! What Airflow's containers need to start the tasks of pipelines beside themselves.
//!
//! The DAGs read three things from their environment: the secrets that tasks get, `PROJECT_DIR` (where relative sources
//! lie on the host) and `MLOPSGEN_STUBS` (where the project's `dags/` is mounted, with the bodies of stubs).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::speak;
use crate::model::{FileContent, MountSource, Pipeline, Platform, TaskBody, Text, Workload};

/// The folder that relative sources of pipelines are below.
pub(super) const PROJECT_DIR: &str = "PROJECT_DIR";

const STUBS: &str = "MLOPSGEN_STUBS";
const STUBS_PATH: &str = "/opt/airflow/stubs";

/// Adds what is missing to the environment of a workload that reads the DAGs.
pub(super) fn add_environment(
    platform: &Platform,
    workload: &Workload,
    environment: &mut Map<String, Value>,
) {
    if !reads_dags(workload) {
        return;
    }
    let mut add = |name: &str, value: String| {
        environment
            .entry(name.to_string())
            .or_insert_with(|| Value::from(value));
    };
    let names: BTreeSet<&str> = platform
        .pipelines
        .iter()
        .flat_map(texts)
        .flat_map(Text::secrets)
        .collect();
    for secret in platform
        .secrets
        .iter()
        .filter(|secret| names.contains(secret.name.as_str()))
    {
        add(&secret.env, speak::secret(secret));
    }
    if mounts_the_project(platform) {
        add(PROJECT_DIR, format!("${{{PROJECT_DIR}:-}}"));
    }
    if has_stubs(platform) {
        add(STUBS, STUBS_PATH.to_string());
    }
}

/// The project's folder of stubs and where it is mounted, for a workload that reads the DAGs.
pub(super) fn stubs(
    platform: &Platform,
    workload: &Workload,
) -> Option<(&'static str, &'static str)> {
    let own = workload.env.iter().any(|variable| variable.name == STUBS);
    (reads_dags(workload) && has_stubs(platform) && !own).then_some(("dags", STUBS_PATH))
}

/// Whether pipelines mount folders of the project.
pub(super) fn mounts_the_project(platform: &Platform) -> bool {
    platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.volumes)
        .any(|mount| {
            matches!(&mount.source, MountSource::Bind { path, .. } if !path.starts_with('/'))
        })
}

fn has_stubs(platform: &Platform) -> bool {
    platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.tasks)
        .any(|task| task.body == TaskBody::Stub)
}

fn reads_dags(workload: &Workload) -> bool {
    workload.files.iter().any(|file| {
        matches!(&file.content, FileContent::Generated(path) if path.starts_with("airflow/"))
    })
}

/// Texts of a pipeline in which a secret may stand.
fn texts(pipeline: &Pipeline) -> impl Iterator<Item = &Text> {
    let tasks = pipeline.tasks.iter().flat_map(|task| &task.env);
    pipeline
        .env
        .iter()
        .chain(tasks)
        .map(|variable| &variable.value)
}
