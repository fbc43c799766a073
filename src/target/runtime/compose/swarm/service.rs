//! One service of the Compose files in the words of a stack file.

use serde_json::{Map, Value, json};

use super::speak;
use crate::{
    model::{
        FileContent, FileMount, HostPort, NetworkMode, Platform, Port, Protocol, Restart, Workload,
    },
    target::runtime::compose::{mounts::Mounts, networks::ENGINE_NETWORKS, tree::Keys},
};

/// Keys that mean in a stack what they mean in Compose. What is in neither list here nor made below is lost, and said so.
const SAME: [&str; 20] = [
    "image",
    "entrypoint",
    "command",
    "user",
    "working_dir",
    "environment",
    "networks",
    "healthcheck",
    "hostname",
    "extra_hosts",
    "ulimits",
    "cap_add",
    "cap_drop",
    "init",
    "tty",
    "stdin_open",
    "stop_signal",
    "stop_grace_period",
    "logging",
    "labels",
];

/// How long Swarm waits until it starts again what has ended.
const PAUSE: &str = "5s";

/// What lies on one node is only there for who runs there: Swarm is told to start it where the stack is deployed.
const ON_A_MANAGER: &str = "node.role == manager";

/// A service of a stack, and what must be declared for it.
pub(super) struct Stacked {
    pub(super) keys: Map<String, Value>,
    pub(super) networks: Vec<String>,
    /// Names of the platform's secrets that are mounted.
    pub(super) secrets: Vec<String>,
}

/// `compose` are the service's keys as Compose has them.
pub(super) fn stacked(
    platform: &Platform,
    workload: &Workload,
    mut compose: Map<String, Value>,
    mounts: &Mounts,
) -> Stacked {
    let mut keys = Keys::default();
    let mode = workload.network_mode.as_ref().map(|mode| &mode.value);
    let engine_network = match mode {
        Some(NetworkMode::Host) => Some(ENGINE_NETWORKS[0].0),
        Some(NetworkMode::None) => Some(ENGINE_NETWORKS[1].0),
        _ => None,
    };
    if let Some(network) = engine_network {
        compose.insert("networks".to_string(), json!([network]));
    }
    for key in SAME {
        keys.put_some(key, compose.shift_remove(key).map(speak::value));
        match key {
            "networks" if engine_network.is_none() => keys.put_filled("ports", ports(workload)),
            "networks" => {}
            "environment" => {
                keys.put_filled("volumes", volumes(workload, mounts));
                keys.put_filled("secrets", secrets(mounts));
            }
            "extra_hosts" => keys.put_filled("read_only", workload.runtime.read_only),
            _ => {}
        }
    }
    let resources = compose
        .get_mut("deploy")
        .map(|deploy| deploy["resources"].take());
    keys.put("deploy", deploy(workload, resources));
    Stacked {
        networks: names(keys.0.get("networks")),
        secrets: platform
            .secrets
            .iter()
            .filter(|secret| mounts.secret_names.contains(&secret.name))
            .map(|secret| secret.name.clone())
            .collect(),
        keys: keys.0,
    }
}

fn names(networks: Option<&Value>) -> Vec<String> {
    match networks {
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(|name| name.as_str().map(ToString::to_string))
            .collect(),
        _ => Vec::new(),
    }
}

/// One entry for each port that is published: on every node, whatever address `bind` names.
fn ports(workload: &Workload) -> Vec<Value> {
    let published = |port: &Port| -> Vec<Value> {
        let protocol = match port.protocol {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
        };
        let containers = port.container.first..=port.container.last;
        let hosts: Vec<Option<u16>> = match port.host {
            None => return Vec::new(),
            Some(HostPort::Fixed(range)) => (range.first..=range.last).map(Some).collect(),
            Some(HostPort::Auto) => containers.clone().map(|_| None).collect(),
        };
        containers
            .zip(hosts)
            .map(|(container, host)| {
                let mut keys = Keys::default();
                keys.put("target", container);
                keys.put_some("published", host);
                keys.put("protocol", protocol);
                Value::Object(keys.0)
            })
            .collect()
    };
    workload.ports.iter().flat_map(published).collect()
}

