//! One workload of the model as values of the chart.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    chart::Builder,
    health, image, mounts, order, pod, resources, security,
    values::{Kind, WorkloadValues},
};
use crate::{
    graph::Peer,
    model::{
        Gpu, Health, MountSource, NetworkMode, Port, Purpose, Resources, Restart, Runtime, Text,
        Workload, is_dns_label,
    },
    speak::{Chart, Speak},
    target::shared::{
        machine::{is_on_machine, knows_machine},
        public_address, scrape,
        started_with::started_with,
    },
    value::MACHINE,
};

/// Tries of a job before it counts as failed; Kubernetes' own default.
const BACKOFF_LIMIT: u32 = 6;

pub fn values(builder: &mut Builder<'_>, workload: &Workload) -> WorkloadValues {
    let platform = builder.context.platform;
    let kind = kind(builder, workload);
    let runtime = &workload.runtime;
    let volumes = mounts::volumes(builder, workload);
    let (command, args) = command(builder, workload);
    lost_keys(builder, workload, kind);
    let is_guest = builder.pods.foreign_owner_of(&workload.name).is_some();
    if is_guest {
        lost_keys_of_guest(builder, workload);
    }
    let has_end = kind == Kind::Job && !is_guest;
    WorkloadValues {
        component: workload.component.clone(),
        enabled: platform.starts_in_chart(workload),
        kind,
        pod_of: builder
            .pods
            .foreign_owner_of(&workload.name)
            .map(str::to_string),
        selector: None,
        serves: None,
        asks_api: false,
        reaches_cluster: false,
        admits: Vec::new(),
        own_service: false,
        chart_secret: None,
        image: Some(image::values(platform, &workload.image)),
        replicas: match kind {
            _ if is_guest => None,
            Kind::Deployment | Kind::StatefulSet => Some(workload.replicas),
            Kind::Job => Some(workload.replicas).filter(|pods| *pods > 1),
            Kind::DaemonSet | Kind::Container | Kind::Chart => None,
        },
        strategy: (kind == Kind::Deployment && mounts::is_exclusive(builder, workload))
            .then_some("Recreate"),
        restart_policy: has_end.then_some(restart_policy(workload)),
        backoff_limit: has_end.then_some(match workload.restart {
            Restart::OnFailure(Some(times)) => times,
            _ => BACKOFF_LIMIT,
        }),
        resources: resources::resources(&workload.resources),
        env: environment(builder, workload),
        command,
        args,
        working_dir: runtime.working_dir.clone(),
        ports: ports(&workload.ports),
        aliases: aliases(builder, workload),
        service_name: service_name(builder, workload, kind),
        health: health(builder, workload),
        sync_wave: builder
            .waves
            .get(&workload.name)
            .copied()
            .filter(|_| !is_guest),
        wait_for: order::wait_for(builder, workload),
        wait_for_jobs: order::wait_for_jobs(builder, workload),
        volumes,
        files: builder.files.mounts(workload),
        user: security::user(platform, workload, &mut builder.losses),
        may_be_root: security::may_be_root(workload),
        unrestricted: security::unrestricted(workload, &builder.claims),
        privileged: runtime.privileged,
        allow_privilege_escalation: runtime.no_new_privileges.then_some(false),
        read_only_root_filesystem: runtime.read_only,
        capabilities: security::capabilities(workload),
        pod: pod::values(builder, workload, kind),
        tty: runtime.tty,
        stdin: runtime.stdin_open,
    }
}

/// A job of another's pod is one of its init containers, which have no probes. A failing job is not restarted for its check, as in
/// Compose.
fn health(builder: &mut Builder<'_>, workload: &Workload) -> Option<health::HealthValues> {
    let health = workload.health.as_ref()?;
    if !workload.is_job() {
        return Some(health::values(builder.context.platform, health));
    }
    if builder.pods.foreign_owner_of(&workload.name).is_some() {
        let reason = "has no form in the chart: the job is an init container, so its pod waits until it ends";
        builder.losses.key(workload, "health", reason);
        return None;
    }
    let health = Health {
        liveness: false,
        ..health.clone()
    };
    Some(health::values(builder.context.platform, &health))
}

/// A pod of a job ends, or is started again when it fails.
fn restart_policy(job: &Workload) -> &'static str {
    match job.restart {
        Restart::No => "Never",
        Restart::OnFailure(_) | Restart::Always | Restart::UnlessStopped => "OnFailure",
    }
}

/// The Service that gives each pod a name of its own, or that Prometheus finds pods by.
fn service_name(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) -> Option<String> {
    match kind {
        Kind::StatefulSet => {
            let name = format!("{}-headless", workload.name);
            Some(builder.names.take_numbered(&name))
        }
        Kind::Deployment | Kind::DaemonSet => {
            scrape::service_of_pods(builder.context.platform, workload)
        }
        Kind::Job | Kind::Container | Kind::Chart => None,
    }
}

