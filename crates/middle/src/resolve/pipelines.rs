//! Pipelines.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Scene, image, mounts, program, reaches,
    reference::{Scope, text},
    texts::Texts,
    workload,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::{read, unknown},
    model::{
        At, Build, EnvironmentVariable, Image, Named, Parameter, Piece, Pipeline, Resources,
        Schedule, SchedulePreset, Task, TaskBody, TaskContainer, TaskId, Text, TriggerRule,
    },
    syntax::{Key, Node, Removal, Table, Value, overlay},
    value::unclosed_jinja,
};

pub(super) fn pipelines(at: Texts<'_>, tree: &Table, sink: &mut Sink) -> Named<Pipeline> {
    read::tables(tree, "pipelines")
        .map(|(key, table)| pipeline(key, table, at, sink))
        .collect()
}

/// Its schedule.
pub(super) fn schedule(table: &Table) -> Option<Schedule> {
    table.string("schedule").and_then(Schedule::parse)
}

/// How long a run may take, in milliseconds.
pub(super) fn timeout(table: &Table) -> Option<u64> {
    read::duration(table, "timeout")
}

/// Says where `alerts` of a pipeline change nothing: no Airflow is scraped here.
pub(super) fn report_unwatched(tree: &Table, sink: &mut Sink) {
    for (key, table) in read::tables(tree, "pipelines") {
        if let Some(entry) = table.entry("alerts") {
            sink.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!("prometheus: no alert is about the pipeline `{}`", key.name),
                )
                .label(entry.key.span, "changes nothing")
                .help("an Airflow of this platform that is scraped has alerts on its pipelines: `kind = \"airflow\"`, with its part `statsd`"),
            );
        }
    }
}

/// The secrets of a DAG's tasks, which it reads from Airflow's environment. Errors in a variable are reported where the pipeline
/// is resolved.
pub(super) fn task_secrets(tree: &Table, scene: &Scene<'_>) -> Vec<EnvironmentVariable> {
    let quiet = &mut Sink::default();
    let scope = Scope::platform();
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (_, pipeline) in read::tables(tree, "pipelines") {
        let tasks = read::tables(pipeline, "tasks").map(|(_, task)| task);
        for table in std::iter::once(pipeline).chain(tasks) {
            let variables = program::environment(scene, table, &scope, quiet);
            let secrets = variables.iter().flat_map(|it| it.value.secrets());
            names.extend(secrets.map(ToString::to_string));
        }
    }
    secret_variables(scene, &names)
}

/// Secrets as variables of the environment, each under its own name.
pub(super) fn secret_variables(
    scene: &Scene<'_>,
    names: &BTreeSet<String>,
) -> Vec<EnvironmentVariable> {
    let secrets = scene.names.secrets.iter();
    secrets
        .filter(|secret| names.contains(&secret.name))
        .map(|secret| EnvironmentVariable {
            name: secret.env.clone(),
            value: Text {
                pieces: vec![Piece::Secret(secret.name.clone())],
            },
            span: secret.span,
        })
        .collect()
}

fn pipeline(key: &Key, table: &Table, at: Texts<'_>, sink: &mut Sink) -> Pipeline {
    let scene = at.scene;
    let scope = Scope::platform();
    let build = image::build(scene, None, table, sink);
    let image = usual_image(key, table, build.as_ref(), scene, sink);
    let defaults = Defaults {
        pipeline: table,
        names: TaskNames::of(table),
        image: image.as_ref(),
        env: table.get("env"),
        resources: table.get("resources"),
        container: container(table, &TaskContainer::default()),
    };
    let tasks: Vec<Task> = read::tables(table, "tasks")
        .map(|(key, table)| task(key, table, &defaults, scene, sink))
        .collect();
    report_mistakes(key, table, &tasks, sink);
    Pipeline {
        name: key.name.clone(),
        description: at.key(table, "description", sink),
        schedule: schedule(table),
        start: table.get("start").and_then(Node::as_date).cloned(),
        image: image.clone(),
        build,
        tags: table
            .array("tags")
            .unwrap_or_default()
            .iter()
            .map(|node| at.constant(node, sink))
            .collect(),
        reaches: reaches::reaches(scene, table, None, sink),
        retries: read::unsigned(table, "retries").unwrap_or(0),
        retry_delay: read::duration(table, "retry_delay").unwrap_or(300_000),
        timeout: timeout(table),
        catchup: table.boolean("catchup").unwrap_or(false),
        max_active_runs: read::unsigned(table, "max_active_runs"),
        params: parameters(table, scene, sink),
        env: program::environment(scene, table, &scope, sink),
        volumes: mounts::pipeline_mounts(scene, &key.name, table, sink),
        resources: workload::resources(table),
        container: container(table, &TaskContainer::default()),
        tasks,
        written: table.clone(),
        span: key.span,
    }
}

