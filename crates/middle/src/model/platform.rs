//! The platform as a whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    commands::CommandFlags,
    data::DataKey,
    files::{self, Site, Target},
    model::{
        Actor, Ci, Component, Deploy, ExternalAddress, Flow, HasName, Host, HostPath, Named,
        Notify, PROBER, Pipeline, Port, PortRange, Purpose, Raw, Registry, Route, ScrapeSettings,
        Workload,
    },
    names::variable_name,
    source::{SourceId, Span},
    syntax::Table,
    value::WrittenForm,
};

/// Everything that one platform.toml, its includes, its environment and the catalog mean together.
#[derive(Clone, Debug, PartialEq)]
pub struct Platform {
    /// As `[platform] name` has it: what the chart is called.
    pub name: String,
    /// What networks, volumes and containers on a machine are called after: the name, and that of the environment where
    /// the environment does not give the platform one itself.
    pub project: String,
    /// A semantic version: that of the chart.
    pub version: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// Where images are taken from.
    pub registry: Registry,
    /// The environment that was laid over the file, if one was.
    pub environment: Option<String>,
    /// How files tell people to call this program about it.
    pub commands: CommandFlags,
    /// What is compiled, after `platform.targets`.
    pub targets: BTreeSet<Target>,
    /// In the user's order, like every list here.
    pub variables: Named<Variable>,
    /// Declared ones first, then those of kinds.
    pub secrets: Named<Secret>,
    /// What is started and stopped together.
    pub groups: Named<Group>,
    /// Named volumes of components, pipelines and `[volumes]`, found by their key.
    pub volumes: Named<PlatformVolume>,
    /// Networks that exist already, which services may join.
    pub networks: Named<Network>,
    /// Entry points: which path of which host leads to which component.
    pub routes: Vec<Route>,
    /// What the user names under `[components]`, with what the catalog adds.
    pub components: Named<Component>,
    /// Components that were renamed: the name now, and the one before.
    pub renamed: BTreeMap<String, String>,
    /// Further names of workloads on their networks.
    pub aliases: BTreeSet<String>,
    /// One DAG each.
    pub pipelines: Named<Pipeline>,
    /// One Jenkinsfile each.
    pub ci: Vec<Ci>,
    /// People and systems outside, for the picture.
    pub actors: Vec<Actor>,
    /// By step, then in the user's order; those without a step last.
    pub flows: Vec<Flow>,
    /// Who is notified of alerts.
    pub notify: Option<Notify>,
    /// Who installs the chart from git.
    pub deploy: Option<Deploy>,
    /// Top-level keys for Compose, laid over what is generated.
    pub raw_compose: Raw,
    /// Top-level values for the chart, laid over what is generated.
    pub raw_helm: Raw,
    /// `[raw]` as it is written, for checks that want the place of a value.
    pub raw_written: Table,
    /// Whether a component reads what the engine keeps of the output of containers.
    pub reads_logs: bool,
    /// Files of kinds: what stands there the user did not write.
    pub kind_sources: BTreeSet<SourceId>,
    /// Those of them that come with the project.
    pub own_kinds: BTreeSet<SourceId>,
    /// The environment's own file, where there is one.
    pub over: Option<OwnFile>,
    /// `[platform]`'s name where it is written.
    pub span: Span,
}

/// The file of an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnFile {
    /// The file as it was read.
    pub source: SourceId,
    /// Its name, as in `platform.prod.toml`.
    pub name: String,
}

/// The aliases of all workloads of some components.
pub fn aliases(components: &[Component]) -> BTreeSet<String> {
    let workloads = components.iter().flat_map(|it| &it.workloads);
    workloads.flat_map(|it| &it.aliases).cloned().collect()
}

impl Platform {
    /// Whether a runtime of this platform runs its workloads there.
    pub fn runs_on(&self, site: Site) -> bool {
        Target::any_runs_on(&self.targets, site)
    }

