//! Airflow: one DAG file a pipeline, one module that all DAGs share, and one stub a task whose body is the user's.
//!
//! The module decides when it is loaded whether tasks are containers of an engine or pods of a cluster, so the text is
//! the same at both vantage points. What it expects of Airflow's containers: the environment variables `PROJECT_DIR`
//! (where relative folders lie on the host), `MLOPSGEN_STUBS` (where `dags/` of the project is mounted) and, in a
//! cluster, `MLOPSGEN_SECRET` (the name of the Secret that holds the platform's secrets).

mod dag;
mod losses;
mod module;
mod names;
mod order;
mod stub;
mod task;
mod time;
mod value;
mod volume;

use crate::{
    files::Target,
    fileset::Stub,
    model::{Pipeline, Platform, Purpose, Task, TaskBody},
    target::{Context, Emission},
    template::TemplateError,
};

/// Writes `airflow/dags/PIPELINE.py` for each pipeline, the module beside them, and the stubs.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let mut emission = Emission::default();
    let major = major(context.platform);
    for pipeline in &context.platform.pipelines {
        let view = dag::view(context, pipeline, major);
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
    if !context.platform.pipelines.is_empty() {
        add_module(context, major, &mut emission)?;
    }
    Ok(emission)
}

fn add_module(
    context: &Context<'_>,
    major: u64,
    emission: &mut Emission,
) -> Result<(), TemplateError> {
    let view = module::view(context.platform, context.graph, major);
    let module = context.engine.render("airflow/pipelines.py", &view)?;
    let ignored = context.engine.render("airflow/.airflowignore", &view)?;
    let path = format!("airflow/dags/lib/{}.py", module::name(context.platform));
    emission.files.add(Target::Airflow, path, module);
    let path = "airflow/dags/.airflowignore";
    emission.files.add(Target::Airflow, path, ignored);
    Ok(())
}

fn stub(context: &Context<'_>, pipeline: &Pipeline, task: &Task) -> Result<Stub, TemplateError> {
    let path = task.stub_path(&pipeline.name);
    let view = stub::view(pipeline, task, &path);
    let text = context.engine.render("airflow/stub.py", view)?;
    Ok(Stub { path, text })
}

/// The major version of Airflow that the DAGs are written for: the platform's own, else the current one.
fn major(platform: &Platform) -> u64 {
    const CURRENT: u64 = 3;
    platform
        .first_for(Purpose::Pipelines)
        .and_then(|component| component.version.major)
        .unwrap_or(CURRENT)
}
