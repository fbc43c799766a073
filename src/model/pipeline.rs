//! Pipelines and CI entries.

use crate::{
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
    pub name: String,
    pub description: Option<String>,
    /// `None`: only by hand.
    pub schedule: Option<Schedule>,
    /// The first day, or moment, that it runs for.
    pub start: Option<Date>,
    pub image: Option<Image>,
    pub build: Option<Build>,
    pub tags: Vec<String>,
    pub reaches: Vec<Reach>,
    pub retries: u32,
    /// Milliseconds.
    pub retry_delay: u64,
    pub timeout: Option<u64>,
    pub catchup: bool,
    pub max_active_runs: Option<u32>,
    pub params: Vec<Parameter>,
    pub env: Vec<EnvironmentVariable>,
    pub volumes: Vec<Mount>,
    pub resources: Resources,
    pub tasks: Vec<Task>,
    /// The keys as written, for checks that want the place of a value.
    pub written: Table,
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

#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub value: Raw,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    pub name: String,
    pub body: TaskBody,
    /// Tasks of the same pipeline that end before it starts, each where it is written.
    pub after: Vec<At<TaskId>>,
    /// The task's own, else the pipeline's. `None` for a stub.
    pub image: Option<Image>,
    /// The pipeline's variables and the task's own over them.
    pub env: Vec<EnvironmentVariable>,
    pub retries: Option<u32>,
    /// Milliseconds.
    pub timeout: Option<u64>,
    pub trigger_rule: Option<TriggerRule>,
    /// The task's own over the pipeline's.
    pub resources: Resources,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum TaskBody {
    /// A template of Airflow's that a shell runs.
    Run(Text),
    /// A Python function of the user's in `dags/PIPELINE/TASK.py`.
    Stub,
}

/// A Jenkinsfile.
#[derive(Clone, Debug, PartialEq)]
pub struct Ci {
    pub name: String,
    pub description: Option<String>,
    pub agent: Agent,
    pub paths: Vec<String>,
    pub branches: Vec<String>,
    pub env: Vec<EnvironmentVariable>,
    pub secrets: Vec<SecretVariable>,
    /// Milliseconds.
    pub timeout: u64,
    pub stages: Vec<CiStage>,
    /// The keys as written, for checks that want the place of a value.
    pub written: Table,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Agent {
    Any,
    Docker(Image),
    Label(String),
}

/// An environment variable filled from a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct SecretVariable {
    pub variable: String,
    pub secret: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CiStage {
    pub name: String,
    pub run: Vec<Text>,
    pub env: Vec<EnvironmentVariable>,
    pub secrets: Vec<SecretVariable>,
    pub paths: Vec<String>,
    pub branches: Vec<String>,
    /// Milliseconds.
    pub timeout: Option<u64>,
    pub agent: Option<Agent>,
    /// Stages side by side; none of them has stages of its own.
    pub parallel: Vec<CiStage>,
    pub span: Span,
}
