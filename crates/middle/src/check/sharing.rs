//! What only one may have: volumes with one writer, databases with one schema, servers that are one.

use std::collections::BTreeMap;

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{Component, DatabaseBinding, MountSource, Platform, PlatformVolume, Use, Workload},
    text::all_of,
};

/// A shared volume with `access = "one"` that more than one component or replica writes.
pub(super) fn volumes(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    for volume in platform
        .volumes
        .iter()
        .filter(|volume| volume.component.is_none() && !volume.many_writers)
        // Two of one name are reported as such: who writes to which can't be told.
        .filter(|volume| is_alone(volume, platform))
    {
        let mut writers: Vec<(&str, crate::source::Span, Several)> = Vec::new();
        for workload in platform.workloads() {
            for mount in &workload.mounts {
                if mount.source == MountSource::Volume(volume.key.clone()) && !mount.read_only {
                    match writers
                        .iter_mut()
                        .find(|(name, ..)| *name == workload.component)
                    {
                        Some((.., several)) => *several = several.clone().or(several_of(workload)),
                        None => {
                            writers.push((&workload.component, mount.span, several_of(workload)));
                        }
                    }
                }
            }
        }
        for pipeline in &platform.pipelines {
            let written = pipeline.volumes.iter().find(|mount| {
                mount.source == MountSource::Volume(volume.key.clone()) && !mount.read_only
            });
            writers.extend(written.map(|mount| (pipeline.name.as_str(), mount.span, None)));
        }
        if writers.len() < 2 && writers.iter().all(|(_, _, several)| several.is_none()) {
            continue;
        }
        let mut diagnostic = Diagnostic::new(
            Code::VolumeShared,
            format!("volume `{}` takes one writer, and has more", volume.key),
        )
        .label(volume.span, "`access = \"one\"`")
        .help("mount it `read_only = true` where it is only read, or give it `access = \"many\"`");
        for (component, span, several) in writers {
            let several = several.map_or(String::new(), |several| format!(" {several}"));
            diagnostic = diagnostic.label(span, format!("`{component}` writes to it{several}"));
        }
        sink.push(diagnostic);
    }
}

fn is_alone(volume: &PlatformVolume, platform: &Platform) -> bool {
    let same = |other: &&PlatformVolume| other.key.eq_ignore_ascii_case(&volume.key);
    platform.volumes.iter().filter(same).count() == 1
}

/// How a workload is more than one, in words; `None` where it is one.
type Several = Option<String>;

fn several_of(workload: &Workload) -> Several {
    match workload.daemon {
        true => Some("on every node".to_string()),
        false if workload.replicas > 1 => Some(format!("with {} replicas", workload.replicas)),
        false => workload
            .is_many()
            .then(|| format!("scaled to {} pods", workload.pods_at_most())),
    }
}

/// A component that keeps a schema of its own in a database.
struct Keeper<'a> {
    component: &'a Component,
    binding: &'a Use,
    database: &'a DatabaseBinding,
}

/// Two programs that keep their own schema on one database.
pub(super) fn databases(facts: Facts<'_>, sink: &mut Sink) {
    let mut seen: BTreeMap<(String, &str), Vec<Keeper<'_>>> = BTreeMap::new();
    for component in &facts.platform.components {
        for binding in &component.uses {
            let Some(database) = binding.database.as_ref().filter(|it| it.schema) else {
                continue;
            };
            let key = (
                server(facts.platform, &binding.component),
                database.name.as_str(),
            );
            let keeper = Keeper {
                component,
                binding,
                database,
            };
            let known = seen.entry(key).or_default();
            match known.iter().find(|other| keeper.is_in_the_way_of(other)) {
                Some(other) => sink.push(keeper.clash(other)),
                None => known.push(keeper),
            }
        }
    }
}

impl Keeper<'_> {
    fn is_in_the_way_of(&self, other: &Self) -> bool {
        let is_same = self.component.name == other.component.name;
        !is_same && (self.component.kind != other.component.kind || !self.is_told_from(other))
    }

    /// Whether both say by which value their schemas are told apart, and these differ.
    fn is_told_from(&self, other: &Self) -> bool {
        let (own, others) = (&self.database.schema_of, &other.database.schema_of);
        own.is_some() && others.is_some() && own != others
    }

    fn clash(&self, first: &Self) -> Diagnostic {
        let (name, other) = (&self.component.name, &first.component.name);
        let (store, role) = (&self.binding.component, &self.binding.role);
        let message = format!(
            "`{other}` and `{name}` both keep their schema in the database `{}` of `{store}`",
            self.database.name
        );
        let setting = self.database.schema_of.as_ref();
        let setting = setting.filter(|_| self.component.kind == first.component.kind);
        let or = setting.map_or_else(String::new, |(setting, _)| {
            format!("; or another `settings.{setting}` lets it share this database")
        });
        Diagnostic::new(Code::DatabaseShared, message)
            .label(first.binding.span, format!("`{other}`"))
            .label(self.binding.span, format!("and `{name}`"))
            .help(format!(
                "give `{name}` a database of its own: add it to `databases` of `{store}` and write `uses = {{ {role} = \"{store}/NAME\" }}`{or}"
            ))
    }
}

/// What has the databases of a component: itself, or the server at the address where it runs. Several components may stand for
/// one server.
fn server(platform: &Platform, component: &str) -> String {
    let found = platform.component(component);
    let external =
        found.and_then(|found| Some((found.external.as_ref()?, found.main_port.as_ref()?)));
    let address = external.and_then(|(external, main)| {
        let mut addresses = external.addresses.iter();
        addresses.find(|address| address.port == *main)
    });
    match address {
        Some(address) => format!("{}:{}", address.host, address.number),
        None => component.to_string(),
    }
}

/// What the help says of roles that would keep the data of a single server.
fn where_several_run(component: &Component) -> String {
    let is_open = |role: &&String| component.uses.iter().all(|it| it.role != **role);
    let open: Vec<&str> = component
        .several_with
        .iter()
        .filter(is_open)
        .map(String::as_str)
        .collect();
    match open.as_slice() {
        [] => String::new(),
        open => format!(". Several can run where `uses` fills {}", all_of(open)),
    }
}

/// Why most kinds are one server.
const OWN_DATA: &str = "each would keep data of its own";

/// More than one replica of a kind that is one server.
pub(super) fn replicas(facts: Facts<'_>, sink: &mut Sink) {
    for component in facts
        .platform
        .components
        .iter()
        .filter(|component| component.single)
    {
        let Some(main) = component.main().filter(|main| main.is_many()) else {
            continue;
        };
        let (key, what) = match main.daemon {
            true => ("daemon", "be on every node".to_string()),
            false if main.replicas > 1 => ("replicas", format!("have {} replicas", main.replicas)),
            false if main.values.get("hpa").is_some() => {
                ("hpa", format!("be scaled to {} pods", main.pods_at_most()))
            }
            false => ("replicas", format!("have {} replicas", main.pods_at_most())),
        };
        let typed = main
            .written
            .get(key)
            .filter(|_| main.daemon || main.replicas > 1);
        let node = typed.or_else(|| main.values.get(key));
        let span = node.map_or(component.span, |node| node.span);
        sink.push(
            Diagnostic::new(
                Code::TooMany,
                format!("`{}` is one server: it can't {what}", component.name),
            )
            .label(span, "more than one")
            .help(format!(
                "remove `{key}`: {}{}",
                component.single_because.as_deref().unwrap_or(OWN_DATA),
                where_several_run(component)
            )),
        );
    }
}
