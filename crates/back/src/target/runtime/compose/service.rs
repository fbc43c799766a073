//! One workload as one Compose service.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    mounts::{self, Mounts},
    ports::ports,
    tree,
};
use crate::{
    model::{
        Build, Condition, Dependency, FileContent, Gpu, NetworkMode, Resources, Runtime, Workload,
    },
    speak::{Compose, Speak, literals, units::engine},
    target::{
        Context,
        runtime::shared::{
            files::host_path,
            health::healthcheck,
            keys::Keys,
            networks::Networks,
            service::{COMPOSE_LABELS, environment, labels, logging, resources, ulimits, words},
        },
        shared::{losses::Losses, machine, replicas::why_one_in_compose},
    },
    template::TemplateError,
};

/// A service and what its file must declare for it.
#[derive(Debug)]
pub(super) struct Service<'a> {
    pub(super) keys: Map<String, Value>,
    pub(super) networks: Vec<String>,
    pub(super) mounts: Mounts<'a>,
}

/// A service with the user's raw keys over it.
pub(super) fn service<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    workload: &'a Workload,
    losses: &mut Losses,
) -> Result<Service<'a>, TemplateError> {
    let mut service = plain(context, networks, workload, losses)?;
    let raw = Compose(context.platform).raw(&workload.raw_compose);
    tree::merge_service(&mut service.keys, &raw);
    if let Some(networks) = service.keys.get_mut("networks") {
        tree::as_list_if_bare(networks);
    }
    Ok(service)
}

/// The keys in the order in which people write them.
fn plain<'a>(
    context: &Context<'a>,
    networks: &Networks<'a>,
    workload: &'a Workload,
    losses: &mut Losses,
) -> Result<Service<'a>, TemplateError> {
    let speak = Compose(context.platform);
    let mounts = mounts::mounts(context, &speak, workload, losses);
    let joined = networks.of(workload);
    let mut keys = Keys::default();
    keys.put("image", speak.text(&workload.image.text()));
    if let Some(build) = &workload.build {
        keys.put("build", build_section(&speak, build));
    }
    process(&speak, workload, &mut keys);
    keys.put_filled("profiles", literals(&speak, &workload.profiles));
    keys.put_filled("environment", environment(&speak, &workload.env));
    keys.put_filled("ports", ports(networks, workload));
    keys.put_filled("volumes", mounts.volumes.clone());
    keys.put_filled("secrets", mounts.secrets.clone());
    keys.put_filled("configs", mounts.configs.clone());
    keys.put_filled("depends_on", dependencies(context, workload));
    network_mode(workload, losses, &mut keys);
    keys.put_filled("networks", joined.clone());
    keys.put_optional(
        "healthcheck",
        healthcheck(&speak, context.engine, workload)?,
    );
    keys.put("restart", workload.restart.name());
    runtime(context, workload, losses, &mut keys);
    keys.put_filled("deploy", deploy(&speak, networks, workload, losses));
    keys.put("logging", logging(context.platform, COMPOSE_LABELS));
    keys.put_filled(
        "labels",
        labels(
            &speak,
            &workload.runtime.labels,
            mounts.files.digest.clone(),
        ),
    );
    Ok(Service {
        keys: keys.0,
        networks: joined.keys().cloned().collect(),
        mounts,
    })
}

fn process(speak: &dyn Speak, workload: &Workload, keys: &mut Keys) {
    let runtime = &workload.runtime;
    let literal = |text: &String| speak.literal(text);
    keys.put_optional(
        "platform",
        runtime.platform.as_ref().map(ToString::to_string),
    );
    keys.put_optional("entrypoint", words(speak, &workload.entrypoint));
    keys.put_optional("command", words(speak, &workload.command));
    keys.put_optional(
        "user",
        runtime.user.as_ref().map(|user| speak.text(&user.text)),
    );
    let groups = runtime.group_add.iter();
    let groups: Vec<String> = groups.map(|group| speak.text(&group.text)).collect();
    keys.put_filled("group_add", groups);
    keys.put_optional("working_dir", runtime.working_dir.as_ref().map(literal));
}

fn build_section(speak: &dyn Speak, build: &Build) -> Map<String, Value> {
    let literal = |text: &String| speak.literal(text);
    let mut keys = Keys::default();
    keys.put(
        "context",
        host_path(speak, speak.platform(), &build.context),
    );
    keys.put_optional("dockerfile", build.dockerfile.as_ref().map(literal));
    let args = build.args.iter();
    let args = args.map(|(name, value)| (name.clone(), Value::from(speak.text(value))));
    keys.put_filled("args", args.collect::<Map<_, _>>());
    keys.put_optional("target", build.target.as_ref().map(literal));
    keys.put_filled("cache_from", literals(speak, &build.cache_from));
    keys.0
}

/// Its dependencies. An optional dependency on a group that may be absent stands in a separate file: Compose refuses a
/// dependency on a service that no given file has, even an optional one.
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

