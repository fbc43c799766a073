//! What the templates of `airflow/` are given.

use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::{major, names, time};
use crate::{
    model::{
        EnvironmentVariable, Gpu, Mount, MountSource, Piece, Pipeline, Platform, Raw, Resources,
        Task, TaskBody, Text, TriggerRule,
    },
    target::shared::plain,
};

/// A DAG file.
#[derive(Debug, Serialize)]
pub struct Dag {
    /// The id of the DAG.
    name: String,
    /// The platform's name.
    platform: String,
    /// The network of all pipelines' tasks under Compose.
    network: String,
    /// The major version of Airflow.
    airflow_major: u64,
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
    /// The variables of all tasks.
    environment: Vec<Variable>,
    /// The tasks.
    tasks: Vec<TaskView>,
    /// Which task comes after which.
    edges: Vec<Edge>,
    /// What containers mount under Compose.
    mounts: Vec<DockerMount>,
    /// What pods mount.
    pod_volumes: Vec<PodVolume>,
    /// Names of the tasks whose body is the user's.
    stubs: Vec<String>,
    /// The project's folder as seen from the folder of this file.
    project: String,
    /// Which helpers the file needs: it has tasks in containers, values with secrets, names of networks, wishes for
    /// resources and for GPUs, folders of the project, folders of the host, variables that Airflow must have.
    containers: bool,
    secrets: bool,
    namespaces: bool,
    resourceful: bool,
    gpus: bool,
    relative: bool,
    binds: bool,
    required: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct Variable {
    /// The environment variable.
    name: String,
    /// What it is put together from.
    value: Vec<PieceView>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum PieceView {
    Literal {
        text: String,
    },
    Secret {
        key: String,
        variable: String,
        optional: bool,
    },
    Network {
        network: String,
    },
}

#[derive(Debug, Serialize)]
struct TaskView {
    /// The id of the task.
    name: String,
    /// Its variable in the file.
    variable: String,
    /// Set where the body is the user's.
    stub: Option<StubBody>,
    /// The script, a line each; empty where it is not all literal.
    run_lines: Vec<String>,
    /// What the script is put together from.
    run: Vec<PieceView>,
    /// What the image is put together from.
    image: Vec<PieceView>,
    /// What it adds to the pipeline's variables, or all of them.
    environment: Vec<Variable>,
    /// Whether `environment` is all of them.
    environment_whole: bool,
    /// `cpu` in thousandths, `memory` in bytes, `gpu`, `cpu_limit`.
    resources: Map<String, Value>,
    /// If not the pipeline's.
    retries: Option<u32>,
    /// Arguments of `timedelta`.
    timeout: Option<String>,
    /// Airflow's name of the rule.
    trigger_rule: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct StubBody {
    /// The function of the user's file.
    function: String,
}

/// A task's variable, and as an expression of Python those before it.
#[derive(Debug, Serialize)]
struct Edge {
    /// Those before it, as an expression.
    before: String,
    /// The task's variable.
    task: String,
}

#[derive(Debug, Serialize)]
struct DockerMount {
    /// Where in the container.
    target: String,
    /// A volume, or a folder.
    source: String,
    /// `volume` or `bind`.
    kind: &'static str,
    /// Whether the folder is one of the project.
    relative: bool,
    /// Whether it may only be read.
    read_only: bool,
}

#[derive(Debug, Serialize)]
struct PodVolume {
    /// Its name.
    name: String,
    /// Where in the container.
    target: String,
    /// The claim, where it is one.
    claim: Option<String>,
    /// On the node, where it is no claim.
    path: Option<String>,
    /// Whether it may only be read.
    read_only: bool,
}

/// A stub as `apply` creates it.
#[derive(Debug, Serialize)]
pub struct StubFile {
    /// The pipeline.
    pipeline: String,
    /// The task.
    task: String,
    /// The function to write.
    function: String,
    /// What its absence says.
    message: String,
}

pub fn stub(pipeline: &Pipeline, task: &Task, path: &str) -> StubFile {
    let function = names::identifier(&task.name);
    StubFile {
        pipeline: pipeline.name.clone(),
        task: task.name.clone(),
        message: format!("write the body of `{function}` in {path}"),
        function,
    }
}

pub fn dag(platform: &Platform, pipeline: &Pipeline) -> Dag {
    let environment = variables(platform, &pipeline.env);
    let names = names::variables(pipeline.tasks.iter().map(|task| task.name.as_str()));
    let tasks: Vec<TaskView> = pipeline
        .tasks
        .iter()
        .zip(&names)
        .map(|(task, variable)| task_view(platform, pipeline, &environment, task, variable))
        .collect();
    let pieces: Vec<&PieceView> = environment
        .iter()
        .chain(tasks.iter().flat_map(|task| &task.environment))
        .flat_map(|variable| &variable.value)
        .chain(
            tasks
                .iter()
                .flat_map(|task| task.run.iter().chain(&task.image)),
        )
        .collect();
    let mounts: Vec<DockerMount> = pipeline
        .volumes
        .iter()
        .map(|mount| docker_mount(platform, mount))
        .collect();
    let containers = tasks.iter().any(|task| task.stub.is_none());
    let secrets = pieces
        .iter()
        .any(|piece| matches!(piece, PieceView::Secret { .. }));
    let relative = mounts.iter().any(|mount| mount.relative);
    let documentation = format!(
        "{}Written by mlopsgen from `pipelines.{}` of platform.toml.",
        pipeline
            .description
            .iter()
            .map(|text| format!("{}\n\n", plain::markdown(text)))
            .collect::<String>(),
        pipeline.name
    );
    Dag {
        name: pipeline.name.clone(),
        platform: platform.name.clone(),
        network: platform.network_name("pipelines"),
        airflow_major: major(platform),
        description: pipeline.description.clone(),
        documentation,
        schedule: pipeline.schedule.clone(),
        start: start(platform, pipeline),
        catchup: pipeline.catchup,
        max_active_runs: max_active_runs(pipeline),
        timeout: pipeline.timeout.map(time::delta),
        retries: pipeline.retries,
        retry_delay: time::delta(pipeline.retry_delay),
        params: pipeline
            .params
            .iter()
            .map(|parameter| (parameter.name.clone(), tree(platform, &parameter.value)))
            .collect(),
        tags: pipeline.tags.clone(),
        edges: edges(pipeline, &names),
        pod_volumes: pipeline
            .volumes
            .iter()
            .filter_map(|mount| pod_volume(platform, mount))
            .collect(),
        stubs: stubs(pipeline),
        project: match platform.environment {
            Some(_) => "../../../..".to_string(),
            None => "../../..".to_string(),
        },
        containers,
        secrets,
        namespaces: pieces
            .iter()
            .any(|piece| matches!(piece, PieceView::Network { .. })),
        resourceful: tasks.iter().any(|task| !task.resources.is_empty()),
        gpus: tasks.iter().any(|task| task.resources.contains_key("gpu")),
        binds: mounts.iter().any(|mount| mount.kind == "bind"),
        required: containers && (secrets || relative),
        relative,
        environment,
        tasks,
        mounts,
    }
}

fn task_view(
    platform: &Platform,
    pipeline: &Pipeline,
    shared: &[Variable],
    task: &Task,
    variable: &str,
) -> TaskView {
    let all = variables(platform, &task.env);
    let kept = |variable: &Variable| all.iter().any(|other| other.name == variable.name);
    let environment_whole = !shared.iter().all(kept);
    let environment = all
        .iter()
        .filter(|variable| environment_whole || !shared.contains(variable))
        .cloned()
        .collect();
    let (stub, run) = match &task.body {
        TaskBody::Run(text) => (None, pieces(platform, text)),
        TaskBody::Stub => {
            let function = names::identifier(&task.name);
            (Some(StubBody { function }), Vec::new())
        }
    };
    let image = task.image.as_ref().or(pipeline.image.as_ref());
    let in_container = stub.is_none();
    TaskView {
        name: task.name.clone(),
        variable: variable.to_string(),
        run_lines: lines(&run),
        run,
        image: image
            .filter(|_| in_container)
            .map(|text| pieces(platform, text))
            .unwrap_or_default(),
        environment,
        environment_whole,
        resources: match in_container {
            true => resources(&task.resources),
            false => Map::new(),
        },
        retries: task.retries,
        timeout: task.timeout.map(time::delta),
        trigger_rule: task.trigger_rule.map(TriggerRule::name),
        stub,
    }
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
fn start(platform: &Platform, pipeline: &Pipeline) -> Option<time::Start> {
    let fallback = (major(platform) < 3).then_some("2020-01-01");
    time::start(pipeline.start.as_deref().or(fallback)?)
}

/// Airflow refuses `@continuous` with more than one run at a time.
fn max_active_runs(pipeline: &Pipeline) -> Option<u32> {
    match pipeline.schedule.as_deref() {
        Some("@continuous") => Some(1),
        _ => pipeline.max_active_runs,
    }
}

fn edges(pipeline: &Pipeline, variables: &[String]) -> Vec<Edge> {
    let variable_of = |name: &String| {
        let at = pipeline.tasks.iter().position(|task| task.name == *name)?;
        variables.get(at).cloned()
    };
    pipeline
        .tasks
        .iter()
        .zip(variables)
        .filter_map(|(task, variable)| {
            let before: Vec<String> = task
                .after
                .iter()
                .filter_map(|(name, _)| variable_of(name))
                .collect();
            let before = match before.as_slice() {
                [] => return None,
                [one] => one.clone(),
                several => format!("[{}]", several.join(", ")),
            };
            Some(Edge {
                before,
                task: variable.clone(),
            })
        })
        .collect()
}

fn variables(platform: &Platform, env: &[EnvironmentVariable]) -> Vec<Variable> {
    env.iter()
        .map(|variable| Variable {
            name: variable.name.clone(),
            value: pieces(platform, &variable.value),
        })
        .collect()
}

/// The pieces of a text, neighbouring literals joined.
fn pieces(platform: &Platform, text: &Text) -> Vec<PieceView> {
    let mut out: Vec<PieceView> = Vec::new();
    for piece in &text.pieces {
        let view = match piece {
            Piece::Secret(name) => secret(platform, name),
            Piece::Network(group) => PieceView::Network {
                network: platform.network_name(group),
            },
            piece => PieceView::Literal {
                text: platform.constant(piece).unwrap_or_default(),
            },
        };
        match (out.last_mut(), view) {
            (Some(PieceView::Literal { text }), PieceView::Literal { text: more }) => {
                text.push_str(&more);
            }
            (_, view) => out.push(view),
        }
    }
    out
}

fn secret(platform: &Platform, name: &str) -> PieceView {
    let secret = platform.secret(name);
    PieceView::Secret {
        key: name.to_string(),
        variable: secret.map_or_else(|| name.to_string(), |secret| secret.env.clone()),
        optional: secret.is_some_and(|secret| secret.optional),
    }
}

/// A script that is all literal, by its lines, line ends included; nothing where it is not.
fn lines(run: &[PieceView]) -> Vec<String> {
    match run {
        [] => vec![String::new()],
        [PieceView::Literal { text }] => text.split_inclusive('\n').map(String::from).collect(),
        _ => Vec::new(),
    }
}

fn resources(wanted: &Resources) -> Map<String, Value> {
    let gpu = match wanted.gpu {
        Some(Gpu::Count(count)) => Some(u64::from(count)),
        // The language has only a number for tasks.
        Some(Gpu::All | Gpu::Devices(_)) | None => None,
    };
    [
        ("cpu", wanted.cpu),
        ("memory", wanted.memory),
        ("gpu", gpu),
        ("cpu_limit", wanted.cpu_limit),
    ]
    .into_iter()
    .filter_map(|(name, number)| Some((name.to_string(), number?.into())))
    .collect()
}

fn docker_mount(platform: &Platform, mount: &Mount) -> DockerMount {
    let (source, kind) = match &mount.source {
        MountSource::Volume(key) => {
            let volume = platform.volume(key);
            let name = volume.map_or(key, |volume| &volume.real_name);
            (name.clone(), "volume")
        }
        MountSource::Bind { path, .. } => {
            (path.strip_prefix("./").unwrap_or(path).to_string(), "bind")
        }
    };
    DockerMount {
        target: mount.path.clone(),
        relative: kind == "bind" && !source.starts_with('/'),
        source,
        kind,
        read_only: mount.read_only,
    }
}

/// `None`: it has no form in a cluster, as a folder of the project, which no node has.
fn pod_volume(platform: &Platform, mount: &Mount) -> Option<PodVolume> {
    if mount.compose_only {
        return None;
    }
    let (claim, path) = match &mount.source {
        MountSource::Volume(key) => {
            let claim = platform
                .volume(key)
                .map_or(key.as_str(), |volume| volume.claim_name(&platform.name));
            (Some(claim.to_string()), None)
        }
        MountSource::Bind { path, .. } if path.starts_with('/') => (None, Some(path.clone())),
        MountSource::Bind { .. } => return None,
    };
    Some(PodVolume {
        name: mount.name.clone(),
        target: mount.path.clone(),
        claim,
        path,
        read_only: mount.read_only,
    })
}

fn tree(platform: &Platform, raw: &Raw) -> Value {
    match raw {
        Raw::Text(text) => {
            Value::String(text.render(|piece| platform.constant(piece).unwrap_or_default()))
        }
        Raw::Integer(number) => (*number).into(),
        Raw::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Raw::Boolean(value) => (*value).into(),
        Raw::List(items) => items.iter().map(|item| tree(platform, item)).collect(),
        Raw::Table(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), tree(platform, value)))
            .collect::<Map<String, Value>>()
            .into(),
    }
}
