//! One workload as one service of a stack.

use serde_json::{Map, Value, json};

use super::{
    HOST_NETWORK, NO_NETWORK,
    mounts::{secrets, volumes},
    ports::ports,
};
use crate::{
    model::{FileContent, FileMount, HostPath, Mount, MountSource, NetworkMode, Restart, Workload},
    speak::{Speak, Stack, literals, units::engine},
    target::{
        Context,
        runtime::shared::{
            files::{Files, files},
            health::healthcheck,
            keys::Keys,
            networks::Networks,
            service::{STACK_LABELS, environment, labels, logging, resources, ulimits},
        },
        shared::{machine, started_with::started_with},
    },
    template::TemplateError,
};

/// How long Swarm waits until it starts again what has ended.
const PAUSE: &str = "5s";

/// What lies on one node can be mounted there alone: Swarm starts the service where the stack is deployed.
const ON_A_MANAGER: &str = "node.role == manager";

/// A service of a stack, and what must be declared for it.
pub(super) struct Service<'a> {
    pub(super) keys: Map<String, Value>,
    pub(super) networks: Vec<String>,
    /// Keys of the platform's volumes that are mounted.
    pub(super) volumes: Vec<&'a str>,
    pub(super) files: Files<'a>,
}

/// Joins a network of the engine's, or those of the stack, in which ports are published; gives back the names of what it joins.
fn join_networks(networks: &Networks<'_>, workload: &Workload, keys: &mut Keys) -> Vec<String> {
    if let Some(network) = engine_network(workload) {
        keys.put("networks", json!([network]));
        return vec![network.to_string()];
    }
    let joined = networks.of(workload);
    let names = joined.keys().cloned().collect();
    keys.put_filled("networks", joined);
    keys.put_filled("ports", ports(workload));
    names
}

/// The keys in the order in which people write them. What has no key here is a loss: see `losses`.
pub(super) fn service<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    workload: &'a Workload,
) -> Result<Service<'a>, TemplateError> {
    let speak = Stack(context.platform);
    let literal = |text: &String| speak.literal(text);
    let runtime = &workload.runtime;
    let files = files(context, &speak, workload);
    let mut keys = Keys::default();
    keys.put("image", speak.text(&workload.image.text()));
    let started = started_with(workload);
    keys.put_filled("entrypoint", speak.texts(started.entrypoint));
    keys.put_filled("command", speak.texts(started.command));
    keys.put_optional(
        "user",
        runtime.user.as_ref().map(|user| speak.text(&user.text)),
    );
    keys.put_optional("working_dir", runtime.working_dir.as_ref().map(literal));
    keys.put_filled("environment", environment(&speak, &workload.env));
    keys.put_filled("volumes", volumes(&speak, workload, &files));
    keys.put_filled("secrets", secrets(&speak, workload, &files));
    let networks = join_networks(networks, workload, &mut keys);
    keys.put_optional(
        "healthcheck",
        healthcheck(&speak, context.engine, workload)?,
    );
    keys.put_optional("hostname", runtime.hostname.as_ref().map(literal));
    keys.put_filled(
        "extra_hosts",
        literals(&speak, &machine::extra_hosts(context, workload)),
    );
    keys.put_filled("read_only", runtime.read_only);
    keys.put_filled("ulimits", ulimits(&runtime.ulimits));
    keys.put_filled("cap_add", literals(&speak, &runtime.cap_add));
    keys.put_filled("cap_drop", literals(&speak, &runtime.cap_drop));
    keys.put_optional("init", runtime.init);
    keys.put_filled("tty", runtime.tty);
    keys.put_filled("stdin_open", runtime.stdin_open);
    let signal = runtime.stop_signal.as_ref().map(ToString::to_string);
    keys.put_optional("stop_signal", signal.as_ref().map(literal));
    let grace = runtime.stop_grace_period.map(engine::duration);
    keys.put_optional("stop_grace_period", grace);
    keys.put("logging", logging(context.platform, STACK_LABELS));
    let digest = files.digest.clone();
    keys.put_filled("labels", labels(&speak, &runtime.labels, digest));
    keys.put("deploy", deploy(workload));
    Ok(Service {
        keys: keys.0,
        networks,
        volumes: named_volumes(workload),
        files,
    })
}

fn engine_network(workload: &Workload) -> Option<&'static str> {
    match workload.network_mode.as_ref().map(|mode| &mode.value) {
        Some(NetworkMode::Host) => Some(HOST_NETWORK.0),
        Some(NetworkMode::None) => Some(NO_NETWORK.0),
        Some(NetworkMode::Service(_)) | None => None,
    }
}

fn named_volumes(workload: &Workload) -> Vec<&str> {
    let mounts = workload.mounts.iter();
    mounts
        .filter_map(|mount| match &mount.source {
            MountSource::Volume(key) => Some(key.as_str()),
            MountSource::Bind { .. } => None,
        })
        .collect()
}

/// Whether several containers have one name, which Prometheus has to find each of.
pub(super) fn is_found_by_name(workload: &Workload) -> bool {
    let is_asked = !workload.metrics.is_empty() || workload.probed;
    is_asked && (workload.replicas > 1 || workload.daemon)
}

/// Whether it publishes by Swarm's own network, which then stands before all its containers with one address.
pub(super) fn has_one_address(workload: &Workload) -> bool {
    !workload.daemon && workload.ports.iter().any(|port| port.host.is_some())
}

fn deploy(workload: &Workload) -> Map<String, Value> {
    let mut keys = Keys::default();
    if is_found_by_name(workload) && !has_one_address(workload) {
        keys.put("endpoint_mode", "dnsrr");
    }
    if workload.is_job() {
        keys.put("mode", "replicated-job");
    }
    match (workload.daemon, workload.profiles.is_empty()) {
        (true, true) => keys.put("mode", "global"),
        (false, true) => keys.put("replicas", workload.replicas),
        (_, false) => keys.put("replicas", 0),
    }
    keys.put("restart_policy", restart_policy(workload));
    if needs_a_manager(workload) {
        keys.put("placement", json!({ "constraints": [ON_A_MANAGER] }));
    }
    keys.put_filled("resources", resources(&workload.resources, None));
    keys.0
}

/// What every node has, or gets, keeps no daemon away from it: its own folders, and volumes.
fn needs_a_manager(workload: &Workload) -> bool {
    let is_secret = |file: &FileMount| matches!(file.content, FileContent::Secret(_));
    let is_of_project =
        |mount: &Mount| matches!(mount.source.on_host(), Some(HostPath::Project(_)));
    let mut mounts = workload.mounts.iter();
    let is_mounted = if workload.daemon {
        mounts.any(is_of_project)
    } else {
        mounts.next().is_some()
    };
    is_mounted || !workload.files.iter().all(is_secret)
}

/// A job that waits for others in Compose fails here until they are there.
fn restart_policy(workload: &Workload) -> Value {
    let condition = match workload.restart {
        Restart::No if workload.is_job() && !workload.depends_on.is_empty() => "on-failure",
        Restart::No => "none",
        Restart::OnFailure(_) => "on-failure",
        Restart::Always | Restart::UnlessStopped => "any",
    };
    let mut keys = Keys::default();
    keys.put("condition", condition);
    if condition != "none" {
        keys.put("delay", PAUSE);
    }
    if let Restart::OnFailure(times) = workload.restart {
        keys.put_optional("max_attempts", times);
    }
    Value::Object(keys.0)
}
