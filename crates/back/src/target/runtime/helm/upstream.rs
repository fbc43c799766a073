//! Charts of others that stand for workloads: dependencies of the platform's chart.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chart::{Builder, in_namespace},
    raw,
    values::{Kind, WorkloadValues},
    workload,
};
use crate::{
    diag::Diagnostic,
    language::{CHART_TOP_KEYS, component_key},
    model::{ChartOperator, Component, Platform, Raw, Text, UpstreamChart, Workload},
    speak::{ChartDefaults, Speak},
    syntax::Table,
};

/// A dependency as `Chart.yaml` lists it.
#[derive(Debug, Serialize)]
pub struct DependencyView {
    /// The chart's own name.
    name: String,
    /// Its version, or a range.
    version: String,
    /// Where it is taken from.
    repository: String,
    /// The key of its values.
    alias: String,
    /// The value that switches it on.
    condition: String,
}

/// The charts of others, in the order of their components.
pub fn dependencies(platform: &Platform) -> Vec<DependencyView> {
    charts(platform)
        .map(|(component, chart)| DependencyView {
            name: chart.name.clone(),
            version: chart.version.clone(),
            repository: chart.repository.clone(),
            alias: alias(component),
            condition: format!("components.{}.enabled", component.name),
        })
        .collect()
}

/// Their values, each below its alias, and what goes with them at the top of ours.
pub fn values(platform: &Platform) -> Value {
    let mut out = json!({});
    for (component, chart) in charts(platform) {
        out[alias(component)] = raw::chart(platform, &chart.values);
        raw::merge(&mut out, raw::chart(platform, &chart.beside));
    }
    out
}

pub fn secret_name(component: &str) -> String {
    format!("{component}-chart")
}

pub fn charts(platform: &Platform) -> impl Iterator<Item = (&Component, &UpstreamChart)> {
    platform
        .components
        .iter()
        .filter_map(|component| Some((component, component.main()?.chart.as_ref()?)))
}

/// The key of its values: the component's name, unless the platform's chart has a value of that name.
fn alias(component: &Component) -> String {
    let name = &component.name;
    match CHART_TOP_KEYS.iter().any(|key| key.name == *name) {
        true => format!("{name}-chart"),
        false => name.clone(),
    }
}

/// What the platform's chart knows of a workload that another chart runs: its Service, its pods' labels, its ports.
pub fn workload_values(
    builder: &mut Builder<'_>,
    workload: &Workload,
    chart: &UpstreamChart,
) -> WorkloadValues {
    lost_keys(builder, workload, chart);
    // What an operator reads is made of the files that its workload would mount.
    if chart.beside != Raw::default() {
        builder.files.mounts(workload);
    }
    WorkloadValues {
        component: workload.component.clone(),
        enabled: workload.profiles.is_empty(),
        kind: Kind::Chart,
        selector: labels(builder.context.platform, &chart.labels),
        serves: labels(builder.context.platform, &chart.serves),
        own_service: chart.own_service,
        asks_api: chart.asks_api,
        reaches_cluster: chart.reaches_cluster,
        admits: chart.operator.iter().map(admitted).collect(),
        chart_secret: chart.secret.as_ref().map(|secret| {
            let keys: Vec<_> = secret.entries.iter().map(|(key, _)| key).collect();
            json!({ "name": secret_name(&workload.component), "keys": keys })
        }),
        ports: workload::ports(&workload.ports),
        aliases: workload::aliases(builder, workload),
        ..WorkloadValues::default()
    }
}

fn labels(platform: &Platform, labels: &[(String, Text)]) -> Option<Value> {
    let value = |text: &Text| json!(ChartDefaults(platform).text(text));
    let labels = labels
        .iter()
        .map(|(name, text)| (name.clone(), value(text)));
    Some(Value::Object(labels.collect())).filter(|labels| *labels != json!({}))
}

/// The operator's pods, as a peer of the policy.
fn admitted(operator: &ChartOperator) -> Value {
    let ports = operator.ports.iter();
    json!({
        "from": in_namespace(&operator.namespace),
        "ports": ports.map(|port| json!({ "port": port, "protocol": "TCP" })).collect::<Vec<_>>(),
    })
}

/// Values of a workload that mean something though another chart runs it: its Services and what goes with it.
const VALUES: [&str; 6] = [
    "enabled",
    "ports",
    "aliases",
    "service",
    "extraObjects",
    "extra",
];

/// Raw values of platform.toml that no template reads of it.
fn lost_values(platform: &Platform, workload: &Workload, chart: &UpstreamChart) -> Vec<String> {
    let raw = workload.written.table("helm");
    let is_read = |key: &str| VALUES.contains(&key) && !(key == "service" && chart.own_service);
    let written = raw.into_iter().flat_map(Table::iter).map(|(key, _)| key);
    let of_user = written.filter(|key| !platform.kind_sources.contains(&key.span.source));
    let lost = of_user.filter(|key| !is_read(&key.name));
    lost.map(|key| format!("`helm.{}`", key.name)).collect()
}

/// What the user says of the workload, and only containers of a machine get.
fn lost_keys(builder: &mut Builder<'_>, workload: &Workload, chart: &UpstreamChart) {
    let platform = builder.context.platform;
    let written = workload.written.iter().map(|(key, _)| key);
    let of_user = written.filter(|key| !platform.kind_sources.contains(&key.span.source));
    let lost: BTreeSet<&str> = of_user
        .map(|key| key.name.as_str())
        .filter(|key| component_key(key).is_some_and(|shape| !shape.holds_in_charts()))
        .filter(|key| !chart.carries.contains(key))
        .collect();
    let lost: Vec<String> = lost
        .into_iter()
        .map(|key| format!("`{key}`"))
        .chain(
            chart
                .lost_settings
                .iter()
                .map(|name| format!("`settings.{name}`")),
        )
        .chain(lost_values(builder.context.platform, workload, chart))
        .collect();
    if lost.is_empty() {
        return;
    }
    let message = format!(
        "{} of `{}` {} no effect in a cluster: the chart `{}` runs it there. Set the same in `chart.values`",
        lost.join(", "),
        workload.name,
        if lost.len() == 1 { "has" } else { "have" },
        chart.name,
    );
    let component = &workload.component;
    let losses = &mut builder.losses;
    losses.of_component(component, chart.span, &message, Diagnostic::accept_alone);
}
