//! The lint `shared-data`: environments that would share data without a word. Two of one name on a machine, two volumes of one
//! name, one folder for two, two releases in one namespace. Only what an environment names itself, takes over from the base, or
//! gets from another name (`[[moved]]`) can be shared: all other names carry its own.
//!
//! In: the data that the runtimes keep, of one environment and of the others. Those are compiled as far as that needs, with
//! their includes and presets, and only where [`shareable`] finds something.

mod names;
mod report;

use std::collections::BTreeSet;

use names::Written;
pub use report::report;

use crate::{
    data::{Keeper, Kept, cluster_key},
    files::{Site, Target},
    fileset::FileSet,
    model::{Deploy, Platform},
    project::environment_file,
    source::Sources,
    syntax::Table,
    value::HostPath,
};

/// What an environment has where it runs.
pub struct Environment {
    /// Its file.
    file: String,
    /// The name of its project.
    project: String,
    /// What engines call it.
    run_as: BTreeSet<String>,
    release: Option<Release>,
    volumes: BTreeSet<String>,
    /// Of an engine's machine.
    folders: BTreeSet<String>,
    /// Of the nodes of a cluster.
    node_folders: BTreeSet<String>,
}

/// Where a release is, if `[deploy]` says it: the cluster and the namespace.
type Release = (String, String);

/// Something with a name that an environment may not have to itself.
pub struct Shareable {
    what: What,
    written: Written,
}

/// What it is on the machine.
enum What {
    /// All of it: the environment has a name of its own.
    Project(String),
    /// Its containers: raw keys name its project of Compose.
    Containers(String),
    Release(Release),
    Data(Data),
}

/// A volume or a folder.
struct Data {
    kind: DataKind,
    /// As a message has it.
    name: String,
    /// What two of the same data have in common.
    place: String,
    component: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum DataKind {
    Volume,
    /// A folder of an engine's machine.
    Folder,
    /// A folder of a node of a cluster.
    NodeFolder,
}

impl Environment {
    /// What a platform has. `files`: what its runtimes say; `file`: the base's; `environment`: its name, `None` for the base.
    pub fn of(platform: &Platform, files: &FileSet, file: &str, environment: Option<&str>) -> Self {
        let mut out = Self {
            file: environment.map_or(file.to_string(), |name| environment_file(file, name)),
            project: platform.project.clone(),
            run_as: files.projects.values().cloned().collect(),
            release: platform.deploy.as_ref().map(release),
            volumes: BTreeSet::new(),
            folders: BTreeSet::new(),
            node_folders: BTreeSet::new(),
        };
        for data in files.kept.iter().flat_map(data_of) {
            match data.kind {
                DataKind::Volume => out.volumes.insert(data.place),
                DataKind::Folder => out.folders.insert(data.place),
                DataKind::NodeFolder => out.node_folders.insert(data.place),
            };
        }
        out
    }

    fn has(&self, what: &What) -> bool {
        match what {
            What::Project(name) => self.project == *name,
            What::Containers(name) => self.run_as.contains(name),
            What::Release(release) => self.release.as_ref() == Some(release),
            What::Data(data) => match data.kind {
                DataKind::Volume => self.volumes.contains(&data.place),
                DataKind::Folder => overlap(&self.folders, &data.place),
                DataKind::NodeFolder => overlap(&self.node_folders, &data.place),
            },
        }
    }