    /// The names that a component had before, by `[[moved]]`, the newest first.
    pub fn names_before<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        let mut out: Vec<&str> = Vec::new();
        let mut newest = name;
        while let Some(before) = self.renamed.get(newest)
            && out.len() < self.renamed.len()
        {
            out.push(before);
            newest = before;
        }
        out
    }

    /// The folder that it is generated into.
    pub fn output_folder(&self) -> String {
        files::output_folder(self.environment.as_deref())
    }

    /// The names of the folder of Compose's files, from the project on: relative paths in them start there.
    pub fn compose_folder(&self) -> Vec<&str> {
        files::compose_folder(self.environment.as_deref())
    }

    /// A path that Compose's files name, as the project has it; an absolute one, or one of a home, as it is.
    pub fn from_compose(&self, path: &str) -> String {
        if path.starts_with(['/', '~']) {
            return path.trim_end_matches('/').to_string();
        }
        let mut names = self.compose_folder();
        for name in path.split('/') {
            match (name, names.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => drop(names.pop()),
                (name, _) => names.push(name),
            }
        }
        HostPath::parse(&names.join("/")).as_str().to_string()
    }

    /// The component of this name.
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.find(name)
    }

    /// The names of the chart's own pods: `helm test`, and what removes the pods of failed tasks.
    pub fn chart_pods(&self) -> [String; 2] {
        ["test", "task-pods"].map(|it| format!("{}-{it}", self.name))
    }

    /// All workloads, in the order of their components.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.components
            .iter()
            .flat_map(|component| &component.workloads)
    }

    /// The workload of this name: its component's, or `COMPONENT-PART`.
    pub fn workload(&self, name: &str) -> Option<&Workload> {
        // A workload is called as its component, or `COMPONENT-PART`.
        let ends = name.match_indices('-').map(|(end, _)| end);
        ends.chain([name.len()])
            .filter_map(|end| self.components.find(&name[..end]))
            .flat_map(|component| &component.workloads)
            .find(|workload| workload.name == name)
    }

    /// The workload at whose name a component that runs elsewhere is reached, such as a proxy, and its port of that number.
    pub fn front_of(&self, address: &ExternalAddress) -> Option<(&Workload, Option<&Port>)> {
        let Host::Name(name) = &address.host else {
            return None;
        };
        let by_alias = || self.workloads().find(|it| it.aliases.contains(name));
        let front = self.workload(name).or_else(by_alias)?;
        let holds = |port: &&Port| {
            let PortRange { first, last } = port.container;
            (first..=last).contains(&address.number)
        };
        Some((front, front.ports.iter().find(holds)))
    }

    /// Whether the chart starts it: not what is off until a value turns it on, nor what a cluster's own entry point replaces.
    pub fn starts_in_chart(&self, workload: &Workload) -> bool {
        let component = self.component(&workload.component);
        let is_off = |raw: &Raw| raw.get("enabled") == Some(&Raw::Boolean(false));
        let is_off_at_the_top = |name: &str| {
            let values = self.raw_helm.at(&["components", name]);
            values.is_some_and(is_off)
        };
        // What is off under Compose alone runs here.
        let has_no_profile = workload.profiles.is_empty() || workload.runtime.cluster_only;
        has_no_profile
            && !self.is_bypassed(&workload.component)
            && !component.is_some_and(|component| is_off(&component.raw_helm))
            && !is_off(&workload.raw_helm)
            && !is_off_at_the_top(&workload.component)
            && !is_off_at_the_top(&workload.name)
    }

    /// An entry point that a cluster's own takes the place of: it asks nobody to log in and leads to nothing elsewhere.
    pub fn is_bypassed(&self, component: &str) -> bool {
        let mut own = self
            .routes
            .iter()
            .filter(|route| route.door == component)
            .peekable();
        let is_inside = |name: &str| self.component(name).is_some_and(|it| it.external.is_none());
        own.peek().is_some()
            && own.all(|route| {
                route.login.is_none()
                    && route.paths.iter().all(|path| is_inside(&path.to.component))
            })
    }

    /// The secret of this name, declared or of a kind.
    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.find(name)
    }

    /// The `[vars]` entry of this name, or the variable that a kind brings.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.find(name)
    }

    /// The volume with this key in Compose.
    pub fn volume(&self, key: &str) -> Option<&PlatformVolume> {
        self.volumes.find(key)
    }

    /// The group of this name.
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.find(name)
    }

    /// The engine's name of a group's network.
    pub fn network_name(&self, group: &str) -> String {
        network_name(&self.project, group)
    }

    /// The first component of a purpose; one that runs elsewhere only where there is no other.
    pub fn first_for(&self, purpose: Purpose) -> Option<&Component> {
        self.components
            .iter()
            .filter(|component| component.purpose == Some(purpose))
            .min_by_key(|component| component.external.is_some())
    }

    /// Milliseconds between two scrapes of a Prometheus, where what is scraped has no interval of its own.
    pub fn scrape_interval(&self, prometheus: &Component) -> u64 {
        ScrapeSettings::of(prometheus).interval(&self.variables)
    }

    /// The workload that asks others whether they work.
    pub fn prober(&self) -> Option<&Workload> {
        let mut workloads = self.first_for(Purpose::Metrics)?.workloads.iter();
        workloads.find(|workload| workload.part.as_deref() == Some(PROBER))
    }
}

