//! NetworkPolicies of a rendering: whom they are about, whom they name, which ports they open. A policy that
//! selects nothing protects nothing, and says so to nobody.

use serde_json::Value;

use crate::kubernetes::{Pods, array, selects};

/// What is wrong with one policy's `spec`, given all pods of the release.
pub fn faults(spec: &Value, pods: &[Pods<'_>]) -> Vec<String> {
    let mut faults = Vec::new();
    let subjects = matching(&spec["podSelector"], pods);
    if subjects.is_empty() && !is_of_tasks(&spec["podSelector"]) {
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
                if is_of_tasks(&peer["podSelector"]) {
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

/// Whether it selects the pods that Airflow starts for a pipeline's tasks: a rendering has none of them.
fn is_of_tasks(selector: &Value) -> bool {
    !selector["matchLabels"]["mlopsgen.io/pipeline"].is_null()
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
