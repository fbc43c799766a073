//! `compose/`: one file a group, one that includes them all, and what must be set before the start.
//!
//! Each group's file stands by itself: it carries the project's name and declares every network, volume and secret that
//! its services use, so any selection of them goes together by `-f`. Compose takes a thing declared twice where both
//! say the same.

mod environment;
mod health;
mod losses;
mod mounts;
mod networks;
mod raw;
mod service;
mod speak;
pub mod swarm;
mod tree;
mod units;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::{losses::Losses, mounts::Mounts, networks::Networks, service::Service};
use crate::{
    files::{FileSet, Target},
    model::{MountSource, Platform, PlatformVolume, Workload},
    target::{Context, Emission},
    template::TemplateError,
};

/// A group's file.
#[derive(Debug, Serialize)]
struct GroupFile {
    /// The Compose project.
    name: String,
    /// The group.
    group: String,
    /// The group's description.
    description: Option<String>,
    /// The services, in the order of their start.
    services: Vec<ServiceView>,
    /// Declarations by section: `networks`, `volumes`, `secrets`, `configs`.
    resources: BTreeMap<&'static str, Map<String, Value>>,
}

impl GroupFile {
    fn declares(&self, section: &str, key: &str) -> bool {
        self.resources
            .get(section)
            .is_some_and(|entries| entries.contains_key(key))
    }
}

#[derive(Debug, Serialize)]
struct ServiceView {
    /// Its name in Compose.
    name: String,
    /// The component's description.
    description: Option<String>,
    /// Its keys in Compose, in their order; `$` is doubled already.
    keys: Map<String, Value>,
}

/// `compose.yaml`.
#[derive(Debug, Serialize)]
struct ProjectView {
    /// The Compose project.
    name: String,
    /// The platform's description.
    description: Option<String>,
    /// What `include` lists: the groups' files.
    include: Value,
    /// Named volumes that only tasks of pipelines mount, whom no group starts.
    volumes: Map<String, Value>,
    /// Whatever `[raw.compose]` adds to the project as a whole.
    raw: Map<String, Value>,
}

/// Start order between two groups that holds only where both are given.
#[derive(Debug, Serialize)]
struct OrderView {
    /// The group that waits.
    group: String,
    /// The group that it waits for.
    other: String,
    /// Services of the first, each with its `depends_on`.
    services: Value,
}

/// Writes the Compose files. A platform without workloads has none.
pub fn emit(context: &Context<'_>) -> Result<Emission, TemplateError> {
    let platform = context.platform;
    let mut losses = Losses::default();
    let raw = speak::raw(platform, &platform.raw_compose);
    let raw = raw.as_object().cloned().unwrap_or_default();
    let mut files = group_files(context, &mut losses)?;
    raw::over_groups(&raw, &mut files);
    if files.is_empty() && raw.is_empty() {
        return Ok(Emission::default());
    }
    losses::of_variables(platform, &mut losses);
    losses::of_pipelines(platform, &mut losses);
    let mut out = FileSet::default();
    let mut render = |path: String, template: &str, view: Value| {
        let text = context.engine.render(template, view)?;
        out.add(Target::Compose, path, text);
        Ok::<(), TemplateError>(())
    };
    let orders = orders(context);
    for order in &orders {
        let path = format!("compose/{}", order.file());
        render(path, "compose/order.yaml", json!(order))?;
    }
    let project = ProjectView {
        name: project_name(platform, &raw),
        description: platform.description.clone(),
        include: includes(&files, &orders),
        volumes: volumes_of_pipelines(platform, &raw, &files),
        raw: raw::of_project(&raw, &files),
    };
    for file in &files {
        let path = format!("compose/{}.yaml", file.group);
        render(path, "compose/group.yaml", json!(file))?;
    }
    let environment = environment::view(platform);
    render(
        "compose/compose.yaml".into(),
        "compose/compose.yaml",
        json!(project),
    )?;
    render(
        "compose/.env.example".into(),
        "compose/.env.example",
        json!(environment),
    )?;
    render("compose/.gitignore".into(), "compose/gitignore", json!({}))?;
    for (path, text) in context.mounted.copies(platform) {
        out.add(Target::Compose, format!("compose/files/{path}"), text);
    }
    Ok(Emission {
        files: out,
        losses: losses.0,
    })
}

fn project_name(platform: &Platform, raw: &Map<String, Value>) -> String {
    raw.get("name")
        .and_then(Value::as_str)
        .unwrap_or(&platform.name)
        .to_string()
}

