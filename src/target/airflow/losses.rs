//! What of a pipeline a DAG can't express.

use crate::{
    diag::{Code, Diagnostic},
    model::{MountSource, Pipeline, Task, TaskBody},
};

pub fn of(pipeline: &Pipeline) -> Vec<Diagnostic> {
    let name = &pipeline.name;
    let mut losses = Vec::new();
    for mount in &pipeline.volumes {
        let relative =
            matches!(&mount.source, MountSource::Bind { path, .. } if !path.starts_with('/'));
        if relative && !mount.compose_only {
            losses.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!(
                        "in a cluster the tasks of `{name}` do not mount `volumes.{}`: its source is a folder of the project",
                        mount.name
                    ),
                )
                .label(mount.span, "mounted under Compose only")
                .help("leave out `source` to get a claim in a cluster"),
            );
        }
    }
    for task in &pipeline.tasks {
        losses.extend(of_task(pipeline, task));
    }
    losses
}

fn of_task(pipeline: &Pipeline, task: &Task) -> Option<Diagnostic> {
    let (message, label) = match task.body {
        TaskBody::Run(_) if task.resources.cpu_limit.is_some() => (
            "has no limit of processors under Compose: Airflow's Docker operator knows none",
            "the limit holds in a cluster only",
        ),
        TaskBody::Stub if task.resources != pipeline.resources => (
            "runs in Airflow's own process: its `resources` are not applied",
            "a stub has no container",
        ),
        TaskBody::Run(_) | TaskBody::Stub => return None,
    };
    let message = format!("the task `{}` of `{}` {message}", task.name, pipeline.name);
    Some(Diagnostic::new(Code::TargetLoss, message).label(task.span, label))
}
