//! What lets a container act on the host, by the keys of Compose and of the chart: facts, each with the value that it comes from.

use super::raw::{
    Found, RawBuild, RawKeys, RawMount, RawVolume,
    value::{entries, is_on, items, word},
};
use crate::model::Raw;

/// What a key gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// It can talk to the container engine, which runs as root.
    Engine(&'static str),
    /// It gets out of its container: why.
    Host(String),
    /// `up` runs this program of the host for it.
    Program(String),
    /// Its processes are root's.
    Root,
    /// It is on the host's network, with all of its ports.
    Network,
    /// The network reaches this port of the host.
    Open(String),
}

/// Capabilities with which a process of root gets out of its container (capabilities(7)).
const STRONG: [&str; 6] = [
    "ALL",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "DAC_READ_SEARCH",
];

/// Sockets of container engines, by the name of the file.
const SOCKETS: [&str; 5] = [
    "docker.sock",
    "podman.sock",
    "containerd.sock",
    "crio.sock",
    "cri-dockerd.sock",
];

/// Folders in which such a socket is.
const AROUND_SOCKETS: [&str; 11] = [
    "/",
    "/run",
    "/run/containerd",
    "/run/crio",
    "/run/podman",
    "/var",
    "/var/run",
    "/var/run/containerd",
    "/var/run/crio",
    "/var/run/podman",
    "/run/user",
];

/// Folders of the host's own system: who writes there controls the host.
const SYSTEM: [&str; 13] = [
    "/", "/bin", "/dev", "/home", "/lib", "/lib64", "/run", "/sbin", "/usr", "/usr/bin",
    "/usr/lib", "/var", "/var/lib",
];

/// The same, with everything below.
const SYSTEM_BELOW: [&str; 9] = [
    "/boot",
    "/etc",
    "/proc",
    "/root",
    "/sys",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/docker",
    "/var/lib/kubelet",
];

/// Devices through which all memory or a whole disk is read and written.
const RAW_DEVICES: [&str; 8] = [
    "/dev/mem",
    "/dev/kmem",
    "/dev/sd",
    "/dev/vd",
    "/dev/xvd",
    "/dev/nvme",
    "/dev/dm-",
    "/dev/mapper/",
];

/// A path of the host that is mounted.
#[derive(Clone, Copy)]
pub(super) struct HostMount<'a> {
    pub path: &'a str,
    pub is_read_only: bool,
}

/// What it gives; `None` where that is nothing.
pub(super) fn of_host_mount(mount: HostMount<'_>) -> Option<Power> {
    let path = normal_path(mount.path);
    let is_in = |folder: &&str| path == **folder || path.starts_with(&format!("{folder}/"));
    if is_socket(&path) {
        return Some(Power::Engine("mounts the engine's socket"));
    }
    let is_system = SYSTEM.contains(&path.as_str()) || SYSTEM_BELOW.iter().any(is_in);
    if is_system && !mount.is_read_only {
        return Some(Power::Host(format!(
            "who writes to `{path}` of the host controls the host"
        )));
    }
    // A socket can be used through a mount that is read-only.
    let is_around = AROUND_SOCKETS.contains(&path.as_str());
    is_around.then_some(Power::Engine("the engine's socket lies in it"))
}

/// Whether the path is a container engine's socket.
pub(super) fn is_socket(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    SOCKETS.contains(&name)
}

pub(super) fn of_capability(name: &str) -> Option<Power> {
    let upper = name.to_ascii_uppercase();
    let plain = upper.strip_prefix("CAP_").unwrap_or(&upper);
    STRONG.contains(&plain).then(|| {
        Power::Host(format!(
            "with the capability `{plain}` a process can leave the container"
        ))
    })
}

pub(super) fn of_device(path: &str) -> Option<Power> {
    let path = normal_path(path);
    let is_raw = path == "/dev" || RAW_DEVICES.iter().any(|it| path.starts_with(it));
    is_raw.then(|| Power::Host(format!("`{path}` is a whole disk, or all of the memory")))
}

/// A rule such as `b 8:* rwm`, which lets it make and open devices: disks (`b`), all (`a`), or memory (`c`; `Documentation/
/// admin-guide/devices.txt` of Linux: of those with the number 1 the first two and the fourth, and `/dev/null` is the third).
fn of_device_rule(rule: &str) -> Option<Power> {
    let mut parts = rule.split_whitespace();
    let (kind, number) = (parts.next()?, parts.next().unwrap_or("*"));
    let (major, minor) = number.split_once(':').unwrap_or((number, "*"));
    let is_memory = ["1", "*"].contains(&major) && ["1", "2", "4", "*"].contains(&minor);
    let is_raw = matches!(kind, "a" | "b") || kind == "c" && is_memory;
    is_raw.then(|| Power::Host(format!("`{rule}` lets it open disks, or the memory")))
}

/// A power, and the value that gives it.
pub(super) type RawPower<'a> = (Power, &'a Raw);

