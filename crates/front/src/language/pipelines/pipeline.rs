//! The keys of a pipeline, an Airflow DAG.

use super::{
    super::{
        alert::PIPELINE_ALERT,
        effect::effect,
        form::{Form, NameRule},
        inner::{ALLOW, BUILD, DURATION, FREE_LIST, PERIOD},
        key::{KeyShape, key},
        shape::Shape,
        volume::VOLUME,
    },
    DESCRIPTION,
    container::{ENVIRONMENT, IMAGE, IPC, RESOURCES, RETRIES, RUNTIME, SHM_SIZE},
    task::TASK,
};
use crate::files::Target::{Airflow, Compose, Helm, Prometheus, Swarm};

/// Every key of `[pipelines.P]`.
pub(in super::super) const PIPELINE: &[KeyShape] = &[
    DESCRIPTION.in_targets(&[effect()
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
    .also_called(&["cron", "schedule_interval"])
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`schedule`")
        .becomes(Prometheus, "alerts on a run that is overdue or slow")]),
    key(
        "start",
        Shape::Date,
        "The first day, UTC.",
        "start = 2026-01-01",
    )
    .also_called(&["start_date"])
    .in_targets(&[effect()
        .becomes(Compose, "the hash of the DAGs")
        .becomes(Helm, "the DAG")
        .becomes(Airflow, "`start_date`")]),
    IMAGE,
    key(
        "build",
        BUILD,
        "Builds that image.",
        "build = { context = \"training_pipeline\" }",
    )
    .in_targets(&[effect()
        .set("build = { context = \"train\" }")
        .loses(Compose, "nothing builds it")
        .unchanged(Swarm, "nothing: its nodes pull images")]),
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
        FREE_LIST,
        "Components that its tasks talk to.",
        "reaches = [\"redis\", \"mlflow\"]",
    )
    .in_targets(&[effect()
        .set("reaches = [\"lone\"]")
        .becomes(Compose, "`lone` joins the network of pipelines")
        .becomes(Helm, "a policy")]),
    RETRIES,
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
        PERIOD,
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
        "`true`: Airflow also runs what was missed since `start`, which a pipeline with a schedule then needs.",
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
    ENVIRONMENT,
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
    RESOURCES,
    SHM_SIZE,
    IPC,
    RUNTIME,
    ALLOW.in_targets(&[effect()
        .set("allow = [\"latest-tag\"]")
        .unchanged(Compose, "nothing: it is about messages")
        .unchanged(Helm, "nothing: it is about messages")
        .unchanged(Airflow, "nothing: it is about messages")]),
    key(
        "alerts",
        Shape::Map(NameRule::Identifier, &PIPELINE_ALERT),
        "What differs in the alerts that are about it: those of the Airflow that runs it, and `PipelineOverdue` and `PipelineSlow` of its schedule. `false` takes one away.",
        "alerts.AirflowDagRunFailed = { severity = \"critical\" }",
    )
    .in_targets(&[effect()
        .becomes(Compose, "the hash of Prometheus' files")
        .becomes(Helm, "a rule file of Prometheus")
        .becomes(Prometheus, "a rule of its own")]),
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
