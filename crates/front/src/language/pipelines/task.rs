//! The keys of one task of a pipeline.

use super::{
    super::{
        effect::effect,
        form::{Form, NameRule},
        inner::PERIOD,
        key::key,
        shape::Shape,
    },
    container::{ENVIRONMENT, IMAGE, IPC, RESOURCES, RETRIES, RUNTIME, SHM_SIZE},
};
use crate::{
    files::Target::{Airflow, Compose, Helm},
    value::TriggerRule,
};

const IDENTIFIERS: Shape = Shape::List(&Shape::Plain(Form::Declared(NameRule::Identifier)));

/// Every key of `[pipelines.P.tasks.T]`.
pub(super) const TASK: Shape = Shape::Table(&[
    key(
        "run",
        Shape::ShellText,
        "The text that a shell in the container runs. It is an Airflow template, so `{{ ds }}` works.",
        "run = \"python train.py\"",
    )
    .also_called(&["command", "cmd", "script", "bash_command", "sh", "bash"])
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
        "Python code that you write, in `dags/PIPELINE/TASK.py`. It runs in Airflow, not in the pipeline's image: what its pipeline `reaches` and what its `env` refers to is open to Airflow's workloads. The chart holds a copy, as of each `source`: `apply` renews it after you changed the body.",
        "stub = true",
    )
    .also_called(&["python_callable", "callable"])
    .in_targets(&[
        effect()
            .without(&["run"])
            .becomes(Compose, "the folder of stubs, mounted")
            .becomes(Helm, "the stub, mounted")
            .becomes(Airflow, "a Python task"),
        effect()
            .form("with `resources`")
            .set("stub = true\nresources = { memory = \"1Gi\" }")
            .without(&["run"])
            .becomes(Compose, "the folder of stubs, mounted")
            .becomes(Helm, "the stub, mounted")
            .becomes(Airflow, "a Python task")
            .loses(Airflow, "a stub has no container"),
    ]),
    key(
        "after",
        IDENTIFIERS,
        "Tasks of this pipeline that come before.",
        "after = [\"extract\"]",
    )
    .also_called(&["depends_on", "dependencies", "needs", "upstream"])
    .in_targets(&[
        effect()
            .set("after = [\"first\"]")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "an edge"),
    ]),
    IMAGE,
    ENVIRONMENT,
    RETRIES,
    key(
        "timeout",
        PERIOD,
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
    RESOURCES,
    SHM_SIZE,
    IPC,
    RUNTIME,
]);
