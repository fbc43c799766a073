//! `swarm/stack.yaml`: the platform as one stack of Docker Swarm, off unless `platform.targets` names it.
//!
//! It is made of the same services as the Compose files, in the words that `docker stack` has for them. Swarm knows no
//! start order: what can't start yet is started again until it can.

mod losses;
mod service;
mod speak;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::service::Stacked;
use super::{
    ServiceView, describe,
    losses::Losses as ComposeLosses,
    networks::{ENGINE_NETWORKS, Networks},
    service as compose_service,
};
use crate::{
    files::{FileSet, Target},
    model::{NetworkMode, Platform, Workload},
    target::{Context, Emission},
    template::TemplateError,
};

const PATH: &str = "swarm/stack.yaml";

/// What `templates/swarm/stack.yaml` sees.
#[derive(Debug, Serialize)]
struct StackView {
    name: String,
    description: Option<String>,
    /// Both from the folder of platform.toml.
    path: String,
    environment: String,
    services: Vec<ServiceView>,
    /// Secrets that have to be made before: files in containers.
    secrets: Vec<SecretView>,
    /// Declarations by section: `networks`, `volumes`, `secrets`.
    resources: BTreeMap<&'static str, Map<String, Value>>,
}

#[derive(Debug, Serialize, PartialEq)]
struct SecretView {
    name: String,
    env: String,
}

/// Writes the stack. A platform without workloads has none.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let platform = context.platform;
    let networks = Networks::new(platform, context.graph);
    let folder = match &platform.environment {
        None => "generated".to_string(),
        Some(environment) => format!("generated/{environment}"),
    };
    let mut view = StackView {
        name: platform.name.clone(),
        description: platform.description.clone(),
        path: format!("{folder}/{PATH}"),
        environment: format!("{folder}/compose/.env"),
        services: Vec::new(),
        secrets: Vec::new(),
        resources: BTreeMap::new(),
    };
    let mut losses = Vec::new();
    let mut said = BTreeSet::new();
    for workload in platform.workloads() {
        losses.extend(losses::of_workload(context, workload, &mut said));
        if is_left_out(workload) {
            continue;
        }
        // What Compose can't express is Compose's to say.
        let mut unsaid = ComposeLosses::default();
        let made = compose_service::plain(context, &networks, workload, &mut unsaid)?;
        let stacked = service::stacked(platform, workload, made.keys, &made.mounts);
        declare(platform, &networks, &stacked, &made.mounts.named, &mut view);
        view.services.push(ServiceView {
            name: workload.name.clone(),
            description: describe(platform, workload),
            keys: stacked.keys,
        });
    }
    losses.extend(losses::of_platform(platform));
    let mut files = FileSet::default();
    if !view.services.is_empty() {
        let text = context.engine.render("swarm/stack.yaml", json!(view))?;
        files.add(Target::Swarm, PATH, text);
        for (path, text) in context.mounted.copies(platform) {
            files.add(Target::Swarm, format!("swarm/files/{path}"), text);
        }
    }
    Ok(Emission { files, losses })
}

/// Swarm has no form for a container in another's network, nor for a job that is off.
fn is_left_out(workload: &Workload) -> bool {
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    matches!(mode, Some(NetworkMode::Service(_)))
        || (workload.is_job() && !workload.profiles.is_empty())
}

fn declare(
    platform: &Platform,
    networks: &Networks<'_>,
    stacked: &Stacked,
    volumes: &[String],
    view: &mut StackView,
) {
    let mut put = |section: &'static str, key: &str, value: Value| {
        let entries = view.resources.entry(section).or_default();
        entries.insert(key.to_string(), value);
    };
    for key in &stacked.networks {
        let engine = ENGINE_NETWORKS.iter().find(|(known, _)| known == key);
        if let Some((_, name)) = engine {
            put("networks", key, json!({ "name": name, "external": true }));
        } else if let Some(Value::Object(mut declaration)) = networks.declaration(key) {
            if !declaration.contains_key("external") {
                declaration.insert("driver".to_string(), json!("overlay"));
                // Containers that no stack started, as the tasks of pipelines, join it too.
                declaration.insert("attachable".to_string(), json!(true));
            }
            put("networks", key, Value::Object(declaration));
        }
    }
    for volume in volumes.iter().filter_map(|key| platform.volume(key)) {
        let mut declaration = json!({ "name": super::speak::literal(&volume.real_name) });
        if volume.external {
            declaration["external"] = json!(true);
        }
        put("volumes", &volume.key, declaration);
    }
    for secret in stacked
        .secrets
        .iter()
        .filter_map(|name| platform.secret(name))
    {
        let name = format!("{}_{}", platform.name, secret.name);
        let declaration = json!({ "name": name, "external": true });
        put("secrets", &secret.name, declaration);
        let env = secret.env.clone();
        let secret = SecretView { name, env };
        if !view.secrets.contains(&secret) {
            view.secrets.push(secret);
        }
    }
}
