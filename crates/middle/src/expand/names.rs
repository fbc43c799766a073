//! The names at the top of the file: the platform, variables, secrets, groups, volumes and networks.

use super::{
    Inputs,
    draft::{Declared, Names},
    moved, read,
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    files::Site,
    model::{Bind, Group, Registry, Secret, SecretForm, SecretOrigin, Variable},
    names::variable_name,
    reference::Constants,
    syntax::{Entry, Node, Table, Value},
};

/// The version of this program, which `requires` asks for.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Reads the names. `lost`: components that were declared but are not there.
pub(super) fn names(
    tree: &Table,
    inputs: &Inputs<'_>,
    components: &[Declared],
    lost: Vec<String>,
    sink: &mut Sink,
) -> Names {
    let empty = Table::default();
    let platform = tree.table("platform").unwrap_or(&empty);
    requires(platform, sink);
    let has_pipelines = read::tables(tree, "pipelines").next().is_some();
    let mut variables = variables(tree);
    let has_ci_containers = has_ci_containers(tree);
    variables.extend(kind_variables(
        components,
        &variables,
        |condition| match condition {
            "platform.pipelines" => has_pipelines,
            "platform.ci_containers" => has_ci_containers,
            _ => true,
        },
    ));
    let keys = |table: &str| {
        read::entries(tree, table)
            .map(|(key, _)| key.name.clone())
            .collect()
    };
    let name = platform.string("name").unwrap_or("platform");
    Names {
        platform: name.to_string(),
        project: format!("{name}{}", inputs.suffix),
        moves: moved::moves(tree, inputs, sink),
        registry: registry(tree),
        bind: platform
            .string("bind")
            .and_then(Bind::parse)
            .unwrap_or(Bind::LOOPBACK),
        lost: lost.into_iter().collect(),
        groups: groups(tree).into(),
        secrets: secrets(tree).into(),
        variables: variables.into(),
        constants: Constants::of(tree),
        written_out: inputs.written_out.clone(),
        shared_volumes: keys("volumes"),
        networks: keys("networks"),
        in_charts_alone: in_charts_alone(platform),
        has_pipelines,
        has_stubs: tasks(tree).any(is_stub),
        has_tasks: tasks(tree).any(|task| !is_stub(task)),
        has_ci: read::tables(tree, "ci").next().is_some(),
        has_ci_containers,
        over: inputs.over,
        kind_sources: components
            .iter()
            .map(|declared| declared.kind.span.source)
            .chain(inputs.catalog.sources())
            .collect(),
        own_kinds: inputs.catalog.own_sources().collect(),
    }
}

/// The tasks of all pipelines.
fn tasks(tree: &Table) -> impl Iterator<Item = &Table> {
    let pipelines = read::tables(tree, "pipelines");
    let tasks = pipelines.flat_map(|(_, pipeline)| read::tables(pipeline, "tasks"));
    tasks.map(|(_, task)| task)
}

fn is_stub(task: &Table) -> bool {
    task.boolean("stub") == Some(true)
}

fn has_ci_containers(tree: &Table) -> bool {
    fn is_one(table: &Table) -> bool {
        let inner = |key: &str| {
            let tables = table.array(key).unwrap_or_default().iter();
            tables.filter_map(Node::as_table).any(is_one)
        };
        table.get_path(&["agent", "docker"]).is_some() || inner("stages") || inner("parallel")
    }
    read::tables(tree, "ci").any(|(_, entry)| is_one(entry))
}

fn in_charts_alone(platform: &Table) -> bool {
    let targets = read::targets(Some(platform));
    let mut sites = targets.iter().filter_map(|it| it.runs_on()).peekable();
    sites.peek().is_some() && sites.all(|site| site == Site::Cluster)
}

/// Where images are pulled from: `platform.registry`.
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
    tree.entries_of("groups")
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
            env: read::owned(table, "env").unwrap_or_else(|| variable_name(&key.name)),
            description: read::owned(table, "description"),
            optional: table.boolean("optional").unwrap_or(false),
            form: SecretForm::written(table.string("form")),
            length: read::unsigned(table, "length"),
            generate: table.boolean("generate"),
            origin: SecretOrigin::Declared,
            span: key.span,
        })
        .collect()
}

fn variables(tree: &Table) -> Vec<Variable> {
    tree.entries_of("vars")
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
fn kind_variables(
    components: &[Declared],
    known: &[Variable],
    holds: impl Fn(&str) -> bool,
) -> Vec<Variable> {
    let mut more: Vec<Variable> = Vec::new();
    for component in components
        .iter()
        .filter(|component| component.external.is_none())
    {
        let Some(vars) = component.kind.table.table("vars") else {
            continue;
        };
        for Entry { key, value } in &vars.entries {
            let Some(table) = value.as_table() else {
                continue;
            };
            let wanted = table.string("if").is_none_or(&holds);
            let env = table.string("env").unwrap_or(&key.name).to_string();
            let is_known = known
                .iter()
                .chain(&more)
                .any(|known| known.env.as_deref() == Some(&env));
            if wanted && !is_known {
                more.push(Variable {
                    name: format!(
                        "{}-{}",
                        component.name,
                        key.name.to_ascii_lowercase().replace('_', "-")
                    ),
                    default: table.get("default").map(read::scalar).unwrap_or_default(),
                    env: Some(env),
                    description: read::owned(table, "description"),
                    span: component.span,
                });
            }
        }
    }
    more
}
