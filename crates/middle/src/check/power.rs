//! What lets a container act on the host, by the keys of Compose and of the chart: facts, each with the value that it comes from.

use crate::model::{Piece, Raw, Text};

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

/// Folders of the host's own system: what is written there the host obeys.
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
            "the host obeys what is written to its `{path}`"
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
            "the capability `{plain}` leads out of the container"
        ))
    })
}

pub(super) fn of_device(path: &str) -> Option<Power> {
    let path = normal_path(path);
    let is_raw = path == "/dev" || RAW_DEVICES.iter().any(|it| path.starts_with(it));
    is_raw.then(|| Power::Host(format!("`{path}` is all of a disk, or of the memory")))
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
pub(super) fn of_service(raw: &Raw) -> Vec<RawPower<'_>> {
    let mut powers = Vec::new();
    if let Some(provider) = raw.get("provider") {
        powers.push((Power::Program(word(provider.get("type"))), provider));
    }
    let switches = [
        ("privileged", Power::Host("privileged".to_string())),
        (
            "use_api_socket",
            Power::Engine("`use_api_socket` gives it the engine's socket"),
        ),
    ];
    let on = switches.into_iter().filter_map(|(key, power)| {
        let switch = raw.get(key).filter(|it| is_on(it))?;
        Some((power, switch))
    });
    powers.extend(on);
    powers.extend(of_commands(raw));
    powers.extend(of_build(raw.get("build")));
    let each = |key: &str, power: fn(&Raw) -> Option<Power>| {
        items(raw.get(key)).filter_map(move |it| Some((power(it)?, it)))
    };
    let rule: fn(&Raw) -> Option<Power> = |it| of_device_rule(&word(Some(it)));
    powers.extend(each("device_cgroup_rules", rule));
    powers.extend(of_namespaces(raw));
    powers.extend(of_user(raw.get("user")));
    powers.extend(each("cap_add", |it| of_capability(&word(Some(it)))));
    powers.extend(each("devices", |it| of_device(&source_of(it))));
    powers.extend(each("volumes", of_mount));
    powers.extend(each("ports", of_port));
    powers
}

/// Commands that the engine runs in the container.
fn of_commands(raw: &Raw) -> impl Iterator<Item = RawPower<'_>> {
    let keys = ["post_start", "pre_stop"].into_iter();
    keys.flat_map(|key| {
        let commands = items(raw.get(key));
        let privileged = commands.filter_map(|it| it.get("privileged").filter(|it| is_on(it)));
        privileged.map(move |it| {
            (
                Power::Host(format!("a command of `{key}` is privileged")),
                it,
            )
        })
    })
}

fn of_build(build: Option<&Raw>) -> Option<RawPower<'_>> {
    let build = build?;
    let mut entitlements = items(build.get("entitlements"));
    let by = build
        .get("privileged")
        .filter(|it| is_on(it))
        .or_else(|| entitlements.find(|it| word(Some(it)) == "security.insecure"))?;
    Some((Power::Host("its build is privileged".to_string()), by))
}

/// What it shares with the host.
fn of_namespaces(raw: &Raw) -> impl Iterator<Item = RawPower<'_>> {
    let keys = ["network_mode", "pid", "userns_mode", "ipc"].into_iter();
    keys.filter_map(|key| {
        let value = raw.get(key).filter(|it| word(Some(it)) == "host")?;
        let power = match key {
            "network_mode" => Power::Network,
            key => Power::Host(format!("`{key}` is the host's own")),
        };
        Some((power, value))
    })
}

fn of_user(user: Option<&Raw>) -> Option<RawPower<'_>> {
    let name = word(user);
    let is_root = ["0", "root"].contains(&name.split(':').next().unwrap_or_default());
    user.filter(|_| is_root).map(|it| (Power::Root, it))
}

/// What is mounted, or the device: `source` of a table, `/a` of `/a:/b`.
fn source_of(raw: &Raw) -> String {
    match raw {
        Raw::Table(_) => word(raw.get("source")),
        _ => first_part(&word(Some(raw))),
    }
}

/// An entry of `volumes`.
fn of_mount(raw: &Raw) -> Option<Power> {
    let is_read_only = match raw {
        Raw::Table(_) => raw.get("read_only").is_some_and(is_on),
        _ => {
            let text = word(Some(raw));
            let options = text.rsplit(':').next();
            options.is_some_and(|it| it.split(',').any(|it| it == "ro"))
        }
    };
    of_host_mount(HostMount {
        path: &source_of(raw),
        is_read_only,
    })
}

