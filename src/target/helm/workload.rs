//! One workload of the model as values of the chart.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::{
    chart::Builder,
    claims, health, image, quantity, security, text,
    values::{Kind, WorkloadValues},
};
use crate::{
    graph::Peer,
    model::{
        Condition, Dependency, FileContent, Mount, MountSource, NetworkMode, Piece, Port, Probe,
        Protocol, Restart, Text, Workload,
    },
    syntax,
};

/// Tries of a job before Kubernetes gives it up; its own default.
const BACKOFF_LIMIT: u32 = 6;

pub fn values(builder: &mut Builder<'_>, workload: &Workload) -> WorkloadValues {
    let platform = builder.context.platform;
    let kind = kind(builder, workload);
    let runtime = &workload.runtime;
    let runs_on = matches!(kind, Kind::Deployment | Kind::StatefulSet);
    let volumes = volumes(builder, workload);
    let (command, args) = command(builder, workload);
    lost_keys(builder, workload, kind);
    WorkloadValues {
        component: workload.component.clone(),
        enabled: workload.profiles.is_empty(),
        kind,
        pod_of: builder.pods.host_of(&workload.name).map(str::to_string),
        image: image::values(platform, &workload.image),
        replicas: runs_on.then_some(workload.replicas),
        strategy: (kind == Kind::Deployment && is_exclusive(builder, workload))
            .then_some("Recreate"),
        restart_policy: (kind == Kind::Job).then_some(match workload.restart {
            Restart::No => "Never",
            Restart::OnFailure | Restart::Always | Restart::UnlessStopped => "OnFailure",
        }),
        backoff_limit: (kind == Kind::Job).then_some(BACKOFF_LIMIT),
        resources: quantity::resources(&workload.resources),
        env: workload
            .env
            .iter()
            .map(|variable| {
                (
                    variable.name.clone(),
                    text::value(platform, &variable.value),
                )
            })
            .collect(),
        command,
        args,
        working_dir: runtime.working_dir.clone(),
        ports: ports(&workload.ports),
        aliases: aliases(builder, workload),
        service_name: (kind == Kind::StatefulSet)
            .then(|| builder.free_name(&format!("{}-headless", workload.name))),
        reaches_itself: reaches_itself(workload),
        health: workload
            .health
            .as_ref()
            .filter(|_| !workload.is_job())
            .map(|health| health::values(platform, health)),
        wait_for: wait_for(builder, workload),
        volumes,
        files: builder.files.mounts(workload),
        user: security::user(platform, workload, &mut builder.losses),
        supplemental_groups: security::supplemental_groups(platform, workload, &mut builder.losses),
        privileged: runtime.privileged,
        read_only_root_filesystem: runtime.read_only,
        capabilities: security::capabilities(workload),
        pod_annotations: annotations(builder, workload),
        node_selector: node_selector(workload),
        host_network: network_mode(workload) == Some(&NetworkMode::Host),
        isolated: network_mode(workload) == Some(&NetworkMode::None),
        starts_pods: builder.starts_pods(workload),
        hostname: runtime
            .hostname
            .clone()
            .filter(|_| kind != Kind::StatefulSet),
        host_aliases: host_aliases(builder, workload),
        share_process_namespace: runtime.init == Some(true),
        termination_grace_period_seconds: runtime.stop_grace_period.map(quantity::seconds),
        tty: runtime.tty,
        stdin: runtime.stdin_open,
    }
}

fn network_mode(workload: &Workload) -> Option<&NetworkMode> {
    workload.network_mode.as_ref().map(|mode| &mode.value)
}

fn kind(builder: &Builder<'_>, workload: &Workload) -> Kind {
    let has_own_claim = workload.mounts.iter().any(
        |mount| matches!(&mount.source, MountSource::Volume(key) if builder.claims.is_own(key)),
    );
    if workload.is_job() {
        Kind::Job
    } else if builder.pods.host_of(&workload.name).is_some() {
        Kind::Container
    } else if has_own_claim {
        Kind::StatefulSet
    } else {
        Kind::Deployment
    }
}

/// Whether it holds something that an old and a new pod can't both have: a claim of one node, the host's ports.
fn is_exclusive(builder: &Builder<'_>, workload: &Workload) -> bool {
    let holds = |mount: &Mount| match &mount.source {
        MountSource::Volume(key) => builder
            .claims
            .alone(key)
            .is_some_and(|claim| !claim.is_shared()),
        MountSource::Bind { .. } => false,
    };
    network_mode(workload) == Some(&NetworkMode::Host) || workload.mounts.iter().any(holds)
}

