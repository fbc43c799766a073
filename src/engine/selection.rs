//! What a command acts on: groups, their workloads and volumes, and what else it stops.

use std::collections::BTreeSet;

use crate::{
    graph::Graph,
    model::{Component, Condition, Mount, MountSource, Platform, PlatformVolume, Workload},
    plan::Failure,
    text::one_of,
};

/// Some groups of a platform, in the user's order.
#[derive(Clone, Debug)]
pub struct Selection<'a> {
    platform: &'a Platform,
    graph: &'a Graph,
    /// The groups asked for; all where none was.
    pub groups: Vec<&'a str>,
    /// Whether no group was named.
    pub is_everything: bool,
}

/// The groups of these names; of none, all. Errors: a name that is no group.
pub fn select<'a>(
    platform: &'a Platform,
    graph: &'a Graph,
    names: &[String],
) -> Result<Selection<'a>, Failure> {
    let known: Vec<&str> = platform.groups.iter().map(|g| g.name.as_str()).collect();
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        // A component is started and stopped with its group, never alone.
        let of_component = platform.workloads().find(|it| it.component == *unknown);
        return Err(match of_component {
            Some(workload) => Failure::new(format!(
                "`{unknown}` is a component, and this command takes groups"
            ))
            .help(format!("name its group: `{}`", workload.group)),
            None => Failure::new(format!("there is no group `{unknown}`"))
                .help(format!("name {}, or none for all", one_of(&known))),
        });
    }
    let is_asked = |name: &&str| names.is_empty() || names.iter().any(|asked| asked == name);
    Ok(Selection {
        platform,
        graph,
        groups: known.into_iter().filter(is_asked).collect(),
        is_everything: names.is_empty(),
    })
}

/// The workloads that these names mean: of a workload, a component or a group; of none, all. Errors: a name of none.
pub fn select_workloads<'a>(
    platform: &'a Platform,
    names: &[String],
) -> Result<Vec<&'a Workload>, Failure> {
    let named = NamedWorkloads::of(platform, names);
    if let Some(unknown) = named.unknown.first() {
        let components = platform.components.iter().map(|it| it.name.as_str());
        let groups = platform.groups.iter().map(|it| it.name.as_str());
        let mut known: Vec<&str> = components.collect();
        known.extend(groups.filter(|group| platform.component(group).is_none()));
        return Err(
            Failure::new(format!("there is no component or group `{unknown}`"))
                .help(format!("name {}", one_of(&known))),
        );
    }
    Ok(named.workloads)
}

/// What names mean that somebody typed.
pub struct NamedWorkloads<'a> {
    /// The workloads that they mean; all where there are no names.
    pub workloads: Vec<&'a Workload>,
    /// The names that mean nothing in the platform.
    pub unknown: Vec<String>,
}

impl<'a> NamedWorkloads<'a> {
    /// Each name is that of a workload, a component or a group.
    pub fn of(platform: &'a Platform, names: &[String]) -> Self {
        let means = |name: &str, workload: &Workload| {
            workload.name == name || workload.component == name || workload.group == name
        };
        let is_meant = |workload: &&Workload| {
            names.is_empty() || names.iter().any(|name| means(name, workload))
        };
        let is_unknown = |name: &&String| !platform.workloads().any(|it| means(name, it));
        Self {
            workloads: platform.workloads().filter(is_meant).collect(),
            unknown: names.iter().filter(is_unknown).cloned().collect(),
        }
    }
}

impl<'a> Selection<'a> {
    /// The same with every group that has to run for these to start.
    pub fn with_needed(&self) -> Self {
        let asked: BTreeSet<String> = self.groups.iter().map(ToString::to_string).collect();
        let needed = self.graph.groups_needed(&asked);
        let groups = self.platform.groups.iter().map(|group| group.name.as_str());
        Self {
            groups: groups.filter(|name| needed.contains(*name)).collect(),
            ..self.clone()
        }
    }

