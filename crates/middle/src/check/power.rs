//! What lets a container act on the host, by the keys of Compose and of the chart: facts, without places.

use crate::model::{Piece, Raw, Text};

/// What a key gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// It can talk to the container engine, which runs as root.
    Engine(&'static str),
    /// It gets out of its container: why.
    Host(String),
    /// Its processes are root's.
    Root,
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

/// A path of the host that is mounted; `None` where it gives nothing.
pub(super) fn of_path(path: &str, is_read_only: bool) -> Option<Power> {
    let path = normal(path);
    let is_in = |folder: &&str| path == **folder || path.starts_with(&format!("{folder}/"));
    if is_socket(&path) {
        return Some(Power::Engine("mounts the engine's socket"));
    }
    let is_system = SYSTEM.contains(&path.as_str()) || SYSTEM_BELOW.iter().any(is_in);
    if is_system && !is_read_only {
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
    let path = normal(path);
    let is_raw = path == "/dev" || RAW_DEVICES.iter().any(|it| path.starts_with(it));
    is_raw.then(|| Power::Host(format!("`{path}` is all of a disk, or of the memory")))
}

/// The raw keys of a Compose service.
pub(super) fn of_service(raw: &Raw) -> Vec<Power> {
    let mut powers = Vec::new();
    if entry(raw, "privileged").is_some_and(is_on) {
        powers.push(Power::Host("privileged".to_string()));
    }
    for key in ["pid", "userns_mode", "ipc"] {
        if word(entry(raw, key)) == "host" {
            powers.push(Power::Host(format!("`{key}` is the host's own")));
        }
    }
    let user = word(entry(raw, "user"));
    if ["0", "root"].contains(&user.split(':').next().unwrap_or_default()) {
        powers.push(Power::Root);
    }
    powers.extend(items(entry(raw, "cap_add")).filter_map(|it| of_capability(&word(Some(it)))));
    let devices = items(entry(raw, "devices")).map(|it| match it {
        Raw::Table(_) => word(entry(it, "source")),
        _ => first_part(&word(Some(it))),
    });
    powers.extend(devices.filter_map(|path| of_device(&path)));
    let volumes = items(entry(raw, "volumes")).filter_map(|it| match it {
        Raw::Table(_) => of_path(
            &word(entry(it, "source")),
            entry(it, "read_only").is_some_and(is_on),
        ),
        _ => {
            let text = word(Some(it));
            let is_read_only = text
                .rsplit(':')
                .next()
                .is_some_and(|it| it.split(',').any(|it| it == "ro"));
            of_path(&first_part(&text), is_read_only)
        }
    });
    powers.extend(volumes);
    powers.extend(items(entry(raw, "ports")).filter_map(of_port));
    powers
}

/// A named volume of Compose that is a folder of the host by its options.
pub(super) fn of_volume(raw: &Raw) -> Option<Power> {
    let options = entry(raw, "driver_opts")?;
    let is_read_only = word(entry(options, "o")).split(',').any(|it| it == "ro");
    of_path(&word(entry(options, "device")), is_read_only)
}

/// The raw values of a component in the chart.
pub(super) fn of_values(raw: &Raw) -> Vec<Power> {
    let mut powers = Vec::new();
    let context = entry(raw, "securityContext");
    let inner = |key: &str| context.and_then(|it| entry(it, key));
    if entry(raw, "privileged")
        .or(inner("privileged"))
        .is_some_and(is_on)
    {
        powers.push(Power::Host("privileged".to_string()));
    }
    if entry(raw, "hostPID").is_some_and(is_on) {
        powers.push(Power::Host(
            "`hostPID`: the processes are the host's own".to_string(),
        ));
    }
    let added = inner("capabilities").and_then(|it| entry(it, "add"));
    powers.extend(items(added).filter_map(|it| of_capability(&word(Some(it)))));
    let pod = entry(raw, "podSecurityContext").and_then(|it| entry(it, "runAsUser"));
    if [inner("runAsUser"), pod].contains(&Some(&Raw::Integer(0))) {
        powers.push(Power::Root);
    }
    powers
}

/// `8080:80` and `{ published = 8080 }` are open on all addresses, `80` and `127.0.0.1:8080:80` are not.
fn of_port(raw: &Raw) -> Option<Power> {
    let (address, port) = match raw {
        Raw::Table(_) => (word(entry(raw, "host_ip")), word(entry(raw, "published"))),
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

fn entry<'a>(raw: &'a Raw, key: &str) -> Option<&'a Raw> {
    match raw {
        Raw::Table(entries) => entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, it)| it),
        _ => None,
    }
}

fn items(raw: Option<&Raw>) -> impl Iterator<Item = &Raw> {
    match raw {
        Some(Raw::List(items)) => items.iter(),
        _ => [].iter(),
    }
}

/// A scalar as text. What is known only at the start is left out.
fn word(raw: Option<&Raw>) -> String {
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
        Raw::Text(text) => !["false", "no", "off", "n", "0"].contains(&literals(text).as_str()),
        _ => true,
    }
}

/// `/a` of `/a:/b:ro`.
fn first_part(text: &str) -> String {
    text.split(':').next().unwrap_or_default().to_string()
}

/// An absolute path without empty names, `.` and `..`; others stay as they are. `~` is a home.
fn normal(path: &str) -> String {
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
    use super::{Power, of_device, of_path, of_port, of_service};
    use crate::model::{Raw, Text};

    fn text(text: &str) -> Raw {
        Raw::Text(Text::literal(text))
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
            assert!(
                matches!(of_path(path, false), Some(Power::Host(_))),
                "{path}"
            );
        }
        for path in [
            "/",
            "/run",
            "/var/run/",
            "/run/docker.sock",
            "/x/podman.sock",
        ] {
            assert!(
                matches!(of_path(path, true), Some(Power::Engine(_))),
                "{path}"
            );
        }
        for path in ["/srv", "/home/me/data", "data", "/etcetera", "/dev/shm"] {
            assert_eq!(of_path(path, false), None, "{path}");
        }
        for path in ["/etc/localtime", "/proc", "/usr"] {
            assert_eq!(of_path(path, true), None, "{path}");
        }
        assert!(of_device("/dev/sda").is_some() && of_device("/dev/dri").is_none());
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
