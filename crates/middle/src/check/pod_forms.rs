//! Values of the chart that no template reads for a workload of this form: what runs in another's pod has no node of its own,
//! what runs on has no tries.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::{CHART_KEYS, PodForm},
    model::{NetworkOwners, Workload},
    syntax::{Key, Node, Table, inline, key_text, places},
};

/// A key that is about pods of another form.
pub(super) fn keys(facts: Facts<'_>, sink: &mut Sink) {
    let pods = NetworkOwners::of_pods(facts.platform);
    for workload in facts.platform.workloads().filter(|it| !it.in_chart) {
        let host = pods.foreign_owner_of(&workload.name);
        let form = form(workload, host);
        for (key, node) in workload.values.iter().filter(|(_, node)| !node.is_false()) {
            if host.is_some() && key.name == "kind" {
                sink.push(of_others(workload, form, key, node));
                continue;
            }
            let known = CHART_KEYS.iter().find(|known| known.name == key.name);
            if !known.is_some_and(|known| known.meaningless_for.contains(&form)) {
                continue;
            }
            let host = host.and_then(|host| facts.platform.workload(host));
            sink.push(match host {
                Some(host) => of_pod(workload, host, key, node),
                None => of_others(workload, form, key, node),
            });
        }
    }
}

/// What it becomes; a raw `kind` decides it.
fn form(workload: &Workload, host: Option<&str>) -> PodForm {
    let kind = workload.values.get("kind").and_then(Node::as_str);
    match kind.filter(|_| host.is_none()) {
        Some("DaemonSet") => return PodForm::Daemon,
        Some("Job") => return PodForm::Job,
        Some("Deployment" | "StatefulSet") => return PodForm::Server,
        _ => {}
    }
    match (host, workload.is_job()) {
        (Some(_), true) => PodForm::GuestJob,
        (Some(_), false) => PodForm::Guest,
        (None, true) => PodForm::Job,
        (None, false) if workload.daemon => PodForm::Daemon,
        (None, false) => PodForm::Server,
    }
}

fn meaningless(workload: &Workload, key: &Key, what: &str) -> Diagnostic {
    let message = format!(
        "`{}` means nothing for `{}`, which {what}",
        key.name, workload.name
    );
    Diagnostic::new(Code::ConflictingKeys, message).label(key.span, "nothing reads it here")
}

fn of_others(workload: &Workload, form: PodForm, key: &Key, node: &Node) -> Diagnostic {
    let what = match form {
        PodForm::Daemon => "runs on every node",
        PodForm::Job => "runs to completion",
        PodForm::Server => "runs on",
        PodForm::Guest | PodForm::GuestJob => "runs in the pod of another workload",
    };
    meaningless(workload, key, what)
        .help(format!("remove `{}`", key.name))
        .removing(places(key, node))
}

/// What is about the pod stands at the workload whose pod it is.
fn of_pod(workload: &Workload, host: &Workload, key: &Key, node: &Node) -> Diagnostic {
    let what = format!("runs in the pod of `{}`", host.name);
    let diagnostic = meaningless(workload, key, &what).removing(places(key, node));
    let holds = |form| {
        let known = CHART_KEYS.iter().find(|known| known.name == key.name);
        known.is_some_and(|known| !known.meaningless_for.contains(&form))
    };
    let has_it = host.values.get(&key.name).is_some();
    if has_it || host.part.is_some() || !holds(form(host, None)) {
        return diagnostic.help(format!(
            "remove `{}`: what holds for the pod stands in `helm` of `{}`",
            key.name, host.name
        ));
    }
    let line = format!("{} = {}", key_text(&key.name), inline(node));
    // Beside the other keys, where there are some: a table is written in one form.
    let (place, line) = match host.written.entry("helm") {
        Some(entry) if entry.value.as_table().is_some() => (entry.key.span, line),
        _ => (host.span, format!("helm.{line}")),
    };
    let help = format!("write it at `{}`, whose pod it is: `{line}`", host.name);
    diagnostic.help(help).adding(place, line)
}

/// What is said of Services that there are not, since nothing listens.
pub(super) fn services(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let pods = NetworkOwners::of_pods(platform);
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        let is_nothing =
            |node: &Node| node.is_false() || node.as_array().is_some_and(<[_]>::is_empty);
        let said = ["service", "aliases"].map(|key| workload.values.entry(key));
        let Some(entry) = said.into_iter().flatten().find(|it| !is_nothing(&it.value)) else {
            continue;
        };
        let in_pod = platform.workloads().filter(|other| {
            let host = pods.foreign_owner_of(&other.name);
            other.name == workload.name || host == Some(&workload.name) && !other.is_job()
        });
        let is_ended = workload.is_job() && pods.foreign_owner_of(&workload.name).is_some();
        if is_ended || in_pod.into_iter().any(listens) {
            continue;
        }
        let message = format!(
            "`{}` has no port, so there is no Service of it",
            workload.name
        );
        let diagnostic = Diagnostic::new(Code::ConflictingKeys, message)
            .label(entry.key.span, "nothing reads it here");
        sink.push(match workload.part {
            None => {
                let line = "ports.http = 8000";
                let help = format!("write what it listens on: `{line}`");
                diagnostic.help(help).adding(workload.span, line)
            }
            Some(_) => diagnostic
                .help(format!("remove `{}`", entry.key.name))
                .removing(places(&entry.key, &entry.value)),
        });
    }
}

fn listens(workload: &Workload) -> bool {
    let raw = workload.values.table("ports");
    let mut raw = raw.into_iter().flat_map(Table::iter);
    !workload.ports.is_empty() || raw.any(|(_, node)| !node.is_false())
}
