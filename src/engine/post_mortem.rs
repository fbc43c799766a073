//! Why something did not start: what failed, the end of its log, and what waits for it.

use super::{Container, Engine, Inspected, Phase, Running, Selection, inspected};
use crate::plan::Failure;

/// A container that has failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The workload.
    pub service: String,
    /// What is wrong with it.
    pub cause: String,
    /// Services that can't start before it works.
    pub waiting: Vec<String>,
    /// What its failed health check printed.
    pub check: Option<String>,
    /// The last lines of its log.
    pub log: String,
}

/// The containers of the selection that have failed. Errors: the engine does not list its containers.
pub fn broken(
    running: &Running,
    selection: &Selection,
    engine: &Engine,
) -> Result<Vec<Broken>, Failure> {
    let containers = engine.containers(running.name())?;
    let details = engine.inspect(&containers);
    let workloads = selection.workloads();
    let mut broken = Vec::new();
    for container in &containers {
        let is_ours = workloads.iter().any(|w| w.name == container.service);
        let detail = inspected(container, &details);
        let Some(cause) = cause(container, detail).filter(|_| is_ours) else {
            continue;
        };
        let service = container.service.as_str();
        let graph = &running.output.graph;
        let is_waiting = |name: &str| {
            let container = containers.iter().find(|it| it.service == name);
            Phase::of(container) == Phase::Waiting && graph.waits_for(name).contains(service)
        };
        let names = workloads.iter().map(|workload| workload.name.clone());
        broken.push(Broken {
            service: service.to_string(),
            cause,
            waiting: names.filter(|name| is_waiting(name)).collect(),
            check: detail.and_then(Inspected::failed_check),
            log: last_lines(running, engine, service),
        });
    }
    Ok(broken)
}

fn last_lines(running: &Running, engine: &Engine, service: &str) -> String {
    let words = [
        "logs",
        "--no-color",
        "--no-log-prefix",
        "--tail",
        "10",
        service,
    ];
    let log = engine.read(&running.by_name(words)).unwrap_or_default();
    log.trim_end().to_string()
}

/// Why a container failed; `None` if it works, or only waits for others.
fn cause(container: &Container, detail: Option<&Inspected>) -> Option<String> {
    let state = detail.map(|detail| &detail.state);
    if let Some(state) = state.filter(|state| !state.error.is_empty() && !container.is_running()) {
        return Some(format!("the engine could not start it: {}", state.error));
    }
    let Phase::Failed(how) = Phase::of(Some(container)) else {
        return restarts_repeatedly(container, detail);
    };
    let is_out_of_memory = state.is_some_and(|state| state.is_out_of_memory);
    Some(match is_out_of_memory {
        true => format!("{how}: it was killed, because it wanted more memory than its limit"),
        false => format!("{how} ({})", container.status),
    })
}

/// A container that crashes again and again runs for a moment each time, and may be seen running.
fn restarts_repeatedly(container: &Container, detail: Option<&Inspected>) -> Option<String> {
    let restarts = detail.map_or(0, |detail| detail.restart_count);
    let is_unproven = container.health.is_empty() && container.is_running();
    let has_just_started = container.status.contains("second");
    (restarts > 0 && is_unproven && has_just_started).then(|| {
        format!(
            "it has been restarted {restarts} times ({})",
            container.status
        )
    })
}
