//! One workload as one Compose service.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Losses, health,
    mounts::{self, Mounts},
    networks::Networks,
    speak,
    tree::{self, Keys},
    units,
};
use crate::{
    model::{
        Build, Condition, Dependency, FileContent, Gpu, Health, MountSource, NetworkMode, Platform,
        Resources, Runtime, Text, Workload,
    },
    target::Context,
    template::TemplateError,
};

/// The label that makes Compose start a container anew when a file that it mounts has changed.
const FILES_LABEL: &str = "io.mlopsgen.files";

/// A service and what its file must declare for it.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) keys: Map<String, Value>,
    pub(super) networks: Vec<String>,
    pub(super) mounts: Mounts,
}

/// A service with the user's raw keys over it.
pub(super) fn service<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    workload: &'a Workload,
    losses: &mut Losses,
) -> Result<Service, TemplateError> {
    let mut service = plain(context, networks, workload, losses)?;
    let raw = speak::raw(context.platform, &workload.raw_compose);
    tree::merge_service(&mut service.keys, &raw);
    if let Some(networks) = service.keys.get_mut("networks") {
        tree::as_list_if_bare(networks);
    }
    Ok(service)
}

/// The keys in the order in which people write them.
pub(super) fn plain<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    workload: &'a Workload,
    losses: &mut Losses,
) -> Result<Service, TemplateError> {
    let platform = context.platform;
    let mounts = mounts::mounts(context, workload, losses);
    let joined = networks.of(workload);
    let mut keys = Keys::default();
    keys.put("image", speak::text(platform, &workload.image.text()));
    if let Some(build) = &workload.build {
        keys.put("build", build_section(platform, build));
    }
    process(platform, workload, &mut keys);
    keys.put_filled("profiles", literals(&workload.profiles));
    keys.put_filled("environment", environment(context, workload));
    keys.put_filled("ports", networks.ports(workload));
    keys.put_filled("volumes", mounts.volumes.clone());
    keys.put_filled("secrets", mounts.secrets.clone());
    keys.put_filled("configs", mounts.configs.clone());
    keys.put_filled("depends_on", dependencies(context, workload));
    network_mode(workload, losses, &mut keys);
    keys.put_filled("networks", joined.clone());
    if let Some(health) = workload.health.as_ref().filter(|health| health.inside) {
        keys.put("healthcheck", healthcheck(context, health)?);
    }
    keys.put("restart", workload.restart.name());
    runtime(workload, losses, &mut keys);
    keys.put_filled("deploy", deploy(networks, workload, losses));
    keys.put("logging", logging());
    keys.put_filled("labels", labels(platform, workload, &mounts));
    Ok(Service {
        keys: keys.0,
        networks: joined.keys().cloned().collect(),
        mounts,
    })
}

fn process(platform: &Platform, workload: &Workload, keys: &mut Keys) {
    let runtime = &workload.runtime;
    keys.put_some(
        "platform",
        runtime.platform.as_ref().map(ToString::to_string),
    );
    keys.put_some(
        "entrypoint",
        workload
            .entrypoint
            .as_ref()
            .map(|words| texts(platform, words)),
    );
    keys.put_some(
        "command",
        workload
            .command
            .as_ref()
            .map(|words| texts(platform, words)),
    );
    keys.put_some(
        "user",
        runtime
            .user
            .as_ref()
            .map(|user| speak::text(platform, user)),
    );
    keys.put_filled("group_add", texts(platform, &runtime.group_add));
    keys.put_some(
        "working_dir",
        runtime.working_dir.as_deref().map(speak::literal),
    );
}

fn environment(context: &Context<'_>, workload: &Workload) -> Map<String, Value> {
    workload
        .env
        .iter()
        .map(|variable| {
            let value = speak::text(context.platform, &variable.value);
            (variable.name.clone(), Value::from(value))
        })
        .collect()
}