/// Kubernetes' `command` and `args` are Compose's `entrypoint` and `command`. An empty entrypoint means that the
/// command is all.
fn command(builder: &Builder<'_>, workload: &Workload) -> (Vec<Value>, Vec<Value>) {
    let words = |texts: &Option<Vec<Text>>| -> Vec<Value> {
        let texts = texts.iter().flatten();
        texts
            .map(|text| text::value(builder.context.platform, text))
            .collect()
    };
    let command = words(&workload.command);
    match &workload.entrypoint {
        Some(entrypoint) if entrypoint.is_empty() => (command, Vec::new()),
        entrypoint => (words(entrypoint), command),
    }
}

fn ports(ports: &[Port]) -> Map<String, Value> {
    let value = |port: &Port| {
        let mut value = json!({ "port": port.container.first });
        if port.container.last > port.container.first {
            value["endPort"] = json!(port.container.last);
        }
        value["protocol"] = json!(port.protocol.name().to_ascii_uppercase());
        value
    };
    ports
        .iter()
        .map(|port| (port.name.clone(), value(port)))
        .collect()
}

/// Names that Kubernetes takes for a Service and that nothing else has.
fn aliases(builder: &mut Builder<'_>, workload: &Workload) -> Vec<String> {
    let mut out = Vec::new();
    for alias in &workload.aliases {
        let is_label = alias.len() <= 63
            && alias.starts_with(|c: char| c.is_ascii_lowercase())
            && !alias.ends_with('-')
            && alias
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if is_label && !workload.ports.is_empty() && builder.take_name(alias) {
            out.push(alias.clone());
        } else {
            builder.losses.key(
                workload,
                "aliases",
                &format!("holds `{alias}`, which can't name a Service here: nothing answers to it"),
            );
        }
    }
    out
}

