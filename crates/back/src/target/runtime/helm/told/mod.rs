//! Addresses outside of the platform that its keys tell programs of: a URL in a variable, a setting, a configuration, `[notify]`.
//!
//! In: the model. Out: who connects to what. Each becomes an edge, as that to a component with `external` is one.

mod found;
mod known;
mod pairs;

use std::collections::{BTreeMap, BTreeSet};

use found::Found;

use super::chart::Builder;
use crate::{
    files::Site,
    graph::{Peer, pipeline_texts},
    model::{
        Ci, Component, EnvironmentVariable, Host, Pipeline, Platform, Purpose, Raw, TaskBody, Text,
        Workload, is_generated_alertmanager,
    },
    syntax::Table,
};

/// Where a program connects to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// `None`: a secret or a variable says it, which nobody knows when compiling.
    pub host: Option<Host>,
    pub port: u16,
}

/// Every address by who connects to it.
pub fn addresses(platform: &Platform) -> BTreeMap<Peer, BTreeSet<Address>> {
    let mut out: BTreeMap<Peer, BTreeSet<Address>> = BTreeMap::new();
    let mut tell = |peer: Peer, found: Found<'_>| {
        if !found.addresses.is_empty() {
            out.entry(peer).or_default().extend(found.addresses);
        }
    };
    for component in &platform.components {
        for workload in &component.workloads {
            let found = of_workload(platform, component, workload);
            tell(Peer::Workload(workload.name.clone()), found);
        }
    }
    for pipeline in &platform.pipelines {
        let found = of_pipeline(platform, pipeline);
        let has_stub = pipeline.tasks.iter().any(|it| it.body == TaskBody::Stub);
        if has_stub && let Some(runner) = platform.first_for(Purpose::Pipelines) {
            for workload in runner.workloads.iter().filter(|it| !it.is_job()) {
                let mut found = Found::new(platform);
                found.texts(pipeline_texts(pipeline));
                tell(Peer::Workload(workload.name.clone()), found);
            }
        }
        tell(Peer::Pipeline(pipeline.name.clone()), found);
    }
    if let Some(runner) = platform.first_for(Purpose::Ci) {
        for workload in runner.workloads.iter().filter(|it| !it.is_job()) {
            let mut found = Found::new(platform);
            found.texts(platform.ci.iter().flat_map(Ci::texts));
            tell(Peer::Workload(workload.name.clone()), found);
        }
    }
    out
}

fn of_pipeline<'a>(platform: &'a Platform, pipeline: &Pipeline) -> Found<'a> {
    let mut found = Found::new(platform);
    found.variables(named(&pipeline.env));
    for task in &pipeline.tasks {
        found.variables(named(pipeline.env.iter().chain(&task.env)));
    }
    let runs = pipeline.tasks.iter().filter_map(|task| match &task.body {
        TaskBody::Run(text) => Some(text),
        TaskBody::Stub => None,
    });
    found.texts(runs);
    found
}

fn named<'a>(
    variables: impl IntoIterator<Item = &'a EnvironmentVariable>,
) -> impl Iterator<Item = (&'a str, &'a Text)> {
    let variables = variables.into_iter();
    variables.map(|it| (it.name.as_str(), &it.value))
}

/// The namespace that the full name of a Service names: `db.other.svc`, `db-0.db.other.svc.cluster.local`.
pub fn namespace_of(name: &str) -> Option<&str> {
    let labels: Vec<&str> = name.split('.').collect();
    let at = labels.iter().skip(2).position(|label| *label == "svc")?;
    labels.get(at + 1).copied()
}