/// Mounts in the long form. A stack has no words for a folder that the engine should make.
fn volumes(workload: &Workload, mounts: &Mounts) -> Vec<Value> {
    let mut volumes: Vec<Value> = mounts.volumes.iter().cloned().map(speak::value).collect();
    for volume in &mut volumes {
        if let Some(Value::Object(bind)) = volume.get_mut("bind") {
            bind.shift_remove("create_host_path");
        }
        if let Value::Object(keys) = volume
            && keys.get("bind").is_some_and(|bind| *bind == json!({}))
        {
            keys.shift_remove("bind");
        }
    }
    let runtime = &workload.runtime;
    let memory = |target: &str, size: Option<u64>| {
        let mut keys = Keys::default();
        keys.put("type", "tmpfs");
        keys.put("target", speak::literal(target));
        keys.put_some("tmpfs", size.map(|size| json!({ "size": size })));
        Value::Object(keys.0)
    };
    volumes.extend(runtime.tmpfs.iter().map(|text| {
        let (path, options) = text.split_once(':').unwrap_or((text, ""));
        memory(path, size_of(options))
    }));
    volumes.extend(runtime.shm_size.map(|size| memory("/dev/shm", Some(size))));
    volumes
}

/// The bytes of `size=64m` among the options of a `tmpfs`.
fn size_of(options: &str) -> Option<u64> {
    let size = options.split(',').find_map(|it| it.strip_prefix("size="))?;
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match size[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1 << 10,
        "m" | "mb" => 1 << 20,
        "g" | "gb" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Secrets of Compose, and its configs, which are secrets that may be empty.
fn secrets(mounts: &Mounts) -> Vec<Value> {
    let all = mounts.secrets.iter().chain(&mounts.configs);
    all.cloned()
        .map(|mut mount| {
            let mode = mount["mode"].as_str();
            let mode = mode.and_then(|mode| u32::from_str_radix(mode, 8).ok());
            mount["mode"] = json!(mode.unwrap_or(0o444));
            speak::value(mount)
        })
        .collect()
}

fn deploy(workload: &Workload, resources: Option<Value>) -> Map<String, Value> {
    let mut keys = Keys::default();
    if workload.is_job() {
        keys.put("mode", "replicated-job");
    }
    match (workload.daemon, workload.profiles.is_empty()) {
        (true, true) => keys.put("mode", "global"),
        (false, true) => keys.put("replicas", workload.replicas),
        (_, false) => keys.put("replicas", 0),
    }
    keys.put("restart_policy", restart_policy(workload));
    let is_secret = |file: &FileMount| matches!(file.content, FileContent::Secret(_));
    if !workload.mounts.is_empty() || !workload.files.iter().all(is_secret) {
        keys.put("placement", json!({ "constraints": [ON_A_MANAGER] }));
    }
    keys.put_filled("resources", without_devices(resources));
    keys.0
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
        keys.put_some("max_attempts", times);
    }
    Value::Object(keys.0)
}

fn without_devices(resources: Option<Value>) -> Value {
    let Some(Value::Object(mut resources)) = resources else {
        return json!({});
    };
    if let Some(Value::Object(reservations)) = resources.get_mut("reservations") {
        reservations.shift_remove("devices");
        if reservations.is_empty() {
            resources.shift_remove("reservations");
        }
    }
    Value::Object(resources)
}

#[cfg(test)]
mod tests {
    use super::size_of;

    #[test]
    fn sizes_of_a_tmpfs_are_bytes() {
        assert_eq!(size_of("rw,size=64m"), Some(64 << 20));
        assert_eq!(size_of("size=1000"), Some(1000));
        assert_eq!((size_of("mode=1777"), size_of("size=50%")), (None, None));
    }
}
