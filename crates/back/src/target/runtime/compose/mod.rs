//! `compose/`: one file a group, one that includes them all, and what must be set before the start.
//!
//! Each group's file is complete: it has the project's name and declares every network, volume and secret that
//! its services use, so any selection of files can be combined with `-f`. Compose accepts two declarations if they are the
//! same.

mod environment;
mod group;
mod losses;
mod mounts;
mod ports;
mod raw;
mod repeated;
mod service;
mod tree;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;
use serde_json::{Map, Value, json};

use self::group::GroupData;
use crate::{
    files::{DOTENV_GITIGNORE, Target, ignores_dotenv},
    fileset::FileSet,
    model::{MountSource, Platform},
    speak::{Compose, Speak},
    target::{
        Context, Emission,
        runtime::shared::{service::volume_declaration, started::Services},
        shared::{kept::RuntimeData, losses::Losses},
    },
    template::{TemplateError, View},
};

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
    let mut losses = Losses::new(losses::WORDING);
    let raw = raw_keys(platform);
    let written = group::write(context, &raw, &mut losses)?;
    if written.is_empty() && raw.is_empty() {
        // Tasks may keep data all the same.
        return Ok(Emission {
            files: without_files(context)?,
            losses: Vec::new(),
        });
    }
    let (texts, groups): (Vec<String>, Vec<GroupData<'_>>) = written.into_iter().unzip();
    losses::of_variables(platform, &mut losses);
    losses::of_pipelines(platform, &mut losses);
    losses::of_gpus(platform, &mut losses);
    let mut out = FileSet::default();
    for (text, group) in texts.into_iter().zip(&groups) {
        let path = format!("compose/{}.yaml", group.group);
        out.add(Target::Compose, path, text);
    }
    let mut render = |path: String, template: &str, view: View| {
        let text = context.engine.render_view(template, &view)?;
        out.add(Target::Compose, path, text);
        Ok::<(), TemplateError>(())
    };
    let orders = orders(context);
    for order in &orders {
        let path = format!("compose/{}", order.file());
        render(path, "compose/order.yaml", View::new(order))?;
    }
    let project = ProjectView {
        name: project_name(platform, &raw),
        description: platform.description.clone(),
        include: raw::merged_include(&raw, includes(&groups, &orders)),
        volumes: volumes_of_pipelines(platform, &raw, &groups),
        raw: raw::of_project(&raw, &groups),
    };
    let environment = View::new(environment::view(platform));
    for (path, view) in [
        ("compose/compose.yaml", View::new(&project)),
        ("compose/.env.example", environment),
    ] {
        render(path.into(), path, view)?;
    }
    render(DOTENV_GITIGNORE.into(), "compose/gitignore", View::new(()))?;
    refuse_seen_secrets(&out)?;
    for (path, text) in context.mounted.copies(platform) {
        out.add(
            Target::Compose,
            format!("compose/files/{path}"),
            Arc::clone(text),
        );
    }
    remember(platform, &project.name, &project.volumes, groups, &mut out);
    Ok(Emission {
        files: out,
        losses: losses.finish(),
    })
}

/// The data that the files keep and the name of the project, without the files.
pub fn without_files(context: &Context<'_>) -> Result<FileSet, TemplateError> {
    let platform = context.platform;
    let raw = raw_keys(platform);
    let groups = group::unwritten(context, &raw)?;
    let project = project_name(platform, &raw);
    let volumes = volumes_of_pipelines(platform, &raw, &groups);
    let mut out = FileSet::default();
    remember(platform, &project, &volumes, groups, &mut out);
    Ok(out)
}

/// `[raw.compose]`
fn raw_keys(platform: &Platform) -> Map<String, Value> {
    let raw = Compose(platform).raw(&platform.raw_compose);
    raw.as_object().cloned().unwrap_or_default()
}

/// Refuses a template of the user's own that lets git see the file with the secrets.
fn refuse_seen_secrets(out: &FileSet) -> Result<(), TemplateError> {
    match out.files.get(DOTENV_GITIGNORE) {
        Some(file) if !ignores_dotenv(&file.text) => Err(TemplateError {
            template: "compose/gitignore".to_string(),
            line: None,
            range: None,
            message: "what it writes has to keep the secrets in `.env` out of git: write the line `.env`, and after it no line \
                      that starts with `!` but `!.env.example`"
                .to_string(),
        }),
        _ => Ok(()),
    }
}

fn project_name(platform: &Platform, raw: &Map<String, Value>) -> String {
    raw.get("name")
        .and_then(Value::as_str)
        .unwrap_or(&platform.project)
        .to_string()
}

/// Adds the data that the files keep, and the name of the project.
fn remember(
    platform: &Platform,
    project: &str,
    volumes: &Map<String, Value>,
    groups: Vec<GroupData<'_>>,
    out: &mut FileSet,
) {
    let speak = Compose(platform);
    let services = Services::new(&speak);
    let of_groups = groups.iter().map(|group| &group.volumes);
    let declared: BTreeMap<String, Value> = of_groups
        .chain([volumes])
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let data = RuntimeData {
        target: Target::Compose,
        volumes: services.volumes(project, &declared),
        started: groups.into_iter().flat_map(|group| group.started).collect(),
    };
    data.remember(platform, out);
    let project = services.text(&Value::from(project));
    out.projects
        .extend(project.map(|name| (Target::Compose, name)));
}

/// Volumes of tasks. They are declared so that Compose lists them, and removes them when the project is removed with its volumes.
fn volumes_of_pipelines(
    platform: &Platform,
    raw: &Map<String, Value>,
    files: &[GroupData<'_>],
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
                .any(|file| file.volumes.contains_key(&volume.key))
        })
        .map(|volume| {
            (
                volume.key.clone(),
                volume_declaration(&Compose(platform), volume),
            )
        })
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
    /// Its path is in a separate folder: every file beside `compose.yaml` is the file of a group.
    fn file(&self) -> String {
        format!("order/{}.{}.yaml", self.group, self.other)
    }
}

/// The value of `include`: each group's file, and with it what orders it after others.
fn includes(files: &[GroupData<'_>], orders: &[OrderView]) -> Value {
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