/// The image of tasks that name none: the one that is written, or the one that is built.
fn usual_image(
    key: &Key,
    table: &Table,
    build: Option<&Build>,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Option<Image> {
    if let Some(node) = table.get("image") {
        return Some(task_image(scene, node, sink));
    }
    build?;
    let name = key.name.to_ascii_lowercase();
    let image = Image::literal(&format!("{}/{name}:0", scene.names.platform));
    Some(scene.origins.place_own_build(image))
}

fn parameters(table: &Table, scene: &Scene<'_>, sink: &mut Sink) -> Vec<Parameter> {
    let scope = Scope::platform().without_secrets("a parameter");
    let entries = table.entries_of("params");
    let parameters = entries.map(|(key, node)| Parameter {
        name: key.name.clone(),
        value: workload::raw_value(scene, node, &scope, sink),
    });
    parameters.collect()
}

fn report_mistakes(key: &Key, table: &Table, tasks: &[Task], sink: &mut Sink) {
    images(key, table, tasks, sink);
    report_no_tasks(key, table, sink);
    report_runs_at_a_time(table, sink);
    report_no_first_day(key, table, sink);
    for (_, node) in table.entries_of("params") {
        report_no_number(node, sink);
    }
}

/// Every line runs in some image: the pipeline's, or the task's own. Reported once, however many tasks have none.
fn images(key: &Key, table: &Table, tasks: &[Task], sink: &mut Sink) {
    let lacking = |task: &&Task| task.image.is_none() && task.body != TaskBody::Stub;
    let Some(first) = tasks.iter().find(lacking) else {
        return;
    };
    if table.get("image").is_some() {
        return;
    }
    sink.push(
        Diagnostic::new(
            Code::MissingKey,
            format!("pipeline `{}` has no image to run in", key.name),
        )
        .label(key.span, "names no image")
        .label(
            first.span,
            format!("and neither does its task `{}`", first.name),
        )
        .help("write `image = \"repository:tag\"` on the pipeline or on the task")
        .adding(key.span, "image = \"repository:tag\""),
    );
}

/// A DAG without tasks does nothing, and Airflow shows it as one that succeeds.
fn report_no_tasks(key: &Key, table: &Table, sink: &mut Sink) {
    let tasks = table.entry("tasks");
    let is_empty = |tasks: &Table| tasks.iter().next().is_none();
    let Some(tasks) = tasks.filter(|it| it.value.as_table().is_some_and(is_empty)) else {
        return;
    };
    sink.push(
        Diagnostic::new(
            Code::MissingKey,
            format!("pipeline `{}` has no tasks", key.name),
        )
        .label(tasks.key.span, "nothing to run")
        .help(format!(
            "declare them in `[pipelines.{}.tasks]`, each with `run` or with `stub = true`",
            key.name
        )),
    );
}

/// Airflow refuses `@continuous` with more than one run at a time.
fn report_runs_at_a_time(table: &Table, sink: &mut Sink) {
    let continuous = Some(Schedule::Preset(SchedulePreset::Continuous));
    let most = read::unsigned(table, "max_active_runs");
    let (Some(runs), Some(every)) = (table.entry("max_active_runs"), table.entry("schedule"))
    else {
        return;
    };
    if schedule(table) == continuous && most.is_some_and(|most| most > 1) {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                "`@continuous` starts a run when the one before it has ended",
            )
            .label(every.value.span, "starts one run at a time")
            .label(runs.value.span, "allows several")
            .help("write `max_active_runs = 1`, or leave it out")
            .replacing(runs.value.span, "1"),
        );
    }
}

