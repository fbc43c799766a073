//! Containers of the platform's name that are not the platform's: of components that platform.toml has no longer, and those that
//! another folder has started.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Container, Engine, Inspected, Running, Selection, inspected};
use crate::{
    model::{HostPort, MountSource, Raw, Workload},
    plan::Failure,
};

/// A container of a component that is gone from platform.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// What Compose calls it: the component that it was.
    pub service: String,
    /// The container's name.
    pub container: String,
    /// Whether it runs.
    pub is_running: bool,
    /// What it holds that a component needs which is to start; in words.
    pub in_the_way: Option<String>,
}

impl Running {
    /// Containers whose components are gone, in the order of their names. What another folder has started is that one's.
    /// Errors: the project's folder is gone.
    pub fn orphans(
        &self,
        selection: &Selection<'_>,
        containers: &[Container],
        engine: &Engine,
    ) -> Result<Vec<Orphan>, Failure> {
        let platform = &self.output.platform;
        let raw = match platform.raw_compose.get("services") {
            Some(Raw::Table(services)) => services.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        };
        let is_known = |name: &str| {
            raw.contains(&name) || platform.workloads().any(|workload| workload.name == name)
        };
        let here = self.here();
        let gone: Vec<Container> = containers
            .iter()
            .filter(|it| !it.service.is_empty() && !is_known(&it.service))
            .filter(|it| elsewhere(it, here.as_deref()).is_none())
            .cloned()
            .collect();
        let details = engine.inspect(&gone);
        let root = self.root()?;
        let orphan = |container: &Container| Orphan {
            service: container.service.clone(),
            container: container.name.clone(),
            is_running: container.is_running(),
            in_the_way: selection.workloads().into_iter().find_map(|workload| {
                let detail = inspected(container, &details);
                detail
                    .and_then(|detail| met_data(detail, workload, self, &root))
                    .or_else(|| held_port(container, workload))
                    .filter(|_| container.is_running())
            }),
        };
        Ok(gone.iter().map(orphan).collect())
    }

    /// Folders other than the one of the generated files from which containers of this project's name were started.
    pub fn started_elsewhere(&self, containers: &[Container]) -> Vec<String> {
        let here = self.here();
        let folders = containers
            .iter()
            .filter_map(|it| elsewhere(it, here.as_deref()));
        let mut folders: Vec<String> = folders.map(ToString::to_string).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    /// The folder that this platform's containers are started from; `None` where it does not exist.
    fn here(&self) -> Option<PathBuf> {
        fs::canonicalize(self.project.place.root().join("compose")).ok()
    }
}

/// The other folder that a container was started from. One that is gone was moved: here, for all that is known.
fn elsewhere<'a>(container: &'a Container, here: Option<&Path>) -> Option<&'a str> {
    let folder = container.started_in()?;
    let is_other = |there: PathBuf| Some(there.as_path()) != here;
    fs::canonicalize(folder)
        .is_ok_and(is_other)
        .then_some(folder)
}

/// The data that a container and a workload both write to.
fn met_data(
    container: &Inspected,
    workload: &Workload,
    running: &Running,
    root: &Path,
) -> Option<String> {
    let platform = &running.output.platform;
    let theirs = container.mounts.iter().filter(|mount| mount.is_writable);
    let ours = workload.mounts.iter().filter(|mount| !mount.read_only);
    let ours: Vec<(bool, String)> = ours
        .filter_map(|mount| match &mount.source {
            MountSource::Volume(key) => Some((true, platform.volume(key)?.real_name.clone())),
            MountSource::Bind { path, .. } => {
                let place = fs::canonicalize(root.join(path.as_str())).ok()?;
                Some((false, place.to_string_lossy().into_owned()))
            }
        })
        .collect();
    theirs
        .into_iter()
        .find_map(|mount| {
            let name = match mount.kind.as_str() {
                "volume" => (true, mount.name.clone()),
                _ => (false, mount.source.clone()),
            };
            ours.contains(&name).then_some(name.1)
        })
        .map(|name| format!("`{name}`, which `{}` writes to", workload.name))
}

/// The port of the machine that a container holds and a workload publishes.
fn held_port(container: &Container, workload: &Workload) -> Option<String> {
    let mut held = container.published().map(|it| it.published_port);
    let wanted = |number: u16| {
        workload.ports.iter().any(|port| match &port.host {
            Some(HostPort::Fixed(range)) => range.first <= number && number <= range.last,
            _ => false,
        })
    };
    let number = held.find(|number| wanted(*number))?;
    Some(format!(
        "port {number}, which `{}` publishes",
        workload.name
    ))
}
