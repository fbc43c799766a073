//! Public addresses that the chart's values say, for tasks: a DAG is no template of the chart, so it reads them from Airflow's
//! environment.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    model::{Piece, Pipeline, Platform, TaskBody, Text},
    names::variable_name,
    speak::{Chart, Speak},
};

/// The variable of Airflow's environment that holds a public address in a cluster; nothing where it is known now.
pub fn variable(platform: &Platform, piece: &Piece) -> Option<String> {
    let (word, component, port) = match piece {
        Piece::PublicUrl { component, port } => ("URL", component, port),
        Piece::PublicOrigin { component, port } => ("ORIGIN", component, port),
        Piece::PublicHost { component, port } => ("HOST", component, port),
        Piece::Literal(_)
        | Piece::Secret(_)
        | Piece::Variable(_)
        | Piece::Endpoint(_)
        | Piece::RouteOrigin(_)
        | Piece::RoutePort(_)
        | Piece::Network(_) => return None,
    };
    value(platform, piece).is_array().then(|| {
        // A port's name has no `--`, so that no two addresses have one variable.
        let name = format!("MLOPSGEN_{word}_{component}__{port}");
        variable_name(&name)
    })
}

/// What the chart puts it together from.
fn value(platform: &Platform, piece: &Piece) -> Value {
    let pieces = vec![piece.clone()];
    Chart(platform).value(&Text { pieces })
}

/// The public addresses in the tasks of all pipelines: their variables, and what the chart puts each together from.
pub fn of_tasks(platform: &Platform) -> BTreeMap<String, Value> {
    let pieces = platform.pipelines.iter().flat_map(in_tasks);
    pieces
        .filter_map(|piece| Some((variable(platform, piece)?, value(platform, piece))))
        .collect()
}

/// What the variables and the scripts of a pipeline's tasks are made of.
pub fn in_tasks(pipeline: &Pipeline) -> impl Iterator<Item = &Piece> {
    let tasks = pipeline.tasks.iter().flat_map(|task| {
        let run = match &task.body {
            TaskBody::Run(text) => Some(text),
            TaskBody::Stub => None,
        };
        task.env.iter().map(|it| &it.value).chain(run)
    });
    let own = pipeline.env.iter().map(|it| &it.value);
    own.chain(tasks).flat_map(|text| &text.pieces)
}
