//! A DAG file: what its pipeline is, in the words of the module that all DAGs share.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    module, names, order,
    task::{self, TaskView},
    time,
    value::{self, PieceView, VariableView},
    volume::{self, VolumeView},
};
use crate::{
    graph::Peer,
    model::{Pipeline, Schedule, SchedulePreset, TaskBody},
    target::{
        Context,
        shared::{machine, plain},
    },
};

/// A DAG file.
#[derive(Debug, Serialize)]
pub struct Dag {
    /// The id of the DAG.
    name: String,
    /// The major version of Airflow.
    airflow_major: u64,
    /// The module that the DAGs share.
    module: String,
    /// What the file needs of it.
    imports: Vec<&'static str>,
    /// The description.
    description: Option<String>,
    /// The same as Markdown, and where it comes from.
    documentation: String,
    /// A cron expression or a preset.
    schedule: Option<String>,
    /// The first day.
    start: Option<time::Start>,
    /// Whether runs of the past are made up for.
    catchup: bool,
    /// Runs at a time.
    max_active_runs: Option<u32>,
    /// Of a run: arguments of `timedelta`.
    timeout: Option<String>,
    /// Of a task, unless it says otherwise.
    retries: u32,
    /// Arguments of `timedelta`.
    retry_delay: String,
    /// Parameters and their defaults.
    params: Map<String, Value>,
    /// Tags.
    tags: Vec<String>,
    /// What the image of the tasks is put together from.
    image: Vec<PieceView>,
    /// The variables of all tasks.
    environment: Vec<VariableView>,
    /// What the tasks mount.
    volumes: Vec<VolumeView>,
    /// Names that containers of the engine resolve besides, with their addresses.
    hosts: BTreeMap<String, String>,
    /// The arguments of the module's `Resources`.
    resources: BTreeMap<&'static str, Value>,
    /// The tasks.
    tasks: Vec<TaskView>,
    /// Which task comes after which, a line each.
    order: Vec<String>,
    /// Names of the tasks whose body is the user's.
    stubs: Vec<String>,
}

pub fn view(context: &Context<'_>, pipeline: &Pipeline, airflow_major: u64) -> Dag {
    let platform = context.platform;
    let environment = value::variables(platform, &pipeline.env);
    let variables = names::variables(pipeline.tasks.iter().map(|task| task.name.as_str()));
    let tasks = pipeline
        .tasks
        .iter()
        .zip(&variables)
        .map(|(task, variable)| task::view(platform, pipeline, &environment, task, variable))
        .collect();
    let mut dag = Dag {
        name: pipeline.name.clone(),
        airflow_major,
        module: module::name(platform),
        imports: Vec::new(),
        description: pipeline.description.clone(),
        documentation: documentation(pipeline),
        schedule: pipeline.schedule.as_ref().map(ToString::to_string),
        start: start(pipeline, airflow_major),
        catchup: pipeline.catchup,
        max_active_runs: max_active_runs(pipeline),
        timeout: pipeline.timeout.map(time::delta),
        retries: pipeline.retries,
        retry_delay: time::delta(pipeline.retry_delay),
        params: pipeline
            .params
            .iter()
            .map(|parameter| {
                let default = value::parameter(platform, &parameter.value);
                (parameter.name.clone(), default)
            })
            .collect(),
        tags: pipeline.tags.clone(),
        image: pipeline
            .image
            .as_ref()
            .map_or_else(Vec::new, |image| value::pieces(platform, &image.text())),
        environment,
        volumes: pipeline
            .volumes
            .iter()
            .map(|mount| volume::view(platform, mount))
            .collect(),
        hosts: hosts(context, pipeline),
        resources: task::resources(&pipeline.resources, &pipeline.container),
        tasks,
        order: order::lines(pipeline, &variables),
        stubs: stubs(pipeline),
    };
    dag.imports = imports(&dag);
    dag
}

/// The machine, where the tasks read what is there.
fn hosts(context: &Context<'_>, pipeline: &Pipeline) -> BTreeMap<String, String> {
    let reads = machine::reads_machine(context, &Peer::Pipeline(pipeline.name.clone()));
    let machine = reads.then(machine::machine).into_iter();
    let hosts = machine.map(|host| (host.name, host.address.to_string()));
    hosts.collect()
}

/// The names that the file takes from the module, in the order of Python's linters.
fn imports(dag: &Dag) -> Vec<&'static str> {
    let variables = || {
        let own = dag.tasks.iter().flat_map(|task| &task.environment);
        dag.environment.iter().chain(own)
    };
    let pieces = || {
        let scripts = dag
            .tasks
            .iter()
            .flat_map(|task| task.run.iter().chain(&task.image));
        variables()
            .flat_map(|variable| &variable.value)
            .chain(scripts)
            .chain(&dag.image)
    };
    let has_resources =
        !dag.resources.is_empty() || dag.tasks.iter().any(|task| task.resources.is_some());
    [
        (
            "IN_CLUSTER",
            pieces().any(|piece| matches!(piece, PieceView::Placed { .. })),
        ),
        ("TEMPLATES", true),
        ("Pipeline", true),
        ("Resources", has_resources),
        (
            "Secret",
            pieces().any(|piece| matches!(piece, PieceView::Secret { .. })),
        ),
        ("Volume", !dag.volumes.is_empty()),
        (
            "namespace",
            pieces().any(|piece| matches!(piece, PieceView::Network { .. })),
        ),
        (
            "public",
            pieces().any(|piece| matches!(piece, PieceView::Public { .. })),
        ),
    ]
    .into_iter()
    .filter_map(|(name, is_needed)| is_needed.then_some(name))
    .collect()
}

fn documentation(pipeline: &Pipeline) -> String {
    let description = match &pipeline.description {
        Some(text) => format!("{}\n\n", plain::markdown(text)),
        None => String::new(),
    };
    let name = &pipeline.name;
    format!("{description}Written by mlopsgen from `pipelines.{name}` of platform.toml.")
}

fn stubs(pipeline: &Pipeline) -> Vec<String> {
    pipeline
        .tasks
        .iter()
        .filter(|task| task.body == TaskBody::Stub)
        .map(|task| task.name.clone())
        .collect()
}

/// The first day. Airflow 2 refuses a schedule without one; with no catching up any day in the past will do.
fn start(pipeline: &Pipeline, airflow_major: u64) -> Option<time::Start> {
    match &pipeline.start {
        Some(date) => Some(time::start(date)),
        None => (airflow_major < 3).then(time::start_in_the_past),
    }
}

/// Airflow refuses `@continuous` with more than one run at a time.
fn max_active_runs(pipeline: &Pipeline) -> Option<u32> {
    match pipeline.schedule {
        Some(Schedule::Preset(SchedulePreset::Continuous)) => Some(1),
        _ => pipeline.max_active_runs,
    }
}
