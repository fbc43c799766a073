//! The names at the top of the file: the platform, variables, secrets, groups, networks, actors.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use super::{
    Inputs,
    draft::Drafts,
    mounts, read,
    reference::{self, Scope},
    scene::Scene,
    workload,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Target,
    model::{
        Actor, Bind, Group, Named, Network, Platform, Registry, Secret, SecretForm, SecretOrigin, Variable,
    },
    source::Span,
    syntax::{Entry, Table, Value},
};

/// The version of this program, which `requires` asks for.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) fn scene(tree: &Table, inputs: &Inputs<'_>, drafts: Drafts, sink: &mut Sink) -> Scene {
    let empty = Table::default();
    let platform = tree.table("platform").unwrap_or(&empty);
    requires(platform, sink);
    let kind_sources = drafts
        .drafts
        .iter()
        .map(|draft| draft.kind.span.source)
        .chain(inputs.catalog.sources())
        .collect();
    let mut scene = Scene {
        brought: Cell::default(),
        circles: Cell::default(),
        circular: RefCell::default(),
        platform: platform.string("name").unwrap_or("platform").to_string(),
        registry: registry(tree),
        bind: platform
            .string("bind")
            .and_then(Bind::parse)
            .unwrap_or(Bind::LOOPBACK),
        lost: drafts.lost.into_iter().collect(),
        groups: groups(tree),
        secrets: secrets(tree),
        variables: variables(tree),
        shared_volumes: read::entries(tree, "volumes")
            .map(|(key, _)| key.name.clone())
            .collect(),
        networks: read::entries(tree, "networks")
            .map(|(key, _)| key.name.clone())
            .collect(),
        has_pipelines: read::tables(tree, "pipelines").next().is_some(),
        has_stubs: read::tables(tree, "pipelines")
            .flat_map(|(_, pipeline)| read::tables(pipeline, "tasks"))
            .any(|(_, task)| task.boolean("stub") == Some(true)),
        kind_sources,
        drafts: drafts.drafts,
    };
    kind_variables(&mut scene);
    scene
}

/// Where images are taken from: `platform.registry`.
pub(super) fn registry(tree: &Table) -> Registry {
    let node = tree.get_path(&["platform", "registry"]);
    match node.map(|node| &node.value) {
        Some(Value::String(prefix)) => Registry::Prefix(prefix.clone()),
        Some(Value::Table(mirrors)) => Registry::Mirrors(
            mirrors
                .iter()
                .map(|(host, node)| (host.name.clone(), read::scalar(node)))
                .collect(),
        ),
        _ => Registry::AsNamed,
    }
}

fn requires(platform: &Table, sink: &mut Sink) {
    let Some(node) = platform.get("requires") else {
        return;
    };
    let fits = node
        .as_str()
        .and_then(|text| semver::VersionReq::parse(text).ok())
        .zip(semver::Version::parse(VERSION).ok())
        .is_none_or(|(wanted, version)| wanted.matches(&version));
    if !fits {
        sink.push(
            Diagnostic::new(Code::VersionRequired, format!("this is mlopsgen {VERSION}"))
                .label(node.span, "the platform asks for another version")
                .help("install a version that fits, or change `requires`"),
        );
    }
}

fn groups(tree: &Table) -> Vec<Group> {
    tree.table("groups")
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, node)| Group {
            name: key.name.clone(),
            description: match &node.value {
                Value::String(text) => Some(text.clone()),
                Value::Table(table) => read::owned(table, "description"),
                _ => None,
            },
            span: key.span,
        })
        .collect()
}

fn secrets(tree: &Table) -> Vec<Secret> {
    let empty = Table::default();
    read::entries(tree, "secrets")
        .map(|(key, node)| (key, node.as_table().unwrap_or(&empty)))
        .map(|(key, table)| Secret {
            name: key.name.clone(),
            env: read::owned(table, "env").unwrap_or_else(|| read::env_name(&key.name)),
            description: read::owned(table, "description"),
            optional: table.boolean("optional").unwrap_or(false),
            form: SecretForm::Token,
            origin: SecretOrigin::Declared,
            span: key.span,
        })
        .collect()
}

