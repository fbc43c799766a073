//! Two that want the same: host ports, container ports, mount paths, names of what is generated.

use std::collections::{BTreeMap, BTreeSet};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    model::{FileContent, HostPort, NetworkMode, Platform, Port, PortRange, Workload},
    source::Span,
};

/// A port of the host that a workload takes.
struct Published<'a> {
    workload: &'a Workload,
    port: &'a Port,
    range: PortRange,
    /// The host's address.
    bind: &'a str,
    span: Span,
}

/// Two components that publish the same host port, unless both have profiles and share none.
pub(super) fn host_ports(facts: Facts<'_>, sink: &mut Sink) {
    let published = published(facts.platform);
    for (index, later) in published.iter().enumerate() {
        let clash = published[..index]
            .iter()
            .find(|earlier| clash(earlier, later));
        if let Some(earlier) = clash {
            let free = free_port(&published, later);
            sink.push(
                Diagnostic::new(
                    Code::PortClash,
                    format!(
                        "host port {} is taken twice, by `{}` and `{}`",
                        later.range, earlier.workload.name, later.workload.name
                    ),
                )
                .label(
                    earlier.span,
                    format!("`{}` publishes it", earlier.workload.name),
                )
                .label(later.span, format!("and so does `{}`", later.workload.name))
                .help(format!(
                    "{} is free: write `ports.{} = {{ host = {} }}`",
                    free,
                    later.port.name,
                    if free.first == free.last {
                        free.to_string()
                    } else {
                        format!("\"{free}\"")
                    }
                )),
            );
        }
    }
}

fn published(platform: &Platform) -> Vec<Published<'_>> {
    let mut out = Vec::new();
    for workload in platform.workloads() {
        let on_host = workload
            .network_mode
            .as_ref()
            .is_some_and(|mode| mode.value == NetworkMode::Host);
        for port in &workload.ports {
            if on_host {
                out.push(Published {
                    workload,
                    port,
                    range: port.container,
                    bind: "0.0.0.0",
                    span: port.span,
                });
            } else if let Some(HostPort::Fixed(range)) = port.host {
                out.push(Published {
                    workload,
                    port,
                    range,
                    bind: &port.bind,
                    span: port.host_span,
                });
            }
        }
    }
    out
}

fn clash(one: &Published<'_>, other: &Published<'_>) -> bool {
    let profiles =
        |workload: &Workload| -> BTreeSet<String> { workload.profiles.iter().cloned().collect() };
    let (first, second) = (profiles(one.workload), profiles(other.workload));
    let never_together = !first.is_empty() && !second.is_empty() && first.is_disjoint(&second);
    one.range.overlaps(other.range)
        && one.port.protocol == other.port.protocol
        && addresses_overlap(one.bind, other.bind)
        && !never_together
}

/// Equal, or one of them means all addresses. All addresses of IPv6 hold those of IPv4.
fn addresses_overlap(one: &str, other: &str) -> bool {
    let all = |address: &str| matches!(address, "0.0.0.0" | "::" | "[::]" | "" | "*");
    let normal = |address: &str| match address {
        "localhost" => "127.0.0.1".to_string(),
        address => address.trim_matches(['[', ']']).to_string(),
    };
    all(one) || all(other) || normal(one) == normal(other)
}

/// The next ports after the wanted ones that nobody takes.
fn free_port(published: &[Published<'_>], wanted: &Published<'_>) -> PortRange {
    let length = wanted.range.last - wanted.range.first;
    let candidates = (wanted.range.first..=u16::MAX - length)
        .chain(1024..wanted.range.first.max(1024))
        .map(|first| PortRange {
            first,
            last: first.saturating_add(length),
        });
    for range in candidates {
        let taken = published.iter().any(|other| {
            other.range.overlaps(range) && other.port.protocol == wanted.port.protocol
        });
        if !taken {
            return range;
        }
    }
    wanted.range
}

/// A container port, with the same protocol, twice within a workload.
pub(super) fn container_ports(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        for (index, later) in workload.ports.iter().enumerate() {
            let earlier = workload.ports[..index].iter().find(|earlier| {
                earlier.container.overlaps(later.container) && earlier.protocol == later.protocol
            });
            if let Some(earlier) = earlier {
                sink.push(
                    Diagnostic::new(
                        Code::PortTwice,
                        format!(
                            "`{}` listens on port {} twice",
                            workload.name, later.container
                        ),
                    )
                    .label(earlier.span, format!("as `{}`", earlier.name))
                    .label(later.span, format!("and as `{}`", later.name))
                    .help("keep one of the two names, or change `container`"),
                );
            }
        }
    }
}

