//! The platform as a whole.

use std::collections::BTreeSet;

use crate::{
    files::Target,
    model::{Ci, Component, HasName, Named, Notify, Pipeline, Raw, Route, Workload},
    source::{SourceId, Span},
};

#[derive(Clone, Debug, PartialEq)]
pub struct Platform {
    pub name: String,
    /// What networks, volumes and containers on a machine are called after: the name, and that of the environment where
    /// the environment does not give the platform one itself.
    pub project: String,
    /// A semantic version: that of the chart.
    pub version: String,
    pub description: Option<String>,
    /// The environment that was laid over the file, if one was.
    pub environment: Option<String>,
    pub targets: BTreeSet<Target>,
    /// In the user's order, like every list here.
    pub variables: Named<Variable>,
    /// Declared ones first, then those of kinds.
    pub secrets: Named<Secret>,
    pub groups: Named<Group>,
    pub volumes: Named<PlatformVolume>,
    pub networks: Vec<Network>,
    pub routes: Vec<Route>,
    pub components: Named<Component>,
    pub pipelines: Named<Pipeline>,
    pub ci: Vec<Ci>,
    pub actors: Vec<Actor>,
    /// By step, then in the user's order; those without a step last.
    pub flows: Vec<Flow>,
    /// Who is told of alerts.
    pub notify: Option<Notify>,
    pub raw_compose: Raw,
    pub raw_helm: Raw,
    /// Files of kinds: what stands there the user did not write.
    pub kind_sources: BTreeSet<SourceId>,
    /// `[platform]`'s name where it is written.
    pub span: Span,
}

impl Platform {
    pub fn component(&self, name: &str) -> Option<&Component> {
        self.components.find(name)
    }

    /// All workloads, in the order of their components.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.components
            .iter()
            .flat_map(|component| &component.workloads)
    }

    pub fn workload(&self, name: &str) -> Option<&Workload> {
        // A workload is called as its component, or `COMPONENT-PART`.
        let ends = name.match_indices('-').map(|(end, _)| end);
        ends.chain([name.len()])
            .filter_map(|end| self.components.find(&name[..end]))
            .flat_map(|component| &component.workloads)
            .find(|workload| workload.name == name)
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

    pub fn secret(&self, name: &str) -> Option<&Secret> {
        self.secrets.find(name)
    }

    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.find(name)
    }

    pub fn volume(&self, key: &str) -> Option<&PlatformVolume> {
        self.volumes.find(key)
    }

    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.find(name)
    }

    /// The engine's name of a group's network.
    pub fn network_name(&self, group: &str) -> String {
        format!("{}_{group}", self.project)
    }

    /// The first component of a kind, or of a kind that extends it; one that runs elsewhere only where there is no other.
    pub fn first_of(&self, kind: &str) -> Option<&Component> {
        self.components
            .iter()
            .filter(|component| component.is_a(kind))
            .min_by_key(|component| component.external.is_some())
    }
}

/// A `[vars]` entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    pub name: String,
    pub default: String,
    /// The environment variable that may change it at start; `None` for a constant.
    pub env: Option<String>,
    pub description: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Secret {
    pub name: String,
    pub env: String,
    pub description: Option<String>,
    pub optional: bool,
    pub form: SecretForm,
    pub origin: SecretOrigin,
    pub span: Span,
}

/// How a strong value of it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// Characters of `[A-Za-z0-9._~-]`.
    Token,
    /// 32 bytes as URL-safe base64.
    Fernet,
    /// A certificate and its private key as PEM, which nobody can make up.
    Certificate,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SecretOrigin {
    Declared,
    /// A key that a component's program needs for itself.
    Kind {
        component: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub name: String,
    pub description: Option<String>,
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
    /// The engine's name, and the claim's, are those of a key that it had before.
    pub volume_moved: bool,
    pub claim_moved: bool,
    /// Where platform.toml speaks of it, as in `components.redis.volumes.data`.
    pub path: String,
    /// The component, unless it is shared.
    pub component: Option<String>,
    /// Bytes of a claim; `None`: the target's default.
    pub size: Option<u64>,
    /// More than one may write to it.
    pub many_writers: bool,
    pub external: bool,
    pub span: Span,
}

impl PlatformVolume {
    /// Its name where it is declared, as in `data`.
    pub fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// Whether Kubernetes takes it as the name of a claim.
pub fn is_claim_name(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 253
        && name.split('.').all(|label| {
            label.starts_with(letter)
                && label.ends_with(letter)
                && label.chars().all(|c| letter(c) || c == '-')
        })
}

/// A network that exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    pub name: String,
    pub external: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Actor {
    pub name: String,
    pub title: String,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub step: Option<u32>,
    pub from: FlowEnd,
    pub to: FlowEnd,
    pub label: Option<String>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlowEnd {
    Component(String),
    Pipeline(String),
    Ci(String),
    Actor(String),
}

impl FlowEnd {
    pub fn name(&self) -> &str {
        match self {
            FlowEnd::Component(name)
            | FlowEnd::Pipeline(name)
            | FlowEnd::Ci(name)
            | FlowEnd::Actor(name) => name,
        }
    }
}

/// Says by which of its fields each is found.
macro_rules! names {
    ($($type:ty: $field:ident;)+) => {
        $(impl HasName for $type {
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
}
