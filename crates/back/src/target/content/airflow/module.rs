//! The module that the DAGs of a platform share, and the file that keeps Airflow from reading it as a DAG.
//!
//! It has the platform's name, because one Airflow may read the DAGs of several platforms, and it lies in a folder of
//! its own, because Airflow takes each file beside the DAGs for one.

use serde::Serialize;

use crate::model::Platform;

/// The module of the DAGs, and `.airflowignore`.
#[derive(Debug, Serialize)]
pub struct ModuleView {
    /// The name of the module.
    module: String,
    /// The platform's name.
    platform: String,
    /// The network of all pipelines' tasks under Compose.
    network: String,
    /// The major version of Airflow.
    airflow_major: u64,
    /// The project's folder as seen from the folder of the module.
    project: String,
}

pub fn view(platform: &Platform, airflow_major: u64) -> ModuleView {
    let project = match platform.environment {
        Some(_) => "../../../../..",
        None => "../../../..",
    };
    ModuleView {
        module: name(platform),
        platform: platform.name.clone(),
        network: platform.network_name("pipelines"),
        airflow_major,
        project: project.to_string(),
    }
}

/// `course_pipelines` for the platform `course`. Python finds a DAG of that name first: then the module has another.
pub fn name(platform: &Platform) -> String {
    let mut name = format!("{}_pipelines", platform.name.replace('-', "_"));
    while platform.pipelines.iter().any(|it| it.name == name) {
        name.push('_');
    }
    name
}
