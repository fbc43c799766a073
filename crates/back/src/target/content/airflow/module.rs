//! The module that the DAGs of a platform share, and the file that keeps Airflow from reading it as a DAG.
//!
//! It has the platform's name, because one Airflow may read the DAGs of several platforms, and it lies in a folder of
//! its own, because Airflow takes each file beside the DAGs for one.

use serde::Serialize;

use crate::{
    graph::Graph,
    model::{NetworkOwners, Platform, Purpose},
};

/// The engine's own network, which is always there.
const BRIDGE: &str = "bridge";

/// The module of the DAGs, and `.airflowignore`.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    /// The name of the module.
    module: String,
    /// The platform's name.
    platform: String,
    /// The network of all pipelines' tasks under Compose; `bridge` where nothing of the platform is on it.
    network: String,
    /// The major version of Airflow.
    airflow_major: u64,
    /// The project's folder as seen from the folder of the module.
    project: String,
}

pub fn view(platform: &Platform, graph: &Graph, airflow_major: u64) -> ModuleView {
    let project = match platform.environment {
        Some(_) => "../../../../..",
        None => "../../../..",
    };
    ModuleView {
        module: name(platform),
        platform: platform.name.clone(),
        network: match has_network(platform, graph) {
            true => platform.network_name("pipelines"),
            false => BRIDGE.to_string(),
        },
        airflow_major,
        project: project.to_string(),
    }
}

/// Whether a service is on the network of tasks: Compose makes no network for nobody. Where tasks reach no service, and Airflow
/// runs elsewhere, there is none.
fn has_network(platform: &Platform, graph: &Graph) -> bool {
    let owners = NetworkOwners::of(platform);
    let joins = |name: &str| {
        let owner = platform.workload(owners.owner_of(name));
        owner.is_some_and(|it| it.network_mode.is_none())
    };
    let airflow = platform.first_for(Purpose::Pipelines);
    let airflow = airflow.and_then(|it| it.main());
    airflow.is_some_and(|it| joins(&it.name))
        || graph.reached_by_pipelines().iter().any(|it| joins(it))
}

/// `course_pipelines` for the platform `course`. Python finds a DAG of that name first: then the module has another.
pub fn name(platform: &Platform) -> String {
    let mut name = format!("{}_pipelines", platform.name.replace('-', "_"));
    while platform.pipelines.iter().any(|it| it.name == name) {
        name.push('_');
    }
    name
}