/// Without a first day, Airflow 2 would make up for the years since a day that any schedule may have, and Airflow 3 for nothing.
fn report_no_first_day(key: &Key, table: &Table, sink: &mut Sink) {
    let catchup = table.entry("catchup");
    let Some(catchup) = catchup.filter(|it| it.value.as_bool() == Some(true)) else {
        return;
    };
    let is_of_the_calendar = match schedule(table) {
        None | Some(Schedule::Preset(SchedulePreset::Once | SchedulePreset::Continuous)) => false,
        Some(_) => true,
    };
    if table.get("start").is_some() || !is_of_the_calendar {
        return;
    }
    sink.push(
        Diagnostic::new(
            Code::MissingKey,
            format!(
                "pipeline `{}` makes up for missed runs, and has no `start`",
                key.name
            ),
        )
        .label(catchup.value.span, "since which day?")
        .help("write `start = 2026-01-01`, with the first day to make up for")
        .adding(key.span, "start = 2026-01-01"),
    );
}

/// A parameter is read and changed as JSON, which has no `nan` and no `inf`.
fn report_no_number(node: &Node, sink: &mut Sink) {
    match &node.value {
        Value::Float(number) if !number.number.is_finite() => sink.push(
            Diagnostic::new(
                Code::BadValue,
                "a parameter of a run can't be `nan` or `inf`",
            )
            .label(node.span, "JSON has no such number")
            .help("write a number, or a text that the task reads: `\"nan\"`"),
        ),
        Value::Array(items) => items.iter().for_each(|item| report_no_number(item, sink)),
        Value::Table(table) => table
            .iter()
            .for_each(|(_, node)| report_no_number(node, sink)),
        _ => {}
    }
}

/// What a task has from its pipeline.
struct Defaults<'a> {
    pipeline: &'a Table,
    /// The tasks beside it.
    names: TaskNames<'a>,
    image: Option<&'a Image>,
    env: Option<&'a Node>,
    resources: Option<&'a Node>,
    container: TaskContainer,
}

/// The container keys of a pipeline or a task; a task without them has those of its pipeline.
fn container(table: &Table, around: &TaskContainer) -> TaskContainer {
    TaskContainer {
        shm_size: read::memory(table, "shm_size").or(around.shm_size),
        host_ipc: table
            .string("ipc")
            .map_or(around.host_ipc, |ipc| Some(ipc == "host")),
        runtime: read::owned(table, "runtime").or_else(|| around.runtime.clone()),
    }
}

fn task(
    key: &Key,
    table: &Table,
    defaults: &Defaults<'_>,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> Task {
    let mut merged = table.clone();
    // In `env` `false` is a value.
    let layers = [
        ("env", defaults.env, Removal::Never),
        ("resources", defaults.resources, Removal::Now),
    ];
    for (name, default, removal) in layers {
        if let Some(default) = default.and_then(Node::as_table) {
            let own = table.table(name).cloned().unwrap_or_default();
            merged.set(
                Key {
                    name: name.to_string(),
                    span: key.span,
                },
                Node {
                    span: key.span,
                    value: Value::Table(overlay(default, &own, removal)),
                },
            );
        }
    }
    let scope = Scope::platform();
    let body = body(key, table, defaults.pipeline, scene, sink);
    let own_image = table.get("image").map(|node| task_image(scene, node, sink));
    let image = own_image.or_else(|| defaults.image.cloned());
    Task {
        name: key.name.clone(),
        body,
        after: after(table, &defaults.names, &key.name, sink),
        image,
        env: program::environment(scene, &merged, &scope, sink),
        retries: read::unsigned(table, "retries"),
        timeout: read::duration(table, "timeout"),
        trigger_rule: table.string("trigger_rule").and_then(TriggerRule::parse),
        resources: if merged.get("resources").is_some() {
            workload::resources(&merged)
        } else {
            Resources::default()
        },
        container: container(table, &defaults.container),
        span: key.span,
    }
}

fn task_image(scene: &Scene<'_>, node: &Node, sink: &mut Sink) -> Image {
    let scope = Scope::platform().without_secrets("an image");
    let read = |sink: &mut Sink| text(scene, node, &scope, sink);
    image::standalone(scene, node, read, sink)
}

/// A line whose template Airflow would refuse each time that the task runs.
fn unclosed(task: &str, node: &Node) -> Option<Diagnostic> {
    let (start, end) = unclosed_jinja(node.as_str()?)?;
    let message = format!("`run` of the task `{task}` is no template that Airflow can read");
    Some(
        Diagnostic::new(Code::BadValue, message)
            .label(node.part(start, start + 2), format!("no `{end}` follows"))
            .help("an expression is `{{ ds }}`, a statement `{% if params.full %}...{% endif %}`; for the text itself write `{{ '{{' }}`"),
    )
}

