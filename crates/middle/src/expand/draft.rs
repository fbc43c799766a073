//! The product of this stage: the platform as merged tables, and the names in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Deref,
    sync::Arc,
};

use super::{moved::Moves, route_ports};
use crate::{
    catalog::{Kind, Role, SettingType},
    model::{
        Bind, ExternalAddress, Group, HasName, Named, Port, ProgramVersion, PublicAddress, Purpose,
        Registry, Route, Secret, Variable, Version,
    },
    reference::{Constants, Words},
    source::{SourceId, Span},
    syntax::{Key, Node, Table},
};

/// The platform with its kinds, presets, conditions, roles and layers merged. Nothing in it is filled in later.
#[derive(Debug)]
pub struct Draft {
    pub names: Names,
    /// In the order of the file.
    pub components: Vec<ComponentDraft>,
    /// Where in `components` one stands, by its name.
    pub index: BTreeMap<String, usize>,
    /// Entry points. What they add to components (ports, public URLs) is already merged into the components.
    pub routes: Vec<Route>,
    /// Everything else as written: pipelines, CI entries, flows, actors, lints, raw tables.
    pub tree: Table,
}

/// The names at the top of the file, and what is known of all components.
#[derive(Debug)]
pub struct Names {
    pub platform: String,
    /// The name of the Compose project. Each environment has its own.
    pub project: String,
    /// What `[[moved]]` renames.
    pub moves: Moves,
    pub registry: Registry,
    pub bind: Bind,
    /// Components that were declared but are not there (of an unknown kind): referring to them is no second mistake.
    pub lost: BTreeSet<String>,
    pub groups: Named<Group>,
    /// Those of the file, and those that kinds bring.
    pub secrets: Named<Secret>,
    pub variables: Named<Variable>,
    /// What can be written out before anything is resolved.
    pub constants: Constants,
    /// Variables whose values were written out when the file was read.
    pub written_out: BTreeSet<String>,
    /// Names in `[volumes]` and `[networks]`.
    pub shared_volumes: BTreeSet<String>,
    pub networks: BTreeSet<String>,
    /// No target runs workloads on an engine, and one does in a cluster.
    pub in_charts_alone: bool,
    pub has_pipelines: bool,
    /// Some task of a pipeline is a stub.
    pub has_stubs: bool,
    /// Some task runs in a container: it is no stub.
    pub has_tasks: bool,
    /// There are CI entries.
    pub has_ci: bool,
    /// Some CI entry, or a stage of one, runs in a container.
    pub has_ci_containers: bool,
    /// Files of the catalog: their strings may hold a kind's references.
    pub kind_sources: BTreeSet<SourceId>,
    /// The environment's own file.
    pub over: Option<SourceId>,
    /// Those of them that the user wrote.
    pub own_kinds: BTreeSet<SourceId>,
}

/// A component as it was declared, with its kind.
#[derive(Debug)]
pub struct Declared {
    pub name: String,
    /// The name where it is declared.
    pub span: Span,
    pub kind: Arc<Kind>,
    pub group: Option<String>,
    /// What the user wrote: presets of the group, presets of the component, the component.
    pub user: Table,
    /// Alerts of its presets, those too that it takes away.
    pub preset_alerts: Vec<String>,
    /// What some preset would bring is not known, which was reported: what seems to be missing may stand there.
    pub lacks_presets: bool,
    pub external: Option<ExternalDraft>,
    /// The version of its program, and how that of another image is read.
    pub program: ProgramVersion,
    /// The numbers of its version, for comparisons: `[3, 6, 1, u64::MAX]`. The last one stands for numbers that the tag leaves
    /// out, as `3` is the newest 3. Empty where nothing tells the version.
    pub version: Vec<u64>,
    /// The version as far as platform.toml says it, and where.
    pub written_version: Option<(Version, Span)>,
    /// Databases that have a user of their own.
    pub logins: Vec<Login>,
    /// Ports whose public address is that of an entry point, and the number that it publishes where people have to name it.
    pub doors: Vec<(String, u16)>,
}

/// Who logs in to a database.
#[derive(Debug)]
pub struct Login {
    pub database: String,
    pub user: Node,
    pub password: Node,
}

impl HasName for Declared {
    fn name(&self) -> &str {
        &self.name
    }
}

/// Where a component that runs elsewhere is reached.
#[derive(Clone, Debug)]
pub struct ExternalDraft {
    /// One for each port that the user names.
    pub addresses: Vec<ExternalAddress>,
    pub span: Span,
    /// All of it could be read.
    pub whole: bool,
}

impl ExternalDraft {
    /// The number of a port that the user names.
    pub fn number(&self, port: &str) -> Option<u16> {
        let mut addresses = self.addresses.iter();
        Some(addresses.find(|address| address.port == port)?.number)
    }
}

/// A component whose tables are merged.
#[derive(Debug)]
pub struct ComponentDraft {
    pub declared: Declared,
    pub uses: Vec<BoundRole>,
    /// The kind's tables with its conditions decided.
    pub kind_table: Table,
    /// The main workload and the parts, merged, the main one first. Parts that are not wanted are not here.
    pub workloads: Vec<WorkloadDraft>,
    /// Secrets of the kind: key and the platform's name of the secret.
    pub own_secrets: Vec<(String, String)>,
    /// It has errors, so references to it are not reported as well.
    pub broken: bool,
}

