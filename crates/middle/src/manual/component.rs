//! A component as resolved: every key of every workload, and which layer set it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::json;
use crate::{
    files::OWN_KINDS,
    language::{KIND_PART_ONLY, Scope, component_key},
    model::{Component, Piece, Platform, SettingValue, Store, Text, Workload},
    source::{SourceId, Sources, Span},
    syntax::{self, Node, Table, Value},
};

/// One component.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentPage {
    /// The key in `[components]`.
    pub name: String,
    /// The catalog entry.
    pub kind: String,
    /// Its group; none if it is external.
    pub group: Option<String>,
    /// Keys of the component as a whole: settings, roles, alerts.
    pub keys: Vec<ResolvedKey>,
    /// The main one first.
    pub workloads: Vec<WorkloadPage>,
}

/// A workload with its keys.
#[derive(Clone, Debug, Serialize)]
pub struct WorkloadPage {
    /// As in the generated files.
    pub name: String,
    /// `None`: the main one.
    pub part: Option<String>,
    /// In the order of the reference.
    pub keys: Vec<ResolvedKey>,
}

/// One key with its path, as `env.LOG_LEVEL`.
#[derive(Clone, Debug, Serialize)]
pub struct ResolvedKey {
    /// As the user would write it, with dots.
    pub key: String,
    /// After all layers, references resolved.
    pub value: serde_json::Value,
    /// Which layer set it.
    pub source: KeySource,
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeySource {
    /// Which layer.
    pub layer: Layer,
    /// The preset's or the kind's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The case of a kind that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Where it is written; none for a default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// The layers, from the top one to the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The component itself.
    Component,
    /// A preset of the component or of its group.
    Preset,
    /// The catalog entry or one that it extends.
    Kind,
    /// A default: no layer sets it.
    Default,
}

impl KeySource {
    /// In words: `platform.toml:12`, `preset service (platform.toml:8)`, `kind postgres, where major >= 18`.
    pub fn describe(&self) -> String {
        let place = match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => String::new(),
        };
        let name = self.name.as_deref().unwrap_or_default();
        let condition = self
            .condition
            .as_ref()
            .map_or(String::new(), |condition| format!(", where {condition}"));
        let shared = self.name.as_deref().and_then(|it| it.strip_prefix(SHARED));
        match (self.layer, shared) {
            (Layer::Component, _) => place,
            (Layer::Preset, _) => format!("preset {name} ({place})"),
            (Layer::Kind, Some(shared)) => format!("shared by kinds: {shared}{condition}"),
            (Layer::Kind, None) if place.is_empty() || place.starts_with(EMBEDDED) => {
                format!("kind {name}{condition}")
            }
            (Layer::Kind, None) => format!("kind {name}{condition} ({place})"),
            (Layer::Default, _) => "default".to_string(),
        }
    }
}

/// The folder of the embedded kinds in this repository.
const EMBEDDED: &str = "templates/kinds/";

/// Of these, the one with what several kinds share.
const SHARED: &str = "shared/";

/// The page of one component.
pub fn component_page(component: &Component, sources: &Sources) -> ComponentPage {
    let mut places = Places {
        sources,
        trees: BTreeMap::new(),
    };
    ComponentPage {
        name: component.name.clone(),
        kind: component.kind.clone(),
        group: component.group.clone(),
        keys: places.of_component(component),
        workloads: component
            .workloads
            .iter()
            .map(|workload| WorkloadPage {
                name: workload.name.clone(),
                part: workload.part.clone(),
                keys: places.of_workload(component, workload),
            })
            .collect(),
    }
}

/// The pages of all components.
pub fn component_pages(platform: &Platform, sources: &Sources) -> Vec<ComponentPage> {
    platform
        .components
        .iter()
        .map(|component| component_page(component, sources))
        .collect()
}

/// The files of a run as trees, each parsed when first needed.
struct Places<'a> {
    sources: &'a Sources,
    trees: BTreeMap<SourceId, Table>,
}