/// Variables that say where a program connects to, in a way that nobody knows when compiling: no policy lets it there where
/// pods leave the cluster along known edges only.
pub fn unknown(builder: &mut Builder<'_>) {
    let platform = builder.context.platform;
    let policy = |key| platform.raw_helm.at(&["networkPolicy", key]);
    let is_strict = matches!(policy("egress"), Some(Raw::Text(text)) if text.as_plain().as_deref() == Some("strict"));
    if !is_strict {
        return;
    }
    let extra = match policy("extraEgress") {
        Some(Raw::List(peers)) => peers.as_slice(),
        _ => &[],
    };
    let is_let_out = |name: &str| {
        extra.iter().any(|peer| match peer.get("from") {
            Some(Raw::List(names)) => names.iter().any(
                |it| matches!(it, Raw::Text(text) if text.as_plain().as_deref() == Some(name)),
            ),
            _ => true,
        })
    };
    for component in &platform.components {
        for workload in component
            .workloads
            .iter()
            .filter(|it| !is_let_out(&it.name))
        {
            let written = workload.written.table("env");
            let own = workload.env.iter();
            let own =
                own.filter(|it| written.is_some_and(|env: &Table| env.get(&it.name).is_some()));
            let unknown = of_workload(platform, component, workload).unknown;
            for variable in own.filter(|it| unknown.contains(&it.name)) {
                let (message, help) = message_and_help(&variable.name, &workload.name);
                let losses = &mut builder.losses;
                losses.of_component(&component.name, variable.span, &message, |it| it.help(help));
            }
        }
    }
    for pipeline in platform.pipelines.iter().filter(|it| !is_let_out(&it.name)) {
        let unknown = of_pipeline(platform, pipeline).unknown;
        let tasks = pipeline.tasks.iter().flat_map(|it| &it.env);
        let own: BTreeMap<_, _> = pipeline
            .env
            .iter()
            .chain(tasks)
            .map(|it| (it.span, &it.name))
            .collect();
        for (span, variable) in own.into_iter().filter(|(_, name)| unknown.contains(*name)) {
            let (message, help) = message_and_help(variable, &pipeline.name);
            let losses = &mut builder.losses;
            losses.of_platform(span, &message, |it| it.help(help));
        }
    }
}

fn message_and_help(variable: &str, owner: &str) -> (String, String) {
    (
        format!(
            "`{variable}` of `{owner}` does not say to which host and port it leads, so no policy opens them, and `egress` is `strict`"
        ),
        format!(
            "let it out: `[raw.helm.networkPolicy]` and `extraEgress = [{{ ipBlock = {{ cidr = \"10.9.0.7/32\" }}, ports = [{{ port = 443 }}], from = [\"{owner}\"] }}]`"
        ),
    )
}

fn of_workload<'a>(
    platform: &'a Platform,
    component: &'a Component,
    workload: &'a Workload,
) -> Found<'a> {
    let mut found = Found::new(platform);
    found.own = own_hosts(component);
    found.names = names(component);
    let words = [&workload.entrypoint, &workload.command];
    found.texts(words.into_iter().flatten().flatten());
    found.flags(words.into_iter().flatten().flatten());
    found.variables(named(&workload.env));
    found.raw(&workload.raw_helm);
    let scraped = workload.metrics.iter();
    scraped.for_each(|metrics| found.query(&metrics.written));
    workload.files.iter().for_each(|file| found.file(file));
    if workload.part.is_none() {
        found.raw(&component.raw_helm);
        for setting in &component.settings {
            found.setting(setting);
        }
        if let Some(notify) = platform
            .notify
            .as_ref()
            .filter(|_| is_generated_alertmanager(component))
        {
            found.notify(notify);
        }
    }
    found
}

/// What settings say that is no address by its form: a variable or a command may hold it, too.
fn names(component: &Component) -> BTreeSet<String> {
    let settings = component.settings.iter().filter(|it| !it.may_be_address);
    let texts = settings.flat_map(|setting| setting.value.texts());
    texts.filter_map(Text::as_plain).collect()
}

/// Names by which people reach the component: it is told of them, and does not ask itself by them.
fn own_hosts(component: &Component) -> BTreeSet<String> {
    let ports = component.workloads.iter().flat_map(|it| &it.ports);
    let addresses = ports.filter_map(|port| port.public_url.as_ref());
    let addresses = addresses.chain(&component.public_url);
    let hosts = addresses.map(|it| it.at(Site::Cluster).host_and_port().0);
    hosts.map(str::to_string).collect()
}
