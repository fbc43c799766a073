//! What lies at a path of a node, so that a pod does not start where something else is there: the `type` of a `hostPath`.
//!
//! Types are those of Kubernetes' `HostPathType`; what lies where is from Filesystem Hierarchy Standard 3.0 and from the kernel's
//! Documentation/admin-guide/devices.txt.

/// Folders that every node has, whatever runs its containers. A pod that asks for one that is missing never starts, so
/// nothing is said of the others: `/var/lib/docker` is there under one engine only, `/dev/disk` not in a node that is a container.
const FOLDERS: [&str; 22] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/mnt",
    "/opt",
    "/proc",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/var",
    "/var/lib",
    "/var/lib/kubelet",
    "/var/log",
    "/var/log/containers",
    "/var/log/pods",
    "/var/run",
];

/// The kernel's own, where nothing can be made.
const OF_THE_KERNEL: &str = "/sys/";

const FOLDERS_OF_DEVICES: [&str; 6] = ["dri", "hugepages", "infiniband", "mapper", "mqueue", "shm"];

const CHARACTERS: [&str; 12] = [
    "console", "fuse", "full", "kmsg", "kvm", "mem", "null", "ptmx", "random", "tty", "urandom",
    "zero",
];

/// Names of devices that go on with a letter or a number.
const CHARACTERS_NUMBERED: [&str; 6] = ["nvidia", "ttyS", "ttyUSB", "ttyACM", "vhost-", "video"];
const BLOCKS_NUMBERED: [&str; 7] = ["dm-", "loop", "md", "sd", "sr", "vd", "xvd"];

/// The type of what a path names; `None`: it may be anything.
pub fn kind(path: &str) -> Option<&'static str> {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.ends_with(".sock") {
        return Some("Socket");
    }
    if let Some(device) = path.strip_prefix("/dev/").filter(|it| !it.contains('/')) {
        return of_device(device);
    }
    let is_folder =
        FOLDERS.contains(&path) || path.starts_with(OF_THE_KERNEL) && !name.contains('.');
    is_folder.then_some("Directory")
}

fn of_device(name: &str) -> Option<&'static str> {
    let goes_on = |all: &[&str]| {
        all.iter()
            .any(|it| name.strip_prefix(it).is_some_and(is_end))
    };
    if FOLDERS_OF_DEVICES.contains(&name) {
        Some("Directory")
    } else if CHARACTERS.contains(&name) || goes_on(&CHARACTERS_NUMBERED) {
        Some("CharDevice")
    } else if goes_on(&BLOCKS_NUMBERED)
        || name.starts_with("nvme") && name.contains('n') && name.len() > 5
    {
        Some("BlockDevice")
    } else {
        None
    }
}

/// `0`, `a`, `a1`, `ctl`, `-uvm`: how the name of a device ends.
fn is_end(rest: &str) -> bool {
    !rest.is_empty()
        && rest
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn what_is_known_of_a_path_is_its_type() {
        for (paths, expected) in [
            (
                &[
                    "/",
                    "/var/log",
                    "/var/log/pods/",
                    "/var/log/containers",
                    "/sys",
                    "/sys/fs/cgroup",
                    "/dev/dri",
                    "/var/lib/kubelet",
                ][..],
                Some("Directory"),
            ),
            (
                &["/var/run/docker.sock", "/run/containerd/containerd.sock"],
                Some("Socket"),
            ),
            (
                &[
                    "/dev/kmsg",
                    "/dev/null",
                    "/dev/nvidia0",
                    "/dev/nvidiactl",
                    "/dev/ttyUSB0",
                ],
                Some("CharDevice"),
            ),
            (
                &["/dev/sda", "/dev/sdb1", "/dev/nvme0n1", "/dev/vda"],
                Some("BlockDevice"),
            ),
            (
                &[
                    "/srv/models",
                    "/var/lib/docker",
                    "/var/lib/containerd",
                    "/var/log/journal",
                    "/dev/disk",
                    "/dev/disk/by-id",
                    "/etc/machine-id",
                    "/dev/own",
                    "/dev/net/tun",
                    "/dev/sd",
                    "/var/log/app.log",
                ],
                None,
            ),
        ] {
            for path in paths {
                assert_eq!(kind(path), expected, "{path}");
            }
        }
    }
}