/// Whether its texts name its own Service, as a broker's do that is its own controller.
fn reaches_itself(workload: &Workload) -> bool {
    let address = format!("{}:", workload.name);
    let names_itself = |literal: &str| {
        literal.match_indices(&address).any(|(at, _)| {
            let before = literal[..at].chars().next_back();
            let after = literal[at + address.len()..].chars().next();
            !before.is_some_and(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
                && after.is_some_and(|c| c.is_ascii_digit())
        })
    };
    own_texts(workload)
        .flat_map(|text| &text.pieces)
        .any(|piece| match piece {
            Piece::Literal(literal) => names_itself(literal),
            Piece::Endpoint(endpoint) => endpoint.host == workload.name,
            _ => false,
        })
}

/// What its program reads at the start.
fn own_texts(workload: &Workload) -> impl Iterator<Item = &Text> {
    let files = workload
        .files
        .iter()
        .filter_map(|file| match &file.content {
            FileContent::Text { text, .. } => Some(text),
            _ => None,
        });
    let words = workload
        .entrypoint
        .iter()
        .chain(&workload.command)
        .flatten();
    let env = workload.env.iter().map(|variable| &variable.value);
    words.chain(env).chain(files)
}

/// What must take connections first. A guest waits for nothing: its host might be what the other waits for.
fn wait_for(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for dependency in &workload.depends_on {
        let waits = match dependency.condition {
            Condition::Completed => false,
            Condition::Healthy => true,
            // Where there is no check, taking connections is the nearest thing to having started.
            Condition::Started => builder
                .context
                .platform
                .workload(&dependency.workload)
                .is_some_and(|other| other.health.is_none()),
        };
        let is_guest = builder.pods.host_of(&workload.name).is_some();
        let port = wait_port(builder, workload, dependency).filter(|_| waits && !is_guest);
        match port {
            Some(port) => {
                out.insert(dependency.workload.clone(), json!(port));
            }
            None => lost_order(builder, workload, dependency),
        }
    }
    out
}

/// A TCP port of the other that this one may reach: that of its health check, else its first.
fn wait_port(builder: &Builder<'_>, workload: &Workload, dependency: &Dependency) -> Option<u16> {
    let other = builder.context.platform.workload(&dependency.workload)?;
    if other.is_job() || builder.pods.pod_of(&other.name) == builder.pods.pod_of(&workload.name) {
        return None;
    }
    let peer = Peer::Workload(workload.name.clone());
    let open = |port: &Port| {
        other.component == workload.component
            || builder
                .context
                .graph
                .edges_from(&peer)
                .filter(|edge| edge.to == other.name)
                .flat_map(|edge| &edge.ports)
                .any(|open| open.range == port.container && open.protocol == port.protocol)
    };
    let reachable: Vec<&Port> = other
        .ports
        .iter()
        .filter(|port| port.protocol == Protocol::Tcp && open(port))
        .collect();
    let checked = match other.health.as_ref().map(|health| &health.probe) {
        Some(Probe::Http { number, .. } | Probe::Tcp { number, .. }) => Some(*number),
        _ => None,
    };
    reachable
        .iter()
        .map(|port| port.container.first)
        .find(|number| Some(*number) == checked)
        .or_else(|| reachable.first().map(|port| port.container.first))
}

/// An order that the user wrote and the chart does not keep. What a kind wrote is left to restarts in silence.
fn lost_order(builder: &mut Builder<'_>, workload: &Workload, dependency: &Dependency) {
    if !is_written(workload, dependency) || dependency.condition == Condition::Started {
        return;
    }
    let what = format!(
        "on `{}` to be {} has no form there: `{}` starts at once and is restarted until it succeeds",
        dependency.workload,
        dependency.condition.name(),
        workload.name,
    );
    builder
        .losses
        .push(dependency.span, workload, "depends_on", &what);
}

/// Whether the user's own `depends_on` names it.
fn is_written(workload: &Workload, dependency: &Dependency) -> bool {
    let named = |name: &str| name == dependency.component;
    match workload.written.get("depends_on").map(|node| &node.value) {
        Some(syntax::Value::Array(items)) => {
            items.iter().filter_map(|item| item.as_str()).any(named)
        }
        Some(syntax::Value::Table(table)) => table.get(&dependency.component).is_some(),
        _ => false,
    }
}

/// Named volumes, folders of the host, and memory.
fn volumes(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for mount in workload.mounts.iter().filter(|mount| !mount.compose_only) {
        if let Some(value) = mounted(builder, workload, mount) {
            out.insert(mount.name.clone(), value);
        }
    }
    let runtime = &workload.runtime;
    for entry in &runtime.tmpfs {
        let (path, options) = entry.split_once(':').unwrap_or((entry, ""));
        let mut value = json!({ "mountPath": path, "memory": true });
        for option in options.split(',').filter(|option| !option.is_empty()) {
            match option.split_once('=') {
                Some(("size", size)) => value["sizeLimit"] = json!(tmpfs_size(size)),
                _ if matches!(option, "rw" | "nosuid" | "nodev" | "noexec") => {}
                _ => builder.losses.key(
                    workload,
                    "tmpfs",
                    &format!("has the option `{option}`, which is left out"),
                ),
            }
        }
        insert_free(&mut out, "tmpfs", value);
    }
    if let Some(bytes) = runtime.shm_size {
        let size = quantity::bytes(bytes);
        let value = json!({ "mountPath": "/dev/shm", "memory": true, "sizeLimit": size });
        insert_free(&mut out, "shm", value);
    }
    for device in &runtime.devices {
        let mut parts = device.split(':');
        let source = parts.next().unwrap_or_default();
        let path = parts.next().unwrap_or(source);
        insert_free(
            &mut out,
            "device",
            json!({ "mountPath": path, "hostPath": source }),
        );
    }
    if !runtime.devices.is_empty() && !runtime.privileged {
        builder.losses.key(
            workload,
            "devices",
            "is emitted as mounted paths, which only a privileged container may open as devices",
        );
    }
    out
}

fn mounted(builder: &mut Builder<'_>, workload: &Workload, mount: &Mount) -> Option<Value> {
    let platform = builder.context.platform;
    let mut value = json!({ "mountPath": mount.path });
    match &mount.source {
        MountSource::Volume(key) if builder.claims.is_own(key) => {
            // A new file system may hold `lost+found`, which servers refuse as their data folder.
            value["subPath"] = json!(mount.name);
            value["size"] = json!(claims::size(platform.volume(key)));
            value["accessModes"] = json!(claims::own_access_modes());
        }
        MountSource::Volume(key) => {
            let claim = builder.claims.alone(key)?;
            if claim.create && claim.name == *key {
                value["subPath"] = json!("data");
            }
            value["claim"] = json!(key);
        }
        MountSource::Bind { path, .. } if path.starts_with('/') => {
            value["hostPath"] = json!(path);
        }
        MountSource::Bind { path, .. } => {
            builder.losses.push(
                mount.span,
                workload,
                &format!("volumes.{}", mount.name),
                &format!(
                    "binds `{path}` of the project, which no cluster has: nothing is mounted at `{}`",
                    mount.path
                ),
            );
            return None;
        }
    }
    match mount.propagation.as_deref() {
        Some("slave" | "rslave") => value["mountPropagation"] = json!("HostToContainer"),
        Some("shared" | "rshared") => value["mountPropagation"] = json!("Bidirectional"),
        _ => {}
    }
    if mount.read_only {
        value["readOnly"] = json!(true);
    }
    Some(value)
}

/// Docker's `64m` in Kubernetes' units. Percentages of the host's memory have none.
fn tmpfs_size(size: &str) -> String {
    let digits = size.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = match size[digits.len()..].to_ascii_lowercase().as_str() {
        "k" | "kb" => "Ki",
        "m" | "mb" => "Mi",
        "g" | "gb" => "Gi",
        _ => "",
    };
    format!("{digits}{unit}")
}

fn insert_free(volumes: &mut Map<String, Value>, name: &str, value: Value) {
    let mut free = name.to_string();
    let mut number = 2;
    while volumes.contains_key(&free) {
        free = format!("{name}-{number}");
        number += 1;
    }
    volumes.insert(free, value);
}

/// Labels of Compose may hold anything, and so may annotations.
fn annotations(builder: &mut Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in &workload.runtime.labels {
        if is_qualified(key) {
            out.insert(key.clone(), text::value(builder.context.platform, value));
        } else {
            builder.losses.key(
                workload,
                "labels",
                &format!("holds `{key}`, which Kubernetes takes as no annotation: it is left out"),
            );
        }
    }
    out
}

/// `NAME` or `PREFIX/NAME`, as keys of annotations are.
fn is_qualified(key: &str) -> bool {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let edges = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.ends_with(|c: char| c.is_ascii_alphanumeric())
    };
    let name_holds = edges(name)
        && name.len() <= 63
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let prefix_holds = prefix.is_none_or(|prefix| {
        prefix.len() <= 253
            && prefix.split('.').all(|label| {
                edges(label)
                    && label
                        .chars()
                        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            })
    });
    name_holds && prefix_holds
}

