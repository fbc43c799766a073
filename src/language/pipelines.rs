//! The keys of pipelines (Airflow DAGs) and of CI entries (Jenkinsfiles).

use super::{
    form::{Form, NameRule},
    inner::{BUILD, DURATION, ENV, FREE, TASK_RESOURCES, VOLUME},
    shape::{KeyShape, Shape, key},
};
use crate::value::TriggerRule;

const IDENTIFIERS: Shape = Shape::List(&Shape::Plain(Form::Name(NameRule::Identifier)));
const GLOBS: Shape = Shape::List(&Shape::Plain(Form::Glob));
const SECRETS: Shape = Shape::Map(NameRule::Environment, &FREE);

const TASK: Shape = Shape::Table(&[
    key(
        "run",
        Shape::ShellText,
        "What a shell of the container runs; a template of Airflow's, so `{{ ds }}` works.",
        "run = \"python train.py\"",
    ),
    key(
        "stub",
        Shape::Boolean,
        "A Python body of the user's own in `dags/PIPELINE/TASK.py`. It runs in Airflow, not in the pipeline's image: what it talks to belongs in `reaches` of the airflow component.",
        "stub = true",
    ),
    key(
        "after",
        IDENTIFIERS,
        "Tasks of this pipeline that come before.",
        "after = [\"extract\"]",
    ),
    key(
        "image",
        Shape::Text,
        "Another image than the pipeline's.",
        "image = \"mlopsvn/train:1.4.0\"",
    ),
    key(
        "env",
        ENV,
        "Environment variables beside the pipeline's.",
        "env.EPOCHS = 3",
    ),
    key(
        "retries",
        Shape::Integer(0, 100),
        "Else the pipeline's.",
        "retries = 2",
    ),
    key(
        "timeout",
        DURATION,
        "How long it may take.",
        "timeout = \"2h\"",
    ),
    key(
        "trigger_rule",
        Shape::Plain(Form::Choice(TriggerRule::NAMES)),
        "When it runs, by what came before; `all_success` unless said otherwise.",
        "trigger_rule = \"all_done\"",
    ),
    key(
        "resources",
        TASK_RESOURCES,
        "What its container needs.",
        "resources = { memory = \"2Gi\" }",
    ),
]);

/// Every key of `[pipelines.P]`.
pub(super) const PIPELINE: &[KeyShape] = &[
    key(
        "description",
        Shape::Text,
        "What it is for.",
        "description = \"Trains the model\"",
    ),
    key(
        "schedule",
        Shape::Plain(Form::Cron),
        "Cron or a preset; left out: only by hand.",
        "schedule = \"@daily\"",
    ),
    key(
        "start",
        Shape::Date,
        "The first day, UTC.",
        "start = 2026-01-01",
    ),
    key(
        "image",
        Shape::Text,
        "The image that its tasks run in.",
        "image = \"mlopsvn/training_pipeline:1.4.0\"",
    ),
    key(
        "build",
        BUILD,
        "Builds that image.",
        "build = { context = \"training_pipeline\" }",
    ),
    key(
        "tags",
        Shape::List(&Shape::Text),
        "Tags in Airflow.",
        "tags = [\"training\"]",
    ),
    key(
        "reaches",
        Shape::List(&FREE),
        "Components that its tasks talk to.",
        "reaches = [\"redis\", \"mlflow\"]",
    ),
    key(
        "retries",
        Shape::Integer(0, 100),
        "How often a failed task is tried again.",
        "retries = 2",
    ),
    key(
        "retry_delay",
        DURATION,
        "Between two tries.",
        "retry_delay = \"5m\"",
    ),
    key(
        "timeout",
        DURATION,
        "How long a run may take.",
        "timeout = \"6h\"",
    ),
    key(
        "catchup",
        Shape::Boolean,
        "Runs what was missed since `start`.",
        "catchup = false",
    ),
    key(
        "max_active_runs",
        Shape::Integer(1, 1000),
        "Runs at a time.",
        "max_active_runs = 1",
    ),
    key(
        "params",
        Shape::Map(NameRule::Identifier, &Shape::Any),
        "Parameters of a run and their defaults.",
        "params = { days = 7 }",
    ),
    key(
        "env",
        ENV,
        "Environment variables of its tasks.",
        "env.MLFLOW_TRACKING_URI = \"${components.mlflow.http.url}\"",
    ),
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &VOLUME),
        "What its tasks keep.",
        "volumes.artifacts = { mount = \"/artifacts\", source = \"artifacts\" }",
    ),
    key(
        "resources",
        TASK_RESOURCES,
        "What each task's container needs.",
        "resources = { memory = \"2Gi\" }",
    ),
    key(
        "tasks",
        Shape::Map(NameRule::Identifier, &TASK),
        "The tasks, by name.",
        "tasks.train = { run = \"python train.py\" }",
    )
    .required(),
];