impl Places<'_> {
    fn of_component(&mut self, component: &Component) -> Vec<ResolvedKey> {
        let mut out = Vec::new();
        let written = component.main().map(|main| &main.written);
        for (key, node) in written.into_iter().flat_map(Table::iter) {
            // Values of parts and presets are shown in the workload that they end up in.
            let is_laid_over = ["parts", "presets"].contains(&key.name.as_str());
            if is_of_component(&key.name) && !is_laid_over {
                self.keys(&key.name, node, &mut out);
            }
        }
        let from_kind = KeySource {
            layer: Layer::Kind,
            name: Some(component.kind.clone()),
            condition: None,
            file: None,
            line: None,
        };
        for setting in &component.settings {
            let key = format!("settings.{}", setting.name);
            if !has_key(&out, &key) {
                out.push(ResolvedKey {
                    key,
                    value: setting_value(&setting.value),
                    source: from_kind.clone(),
                });
            }
        }
        for bound in &component.uses {
            let key = format!("uses.{}", bound.role);
            if !has_key(&out, &key) {
                out.push(ResolvedKey {
                    key,
                    value: bound.component.as_str().into(),
                    source: from_kind.clone(),
                });
            }
        }
        out
    }

    fn of_workload(&mut self, component: &Component, workload: &Workload) -> Vec<ResolvedKey> {
        let mut out = Vec::new();
        for (key, node) in workload.written.iter() {
            let name = key.name.as_str();
            let decides_on_part = KIND_PART_ONLY.iter().any(|key| key.name == name);
            if is_of_component(name) || decides_on_part {
                continue;
            }
            // The start order inside of a kind is kept apart until the end.
            let name = name.strip_prefix('@').unwrap_or(name);
            self.keys(name, node, &mut out);
        }
        resolve(workload, &mut out);
        let mut default = |key: &str, value: serde_json::Value, layer: Layer| {
            if !has_key(&out, key) {
                out.push(ResolvedKey {
                    key: key.to_string(),
                    value,
                    source: KeySource {
                        layer,
                        name: Some(component.kind.clone()).filter(|_| layer == Layer::Kind),
                        condition: None,
                        file: None,
                        line: None,
                    },
                });
            }
        };
        if workload.build.is_none() {
            default("image", text(&workload.image.text()).into(), Layer::Kind);
        }
        default("restart", workload.restart.name().into(), Layer::Default);
        default("replicas", workload.replicas.into(), Layer::Default);
        out.sort_by_key(|key| rank(&key.key));
        out
    }

    /// Tables are shown key by key, each with its own source.
    fn keys(&mut self, path: &str, node: &Node, out: &mut Vec<ResolvedKey>) {
        match &node.value {
            Value::Table(table) => {
                for (key, value) in table.iter() {
                    self.keys(&format!("{path}.{}", quoted(&key.name)), value, out);
                }
            }
            _ => out.push(ResolvedKey {
                key: path.to_string(),
                value: json(node),
                source: self.source(node.span),
            }),
        }
    }

    fn source(&mut self, span: Span) -> KeySource {
        let sources = self.sources;
        let tree = self
            .trees
            .entry(span.source)
            .or_insert_with(|| syntax::parse(sources, span.source, &mut Default::default()));
        let file = &sources.file(span.source).name;
        let preset = tree
            .entries_of("presets")
            .find(|(_, node)| holds_place(node, span));
        let case = tree
            .array("when")
            .unwrap_or_default()
            .iter()
            .find(|node| holds_place(node, span));
        let kind = kind_of(file);
        KeySource {
            layer: match (&kind, &preset) {
                (Some(_), _) => Layer::Kind,
                (None, Some(_)) => Layer::Preset,
                (None, None) => Layer::Component,
            },
            condition: case
                .filter(|_| kind.is_some())
                .and_then(|case| Some(case.as_table()?.string("if")?.to_string())),
            name: kind.or_else(|| preset.map(|(key, _)| key.name.clone())),
            file: Some(file.clone()),
            line: Some(sources.position(span).0),
        }
    }
}