/// One workload of a component.
#[derive(Debug)]
pub struct WorkloadDraft {
    /// `None` for the main one.
    pub part: Option<String>,
    pub table: Table,
    pub own_image: bool,
    pub job: bool,
    pub ports: Vec<Port>,
}

/// A role and the component that fills it.
#[derive(Clone, Debug)]
pub struct BoundRole {
    pub role: Role,
    /// Index of the component that fills it.
    pub target: usize,
    pub database: Option<String>,
    pub span: Span,
}

impl Draft {
    pub fn find(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }
}

impl BoundRole {
    /// Whether the other one binds the same to the same role.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let what = |it: &Self| (it.role.name.clone(), it.target, it.database.clone());
        what(self) == what(other)
    }

    /// The kind of the role's list that the filler fits: a user's kind that extends `postgres` is a `postgres` here.
    pub fn fitting_kind<'a>(&'a self, filler: &'a Declared) -> &'a str {
        self.role
            .kinds
            .iter()
            .find(|kind| filler.is_a(kind))
            .unwrap_or(&filler.kind.name)
    }
}

impl Names {
    /// Which words start a reference in a node's string.
    pub fn words(&self, node: &Node) -> Words {
        if self.is_kind_text(node) {
            Words::Kind
        } else {
            Words::Platform
        }
    }

    /// Whether a kind wrote it, and not the user.
    pub fn is_kind_text(&self, node: &Node) -> bool {
        self.kind_sources.contains(&node.span.source)
    }
}

impl Declared {
    pub fn is_a(&self, kind: &str) -> bool {
        self.kind.name == kind || self.kind.lineage.iter().any(|name| name == kind)
    }

    /// Whether its program does this for the platform.
    pub fn is_for(&self, purpose: Purpose) -> bool {
        self.kind.purpose == Some(purpose)
    }

    /// The setting as the user wrote it, else the kind's default.
    pub fn setting(&self, name: &str) -> Option<&Node> {
        self.user
            .get_path(&["settings", name])
            .filter(|node| !node.is_false() || self.is_boolean_setting(name))
            .or_else(|| {
                self.kind
                    .settings
                    .iter()
                    .find(|setting| setting.name == name)?
                    .default
                    .as_ref()
            })
    }

    /// Whether it is known to run an older version of the kind's own program.
    pub fn is_older_than(&self, since: &Version) -> bool {
        let written = self.written_version.as_ref();
        written.is_some_and(|(version, _)| {
            self.program.major == Some(version.major) && version.is_older(since)
        })
    }

    fn is_boolean_setting(&self, name: &str) -> bool {
        self.kind
            .settings
            .iter()
            .any(|setting| setting.name == name && setting.kind == SettingType::Boolean)
    }

    /// Who logs in to a database; `None`: the store's own user.
    pub fn login(&self, database: &str) -> Option<&Login> {
        self.logins.iter().find(|login| login.database == database)
    }

    /// Where people reach it, without a slash at the end.
    pub fn public_url(&self) -> Option<&str> {
        let written = self.user.string("public_url")?;
        Some(written.trim_end_matches('/'))
    }

    /// What the entry point of a port publishes, where people have to name it.
    pub fn door_of(&self, port: &str) -> Option<u16> {
        let mut doors = self.doors.iter();
        doors
            .find(|(name, _)| name == port)
            .map(|(_, number)| *number)
    }

    /// The DNS name of a workload of it.
    pub fn workload_name(&self, part: Option<&str>) -> String {
        match part {
            Some(part) => format!("{}-{part}", self.name),
            None => self.name.clone(),
        }
    }
}

/// All that was declared is still true of it.
impl Deref for ComponentDraft {
    type Target = Declared;

    fn deref(&self) -> &Declared {
        &self.declared
    }
}

impl ComponentDraft {
    pub fn workload(&self, part: Option<&str>) -> Option<&WorkloadDraft> {
        self.workloads
            .iter()
            .find(|workload| workload.part.as_deref() == part)
    }

    pub fn bound(&self, role: &str) -> impl Iterator<Item = &BoundRole> {
        self.uses
            .iter()
            .filter(move |bound| bound.role.name == role)
    }

    /// The line of the user's that takes one of the kind's ports away, or all of them.
    pub fn removed_port(&self, port: &str) -> Option<&Key> {
        let ports = self.user.entry("ports")?;
        let entry = match ports.value.as_table() {
            Some(table) => table.entry(port)?,
            None => ports,
        };
        entry.value.is_false().then_some(&entry.key)
    }

    /// The name of the main port.
    pub fn main_port(&self) -> Option<String> {
        let ports = self.workload(None).into_iter();
        let ports = ports.flat_map(|workload| &workload.ports);
        let ports: Vec<&str> = ports.map(|port| port.name.as_str()).collect();
        self.kind.main_port(&ports).map(ToString::to_string)
    }

    /// Where people reach the port that they open, where the platform says so.
    pub fn public_address(&self) -> Option<PublicAddress> {
        let door = self.page_port().and_then(|port| self.door_of(&port));
        PublicAddress::parse(self.public_url()?, door)
    }

    /// The name of the port that people open: its address is the component's `public_url`.
    pub fn page_port(&self) -> Option<String> {
        route_ports::page_port(self)
    }
}
