//! Nothing may wait for itself.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    graph::shortest_cycles,
    model::{At, NetworkMode, Pipeline},
    source::Span,
    text::chain,
};

pub(super) fn start_order(facts: Facts<'_>, sink: &mut Sink) {
    for cycle in facts.graph.cycles() {
        let names: Vec<&str> = cycle.workloads.iter().map(String::as_str).collect();
        let mut diagnostic = Diagnostic::new(
            Code::DependencyCycle,
            format!("these wait for each other: {}", chain(&names)),
        )
        .help("take one of these dependencies away; `reaches = [...]` is an edge without order");
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
        sink.push(diagnostic);
    }
}

/// Workloads that share each other's network in a circle: none of them has one to share.
pub(super) fn networks(facts: Facts<'_>, sink: &mut Sink) {
    let modes: Vec<(&str, &str, Span)> = facts
        .platform
        .workloads()
        .filter_map(|workload| match workload.network_mode.as_ref() {
            Some(At {
                value: NetworkMode::Service(other),
                span,
            }) => Some((workload.name.as_str(), other.as_str(), *span)),
            _ => None,
        })
        .collect();
    let pairs: Vec<(&str, &str)> = modes.iter().map(|(from, to, _)| (*from, *to)).collect();
    for cycle in shortest_cycles(&pairs) {
        let names: Vec<&str> = cycle.iter().map(String::as_str).collect();
        let mut diagnostic = Diagnostic::new(
            Code::DependencyCycle,
            format!("these share each other's network: {}", chain(&names)),
        )
        .help("take `network_mode` away from one of them: that one has the network");
        for name in &names {
            if let Some((from, to, span)) = modes.iter().find(|(from, ..)| from == name) {
                diagnostic = diagnostic.label(*span, format!("`{from}` has that of `{to}`"));
            }
        }
        sink.push(diagnostic);
    }
}

pub(super) fn tasks(facts: Facts<'_>, sink: &mut Sink) {
    for pipeline in &facts.platform.pipelines {
        task_cycles(pipeline, sink);
    }
}

fn task_cycles(pipeline: &Pipeline, sink: &mut Sink) {
    let pairs: Vec<(&str, &str)> = pipeline
        .tasks
        .iter()
        .flat_map(|task| {
            task.after
                .iter()
                .map(|(before, _)| (task.name.as_str(), before.as_str()))
        })
        .collect();
    for cycle in shortest_cycles(&pairs) {
        let names: Vec<&str> = cycle.iter().map(String::as_str).collect();
        let mut diagnostic = Diagnostic::new(
            Code::TaskCycle,
            format!("tasks that come after each other: {}", chain(&names)),
        )
        .help("take one of these names out of `after`");
        for (index, name) in names.iter().enumerate() {
            let next = names[(index + 1) % names.len()];
            let task = pipeline.tasks.iter().find(|task| task.name == *name);
            let span = task.and_then(|task| task.after.iter().find(|(before, _)| before == next));
            if let Some((_, span)) = span {
                diagnostic = diagnostic.label(*span, format!("`{name}` comes after `{next}`"));
            }
        }
        sink.push(diagnostic);
    }
}
