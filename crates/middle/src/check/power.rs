//! What lets a container act on the host, by the keys of Compose and of the chart: facts, each with the value that it comes from.

use super::{
    capability::{Network, of_capability},
    host::{HostMount, of_device, of_device_rule, of_file_system, of_host_mount},
    inherited::Inherited,
    raw::{
        Found, RawBuild, RawKeys, RawMount, RawVolume,
        value::{entries, is_on, items, word},
    },
};
use crate::model::Raw;

/// What a key gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// It can talk to the container engine, which runs as root.
    Engine(&'static str),
    /// It gets out of its container: why.
    Host(String),
    /// It has a capability that is not known to be harmless: which, and what that reaches.
    Capability(String),
    /// What separates containers from the host is the host's own for it: the key of Compose that says so.
    Namespace(&'static str),
    /// It has a device that is not known to be harmless: which.
    Device(String),
    /// `up` runs this program of the host for it.
    Program(String),
    /// Its processes are root's.
    Root,
    /// It is on the host's network, with all of its ports.
    Network,
    /// The network reaches this port of the host; empty: one that the engine chooses.
    Open(String),
    /// What a container outside of the platform has, it has: why.
    Other(String),
}

/// Labels of SELinux under which it holds nothing back; others choose another label.
const OPEN_LABELS: [&str; 5] = [
    "disable",
    "type:container_runtime_t",
    "type:spc_t",
    "type:unconfined_service_t",
    "type:unconfined_t",
];

/// An option of `security_opt`. What removes no protection is listed: the rest does, or is not known.
fn of_security_option(option: &str) -> Option<Power> {
    let (key, value) = option.split_once(['=', ':']).unwrap_or((option, "true"));
    let is_harmless = match key {
        "no-new-privileges" => value == "true",
        "apparmor" | "seccomp" => value != "unconfined",
        "label" => !OPEN_LABELS.contains(&value),
        _ => false,
    };
    // A variable says it at the start.
    (!is_harmless && !option.is_empty()).then(|| {
        Power::Host(format!(
            "`{option}` takes away what keeps it in its container"
        ))
    })
}

/// A power, and the value that gives it.
pub(super) type RawPower<'a> = (Power, &'a Raw);

/// The raw keys of the service of this name, or, without one, of a container that only runs before it.
pub(super) fn of_service<'a>(
    name: Option<&str>,
    keys: &RawKeys<'a>,
    inherited: &Inherited<'_>,
) -> Vec<RawPower<'a>> {
    let mut powers = Vec::new();
    let provider = keys.provider.as_ref();
    powers.extend(provider.map(|it| (Power::Program(it.value.clone()), it.by)));
    let privileged = keys.privileged.into_iter();
    powers.extend(privileged.map(|by| (Power::Host("privileged".to_string()), by)));
    let label = "`use_api_socket` gives it the engine's socket";
    powers.extend(keys.api_socket.map(|by| (Power::Engine(label), by)));
    powers.extend(keys.privileged_commands.iter().map(|it| {
        let label = format!("a command of `{}` is privileged", it.value);
        (Power::Host(label), it.by)
    }));
    let build = keys
        .build
        .as_ref()
        .and_then(|it: &RawBuild<'_>| it.privileged);
    powers.extend(build.map(|by| (Power::Host("its build is privileged".to_string()), by)));
    powers.extend(each(&keys.device_rules, of_device_rule));
    let mode = keys.network_mode.clone();
    let modes = mode.map(|mode| ("network_mode", mode));
    let modes = modes.iter().chain(&keys.namespaces);
    powers.extend(modes.filter_map(|mode| of_namespace(mode, inherited)));
    powers.extend(each(&keys.security_options, of_security_option));
    powers.extend(each(&keys.volumes_from, of_others_volumes));
    powers.extend(keys.volumes_from.iter().flat_map(|from| {
        let powers = inherited.of_folders(&from.value).into_iter();
        powers.map(|power| (power, from.by))
    }));
    powers.extend(keys.user.as_ref().and_then(of_user));
    let mode = keys.network_mode.as_ref();
    let network = match (name, mode) {
        (Some(name), _) => inherited.network_of(name),
        (None, Some(mode)) if inherited.is_host("network_mode", &mode.value) => Network::Host,
        (None, _) => Network::Own,
    };
    let added = keys.capabilities.iter();
    powers.extend(added.filter_map(|it| Some((of_capability(&it.value, network)?, it.by))));
    powers.extend(each(&keys.devices, of_device));
    powers.extend(keys.mounts.iter().filter_map(of_mount));
    let open = keys.ports.iter().filter(|it| it.is_open());
    powers.extend(open.map(|it| (Power::Open(it.host.clone()), it.by)));
    let before = keys.pre_start.iter();
    powers.extend(before.flat_map(|keys| of_service(None, keys, inherited)));
    powers
}

fn each<'a>(
    found: &[Found<'a, String>],
    power: fn(&str) -> Option<Power>,
) -> impl Iterator<Item = RawPower<'a>> {
    found
        .iter()
        .filter_map(move |it| Some((power(&it.value)?, it.by)))
}

