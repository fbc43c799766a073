//! `swarm/stack.yaml`: the platform as one stack of Docker Swarm, off unless `platform.targets` names it.
//!
//! Swarm knows no start order: what can't start yet is started again until it can.

mod losses;
mod mounts;
mod ports;
mod service;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::service::Service;
use crate::{
    files::{DOTENV, Target},
    fileset::FileSet,
    model::{NetworkMode, Platform, Workload},
    speak::Stack,
    target::{
        Context, Emission,
        runtime::shared::{
            networks::Networks,
            service::{ServiceView, volume_declaration},
            started::Services,
        },
    },
    template::TemplateError,
};

const PATH: &str = "swarm/stack.yaml";

/// Networks that the engine has, by keys that no group has: the host's, and none at all.
const HOST_NETWORK: (&str, &str) = ("engine.host", "host");
const NO_NETWORK: (&str, &str) = ("engine.none", "none");

/// What `templates/swarm/stack.yaml` sees.
#[derive(Debug, Serialize)]
struct StackView {
    /// The stack.
    name: String,
    /// The platform's description.
    description: Option<String>,
    /// This file, from the folder of platform.toml.
    path: String,
    /// The file of secrets and variables, from the folder of platform.toml.
    environment: String,
    /// The services, in the order of their components.
    services: Vec<ServiceView>,
    /// Secrets that have to be made before: files in containers.
    secrets: Vec<SecretView>,
    /// Declarations by section: `networks`, `volumes`, `secrets`.
    resources: BTreeMap<&'static str, Map<String, Value>>,
}

#[derive(Debug, Serialize, PartialEq)]
struct SecretView {
    /// Its name in Swarm.
    name: String,
    /// The environment variable that has its value.
    env: String,
}

/// Writes the stack. A platform without workloads has none.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let platform = context.platform;
    let view = view(context)?;
    let mut files = FileSet::default();
    if !view.services.is_empty() {
        remember(platform, &view, &mut files);
        let text = context.engine.render("swarm/stack.yaml", json!(view))?;
        files.add(Target::Swarm, PATH, text);
        for (path, text) in context.mounted.copies(platform) {
            files.add(
                Target::Swarm,
                format!("swarm/files/{path}"),
                Arc::clone(text),
            );
        }
    }
    Ok(Emission {
        files,
        losses: losses::of(platform, context.graph),
    })
}

/// The data that the stack keeps and its name, without the file.
pub fn without_files(context: &Context<'_>) -> Result<FileSet, TemplateError> {
    let view = view(context)?;
    let mut out = FileSet::default();
    if !view.services.is_empty() {
        remember(context.platform, &view, &mut out);
    }
    Ok(out)
}

fn view(context: &Context<'_>) -> Result<StackView, TemplateError> {
    let platform = context.platform;
    let speak = Stack(platform);
    let networks = Networks::new(context, &speak);
    let folder = platform.output_folder();
    let mut view = StackView {
        name: platform.project.clone(),
        description: platform.description.clone(),
        path: format!("{folder}/{PATH}"),
        environment: format!("{folder}/{DOTENV}"),
        services: Vec::new(),
        secrets: Vec::new(),
        resources: BTreeMap::new(),
    };
    for workload in platform.workloads().filter(|it| !is_left_out(it)) {
        let service = service::service(context, &networks, workload)?;
        declare(platform, &networks, &service, &mut view);
        let service = ServiceView::new(platform, workload, service.keys);
        view.services.push(service);
    }
    Ok(view)
}

/// Adds the data that the stack keeps, and its name.
fn remember(platform: &Platform, view: &StackView, out: &mut FileSet) {
    let declared = view.resources.get("volumes").into_iter().flatten();
    let declared = declared.map(|(key, value)| (key.clone(), value.clone()));
    Services::new(&Stack(platform))
        .runtime_data(
            Target::Swarm,
            &view.name,
            &declared.collect(),
            view.services.iter(),
        )
        .remember(platform, out);
    out.projects.insert(Target::Swarm, view.name.clone());
}

/// Swarm has no form for a container in another's network, nor for a job that is off.
fn is_left_out(workload: &Workload) -> bool {
    is_guest(workload) || (workload.is_job() && !workload.profiles.is_empty())
}

/// Whether it is in another's network.
fn is_guest(workload: &Workload) -> bool {
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    matches!(mode, Some(NetworkMode::Service(_)))
}

fn declare(
    platform: &Platform,
    networks: &Networks<'_>,
    service: &Service<'_>,
    view: &mut StackView,
) {
    let speak = Stack(platform);
    let mut put = |section: &'static str, key: &str, value: Value| {
        let entries = view.resources.entry(section).or_default();
        entries.insert(key.to_string(), value);
    };
    for key in &service.networks {
        let engine = [HOST_NETWORK, NO_NETWORK]
            .into_iter()
            .find(|(known, _)| known == key);
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
    for volume in service
        .volumes
        .iter()
        .filter_map(|key| platform.volume(key))
    {
        put("volumes", &volume.key, volume_declaration(&speak, volume));
    }
    // In the platform's order, whatever the order of the mounts.
    let is_mounted = |name: &str| service.files.secrets.iter().any(|(it, _)| it.name == name);
    for secret in platform.secrets.iter().filter(|it| is_mounted(&it.name)) {
        let name = format!("{}_{}", platform.project, secret.name);
        let declaration = json!({ "name": name, "external": true });
        put("secrets", &secret.name, declaration);
        let env = secret.env.clone();
        let secret = SecretView { name, env };
        if !view.secrets.contains(&secret) {
            view.secrets.push(secret);
        }
    }
}
