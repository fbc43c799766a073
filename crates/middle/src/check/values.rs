//! Values of the chart that a component sets itself (`helm`, `[raw.helm] components`), and that can't mean what they say.

use std::collections::BTreeMap;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    expand::unknown,
    model::{NetworkMode, Workload},
    source::Span,
    syntax::{Node, Table},
};

/// An autoscaler of something that has no number of pods.
pub(super) fn autoscalers(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let Some(scaler) = workload.values.get("hpa").filter(|node| !node.is_false()) else {
            continue;
        };
        in_order(workload, scaler, sink);
        let host = workload.network_mode.as_ref().map(|mode| &mode.value);
        let what = match host {
            _ if workload.daemon => "runs on every node".to_string(),
            _ if workload.is_job() => "runs to completion".to_string(),
            Some(NetworkMode::Service(other)) => format!("runs in the pod of `{other}`"),
            _ => continue,
        };
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!("`{}` {what}, and can't be scaled", workload.name),
            )
            .label(scaler.span, "an autoscaler")
            .help("remove `hpa`"),
        );
    }
}

/// An autoscaler whose least number of pods is greater than its most.
fn in_order(workload: &Workload, scaler: &Node, sink: &mut Sink) {
    let Some(scaler) = scaler.as_table() else {
        return;
    };
    let Some((most, limit)) = scaler
        .entry("maxReplicas")
        .zip(scaler.integer("maxReplicas"))
    else {
        return;
    };
    let written = scaler
        .entry("minReplicas")
        .zip(scaler.integer("minReplicas"));
    if let Some((least, number)) = written.filter(|(_, number)| *number > limit) {
        sink.push(
            Diagnostic::new(
                Code::ConflictingKeys,
                format!(
                    "the autoscaler of `{}` has more pods at least than at most",
                    workload.name
                ),
            )
            .label(least.value.span, format!("{number} at least"))
            .label(most.value.span, format!("{limit} at most"))
            .help(format!(
                "write `maxReplicas = {number}`, or a smaller `minReplicas`"
            ))
            .replacing(most.value.span, number.to_string()),
        );
    }
}

/// `nodePorts` of a port that its Service does not have.
pub(super) fn node_ports(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let Some(numbers) = table(workload, &["service", "nodePorts"]) else {
            continue;
        };
        let raw = table(workload, &["ports"])
            .into_iter()
            .flat_map(Table::iter);
        let raw = raw.filter(|(_, node)| !node.is_false());
        let own = workload.ports.iter().map(|port| port.name.as_str());
        let known: Vec<&str> = own.chain(raw.map(|(key, _)| key.name.as_str())).collect();
        for (key, node) in numbers.iter() {
            if !node.is_false() && !known.contains(&key.name.as_str()) {
                sink.push(unknown("port", &key.name, key.span, &known));
            }
        }
    }
}

/// One account of several workloads, for which they say different things of one annotation.
pub(super) fn accounts(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<(&str, &str), (&str, Span)> = BTreeMap::new();
    for workload in facts.platform.workloads() {
        let own = workload.name.as_str();
        let name = workload
            .values
            .get_path(&["serviceAccount", "name"])
            .and_then(Node::as_str);
        let annotations = table(workload, &["serviceAccount", "annotations"]);
        for (key, node) in annotations.into_iter().flat_map(Table::iter) {
            let Some(text) = node.as_str() else {
                continue;
            };
            let account = name.unwrap_or(own);
            match seen.get(&(account, key.name.as_str())) {
                Some((other, first)) if *other != text => sink.push(
                    Diagnostic::new(
                        Code::ConflictingKeys,
                        format!(
                            "the account `{account}` would have two values of the annotation `{}`",
                            key.name
                        ),
                    )
                    .label(*first, "one")
                    .label(node.span, "and another")
                    .help(
                        "write the same twice, or give one of the workloads an account of its own",
                    ),
                ),
                Some(_) => {}
                None => {
                    seen.insert((account, &key.name), (text, node.span));
                }
            }
        }
    }
}

fn table<'a>(workload: &'a Workload, path: &[&str]) -> Option<&'a Table> {
    workload.values.get_path(path).and_then(Node::as_table)
}
