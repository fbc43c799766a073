//! Keys of the container that runs a task. A pipeline has them for all of its tasks, a task for itself; each is declared once.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::{self, ENV, TASK_RESOURCES},
    key::{KeyShape, key},
    shape::Shape,
};
use crate::files::Target::{Airflow, Compose, Helm};

pub(super) const IMAGE: KeyShape = key(
    "image",
    Shape::Text,
    "The image that a task runs in; a task's own replaces the pipeline's.",
    "image = \"mlopsvn/training_pipeline:1.4.0\"",
)
.in_targets(&[effect()
    .set("image = \"team/other:2.0\"")
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`image` of the tasks")]);

pub(super) const ENVIRONMENT: KeyShape = key(
    "env",
    ENV,
    "Environment variables of a task; its own are added to the pipeline's.",
    "env.MLFLOW_TRACKING_URI = \"${components.mlflow.http.url}\"",
)
.also_called(&["environment"])
.in_targets(&[effect()
    .set("env.LEVEL = \"info\"")
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`environment`, `env_vars`")]);

pub(super) const RETRIES: KeyShape = key(
    "retries",
    Shape::Integer(0, 100),
    "How often a failed task is retried; a task's own number replaces the pipeline's.",
    "retries = 2",
)
.in_targets(&[effect()
    .set("retries = 3")
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`retries`")]);

pub(super) const RESOURCES: KeyShape = key(
    "resources",
    TASK_RESOURCES,
    "What a task's container needs. A task's own replace the pipeline's, key by key; `gpu = false` drops the pipeline's.",
    "resources = { memory = \"2Gi\" }",
)
.in_targets(&[
    effect()
        .set("resources = { cpu = \"500m\", memory = \"1Gi\" }")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(
            Airflow,
            "`mem_limit` and a weight of `cpus`; `container_resources`",
        ),
    effect()
        .form("a limit of processors")
        .set("resources = { cpu = \"500m\", limits = { cpu = \"1\" } }")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`container_resources`")
        .loses(Airflow, "no limit under Compose"),
    effect()
        .form("all graphics processors")
        .set("resources = { gpu = \"all\" }")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`device_requests`")
        .loses(Airflow, "left out in a cluster: it wants a number"),
]);

pub(super) const SHM_SIZE: KeyShape = inner::SHM_SIZE.in_targets(&[effect()
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`shm_size`; an `emptyDir` in memory at `/dev/shm`")]);

pub(super) const IPC: KeyShape = key(
    "ipc",
    Shape::Plain(Form::Choice(&["host", "private"])),
    "The shared memory that a task's container uses: its own, or the host's, which programs with several graphics processors may need. A task's own choice replaces the pipeline's.",
    "ipc = \"host\"",
)
.in_targets(&[effect()
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`ipc_mode`; `hostIPC`")]);

pub(super) const RUNTIME: KeyShape = key(
    "runtime",
    Shape::Plain(Form::Name(NameRule::Resource)),
    "The runtime class that runs a task's container in a cluster; a task's own replaces the pipeline's.",
    "runtime = \"nvidia\"",
)
.in_targets(&[effect()
    .becomes(Compose, "the hash of the DAGs")
    .becomes(Helm, "the DAG")
    .becomes(Airflow, "`runtimeClassName`")
    .loses(Airflow, "no runtime under Compose")]);
