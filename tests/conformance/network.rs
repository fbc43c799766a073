//! NetworkPolicies of a rendering: whom they are about, whom they name, which ports they open. A policy that
//! selects nothing protects nothing, and says so to nobody.

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