    /// Whether it has a folder of that very path, and not only one in it or around it.
    fn has_same(&self, data: &Data) -> bool {
        match data.kind {
            DataKind::Volume => true,
            DataKind::Folder => self.folders.contains(&data.place),
            DataKind::NodeFolder => self.node_folders.contains(&data.place),
        }
    }
}

impl Shareable {
    /// Where the other environments may have the same; `None`: their platforms tell.
    pub fn site(&self) -> Option<Site> {
        match &self.what {
            What::Project(_) | What::Release(_) => None,
            What::Containers(_) => Some(Site::Engine),
            What::Data(data) => Some(match data.kind {
                DataKind::Volume | DataKind::Folder => Site::Engine,
                DataKind::NodeFolder => Site::Cluster,
            }),
        }
    }
}

/// Whether one of the folders is this one, lies in it or around it.
fn overlap(folders: &BTreeSet<String>, path: &str) -> bool {
    let around = path.match_indices('/').map(|(end, _)| &path[..end]);
    let inside = format!("{path}/");
    let next = folders.range(inside.clone()..).next();
    around.chain([path]).any(|it| folders.contains(it))
        || next.is_some_and(|next| next.starts_with(&inside))
}

/// The cluster and the namespace of a release.
fn release(deploy: &Deploy) -> Release {
    let cluster = deploy.cluster().map(cluster_key).unwrap_or_default();
    (cluster, deploy.namespace.clone())
}

/// What data is on the machines: a volume by its name, and by what its driver mounts; a folder, of the machine or of the nodes. Namespaces
/// separate the claims of a cluster.
fn data_of(kept: &Kept) -> impl Iterator<Item = Data> {
    let data = |kind, name: &str, place: String| Data {
        kind,
        name: name.to_string(),
        place,
        component: kept.data.key.component().map(ToString::to_string),
    };
    let name = kept.data.name.as_str();
    let mut out = Vec::new();
    match kept.data.keeper {
        Keeper::Engine => {
            out.push(data(DataKind::Volume, name, name.to_string()));
            let device = kept.device.as_ref();
            out.extend(device.map(|it| data(DataKind::Folder, &it.path, it.place())));
        }
        Keeper::Host => {
            let sites = [
                (Site::Engine, DataKind::Folder),
                (Site::Cluster, DataKind::NodeFolder),
            ];
            let runs_on = |site| {
                let mut targets = kept.places.iter().map(|it| it.runtime.runs_on());
                targets.any(|it| it == Some(site))
            };
            let path = HostPath::parse(name);
            for (_, kind) in sites.into_iter().filter(|(site, _)| runs_on(*site)) {
                out.push(data(kind, path.as_str(), path.as_str().to_string()));
            }
        }
        Keeper::Cluster => {}
    }
    out.into_iter()
}

/// What an environment names without its own name in it. `tree`: its checked tree; `file`: the one of the base.
pub fn shareable(
    tree: &Table,
    platform: &Platform,
    files: &FileSet,
    file: &str,
    sources: &Sources,
) -> Vec<Shareable> {
    let Some(environment) = platform.environment.as_deref() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let own_file = environment_file(file, environment);
    let own_name = names::in_tree(tree, &["platform", "name"])
        .filter(|written| sources.file(written.span.source).name == own_file);
    if let Some(written) = own_name.filter(|_| !files.projects.is_empty()) {
        let what = What::Project(platform.project.clone());
        out.push(Shareable { what, written });
    }
    let compose = files.projects.get(&Target::Compose);
    if let Some(name) = compose.filter(|name| **name != platform.project)
        && let Some(written) = names::in_tree(tree, &["raw", "compose", "name"])
    {
        let what = What::Containers(name.clone());
        out.push(Shareable { what, written });
    }
    if let Some(deploy) = &platform.deploy
        && let Some(written) = names::in_tree(tree, &["deploy", deploy.tool.key(), "namespace"])
    {
        let what = What::Release(release(deploy));
        out.push(Shareable { what, written });
    }
    let names = names::Names { tree, platform };
    for kept in files.kept.iter().filter(|kept| !kept.external) {
        let can_be_shared = kept.adopted || kept.data.keeper == Keeper::Host;
        for data in data_of(kept).filter(|_| can_be_shared) {
            let written = names.of(kept, data.kind);
            let what = What::Data(data);
            out.extend(written.map(|written| Shareable { what, written }));
        }
    }
    out
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