fn runtime(context: &Context<'_>, workload: &Workload, losses: &mut Losses, keys: &mut Keys) {
    let speak = &Compose(context.platform);
    let Runtime {
        read_only,
        tmpfs,
        shm_size,
        ulimits: limits,
        privileged,
        no_new_privileges,
        cap_add,
        cap_drop,
        devices,
        init,
        tty,
        stdin_open,
        stop_signal,
        stop_grace_period,
        // `own_network` has them.
        hostname: _,
        extra_hosts: _,
        // These stand further up or down in the service.
        platform: _,
        user: _,
        group_add: _,
        working_dir: _,
        labels: _,
        // They are for clusters; `cluster.only` is a profile here.
        cluster_user: _,
        unrestricted: _,
        cluster_only: _,
        alone: _,
        reads: _,
        reads_everywhere: _,
    } = &workload.runtime;
    own_network(context, workload, losses, keys);
    keys.put_filled(
        "read_only",
        *read_only && may_be_read_only(workload, losses),
    );
    keys.put_filled("tmpfs", literals(speak, tmpfs));
    keys.put_optional("shm_size", shm_size.map(engine::bytes));
    keys.put_filled("ulimits", ulimits(limits));
    keys.put_filled("privileged", *privileged);
    if *no_new_privileges {
        keys.put("security_opt", vec!["no-new-privileges:true"]);
    }
    keys.put_filled("cap_add", literals(speak, cap_add));
    keys.put_filled("cap_drop", literals(speak, cap_drop));
    keys.put_filled("devices", literals(speak, devices));
    keys.put_optional("init", *init);
    keys.put_filled("tty", *tty);
    keys.put_filled("stdin_open", *stdin_open);
    keys.put_optional(
        "stop_signal",
        stop_signal
            .as_ref()
            .map(|it| speak.literal(&it.to_string())),
    );
    keys.put_optional("stop_grace_period", stop_grace_period.map(engine::duration));
}

/// Whether its file system can be read-only; reports where it can't.
fn may_be_read_only(workload: &Workload, losses: &mut Losses) -> bool {
    let copies_secrets = copies_secrets(workload);
    if copies_secrets {
        losses.key(
            workload,
            "read_only",
            "mounts a secret, which Compose can't copy into a read-only file system: `read_only` is left out",
        );
    }
    !copies_secrets
}

/// What a container has only where its network is its own.
fn own_network(context: &Context<'_>, workload: &Workload, losses: &mut Losses, keys: &mut Keys) {
    let speak = &Compose(context.platform);
    let hostname = workload.runtime.hostname.as_ref();
    let mode = workload.network_mode.as_ref();
    if mode.is_none_or(|mode| !matches!(mode.value, NetworkMode::Service(_))) {
        keys.put_optional("hostname", hostname.map(|name| speak.literal(name)));
        let hosts = machine::extra_hosts(context, workload);
        keys.put_filled("extra_hosts", literals(speak, &hosts));
        return;
    }
    let has_hosts = !workload.runtime.extra_hosts.is_empty();
    for (key, is_written) in [("hostname", hostname.is_some()), ("extra_hosts", has_hosts)] {
        if is_written {
            losses.key(
                workload,
                key,
                "shares the network of another: the engine takes it there only, and nothing is emitted for it",
            );
        }
    }
}

fn copies_secrets(workload: &Workload) -> bool {
    let mut files = workload.files.iter();
    files.any(|file| matches!(file.content, FileContent::Secret(_)))
}

/// moby/moby, daemon/nvidia_linux.go, `countToDevices`: a count of N is the devices 0 to N-1, whoever has them already.
const SAME_GPUS: &str = "gives all its containers the same GPUs: the engine counts them from the first one on. In the chart each pod has its own";

fn deploy(
    speak: &dyn Speak,
    networks: &Networks<'_>,
    workload: &Workload,
    losses: &mut Losses,
) -> Map<String, Value> {
    let mut keys = Keys::default();
    let replicas = replicas(networks, workload, losses);
    if replicas != 1 {
        keys.put("replicas", replicas);
    }
    if let Some(Gpu::Count(1..)) = workload.resources.gpu
        && replicas > 1
    {
        losses.key(workload, "replicas", SAME_GPUS);
    }
    keys.put_filled(
        "resources",
        resources(&workload.resources, gpus(speak, &workload.resources)),
    );
    keys.0
}

/// The number of containers: one, if several would publish the same host port or write to the same volume.
fn replicas<'a>(networks: &Networks<'a>, workload: &'a Workload, losses: &mut Losses) -> u32 {
    let sharing = networks.sharing_network(workload);
    let Some(why) = why_one_in_compose(workload, sharing) else {
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

fn gpus(speak: &dyn Speak, resources: &Resources) -> Option<Value> {
    let (key, which) = match resources.gpu.as_ref()? {
        Gpu::Count(count) => ("count", json!(count)),
        Gpu::All => ("count", json!("all")),
        Gpu::Devices(ids) => ("device_ids", json!(literals(speak, ids))),
    };
    Some(json!([{ "driver": "nvidia", key: which, "capabilities": ["gpu"] }]))
}
