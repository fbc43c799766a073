//! Names that the consumers would refuse: too long, or ending in the wrong character.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::memory_bytes,
    model::Workload,
    source::Span,
    syntax::{Node, Table},
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

/// Fewer bytes than these no file system fits into.
const LEAST_ROOM: u64 = 1 << 20;
/// Nobody gives one container as many processors: thousandths were meant.
const MOST_PROCESSORS: u64 = 1000;
/// From so many processors on, memory tells what was meant.
const MANY_PROCESSORS: u64 = 50;
/// In bytes: with less memory for each of many processors, thousandths were meant.
const LEAST_FOR_EACH: u64 = 16 << 20;

/// Sizes of volumes and numbers of processors that lack their unit.
pub(super) fn units(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for workload in platform.workloads() {
        let name = format!("`{}`", workload.name);
        volume_sizes(&workload.written, &format!(" of {name}"), sink);
        let memory = workload.resources.memory;
        processors(&name, &workload.written, memory, sink);
    }
    volume_sizes(facts.written.tree, "", sink);
    for pipeline in &platform.pipelines {
        let name = format!("pipeline `{}`", pipeline.name);
        volume_sizes(&pipeline.written, &format!(" of {name}"), sink);
        processors(&name, &pipeline.written, pipeline.resources.memory, sink);
        for task in &pipeline.tasks {
            let own = pipeline.written.get_path(&["tasks", &task.name]);
            let Some(own) = own.and_then(Node::as_table) else {
                continue;
            };
            let name = format!("task `{}` of {name}", task.name);
            processors(&name, own, task.resources.memory, sink);
        }
    }
}

/// The sizes of the volumes of a table; `of`: whose they are.
fn volume_sizes(table: &Table, of: &str, sink: &mut Sink) {
    let volumes = table.entries_of("volumes");
    for (name, node) in volumes {
        let size = node.as_table().and_then(|volume| volume.get("size"));
        let what = format!("volume `{}`{of}", name.name);
        if let Some(diagnostic) = size.and_then(|size| without_room(&what, size)) {
            sink.push(diagnostic);
        }
    }
}

/// The processors that a container asks for by the keys of its table, beside so much memory.
fn processors(name: &str, written: &Table, memory: Option<u64>, sink: &mut Sink) {
    for path in [&["resources", "cpu"][..], &["resources", "limits", "cpu"]] {
        let amount = written.get_path(path);
        let found = amount.and_then(|amount| too_many_processors(name, memory, amount));
        if let Some(diagnostic) = found {
            sink.push(diagnostic);
        }
    }
}

fn without_room(what: &str, size: &Node) -> Option<Diagnostic> {
    let number = size.as_str()?;
    // One with a unit is what it says.
    let bytes = memory_bytes(number).filter(|_| number.bytes().all(|byte| byte.is_ascii_digit()));
    bytes.filter(|bytes| *bytes < LEAST_ROOM)?;
    Some(
        Diagnostic::new(
            Code::BadValue,
            format!("{what} has room for less than `1Mi`"),
        )
        .label(size.span, "too little for any file system")
        .help(format!(
            "give it a unit: `\"{number}Gi\"` or `\"{number}Mi\"`"
        )),
    )
}

fn too_many_processors(name: &str, memory: Option<u64>, amount: &Node) -> Option<Diagnostic> {
    let number: u64 = amount.scalar().parse().ok()?;
    let are_thousandths = match memory {
        Some(memory) => number >= MANY_PROCESSORS && memory < number.saturating_mul(LEAST_FOR_EACH),
        None => number >= MOST_PROCESSORS,
    };
    let meant = are_thousandths.then(|| format!("\"{number}m\""))?;
    Some(
        Diagnostic::new(
            Code::BadValue,
            format!("{name} asks for {number} whole processors"),
        )
        .label(amount.span, "more than one container gets")
        .help(format!(
            "write `{meant}`: thousandths of one have the unit `m`"
        ))
        .replacing(amount.span, meant),
    )
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
                .help(least_memory(workload)),
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

/// What to say of too little memory: most often a unit is missing.
fn least_memory(workload: &Workload) -> String {
    let memory = workload.written.get_path(&["resources", "memory"]);
    let text = memory.and_then(Node::as_str).unwrap_or_default();
    let refuses = "the engine refuses less than `6Mi`";
    match text.parse::<u64>() {
        Ok(number) => format!("give it a unit, as in `\"{number}Mi\"`: {refuses}"),
        Err(_) => refuses.to_string(),
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
