//! What of a pipeline a DAG can't express, for the targets that the platform has.

use crate::{
    diag::{Diagnostic, Subject},
    files::{Site, Target},
    model::{Gpu, HostPath, Mount, Piece, Pipeline, Platform, Purpose, Task, TaskBody, Text},
    target::shared::{
        losses::{AUTHORITIES, loss, lost_certificates},
        public_address,
    },
};

pub fn of(platform: &Platform, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mounts = pipeline
        .volumes
        .iter()
        .filter(|_| platform.runs_on(Site::Cluster))
        .filter_map(|mount| of_mount(pipeline, mount));
    let tasks = pipeline
        .tasks
        .iter()
        .flat_map(|task| of_task(platform, pipeline, task));
    let certificates = of_certificates(pipeline);
    let late = of_parameters(platform, pipeline);
    let late = late.into_iter().chain(of_addresses(platform, pipeline));
    let late = late.filter(|_| platform.runs_on(Site::Cluster));
    let losses = mounts.chain(tasks).chain(certificates).chain(late);
    losses.map(|it| it.of(subject(pipeline))).collect()
}

/// Whose `allow` accepts them.
fn subject(pipeline: &Pipeline) -> Option<Subject> {
    Some(Subject::Pipeline(pipeline.name.clone()))
}

fn of_mount(pipeline: &Pipeline, mount: &Mount) -> Option<Diagnostic> {
    let relative = matches!(mount.source.on_host(), Some(HostPath::Project(_)));
    if relative && mount.path.starts_with(AUTHORITIES) {
        let message = format!(
            "in a cluster the tasks of `{}` do not have `{}`: nothing brings a file of the project into their pods",
            pipeline.name, mount.path
        );
        return Some(
            loss(
                Target::Airflow,
                &message,
                mount.span,
                "mounted under Compose only",
            )
            .of(subject(pipeline))
            .help_to_accept(|accept| format!("put it into the image, and write {accept}")),
        );
    }
    (relative && mount.is_on(Site::Cluster)).then(|| {
        loss(
            Target::Airflow,
            &format!(
                "in a cluster the tasks of `{}` do not mount `volumes.{}`: its source is a folder of the project",
                pipeline.name, mount.name
            ),
            mount.span,
            "mounted under Compose only",
        )
        .help("leave out `source` to get a claim in a cluster")
    })
}

/// A parameter is a value in the DAG, the same wherever it is loaded.
fn of_parameters(platform: &Platform, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let written = |name: &str| {
        let params = pipeline.written.entry("params");
        let table = params.and_then(|it| it.value.as_table());
        let value = table.and_then(|it| it.get(name));
        value.map_or(pipeline.span, |it| it.span)
    };
    let late = |text: &&Text| {
        let mut pieces = text.pieces.iter();
        pieces.any(|it| {
            matches!(it, Piece::Network(_)) || public_address::variable(platform, it).is_some()
        })
    };
    let mut losses = Vec::new();
    for parameter in &pipeline.params {
        let mut texts = Vec::new();
        parameter.value.add_texts(&mut texts);
        if texts.iter().any(late) {
            let name = &parameter.name;
            let message = format!(
                "in a cluster the parameter `{name}` of `{}` holds the address or the network that Compose has",
                pipeline.name
            );
            let lost = loss(
                Target::Airflow,
                &message,
                written(name),
                "written when compiling",
            );
            losses.push(lost.help("pass it by `env`, which follows when the DAG is loaded"));
        }
    }
    losses
}

/// The chart tells its own Airflow the public addresses; one that runs elsewhere has to be told by whoever runs it.
fn of_addresses(platform: &Platform, pipeline: &Pipeline) -> Option<Diagnostic> {
    let mut pieces = public_address::in_tasks(pipeline);
    let variable = pieces.find_map(|piece| public_address::variable(platform, piece))?;
    let runner = platform.first_for(Purpose::Pipelines);
    if runner.is_some_and(|it| it.main().is_some()) {
        return None;
    }
    let message = format!(
        "in a cluster the tasks of `{}` get the public address of a port-forward: no Airflow of the platform's is told the one of the chart",
        pipeline.name
    );
    let lost = loss(
        Target::Airflow,
        &message,
        pipeline.span,
        "refers to `.public_url`",
    );
    Some(lost.of(subject(pipeline)).help_to_accept(|accept| {
        format!("set `{variable}` in the environment of the Airflow that runs it, and accept this with {accept}")
    }))
}

/// What a reference names is mounted; a path that the user wrote may not be.
fn of_certificates(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mut mounts = pipeline.volumes.iter();
    if mounts.any(|it| AUTHORITIES.starts_with(&it.path) || it.path.starts_with(AUTHORITIES)) {
        return Vec::new();
    }
    let runs = |task: &&Task| matches!(task.body, TaskBody::Run(_));
    let variables = pipeline.tasks.iter().filter(runs).flat_map(|it| &it.env);
    lost_certificates(
        Target::Airflow,
        &Subject::Pipeline(pipeline.name.clone()),
        variables,
        "mount a folder there that holds it, or put it into the image",
    )
}

fn of_task(platform: &Platform, pipeline: &Pipeline, task: &Task) -> Vec<Diagnostic> {
    let under_compose = platform.runs_on(Site::Engine);
    let in_cluster = platform.runs_on(Site::Cluster);
    let mut losses = Vec::new();
    match task.body {
        TaskBody::Stub => {
            if task.resources != pipeline.resources || task.container != pipeline.container {
                losses.push((
                    "runs in Airflow's own process: its `resources` are not applied",
                    "a stub has no container",
                ));
            }
        }
        TaskBody::Run(_) => {
            if under_compose && task.resources.cpu_limit.is_some() {
                losses.push((
                    "has no limit of processors under Compose: Airflow's Docker operator knows none",
                    "the limit holds in a cluster only",
                ));
            }
            if under_compose && task.container.runtime.is_some() {
                losses.push((
                    "runs in the engine's own runtime under Compose: Airflow's Docker operator knows no other",
                    "`runtime` holds in a cluster only",
                ));
            }
            if in_cluster && matches!(task.resources.gpu, Some(Gpu::All | Gpu::Devices(_))) {
                losses.push((
                    "gets no graphics processor in a cluster: Kubernetes wants a number of them",
                    "holds under Compose only",
                ));
            }
        }
    }
    let losses = losses.into_iter().map(|(message, label)| {
        let message = format!("the task `{}` of `{}` {message}", task.name, pipeline.name);
        loss(Target::Airflow, &message, task.span, label)
    });
    losses.collect()
}
