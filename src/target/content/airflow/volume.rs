//! What the tasks of a pipeline mount.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Mount, MountSource, Platform};

#[derive(Debug, Serialize)]
pub struct VolumeView {
    /// Its name.
    name: String,
    /// Where in the container.
    mount: String,
    /// `volume` of the engine and `claim` of the cluster, or `folder`.
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
            BTreeMap::from([("volume", name.clone()), ("claim", claim.to_string())])
        }
        MountSource::Bind { path, .. } => {
            let folder = path.strip_prefix("./").unwrap_or(path);
            BTreeMap::from([("folder", folder.to_string())])
        }
    };
    VolumeView {
        name: mount.name.clone(),
        mount: mount.path.clone(),
        source,
        read_only: mount.read_only,
    }
}
