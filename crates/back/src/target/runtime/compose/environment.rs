//! `.env.example`: what may or must be set before the start.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::model::{HostPath, Platform, Secret, SecretOrigin};

/// One variable: a comment above it, and no value.
#[derive(Debug, Serialize)]
pub(super) struct Entry {
    /// The environment variable.
    name: String,
    /// Lines of the comment above it.
    comments: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct EnvironmentView {
    /// What must be set.
    secrets: Vec<Entry>,
    /// What may be set.
    variables: Vec<Entry>,
}

/// The folder that relative sources of pipelines are below. The kind of Airflow knows it; Airflow may run elsewhere.
const PROJECT_DIR: &str = "PROJECT_DIR";

pub(super) fn view(platform: &Platform) -> EnvironmentView {
    let mut seen = BTreeSet::new();
    let mut fresh = |entry: &Entry| seen.insert(entry.name.clone());
    let secrets = platform.secrets.iter().map(secret).filter(&mut fresh);
    let secrets: Vec<Entry> = secrets.collect();
    let mut variables: Vec<Entry> = platform
        .variables
        .iter()
        .filter_map(|variable| {
            let name = variable.env.clone()?;
            let mut comments: Vec<String> = variable.description.iter().cloned().collect();
            if !variable.default.is_empty() {
                comments.push(format!("Default: {}", variable.default));
            }
            Some(Entry { name, comments })
        })
        .collect();
    if mounts_the_project(platform) {
        variables.push(Entry {
            name: PROJECT_DIR.to_string(),
            comments: vec![
                "The absolute path of the folder that holds platform.toml: pipelines mount folders below it."
                    .to_string(),
                format!("`{}` sets it.", platform.commands.line("up")),
            ],
        });
    }
    variables.retain(fresh);
    EnvironmentView { secrets, variables }
}

fn secret(secret: &Secret) -> Entry {
    let mut comments: Vec<String> = match (&secret.description, &secret.origin) {
        (Some(description), _) => vec![description.clone()],
        (None, SecretOrigin::Kind { component }) => vec![format!("A key of {component}")],
        (None, SecretOrigin::Declared) => vec![format!("The secret {}", secret.name)],
    };
    if secret.optional {
        comments.push("Optional.".to_string());
    }
    Entry {
        name: secret.env.clone(),
        comments,
    }
}

fn mounts_the_project(platform: &Platform) -> bool {
    platform
        .pipelines
        .iter()
        .flat_map(|pipeline| &pipeline.volumes)
        .any(|mount| matches!(mount.source.on_host(), Some(HostPath::Project(_))))
}
