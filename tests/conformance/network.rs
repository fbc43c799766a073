//! NetworkPolicies of a rendering: the pods that they select, the peers that they name, the ports that they open. A policy that
//! selects no pod protects nothing, and Kubernetes does not report it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::kubernetes::{Pods, array, selects};

/// The label of the pods that Airflow starts for a pipeline's tasks.
const PIPELINE: &str = "mlopsgen.io/pipeline";

/// What is wrong with one policy's `spec`, given all pods of the release and the pipelines whose pods come and go.
pub fn faults(spec: &Value, pods: &[Pods<'_>], pipelines: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    let subjects = matching(&spec["podSelector"], pods);
    if subjects.is_empty() && !of_pipeline(&spec["podSelector"], pipelines) {
        faults.push(format!(
            "podSelector {} selects no pods",
            spec["podSelector"]
        ));
    }
    for (rules, side) in [("ingress", "from"), ("egress", "to")] {
        for rule in array(&spec[rules]) {
            for peer in array(&rule[side])
                .filter(|peer| peer["namespaceSelector"].is_null() && peer["ipBlock"].is_null())
            {
                let peers = matching(&peer["podSelector"], pods);
                if peers.is_empty() && of_pipeline(&peer["podSelector"], pipelines) {
                    continue;
                }
                if peers.is_empty() {
                    faults.push(format!(
                        "{rules} names pods {} that do not exist",
                        peer["podSelector"]
                    ));
                } else if side == "to" {
                    faults.extend(closed_ports(rule, &peers));
                }
            }
            if side == "from" && !subjects.is_empty() {
                faults.extend(closed_ports(rule, &subjects));
            }
        }
    }
    faults
}

/// Addresses `SERVICE:PORT` in the variables of `pods` at which the Service of that name does not answer.
pub fn unanswered(pods: &Pods<'_>, services: &[(String, BTreeSet<u64>)]) -> Vec<String> {
    let variables = pods
        .containers()
        .flat_map(|container| array(&container["env"]));
    let mut faults = Vec::new();
    for text in variables.filter_map(|variable| variable["value"].as_str()) {
        for (service, ports) in services {
            let host = format!("{service}:");
            let named = text.match_indices(&host);
            let port = named.filter_map(|(at, name)| port_at(text, at, at + name.len()));
            for port in port.filter(|port| !ports.contains(port)) {
                faults.push(format!("reads {service}:{port}, where nothing answers"));
            }
        }
    }
    faults
}

/// The port of an address whose host is at `start..end - 1`; `None` where the words there are something else, such as the
/// name of an image or of a plugin.
fn port_at(text: &str, start: usize, end: usize) -> Option<u64> {
    let before = &text[..start];
    let rest = &text[end..];
    let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_part = |c: char| c.is_alphanumeric() || "-._".contains(c);
    let is_word = before.ends_with(is_part) || digits.starts_with(is_part);
    let is_path = before.ends_with('/') && !before.ends_with("//");
    if is_word || is_path {
        return None;
    }
    rest[..rest.len() - digits.len()].parse().ok()
}

/// Whether a selector means the pods of one of the pipelines.
fn of_pipeline(selector: &Value, pipelines: &[String]) -> bool {
    selector["matchLabels"][PIPELINE]
        .as_str()
        .is_some_and(|name| pipelines.iter().any(|pipeline| pipeline == name))
}

fn matching<'a>(selector: &Value, pods: &'a [Pods<'a>]) -> Vec<&'a Pods<'a>> {
    pods.iter()
        .filter(|pods| selects(selector, pods.labels))
        .collect()
}

/// Ports that a rule opens and no container of the pods listens on; ranges are left alone.
fn closed_ports(rule: &Value, pods: &[&Pods<'_>]) -> Vec<String> {
    let single =
        array(&rule["ports"]).filter(|port| !port["port"].is_null() && port["endPort"].is_null());
    let closed = single.filter(|port| !pods.iter().any(|pods| pods.port(&port["port"]).is_some()));
    closed
        .map(|port| format!("opens port {}, which no container has", port["port"]))
        .collect()
}
