//! Lints: what works, but not well. Levels and `allow` are applied when a run ends.

use std::collections::BTreeSet;

use super::{Facts, strings::is_the_users};
use crate::{
    diag::{Code, Diagnostic, Sink},
    graph::{pipeline_texts, workload_secrets},
    model::{FlowEnd, Icon, Notify, Platform, Port, Text, Workload, used_nowhere},
    source::Span,
    syntax::Node,
};

/// The place of a key of a workload, else of its component.
pub(super) fn place(workload: &Workload, key: &str) -> Span {
    workload
        .written
        .entry(key)
        .map_or(workload.span, |entry| entry.key.span)
}

pub(super) fn lint(code: Code, message: String, workload: &Workload) -> Diagnostic {
    Diagnostic::new(code, message).about(&workload.component)
}

/// The key where the user wrote it; where the kind did, the component.
pub(super) fn at(platform: &Platform, workload: &Workload, key: &str) -> Span {
    let span = place(workload, key);
    if is_the_users(platform, span) {
        span
    } else {
        workload.span
    }
}

/// What most services need.
const RESOURCES: &str = "resources = { cpu = \"250m\", memory = \"512Mi\" }";

fn tcp(port: &str) -> String {
    format!("health = {{ tcp = \"{port}\" }}")
}

/// The first port of a workload that runs on and has no health check, unless somebody took it away.
fn unchecked_port(workload: &Workload) -> Option<&Port> {
    let is_off = workload.written.get("health").is_some_and(Node::is_false);
    let is_checked = workload.is_job() || workload.health.is_some() || is_off;
    workload.ports.first().filter(|_| !is_checked)
}

/// No health check, no volume for a store, no resources.
pub(super) fn basics(facts: Facts<'_>, sink: &mut Sink) {
    for component in &facts.platform.components {
        let Some(main) = component.main() else {
            continue;
        };
        if let Some(port) = unchecked_port(main) {
            let port = &port.name;
            sink.push(
                lint(Code::NoHealthCheck, format!("`{}` has no health check", main.name), main)
                    .label(component.span, "listens on a port, and nothing checks that it answers")
                    .help(format!("write `{}`, or `health = {{ http = \"/health\", port = \"{port}\" }}` if a path says that it works", tcp(port)))
                    .adding(component.span, tcp(port)),
            );
        }
        let keeps = main.mounts.iter().any(|mount| !mount.read_only);
        if component.icon == Icon::Store && !keeps {
            sink.push(
                lint(
                    Code::NoPersistence,
                    format!(
                        "`{}` loses its data when its container is removed",
                        main.name
                    ),
                    main,
                )
                .label(component.span, "a store without a volume")
                .help("write `volumes.data = { mount = \"...\" }`"),
            );
        }
        if main.resources.memory.is_none() && main.resources.cpu.is_none() {
            sink.push(
                lint(
                    Code::NoResources,
                    format!("`{}` may use all memory of the machine", main.name),
                    main,
                )
                .label(component.span, "asks for no resources")
                .help(format!("write `{RESOURCES}`"))
                .adding(component.span, RESOURCES),
            );
        }
    }
}

/// Secrets, variables, groups, volumes and actors that nothing uses.
pub(super) fn unused(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    let unused = |what, name: &str, span| used_nowhere(what, name, span, platform.over.as_ref());
    let used = UsedSecrets::of(facts);
    for secret in &platform.secrets {
        let declared = secret.origin == crate::model::SecretOrigin::Declared;
        if declared && !used.secrets.contains(secret.name.as_str()) {
            sink.push(unused(("secret", "secrets"), &secret.name, secret.span));
        }
    }
    let components = platform.components.iter();
    let filled: BTreeSet<&str> = components.filter_map(|it| it.group.as_deref()).collect();
    for group in &platform.groups {
        if !filled.contains(group.name.as_str()) {
            sink.push(unused(("group", "groups"), &group.name, group.span));
        }
    }
    let mounts = platform.workloads().flat_map(|it| &it.mounts);
    let mounts = mounts.chain(platform.pipelines.iter().flat_map(|it| &it.volumes));
    let mounted: BTreeSet<&str> = mounts.filter_map(|mount| mount.source.volume()).collect();
    for volume in platform.volumes.iter().filter(|volume| volume.shared) {
        if !mounted.contains(volume.key.as_str()) {
            sink.push(unused(("volume", "volumes"), &volume.key, volume.span));
        }
    }
    let joined = platform.workloads().flat_map(|it| &it.networks);
    let joined: BTreeSet<&str> = joined.map(String::as_str).collect();
    for network in &platform.networks {
        if !joined.contains(network.name.as_str()) {
            sink.push(unused(("network", "networks"), &network.name, network.span));
        }
    }
    let ends = platform.flows.iter().flat_map(|it| [&it.from, &it.to]);
    let ends: BTreeSet<&FlowEnd> = ends.collect();
    for actor in &platform.actors {
        if !ends.contains(&FlowEnd::Actor(actor.name.clone())) {
            sink.push(unused(("actor", "actors"), &actor.name, actor.span));
        }
    }
}

/// Secrets that something reads.
struct UsedSecrets<'a> {
    secrets: BTreeSet<&'a str>,
}

impl<'a> UsedSecrets<'a> {
    fn of(facts: Facts<'a>) -> Self {
        let platform = facts.platform;
        let mut secrets: BTreeSet<&str> = BTreeSet::new();
        for workload in platform.workloads() {
            secrets.extend(workload_secrets(workload));
        }
        for component in &platform.components {
            for setting in &component.settings {
                let texts = setting.value.texts().into_iter();
                secrets.extend(texts.flat_map(Text::secrets));
            }
        }
        let notify = platform.notify.iter();
        secrets.extend(notify.flat_map(Notify::texts).flat_map(Text::secrets));
        for pipeline in &platform.pipelines {
            secrets.extend(pipeline_texts(pipeline).flat_map(Text::secrets));
        }
        for entry in &platform.ci {
            secrets.extend(entry.secrets());
        }
        Self { secrets }
    }
}
