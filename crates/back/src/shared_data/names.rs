//! Where platform.toml writes the name of data.

use super::DataKind;
use crate::{
    data::{DataKey, Kept},
    files::Site,
    model::{Platform, Workload},
    source::Span,
    syntax::Table,
};

/// A name as it is written.
pub struct Written {
    /// Its key.
    pub key: String,
    /// The key has a list with more in it.
    pub is_in_list: bool,
    pub span: Span,
}

/// What is written at a key, if the tree has it.
pub fn in_tree(tree: &Table, path: &[&str]) -> Option<Written> {
    let node = tree.get_path(path)?;
    Some(Written {
        key: path.join("."),
        is_in_list: node.as_array().is_some(),
        span: node.span,
    })
}

/// Finds names in the tree of an environment.
pub struct Names<'a> {
    pub tree: &'a Table,
    pub platform: &'a Platform,
}

impl Names<'_> {
    /// The name of some data. What presets and kinds write is not in the tree: then the key that replaces it, and the place of
    /// the volume or of the component.
    pub fn of(&self, kept: &Kept, kind: DataKind) -> Option<Written> {
        let id = kept.data.key.id();
        match (kind, &kept.data.key) {
            (DataKind::Volume, key) => self.of_volume(kept, key, &id),
            (_, DataKey::RawMounts { component, .. }) => self.of_raw_mount(kept, component),
            (_, DataKey::Component { component, volume }) if kept.device.is_none() => {
                self.of_folder(kept, component, volume)
            }
            _ => {
                let path = ["raw", "compose", "volumes", &id, "driver_opts", "device"];
                self.find(&[&path[..]], self.span_of_volume(kept))
            }
        }
    }

    fn of_volume(&self, kept: &Kept, key: &DataKey, id: &str) -> Option<Written> {
        let raw = ["raw", "compose", "volumes", id, "name"];
        let of_key = key.to_string();
        let own: Vec<&str> = of_key.split('.').chain(["name"]).collect();
        let is_raw = matches!(key, DataKey::Raw { .. });
        if is_raw || kept.named_by.is_some() && self.tree.get_path(&raw).is_some() {
            let declared = self.tree.get_path(&raw[..4]).map(|node| node.span);
            return self.find(&[&raw], declared.or(self.span_of_volume(kept)));
        }
        self.find(&[&own], self.span_of_volume(kept))
    }

    /// A folder that a volume of a component names, or one of a part of it.
    fn of_folder(&self, kept: &Kept, component: &str, volume: &str) -> Option<Written> {
        let own = ["components", component, "volumes", volume, "source"];
        let of_part = |part| [&own[..2], &["parts", part], &own[2..]].concat();
        let of_parts: Vec<Vec<&str>> = self.parts_of(kept).map(of_part).collect();
        let mut paths: Vec<&[&str]> = of_parts.iter().map(Vec::as_slice).collect();
        paths.push(&own);
        let mut mounts = self.workloads_of(kept).flat_map(|it| &it.mounts);
        let mount = mounts.find(|mount| mount.name == volume);
        let span = mount.map(|mount| mount.span);
        self.find(&paths, span.or(self.span_of_component(component)))
    }

    /// A folder that raw keys mount: those of the whole platform are laid over those of the component.
    fn of_raw_mount(&self, kept: &Kept, component: &str) -> Option<Written> {
        let below = kept.mounted_by.as_deref().unwrap_or_default();
        let mut paths: Vec<Vec<&str>> = Vec::new();
        for place in &kept.places {
            let (target, workload) = (place.runtime.name(), place.workload.as_str());
            let services = match place.runtime.runs_on() {
                Some(Site::Cluster) => "components",
                _ => "services",
            };
            paths.push(vec!["raw", target, services, workload]);
            let part = self.platform.workload(workload);
            paths.push(match part.and_then(|it| it.part.as_deref()) {
                Some(part) => vec!["components", component, "parts", part, target],
                None => vec!["components", component, target],
            });
        }
        for path in &mut paths {
            path.extend(below.split('.'));
        }
        let paths: Vec<&[&str]> = paths.iter().map(Vec::as_slice).collect();
        let written = self.find(&paths, self.span_of_component(component))?;
        Some(Written {
            is_in_list: !below.contains('.'),
            ..written
        })
    }

    /// The first of some keys that the tree has. If it has none of them: the last one, at this place.
    fn find(&self, paths: &[&[&str]], otherwise: Option<Span>) -> Option<Written> {
        let mut found = paths.iter().filter_map(|path| in_tree(self.tree, path));
        found.next().or_else(|| {
            Some(Written {
                key: paths.last()?.join("."),
                is_in_list: false,
                span: otherwise?,
            })
        })
    }

    fn workloads_of<'k>(&'k self, kept: &'k Kept) -> impl Iterator<Item = &'k Workload> {
        let workloads = kept.places.iter().map(|place| place.workload.as_str());
        workloads.filter_map(|name| self.platform.workload(name))
    }

    fn parts_of<'k>(&'k self, kept: &'k Kept) -> impl Iterator<Item = &'k str> {
        self.workloads_of(kept).filter_map(|it| it.part.as_deref())
    }

    fn span_of_volume(&self, kept: &Kept) -> Option<Span> {
        let mut volumes = self.platform.volumes.iter();
        let declared = volumes.find(|volume| volume.path == kept.data.key);
        declared.map(|volume| volume.span)
    }

    fn span_of_component(&self, name: &str) -> Option<Span> {
        self.platform.component(name).map(|it| it.span)
    }
}