/// One file for each group that has workloads, in the platform's order.
fn group_files(
    context: &Context<'_>,
    losses: &mut Losses,
) -> Result<Vec<GroupFile>, TemplateError> {
    let platform = context.platform;
    let networks = Networks::new(platform, context.graph);
    let mut files = Vec::new();
    for group in &platform.groups {
        let mut file = GroupFile {
            name: platform.name.clone(),
            group: group.name.clone(),
            description: group.description.clone(),
            services: Vec::new(),
            resources: BTreeMap::new(),
        };
        for workload in platform.workloads().filter(|it| it.group == group.name) {
            let service = service::service(context, &networks, workload, losses)?;
            losses.are_about(&workload.component);
            declare(platform, &networks, &service, &mut file);
            file.services.push(ServiceView {
                name: workload.name.clone(),
                description: describe(platform, workload),
                keys: service.keys,
            });
        }
        if !file.services.is_empty() {
            files.push(file);
        }
    }
    Ok(files)
}

fn describe(platform: &Platform, workload: &Workload) -> Option<String> {
    if workload.description.is_some() || workload.part.is_some() {
        return workload.description.clone();
    }
    platform.component(&workload.component)?.description.clone()
}

/// Adds to a group's file what one of its services uses.
fn declare(platform: &Platform, networks: &Networks<'_>, service: &Service, file: &mut GroupFile) {
    let mut put = |section: &'static str, key: &str, value: Value| {
        let entries = file.resources.entry(section).or_default();
        entries.insert(key.to_string(), value);
    };
    for key in &service.networks {
        if let Some(declaration) = networks.declaration(key) {
            put("networks", key, declaration);
        }
    }
    let Mounts {
        named,
        secret_names,
        ..
    } = &service.mounts;
    for volume in named.iter().filter_map(|key| platform.volume(key)) {
        put("volumes", &volume.key, volume_declaration(volume));
    }
    for secret in secret_names.iter().filter_map(|name| platform.secret(name)) {
        if secret.optional {
            put(
                "configs",
                &secret.name,
                json!({ "content": speak::secret(secret) }),
            );
        } else {
            put(
                "secrets",
                &secret.name,
                json!({ "environment": secret.env }),
            );
        }
    }
}

fn volume_declaration(volume: &PlatformVolume) -> Value {
    let name = speak::literal(&volume.real_name);
    if volume.external {
        json!({ "name": name, "external": true })
    } else {
        json!({ "name": name })
    }
}

/// Declared so that who looks at the project, or takes it down with its volumes, knows of them.
fn volumes_of_pipelines(
    platform: &Platform,
    raw: &Map<String, Value>,
    files: &[GroupFile],
) -> Map<String, Value> {
    let mounts = platform.pipelines.iter().flat_map(|it| &it.volumes);
    let mut volumes: Map<String, Value> = mounts
        .filter_map(|mount| match &mount.source {
            MountSource::Volume(key) => platform.volume(key),
            MountSource::Bind { .. } => None,
        })
        .filter(|volume| {
            !files
                .iter()
                .any(|file| file.declares("volumes", &volume.key))
        })
        .map(|volume| (volume.key.clone(), volume_declaration(volume)))
        .collect();
    for (key, value) in raw
        .get("volumes")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if volumes.contains_key(key) {
            tree::merge(&mut volumes, &json!({ key: value }));
        }
    }
    volumes
}

/// The optional dependencies that lead from one group into another, by the two groups.
fn orders(context: &Context<'_>) -> Vec<OrderView> {
    let platform = context.platform;
    let mut orders: BTreeMap<(&str, &str), Map<String, Value>> = BTreeMap::new();
    for workload in platform.workloads() {
        for dependency in &workload.depends_on {
            let Some(other) = platform.workload(&dependency.workload) else {
                continue;
            };
            if !service::is_across(context, workload, dependency) {
                continue;
            }
            let services = orders.entry((&workload.group, &other.group)).or_default();
            let keys = services
                .entry(workload.name.clone())
                .or_insert_with(|| json!({ "depends_on": {} }));
            keys["depends_on"][&other.name] = service::condition(dependency);
        }
    }
    orders
        .into_iter()
        .map(|((group, other), services)| OrderView {
            group: group.to_string(),
            other: other.to_string(),
            services: Value::Object(services),
        })
        .collect()
}

impl OrderView {
    /// In a folder of its own: what lies beside `compose.yaml` is one file a group.
    fn file(&self) -> String {
        format!("order/{}.{}.yaml", self.group, self.other)
    }
}

/// The value of `include`: each group's file, and with it what orders it after others.
fn includes(files: &[GroupFile], orders: &[OrderView]) -> Value {
    files
        .iter()
        .map(|file| {
            let own = format!("{}.yaml", file.group);
            let more = orders.iter().filter(|order| order.group == file.group);
            let paths: Vec<String> = std::iter::once(own.clone())
                .chain(more.map(OrderView::file))
                .collect();
            if paths.len() == 1 {
                Value::from(own)
            } else {
                json!({ "path": paths })
            }
        })
        .collect()
}
