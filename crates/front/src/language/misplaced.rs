//! Keys that are right in another table.

use super::{
    component::{COMPONENT, PART, component_key},
    context::{Context, Owner},
    key::KeyShape,
    misfit::{NO_VALUE, is_surely_a_variable, variable_of},
    platform::PLATFORM_FILE,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, nearest},
    syntax::{Entry, Key, Node, Table, Value, key_text, places, quoted},
};

/// Whether these are the keys of a component, or of a part of one.
pub(super) fn is_component(keys: &[KeyShape]) -> bool {
    is_same(keys, COMPONENT) || is_same(keys, PART)
}

fn is_same(keys: &[KeyShape], others: &[KeyShape]) -> bool {
    keys.len() == others.len() && keys[0].name == others[0].name
}

/// Words of other tools, what they are written in, and what says it here.
const WORDS: [(&str, &str, &str); 19] = [
    (
        "a component",
        "scrape",
        "what Prometheus scrapes is `metrics = { port = \"http\" }`",
    ),
    (
        "a component",
        "restartPolicy",
        "write `restart`: `on-failure`, `always`, `unless-stopped` or `no`; `helm.restartPolicy` is about pods alone",
    ),
    (
        "a component",
        "annotations",
        "Compose has `labels`; in a cluster those of its pods are `helm.podAnnotations`, and those of its Service `helm.service.annotations`",
    ),
    (
        "a component",
        "livenessProbe",
        "a check is written once: `health = { http = \"/healthz\", port = \"http\" }`; the probes follow from it",
    ),
    (
        "a component",
        "readinessProbe",
        "a check is written once: `health = { http = \"/healthz\", port = \"http\" }`; the probes follow from it",
    ),
    (
        "a component",
        "startupProbe",
        "a check is written once: `health = { http = \"/healthz\", port = \"http\", start_period = \"60s\" }`; the probes follow from it",
    ),
    (
        "a component",
        "ingress",
        "what stands behind a host and a path is a route: `[routes.NAME]`, with `through`, `host` and `paths`",
    ),
    (
        "a component",
        "autoscaling",
        "an autoscaler is `helm.hpa = { minReplicas = 1, maxReplicas = 3 }`",
    ),
    (
        "a component",
        "namespace",
        "a namespace is chosen where the chart is installed: `helm install --namespace`, or `namespace` in `[deploy]`",
    ),
    (
        "a component",
        "serviceAccount",
        "the account of its pods is `helm.serviceAccountName`",
    ),
    (
        "a component",
        "imagePullPolicy",
        "it holds for all of the chart: `imagePullPolicy` in `[raw.helm]`",
    ),
    (
        "this file",
        "ingress",
        "what stands behind a host and a path is a route: `[routes.NAME]`, with `through`, `host` and `paths`",
    ),
    (
        "a pipeline",
        "default_args",
        "what all of its tasks have in common stands in the pipeline itself: `retries`, `retry_delay`, `timeout`, `env`",
    ),
    (
        "a pipeline",
        "timezone",
        "a schedule is in UTC, and so is `start`",
    ),
    (
        "a pipeline",
        "end_date",
        "a pipeline has no end: take it away, or leave out its `schedule`",
    ),
    (
        "a pipeline",
        "dag_id",
        "the name of a pipeline stands in its heading: `[pipelines.NAME]`",
    ),
    (
        "a task",
        "operator",
        "a task runs in a container of the pipeline's image: `run` is what a shell in it runs; one with `stub = true` is a Python function in Airflow",
    ),
    (
        "a stage",
        "when",
        "its conditions are the keys `branches`, `tags` and `paths`",
    ),
    (
        "a CI entry",
        "image",
        "the image that it runs in is `agent = { docker = \"python:3.12\" }`",
    ),
];

/// A key that people know from other tools, and that no key here stands for by itself.
pub(super) fn of_another_tool(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let name = &key.name;
    let message = format!("{} has no key `{name}`", context.owner);
    let diagnostic = Diagnostic::new(Code::UnknownKey, message).label(key.span, "unknown key");
    let is_meant = |(owner, word, _): &&(&str, &str, &str)| {
        word == name && context.owner == Owner::Words(owner)
    };
    if let Some((.., help)) = WORDS.iter().find(is_meant) {
        return Some(diagnostic.help(*help));
    }
    if !is_component(keys) {
        return None;
    }
    if name == "port" && table.get("ports").is_none() && kept.get("ports").is_none() {
        // Whatever its name is to be: that nothing has the port is no mistake of its own.
        let (name, span) = ("ports".to_string(), key.span);
        let value = Value::Broken;
        kept.set(Key { name, span }, Node { span, value });
    }
    match (name.as_str(), &value.value) {
        ("name", Value::String(_)) if !context.entry.is_empty() => Some(
            diagnostic
                .help(format!(
                    "remove it: a component's name stands in its heading, `[components.{}]`; `aliases` are further names in DNS",
                    context.entry
                ))
                .removing(places(key, value)),
        ),
        ("port", Value::Integer(number)) if table.get("kind").is_some() => Some(diagnostic.help(
            format!("write `ports.NAME = {{ host = {number} }}` with a port of the kind: `mlopsgen kinds NAME` lists them"),
        )),
        ("port", Value::Integer(number)) if table.get("ports").is_none() => Some(
            diagnostic
                .help(format!("write `ports.http = {number}`"))
                .renaming(name, "ports.http"),
        ),
        _ => None,
    }
}

