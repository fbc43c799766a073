//! A kind as a reference page: its settings, its workloads, and what other components can refer to.

use std::sync::Arc;

use serde::Serialize;

use super::json;
use crate::{
    catalog::{Kind, Role, SettingSpec, SettingType},
    syntax::{Key, Node, Table, Value},
    template::{Engine, TemplateError},
};

/// One kind. Lists keep the order of its file; `condition` says when an entry applies, if not always.
#[derive(Clone, Debug, Serialize)]
pub struct KindPage {
    /// What `kind` is set to.
    pub name: String,
    /// How people write the program's name.
    pub title: String,
    /// One sentence.
    pub description: String,
    /// What to know before using it, each a sentence.
    pub notes: Vec<String>,
    /// Kinds that it extends, nearest first.
    pub extends: Vec<String>,
    /// The repository of its image.
    pub image: Option<String>,
    /// The tag of a component that sets none.
    pub version: Option<String>,
    /// Major versions that it knows; empty: any.
    pub majors: Vec<u64>,
    /// More than one replica is an error.
    pub single: bool,
    /// The most components of it in one platform.
    pub per_platform: Option<usize>,
    /// Runs to completion.
    pub job: bool,
    /// The port that `uses` opens, and that `url` points to.
    pub main_port: Option<String>,
    /// The keys of `settings`.
    pub settings: Vec<SettingView>,
    /// The keys of `uses`.
    pub roles: Vec<RoleView>,
    /// The ports of its workloads.
    pub ports: Vec<PortView>,
    /// What references of others can read, besides ports.
    pub outputs: Vec<OutputView>,
    /// Its workloads beside the main one.
    pub parts: Vec<PartView>,
    /// What its workloads ask for: memory is also their limit.
    pub resources: Vec<ResourcesView>,
    /// Its data, and what it mounts from the host.
    pub volumes: Vec<VolumeView>,
    /// Secrets that each component of it declares.
    pub secrets: Vec<SecretView>,
    /// Variables of the environment that it reads at start.
    pub variables: Vec<VariableView>,
    /// What Prometheus scrapes.
    pub metrics: Vec<MetricsView>,
    /// Its alerting rules.
    pub alerts: Vec<AlertView>,
    /// Names of its recording rules.
    pub records: Vec<String>,
    /// Titles of the panels of its dashboard.
    pub panels: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SettingView {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub required: bool,
    pub default: Option<serde_json::Value>,
    pub description: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct RoleView {
    pub name: String,
    pub kinds: Vec<String>,
    pub required: bool,
    pub many: bool,
    /// Bound without being named if exactly one component fits.
    pub default: bool,
    pub description: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct PortView {
    pub name: String,
    /// `None`: the main workload.
    pub part: Option<String>,
    pub container: serde_json::Value,
    pub protocol: String,
    pub scheme: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct OutputView {
    pub name: String,
    pub value: String,
}

#[derive(Clone, Debug, Serialize)]
pub struct PartView {
    pub name: String,
    /// `None`: the kind's own.
    pub image: Option<String>,
    pub version: Option<String>,
    pub job: bool,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ResourcesView {
    /// `None`: the main workload.
    pub part: Option<String>,
    pub cpu: Option<String>,
    /// What it asks for, and no more than it gets.
    pub memory: Option<String>,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct VolumeView {
    pub name: String,
    pub part: Option<String>,
    pub mount: Option<String>,
    pub size: Option<String>,
    /// A path of the host.
    pub source: Option<String>,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct SecretView {
    pub name: String,
    pub description: String,
    /// Variables of the program that replace it when set in `env`.
    pub replaced_by: Vec<String>,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct VariableView {
    pub name: String,
    pub env: String,
    pub default: Option<serde_json::Value>,
    pub description: String,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct MetricsView {
    pub part: Option<String>,
    pub port: Option<String>,
    pub path: String,
    pub condition: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct AlertView {
    pub name: String,
    pub severity: String,
    #[serde(rename = "for")]
    pub hold: Option<String>,
    pub summary: String,
}

/// The page of one kind.
pub fn page(kind: &Kind) -> KindPage {
    let workloads = workloads(&kind.table);
    KindPage {
        name: kind.name.clone(),
        title: kind.title.clone(),
        description: kind.description.clone(),
        notes: kind.notes.clone(),
        extends: kind.lineage.clone(),
        image: kind.image.clone(),
        version: kind.version.clone(),
        majors: kind.versions.majors.clone(),
        single: kind.single,
        per_platform: kind.per_platform,
        job: kind.job,
        main_port: main_port(kind),
        settings: kind
            .settings
            .iter()
            .map(setting)
            .chain(major(kind))
            .collect(),
        roles: kind.roles.iter().map(role).collect(),
        ports: ports(&workloads),
        outputs: outputs(&kind.table),
        parts: parts(&kind.table),
        resources: resources(&workloads),
        volumes: volumes(&workloads),
        secrets: kind
            .secrets
            .iter()
            .map(|secret| SecretView {
                name: secret.name.clone(),
                description: secret.description.clone(),
                replaced_by: secret.replaced_by.clone(),
                condition: secret.condition.as_ref().and_then(text),
            })
            .collect(),
        variables: kind.table.tables_of("vars").map(variable).collect(),
        metrics: metrics(&workloads),
        alerts: kind.table.tables_of("alerts").map(alert).collect(),
        records: titles(&kind.table, "records", "record"),
        panels: titles(&kind.table, "panels", "title"),
    }
}

/// docs/kinds-reference.md.
///
/// Errors: the page's template can't be run.
pub fn kinds_reference(kinds: &[Arc<Kind>]) -> Result<String, TemplateError> {
    let pages: Vec<KindPage> = kinds.iter().map(|kind| page(kind)).collect();
    Engine::default().render(
        "manual/kinds-reference.md",
        serde_json::json!({ "kinds": pages }),
    )
}

/// A workload's table, or the one that a case merges over it.
struct Workload<'a> {
    part: Option<&'a str>,
    table: &'a Table,
    condition: Option<String>,
}

/// The main workload and the parts, then the tables that cases add to them.
fn workloads(kind: &Table) -> Vec<Workload<'_>> {
    let mut out = Vec::new();
    let cases = kind.array("when").unwrap_or_default();
    let layers = std::iter::once(kind).chain(cases.iter().filter_map(Node::as_table));
    for layer in layers {
        let condition = layer.string("if").map(ToString::to_string);
        if let Some(table) = layer.table("workload") {
            out.push(Workload {
                part: None,
                table,
                condition: condition.clone(),
            });
        }
        for (key, table) in layer.tables_of("parts") {
            out.push(Workload {
                part: Some(&key.name),
                table,
                condition: condition.clone().or_else(|| owned(table, "if")),
            });
        }
    }
    out
}

fn main_port(kind: &Kind) -> Option<String> {
    let ports: Vec<&str> = kind.ports().into_iter().flat_map(Table::keys).collect();
    kind.main_port(&ports).map(ToString::to_string)
}

fn setting(spec: &SettingSpec) -> SettingView {
    SettingView {
        name: spec.name.clone(),
        kind: spec.kind.name(),
        required: spec.required,
        default: spec.default.as_ref().map(json),
        description: spec.description.clone(),
    }
}

/// The settings that every kind with several major versions has besides its own.
fn major(kind: &Kind) -> Option<SettingView> {
    kind.adapts().then(|| SettingView {
        name: "major".to_string(),
        kind: SettingType::Integer.name(),
        required: false,
        default: None,
        description:
            "The major version of the program, where the image's tag does not begin with it"
                .to_string(),
    })
}

fn role(role: &Role) -> RoleView {
    RoleView {
        name: role.name.clone(),
        kinds: role.kinds.clone(),
        required: role.required,
        many: role.many,
        default: role.default,
        description: role.description.clone(),
    }
}

fn ports(workloads: &[Workload<'_>]) -> Vec<PortView> {
    let mut out: Vec<PortView> = Vec::new();
    for workload in workloads {
        for (key, node) in workload.table.entries_of("ports") {
            let part = workload.part.map(ToString::to_string);
            let is_known = out
                .iter()
                .any(|port| port.name == key.name && port.part == part);
            if is_known || node.is_false() {
                continue;
            }
            let table = node.as_table();
            let word = |name: &str, default: &str| {
                table
                    .and_then(|table| table.string(name))
                    .unwrap_or(default)
                    .to_string()
            };
            out.push(PortView {
                name: key.name.clone(),
                part,
                container: match table.and_then(|table| table.get("container")) {
                    Some(container) => json(container),
                    None => json(node),
                },
                protocol: word("protocol", "tcp"),
                scheme: word("scheme", "http"),
            });
        }
    }
    out
}

fn outputs(kind: &Table) -> Vec<OutputView> {
    kind.entries_of("outputs")
        .filter_map(|(key, node)| {
            Some(OutputView {
                name: key.name.clone(),
                value: text(node)?,
            })
        })
        .collect()
}

fn parts(kind: &Table) -> Vec<PartView> {
    kind.tables_of("parts")
        .map(|(key, table)| PartView {
            name: key.name.clone(),
            image: owned(table, "image"),
            version: owned(table, "version"),
            job: table.boolean("job").unwrap_or(false),
            condition: owned(table, "if"),
        })
        .collect()
}

fn resources(workloads: &[Workload<'_>]) -> Vec<ResourcesView> {
    let asking = workloads.iter().filter_map(|workload| {
        let asked = workload.table.table("resources")?;
        let amount = |name: &str| asked.get(name).map(Node::scalar);
        Some(ResourcesView {
            part: workload.part.map(ToString::to_string),
            cpu: amount("cpu"),
            memory: amount("memory"),
            condition: workload.condition.clone(),
        })
    });
    asking.collect()
}

fn volumes(workloads: &[Workload<'_>]) -> Vec<VolumeView> {
    let mut out = Vec::new();
    for workload in workloads {
        for (key, table) in workload.table.tables_of("volumes") {
            out.push(VolumeView {
                name: key.name.clone(),
                part: workload.part.map(ToString::to_string),
                mount: owned(table, "mount"),
                size: owned(table, "size"),
                source: owned(table, "source"),
                condition: workload.condition.clone(),
            });
        }
    }
    out
}

fn metrics(workloads: &[Workload<'_>]) -> Vec<MetricsView> {
    workloads
        .iter()
        .flat_map(|workload| {
            let tables = workload.table.one_or_many_tables("metrics").into_iter();
            tables.map(|table| MetricsView {
                part: workload.part.map(ToString::to_string),
                port: owned(table, "port"),
                path: table.string("path").unwrap_or("/metrics").to_string(),
                condition: workload.condition.clone(),
            })
        })
        .collect()
}

fn variable((key, table): (&Key, &Table)) -> VariableView {
    VariableView {
        name: key.name.clone(),
        env: owned(table, "env").unwrap_or_else(|| key.name.clone()),
        default: table.get("default").map(json),
        description: owned(table, "description").unwrap_or_default(),
        condition: owned(table, "if"),
    }
}

fn alert((key, table): (&Key, &Table)) -> AlertView {
    AlertView {
        name: key.name.clone(),
        severity: table.string("severity").unwrap_or("warning").to_string(),
        hold: owned(table, "for"),
        summary: owned(table, "summary").unwrap_or_default(),
    }
}

fn titles(kind: &Table, list: &str, key: &str) -> Vec<String> {
    kind.array(list)
        .unwrap_or_default()
        .iter()
        .filter_map(|node| owned(node.as_table()?, key))
        .collect()
}

fn owned(table: &Table, name: &str) -> Option<String> {
    table.string(name).map(ToString::to_string)
}

fn text(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