/// The engine's name of a group's network.
pub fn network_name(project: &str, group: &str) -> String {
    format!("{project}_{group}")
}

/// A `[vars]` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The key in `[vars]`; of a kind's variable `COMPONENT-NAME`.
    pub name: String,
    /// Its value where the environment does not set `env`.
    pub default: String,
    /// The environment variable that may change it at start; `None` for a constant.
    pub env: Option<String>,
    /// For `.env.example` and the chart's values.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A value that is written to no file: only its name is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    /// The key in `[secrets]`, or `COMPONENT-KEY` of a kind: also its key in the chart's Secret.
    pub name: String,
    /// The environment variable that has its value in Compose.
    pub env: String,
    /// For `.env.example`.
    pub description: Option<String>,
    /// Whether a platform starts without it: it is empty then.
    pub optional: bool,
    /// What a value that `env init` makes looks like.
    pub form: SecretForm,
    /// How long it is: characters, or bytes in base64. `None`: as is usual for the form.
    pub length: Option<u32>,
    /// Whether `env init` makes a value, where platform.toml says so; else how it is used decides.
    pub generate: Option<bool>,
    /// Who asks for it.
    pub origin: SecretOrigin,
    /// Where it is declared.
    pub span: Span,
}

impl Secret {
    /// The name of a secret that the kind of a component asks for.
    pub fn own_name(component: &str, key: &str) -> String {
        format!("{component}-{key}")
    }

    /// What the kind of this component calls a secret of this name, if it is one that the kind may ask for.
    pub fn own_key<'a>(name: &'a str, component: &str) -> Option<&'a str> {
        name.strip_prefix(component)?.strip_prefix('-')
    }

    /// Whether the kind of this component asks for it.
    pub fn is_of(&self, name: &str) -> bool {
        matches!(&self.origin, SecretOrigin::Kind { component } if component == name)
    }

    /// The variables that had its value before: while its component had other names, the newest first; or until `[secrets]` gave a
    /// key of a kind another variable.
    pub fn earlier_env(&self, platform: &Platform) -> Vec<String> {
        let SecretOrigin::Kind { component } = &self.origin else {
            let mut components = platform.components.iter();
            let is_key = components.any(|it| it.keys.values().any(|name| *name == self.name));
            let usual = Some(variable_name(&self.name));
            let usual = usual.filter(|usual| is_key && *usual != self.env);
            return usual.into_iter().collect();
        };
        let Some(key) = Self::own_key(&self.name, component) else {
            return Vec::new();
        };
        let names = platform.names_before(component).into_iter();
        names
            .map(|before| variable_name(&Self::own_name(before, key)))
            .collect()
    }
}