fn build_section(platform: &Platform, build: &Build) -> Map<String, Value> {
    let mut keys = Keys::default();
    keys.put("context", mounts::source(platform, &build.context));
    keys.put_some(
        "dockerfile",
        build.dockerfile.as_deref().map(speak::literal),
    );
    let args = build
        .args
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(speak::text(platform, value))));
    keys.put_filled("args", args.collect::<Map<_, _>>());
    keys.put_some("target", build.target.as_deref().map(speak::literal));
    keys.put_filled("cache_from", literals(&build.cache_from));
    keys.0
}

/// What it waits for. What is optional and of a group that may be absent stands in a file of its own: Compose refuses a
/// service that none of the files given has, optional or not.
fn dependencies(context: &Context<'_>, workload: &Workload) -> Map<String, Value> {
    workload
        .depends_on
        .iter()
        .filter(|dependency| !is_across(context, workload, dependency))
        .map(|dependency| (dependency.workload.clone(), condition(dependency)))
        .collect()
}

/// Whether a dependency is optional and leads into a group that this one can start without.
pub(super) fn is_across(
    context: &Context<'_>,
    workload: &Workload,
    dependency: &Dependency,
) -> bool {
    let Some(other) = context.platform.workload(&dependency.workload) else {
        return false;
    };
    let own = BTreeSet::from([workload.group.clone()]);
    dependency.optional && !context.graph.groups_needed(&own).contains(&other.group)
}

pub(super) fn condition(dependency: &Dependency) -> Value {
    let condition = match dependency.condition {
        Condition::Healthy => "service_healthy",
        Condition::Completed => "service_completed_successfully",
        Condition::Started => "service_started",
    };
    if dependency.optional {
        json!({ "condition": condition, "required": false })
    } else {
        json!({ "condition": condition })
    }
}

fn network_mode(workload: &Workload, losses: &mut Losses, keys: &mut Keys) {
    let Some(mode) = &workload.network_mode else {
        return;
    };
    let value = match &mode.value {
        NetworkMode::Host => "host".to_string(),
        NetworkMode::None => "none".to_string(),
        NetworkMode::Service(name) => format!("service:{name}"),
    };
    keys.put("network_mode", value);
    if !matches!(mode.value, NetworkMode::Service(_)) {
        for (key, filled) in [
            ("aliases", !workload.aliases.is_empty()),
            ("networks", !workload.networks.is_empty()),
        ] {
            if filled {
                losses.key(workload, key, "joins no network: nothing is emitted for it");
            }
        }
    }
}

fn healthcheck(context: &Context<'_>, check: &Health) -> Result<Value, TemplateError> {
    health::healthcheck(context.platform, context.engine, check)
}

fn runtime(workload: &Workload, losses: &mut Losses, keys: &mut Keys) {
    let runtime = &workload.runtime;
    let shares_network = workload
        .network_mode
        .as_ref()
        .is_some_and(|mode| matches!(mode.value, NetworkMode::Service(_)));
    if shares_network {
        for (key, filled) in [
            ("hostname", runtime.hostname.is_some()),
            ("extra_hosts", !runtime.extra_hosts.is_empty()),
        ] {
            if filled {
                losses.key(
                    workload,
                    key,
                    "shares the network of another: the engine takes it there only, and nothing is emitted for it",
                );
            }
        }
    } else {
        keys.put_some("hostname", runtime.hostname.as_deref().map(speak::literal));
        keys.put_filled("extra_hosts", spoken(&runtime.extra_hosts));
    }
    let copies_secrets = workload
        .files
        .iter()
        .any(|file| matches!(file.content, FileContent::Secret(_)));
    if runtime.read_only && copies_secrets {
        losses.key(
            workload,
            "read_only",
            "mounts a secret, which Compose can't copy into a read-only file system: `read_only` is left out",
        );
    }
    keys.put_filled("read_only", runtime.read_only && !copies_secrets);
    keys.put_filled("tmpfs", spoken(&runtime.tmpfs));
    keys.put_some("shm_size", runtime.shm_size.map(units::bytes));
    keys.put_filled("ulimits", ulimits(runtime));
    keys.put_filled("privileged", runtime.privileged);
    if runtime.no_new_privileges {
        keys.put("security_opt", vec!["no-new-privileges:true"]);
    }
    keys.put_filled("cap_add", literals(&runtime.cap_add));
    keys.put_filled("cap_drop", literals(&runtime.cap_drop));
    keys.put_filled("devices", spoken(&runtime.devices));
    keys.put_some("init", runtime.init);
    keys.put_filled("tty", runtime.tty);
    keys.put_filled("stdin_open", runtime.stdin_open);
    keys.put_some(
        "stop_signal",
        runtime.stop_signal.as_deref().map(speak::literal),
    );
    keys.put_some(
        "stop_grace_period",
        runtime.stop_grace_period.map(units::duration),
    );
}

