//! Airflow: one DAG file a pipeline, and one stub a task whose body is the user's.
//!
//! A DAG tells when it is loaded whether its tasks are containers of an engine or pods of a cluster, so its text is
//! the same at both vantage points. What it expects of Airflow's containers: the environment variables `PROJECT_DIR`
//! (where relative folders lie on the host), `MLOPSGEN_STUBS` (where `dags/` of the project is mounted) and, in a
//! cluster, `MLOPSGEN_SECRET` (the name of the Secret that holds the platform's secrets).

mod losses;
mod names;
mod time;
mod view;

use crate::{
    files::{Stub, Target},
    model::{Pipeline, Platform, Task, TaskBody},
    target::{Context, Emission},
    template::TemplateError,
};

/// Writes `airflow/dags/PIPELINE.py` for each pipeline, and the stubs.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    for pipeline in &context.platform.pipelines {
        let view = view::dag(context.platform, pipeline);
        let text = context.engine.render("airflow/dag.py", view)?;
        let path = format!("airflow/dags/{}.py", pipeline.name);
        emission.files.add(Target::Airflow, path, text);
        for task in &pipeline.tasks {
            if task.body == TaskBody::Stub {
                emission.files.stubs.push(stub(context, pipeline, task)?);
            }
        }
        emission
            .losses
            .extend(losses::of(context.platform, pipeline));
    }
    Ok(emission)
}

fn stub(context: &Context<'_>, pipeline: &Pipeline, task: &Task) -> Result<Stub, TemplateError> {
    let path = format!("dags/{}/{}.py", pipeline.name, task.name);
    let view = view::stub(pipeline, task, &path);
    let text = context.engine.render("airflow/stub.py", view)?;
    Ok(Stub { path, text })
}

/// The major version of Airflow that the DAGs are written for: the platform's own, else the current one.
fn major(platform: &Platform) -> u64 {
    const CURRENT: u64 = 3;
    platform
        .first_of("airflow")
        .and_then(|component| component.major)
        .unwrap_or(CURRENT)
}
