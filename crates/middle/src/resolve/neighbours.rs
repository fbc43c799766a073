//! Environments that would share data without a word: two of one name on a machine, two volumes of one name, one folder for
//! two, two releases in one namespace. Only what an environment names itself, takes over from the base, or gets from another
//! name (`[[moved]]`) can be shared: all other names carry its own.
//!
//! In: one environment, and what the base and the other environments were resolved to. They are resolved like this one, with
//! their includes and presets, and only where [`shareable`] finds something.

mod report;

use std::collections::BTreeSet;

use report::Report;

use crate::{
    data::{DataKey, STORE_VOLUME},
    diag::Sink,
    files::Ground,
    model::{Cluster, Component, Deploy, DeployTool, Mount, MountSource, Platform, Raw},
    project::{environment_file, suffix_of},
    source::{Sources, Span},
    syntax::Table,
    text::all_of,
};

/// What another environment has on the machine that runs it.
pub struct Neighbour {
    /// Its file.
    file: String,
    /// The name of its project.
    project: String,
    /// What Compose calls it.
    compose: String,
    /// Where its release is, if `[deploy]` says it: the cluster and the namespace.
    release: Option<(String, String)>,
    volumes: BTreeSet<String>,
    folders: BTreeSet<String>,
}

/// Something with a name that an environment may not have to itself.
pub struct Shareable {
    /// What it is on the machine.
    what: What,
    /// Where its name is written.
    span: Span,
}

enum What {
    /// All of it: the environment has a name of its own.
    Project(String),
    /// Its containers: raw keys name its project of Compose. With the name that it has without them.
    Containers(String, String),
    /// Its release in a cluster, and the key of its namespace.
    Release((String, String), String),
    Data(NamedData),
}

/// A volume or a folder.
struct NamedData {
    is_folder: bool,
    name: String,
    /// The key of the name.
    key: String,
    component: Option<String>,
}

impl Neighbour {
    /// What a platform has on a machine. `environment`: its name; `None` for the base, whose file is `file`.
    pub fn of(platform: &Platform, file: &str, environment: Option<&str>) -> Self {
        let runs_here = runs_on_an_engine(platform);
        let volumes = platform.volumes.iter().filter(|_| runs_here);
        let components = platform.components.iter().filter(|_| runs_here);
        let by_raw_keys = raw_names(platform).filter(|_| runs_here);
        let (raw_folders, raw_volumes): (Vec<RawName<'_>>, _) =
            by_raw_keys.partition(|raw| raw.is_folder);
        let raw_volumes: Vec<RawName<'_>> = raw_volumes;
        let project = platform.project.clone();
        Self {
            file: environment.map_or(file.to_string(), |name| environment_file(file, name)),
            compose: compose_name(platform).unwrap_or_else(|| project.clone()),
            project,
            release: platform.deploy.as_ref().map(release),
            volumes: volumes
                .filter(|volume| raw_volumes.iter().all(|raw| raw.volume != volume.key))
                .map(|volume| volume.real_name.clone())
                .chain(raw_volumes.iter().map(|raw| raw.name.clone()))
                .collect(),
            folders: components
                .flat_map(folders)
                .map(|(_, path)| path.to_string())
                .chain(raw_folders.into_iter().map(|raw| raw.name))
                .collect(),
        }
    }

    fn has(&self, what: &What) -> bool {
        match what {
            What::Project(name) => self.project == *name,
            What::Containers(name, _) => self.compose == *name,
            What::Release(release, _) => self.release.as_ref() == Some(release),
            What::Data(data) if data.is_folder => self.folders.contains(&data.name),
            What::Data(data) => self.volumes.contains(&data.name),
        }
    }
}

/// A volume's name or folder as `[raw.compose]` says it.
struct RawName<'a> {
    /// The key of the volume.
    volume: &'a str,
    /// The keys below the volume's.
    keys: &'static [&'static str],
    is_folder: bool,
    name: String,
}