fn of_user<'a>(user: &Found<'a, String>) -> Option<RawPower<'a>> {
    // An engine reads the number with zeros before it and a sign.
    let name = user.value.split(':').next().unwrap_or_default();
    let is_root = name == "root" || name.parse::<i64>() == Ok(0);
    is_root.then_some((Power::Root, user.by))
}

fn of_namespace<'a>(
    (key, mode): &(&'static str, Found<'a, String>),
    inherited: &Inherited<'_>,
) -> Option<RawPower<'a>> {
    let is_host = inherited.is_host(key, &mode.value);
    let power = match mode.value.split_once(':') {
        Some(("container", other)) => {
            Power::Other(format!("`{key}` is that of the container `{other}`"))
        }
        _ if is_host && *key == "network_mode" => Power::Network,
        _ if is_host => Power::Namespace(key),
        _ => return None,
    };
    Some((power, mode.by))
}

/// `container:NAME` of `volumes_from`; without `container:` it is a service of the platform.
fn of_others_volumes(from: &str) -> Option<Power> {
    let other = from.strip_prefix("container:")?;
    let other = other.split(':').next().unwrap_or(other);
    Some(Power::Other(format!(
        "it gets every folder of the container `{other}`"
    )))
}

fn of_mount<'a>(mount: &RawMount<'a>) -> Option<RawPower<'a>> {
    let power = of_host_mount(HostMount {
        path: &mount.source,
        is_read_only: mount.is_read_only,
    });
    Some((power?, mount.by))
}

/// A named volume of Compose that is a folder of the host, or another file system, by its options.
pub(super) fn of_volume<'a>(volume: &RawVolume<'a>) -> Option<RawPower<'a>> {
    let system = volume.file_system.as_ref();
    let system = system.and_then(|it| Some((of_file_system(&it.value)?, it.by)));
    system.or_else(|| volume.folder.as_ref().and_then(of_mount))
}

/// The raw values of a component in the chart, whose pod is on this network by other keys.
pub(super) fn of_values(raw: &Raw, network: Network) -> Vec<RawPower<'_>> {
    let host = raw.get("hostNetwork").filter(|it| is_on(it));
    let network = host.map_or(network, |_| Network::Host);
    let mut powers = of_container(raw, network);
    for key in ["initContainers", "sidecars"] {
        powers.extend(items(raw.get(key)).flat_map(|it| of_container(it, network)));
    }
    let volumes = entries(raw.get("volumes")).filter_map(|(_, volume)| {
        let is_read_only = volume.get("readOnly").is_some_and(is_on);
        let path = volume.get("hostPath")?;
        let power = of_host_mount(HostMount {
            path: &word(Some(path)),
            is_read_only,
        });
        Some((power?, path))
    });
    powers.extend(volumes);
    // What of it is mounted, and how, its mounts say.
    let extra = items(raw.get("extraVolumes")).filter_map(|it| it.at(&["hostPath", "path"]));
    powers.extend(extra.filter_map(|path| {
        let power = of_host_mount(HostMount {
            path: &word(Some(path)),
            is_read_only: false,
        });
        Some((power?, path))
    }));
    powers.extend(host.map(|it| (Power::Network, it)));
    let processes = raw.get("hostPID").filter(|it| is_on(it));
    powers.extend(processes.map(|it| (Power::Namespace("pid"), it)));
    powers.extend(unconfined(raw.get("podSecurityContext")));
    powers.extend(of_account(raw.at(&["podSecurityContext", "runAsUser"])));
    powers
}

/// What the security context of a container gives it: that of a component's values, or of one of its further containers.
fn of_container(raw: &Raw, network: Network) -> Vec<RawPower<'_>> {
    let inner = |key: &str| raw.at(&["securityContext", key]);
    let mut powers = Vec::new();
    let switch = raw.get("privileged").or(inner("privileged"));
    let on = switch.filter(|it| is_on(it));
    powers.extend(on.map(|it| (Power::Host("privileged".to_string()), it)));
    let added = items(raw.at(&["securityContext", "capabilities", "add"]));
    powers.extend(added.filter_map(|it| Some((of_capability(&word(Some(it)), network)?, it))));
    powers.extend(of_account(inner("runAsUser")));
    powers.extend(unconfined(raw.get("securityContext")));
    powers
}

/// What a security context takes away of what keeps a container from the host.
fn unconfined(context: Option<&Raw>) -> impl Iterator<Item = RawPower<'_>> {
    let keys: [(&[&str], &str); 3] = [
        (&["procMount"], "Unmasked"),
        (&["seccompProfile", "type"], "Unconfined"),
        (&["appArmorProfile", "type"], "Unconfined"),
    ];
    keys.into_iter().filter_map(move |(path, open)| {
        let value = context?.at(path).filter(|it| word(Some(it)) == open)?;
        let label = format!(
            "`{} = \"{open}\"` takes away what keeps it in its container",
            path.join(".")
        );
        Some((Power::Host(label), value))
    })
}

fn of_account(number: Option<&Raw>) -> Option<RawPower<'_>> {
    let root = number.filter(|it| **it == Raw::Integer(0));
    root.map(|it| (Power::Root, it))
}
