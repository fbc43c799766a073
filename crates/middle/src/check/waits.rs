//! Values of the chart that name what a workload waits for: what the platform does not have, and what has no end.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    model::{NetworkOwners, Platform, Workload},
    source::Span,
    syntax::{Key, Node, Table, Value, places},
};

/// `waitFor` and `waitForJobs`: the chart leaves out what it does not know, and the workload starts at once; for what does not
/// listen it waits without end.
pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let pods = NetworkOwners::of_pods(platform);
    for workload in platform.workloads().filter(|it| !it.in_chart) {
        if let Some(awaited) = workload.values.table("waitFor") {
            ports(platform, &pods, awaited, sink);
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
    let pipelines = platform.raw_written.get_path(&["helm", "pipelines"]);
    let pipelines = pipelines.and_then(Node::as_table).into_iter();
    for (_, pipeline) in pipelines.flat_map(Table::iter) {
        let awaited = pipeline.as_table().and_then(|it| it.table("waitFor"));
        if let Some(awaited) = awaited {
            ports(platform, &pods, awaited, sink);
        }
    }
}

/// Workloads and the ports that they are to listen on.
fn ports(platform: &Platform, pods: &NetworkOwners, awaited: &Table, sink: &mut Sink) {
    for (name, port) in awaited.iter().filter(|(_, port)| !port.is_false()) {
        let Some(other) = platform.workload(&name.name) else {
            let others = platform.workloads().collect();
            sink.push(unknown("workload", &name.name, name.span, others));
            continue;
        };
        let host = pods.foreign_owner_of(&other.name);
        let host = host.and_then(|host| platform.workload(host));
        match host.filter(|_| other.is_job()) {
            Some(host) => sink.push(over_before(other, host, name, port)),
            None => {
                if let Some(silent) = silent(platform, pods, other, name, port) {
                    sink.push(silent);
                }
            }
        }
    }
}

/// A job in another's pod has no Service: it is over before that pod listens.
fn over_before(job: &Workload, host: &Workload, key: &Key, port: &Node) -> Diagnostic {
    let message = format!(
        "`{}` runs in the pod of `{}` and is over before that listens, so nobody can wait for a port of it",
        job.name, host.name
    );
    let diagnostic =
        Diagnostic::new(Code::ConflictingKeys, message).label(key.span, "nothing listens there");
    match host.ports.first() {
        Some(listens) => diagnostic
            .help(format!(
                "wait for the pod, which listens once the job is over: `waitFor = {{ {} = {} }}`",
                host.name, listens.container.first
            ))
            .renaming(&job.name, host.name.as_str())
            .replacing(port.span, listens.container.first.to_string()),
        None => diagnostic
            .help("remove it: the pod that it runs in has no port either")
            .removing(places(key, port)),
    }
}

/// A workload that does not listen on the port that is waited for.
fn silent(
    platform: &Platform,
    pods: &NetworkOwners,
    other: &Workload,
    key: &Key,
    port: &Node,
) -> Option<Diagnostic> {
    let Value::Integer(number) = port.value else {
        return None;
    };
    let listens = |it: &Workload| {
        let mut ports = it.ports.iter().map(|port| &port.container);
        ports.any(|range| (i64::from(range.first)..=i64::from(range.last)).contains(&number))
    };
    if listens(other) {
        return None;
    }
    let in_pod = platform
        .workloads()
        .filter(|it| it.name == other.name || pods.foreign_owner_of(&it.name) == Some(&other.name));
    let in_pod: Vec<&Workload> = in_pod.collect();
    // What raw tables say of ports is not told apart here.
    let is_raw = |it: &&Workload| it.values.get("ports").is_some() || it.chart.is_some();
    if in_pod.iter().any(is_raw) || in_pod.iter().any(|it| listens(it)) {
        return None;
    }
    let message = format!("`{}` does not listen on {number}", other.name);
    let diagnostic =
        Diagnostic::new(Code::UnknownPort, message).label(port.span, "nothing listens there");
    Some(match other.ports.first() {
        Some(first) => {
            let right = first.container.first;
            diagnostic
                .help(format!("it listens on {right}: `{} = {right}`", other.name))
                .replacing(port.span, right.to_string())
        }
        None if other.is_job() => diagnostic.help(format!(
            "wait for its end: `waitForJobs = [\"{}\"]`",
            other.name
        )),
        None => diagnostic
            .help(format!("remove it: `{}` has no port", other.name))
            .removing(places(key, port)),
    })
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