/// The names and the folders of volumes that `[raw.compose]` declares, without those that are external: they are shared on
/// purpose.
fn raw_names(platform: &Platform) -> impl Iterator<Item = RawName<'_>> {
    let volumes = match platform.raw_compose.at(&["volumes"]) {
        Some(Raw::Table(volumes)) => volumes.as_slice(),
        _ => &[],
    };
    let own = volumes
        .iter()
        .filter(|(_, raw)| !matches!(raw.at(&["external"]), Some(Raw::Boolean(true))));
    own.flat_map(|(volume, raw)| {
        let keys: [(&'static [&'static str], bool); 2] =
            [(&["name"], false), (&["driver_opts", "device"], true)];
        keys.into_iter().filter_map(move |(keys, is_folder)| {
            Some(RawName {
                volume,
                keys,
                is_folder,
                name: plain(raw.at(keys)?)?,
            })
        })
    })
}

/// The name of Compose's project, where raw keys say one.
fn compose_name(platform: &Platform) -> Option<String> {
    plain(platform.raw_compose.at(&["name"])?)
}

fn plain(raw: &Raw) -> Option<String> {
    match raw {
        Raw::Text(text) => text.as_plain(),
        _ => None,
    }
}

/// The cluster and the namespace of a release.
fn release(deploy: &Deploy) -> (String, String) {
    let cluster = match &deploy.tool {
        DeployTool::ArgoCd { destination, .. } => match destination {
            Cluster::Url(cluster) | Cluster::Name(cluster) => cluster.clone(),
        },
        DeployTool::Flux { destination, .. } => destination.clone().unwrap_or_default(),
    };
    (cluster, deploy.namespace.clone())
}

/// The release, where the file says its namespace: else its name is that of the environment.
fn shareable_release(tree: &Table, platform: &Platform) -> Option<Shareable> {
    let deploy = platform.deploy.as_ref()?;
    let tool = match &deploy.tool {
        DeployTool::ArgoCd { .. } => "argocd",
        DeployTool::Flux { .. } => "flux",
    };
    let node = tree.get_path(&["deploy", tool, "namespace"])?;
    Some(Shareable {
        what: What::Release(release(deploy), format!("deploy.{tool}.namespace")),
        span: node.span,
    })
}

/// What `[raw.compose]` names.
fn shareable_raw(tree: &Table, platform: &Platform) -> Vec<Shareable> {
    let project = compose_name(platform).and_then(|name| {
        Some(Shareable {
            what: What::Containers(name, platform.project.clone()),
            span: tree.get_path(&["raw", "compose", "name"])?.span,
        })
    });
    let volumes = raw_names(platform).filter_map(|raw| {
        let mut path = vec!["raw", "compose", "volumes", raw.volume];
        path.extend(raw.keys);
        let declared = platform.volumes.iter().find(|it| it.key == raw.volume);
        Some(Shareable {
            span: tree.get_path(&path)?.span,
            what: What::Data(NamedData {
                is_folder: raw.is_folder,
                name: raw.name,
                key: path.join("."),
                component: declared.and_then(|volume| volume.component.clone()),
            }),
        })
    });
    project.into_iter().chain(volumes).collect()
}

/// In a cluster namespaces separate environments.
fn runs_on_an_engine(platform: &Platform) -> bool {
    let mut grounds = platform.targets.iter().map(|target| target.runs_on());
    grounds.any(|ground| ground == Some(Ground::Engine))
}

/// What an environment names without its own name in it. `tree`: its checked tree; `file`: the one of the base.
pub fn shareable(
    tree: &Table,
    platform: &Platform,
    file: &str,
    sources: &Sources,
) -> Vec<Shareable> {
    let Some(environment) = platform.environment.as_deref() else {
        return Vec::new();
    };
    let release = shareable_release(tree, platform);
    if !runs_on_an_engine(platform) {
        return release.into_iter().collect();
    }
    let own_file = environment_file(file, environment);
    let own_name = tree
        .get_path(&["platform", "name"])
        .filter(|node| sources.file(node.span.source).name == own_file);
    let own_name = own_name.map(|node| Shareable {
        what: What::Project(platform.project.clone()),
        span: node.span,
    });
    let volumes = shareable_volumes(tree, platform);
    let folders = shareable_folders(tree, platform);
    let raw = shareable_raw(tree, platform);
    own_name
        .into_iter()
        .chain(volumes)
        .chain(folders)
        .chain(raw)
        .chain(release)
        .collect()
}