/// A mount path twice within a workload.
pub(super) fn mount_paths(facts: Facts<'_>, sink: &mut Sink) {
    for workload in facts.platform.workloads() {
        let mounts = workload
            .mounts
            .iter()
            .map(|mount| (&mount.path, mount.span));
        let files = workload.files.iter().map(|file| (&file.path, file.span));
        let memory = workload.runtime.tmpfs.iter().map(|tmpfs| {
            let span = workload
                .written
                .get("tmpfs")
                .map_or(workload.span, |node| node.span);
            (tmpfs, span)
        });
        twice(mounts.chain(files).chain(memory), &workload.name, sink);
    }
    for pipeline in &facts.platform.pipelines {
        let mounts = pipeline
            .volumes
            .iter()
            .map(|mount| (&mount.path, mount.span));
        twice(mounts, &pipeline.name, sink);
    }
}

fn twice<'a>(places: impl Iterator<Item = (&'a String, Span)>, owner: &str, sink: &mut Sink) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (path, span) in places {
        // What follows `:` are options of a tmpfs.
        let normal = path
            .split(':')
            .next()
            .unwrap_or_default()
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect::<Vec<_>>()
            .join("/");
        match seen.get(&normal) {
            Some(first) if *first != span => sink.push(
                Diagnostic::new(
                    Code::MountTwice,
                    format!("`{owner}` mounts something at `{path}` twice"),
                )
                .label(*first, "first here")
                .label(span, "and again here")
                .help("mount one of the two elsewhere"),
            ),
            Some(_) => {}
            None => {
                seen.insert(normal, span);
            }
        }
    }
}

/// Names that become the same service, volume, file or variable.
pub(super) fn names(facts: Facts<'_>, sink: &mut Sink) {
    let platform = facts.platform;
    same(
        platform
            .volumes
            .iter()
            .map(|volume| (volume.key.clone(), volume.span)),
        "volume",
        sink,
    );
    let groups = platform
        .groups
        .iter()
        .map(|group| (group.name.clone(), group.span));
    let reserved = groups.filter(|(name, _)| name == "compose");
    for (_, span) in reserved {
        sink.push(
            Diagnostic::new(Code::OutputClash, "a group can't be called `compose`")
                .label(span, "its file would be compose.yaml")
                .help("call it something else"),
        );
    }
    pipelines_network(platform, sink);
    config_files(platform, sink);
    let pipelines = platform
        .pipelines
        .iter()
        .map(|pipeline| (pipeline.name.to_ascii_lowercase(), pipeline.span));
    same(pipelines, "pipeline", sink);
    let ci = platform
        .ci
        .iter()
        .map(|entry| (entry.name.to_ascii_lowercase(), entry.span));
    same(ci, "CI entry", sink);
    variables(platform, sink);
}

/// Tasks have a network of their own, called like that of a group `pipelines`.
fn pipelines_network(platform: &Platform, sink: &mut Sink) {
    let group = platform
        .groups
        .iter()
        .find(|group| group.name == "pipelines");
    if let (Some(group), Some(pipeline)) = (group, platform.pipelines.first()) {
        sink.push(
            Diagnostic::new(
                Code::OutputClash,
                format!("two networks would be called `{}_pipelines`", platform.name),
            )
            .label(group.span, "the group's")
            .label(pipeline.span, "and that of the pipelines' tasks")
            .help("call the group something else"),
        );
    }
}

/// Contents of files lie below `config/COMPONENT/`, on file systems that may ignore letter case.
fn config_files(platform: &Platform, sink: &mut Sink) {
    for component in &platform.components {
        let names = component
            .workloads
            .iter()
            .flat_map(|workload| &workload.files)
            .filter_map(|file| match &file.content {
                FileContent::Text { name, .. } => Some((name.to_ascii_lowercase(), file.span)),
                _ => None,
            });
        same(names, "file", sink);
    }
}

fn same(names: impl Iterator<Item = (String, Span)>, what: &str, sink: &mut Sink) {
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for (name, span) in names {
        match seen.get(&name) {
            Some(first) if *first != span => sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("two {what}s would be called `{name}`"),
                )
                .label(*first, "first here")
                .label(span, "and again here")
                .help("rename one of the two; letter case makes no difference"),
            ),
            Some(_) => {}
            None => {
                seen.insert(name, span);
            }
        }
    }
}

/// One environment variable for two secrets, or for a secret and a variable.
fn variables(platform: &Platform, sink: &mut Sink) {
    let mut seen: BTreeMap<&str, (&str, Span)> = BTreeMap::new();
    let secrets = platform
        .secrets
        .iter()
        .map(|secret| (secret.env.as_str(), secret.name.as_str(), secret.span));
    let variables = platform.variables.iter().filter_map(|variable| {
        Some((
            variable.env.as_deref()?,
            variable.name.as_str(),
            variable.span,
        ))
    });
    for (env, name, span) in secrets.chain(variables) {
        if let Some((other, first)) = seen.get(env) {
            sink.push(
                Diagnostic::new(
                    Code::OutputClash,
                    format!("`{other}` and `{name}` are both filled from `{env}`"),
                )
                .label(*first, format!("`{other}`"))
                .label(span, format!("and `{name}`"))
                .help("give each a variable of its own, or keep one of the two"),
            );
        } else {
            seen.insert(env, (name, span));
        }
    }
}