/// A named volume of Compose that is a folder of the host by its options.
pub(super) fn of_volume(raw: &Raw) -> Option<RawPower<'_>> {
    let options = raw.get("driver_opts")?;
    let is_read_only = word(options.get("o")).split(',').any(|it| it == "ro");
    let device = options.get("device")?;
    let power = of_host_mount(HostMount {
        path: &word(Some(device)),
        is_read_only,
    });
    Some((power?, device))
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

/// `8080:80` and `{ published = 8080 }` are open on all addresses, `80` and `127.0.0.1:8080:80` are not.
fn of_port(raw: &Raw) -> Option<Power> {
    let (address, port) = match raw {
        Raw::Table(_) => (word(raw.get("host_ip")), word(raw.get("published"))),
        _ => {
            let text = word(Some(raw));
            let (rest, _) = text.rsplit_once(':')?;
            match rest.rsplit_once(':') {
                Some((address, port)) => (
                    address.trim_matches(['[', ']']).to_string(),
                    port.to_string(),
                ),
                None => (String::new(), rest.to_string()),
            }
        }
    };
    let address = address.parse::<std::net::IpAddr>().ok();
    let is_open = !port.is_empty() && !address.is_some_and(|it| it.to_canonical().is_loopback());
    is_open.then_some(Power::Open(port))
}

/// What a table holds; nothing of any other value.
pub(super) fn entries(raw: Option<&Raw>) -> impl Iterator<Item = &(String, Raw)> {
    match raw {
        Some(Raw::Table(entries)) => entries.iter(),
        _ => [].iter(),
    }
}

/// The entries of a table in a table.
pub(super) fn section<'a>(raw: &'a Raw, key: &str) -> impl Iterator<Item = &'a (String, Raw)> {
    entries(raw.get(key))
}

pub(super) fn items(raw: Option<&Raw>) -> impl Iterator<Item = &Raw> {
    match raw {
        Some(Raw::List(items)) => items.iter(),
        _ => [].iter(),
    }
}

/// A scalar as text. What is known only at the start is left out.
pub(super) fn word(raw: Option<&Raw>) -> String {
    match raw {
        Some(Raw::Text(text)) => literals(text),
        Some(Raw::Integer(number)) => number.to_string(),
        Some(Raw::Boolean(value)) => value.to_string(),
        _ => String::new(),
    }
}

fn literals(text: &Text) -> String {
    let literal = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        _ => String::new(),
    };
    text.pieces.iter().map(literal).collect()
}

/// Whether a switch is on. Compose reads words, too; one that is known only at the start may turn it on.
fn is_on(raw: &Raw) -> bool {
    match raw {
        Raw::Boolean(value) => *value,
        Raw::Removed => false,
        Raw::Text(text) => !["false", "no", "off", "n", "0"].contains(&literals(text).as_str()),
        _ => true,
    }
}

/// `/a` of `/a:/b:ro`.
pub(super) fn first_part(text: &str) -> String {
    text.split(':').next().unwrap_or_default().to_string()
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
    use super::{HostMount, Power, of_device, of_device_rule, of_host_mount, of_port, of_service};
    use crate::model::{Raw, Text};

    fn text(text: &str) -> Raw {
        Raw::Text(Text::literal(text))
    }

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

    #[test]
    fn ports_are_open_where_no_address_closes_them() {
        for open in ["80:80", "0.0.0.0:80:80", "[::]:80:80/tcp"] {
            assert!(of_port(&text(open)).is_some(), "{open}");
        }
        for closed in ["80", "127.0.0.1:80:80", "[::1]:80:80"] {
            assert_eq!(of_port(&text(closed)), None, "{closed}");
        }
    }

    #[test]
    fn switches_are_read_as_compose_reads_them() {
        let is_privileged = |value: Raw| {
            let raw = Raw::Table(vec![("privileged".to_string(), value)]);
            !of_service(&raw).is_empty()
        };
        assert!(is_privileged(Raw::Boolean(true)) && is_privileged(text("yes")));
        assert!(!is_privileged(Raw::Boolean(false)) && !is_privileged(text("false")));
    }
}