/// The place of a key, where it is written.
fn span_of(tree: &Table, key: &str, otherwise: Span) -> Span {
    let path: Vec<&str> = key.split('.').collect();
    tree.get_path(&path).map_or(otherwise, |node| node.span)
}

/// Volumes with a name of their own. What raw keys say of one counts more.
fn shareable_volumes(tree: &Table, platform: &Platform) -> Vec<Shareable> {
    let by_raw_keys: BTreeSet<&str> = raw_names(platform).map(|raw| raw.volume).collect();
    let volumes = platform.volumes.iter();
    let volumes = volumes
        .filter(|volume| (volume.named || volume.volume_moved) && !volume.external)
        .filter(|volume| !by_raw_keys.contains(volume.key.as_str()));
    let shareable = volumes.map(|volume| {
        let key = format!("{}.name", volume.path);
        Shareable {
            span: span_of(tree, &key, volume.span),
            what: What::Data(NamedData {
                is_folder: false,
                name: volume.real_name.clone(),
                key,
                component: volume.component.clone(),
            }),
        }
    });
    shareable.collect()
}

fn shareable_folders(tree: &Table, platform: &Platform) -> Vec<Shareable> {
    let mut out = Vec::new();
    for component in &platform.components {
        for (mount, path) in folders(component) {
            let key = DataKey::Component {
                component: component.name.clone(),
                volume: mount.name.clone(),
            };
            let key = format!("{key}.source");
            out.push(Shareable {
                span: span_of(tree, &key, mount.span),
                what: What::Data(NamedData {
                    is_folder: true,
                    name: path.to_string(),
                    key,
                    component: Some(component.name.clone()),
                }),
            });
        }
    }
    out
}

/// Folders of the machine that hold data of a component, each once: those that say so, and that of a store.
fn folders(component: &Component) -> impl Iterator<Item = (&Mount, &str)> {
    let mounts = component.workloads.iter().flat_map(|it| &it.mounts);
    let is_store = !component.upgrades.is_empty();
    let mut seen = BTreeSet::new();
    mounts.filter_map(move |mount| match &mount.source {
        MountSource::Bind { path, data }
            if (*data || is_store && mount.name == STORE_VOLUME) && seen.insert(&mount.name) =>
        {
            Some((mount, path.as_str()))
        }
        _ => None,
    })
}

/// Reports what this environment shares with others. `neighbours`: the base, then the others.
pub fn check(
    shareable: &[Shareable],
    neighbours: &[Neighbour],
    (file, environment): (&str, &str),
    sink: &mut Sink,
) {
    let report = Report {
        environment,
        suffix: suffix_of(environment),
        own_file: environment_file(file, environment),
        base: neighbours.first().map_or("", |base| base.project.as_str()),
    };
    for it in shareable {
        let same = neighbours.iter().filter(|other| other.has(&it.what));
        let same: Vec<&str> = same.map(|other| other.file.as_str()).collect();
        if same.is_empty() {
            continue;
        }
        let same = all_of(&same);
        sink.push(match &it.what {
            What::Project(_) => report.project(it.span, &same),
            What::Containers(name, usual) => report.containers(it.span, (name, usual), &same),
            What::Release((_, namespace), key) => report.release(it.span, (namespace, key), &same),
            What::Data(data) => report.data(it.span, data, &same),
        });
        // All of their data is the same then.
        if matches!(it.what, What::Project(_)) {
            return;
        }
    }
}
