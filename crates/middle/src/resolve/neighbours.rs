//! Environments that would share data without a word: two of one name on a machine, two volumes of one name, one folder for
//! two. Only what an environment names itself or takes over from the base can be shared: all other names carry its own.
//!
//! In: one environment, and what the base and the other environments were resolved to. They are resolved like this one, with
//! their includes and presets, and only where [`shareable`] finds something.

use std::collections::BTreeSet;

use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Ground,
    model::{Component, Mount, MountSource, Platform},
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
        Self {
            file: environment.map_or(file.to_string(), |name| environment_file(file, name)),
            project: platform.project.clone(),
            volumes: volumes.map(|volume| volume.real_name.clone()).collect(),
            folders: components
                .flat_map(folders)
                .map(|(_, path)| path.to_string())
                .collect(),
        }
    }

    fn has(&self, what: &What) -> bool {
        match what {
            What::Project(name) => self.project == *name,
            What::Data(data) if data.is_folder => self.folders.contains(&data.name),
            What::Data(data) => self.volumes.contains(&data.name),
        }
    }
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
    if !runs_on_an_engine(platform) {
        return Vec::new();
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
    let volumes = volumes.filter(|volume| volume.named && !volume.external);
    let volumes = volumes.map(|volume| {
        let key = format!("{}.name", volume.path);
        Shareable {
            span: span_of(&key, volume.span),
            what: What::Data(NamedData {
                is_folder: false,
                name: volume.real_name.clone(),
                key,
                component: volume.component.clone(),
            }),
        }
    });
    let folders = platform.components.iter().flat_map(|component| {
        folders(component).map(move |(mount, path)| {
            let key = format!(
                "components.{}.volumes.{}.source",
                component.name, mount.name
            );
            Shareable {
                span: span_of(&key, mount.span),
                what: What::Data(NamedData {
                    is_folder: true,
                    name: path.to_string(),
                    key,
                    component: Some(component.name.clone()),
                }),
            }
        })
    });
    own_name.into_iter().chain(volumes).chain(folders).collect()
}

/// Folders of the machine that hold data of a component, each once.
fn folders(component: &Component) -> impl Iterator<Item = (&Mount, &str)> {
    let mounts = component.workloads.iter().flat_map(|it| &it.mounts);
    let mut seen = BTreeSet::new();
    mounts.filter_map(move |mount| match &mount.source {
        MountSource::Bind { path, data: true } if seen.insert(&mount.name) => {
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
    let suffix = suffix_of(environment);
    let own_file = environment_file(file, environment);
    for it in shareable {
        let same = neighbours.iter().filter(|other| other.has(&it.what));
        let same: Vec<&str> = same.map(|other| other.file.as_str()).collect();
        if same.is_empty() {
            continue;
        }
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
            What::Data(data) => {
                let diagnostic = Diagnostic::new(
                    Code::SharedData,
                    format!(
                        "{} of the environment `{environment}` is also that of {same}",
                        data.title()
                    ),
                )
                .label(it.span, "the same data on one machine")
                .help(format!(
                    "say `{} = \"{}{suffix}\"` in `{own_file}`; to share it on purpose {}",
                    data.key,
                    data.name,
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
        let noun = if self.is_folder { "folder" } else { "volume" };
        format!("{noun} `{}`", self.name)
    }

    /// What a user writes to share it on purpose.
    fn on_purpose(&self) -> &'static str {
        match (self.is_folder, &self.component) {
            (true, _) => "`allow = [\"shared-data\"]` on the component",
            (false, Some(_)) => {
                "`external = true` beside it, or `allow = [\"shared-data\"]` on the component"
            }
            (false, None) => "`external = true` beside it",
        }
    }
}
