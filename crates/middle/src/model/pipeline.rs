//! Pipelines.

use crate::{
    files::STUBS,
    model::{
        At, Build, Date, EnvironmentVariable, Image, Mount, Raw, Reach, Resources, Schedule, Text,
        TriggerRule,
    },
    source::Span,
    syntax::Table,
};

/// An Airflow DAG.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipeline {
    /// The key in `[pipelines]`: the id of the DAG.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// `None`: only by hand.
    pub schedule: Option<Schedule>,
    /// The first day, or moment, that it runs for.
    pub start: Option<Date>,
    /// What its tasks run in, unless a task names another.
    pub image: Option<Image>,
    /// How that image is built, where it is.
    pub build: Option<Build>,
    /// Tags in Airflow.
    pub tags: Vec<String>,
    /// Components that its tasks talk to: their ports are open to them.
    pub reaches: Vec<Reach>,
    /// How often a failed task is tried again.
    pub retries: u32,
    /// Milliseconds.
    pub retry_delay: u64,
    /// Milliseconds that a run may take; `None`: without end.
    pub timeout: Option<u64>,
    /// Whether runs since `start` that were missed are made up for.
    pub catchup: bool,
    /// Runs at a time; `None`: Airflow's own limit.
    pub max_active_runs: Option<u32>,
    /// Parameters of a run, with their defaults.
    pub params: Vec<Parameter>,
    /// Environment variables of all its tasks.
    pub env: Vec<EnvironmentVariable>,
    /// What all its tasks mount.
    pub volumes: Vec<Mount>,
    /// What the container of each task asks for.
    pub resources: Resources,
    /// How the container of each task runs.
    pub container: TaskContainer,
    /// In the user's order; [`TaskId`] counts in it.
    pub tasks: Vec<Task>,
    /// The keys as written, for checks that want the place of a value.
    pub written: Table,
    /// Where it is declared.
    pub span: Span,
}

impl Pipeline {
    /// A task of this pipeline.
    pub fn task(&self, id: TaskId) -> &Task {
        &self.tasks[id.0]
    }

    /// The tasks with their ids, in the user's order.
    pub fn tasks_by_id(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        let ids = (0..).map(TaskId);
        ids.zip(&self.tasks)
    }
}

/// A task of a pipeline, by its place in [`Pipeline::tasks`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaskId(pub usize);

/// A parameter of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// The key in `params`.
    pub name: String,
    /// Its default.
    pub value: Raw,
}

/// A step of a pipeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The key in `tasks`: the id of the task.
    pub name: String,
    /// What it does.
    pub body: TaskBody,
    /// Tasks of the same pipeline that end before it starts, each where it is written.
    pub after: Vec<At<TaskId>>,
    /// The task's own, else the pipeline's. `None` for a stub.
    pub image: Option<Image>,
    /// The pipeline's variables and the task's own over them.
    pub env: Vec<EnvironmentVariable>,
    /// The task's own, over the pipeline's.
    pub retries: Option<u32>,
    /// Milliseconds.
    pub timeout: Option<u64>,
    /// When it runs, by how the tasks before it ended; `None`: all must have succeeded.
    pub trigger_rule: Option<TriggerRule>,
    /// The task's own over the pipeline's.
    pub resources: Resources,
    /// The task's own over the pipeline's.
    pub container: TaskContainer,
    /// Where it is declared.
    pub span: Span,
}

impl Task {
    /// Where its body lies in the project, if it is a stub of this pipeline.
    pub fn stub_path(&self, pipeline: &str) -> String {
        format!("{STUBS}/{pipeline}/{}.py", self.name)
    }
}

/// How the container of a task runs, beside what it asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskContainer {
    /// Bytes of `/dev/shm`.
    pub shm_size: Option<u64>,
    /// Whether it uses the shared memory of the host; `None`: as the engine has it.
    pub host_ipc: Option<bool>,
    /// A class of runtimes.
    pub runtime: Option<String>,
}

/// What a task does.
#[derive(Clone, Debug, PartialEq)]
pub enum TaskBody {
    /// A template of Airflow's that a shell runs.
    Run(Text),
    /// A Python function of the user's in `dags/PIPELINE/TASK.py`.
    Stub,
}