fn body(
    key: &Key,
    table: &Table,
    pipeline: &Table,
    scene: &Scene<'_>,
    sink: &mut Sink,
) -> TaskBody {
    let stub = table.boolean("stub").unwrap_or(false);
    match (table.get("run"), stub) {
        (Some(node), true) => {
            sink.push(
                Diagnostic::new(
                    Code::ConflictingKeys,
                    "a task runs a line or is a stub, not both",
                )
                .label(node.span, "a line to run")
                .label(key.span, "and a stub")
                .help("keep one of `run` and `stub`"),
            );
            TaskBody::Stub
        }
        (Some(node), false) => {
            let scope = Scope::platform().without_secrets("`run`").template();
            let fault = unclosed(&key.name, node);
            fault.into_iter().for_each(|fault| sink.push(fault));
            TaskBody::Run(text(scene, node, &scope, sink))
        }
        (None, true) => TaskBody::Stub,
        (None, false) if table.get("stub").is_some_and(Node::is_broken) => TaskBody::Stub,
        // An unknown key of it may be what it was to do.
        (None, false) if is_incomplete(pipeline, key, sink) => TaskBody::Stub,
        (None, false) => {
            let diagnostic = Diagnostic::new(
                Code::MissingKey,
                format!("task `{}` does nothing", key.name),
            )
            .label(key.span, "neither `run` nor `stub`");
            sink.push(match read::meant_beside(key, pipeline, "tasks", &["run", "stub"]) {
                Some(near) => diagnostic.misspelled(&key.name, Some(near), String::new),
                None => diagnostic
                    .help("write `run = \"python task.py\"`, or `stub = true` for a Python body of your own")
                    .adding(key.span, "run = \"python task.py\""),
            });
            TaskBody::Stub
        }
    }
}

fn is_incomplete(pipeline: &Table, task: &Key, sink: &Sink) -> bool {
    let node = pipeline.get_path(&["tasks", &task.name]);
    node.is_some_and(|node| sink.is_incomplete(node.span))
}

/// The tasks of a pipeline by name.
struct TaskNames<'a> {
    /// Those that are tables, in the order of the model's tasks.
    read: Vec<&'a str>,
    /// Where each stands in that order.
    places: BTreeMap<&'a str, TaskId>,
    /// Those that are not: it is reported elsewhere.
    broken: Vec<&'a str>,
}

impl<'a> TaskNames<'a> {
    fn of(pipeline: &'a Table) -> Self {
        let read: Vec<&str> = read::tables(pipeline, "tasks")
            .map(|(key, _)| key.name.as_str())
            .collect();
        let places = read.iter().enumerate();
        let places: BTreeMap<&str, TaskId> =
            places.map(|(place, name)| (*name, TaskId(place))).collect();
        let written = pipeline.table("tasks").into_iter().flat_map(Table::keys);
        let broken = written.filter(|name| !places.contains_key(name)).collect();
        Self {
            read,
            places,
            broken,
        }
    }

    fn find(&self, name: &str) -> Option<TaskId> {
        self.places.get(name).copied()
    }
}

fn after(table: &Table, names: &TaskNames<'_>, own: &str, sink: &mut Sink) -> Vec<At<TaskId>> {
    let mut out: Vec<At<TaskId>> = Vec::new();
    let mut known = BTreeSet::new();
    for node in table.array("after").unwrap_or_default() {
        let Some(name) = node.as_str() else { continue };
        match names.find(name) {
            Some(id) if !known.insert(id) => {}
            Some(id) => out.push(At {
                value: id,
                span: node.span,
            }),
            None if names.broken.contains(&name) => {}
            None => {
                let all = names.read.iter().chain(&names.broken).copied();
                let others = sink.shown(all.filter(|name| *name != own));
                let diagnostic = unknown("task", name, node.span, &others);
                sink.push(match others.is_empty() {
                    true => diagnostic.help(format!(
                        "`{own}` is the only task of this pipeline: declare `{name}` beside it, or leave `after` out"
                    )),
                    false => diagnostic,
                });
            }
        }
    }
    out
}
