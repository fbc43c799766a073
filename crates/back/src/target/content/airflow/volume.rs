//! What the tasks of a pipeline mount.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    model::{Mount, MountSource, Platform},
    target::shared::kept::SUB_PATH,
};

#[derive(Debug, Serialize)]
pub struct VolumeView {
    /// Its name.
    name: String,
    /// Where in the container.
    mount: String,
    /// `volume` of the engine, `claim` of the cluster and `sub_path` in it, or `folder`.
    source: BTreeMap<&'static str, String>,
    /// Whether it may only be read.
    read_only: bool,
}

pub fn view(platform: &Platform, mount: &Mount) -> VolumeView {
    let source = match &mount.source {
        MountSource::Volume(key) => {
            let volume = platform.volume(key);
            let name = volume.map_or(key, |volume| &volume.real_name);
            let claim = volume.map_or(key.as_str(), |volume| &volume.claim);
            let mut source =
                BTreeMap::from([("volume", name.clone()), ("claim", claim.to_string())]);
            // A claim that the chart makes is mounted as its workloads mount it.
            if volume.is_some_and(|volume| !volume.external) {
                source.insert("sub_path", SUB_PATH.to_string());
            }
            source
        }
        MountSource::Bind { path, .. } => BTreeMap::from([("folder", path.to_string())]),
    };
    VolumeView {
        name: mount.name.clone(),
        mount: mount.path.clone(),
        source,
        read_only: mount.read_only,
    }
}
