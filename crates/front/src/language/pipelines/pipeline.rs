//! The keys of a pipeline, an Airflow DAG.

use super::{
    super::{
        effect::effect,
        form::{Form, NameRule},
        inner::{BUILD, BYTES, DURATION, ENV, FREE, RESOURCE_NAME, TASK_RESOURCES, VOLUME},
        key::{KeyShape, key},
        shape::Shape,
    },
    task::TASK,
};
use crate::files::Target::{Airflow, Compose, Helm};

/// Every key of `[pipelines.P]`.
pub(in super::super) const PIPELINE: &[KeyShape] = &[
    key(
        "description",
        Shape::Text,
        "What it is for.",
        "description = \"Trains the model\"",
    )
    .in_targets(&[effect()
        .set("description = \"Trains\"")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`description`, `doc_md`")]),
    key(
        "schedule",
        Shape::Plain(Form::Cron),
        "A cron line or a preset; without it, runs are started by hand only.",
        "schedule = \"@daily\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`schedule`")]),
    key(
        "start",
        Shape::Date,
        "The first day, UTC.",
        "start = 2026-01-01",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`start_date`")]),
    key(
        "image",
        Shape::Text,
        "The image that its tasks run in.",
        "image = \"mlopsvn/training_pipeline:1.4.0\"",
    )
    .in_targets(&[effect()
        .set("image = \"team/train:2.0\"")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`image` of the tasks")]),
    key(
        "build",
        BUILD,
        "Builds that image.",
        "build = { context = \"training_pipeline\" }",
    )
    .in_targets(&[effect()
        .set("build = { context = \"train\" }")
        .loses(Compose, "nothing builds it")]),
    key(
        "tags",
        Shape::List(&Shape::Text),
        "Tags in Airflow.",
        "tags = [\"training\"]",
    )
    .in_targets(&[effect()
        .set("tags = [\"ml\"]")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`tags`")]),
    key(
        "reaches",
        Shape::List(&FREE),
        "Components that its tasks talk to.",
        "reaches = [\"redis\", \"mlflow\"]",
    )
    .in_targets(&[effect()
        .set("reaches = [\"lone\"]")
        .becomes(Compose, "`lone` joins the network of pipelines")
        .becomes(Helm, "a policy")]),
    key(
        "retries",
        Shape::Integer(0, 100),
        "How often a failed task is retried.",
        "retries = 2",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`default_args`")]),
    key(
        "retry_delay",
        DURATION,
        "The time between two tries.",
        "retry_delay = \"5m\"",
    )
    .in_targets(&[effect()
        .set("retry_delay = \"7m\"")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`default_args`")]),
    key(
        "timeout",
        DURATION,
        "How long a run may take.",
        "timeout = \"6h\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`dagrun_timeout`")]),
    key(
        "catchup",
        Shape::Boolean,
        "`true`: Airflow also runs what was missed since `start`.",
        "catchup = false",
    )
    .in_targets(&[effect()
        .set("catchup = true")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`catchup`")]),
    key(
        "max_active_runs",
        Shape::Integer(1, 1000),
        "How many runs may be active at a time.",
        "max_active_runs = 1",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`max_active_runs`")]),
    key(
        "params",
        Shape::Map(NameRule::Identifier, &Shape::Any),
        "Parameters of a run and their defaults.",
        "params = { days = 7 }",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`params`")]),
    key(
        "env",
        ENV,
        "Environment variables of its tasks.",
        "env.MLFLOW_TRACKING_URI = \"${components.mlflow.http.url}\"",
    )
    .in_targets(&[effect()
        .set("env.LEVEL = \"info\"")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`environment`, `env_vars`")]),
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &VOLUME),
        "Volumes of its tasks.",
        "volumes.artifacts = { mount = \"/artifacts\", source = \"artifacts\" }",
    )
    .in_targets(&[
        effect()
            .set("volumes.data = { mount = \"/data\", size = \"2Gi\" }")
            .becomes(Compose, "the volume")
            .becomes(Helm, "a claim")
            .becomes(Airflow, "mounts of the tasks"),
        effect()
            .inner("source")
            .form("relative")
            .set("volumes.code = { mount = \"/code\", source = \"code\" }")
            .becomes(Compose, "the hash of the DAGs")
            .becomes(Helm, "the DAG")
            .becomes(Airflow, "mounted below `$PROJECT_DIR` by Docker")
            .loses(Airflow, "not mounted in a cluster"),
    ]),
    key(
        "resources",
        TASK_RESOURCES,
        "What each task's container needs.",
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
    ]),
    key(
        "shm_size",
        BYTES,
        "Size of `/dev/shm` of each task's container.",
        "shm_size = \"2Gi\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`shm_size`; an `emptyDir` in memory at `/dev/shm`")]),
    key(
        "ipc",
        Shape::Plain(Form::Choice(&["host", "private"])),
        "The shared memory that each task's container uses: its own, or the host's, which programs with several graphics processors may need.",
        "ipc = \"host\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`ipc_mode`; `hostIPC`")]),
    key(
        "runtime",
        RESOURCE_NAME,
        "The runtime class that runs each task's container in a cluster.",
        "runtime = \"nvidia\"",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`runtimeClassName`")
        .loses(Airflow, "no runtime under Compose")]),
    key(
        "tasks",
        Shape::Map(NameRule::Identifier, &TASK),
        "The tasks, by name.",
        "tasks.train = { run = \"python train.py\" }",
    )
    .required()
    .in_targets(&[effect()
        .set("tasks.more = { run = \"true\" }")
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "operators")]),
];
