//! What runs in the network of another workload, and how long.

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::NetworkMode,
    syntax::places,
};

/// What runs on in the network of a job: Compose takes its network away when the job ends, and in a cluster the job, in whose
/// pod it is, never ends.
pub(super) fn services_in_job_network(facts: Facts<'_>, sink: &mut Sink) {
    let workloads = facts.platform.workloads();
    for workload in workloads.filter(|workload| !workload.is_job()) {
        let Some(mode) = &workload.network_mode else {
            continue;
        };
        let NetworkMode::Service(name) = &mode.value else {
            continue;
        };
        // A part shares its network with nobody, which was reported.
        let host = facts.platform.workload(name);
        let Some(job) = host.filter(|host| host.is_job() && host.part.is_none()) else {
            continue;
        };
        let message = format!(
            "`{}` runs on in the network of `{name}`, which ends",
            workload.name
        );
        let mut diagnostic = Diagnostic::new(Code::ConflictingKeys, message)
            .about(&workload.component)
            .label(mode.span, "needs its network")
            .label(job.span, "runs to completion")
            .help("remove `network_mode`, or let both be a job, or neither");
        if let Some(entry) = workload.written.entry("network_mode") {
            diagnostic = diagnostic.removing(places(&entry.key, &entry.value));
        }
        sink.push(diagnostic);
    }
}
