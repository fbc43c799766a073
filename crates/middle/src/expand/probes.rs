//! Probes from outside: the prober is a part of Prometheus, and is left out if it has nothing to probe.

use super::{Declarations, Layers, layers::Layered};
use crate::{
    model::{PROBER, Purpose},
    syntax::{Node, Table},
};

/// Removes the prober if it has nothing to probe, or if Prometheus can't reach it.
pub(super) fn drop_idle(all: &Declarations, layers: &mut [Layers]) {
    let has_work = layers
        .iter()
        .flat_map(|layers| &layers.workloads)
        .any(|workload| !workload.job && can_be_probed(&workload.table));
    for (declared, layers) in all.components.iter().zip(layers) {
        let workloads = &mut layers.workloads;
        if !declared.is_for(Purpose::Metrics) {
            continue;
        }
        let is_here = declared.external.is_none() && !is_on_host(workloads);
        workloads.retain(|it| (has_work && is_here) || it.part.as_deref() != Some(PROBER));
    }
}

/// Prometheus on the host's network resolves no name of a container.
fn is_on_host(workloads: &[Layered]) -> bool {
    let mut main = workloads.iter().filter(|it| it.part.is_none());
    main.any(|it| it.table.string("network_mode") == Some("host"))
}

/// Whether a long-running workload has no metrics, and a health check that can be probed from outside.
pub fn can_be_probed(table: &Table) -> bool {
    let is_askable = |health: &Table| {
        ["http", "tcp", "outside"]
            .iter()
            .any(|way| health.get(way).is_some())
            && !health.get("probe").is_some_and(Node::is_false)
    };
    table.one_or_many_tables("metrics").is_empty() && table.table("health").is_some_and(is_askable)
}