fn environment(builder: &Builder<'_>, workload: &Workload) -> Map<String, Value> {
    let speaker = Chart(builder.context.platform);
    let own = workload.env.iter();
    let own = own.map(|variable| (variable.name.clone(), speaker.value(&variable.value)));
    let folders = mounts::folders(builder, workload).into_iter();
    let folders = folders.map(|(name, path)| (name, json!(path)));
    let public = match builder.starts_pods(workload) {
        true => public_address::of_tasks(builder.context.platform),
        false => BTreeMap::new(),
    };
    // What a user says themselves stands last, and holds.
    public.into_iter().chain(own).chain(folders).collect()
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
    } else if builder.pods.foreign_owner_of(&workload.name).is_some() {
        Kind::Container
    } else if workload.daemon {
        Kind::DaemonSet
    } else if has_own_claim {
        Kind::StatefulSet
    } else {
        Kind::Deployment
    }
}

/// Kubernetes' `command` and `args` are Compose's `entrypoint` and `command`.
fn command(builder: &mut Builder<'_>, workload: &Workload) -> (Vec<Value>, Vec<Value>) {
    let words = |texts: &[Text]| -> Vec<Value> {
        let chart = Chart(builder.context.platform);
        texts.iter().map(|text| chart.value(text)).collect()
    };
    let started = started_with(workload);
    let all = (words(started.entrypoint), words(started.command));
    if started.keeps_entrypoint {
        builder.losses.key(workload, "entrypoint", EMPTY);
    }
    all
}

