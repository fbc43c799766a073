//! What waits for something that may be off, and jobs that never end.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{NetworkMode, Restart, Workload},
};

/// A start-order edge, not optional, to a workload whose profiles may all be off while this one is on.
pub(super) fn dependencies(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        network(facts, workload, sink);
        for dependency in workload
            .depends_on
            .iter()
            .filter(|dependency| !dependency.optional)
        {
            let Some(other) = facts.platform.workload(&dependency.workload) else {
                continue;
            };
            if other.component == workload.component || always_on_with(workload, other) {
                continue;
            }
            sink.push(
                Diagnostic::new(
                    Code::DependencyOff,
                    format!("`{}` waits for `{}`, which may be off", workload.name, other.name),
                )
                .label(dependency.span, "waits here")
                .label(other.span, format!("on only with {}", crate::text::one_of(&other.profiles)))
                .help(format!(
                    "give `{}` the same profiles, or write `depends_on = {{ {} = {{ optional = true }} }}`",
                    workload.name, other.name
                )),
            );
        }
    }
}

/// The network of a workload that may be off.
fn network(facts: Facts<'_>, workload: &Workload, sink: &mut Sink) {
    let Some(mode) = &workload.network_mode else {
        return;
    };
    let NetworkMode::Service(name) = &mode.value else {
        return;
    };
    let Some(host) = facts.platform.workload(name) else {
        return;
    };
    if always_on_with(workload, host) {
        return;
    }
    sink.push(
        Diagnostic::new(
            Code::DependencyOff,
            format!(
                "`{}` is in the network of `{name}`, which may be off",
                workload.name
            ),
        )
        .label(mode.span, "needs it")
        .label(
            host.span,
            format!("on only with {}", crate::text::one_of(&host.profiles)),
        )
        .help(format!("give `{}` the same profiles", workload.name)),
    );
}

fn always_on_with(workload: &Workload, other: &Workload) -> bool {
    if other.profiles.is_empty() {
        return true;
    }
    let on: BTreeSet<&String> = other.profiles.iter().collect();
    !workload.profiles.is_empty() && workload.profiles.iter().all(|profile| on.contains(profile))
}

/// A job that starts again whenever it has ended.
pub(super) fn restarting_jobs(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts
        .platform
        .workloads()
        .filter(|workload| workload.is_job())
    {
        if matches!(workload.restart, Restart::Always | Restart::UnlessStopped) {
            let span = workload
                .written
                .get("restart")
                .map_or(workload.span, |node| node.span);
            sink.push(
                Diagnostic::new(
                    Code::RestartingJob,
                    format!("the job `{}` would start again whenever it has ended", workload.name),
                )
                .label(span, format!("restarts `{}`", workload.restart.name()))
                .replacing(span, "\"no\"")
                .help("write `restart = \"no\"`, or `restart = \"on-failure\"`; what runs on is of `kind = \"service\"`"),
            );
        }
    }
}
