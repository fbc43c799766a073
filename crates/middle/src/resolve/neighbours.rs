//! Environments that would share data without a word: two of one name on a machine, two volumes of one name, one folder for
//! two, two releases in one namespace. Only what an environment names itself, takes over from the base, or gets from another
//! name (`[[moved]]`) can be shared: all other names carry its own.
//!
//! In: one environment, and what the base and the other environments were resolved to. They are resolved like this one, with
//! their includes and presets, and only where [`shareable`] finds something.

mod folders;

use std::collections::BTreeSet;

use folders::{DataFolder, on_engine, on_nodes, overlap};

use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Ground,
    model::{Cluster, Deploy, DeployTool, Platform, Raw},
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
    /// Of an engine's machine.
    folders: BTreeSet<String>,
    /// Of the nodes of a cluster.
    node_folders: BTreeSet<String>,
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
    kind: DataKind,
    name: String,
    /// The key of the name.
    key: String,
    /// The key has a list with more in it.
    is_in_list: bool,
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

impl Neighbour {
    /// What a platform has on a machine. `environment`: its name; `None` for the base, whose file is `file`.
    pub fn of(platform: &Platform, file: &str, environment: Option<&str>) -> Self {
        let runs_here = runs_on_an_engine(platform);
        let volumes = platform.volumes.iter().filter(|_| runs_here);
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
            folders: on_engine(platform)
                .filter(|_| runs_here)
                .map(|folder| folder.path)
                .chain(raw_folders.into_iter().map(|raw| raw.name))
                .collect(),
            node_folders: on_nodes(platform)
                .filter(|_| runs_on(platform, Ground::Cluster))
                .map(|folder| folder.path)
                .collect(),
        }
    }

    fn has(&self, what: &What) -> bool {
        match what {
            What::Project(name) => self.project == *name,
            What::Containers(name, _) => self.compose == *name,
            What::Release(release, _) => self.release.as_ref() == Some(release),
            What::Data(data) => match data.kind {
                DataKind::Volume => self.volumes.contains(&data.name),
                DataKind::Folder => overlap(&self.folders, &data.name),
                DataKind::NodeFolder => overlap(&self.node_folders, &data.name),
            },
        }
    }

    /// Whether it has a folder of that very path, and not only one in it or around it.
    fn has_same(&self, what: &What) -> bool {
        match what {
            What::Data(data) if data.kind != DataKind::Volume => {
                self.folders.contains(&data.name) || self.node_folders.contains(&data.name)
            }
            what => self.has(what),
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
                kind: match raw.is_folder {
                    true => DataKind::Folder,
                    false => DataKind::Volume,
                },
                name: raw.name,
                key: path.join("."),
                is_in_list: false,
                component: declared.and_then(|volume| volume.component.clone()),
            }),
        })
    });
    project.into_iter().chain(volumes).collect()
}

/// In a cluster namespaces separate environments.
fn runs_on_an_engine(platform: &Platform) -> bool {
    runs_on(platform, Ground::Engine)
}

fn runs_on(platform: &Platform, ground: Ground) -> bool {
    let mut grounds = platform.targets.iter().map(|target| target.runs_on());
    grounds.any(|it| it == Some(ground))
}

/// A folder that this platform keeps data in.
fn shareable_folder(folder: DataFolder<'_>, kind: DataKind, tree: &Table) -> Shareable {
    Shareable {
        span: folder.span(tree),
        what: What::Data(NamedData {
            kind,
            name: folder.path,
            key: folder.key,
            is_in_list: folder.is_in_list,
            component: Some(folder.component.name.clone()),
        }),
    }
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
    let on_nodes = on_nodes(platform).filter(|_| runs_on(platform, Ground::Cluster));
    let on_nodes = on_nodes.map(|folder| shareable_folder(folder, DataKind::NodeFolder, tree));
    if !runs_on_an_engine(platform) {
        return release.into_iter().chain(on_nodes).collect();
    }
    let own_file = environment_file(file, environment);
    let own_name = tree
        .get_path(&["platform", "name"])
        .filter(|node| sources.file(node.span.source).name == own_file);
    let own_name = own_name.map(|node| Shareable {
        what: What::Project(platform.project.clone()),
        span: node.span,
    });
    let span_of = |key: &str, span: Span| {
        let path: Vec<&str> = key.split('.').collect();
        tree.get_path(&path).map_or(span, |node| node.span)
    };
    let volumes = platform.volumes.iter();
    let by_raw_keys: BTreeSet<&str> = raw_names(platform).map(|raw| raw.volume).collect();
    let volumes = volumes
        .filter(|volume| (volume.named || volume.volume_moved) && !volume.external)
        .filter(|volume| !by_raw_keys.contains(volume.key.as_str()));
    let volumes = volumes.map(|volume| {
        let key = format!("{}.name", volume.path);
        Shareable {
            span: span_of(&key, volume.span),
            what: What::Data(NamedData {
                kind: DataKind::Volume,
                name: volume.real_name.clone(),
                key,
                is_in_list: false,
                component: volume.component.clone(),
            }),
        }
    });
    let on_engine = on_engine(platform).collect::<Vec<_>>();
    let keys: BTreeSet<String> = on_engine.iter().map(|folder| folder.key.clone()).collect();
    let folders = on_engine.into_iter();
    let folders = folders.map(|folder| shareable_folder(folder, DataKind::Folder, tree));
    // What both grounds take from one key is said one time.
    let on_nodes = on_nodes.filter(move |it| match &it.what {
        What::Data(data) => !keys.contains(&data.key),
        _ => true,
    });
    let raw = shareable_raw(tree, platform).into_iter();
    let data = volumes
        .chain(folders)
        .chain(on_nodes)
        .chain(raw)
        .chain(release);
    own_name.into_iter().chain(data).collect()
}

