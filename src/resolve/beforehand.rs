//! What is resolved before any component, because components are made of it: a workload is made once, with all that it has.

use super::{Scene, ci, dependencies, dependencies::Waited, notify, pipelines};
use crate::{
    diag::Sink,
    model::{EnvironmentVariable, Named, Notify},
    syntax::Table,
};

pub(super) struct Beforehand<'a> {
    /// The workloads that others may wait for, by name.
    pub workloads: Named<Waited<'a>>,
    /// The secrets that tasks of pipelines read from the environment of what runs them.
    pub task_secrets: Vec<EnvironmentVariable>,
    /// The secrets that CI entries read, of which the Jenkins that runs them makes credentials.
    pub job_secrets: Vec<EnvironmentVariable>,
    pub notify: Option<Notify>,
}

impl<'a> Beforehand<'a> {
    pub fn of(tree: &Table, scene: &Scene<'a>, sink: &mut Sink) -> Self {
        let notify = notify::resolve(tree, scene, sink);
        Self {
            workloads: dependencies::workloads(scene, sink),
            task_secrets: pipelines::task_secrets(tree, scene),
            job_secrets: ci::job_secrets(tree, scene, notify.as_ref()),
            notify,
        }
    }
}