fn ulimits(runtime: &Runtime) -> Map<String, Value> {
    runtime
        .ulimits
        .iter()
        .map(|limit| {
            let value = if limit.soft == limit.hard {
                json!(limit.soft)
            } else {
                json!({ "soft": limit.soft, "hard": limit.hard })
            };
            (limit.name.clone(), value)
        })
        .collect()
}

fn deploy(networks: &Networks<'_>, workload: &Workload, losses: &mut Losses) -> Map<String, Value> {
    let mut keys = Keys::default();
    let replicas = replicas(networks, workload, losses);
    if replicas != 1 {
        keys.put("replicas", replicas);
    }
    keys.put_filled("resources", resources(&workload.resources));
    keys.0
}

/// One container where several would want the same port of the host or write to the same volume.
fn replicas<'a>(networks: &Networks<'a>, workload: &'a Workload, losses: &mut Losses) -> u32 {
    let writes = workload
        .mounts
        .iter()
        .any(|mount| !mount.read_only && matches!(mount.source, MountSource::Volume(_)));
    let why = if networks.publishes(workload) {
        "publishes a port"
    } else if writes {
        "writes a named volume"
    } else {
        return workload.replicas;
    };
    if workload.replicas > 1 {
        losses.key(
            workload,
            "replicas",
            &format!("{why}: Compose gets one container"),
        );
    }
    workload.replicas.min(1)
}

fn resources(resources: &Resources) -> Map<String, Value> {
    let memory = resources.memory.map(units::bytes);
    let mut limits = Keys::default();
    limits.put_some("cpus", resources.cpu_limit.map(units::processors));
    limits.put_some("memory", memory.clone());
    let mut reservations = Keys::default();
    reservations.put_some("cpus", resources.cpu.map(units::processors));
    reservations.put_some("memory", memory);
    reservations.put_some("devices", resources.gpu.as_ref().map(gpu));
    let mut keys = Keys::default();
    keys.put_filled("limits", limits.0);
    keys.put_filled("reservations", reservations.0);
    keys.0
}

fn gpu(gpu: &Gpu) -> Value {
    let (key, which) = match gpu {
        Gpu::Count(count) => ("count", json!(count)),
        Gpu::All => ("count", json!("all")),
        Gpu::Devices(ids) => ("device_ids", json!(literals(ids))),
    };
    json!([{ "driver": "nvidia", key: which, "capabilities": ["gpu"] }])
}

/// The engine keeps a container's output forever unless told otherwise.
fn logging() -> Value {
    json!({ "driver": "json-file", "options": { "max-size": "10m", "max-file": "3" } })
}

fn labels(platform: &Platform, workload: &Workload, mounts: &Mounts) -> Map<String, Value> {
    let mut keys = Keys::default();
    for (name, value) in &workload.runtime.labels {
        keys.put(name, speak::text(platform, value));
    }
    keys.put_some(FILES_LABEL, mounts.digest.clone());
    keys.0
}

fn texts(platform: &Platform, texts: &[Text]) -> Vec<String> {
    texts
        .iter()
        .map(|text| speak::text(platform, text))
        .collect()
}

/// Values whose own form is the engine's.
fn spoken<T: std::fmt::Display>(values: &[T]) -> Vec<String> {
    let literal = |value: &T| speak::literal(&value.to_string());
    values.iter().map(literal).collect()
}

fn literals(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| speak::literal(text)).collect()
}
