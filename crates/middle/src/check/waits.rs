//! Values of the chart that name what a workload waits for: what the platform does not have, and what has no end.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    model::{NetworkOwners, Workload},
    source::Span,
    syntax::{Node, Table},
};

/// `waitFor` and `waitForJobs`: the chart leaves out what it does not know, and the workload starts at once.
pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let pods = NetworkOwners::of_pods(platform);
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        let ports = workload.values.table("waitFor").into_iter();
        for (name, port) in ports.flat_map(Table::iter) {
            if !port.is_false() && platform.workload(&name.name).is_none() {
                let others = platform.workloads().collect();
                sink.push(unknown("workload", &name.name, name.span, others));
            }
        }
        let jobs = workload.values.get("waitForJobs");
        for node in jobs.and_then(Node::as_array).unwrap_or_default() {
            let Some(name) = node.as_str() else { continue };
            match platform.workload(name) {
                None => {
                    let jobs = platform.workloads().filter(|it| has_end(it, &pods));
                    sink.push(unknown("job", name, node.span, jobs.collect()));
                }
                Some(other) if !has_end(other, &pods) => {
                    sink.push(endless(other, node.span));
                }
                Some(_) => {}
            }
        }
    }
}

/// A job with a pod of its own: the cluster can be asked whether it has succeeded.
fn has_end(workload: &Workload, pods: &NetworkOwners) -> bool {
    let kind = workload.values.get("kind").and_then(Node::as_str);
    let is_job = kind.map_or(workload.is_job(), |kind| kind == "Job");
    is_job && pods.foreign_owner_of(&workload.name).is_none()
}

fn unknown(what: &str, name: &str, span: Span, others: Vec<&Workload>) -> Diagnostic {
    let known = others.into_iter().map(|it| it.name.as_str());
    Diagnostic::new(
        Code::UnknownName,
        format!("there is no {what} `{name}` to wait for"),
    )
    .label(span, format!("no such {what}: nothing waits"))
    .misspelled(name, nearest(name, known), || {
        "remove it: what runs elsewhere is tried by a container of `helm.initContainers`"
            .to_string()
    })
}

fn endless(other: &Workload, place: Span) -> Diagnostic {
    let name = &other.name;
    let what = match other.is_job() {
        true => "runs in the pod of another workload",
        false => "runs on",
    };
    let message = format!("`{name}` {what}, and has no end that could be waited for");
    let diagnostic =
        Diagnostic::new(Code::ConflictingKeys, message).label(place, "nothing waits for it");
    match other.ports.first().filter(|_| !other.is_job()) {
        Some(port) => diagnostic.help(format!(
            "remove it, and wait until it listens: `waitFor = {{ {name} = {} }}`",
            port.container.first
        )),
        None => diagnostic.help("remove it"),
    }
}
