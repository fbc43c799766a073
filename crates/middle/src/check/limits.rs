//! Names that the consumers would refuse: too long, or ending in the wrong character.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::Workload,
    source::Span,
};

/// Kubernetes' limit on the names of Services and on the values of labels.
const LABEL: usize = 63;
/// Kubernetes' limit on a label's value that a StatefulSet makes of its name and a hash.
const STATEFUL_SET: usize = 52;
/// The engine's least memory of a container, in bytes.
const LEAST_MEMORY: u64 = 6 << 20;
/// Airflow's limit on a tag.
const TAG: usize = 100;
/// Airflow's limit on the id of a DAG and of a task.
const AIRFLOW_ID: usize = 250;

pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let keeps = workload.mounts.iter().any(|mount| !mount.read_only);
        let (limit, why) = if keeps {
            (STATEFUL_SET, "a StatefulSet adds a hash to its name")
        } else {
            (LABEL, "Kubernetes refuses a longer name")
        };
        if workload.name.len() > limit {
            sink.push(too_long(
                "workload",
                &workload.name,
                limit,
                why,
                workload.span,
            ));
        }
    }
    for pipeline in &facts.platform.pipelines {
        if pipeline.name.len() > LABEL {
            let why = "it is a label of its tasks' pods";
            sink.push(too_long(
                "pipeline",
                &pipeline.name,
                LABEL,
                why,
                pipeline.span,
            ));
        } else if pipeline.name.ends_with(['_', '-']) {
            sink.push(
                Diagnostic::new(
                    Code::BadName,
                    format!("the pipeline `{}` ends in `_` or `-`", pipeline.name),
                )
                .label(pipeline.span, "this name")
                .help("it is a label of its tasks' pods: end it in a letter or a digit"),
            );
        }
        for tag in pipeline.tags.iter().filter(|tag| tag.chars().count() > TAG) {
            sink.push(too_long(
                "tag",
                tag,
                TAG,
                "Airflow refuses a longer tag",
                pipeline.span,
            ));
        }
        for task in pipeline
            .tasks
            .iter()
            .filter(|task| task.name.len() > AIRFLOW_ID)
        {
            let why = "Airflow refuses a longer id";
            sink.push(too_long("task", &task.name, AIRFLOW_ID, why, task.span));
        }
    }
}

/// Amounts that contradict each other, or that the engine refuses.
pub(super) fn amounts(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let resources = &workload.resources;
        if let (Some(cpu), Some(limit)) = (resources.cpu, resources.cpu_limit)
            && cpu > limit
        {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!(
                        "`{}` asks for more processors than its limit",
                        workload.name
                    ),
                )
                .label(span_of(workload, &["resources", "cpu"]), "asks for this")
                .label(
                    span_of(workload, &["resources", "limits", "cpu"]),
                    "and may not have more than this",
                )
                .help("Kubernetes refuses the pod: raise the limit, or ask for less"),
            );
        }
        if resources.memory.is_some_and(|memory| memory < LEAST_MEMORY) {
            sink.push(
                Diagnostic::new(
                    Code::BadValue,
                    format!(
                        "`{}` has less memory than a container can have",
                        workload.name
                    ),
                )
                .label(span_of(workload, &["resources", "memory"]), "below `6Mi`")
                .help("the engine refuses less than `6Mi`"),
            );
        }
        for limit in &workload.runtime.ulimits {
            if limit.hard >= 0 && (limit.soft < 0 || limit.soft > limit.hard) {
                sink.push(
                    Diagnostic::new(
                        Code::BadValue,
                        format!("the soft limit of `{}` is above the hard one", limit.name),
                    )
                    .label(span_of(workload, &["ulimits", &limit.name]), "does not fit")
                    .help("the engine refuses it: raise `hard`, or lower `soft`"),
                );
            }
        }
    }
}

/// The place of a value of a workload, else of its component.
fn span_of(workload: &Workload, path: &[&str]) -> Span {
    let value = workload.written.get_path(path);
    value.map_or(workload.span, |node| node.span)
}

fn too_long(what: &str, name: &str, limit: usize, why: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::BadName,
        format!("the {what} `{name}` is longer than {limit} characters"),
    )
    .label(span, why.to_string())
    .help("shorten the name")
}
