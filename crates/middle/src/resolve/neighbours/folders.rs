//! Folders of a machine that hold data: typed volumes, and what raw keys of Compose and of the chart put in their place.

use std::collections::BTreeSet;

use super::plain;
use crate::{
    data::{STORE_VOLUME, below},
    model::{Component, HostPath, Mount, MountSource, Platform, Raw},
    source::Span,
    syntax::Table,
};

/// A folder that holds data of a component.
pub(super) struct DataFolder<'a> {
    pub component: &'a Component,
    /// The key that names it.
    pub key: String,
    /// The key has a list with more in it.
    pub is_in_list: bool,
    /// Absolute, or relative to the project.
    pub path: String,
    /// Where that is written, as far as the mount tells.
    span: Span,
}

impl DataFolder<'_> {
    /// Where its name is written. `tree`: the checked tree.
    pub fn span(&self, tree: &Table) -> Span {
        let path: Vec<&str> = self.key.split('.').collect();
        tree.get_path(&path).map_or(self.span, |node| node.span)
    }
}

/// Those of an engine's machine.
pub(super) fn on_engine(platform: &Platform) -> impl Iterator<Item = DataFolder<'_>> {
    let components = platform.components.iter();
    components
        .flat_map(move |component| typed(component).chain(raw_of_service(platform, component)))
}

/// Those of the nodes of a cluster. A relative path is on no node.
pub(super) fn on_nodes(platform: &Platform) -> impl Iterator<Item = DataFolder<'_>> {
    let components = platform.components.iter();
    components.flat_map(move |component| {
        let typed = typed(component).filter(|folder| folder.path.starts_with('/'));
        typed.chain(raw_of_values(platform, component))
    })
}

/// Whether one of the folders is this one, lies in it or around it.
pub(super) fn overlap(folders: &BTreeSet<String>, path: &str) -> bool {
    let around = path.match_indices('/').map(|(end, _)| &path[..end]);
    let inside = format!("{path}/");
    let next = folders.range(inside.clone()..).next();
    around.chain([path]).any(|it| folders.contains(it))
        || next.is_some_and(|next| next.starts_with(&inside))
}

fn is_store(component: &Component) -> bool {
    !component.upgrades.is_empty()
}

/// Whether what is mounted there is data.
fn is_data(component: &Component, mount: &Mount) -> bool {
    let is_marked = matches!(mount.source, MountSource::Bind { data: true, .. });
    is_marked || is_store(component) && mount.name == STORE_VOLUME
}

/// Volumes whose source is a folder, each once: those that say that they hold data, and that of a store.
fn typed(component: &Component) -> impl Iterator<Item = DataFolder<'_>> {
    let mounts = component.workloads.iter().flat_map(|it| &it.mounts);
    let mut seen = BTreeSet::new();
    mounts.filter_map(move |mount| match &mount.source {
        MountSource::Bind { path, .. } if is_data(component, mount) && seen.insert(&mount.name) => {
            Some(DataFolder {
                component,
                key: format!(
                    "components.{}.volumes.{}.source",
                    component.name, mount.name
                ),
                is_in_list: false,
                path: path.as_str().to_string(),
                span: mount.span,
            })
        }
        _ => None,
    })
}

/// Raw keys of the service that mount a folder where the component has its data.
fn raw_of_service<'a>(
    platform: &'a Platform,
    component: &'a Component,
) -> impl Iterator<Item = DataFolder<'a>> {
    let own = component.main().map(|main| &main.raw_compose);
    let of_platform = platform
        .raw_compose
        .at(&["services", component.name.as_str()]);
    let keys = [
        (
            own,
            format!("components.{}.compose.volumes", component.name),
        ),
        (
            of_platform,
            format!("raw.compose.services.{}.volumes", component.name),
        ),
    ];
    keys.into_iter().flat_map(move |(raw, key)| {
        let entries = match raw.and_then(|raw| raw.get("volumes")) {
            Some(Raw::List(entries)) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().filter_map(move |entry| {
            let (source, target) = bind(entry)?;
            holds_data(component, &target).then(|| DataFolder {
                component,
                key: key.clone(),
                is_in_list: true,
                path: platform.from_compose(&source),
                span: component.span,
            })
        })
    })
}

/// The source and the target of an entry of `volumes` that mounts a folder (Compose specification, 05-services.md).
fn bind(entry: &Raw) -> Option<(String, String)> {
    let text = |key: &str| plain(entry.get(key)?);
    if let Raw::Table(_) = entry {
        let is_bind = text("type").is_some_and(|it| it == "bind");
        return is_bind.then(|| Some((text("source")?, text("target")?)))?;
    }
    let written = plain(entry)?;
    let mut words = written.split(':');
    let (source, target) = (words.next()?, words.next()?);
    let is_bind = source.starts_with(['/', '.', '~']);
    is_bind.then(|| (source.to_string(), target.to_string()))
}

/// Whether a component has data at a path of its container, or below it.
fn holds_data(component: &Component, target: &str) -> bool {
    let mounts = component.main().map(|main| &main.mounts);
    let mut mounts = mounts.into_iter().flatten();
    let mut folders = component.data_folders.iter();
    mounts.any(|it| is_data(component, it) && below(&it.path, target).is_some())
        || is_store(component)
            && folders.any(|folder| {
                let path = folder.default.as_deref();
                path.is_some_and(|path| below(path, target).is_some())
            })
}

/// Raw values of the component that put its data into a folder of the node.
fn raw_of_values<'a>(
    platform: &'a Platform,
    component: &'a Component,
) -> impl Iterator<Item = DataFolder<'a>> {
    let of_platform = platform
        .raw_helm
        .at(&["components", component.name.as_str()]);
    let keys = [
        (
            Some(&component.raw_helm),
            format!("components.{}.helm", component.name),
        ),
        (
            of_platform,
            format!("raw.helm.components.{}", component.name),
        ),
    ];
    keys.into_iter().flat_map(move |(raw, key)| {
        let volumes = match raw.and_then(|raw| raw.get("volumes")) {
            Some(Raw::Table(volumes)) => volumes.as_slice(),
            _ => &[],
        };
        volumes.iter().filter_map(move |(name, volume)| {
            let path = plain(volume.get("hostPath")?)?;
            let mounts = component.main().map(|main| &main.mounts);
            let mut mounts = mounts.into_iter().flatten();
            let is_data = mounts.any(|it| it.name == *name && is_data(component, it));
            is_data.then(|| DataFolder {
                component,
                key: format!("{key}.volumes.{name}.hostPath"),
                is_in_list: false,
                path: HostPath::parse(&path).as_str().to_string(),
                span: component.span,
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::overlap;

    #[test]
    fn folders_overlap_where_one_lies_in_the_other() {
        let folders: BTreeSet<String> = ["/srv/x", "/srv/x-y", "data/a"].map(str::to_string).into();
        for path in ["/srv/x", "/srv/x/sub", "/srv", "data", "data/a/b"] {
            assert!(overlap(&folders, path), "{path}");
        }
        for path in ["/srv/y", "/srv/x-", "dat", "/data/a", "b"] {
            assert!(!overlap(&folders, path), "{path}");
        }
    }
}
