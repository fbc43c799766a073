//! A task of a DAG: what it has beside what the pipeline's tasks share.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    names, time,
    value::{PieceView, VariableView, lines, pieces, variables},
};
use crate::model::{
    Gpu, Pipeline, Platform, Resources, Task, TaskBody, TaskContainer, TriggerRule,
};

#[derive(Debug, Serialize)]
pub struct TaskView {
    /// The id of the task.
    name: String,
    /// Its variable in the file.
    variable: String,
    /// Whether it fits on one line: its name, and a script of one line.
    is_short: bool,
    /// Set where the body is the user's.
    stub: Option<StubBody>,
    /// The script, a line each; empty where it is not all literal.
    run_lines: Vec<String>,
    /// What the script is put together from.
    pub run: Vec<PieceView>,
    /// What the image is put together from, if it is not the pipeline's.
    pub image: Vec<PieceView>,
    /// What it adds to the pipeline's variables.
    pub environment: Vec<VariableView>,
    /// Names of the pipeline's variables that it leaves out.
    without: Vec<String>,
    /// The arguments of the DAGs' `Resources`, if they are not the pipeline's.
    pub resources: Option<BTreeMap<&'static str, Value>>,
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

pub fn view(
    platform: &Platform,
    pipeline: &Pipeline,
    shared: &[VariableView],
    task: &Task,
    variable: &str,
) -> TaskView {
    let all = variables(platform, &task.env);
    let (stub, run) = match &task.body {
        TaskBody::Run(text) => (None, pieces(platform, text)),
        TaskBody::Stub => {
            let function = names::identifier(&task.name);
            (Some(StubBody { function }), Vec::new())
        }
    };
    let in_container = stub.is_none();
    let image = task
        .image
        .as_ref()
        .filter(|image| in_container && Some(*image) != pipeline.image.as_ref());
    let own_resources = in_container
        && (task.resources != pipeline.resources || task.container != pipeline.container);
    let mut view = TaskView {
        name: task.name.clone(),
        variable: variable.to_string(),
        is_short: false,
        run_lines: lines(&run),
        run,
        image: image.map_or_else(Vec::new, |image| pieces(platform, &image.text())),
        without: shared
            .iter()
            .filter(|variable| all.iter().all(|own| own.name != variable.name))
            .map(|variable| variable.name.clone())
            .collect(),
        environment: all
            .into_iter()
            .filter(|variable| !shared.contains(variable))
            .collect(),
        resources: own_resources.then(|| resources(&task.resources, &task.container)),
        retries: task.retries,
        timeout: task.timeout.map(time::delta),
        trigger_rule: task.trigger_rule.map(TriggerRule::name),
        stub,
    };
    view.is_short = is_short(&view);
    view
}

fn is_short(task: &TaskView) -> bool {
    let takes_no_argument = match &task.stub {
        Some(stub) => stub.function == task.name,
        None => task.run_lines.len() == 1,
    };
    takes_no_argument
        && task.image.is_empty()
        && task.environment.is_empty()
        && task.without.is_empty()
        && task.resources.is_none()
        && task.retries.is_none()
        && task.timeout.is_none()
        && task.trigger_rule.is_none()
}

/// The arguments of the DAGs' `Resources`: `cpu` and `cpu_limit` in thousandths, sizes in bytes.
pub fn resources(wanted: &Resources, container: &TaskContainer) -> BTreeMap<&'static str, Value> {
    let gpu = wanted.gpu.as_ref().map(|gpu| match gpu {
        Gpu::Count(count) => Value::from(*count),
        Gpu::All => Value::from("all"),
        Gpu::Devices(ids) => Value::from(ids.clone()),
    });
    let ipc = container.host_ipc.map(|host| match host {
        true => "host",
        false => "private",
    });
    [
        ("cpu", wanted.cpu.map(Value::from)),
        ("memory", wanted.memory.map(Value::from)),
        ("gpu", gpu),
        ("cpu_limit", wanted.cpu_limit.map(Value::from)),
        ("shm_size", container.shm_size.map(Value::from)),
        ("ipc", ipc.map(Value::from)),
        ("runtime", container.runtime.clone().map(Value::from)),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect()
}