/// The raw keys of a Compose service.
pub(super) fn of_service<'a>(keys: &RawKeys<'a>) -> Vec<RawPower<'a>> {
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
    let mode = keys.network_mode.as_ref().filter(|it| it.value == "host");
    powers.extend(mode.map(|it| (Power::Network, it.by)));
    let shared = keys.namespaces.iter().filter(|(_, it)| it.value == "host");
    powers.extend(shared.map(|(key, it)| {
        let label = format!("`{key}` is the host's own");
        (Power::Host(label), it.by)
    }));
    powers.extend(keys.user.as_ref().and_then(of_user));
    powers.extend(each(&keys.capabilities, of_capability));
    powers.extend(each(&keys.devices, of_device));
    powers.extend(keys.mounts.iter().filter_map(of_mount));
    let open = keys.ports.iter().filter(|it| it.is_open());
    powers.extend(open.map(|it| (Power::Open(it.host.clone()), it.by)));
    powers.extend(keys.pre_start.iter().flat_map(of_service));
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
    let name = user.value.split(':').next().unwrap_or_default();
    ["0", "root"]
        .contains(&name)
        .then_some((Power::Root, user.by))
}

fn of_mount<'a>(mount: &RawMount<'a>) -> Option<RawPower<'a>> {
    let power = of_host_mount(HostMount {
        path: &mount.source,
        is_read_only: mount.is_read_only,
    });
    Some((power?, mount.by))
}

/// A named volume of Compose that is a folder of the host by its options.
pub(super) fn of_volume<'a>(volume: &RawVolume<'a>) -> Option<RawPower<'a>> {
    of_mount(&volume.folder)
}

/// The raw values of a component in the chart.
pub(super) fn of_values(raw: &Raw) -> Vec<RawPower<'_>> {
    let mut powers = of_container(raw);
    for key in ["initContainers", "sidecars"] {
        powers.extend(items(raw.get(key)).flat_map(of_container));
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
    let network = raw.get("hostNetwork").filter(|it| is_on(it));
    powers.extend(network.map(|it| (Power::Network, it)));
    let processes = raw.get("hostPID").filter(|it| is_on(it));
    powers.extend(processes.map(|it| {
        let label = "`hostPID`: the processes are the host's own";
        (Power::Host(label.to_string()), it)
    }));
    powers.extend(of_account(raw.at(&["podSecurityContext", "runAsUser"])));
    powers
}

/// What the security context of a container gives it: that of a component's values, or of one of its further containers.
fn of_container(raw: &Raw) -> Vec<RawPower<'_>> {
    let inner = |key: &str| raw.at(&["securityContext", key]);
    let mut powers = Vec::new();
    let switch = raw.get("privileged").or(inner("privileged"));
    let on = switch.filter(|it| is_on(it));
    powers.extend(on.map(|it| (Power::Host("privileged".to_string()), it)));
    let added = items(raw.at(&["securityContext", "capabilities", "add"]));
    powers.extend(added.filter_map(|it| Some((of_capability(&word(Some(it)))?, it))));
    powers.extend(of_account(inner("runAsUser")));
    powers
}

fn of_account(number: Option<&Raw>) -> Option<RawPower<'_>> {
    let root = number.filter(|it| **it == Raw::Integer(0));
    root.map(|it| (Power::Root, it))
}

/// An absolute path without empty names, `.` and `..`; others stay as they are. `~` is a home.
fn normal_path(path: &str) -> String {
    if path == "~" {
        return "/home".to_string();
    }
    if !path.starts_with('/') {
        return path.to_string();
    }
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{HostMount, Power, of_device, of_device_rule, of_host_mount};

    fn written_to(path: &str) -> Option<Power> {
        of_host_mount(HostMount {
            path,
            is_read_only: false,
        })
    }

    fn read(path: &str) -> Option<Power> {
        of_host_mount(HostMount {
            path,
            is_read_only: true,
        })
    }

    #[test]
    fn what_the_host_obeys_is_told_from_what_is_only_read() {
        for path in [
            "/",
            "//",
            "/etc/",
            "/etc/cron.d",
            "/var/lib/../lib/docker",
            "/proc/1/root",
        ] {
            assert!(matches!(written_to(path), Some(Power::Host(_))), "{path}");
        }
        for path in [
            "/",
            "/run",
            "/var/run/",
            "/run/docker.sock",
            "/x/podman.sock",
        ] {
            assert!(matches!(read(path), Some(Power::Engine(_))), "{path}");
        }
        for path in ["/srv", "/home/me/data", "data", "/etcetera", "/dev/shm"] {
            assert_eq!(written_to(path), None, "{path}");
        }
        for path in ["/etc/localtime", "/proc", "/usr"] {
            assert_eq!(read(path), None, "{path}");
        }
        assert!(of_device("/dev/sda").is_some() && of_device("/dev/dri").is_none());
    }

    #[test]
    fn rules_for_devices_are_told_apart() {
        for rule in [
            "a *:* rwm",
            "b 8:* rwm",
            "c 1:1 r",
            "c 1:* rwm",
            "c *:* rwm",
            "c *:1 r",
        ] {
            assert!(of_device_rule(rule).is_some(), "{rule}");
        }
        for rule in ["c 189:* rwm", "c 10:200 rw", "c 1:3 rwm", "c 1:9 r", ""] {
            assert_eq!(of_device_rule(rule), None, "{rule}");
        }
    }
}
