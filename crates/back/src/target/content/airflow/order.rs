//! Which task comes after which, in the words of a DAG: `extract >> train >> publish`.

use crate::model::{Pipeline, Task};

/// A longer line ends, and the next one begins with its last task.
const WIDTH: usize = 100;

/// Tasks in a row.
struct Chain {
    text: String,
    /// The variable of its last task.
    last: String,
}

/// The lines that order the tasks, whose variables stand in the order of the tasks.
///
/// A task joins the chain of the one before it where that is its last and only one; else it begins a line.
pub fn lines(pipeline: &Pipeline, variables: &[String]) -> Vec<String> {
    let mut chains: Vec<Chain> = Vec::new();
    for (task, variable) in pipeline.tasks.iter().zip(variables) {
        let Some(before) = expression(task, variables) else {
            continue;
        };
        let fits = |chain: &&mut Chain| {
            chain.last == before && chain.text.len() + 4 + variable.len() <= WIDTH
        };
        match chains.iter_mut().find(fits) {
            Some(chain) => {
                chain.text.push_str(&format!(" >> {variable}"));
                chain.last.clone_from(variable);
            }
            None => chains.push(Chain {
                text: format!("{before} >> {variable}"),
                last: variable.clone(),
            }),
        }
    }
    chains.into_iter().map(|chain| chain.text).collect()
}

/// The tasks before a task: a variable, or a list of them; `None` where there is none.
fn expression(task: &Task, variables: &[String]) -> Option<String> {
    let before: Vec<&str> = task
        .after
        .iter()
        .filter_map(|before| variables.get(before.value.0))
        .map(String::as_str)
        .collect();
    match before.as_slice() {
        [] => None,
        [single] => Some((*single).to_string()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}
