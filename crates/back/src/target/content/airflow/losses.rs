//! What of a pipeline a DAG can't express, for the targets that the platform has.

use crate::{
    diag::{Diagnostic, Subject},
    files::{Site, Target},
    model::{Gpu, HostPath, Mount, Pipeline, Platform, Task, TaskBody},
    target::shared::losses::{AUTHORITIES, loss, lost_certificates},
};

pub fn of(platform: &Platform, pipeline: &Pipeline) -> Vec<Diagnostic> {
    let mounts = pipeline
        .volumes
        .iter()
        .filter(|_| runs_on(platform, Site::Cluster))
        .filter_map(|mount| of_mount(pipeline, mount));
    let tasks = pipeline
        .tasks
        .iter()
        .flat_map(|task| of_task(platform, pipeline, task));
    let certificates = of_certificates(pipeline);
    let subject = || Some(Subject::Pipeline(pipeline.name.clone()));
    let losses = mounts.chain(tasks).chain(certificates);
    losses.map(|it| it.of(subject())).collect()
}

fn runs_on(platform: &Platform, site: Site) -> bool {
    Target::of_site(site).any(|target| platform.targets.contains(&target))
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
            .help("put it into the image, and write `allow = [\"target-loss\"]` on the pipeline"),
        );
    }
    (relative && !mount.compose_only).then(|| {
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
        &pipeline.name,
        variables,
        "mount a folder there that holds it, or put it into the image and write `allow = [\"target-loss\"]` on the pipeline",
    )
}

fn of_task(platform: &Platform, pipeline: &Pipeline, task: &Task) -> Vec<Diagnostic> {
    let under_compose = runs_on(platform, Site::Engine);
    let in_cluster = runs_on(platform, Site::Cluster);
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
