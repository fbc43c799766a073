//! The keys of one task of a pipeline.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::{BYTES, DURATION, ENV, RESOURCE_NAME, TASK_RESOURCES},
    key::key,
    shape::Shape,
};
use crate::{
    files::Target::{Airflow, Compose, Helm},
    value::TriggerRule,
};

const IDENTIFIERS: Shape = Shape::List(&Shape::Plain(Form::Name(NameRule::Identifier)));

/// Every key of `[pipelines.P.tasks.T]`.
pub(super) const TASK: Shape = Shape::Table(&[
    key(
        "run",
        Shape::ShellText,
        "The text that a shell in the container runs. It is an Airflow template, so `{{ ds }}` works.",
        "run = \"python train.py\"",
    )
    .in_targets(&[
        effect()
            .set("run = \"python other.py\"")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "the container's command"),
    ]),
    key(
        "stub",
        Shape::Boolean,
        "Python code that you write, in `dags/PIPELINE/TASK.py`. It runs in Airflow, not in the pipeline's image: write the components that it talks to in `reaches` of the airflow component.",
        "stub = true",
    )
    .in_targets(&[
        effect()
            .without(&["run"])
            .becomes(Compose, "the folder of stubs, mounted")
            .becomes(Helm, "the stub, mounted")
            .becomes(Airflow, "a Python task"),
    ]),
    key(
        "after",
        IDENTIFIERS,
        "Tasks of this pipeline that come before.",
        "after = [\"extract\"]",
    )
    .in_targets(&[
        effect()
            .set("after = [\"first\"]")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "an edge"),
    ]),
    key(
        "image",
        Shape::Text,
        "An image for this task instead of the pipeline's.",
        "image = \"mlopsvn/train:1.4.0\"",
    )
    .in_targets(&[
        effect()
            .set("image = \"team/other:2.0\"")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`image`"),
    ]),
    key(
        "env",
        ENV,
        "Environment variables beside the pipeline's.",
        "env.EPOCHS = 3",
    )
    .in_targets(&[
        effect()
            .set("env.LEVEL = \"info\"")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`environment`, `env_vars`"),
    ]),
    key(
        "retries",
        Shape::Integer(0, 100),
        "Else the pipeline's.",
        "retries = 2",
    )
    .in_targets(&[
        effect()
            .set("retries = 3")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`retries`"),
    ]),
    key(
        "timeout",
        DURATION,
        "How long it may take.",
        "timeout = \"2h\"",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`execution_timeout`"),
    ]),
    key(
        "trigger_rule",
        Shape::Plain(Form::Choice(TriggerRule::NAMES)),
        "The results of earlier tasks on which it runs; `all_success` by default.",
        "trigger_rule = \"all_done\"",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`trigger_rule`"),
    ]),
    key(
        "resources",
        TASK_RESOURCES,
        "What its container needs.",
        "resources = { memory = \"2Gi\" }",
    )
    .in_targets(&[
        effect()
            .set("resources = { memory = \"1Gi\" }")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "`mem_limit`; `container_resources`"),
        effect()
            .form("of a stub")
            .set("stub = true\nresources = { memory = \"1Gi\" }")
            .without(&["run"])
            .becomes(Compose, "the folder of stubs, mounted")
            .becomes(Helm, "the stub, mounted")
            .becomes(Airflow, "a Python task")
            .loses(Airflow, "a stub has no container"),
    ]),
    key(
        "shm_size",
        BYTES,
        "Size of `/dev/shm` of its container.",
        "shm_size = \"2Gi\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`shm_size`; an `emptyDir` in memory at `/dev/shm`")]),
    key(
        "ipc",
        Shape::Plain(Form::Choice(&["host", "private"])),
        "The shared memory that its container uses: its own, or the host's, which programs with several graphics processors may need.",
        "ipc = \"host\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`ipc_mode`; `hostIPC`")]),
    key(
        "runtime",
        RESOURCE_NAME,
        "The runtime class that runs its container in a cluster.",
        "runtime = \"nvidia\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`runtimeClassName`")
        .loses(Airflow, "no runtime under Compose")]),
]);
