//! What a workload that runs on every node can't be besides.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{NetworkMode, Workload},
    source::Span,
};

/// A daemon that has a number of replicas, ends, or runs in another's pod.
pub(super) fn daemons(facts: Facts<'_>, sink: &mut Sink) {
    let workloads = facts.platform.workloads();
    for workload in workloads.filter(|workload| workload.daemon) {
        let place = place_of(workload, "daemon");
        for (span, what, help) in conflicts(workload) {
            let message = format!("`{}` runs on every node, and {what}", workload.name);
            let diagnostic = Diagnostic::new(Code::ConflictingKeys, message);
            sink.push(
                diagnostic
                    .label(place, "here")
                    .label(span, "and here")
                    .help(help),
            );
        }
    }
}

/// The place of what excludes `daemon`, what it means, and what to write.
fn conflicts(workload: &Workload) -> Vec<(Span, String, &'static str)> {
    let mut found = Vec::new();
    if let Some(replicas) = workload
        .written
        .get("replicas")
        .filter(|node| !node.is_false())
    {
        let what = format!("has {} replicas", workload.replicas);
        found.push((replicas.span, what, "keep one of `daemon` and `replicas`"));
    }
    if workload.is_job() {
        let what = "runs to completion".to_string();
        found.push((workload.span, what, "leave `daemon` out: a job runs once"));
    }
    if let Some(mode) = &workload.network_mode
        && let NetworkMode::Service(other) = &mode.value
    {
        let what = format!("runs in the pod of `{other}`");
        found.push((mode.span, what, "set `daemon` on that component instead"));
    }
    found
}

/// Where a key of a workload is written.
fn place_of(workload: &Workload, key: &str) -> Span {
    let node = workload.written.get(key);
    node.map_or(workload.span, |node| node.span)
}