    /// The workloads of these groups, in the platform's order.
    pub fn workloads(&self) -> Vec<&'a Workload> {
        let workloads = self.platform.workloads();
        workloads.filter(|workload| self.has(workload)).collect()
    }

    /// The components of these workloads, in the platform's order.
    pub fn components(&self) -> Vec<&'a Component> {
        let components = self.platform.components.iter();
        components
            .filter(|component| component.workloads.iter().any(|it| self.has(it)))
            .collect()
    }

    /// Compose's own files of these groups that have any workload, and those of the order between two of them, where
    /// such a file exists.
    pub fn files(&self, exists: impl Fn(&str) -> bool) -> Vec<String> {
        let groups = self.groups.iter().filter(|group| {
            let mut workloads = self.platform.workloads();
            workloads.any(|workload| workload.group == **group)
        });
        let mut files: Vec<String> = groups
            .map(|group| format!("compose/{group}.yaml"))
            .collect();
        for group in &self.groups {
            let others = self.groups.iter();
            let orders = others.map(|other| format!("compose/order/{group}.{other}.yaml"));
            files.extend(orders.filter(|path| exists(path)));
        }
        files
    }

    /// Jobs that nothing waits for: `compose up --wait` takes their end for a failure.
    pub fn unawaited_jobs(&self) -> Vec<&'a str> {
        let is_awaited = |job: &Workload| {
            self.workloads().iter().any(|workload| {
                workload.depends_on.iter().any(|dependency| {
                    dependency.workload == job.name && dependency.condition == Condition::Completed
                })
            })
        };
        self.workloads()
            .into_iter()
            .filter(|workload| workload.is_job() && !is_awaited(workload))
            .map(|workload| workload.name.as_str())
            .collect()
    }

    /// Workloads of other groups that depend on these: Compose stops them too.
    pub fn stopped_too(&self) -> Vec<&'a Workload> {
        let mut down: BTreeSet<&str> = self.workloads().iter().map(|w| w.name.as_str()).collect();
        loop {
            let more: Vec<&str> = self
                .graph
                .start_edges()
                .filter(|edge| down.contains(edge.to.as_str()))
                .map(|edge| edge.from.as_str())
                .filter(|from| !down.contains(from))
                .collect();
            if more.is_empty() {
                break;
            }
            down.extend(more);
        }
        let workloads = self.platform.workloads();
        workloads
            .filter(|workload| !self.has(workload) && down.contains(workload.name.as_str()))
            .collect()
    }

    /// Named volumes that belong to these groups alone: nobody else mounts them, and something here does.
    pub fn volumes(&self) -> Vec<&'a PlatformVolume> {
        let users = |volume: &PlatformVolume| -> Vec<bool> {
            let is_it = |mount: &Mount| matches!(&mount.source, MountSource::Volume(key) if *key == volume.key);
            let workloads = self.platform.workloads();
            workloads
                .filter(|workload| workload.mounts.iter().any(is_it))
                .map(|workload| self.has(workload))
                .collect()
        };
        let is_ours = |volume: &&PlatformVolume| {
            let users = users(volume);
            let alone = !users.is_empty() && users.iter().all(|is_here| *is_here);
            !volume.external && (self.is_everything || (alone && !self.is_in_a_pipeline(volume)))
        };
        self.platform.volumes.iter().filter(is_ours).collect()
    }

    /// Bind folders that platform.toml marks as data, relative to the project, each once. Those of pipelines belong to all
    /// of the platform.
    pub fn data_folders(&self) -> Vec<&'a str> {
        let workloads = self.workloads().into_iter();
        let pipelines = self.platform.pipelines.iter();
        let folders: BTreeSet<&str> = workloads
            .flat_map(|workload| &workload.mounts)
            .chain(
                pipelines
                    .filter(|_| self.is_everything)
                    .flat_map(|pipeline| &pipeline.volumes),
            )
            .filter_map(|mount| match &mount.source {
                MountSource::Bind { path, data: true } => Some(path.as_str()),
                _ => None,
            })
            .collect();
        folders.into_iter().collect()
    }

    fn is_in_a_pipeline(&self, volume: &PlatformVolume) -> bool {
        let mut mounts = self.platform.pipelines.iter().flat_map(|p| &p.volumes);
        mounts.any(|mount| matches!(&mount.source, MountSource::Volume(key) if *key == volume.key))
    }

    pub(super) fn platform(&self) -> &'a Platform {
        self.platform
    }

    pub(super) fn has(&self, workload: &Workload) -> bool {
        self.groups.contains(&workload.group.as_str())
    }
}