/// `OS/ARCHITECTURE`; a variant has no label.
fn node_selector(workload: &Workload) -> Map<String, Value> {
    let mut parts = workload.runtime.platform.iter().flat_map(|p| p.split('/'));
    ["kubernetes.io/os", "kubernetes.io/arch"]
        .into_iter()
        .filter_map(|label| Some((label.to_string(), json!(parts.next()?))))
        .collect()
}

fn host_aliases(builder: &mut Builder<'_>, workload: &Workload) -> Vec<Value> {
    let mut by_address: Map<String, Value> = Map::new();
    for line in &workload.runtime.extra_hosts {
        let Some((host, address)) = line.split_once(['=', ':']) else {
            continue;
        };
        let address = address.trim_matches(['[', ']']);
        if address.parse::<IpAddr>().is_ok() {
            let hosts = by_address
                .entry(address.to_string())
                .or_insert_with(|| json!([]));
            if let Some(hosts) = hosts.as_array_mut() {
                hosts.push(json!(host));
            }
        } else {
            builder.losses.key(
                workload,
                "extra_hosts",
                &format!("holds `{line}`, which is no address in a cluster: it is left out"),
            );
        }
    }
    by_address
        .into_iter()
        .map(|(ip, hostnames)| json!({ "ip": ip, "hostnames": hostnames }))
        .collect()
}

/// Keys that have no form in a pod at all.
fn lost_keys(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) {
    let runtime = &workload.runtime;
    let restarts = matches!(workload.restart, Restart::No | Restart::OnFailure);
    let lost = [
        (
            !runtime.ulimits.is_empty(),
            "ulimits",
            "has no form there: the node's limits hold",
        ),
        (
            runtime.stop_signal.is_some(),
            "stop_signal",
            "has no form there: pods are stopped by the image's own signal",
        ),
        (
            !workload.networks.is_empty(),
            "networks",
            "has no form there: pods of a cluster share one network",
        ),
        (
            restarts && !workload.is_job(),
            "restart",
            "has no form there: a pod that runs on is always restarted",
        ),
        (
            runtime.hostname.is_some() && kind == Kind::StatefulSet,
            "hostname",
            "has no form there: the pods of a StatefulSet are numbered",
        ),
    ];
    for (is_lost, key, what) in lost {
        if is_lost {
            builder.losses.key(workload, key, what);
        }
    }
}
