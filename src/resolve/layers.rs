//! The merging rules: presets over the kind, the component over its presets, parts, raw last.
//!
//! One mechanism for all of it: trees over trees. What the user writes under the same port, volume or environment name,
//! or the same mount path, replaces the kind's.

use serde_json::{Map, Value as Json, json};

use super::{
    read,
    scene::{Draft, Scene, Shape},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    language,
    model::{Secret, SecretOrigin},
    reference::{self, Mode, Words, written},
    source::Span,
    syntax::{Entry, Key, Node, Removal, Table, Value, overlay},
    template::{Engine, View},
    text::all_of,
};

/// Decides the conditions of every kind and merges every workload's tables.
pub(super) fn assemble(scene: &mut Scene, engine: &Engine, sink: &mut Sink) {
    for index in 0..scene.drafts.len() {
        let facts = facts(scene, index);
        let draft = &scene.drafts[index];
        let kind_table = decided(draft, engine, &facts, sink);
        let own_secrets = own_secrets(draft, engine, &facts, sink);
        let draft = &mut scene.drafts[index];
        draft.kind_table = kind_table;
        for secret in own_secrets {
            let key = secret.0.clone();
            draft.own_secrets.push((key, secret.1.name.clone()));
            if !scene
                .secrets
                .iter()
                .any(|known| known.name == secret.1.name)
            {
                scene.secrets.push(secret.1);
            }
        }
        let shapes = shapes(&scene.drafts[index], engine, &facts, sink);
        scene.drafts[index].shapes = shapes;
    }
    set_given_environment(scene);
}

/// What conditions may ask.
fn facts(scene: &Scene, index: usize) -> View {
    let draft = &scene.drafts[index];
    let mut settings = Map::new();
    for spec in &draft.kind.settings {
        if let Some(node) = draft.setting(&spec.name) {
            settings.insert(spec.name.clone(), plain(node));
        }
    }
    let mut roles = Map::new();
    for bound in &draft.uses {
        let target = &scene.drafts[bound.target];
        roles.insert(
            bound.role.name.clone(),
            json!({ "kind": bound.fitting_kind(target), "component": target.name }),
        );
    }
    View::new(json!({
        "settings": settings,
        "roles": roles,
        "major": draft.major,
        "platform": {
            "prometheus": scene.has_kind("prometheus"),
            "grafana": scene.has_kind("grafana"),
            "airflow": scene.has_kind("airflow"),
            "jenkins": scene.has_kind("jenkins"),
            "pipelines": scene.has_pipelines,
            "stubs": scene.has_stubs,
        },
    }))
}

fn plain(node: &Node) -> Json {
    match &node.value {
        Value::String(text) | Value::Datetime(text) => Json::from(text.as_str()),
        Value::Integer(number) => Json::from(*number),
        Value::Float(number) => Json::from(*number),
        Value::Boolean(value) => Json::from(*value),
        Value::Broken => Json::Null,
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.name.clone(), plain(value)))
            .collect::<Map<_, _>>()
            .into(),
    }
}

fn holds(condition: &Node, engine: &Engine, facts: &View, sink: &mut Sink) -> bool {
    let Some(text) = condition.as_str() else {
        return true;
    };
    match engine.holds(text, facts) {
        Ok(holds) => holds,
        Err(error) => {
            sink.push(
                Diagnostic::new(Code::BadKind, "this condition can't be decided")
                    .label(condition.span, error.message)
                    .help("conditions read `settings`, `roles`, `major` and `platform`"),
            );
            false
        }
    }
}

/// The kind's tables, each `[[when]]` whose condition holds laid over them.
fn decided(draft: &Draft, engine: &Engine, facts: &View, sink: &mut Sink) -> Table {
    let mut table = draft.kind.table.clone();
    let Some(when) = table.remove("when") else {
        return normal_kind(&table);
    };
    table = normal_kind(&table);
    for case in when.as_array().unwrap_or_default() {
        let Some(case) = case.as_table() else {
            continue;
        };
        if case
            .get("if")
            .is_some_and(|condition| holds(condition, engine, facts, sink))
        {
            let mut over = normal_kind(case);
            over.remove("if");
            table = overlay(&table, &over, Removal::Now);
        }
    }
    table
}

fn workload_mut<'a>(table: &'a mut Table, name: &str) -> Option<&'a mut Table> {
    table
        .entries
        .iter_mut()
        .find(|entry| entry.key.name == name)?
        .value
        .as_table_mut()
}

