//! `compose/GROUP.yaml`: the services of one group, and what they use.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    losses::WORDING,
    raw,
    repeated::{self, Repeated},
    service::{self, Service},
};
use crate::{
    model::{Group, Platform, Workload},
    speak::{Compose, Speak},
    target::{
        Context,
        runtime::shared::{
            networks::Networks,
            service::{ServiceView, volume_declaration},
            started::Services,
        },
        shared::{kept::Started, losses::Losses},
    },
    template::TemplateError,
    threads,
};

/// A group's file.
#[derive(Debug, Serialize)]
pub(super) struct GroupFile {
    /// The Compose project.
    pub name: String,
    /// The group.
    group: String,
    /// The group's description.
    description: Option<String>,
    /// The services, in the order of their start.
    pub services: Vec<ServiceView>,
    /// Declarations by section: `networks`, `volumes`, `secrets`, `configs`.
    pub resources: BTreeMap<&'static str, Map<String, Value>>,
    #[serde(flatten)]
    repeated: Repeated,
}

impl GroupFile {
    pub fn declares(&self, section: &str, key: &str) -> bool {
        self.resources
            .get(section)
            .is_some_and(|entries| entries.contains_key(key))
    }
}

/// What is still asked of a group, once its file is written.
pub(super) struct GroupData<'a> {
    /// The group.
    pub group: String,
    /// The names of its services.
    pub services: Vec<String>,
    /// The volumes that it declares.
    pub volumes: Map<String, Value>,
    /// Its services as they start.
    pub started: Vec<Started<'a>>,
}

/// One file for each group that has workloads, in the platform's order. The services of a file take far more room than its
/// text, so each is written as soon as its services are known.
pub(super) fn write<'a>(
    context: &Context<'a>,
    raw: &Map<String, Value>,
    losses: &mut Losses,
) -> Result<Vec<(String, GroupData<'a>)>, TemplateError> {
    each(context, raw, losses, |services, mut file| {
        file.repeated = repeated::of(context.platform, &file.services);
        let text = context.engine.render("compose/group.yaml", &file)?;
        Ok((text, data(context.platform, services, file)))
    })
}

/// The same without the texts.
pub(super) fn unwritten<'a>(
    context: &Context<'a>,
    raw: &Map<String, Value>,
) -> Result<Vec<GroupData<'a>>, TemplateError> {
    let mut losses = Losses::new(WORDING);
    each(context, raw, &mut losses, |services, file| {
        Ok(data(context.platform, services, file))
    })
}

fn each<T: Send>(
    context: &Context<'_>,
    raw: &Map<String, Value>,
    losses: &mut Losses,
    finish: impl Fn(&Services<'_>, GroupFile) -> Result<T, TemplateError> + Sync,
) -> Result<Vec<T>, TemplateError> {
    let platform = context.platform;
    let speak = Compose(platform);
    let networks = Networks::new(context, &speak);
    let services = Services::new(&speak);
    let groups = groups(platform);
    let build = |(group, workloads): &(&Group, Vec<&Workload>)| {
        let mut losses = Losses::new(WORDING);
        let file = file(context, &networks, group, workloads, &mut losses)?;
        Ok::<_, TemplateError>((file, losses))
    };
    let finish = |(file, losses): (GroupFile, Losses)| {
        let made = finish(&services, file)?;
        Ok::<_, TemplateError>((made, losses))
    };
    let made: Vec<Result<_, TemplateError>> = if raw.is_empty() {
        threads::each(&groups, |group| finish(build(group)?))
    } else {
        // A resource of raw keys stands in all files if none of them declares it.
        let built = threads::each(&groups, build).into_iter();
        let built: Vec<_> = built.collect::<Result<_, _>>()?;
        let (mut files, losses): (Vec<_>, Vec<_>) = built.into_iter().unzip();
        raw::over_groups(raw, &mut files);
        threads::each(files.into_iter().zip(losses), finish)
    };
    let mut out = Vec::new();
    for made in made {
        let (made, of_group) = made?;
        losses.append(of_group);
        out.push(made);
    }
    Ok(out)
}

/// The groups that have workloads.
fn groups(platform: &Platform) -> Vec<(&Group, Vec<&Workload>)> {
    let mut of_group: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for workload in platform.workloads() {
        of_group.entry(&workload.group).or_default().push(workload);
    }
    let groups = platform.groups.iter();
    groups
        .filter_map(|group| Some((group, of_group.remove(group.name.as_str())?)))
        .collect()
}

fn file<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    group: &Group,
    workloads: &[&'a Workload],
    losses: &mut Losses,
) -> Result<GroupFile, TemplateError> {
    let platform = context.platform;
    let mut file = GroupFile {
        name: platform.project.clone(),
        group: group.name.clone(),
        description: group.description.clone(),
        services: Vec::with_capacity(workloads.len()),
        resources: BTreeMap::new(),
        repeated: Repeated::default(),
    };
    for workload in workloads {
        let service = service::service(context, networks, workload, losses)?;
        declare(platform, networks, &service, &mut file);
        let view = ServiceView::new(platform, workload, service.keys);
        file.services.push(view);
    }
    Ok(file)
}

fn data<'a>(platform: &'a Platform, services: &Services<'_>, mut file: GroupFile) -> GroupData<'a> {
    let started = file.services.iter().filter_map(|service| {
        services.started(platform, platform.workload(&service.name)?, service)
    });
    GroupData {
        started: started.collect(),
        group: file.group,
        volumes: file.resources.remove("volumes").unwrap_or_default(),
        services: file.services.into_iter().map(|it| it.name).collect(),
    }
}

/// Adds to a group's file what one of its services uses.
fn declare(
    platform: &Platform,
    networks: &Networks<'_>,
    service: &Service<'_>,
    file: &mut GroupFile,
) {
    let mut put = |section: &'static str, key: &str, value: Value| {
        let entries = file.resources.entry(section).or_default();
        entries.insert(key.to_string(), value);
    };
    for key in &service.networks {
        if let Some(declaration) = networks.declaration(key) {
            put("networks", key, declaration);
        }
    }
    let speak = Compose(platform);
    let mounts = &service.mounts;
    for volume in mounts.named.iter().filter_map(|key| platform.volume(key)) {
        put("volumes", &volume.key, volume_declaration(&speak, volume));
    }
    for (secret, _) in &mounts.files.secrets {
        if secret.optional {
            let content = json!({ "content": speak.secret(secret) });
            put("configs", &secret.name, content);
        } else {
            let environment = json!({ "environment": secret.env });
            put("secrets", &secret.name, environment);
        }
    }
}
