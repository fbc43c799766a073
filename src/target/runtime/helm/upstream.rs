//! Charts of others that stand for workloads: dependencies of the platform's chart.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chart::Builder,
    raw,
    values::{Kind, WorkloadValues},
    workload,
};
use crate::{
    language::CHART_TOP_KEYS,
    model::{Component, Platform, UpstreamChart, Workload},
    target::shared::losses::ACCEPT,
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

/// Their values, each below its alias.
pub fn values(platform: &Platform) -> Value {
    let values = charts(platform)
        .map(|(component, chart)| (alias(component), raw::chart(platform, &chart.values)));
    Value::Object(values.collect())
}

fn charts(platform: &Platform) -> impl Iterator<Item = (&Component, &UpstreamChart)> {
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
    WorkloadValues {
        component: workload.component.clone(),
        enabled: workload.profiles.is_empty(),
        kind: Kind::Chart,
        selector: (!chart.labels.is_empty()).then(|| selector(chart)),
        own_service: chart.own_service,
        ports: workload::ports(&workload.ports),
        aliases: workload::aliases(builder, workload),
        ..WorkloadValues::default()
    }
}

fn selector(chart: &UpstreamChart) -> Value {
    let labels = chart.labels.iter();
    Value::Object(
        labels
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect(),
    )
}

/// What the user says of the workload, and only containers of a machine get.
fn lost_keys(builder: &mut Builder<'_>, workload: &Workload, chart: &UpstreamChart) {
    const KEYS: [&str; 12] = [
        "command",
        "entrypoint",
        "args",
        "env",
        "files",
        "health",
        "replicas",
        "resources",
        "tmpfs",
        "user",
        "volumes",
        "working_dir",
    ];
    let platform = builder.context.platform;
    let is_users = |key: &&&str| {
        let entry = workload.written.entry(key);
        entry.is_some_and(|entry| !platform.kind_sources.contains(&entry.key.span.source))
    };
    let lost: Vec<String> = KEYS
        .iter()
        .filter(is_users)
        .map(|key| format!("`{key}`"))
        .collect();
    if lost.is_empty() {
        return;
    }
    let message = format!(
        "{} of `{}` {} for Compose and Swarm only: in a cluster, set it in `chart.values` of the chart `{}`",
        lost.join(", "),
        workload.name,
        if lost.len() == 1 { "is" } else { "are" },
        chart.name,
    );
    let component = &workload.component;
    builder
        .losses
        .of_component(component, chart.span, &message, ACCEPT);
}
