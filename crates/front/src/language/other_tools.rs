//! Keys that people know from other tools, and that no key here stands for by itself.

use super::{
    context::{Context, Owner},
    key::KeyShape,
    misplaced::is_component,
};
use crate::{
    diag::{Code, Diagnostic},
    syntax::{Entry, Table, Value, places},
};

/// Why a kind's file names no group.
const NO_GROUP: &str = "remove it: a kind is in no group, each component of it says its own; `group_add` is about groups of users";

/// Words of other tools, what they are written in, and what says it here.
const WORDS: [(&str, &str, &str); 24] = [
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
    ("a kind", "group", NO_GROUP),
    ("`[workload]`", "group", NO_GROUP),
    ("a part", "group", NO_GROUP),
    (
        "`helm`",
        "autoscaling",
        "an autoscaler is `helm.hpa = { minReplicas = 1, maxReplicas = 3 }`",
    ),
    (
        "`helm`",
        "ingress",
        "what stands behind a host and a path is a route: `[routes.NAME]`, with `through`, `host` and `paths`",
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
        kept.set_broken("ports", key.span);
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