fn variables(tree: &Table) -> Vec<Variable> {
    tree.table("vars")
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, node)| match &node.value {
            Value::Table(table) => Variable {
                name: key.name.clone(),
                default: table.get("default").map(read::scalar).unwrap_or_default(),
                env: read::owned(table, "env"),
                description: read::owned(table, "description"),
                span: key.span,
            },
            _ => Variable {
                name: key.name.clone(),
                default: read::scalar(node),
                env: None,
                description: None,
                span: key.span,
            },
        })
        .collect()
}

/// Variables that a kind brings for each of its components: `COMPONENT-NAME`.
fn kind_variables(scene: &mut Scene) {
    let mut more: Vec<Variable> = Vec::new();
    for draft in scene.drafts.iter().filter(|draft| draft.external.is_none()) {
        let Some(vars) = draft.kind.table.table("vars") else {
            continue;
        };
        for Entry { key, value } in &vars.entries {
            let Some(table) = value.as_table() else {
                continue;
            };
            let wanted = table
                .string("if")
                .is_none_or(|condition| condition != "platform.pipelines" || scene.has_pipelines);
            let env = table.string("env").unwrap_or(&key.name).to_string();
            let known = scene
                .variables
                .iter()
                .chain(&more)
                .any(|known| known.env.as_deref() == Some(&env));
            if wanted && !known {
                more.push(Variable {
                    name: format!("{}-{}", draft.name, reference::variable_name(&key.name)),
                    default: table.get("default").map(read::scalar).unwrap_or_default(),
                    env: Some(env),
                    description: read::owned(table, "description"),
                    span: draft.span,
                });
            }
        }
    }
    scene.variables.extend(more);
}

/// The platform without its components, pipelines and flows.
pub(super) fn platform(
    tree: &Table,
    scene: &Scene,
    environment: Option<String>,
    sink: &mut Sink,
) -> Platform {
    let empty = Table::default();
    let table = tree.table("platform").unwrap_or(&empty);
    let scope = Scope::platform();
    let raw = tree.table("raw").unwrap_or(&empty);
    Platform {
        name: scene.platform.clone(),
        description: read::owned(table, "description"),
        environment,
        targets: targets(table),
        variables: scene.variables.iter().cloned().collect(),
        secrets: scene.secrets.iter().cloned().collect(),
        groups: scene.groups.iter().cloned().collect(),
        volumes: mounts::shared_volumes(tree, &scene.platform).into(),
        networks: networks(tree),
        components: Named::default(),
        pipelines: Named::default(),
        ci: Vec::new(),
        actors: actors(tree),
        flows: Vec::new(),
        raw_compose: workload::raw(scene, raw.get("compose"), &scope, sink),
        raw_helm: workload::raw(scene, raw.get("helm"), &scope, sink),
        kind_sources: scene.kind_sources.clone(),
        span: table
            .get("name")
            .map(|node| node.span)
            .or_else(|| tree.entry("platform").map(|entry| entry.key.span))
            .unwrap_or_else(|| first_span(tree)),
    }
}

/// Somewhere to point where the file has no `[platform]`, which is then an error already.
fn first_span(tree: &Table) -> Span {
    tree.entries.first().map_or_else(
        || Span::new(crate::source::Sources::default().add("", ""), 0..0),
        |entry| entry.key.span,
    )
}

fn targets(platform: &Table) -> BTreeSet<Target> {
    match platform.get("targets") {
        Some(_) => platform
            .strings("targets")
            .into_iter()
            .filter_map(Target::from_name)
            .collect(),
        None => Target::ALL
            .iter()
            .copied()
            .filter(|target| target.is_default())
            .collect(),
    }
}

fn networks(tree: &Table) -> Vec<Network> {
    read::tables(tree, "networks")
        .map(|(key, table)| Network {
            span: key.span,
            name: key.name.clone(),
            external: table.string("external").unwrap_or(&key.name).to_string(),
        })
        .collect()
}

fn actors(tree: &Table) -> Vec<Actor> {
    tree.table("actors")
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, node)| Actor {
            name: key.name.clone(),
            title: read::scalar(node),
            span: key.span,
        })
        .collect()
}