/// A kind's workload and parts in normal form.
fn normal_kind(kind: &Table) -> Table {
    let mut out = kind.clone();
    for entry in &mut out.entries {
        match (entry.key.name.as_str(), &mut entry.value.value) {
            ("workload", Value::Table(table)) => *table = normal(table),
            ("parts", Value::Table(parts)) => {
                for part in &mut parts.entries {
                    if let Value::Table(table) = &mut part.value.value {
                        *table = normal(table);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// The form in which tables merge: a port that is a number is a table with `container`; parts likewise.
pub(super) fn normal(component: &Table) -> Table {
    let mut out = component.clone();
    for entry in &mut out.entries {
        let Value::Table(inner) = &mut entry.value.value else {
            continue;
        };
        match entry.key.name.as_str() {
            "ports" => inner.entries.iter_mut().for_each(normal_port),
            "parts" => {
                for part in &mut inner.entries {
                    if let Value::Table(table) = &mut part.value.value {
                        *table = normal(table);
                    }
                }
            }
            _ => {}
        }
    }
    out
}

fn normal_port(entry: &mut Entry) {
    if matches!(entry.value.value, Value::Integer(_) | Value::String(_)) {
        let number = entry.value.clone();
        entry.value = Node {
            span: number.span,
            value: Value::Table(Table {
                entries: vec![Entry {
                    key: Key {
                        name: "container".to_string(),
                        span: number.span,
                    },
                    value: number,
                }],
            }),
        };
    }
}

/// Secrets of the kind that this component needs: the key in the kind, and the platform's secret.
fn own_secrets(
    draft: &Draft,
    engine: &Engine,
    facts: &View,
    sink: &mut Sink,
) -> Vec<(String, Secret)> {
    if draft.external.is_some() {
        return Vec::new();
    }
    for variable in draft
        .kind
        .secrets
        .iter()
        .flat_map(|secret| &secret.replaced_by)
    {
        if let Some(node) = draft.user.get_path(&["env", variable])
            && node.as_str() == Some("")
        {
            sink.push(empty_key(draft, variable, node));
        }
    }
    let replaced = |variable: &String| {
        draft
            .user
            .get_path(&["env", variable])
            .is_some_and(|node| node.as_table().is_none())
    };
    draft
        .kind
        .secrets
        .iter()
        .filter(|secret| !secret.replaced_by.iter().any(replaced))
        .filter(|secret| {
            secret
                .condition
                .as_ref()
                .is_none_or(|condition| holds(condition, engine, facts, sink))
        })
        .map(|secret| {
            let name = format!("{}-{}", draft.name, secret.name);
            let env = read::env_name(&name);
            (
                secret.name.clone(),
                Secret {
                    name,
                    env,
                    description: Some(secret.description.clone()).filter(|text| !text.is_empty()),
                    optional: false,
                    form: secret.form,
                    origin: SecretOrigin::Kind {
                        component: draft.name.clone(),
                    },
                    span: draft.span,
                },
            )
        })
        .collect()
}

/// A program without its key keeps what it should encrypt in clear, or makes up another key at each start.
fn empty_key(draft: &Draft, variable: &str, node: &Node) -> Diagnostic {
    Diagnostic::new(
        Code::SecretRequired,
        format!("`{}` needs a key in `{variable}`", draft.name),
    )
    .label(node.span, "empty")
    .help("leave the variable out to get a secret of its own, or write `\"${secrets.NAME}\"`")
}

/// The main workload, unless the component is external, and its parts.
fn shapes(draft: &Draft, engine: &Engine, facts: &View, sink: &mut Sink) -> Vec<Shape> {
    let kind_main = table_or_empty(&draft.kind_table, "workload");
    let user_parts = table_or_empty(&draft.user, "parts");
    let kind_parts = table_or_empty(&draft.kind_table, "parts");
    let mut shapes = vec![Shape {
        part: None,
        table: merged(&kind_main, &draft.user),
        own_image: true,
        job: draft.kind.job,
        ports: Vec::new(),
    }];
    for (key, node) in user_parts.iter() {
        if kind_parts.get(&key.name).is_none() && !node.is_false() {
            sink.push(unknown_part(draft, key, &kind_parts));
        }
    }
    for (key, node) in kind_parts.iter() {
        let Some(kind_part) = node.as_table() else {
            continue;
        };
        let user_part = user_parts.get(&key.name);
        let wanted = kind_part
            .get("if")
            .is_none_or(|condition| holds(condition, engine, facts, sink));
        let off = user_part.is_some_and(Node::is_false);
        let stays = draft.external.is_none() || kind_part.get("metrics").is_some();
        if wanted && !off && stays {
            let user_part = user_part.and_then(Node::as_table).cloned();
            shapes.push(part(draft, &kind_main, key, kind_part, user_part));
        }
    }
    shapes
}

fn unknown_part(draft: &Draft, key: &Key, parts: &Table) -> Diagnostic {
    let known: Vec<&str> = parts.keys().collect();
    let help = match known.as_slice() {
        [] => format!(
            "kind `{}` has one workload: write the keys on the component",
            draft.kind.name
        ),
        known => format!("kind `{}` has the parts {}", draft.kind.name, all_of(known)),
    };
    Diagnostic::new(
        Code::UnknownName,
        format!("kind `{}` has no part `{}`", draft.kind.name, key.name),
    )
    .label(key.span, "no such part")
    .help(help)
}

fn part(
    draft: &Draft,
    kind_main: &Table,
    key: &Key,
    kind_part: &Table,
    user_part: Option<Table>,
) -> Shape {
    let own_image = kind_part.get("image").is_none();
    let job = kind_part.boolean("job").unwrap_or(false);
    let without: Vec<&str> = kind_part.strings("without");
    let user_part = user_part.unwrap_or_default();
    let table = if own_image {
        let lower = overlay(&shared(kind_main, &without, job), kind_part, Removal::Now);
        let upper = overlay(
            &shared_by_user(&draft.user, kind_main, &without, job),
            &user_part,
            Removal::Later,
        );
        merged(&lower, &upper)
    } else {
        // An exporter of a component that may be off is off with it; one of a component that nobody is to scrape is not
        // scraped either.
        let mut lower = kind_part.clone();
        if draft.user.get("metrics").is_some_and(Node::is_false) {
            lower.remove("metrics");
        }
        if let Some(entry) = draft.user.entry("profiles") {
            lower.set(entry.key.clone(), entry.value.clone());
        }
        merged(&lower, &user_part)
    };
    Shape {
        part: Some(key.name.clone()),
        table,
        own_image,
        job,
        ports: Vec::new(),
    }
}

/// What a user wrote for every workload of the kind's own image. Where a part goes without a table of the kind's, it goes
/// without what changes an entry of it; the user's own entries hold there too.
fn shared_by_user(user: &Table, kind_main: &Table, without: &[&str], job: bool) -> Table {
    let mut out = shared(user, without, job);
    let places = mount_places(kind_main);
    for name in without.iter().filter(|name| language::is_shared(name)) {
        let Some(entry) = user.entry(name) else {
            continue;
        };
        let Value::Table(own) = &entry.value.value else {
            continue;
        };
        let of_kind = |inner: &Entry| {
            let known = kind_main.table(name);
            let mount = inner.value.as_table().and_then(|it| it.string("mount"));
            known.is_some_and(|known| known.get(&inner.key.name).is_some())
                || places.iter().any(|(_, place)| mount == Some(*place))
        };
        let mut own = own.clone();
        own.entries.retain(|inner| !of_kind(inner));
        if !own.entries.is_empty() {
            let span = entry.value.span;
            let value = Value::Table(own);
            out.set(entry.key.clone(), Node { span, value });
        }
    }
    out
}

/// The keys that hold for every workload of the kind's own image. A job does not restart because a server does.
fn shared(table: &Table, without: &[&str], job: bool) -> Table {
    let mut out = Table::default();
    for entry in &table.entries {
        let name = entry.key.name.as_str();
        let taken =
            language::is_shared(name) && !without.contains(&name) && !(job && name == "restart");
        if !taken {
            continue;
        }
        let mut entry = entry.clone();
        if let Value::Table(inner) = &mut entry.value.value {
            inner
                .entries
                .retain(|inner| !without.contains(&format!("{name}.{}", inner.key.name).as_str()));
        }
        out.entries.push(entry);
    }
    out
}

/// The user's table over the kind's.
fn merged(kind: &Table, user: &Table) -> Table {
    let mut lower = kind.clone();
    let places: Vec<(&str, &str)> = mount_places(user);
    drop_mounts(&mut lower, &places);
    // A list of dependencies replaces a table of them and the other way round; the kind's own stay under `@`.
    let inner = lower
        .table("depends_on")
        .map(|table| Table {
            entries: table
                .entries
                .iter()
                .filter(|entry| entry.key.name.starts_with('@'))
                .cloned()
                .collect(),
        })
        .unwrap_or_default();
    let mut out = overlay(&lower, user, Removal::Now);
    if !inner.entries.is_empty() {
        let key = Key {
            name: "@depends_on".to_string(),
            span: inner.entries[0].key.span,
        };
        let span = key.span;
        out.set(
            key,
            Node {
                span,
                value: Value::Table(inner),
            },
        );
    }
    out
}

/// Mount paths that a table claims: the table's key, the entry's name and the path are compared.
fn mount_places(table: &Table) -> Vec<(&str, &str)> {
    let volumes = table
        .table("volumes")
        .into_iter()
        .flat_map(Table::iter)
        .filter_map(|(key, node)| Some((key.name.as_str(), node.as_table()?.string("mount")?)));
    let files = table
        .table("files")
        .into_iter()
        .flat_map(Table::iter)
        .map(|(key, _)| (key.name.as_str(), key.name.as_str()));
    volumes.chain(files).collect()
}

/// Takes away volumes and files of the kind whose place the user gave to something else.
fn drop_mounts(kind: &mut Table, places: &[(&str, &str)]) {
    for entry in &mut kind.entries {
        let name = entry.key.name.clone();
        let Value::Table(table) = &mut entry.value.value else {
            continue;
        };
        if name != "volumes" && name != "files" {
            continue;
        }
        table.entries.retain(|entry| {
            let path = match name.as_str() {
                "files" => Some(entry.key.name.as_str()),
                _ => entry
                    .value
                    .as_table()
                    .and_then(|volume| volume.string("mount")),
            };
            !places
                .iter()
                .any(|(owner, place)| Some(*place) == path && *owner != entry.key.name)
        });
    }
}

/// Sets the environment that roles give to parts of their fillers, such as a login that the filler's setup makes.
fn set_given_environment(scene: &mut Scene) {
    let mut given: Vec<(usize, String, Entry)> = Vec::new();
    for draft in &scene.drafts {
        for bound in &draft.uses {
            for (part, variable, value) in &bound.role.gives {
                let key = Key {
                    name: given_name(draft, variable, value.span),
                    span: value.span,
                };
                let value = given_value(draft, value);
                given.push((bound.target, part.clone(), Entry { key, value }));
            }
        }
    }
    for (target, part, entry) in given {
        let shape = scene.drafts[target]
            .shapes
            .iter_mut()
            .find(|shape| shape.part.as_deref() == Some(part.as_str()));
        let Some(shape) = shape else { continue };
        if shape.table.get("env").is_none() {
            shape.table.set(
                Key {
                    name: "env".to_string(),
                    span: entry.key.span,
                },
                Node {
                    span: entry.key.span,
                    value: Value::Table(Table::default()),
                },
            );
        }
        if let Some(env) = workload_mut(&mut shape.table, "env") {
            env.set(entry.key, entry.value);
        }
    }
}

/// The name of a given variable; it may hold the giver's.
fn given_name(giver: &Draft, variable: &str, span: Span) -> String {
    reference::of_text(variable, span, Words::Kind, Mode::Shell).rewritten(|reference| {
        reference
            .is(&["self", "env_name"])
            .then(|| read::env_name(&giver.name))
    })
}

/// The value of a given variable as the filler reads it: the giver's own secrets by their names in the platform. Where
/// the user set the program's own variable instead of a secret, it is what the user wrote.
fn given_value(giver: &Draft, value: &Node) -> Node {
    let text =
        reference::of_node(value, Words::Kind, Mode::Strict).rewritten(|reference| match reference
            .segments
            .as_slice()
        {
            ["own", key] => own_secret(giver, key),
            ["self", "name"] => Some(reference::escaped(&giver.name)),
            _ => None,
        });
    Node {
        span: value.span,
        value: Value::String(text),
    }
}

/// What stands for a secret of the giver's kind in a text of another component.
fn own_secret(giver: &Draft, key: &str) -> Option<String> {
    if let Some((_, secret)) = giver.own_secrets.iter().find(|(known, _)| known == key) {
        return Some(written(&["secrets", secret]));
    }
    let spec = giver.kind.secrets.iter().find(|spec| spec.name == key)?;
    let own = spec
        .replaced_by
        .iter()
        .find_map(|variable| giver.user.get_path(&["env", variable]))?;
    if own.as_str().is_none() {
        return Some(read::scalar(own));
    }
    let phrase = reference::of_node(own, Words::Platform, Mode::Strict);
    // `self` is the giver, wherever the text goes.
    Some(
        phrase.rewritten(|reference| match reference.segments.as_slice() {
            ["self", "name"] => Some(reference::escaped(&giver.name)),
            ["self", rest @ ..] => {
                let mut segments = vec!["components", giver.name.as_str()];
                segments.extend(rest);
                Some(written(&segments))
            }
            _ => None,
        }),
    )
}

fn table_or_empty(table: &Table, name: &str) -> Table {
    table.table(name).cloned().unwrap_or_default()
}
