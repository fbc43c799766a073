//! The body of a task that the user writes, as `apply` creates it.

use serde::Serialize;

use super::names;
use crate::model::{Pipeline, Task};

/// A stub as `apply` creates it.
#[derive(Debug, Serialize)]
pub struct StubFile {
    /// The pipeline.
    pipeline: String,
    /// The task.
    task: String,
    /// The function to write.
    function: String,
    /// What its absence says.
    message: String,
}

pub fn view(pipeline: &Pipeline, task: &Task, path: &str) -> StubFile {
    let function = names::identifier(&task.name);
    StubFile {
        pipeline: pipeline.name.clone(),
        task: task.name.clone(),
        message: format!("write the body of `{function}` in {path}"),
        function,
    }
}