/// Reports what this environment shares with others. `neighbours`: the base, then the others.
pub fn check(
    shareable: &[Shareable],
    neighbours: &[Neighbour],
    (file, environment): (&str, &str),
    sink: &mut Sink,
) {
    let suffix = suffix_of(environment);
    let own_file = environment_file(file, environment);
    for it in shareable {
        let others = neighbours.iter().filter(|other| other.has(&it.what));
        let others: Vec<&Neighbour> = others.collect();
        if others.is_empty() {
            continue;
        }
        let is_same = others.iter().any(|other| other.has_same(&it.what));
        let same: Vec<&str> = others.iter().map(|other| other.file.as_str()).collect();
        let same = all_of(&same);
        match &it.what {
            What::Project(_) => {
                let base = neighbours.first().map_or("", |base| base.project.as_str());
                sink.push(
                    Diagnostic::new(
                        Code::SharedData,
                        format!(
                            "the environment `{environment}` has the name of {same}: on one machine they share containers and data"
                        ),
                    )
                    .label(it.span, "one project of Compose, with one set of volumes")
                    .help(format!(
                        "leave `platform.name` out: the name is `{base}{suffix}` then; where they never run on one machine, or are one on purpose, write `lints.shared-data = \"allow\"` in `{own_file}`"
                    )),
                );
                // All of their data is the same then.
                return;
            }
            What::Containers(name, usual) => sink.push(
                Diagnostic::new(
                    Code::SharedData,
                    format!(
                        "the environment `{environment}` is the project `{name}` of Compose, as {same} is: on one machine each replaces the containers of the other"
                    ),
                )
                .label(it.span, "the name of one project")
                .help(format!(
                    "leave `raw.compose.name` out: the name is `{usual}` then; where they never run on one machine, write `lints.shared-data = \"allow\"` in `{own_file}`"
                )),
            ),
            What::Release((_, namespace), key) => sink.push(
                Diagnostic::new(
                    Code::SharedData,
                    format!(
                        "the release of the environment `{environment}` has the namespace `{namespace}`, as that of {same} has: they share objects and claims"
                    ),
                )
                .label(it.span, "one namespace of one cluster")
                .help(format!(
                    "say another `{key}` in `{own_file}`; where they are one on purpose, write `lints.shared-data = \"allow\"` there"
                )),
            ),
            What::Data(data) => {
                let title = data.title();
                let message = match is_same {
                    true => format!("{title} of the environment `{environment}` is also that of {same}"),
                    false => format!(
                        "{title} of the environment `{environment}` lies in a folder of {same}, or around one"
                    ),
                };
                let own = match data.is_in_list {
                    true => format!("name another folder in `{}` of `{own_file}`", data.key),
                    false => format!("say `{} = \"{}{suffix}\"` in `{own_file}`", data.key, data.name),
                };
                let diagnostic = Diagnostic::new(Code::SharedData, message)
                    .label(it.span, "the same data on one machine")
                    .help(format!(
                        "{own}; to share it on purpose {}",
                        data.on_purpose()
                    ));
                sink.push(match &data.component {
                    Some(component) => diagnostic.about(component),
                    None => diagnostic,
                });
            }
        }
    }
}

impl NamedData {
    /// As in ``volume `old-data` ``.
    fn title(&self) -> String {
        let noun = match self.kind {
            DataKind::Volume => "volume",
            DataKind::Folder => "folder",
            DataKind::NodeFolder => "folder of the nodes",
        };
        format!("{noun} `{}`", self.name)
    }

    /// What a user writes to share it on purpose.
    fn on_purpose(&self) -> &'static str {
        match (self.kind, &self.component) {
            (DataKind::Folder | DataKind::NodeFolder, _) => {
                "`allow = [\"shared-data\"]` on the component"
            }
            (DataKind::Volume, Some(_)) => {
                "`external = true` beside it, or `allow = [\"shared-data\"]` on the component"
            }
            (DataKind::Volume, None) => "`external = true` beside it",
        }
    }
}
