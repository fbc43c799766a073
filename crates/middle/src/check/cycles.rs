//! Nothing may wait for itself.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    graph::independent_cycles,
    model::{At, Pipeline, TaskId},
    source::Span,
    text::chain,
};

pub(super) fn start_order(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen: BTreeSet<Vec<Span>> = BTreeSet::new();
    for cycle in facts.graph.cycles() {
        let names: Vec<&str> = cycle.workloads.iter().map(String::as_str).collect();
        let mut diagnostic = Diagnostic::new(
            Code::DependencyCycle,
            format!("these wait for each other: {}", chain(&names)),
        )
        .help("remove one of these dependencies; `reaches = [...]` is an edge without order");
        for (index, name) in names.iter().enumerate() {
            let next = names[(index + 1) % names.len()];
            let workload = facts.platform.workload(name);
            let dependency = workload.and_then(|workload| {
                workload
                    .depends_on
                    .iter()
                    .find(|dependency| dependency.workload == next)
            });
            if let Some(dependency) = dependency {
                diagnostic =
                    diagnostic.label(dependency.span, format!("`{name}` waits for `{next}`"));
            } else if let Some(mode) = workload.and_then(|workload| workload.network_mode.as_ref())
            {
                diagnostic =
                    diagnostic.label(mode.span, format!("`{name}` is in the network of `{next}`"));
            }
        }
        // A component and its parts wait for the same reasons: each is shown once.
        let mut places: Vec<Span> = diagnostic.labels.iter().map(|label| label.span).collect();
        places.sort();
        if seen.insert(places) {
            sink.push(diagnostic);
        }
    }
}

pub(super) fn tasks(facts: Facts<'_>, sink: &mut Sink) {
    for pipeline in &facts.platform.pipelines {
        task_cycles(pipeline, sink);
    }
}

fn task_cycles(pipeline: &Pipeline, sink: &mut Sink) {
    let name_of = |before: &At<TaskId>| pipeline.task(before.value).name.as_str();
    let pairs: Vec<(&str, &str)> = pipeline
        .tasks
        .iter()
        .flat_map(|task| {
            let before = task.after.iter().map(name_of);
            before.map(|before| (task.name.as_str(), before))
        })
        .collect();
    for cycle in independent_cycles(&pairs) {
        let names: Vec<&str> = cycle.iter().map(String::as_str).collect();
        let mut diagnostic = Diagnostic::new(
            Code::TaskCycle,
            format!("these tasks wait for each other: {}", chain(&names)),
        )
        .help("remove one of these names from `after`");
        for (index, name) in names.iter().enumerate() {
            let next = names[(index + 1) % names.len()];
            let task = pipeline.tasks.iter().find(|task| task.name == *name);
            let before = task.and_then(|task| task.after.iter().find(|it| name_of(it) == next));
            if let Some(before) = before {
                diagnostic =
                    diagnostic.label(before.span, format!("`{name}` comes after `{next}`"));
            }
        }
        sink.push(diagnostic);
    }
}