const AGENT: Shape = Shape::Table(&[
    key(
        "docker",
        Shape::Text,
        "Runs in a container of this image.",
        "docker = \"python:3.12\"",
    ),
    key(
        "label",
        Shape::Text,
        "Runs on an agent with this label.",
        "label = \"linux\"",
    ),
]);

macro_rules! stage_keys {
    ($($more:expr,)*) => {
        &[
            key("name", Shape::Text, "The stage's title: any text.", "name = \"build\"").required(),
            key("run", Shape::List(&Shape::ShellText), "Shell steps, in order.", "run = [\"make build\"]"),
            key("env", ENV, "Environment variables of its steps.", "env.TAG = \"1.4.0\""),
            key("secrets", SECRETS, "Variables filled from secrets.", "secrets = { TOKEN = \"registry-token\" }"),
            key("paths", GLOBS, "Runs when one of these changed.", "paths = [\"src/**\"]"),
            key("branches", Shape::List(&Shape::Plain(Form::Glob)), "Runs on these branches.", "branches = [\"main\"]"),
            key("timeout", DURATION, "How long it may take.", "timeout = \"30m\""),
            key("agent", AGENT, "Where it runs.", "agent = { label = \"gpu\" }"),
            $($more,)*
        ]
    };
}

const INNER_STAGE: Shape = Shape::Table(stage_keys!());

const STAGE: Shape = Shape::Table(stage_keys!(key(
    "parallel",
    Shape::List(&INNER_STAGE),
    "Stages side by side, instead of `run`.",
    "parallel = [{ name = \"batch\", run = [\"make batch\"] }, { name = \"online\", run = [\"make online\"] }]"
),));

/// Every key of `[ci.NAME]`.
pub(super) const CI: &[KeyShape] = &[
    key(
        "description",
        Shape::Text,
        "What it is for.",
        "description = \"Builds the API\"",
    ),
    key(
        "agent",
        AGENT,
        "Where it runs; any agent unless said otherwise.",
        "agent = { docker = \"python:3.12\" }",
    ),
    key(
        "paths",
        GLOBS,
        "Runs when one of these changed, on a first build and when a person starts it.",
        "paths = [\"model_serving/**\"]",
    ),
    key(
        "branches",
        Shape::List(&Shape::Plain(Form::Glob)),
        "Runs on these branches.",
        "branches = [\"main\"]",
    ),
    key(
        "env",
        ENV,
        "Environment variables of all stages.",
        "env.TAG = \"1.4.0\"",
    ),
    key(
        "secrets",
        SECRETS,
        "Variables filled from secrets.",
        "secrets = { TOKEN = \"registry-token\" }",
    ),
    key(
        "timeout",
        DURATION,
        "How long a run may take; an hour unless said otherwise.",
        "timeout = \"30m\"",
    ),
    key(
        "stages",
        Shape::List(&STAGE),
        "The stages, in order.",
        "stages = [{ name = \"test\", run = [\"make test\"] }]",
    )
    .required(),
];

/// Every key of one of `[[flows]]`.
pub(super) const FLOW: &[KeyShape] = &[
    key(
        "step",
        Shape::Integer(0, 10_000),
        "Its number; may repeat or be left out.",
        "step = 3",
    ),
    key(
        "from",
        FREE,
        "A component, a pipeline, a CI entry or an actor.",
        "from = \"data-scientist\"",
    )
    .required(),
    key(
        "to",
        FREE,
        "A component, a pipeline, a CI entry or an actor.",
        "to = \"redis\"",
    )
    .required(),
    key(
        "label",
        FREE,
        "What happens.",
        "label = \"pulls features for experiments\"",
    ),
];