/// Stages that run in parallel inside of one that does. What it runs counts as said.
pub(super) fn parallel_inside(
    key: &Key,
    keys: &[KeyShape],
    owner: Owner<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let is_stage = owner == Owner::Words("a stage") && keys.iter().any(|it| it.name == "run");
    if !is_stage || key.name != "parallel" {
        return None;
    }
    let (name, span) = ("run".to_string(), key.span);
    if kept.get("run").is_none() {
        let value = Value::Broken;
        kept.set(Key { name, span }, Node { span, value });
    }
    Some(
        Diagnostic::new(
            Code::UnknownKey,
            "a stage that runs in parallel has no parallel stages of its own",
        )
        .label(key.span, "one level too deep")
        .help("move these stages up, beside the one that they stand in: all of that list run in parallel"),
    )
}

/// A secret's own value, which stands in no file of a repository. Its variable counts as said.
pub(super) fn value_of_secret(
    entry: &Entry,
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let text = value.as_str()?;
    let is_variable = is_surely_a_variable(text);
    let known = [
        "env",
        "variable",
        "description",
        "optional",
        "form",
        "length",
        "generate",
    ];
    let is_secret = context.owner == Owner::Words("a secret") && !context.entry.is_empty();
    if !is_secret || is_variable || nearest(&key.name, known).is_some() {
        return None;
    }
    let variable = variable_of(context.entry);
    if kept.get("env").is_none() {
        let (name, span) = ("env".to_string(), key.span);
        let value = Value::Broken;
        kept.set(Key { name, span }, Node { span, value });
    }
    let message = format!("a secret has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "a secret's value never stands here: write `{} = {{ env = \"{variable}\" }}`; {NO_VALUE}",
                context.entry
            )),
    )
}

/// The name of a secret in the place of a variable's value, as files and routes take it.
pub(super) fn secret_of_variable(
    entry: &Entry,
    context: &Context<'_>,
    kept: &mut Table,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let name = value.as_str().filter(|_| key.name == "secret")?;
    if context.owner != Owner::Words("an environment variable") || context.place == key.span {
        return None;
    }
    let (unset, span) = ("unset".to_string(), key.span);
    let broken = Value::Broken;
    kept.set(
        Key { name: unset, span },
        Node {
            span,
            value: broken,
        },
    );
    let reference = quoted(&crate::reference::written(&["secrets", name]));
    let message = "an environment variable has no key `secret`";
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "a file is filled so")
            .help(format!("write `{reference}` in the place of the table"))
            .replacing(context.place, reference),
    )
}

/// Environments in the platform's own file: each has one of its own.
pub(super) fn environment_inside(
    entry: &Entry,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_file = keys.iter().any(|it| it.name == "include");
    if !is_file || !["environments", "environment", "envs"].contains(&key.name.as_str()) {
        return None;
    }
    let name = value.as_table()?.keys().next().unwrap_or("dev");
    let message = format!("{owner} has no key `{}`", key.name);
    Some(
        Diagnostic::new(Code::UnknownKey, message)
            .label(key.span, "unknown key")
            .help(format!(
                "an environment is a file of its own: write `platform.{name}.toml` beside it, with what differs"
            )),
    )
}

/// What stands at the top of the file, or in `[platform]`, though it is a component, or a table of the top.
pub(super) fn of_another_level(
    entry: &Entry,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let (name, table) = (&key.name, value.as_table()?);
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"));
    // Those that hold entries by name are read where they were meant.
    if owner == Owner::Words("`[platform]`") && PLATFORM_FILE.iter().any(|it| it.name == *name) {
        return Some(
            diagnostic
                .label(key.span, "a table of its own")
                .help(format!(
                    "write `{name}` without `platform.` before it: it stands at the top"
                ))
                .renaming_table(key.span, &format!("platform.{name}"), name),
        );
    }
    let is_file = keys.iter().any(|it| it.name == "components");
    let is_component = ["kind", "image", "group"]
        .iter()
        .any(|it| table.string(it).is_some());
    if !is_file || !is_component {
        return None;
    }
    // Its own name stands in it, as in a list of things.
    let is_sort = ["component", "service", "container"].contains(&name.as_str());
    let own = table.entry("name").filter(|_| is_sort);
    let of_own = own.and_then(|own| own.value.as_str());
    let path = match of_own {
        Some(own) => format!("components.{}", key_text(own)),
        None => format!("components.{name}"),
    };
    let beside = match of_own {
        Some(_) => ", and remove `name`",
        None => "",
    };
    let diagnostic = diagnostic
        .label(key.span, "reads like a component")
        .help(format!(
            "write `[{path}]`{beside}: what runs is a component"
        ))
        .renaming_table(key.span, name, &path);
    Some(match own {
        Some(own) => diagnostic.removing(places(&own.key, &own.value)),
        None => diagnostic,
    })
}