/// How a strong value of it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// Characters of `[A-Za-z0-9._~-]`.
    Token,
    /// Letters and digits.
    Alphanumeric,
    /// Hexadecimal digits.
    Hex,
    /// Bytes as base64.
    Base64,
    /// Bytes as URL-safe base64.
    Base64Url,
    /// 32 bytes as URL-safe base64.
    Fernet,
    /// A certificate and its private key as PEM, which nobody can make up.
    Certificate,
}

impl SecretForm {
    /// The form that a table of platform.toml or of a kind writes; a token where it writes none.
    pub fn written(word: Option<&str>) -> Self {
        match word.and_then(WrittenForm::parse) {
            None | Some(WrittenForm::Token) => Self::Token,
            Some(WrittenForm::Alphanumeric) => Self::Alphanumeric,
            Some(WrittenForm::Hex) => Self::Hex,
            Some(WrittenForm::Base64) => Self::Base64,
            Some(WrittenForm::Base64Url) => Self::Base64Url,
            Some(WrittenForm::Fernet) => Self::Fernet,
        }
    }
}

/// Who asks for a secret.
#[derive(Clone, Debug, PartialEq)]
pub enum SecretOrigin {
    /// The user, in `[secrets]`.
    Declared,
    /// A key that a component's program needs for itself.
    Kind {
        /// The component whose kind brings it.
        component: String,
    },
}

/// What is started and stopped together: a file of Compose, a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The key in `[groups]`.
    pub name: String,
    /// What it is, for people.
    pub description: Option<String>,
    /// Where it is declared.
    pub span: Span,
}

/// A named volume, of one component or shared.
#[derive(Clone, Debug, PartialEq)]
pub struct PlatformVolume {
    /// `COMPONENT-VOLUME`, or the name in `[volumes]`: the key in Compose.
    pub key: String,
    /// The engine's name: `PLATFORM_KEY`, unless `name` says otherwise.
    pub real_name: String,
    /// The claim's name in Kubernetes: the key, or the name that the user chose where a claim can have it.
    pub claim: String,
    /// The user chose its real name.
    pub named: bool,
    /// Whether the names in the engine and of the claim are those of an earlier key.
    pub volume_moved: bool,
    /// Whether the claim's name is that of an earlier key.
    pub claim_moved: bool,
    /// The keys that it had before, by `[[moved]]`, the newest first.
    pub before: Vec<DataKey>,
    /// Its name where it is declared, as in `data`.
    pub declared_as: String,
    /// Where platform.toml speaks of it, as in `components.redis.volumes.data`.
    pub path: DataKey,
    /// Declared in `[volumes]`, for everything that mounts it.
    pub shared: bool,
    /// The component, unless it is shared.
    pub component: Option<String>,
    /// Bytes of a claim; `None`: the target's default.
    pub size: Option<u64>,
    /// More than one may write to it.
    pub many_writers: bool,
    /// It exists already: nothing creates or removes it.
    pub external: bool,
    /// Where it is declared.
    pub span: Span,
}

/// A network that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The key in `[networks]`.
    pub name: String,
    /// Its name in the engine.
    pub external: String,
    /// Where it is declared.
    pub span: Span,
}

/// Says by which of its fields each is found.
macro_rules! names {
    ($($type:ty: $field:ident;)+) => {
        $(impl HasName for $type {
            #[allow(clippy::misnamed_getters, reason = "a volume is found by its key")]
            fn name(&self) -> &str {
                &self.$field
            }
        })+
    };
}

names! {
    Component: name;
    Pipeline: name;
    Group: name;
    PlatformVolume: key;
    Secret: name;
    Variable: name;
    Network: name;
}