pub(super) fn ports(ports: &[Port]) -> Map<String, Value> {
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
pub(super) fn aliases(builder: &mut Builder<'_>, workload: &Workload) -> Vec<String> {
    let mut out = Vec::new();
    let is_init = workload.is_job() && builder.pods.foreign_owner_of(&workload.name).is_some();
    for alias in &workload.aliases {
        let is_label = is_dns_label(alias) && alias.starts_with(|c: char| c.is_ascii_lowercase());
        let why = if is_init {
            "and it ends before its pod listens: nothing answers to it"
        } else if !is_label {
            "which can't be the name of a Service: nothing answers to it"
        } else if workload.ports.is_empty() {
            "and it has no port that a Service of this name could lead to: nothing answers to it"
        } else if builder.names.take(alias) {
            out.push(alias.clone());
            continue;
        } else {
            "which is the name of another Service: only that one answers to it"
        };
        let losses = &mut builder.losses;
        losses.key(workload, "aliases", &format!("holds `{alias}`, {why}"));
    }
    out
}

/// What runs elsewhere, on the machine of the engine, which a cluster has no name for. What Prometheus does not scrape is
/// reported with its scrape jobs.
pub(super) fn unreachable_machine(builder: &mut Builder<'_>, workload: &Workload) {
    let context = builder.context;
    let component = context.platform.component(&workload.component);
    if knows_machine(workload) || component.is_some_and(|it| it.purpose == Some(Purpose::Metrics)) {
        return;
    }
    let peer = Peer::Workload(workload.name.clone());
    for edge in context.graph.outside_edges_of(&peer) {
        let component = context.platform.component(&edge.component);
        if component.is_some_and(|it| is_on_machine(it, &edge.port)) {
            builder.losses.of_component(
                &workload.component,
                workload.span,
                &format!(
                    "`{}` cannot reach `{}`: in a cluster `{MACHINE}` is no address",
                    workload.name, edge.component
                ),
                |it| it.or_accept(format!("where pods reach it at an address of its own, write `extra_hosts = [\"{MACHINE}:10.0.0.5\"]`")),
            );
        }
    }
}

/// Keys that have no form in a pod at all. The model is taken apart field by field, so that the compiler asks of a new one
/// what the chart makes of it.
fn lost_keys(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) {
    let Workload {
        resources:
            Resources {
                gpu,
                // What a container asks for, and its limits.
                cpu: _,
                memory: _,
                cpu_limit: _,
            },
        networks,
        restart,
        // `lost_keys_of_runtime` has its fields.
        runtime: _,
        // A pod has these, or the chart's values for it; what of them has no form is reported where they are written.
        name: _,
        component: _,
        part: _,
        group: _,
        lifecycle: _,
        description: _,
        image: _,
        entrypoint: _,
        command: _,
        env: _,
        ports: _,
        mounts: _,
        node_mounts: _,
        files: _,
        health: _,
        replicas: _,
        scaled_to: _,
        daemon: _,
        profiles: _,
        network_mode: _,
        aliases: _,
        depends_on: _,
        reaches: _,
        raw_helm: _,
        values: _,
        // The image is built and pushed before a cluster runs it.
        build: _,
        // Prometheus has it.
        metrics: _,
        probed: _,
        // They are for Compose.
        raw_compose: _,
        env_files: _,
        // What a chart of others runs has no values here.
        chart: _,
        in_chart: _,
        written: _,
        span: _,
    } = workload;
    let is_on_node = network_mode(workload) == Some(&NetworkMode::Host);
    let asks_for_certain = matches!(gpu, Some(Gpu::All | Gpu::Devices(_)));
    let ends = matches!(restart, Restart::No | Restart::OnFailure(_));
    let ends = ends && !workload.is_job();
    let lost = [
        ("network_mode", is_on_node.then_some(IN_NODE_NETWORK)),
        ("resources", asks_for_certain.then_some(CERTAIN_GPUS)),
        ("networks", (!networks.is_empty()).then_some(NETWORKS)),
        ("restart", ends.then_some(ENDS)),
    ];
    builder.losses.keys(workload, lost);
    let strategy = workload.values.entry("strategy");
    if let Some(entry) = strategy.filter(|_| kind == Kind::StatefulSet) {
        let span = entry.key.span;
        builder
            .losses
            .key_at(workload, span, "strategy", ENDS_FIRST);
    }
    lost_keys_of_runtime(builder, workload, kind);
}

const IN_NODE_NETWORK: &str = "puts it in the node's network, where no NetworkPolicy holds for it: what reaches the node reaches all its ports, and what it reaches may refuse the node's address. Let it in with `networkPolicy.extraIngress` there (`ipBlock`), and close the ports on the node";
const CERTAIN_GPUS: &str =
    "asks for all or for certain GPUs; Kubernetes can only count them: it gets none";
const NETWORKS: &str = "has no form in the chart: pods of a cluster share one network";
const ENDS: &str = "has no form in the chart: a pod that runs on is always restarted";

const EMPTY: &str = "is empty, which says nothing in a pod: the image's own words hold";

const ENDS_FIRST: &str = "has no effect: the volume makes it a StatefulSet, which always stops a pod before starting its replacement";

/// Keys of a workload in another's pod that are about a number of pods or tries, which are the pod's.
fn lost_keys_of_guest(builder: &mut Builder<'_>, workload: &Workload) {
    let kinds = &builder.context.platform.kind_sources;
    let restart = workload.written.entry("restart");
    let restart = restart.filter(|it| !kinds.contains(&it.key.span.source));
    let is_tried = workload.is_job() && restart.is_some();
    let lost = [
        ("replicas", (workload.replicas > 1).then_some(OF_POD)),
        ("restart", is_tried.then_some(OF_INIT)),
    ];
    builder.losses.keys(workload, lost);
}

const OF_POD: &str =
    "has no form in the chart: it runs once in each pod of the workload whose pod it is in";
const OF_INIT: &str = "has no form in the chart: the pod that the job is in tries it again until it succeeds, and starts then";

/// The same for the keys that decide how a container runs.
fn lost_keys_of_runtime(builder: &mut Builder<'_>, workload: &Workload, kind: Kind) {
    let Runtime {
        ulimits,
        stop_signal,
        hostname,
        // A pod or its container has these; what of them has no form is reported where they are written.
        user: _,
        cluster_user: _,
        unrestricted: _,
        cluster_only: _,
        alone: _,
        reads: _,
        reads_everywhere: _,
        group_add: _,
        privileged: _,
        no_new_privileges: _,
        read_only: _,
        tmpfs: _,
        devices: _,
        labels: _,
        working_dir: _,
        init: _,
        shm_size: _,
        cap_add: _,
        cap_drop: _,
        extra_hosts: _,
        platform: _,
        tty: _,
        stdin_open: _,
        stop_grace_period: _,
    } = &workload.runtime;
    let lost_hostname = match hostname {
        Some(_) if kind == Kind::StatefulSet => Some(NUMBERED),
        Some(name) if !is_dns_label(name) => Some(NO_NAME_OF_A_POD),
        _ => None,
    };
    let lost = [
        ("ulimits", (!ulimits.is_empty()).then_some(NODE_LIMITS)),
        ("stop_signal", stop_signal.is_some().then_some(OWN_SIGNAL)),
        ("hostname", lost_hostname),
    ];
    builder.losses.keys(workload, lost);
}

const NODE_LIMITS: &str = "has no form in the chart: the node's limits hold";
const OWN_SIGNAL: &str = "has no form in the chart: pods are stopped by the image's own signal";
const NUMBERED: &str = "has no form in the chart: the pods of a StatefulSet are numbered";
const NO_NAME_OF_A_POD: &str = "is no name of a pod, which has lower-case letters, digits and `-`, at most 63: a pod's own name is its hostname";