/// A switch that a component has in the chart alone: what was meant holds everywhere.
pub(super) fn switch(
    entry: &Entry,
    keys: &[KeyShape],
    context: &Context<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_switch =
        is_same(keys, COMPONENT) && ["enabled", "disabled"].contains(&key.name.as_str());
    let is_on = value.as_bool().filter(|_| is_switch)? == (key.name == "enabled");
    let message = format!("{} has no key `{}`", context.owner, key.name);
    let diagnostic = Diagnostic::new(Code::UnknownKey, message)
        .label(key.span, "no switch of a component")
        .removing(places(key, value));
    let profiles = "profiles = [\"manual\"]";
    Some(match is_on {
        true => diagnostic.help("remove it: what stands here runs"),
        false => diagnostic
            .help(format!(
                "write `{profiles}` for it: it is off unless that is asked for, in the chart too. In the file of an environment `{} = false` below `[components]` leaves it out there; `helm.enabled` is about the chart alone",
                match context.entry {
                    "" => "NAME",
                    name => name,
                }
            ))
            .adding(context.place, profiles),
    })
}

/// A key of a component in one of its parts.
pub(super) fn of_whole_component(
    key: &Key,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    component_key(&key.name).filter(|_| is_same(keys, PART))?;
    let diagnostic = Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "about the component as a whole");
    Some(diagnostic.help(format!(
        "move it out of `parts`: `{}` is a key of the component",
        key.name
    )))
}

/// A key that one of the tables in here has, and no other: `cpu`, which is `resources.cpu`.
pub(super) fn in_inner_table(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_inside = |shape: &KeyShape| {
        inner_keys(&shape.shape)
            .iter()
            .any(|inner| inner.name == key.name && inner.shape.takes(&value.value))
    };
    let mut holders = keys.iter().filter(|shape| is_inside(shape));
    let holder = holders.next().filter(|_| holders.next().is_none())?.name;
    let name = &key.name;
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(key.span, format!("a key of `{holder}`"));
    Some(match table.get(holder) {
        // A second way to write into a table that stands there may be none in TOML.
        Some(_) => diagnostic.help(format!("move it to `{holder}`, which is written here too")),
        None => diagnostic
            .help(format!("write `{holder}.{name}` for it"))
            .renaming(name, format!("{holder}.{name}")),
    })
}

/// A key that the entries of one table in here have, and nothing else: `slack`, which is one of a receiver.
pub(super) fn in_entries(
    entry: &Entry,
    table: &Table,
    keys: &[KeyShape],
    owner: Owner<'_>,
) -> Option<Diagnostic> {
    let Entry { key, value } = entry;
    let is_inside = |shape: &&KeyShape| {
        let mut inner = entry_keys(&shape.shape).iter();
        inner.any(|inner| inner.name == key.name && inner.shape.takes(&value.value))
    };
    let mut holders = keys.iter().filter(is_inside);
    let holder = holders.next().filter(|_| holders.next().is_none())?;
    let (name, of) = (&key.name, holder.name);
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("{owner} has no key `{name}`"))
        .label(key.span, format!("a key of an entry of `{of}`"));
    // The entry of the example stands for one of the user's own.
    let example = holder.example.split(" = ").next().unwrap_or_default();
    let is_named = example
        .strip_prefix(of)
        .is_some_and(|it| it.starts_with('.'));
    Some(match table.get(of).is_none() && is_named {
        true => diagnostic
            .help(format!("write `{example}.{name}` for it"))
            .renaming(name, format!("{example}.{name}")),
        false => diagnostic.help(format!("move it to an entry of `{of}`")),
    })
}

/// The keys of the entries that a table or a list holds.
fn entry_keys(shape: &Shape) -> &'static [KeyShape] {
    match *shape {
        Shape::Map(_, item) | Shape::List(item) => inner_keys(item),
        _ => &[],
    }
}

/// The keys of a table's shape, also where it is one of several.
pub(super) fn inner_keys(shape: &Shape) -> &'static [KeyShape] {
    match *shape {
        Shape::Table(keys) => keys,
        Shape::Either(shapes) => shapes
            .iter()
            .map(inner_keys)
            .find(|keys| !keys.is_empty())
            .unwrap_or_default(),
        _ => &[],
    }
}
