//! Keys of a service that mean the same in Compose and in a stack.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{files::DIGEST_LABEL, keys::Keys};
use crate::{
    model::{
        EnvironmentVariable, Mount, Platform, PlatformVolume, Resources, Text, Ulimit, Workload,
    },
    speak::{Speak, units::engine},
};

/// A service as the templates see it.
#[derive(Debug, Serialize)]
pub struct ServiceView {
    /// Its name.
    pub name: String,
    /// The component's description.
    pub description: Option<String>,
    /// Its keys, in their order; `$` is doubled already.
    pub keys: Map<String, Value>,
}

impl ServiceView {
    pub fn new(platform: &Platform, workload: &Workload, keys: Map<String, Value>) -> Self {
        let described = match (&workload.description, &workload.part) {
            (None, None) => platform
                .component(&workload.component)
                .and_then(|component| component.description.clone()),
            (own, _) => own.clone(),
        };
        Self {
            name: workload.name.clone(),
            description: described,
            keys,
        }
    }
}

pub fn words(speak: &dyn Speak, words: &Option<Vec<Text>>) -> Option<Vec<String>> {
    words.as_ref().map(|words| speak.texts(words))
}

pub fn environment(speak: &dyn Speak, env: &[EnvironmentVariable]) -> Map<String, Value> {
    env.iter()
        .map(|variable| (variable.name.clone(), speak.value(&variable.value)))
        .collect()
}

pub fn labels(
    speak: &dyn Speak,
    labels: &[(String, Text)],
    digest: Option<String>,
) -> Map<String, Value> {
    let mut keys = Keys::default();
    for (name, value) in labels {
        keys.put(name, speak.text(value));
    }
    keys.put_optional(DIGEST_LABEL, digest);
    keys.0
}

pub fn ulimits(limits: &[Ulimit]) -> Map<String, Value> {
    limits
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

/// Limits and reservations; devices of the host are the runtime's own to add.
pub fn resources(resources: &Resources, devices: Option<Value>) -> Map<String, Value> {
    let memory = resources.memory.map(engine::bytes);
    let mut limits = Keys::default();
    limits.put_optional("cpus", resources.cpu_limit.map(engine::processors));
    limits.put_optional("memory", memory.clone());
    let mut reservations = Keys::default();
    reservations.put_optional("cpus", resources.cpu.map(engine::processors));
    reservations.put_optional("memory", memory);
    reservations.put_optional("devices", devices);
    let mut keys = Keys::default();
    keys.put_filled("limits", limits.0);
    keys.put_filled("reservations", reservations.0);
    keys.0
}

/// Labels that the engine gives to containers: of which project or stack they are, and of which service.
pub const COMPOSE_LABELS: [&str; 2] = ["com.docker.compose.project", "com.docker.compose.service"];
/// The same in a stack, where the service's name begins with that of the stack.
pub const STACK_LABELS: [&str; 2] = [
    "com.docker.stack.namespace",
    "com.docker.swarm.service.name",
];

/// The engine keeps a container's output forever by default. Where somebody reads it, these labels stand beside each
/// line: who ships logs then needs not ask the engine whose they are, and so no socket.
pub fn logging(platform: &Platform, labels: [&str; 2]) -> Value {
    let mut options = Keys::default();
    options.put("max-size", "10m");
    options.put("max-file", "3");
    if platform.reads_logs {
        options.put("labels", labels.join(","));
    }
    json!({ "driver": "json-file", "options": options.0 })
}

/// Where something is mounted, and what the container may do there.
#[derive(Clone, Copy)]
pub struct MountPoint<'a> {
    path: &'a str,
    is_read_only: bool,
}

impl<'a> MountPoint<'a> {
    /// As the user says.
    pub fn of(mount: &'a Mount) -> Self {
        Self {
            path: &mount.path,
            is_read_only: mount.read_only,
        }
    }

    /// What the container only reads.
    pub fn read_only(path: &'a str) -> Self {
        Self {
            path,
            is_read_only: true,
        }
    }
}

/// A named volume that is mounted.
pub fn volume_mount(speak: &dyn Speak, key: &str, at: MountPoint<'_>) -> Value {
    let mut keys = Keys::default();
    keys.put("type", "volume");
    keys.put("source", key);
    keys.put("target", speak.literal(at.path));
    keys.put_filled("read_only", at.is_read_only);
    Value::Object(keys.0)
}

/// A path of the host that is mounted. `source` is in the target's words already.
pub fn bind_mount(speak: &dyn Speak, source: &str, at: MountPoint<'_>, options: Keys) -> Value {
    let mut keys = Keys::default();
    keys.put("type", "bind");
    keys.put("source", source);
    keys.put("target", speak.literal(at.path));
    keys.put_filled("read_only", at.is_read_only);
    keys.put_filled("bind", options.0);
    Value::Object(keys.0)
}

/// The declaration of a named volume.
pub fn volume_declaration(speak: &dyn Speak, volume: &PlatformVolume) -> Value {
    let name = speak.literal(&volume.real_name);
    if volume.external {
        json!({ "name": name, "external": true })
    } else {
        json!({ "name": name })
    }
}
