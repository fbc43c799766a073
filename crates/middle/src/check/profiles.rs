//! What waits for something that may be off, and jobs that never end.

use std::collections::BTreeSet;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Component, NetworkMode, Restart, Workload},
    syntax::{Node, Table, Value, inline, key_text},
};

/// A start-order edge, not optional, to a workload whose profiles may all be off while this one is on.
/// One line may order several workloads of a component after several of another: it is one mistake.
pub(super) fn dependencies(facts: Facts<'_>, sink: &mut Sink) {
    let mut told = BTreeSet::new();
    let mut told_within = BTreeSet::new();
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
            if always_on_with(workload, other) {
                continue;
            }
            if other.component == workload.component {
                let odd = with_profiles_of_its_own(facts, workload, other);
                if told_within.insert(&odd.name) {
                    sink.push(within(workload, other, odd));
                }
                continue;
            }
            if !told.insert((&workload.component, &other.component, dependency.span)) {
                continue;
            }
            let diagnostic = Diagnostic::new(
                Code::DependencyOff,
                format!(
                    "`{}` waits for `{}`, which may be off",
                    workload.name, other.name
                ),
            )
            .label(dependency.span, "waits here")
            .label(
                other.span,
                format!(
                    "runs only with the profile {}",
                    crate::text::one_of(&other.profiles)
                ),
            );
            sink.push(as_optional(diagnostic, workload, &other.name));
        }
    }
}

/// Which of two workloads of one component has other profiles than its main one.
fn with_profiles_of_its_own<'a>(
    facts: Facts<'a>,
    waiting: &'a Workload,
    other: &'a Workload,
) -> &'a Workload {
    let written = |workload: &Workload| {
        let node = workload.written.get("profiles");
        node.map(|node| node.span)
    };
    let main = facts.platform.component(&waiting.component);
    let main = main.and_then(Component::main).map(written);
    match main == Some(written(waiting)) {
        true => other,
        false => waiting,
    }
}

/// The kind's own order between workloads of a component: it is not optional, so their profiles have to agree.
fn within(waiting: &Workload, other: &Workload, odd: &Workload) -> Diagnostic {
    let place = odd
        .written
        .get("profiles")
        .map_or(odd.span, |node| node.span);
    let part = odd.part.as_deref().unwrap_or_default();
    Diagnostic::new(
        Code::DependencyOff,
        format!(
            "`{}` waits for `{}`, which may be off",
            waiting.name, other.name
        ),
    )
    .label(place, format!("the profiles of `{}`", odd.name))
    .label(
        other.span,
        format!(
            "`{}` runs only with the profile {}",
            other.name,
            crate::text::one_of(&other.profiles)
        ),
    )
    .help(format!(
        "take `profiles` out of `parts.{part}`: a part has those of its component; `parts.{part} = false` leaves it out"
    ))
}

/// The help that makes a dependency an optional one, whichever way the dependencies are written.
fn as_optional(diagnostic: Diagnostic, workload: &Workload, other: &str) -> Diagnostic {
    let same = format!("give `{}` the same profiles", workload.name);
    let optional = |entries: Option<&Table>| {
        let more = entries.into_iter().flat_map(Table::iter);
        let more = more.filter(|(key, _)| key.name != "optional");
        let mut all: Vec<String> = more
            .map(|(key, value)| format!("{} = {}", key_text(&key.name), inline(value)))
            .collect();
        all.push("optional = true".to_string());
        format!("{{ {} }}", all.join(", "))
    };
    let node = workload.written.get("depends_on");
    match node.map(|node| (node, &node.value)) {
        Some((node, Value::Array(items))) => {
            let entry = |item: &Node| {
                let name = item.as_str()?;
                // Without a word it waits for what the list form waits for.
                let value = match name == other {
                    true => optional(None),
                    false => "{}".to_string(),
                };
                Some(format!("{} = {value}", key_text(name)))
            };
            let entries: Vec<String> = items.iter().filter_map(entry).collect();
            let table = format!("{{ {} }}", entries.join(", "));
            diagnostic
                .help(format!("{same}, or write `depends_on = {table}`"))
                .replacing(node.span, table)
        }
        Some((_, Value::Table(table))) if table.get(other).is_some() => {
            let entry = table.get(other).map(|value| match &value.value {
                Value::Table(entry) => (value.span, optional(Some(entry))),
                _ => (
                    value.span,
                    format!("{{ on = {}, optional = true }}", inline(value)),
                ),
            });
            match entry {
                Some((span, entry)) => diagnostic
                    .help(format!(
                        "{same}, or write `{} = {entry}` there",
                        key_text(other)
                    ))
                    .replacing(span, entry),
                None => diagnostic.help(same),
            }
        }
        _ => diagnostic.help(same),
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
            format!(
                "runs only with the profile {}",
                crate::text::one_of(&host.profiles)
            ),
        )
        .help(format!("give `{}` the same profiles", workload.name)),
    );
}

fn always_on_with(workload: &Workload, other: &Workload) -> bool {
    // Profiles that could not be read may be any.
    let is_unread = workload
        .written
        .get("profiles")
        .is_some_and(Node::is_broken);
    if other.profiles.is_empty() || is_unread {
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
