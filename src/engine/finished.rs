//! Which jobs need not run again at the next `up`.
//!
//! Compose starts every container that has exited, so it repeats each job at each `up`. In Kubernetes a job runs again
//! only when it has changed; so it does here.

use std::collections::{BTreeMap, BTreeSet};

use super::{Container, Inspected, inspected};
use crate::{graph::Graph, model::Platform};

/// What the engine and Compose know.
pub struct EngineFacts<'a> {
    /// As `compose ps --all` lists them.
    pub containers: &'a [Container],
    /// The same ones, in full.
    pub inspected: &'a [Inspected],
    /// Compose's hash over each service that is to be started, as it is now.
    pub hashes: &'a BTreeMap<String, String>,
    /// The id of each image as it is now.
    pub images: &'a BTreeMap<String, String>,
}

/// Jobs that succeeded and have not changed since, and whose dependencies were created before that run and have not
/// changed either.
pub fn finished(platform: &Platform, graph: &Graph, known: &EngineFacts<'_>) -> BTreeSet<String> {
    platform
        .workloads()
        .filter(|workload| workload.is_job() && is_finished(&workload.name, graph, known))
        .map(|workload| workload.name.clone())
        .collect()
}

fn is_finished(job: &str, graph: &Graph, known: &EngineFacts<'_>) -> bool {
    let Some(run) = known.unchanged(job) else {
        return false;
    };
    let has_ended_well = |container: &Container| {
        container.service == job && container.state == "exited" && container.exit_code == 0
    };
    known.containers.iter().any(has_ended_well)
        && graph
            .waits_for(job)
            .iter()
            .filter(|name| known.hashes.contains_key(*name))
            .all(|name| {
                let other = known.unchanged(name);
                other.is_some_and(|other| other.is_older_than_the_run_of(run))
            })
}

impl EngineFacts<'_> {
    /// The one container of a service, if Compose would leave it as it is.
    fn unchanged(&self, service: &str) -> Option<&Inspected> {
        let mut of_it = self.containers.iter().filter(|it| it.service == service);
        let (container, None) = (of_it.next()?, of_it.next()) else {
            return None;
        };
        let found = inspected(container, self.inspected)?;
        let hash = self.hashes.get(service).map(String::as_str);
        let image = self.images.get(&found.config.image)?;
        (found.config_hash() == hash && *image == found.image).then_some(found)
    }
}