/// Replaces references by their values.
fn resolve(workload: &Workload, keys: &mut [ResolvedKey]) {
    let words = |words: &[Text]| words.iter().map(text).collect::<serde_json::Value>();
    for key in keys {
        let resolved = match key.key.as_str() {
            "image" => Some(text(&workload.image.text()).into()),
            "command" => workload.command.as_deref().map(words),
            "entrypoint" => workload.entrypoint.as_deref().map(words),
            name => name.strip_prefix("env.").and_then(|name| {
                let name = name.trim_matches('"');
                let variable = workload.env.iter().find(|variable| variable.name == name)?;
                Some(text(&variable.value).into())
            }),
        };
        if let Some(resolved) = resolved {
            key.value = resolved;
        }
    }
}

/// Whether a key is shown with the component, and not with its main workload.
fn is_of_component(name: &str) -> bool {
    component_key(name).is_some_and(|key| key.scope == Scope::Component)
}

/// The kind whose file this is.
fn kind_of(file: &str) -> Option<String> {
    let name = file
        .strip_prefix(EMBEDDED)
        .or_else(|| file.strip_prefix(OWN_KINDS)?.strip_prefix('/'))?;
    Some(name.strip_suffix(".toml")?.to_string())
}

/// Whether a value with this place is below the node.
fn holds_place(node: &Node, span: Span) -> bool {
    node.span == span
        || match &node.value {
            Value::Table(table) => table.iter().any(|(_, node)| holds_place(node, span)),
            Value::Array(items) => items.iter().any(|node| holds_place(node, span)),
            _ => false,
        }
}

fn has_key(keys: &[ResolvedKey], name: &str) -> bool {
    keys.iter().any(|key| {
        key.key == name
            || key
                .key
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The keys that people look for first come first; the others keep their order.
fn rank(key: &str) -> usize {
    const FIRST: [&str; 6] = ["image", "version", "build", "entrypoint", "command", "args"];
    let first = key.split('.').next().unwrap_or_default();
    FIRST
        .iter()
        .position(|known| *known == first)
        .unwrap_or(FIRST.len())
}

fn store(store: &Store) -> serde_json::Value {
    let login = [
        ("user", &store.user),
        ("password", &store.password),
        ("token", &store.token),
    ];
    let login = login.into_iter();
    let login = login.filter_map(|(key, value)| Some((key, text(value.as_ref()?))));
    let all = std::iter::once(("url", text(&store.url))).chain(login);
    all.map(|(key, value)| (key.to_string(), value.into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn setting_value(value: &SettingValue) -> serde_json::Value {
    match value {
        SettingValue::Text(value) => text(value).into(),
        SettingValue::Integer(number) => (*number).into(),
        SettingValue::Boolean(value) => (*value).into(),
        SettingValue::List(items) => items.iter().map(text).collect(),
        SettingValue::Stores(stores) => stores.iter().map(store).collect(),
        SettingValue::Files(files) => files.iter().map(|file| file.path.as_str()).collect(),
    }
}

/// A text in which each piece that only a target can resolve is written as its reference.
fn text(text: &Text) -> String {
    text.render(|piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Secret(name) => format!("${{secrets.{name}}}"),
        Piece::Variable(name) => format!("${{vars.{name}}}"),
        Piece::Endpoint(endpoint) => endpoint.value(),
        Piece::PublicUrl { component, port } => {
            format!("${{components.{component}.{port}.public_url}}")
        }
        Piece::PublicOrigin { component, port } => {
            format!("${{components.{component}.{port}.public_origin}}")
        }
        Piece::PublicHost { component, port } => {
            format!("${{components.{component}.{port}.public_host}}")
        }
        Piece::RouteOrigin(route) => format!("the address of route `{route}`"),
        Piece::RoutePort(route) => format!("the port of route `{route}`"),
        Piece::Network(group) => format!("${{platform.network.{group}}}"),
    })
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let is_bare = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    match is_bare {
        true => key.to_string(),
        false => format!("{key:?}"),
    }
}
