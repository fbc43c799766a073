//! What paths, devices and file systems of the host give to who has them. What is known to be harmless is listed where that can be
//! told; the rest counts as the host's own.

use super::power::Power;

/// Sockets of container engines, by the name of the file.
const SOCKETS: [&str; 5] = [
    "docker.sock",
    "podman.sock",
    "containerd.sock",
    "crio.sock",
    "cri-dockerd.sock",
];

/// Folders in which such a socket is.
const AROUND_SOCKETS: [&str; 12] = [
    "/",
    "/run",
    "/run/containerd",
    "/run/crio",
    "/run/docker",
    "/run/k3s",
    "/run/k3s/containerd",
    "/run/podman",
    "/run/user",
    "/var",
    "/var/snap",
    "/var/lib/rancher",
];

/// Folders of the host's own system, with everything below: who writes there controls the host. Other folders at the top are people's.
const SYSTEM: [&str; 17] = [
    "/bin", "/boot", "/etc", "/init", "/lib", "/lib32", "/lib64", "/libx32", "/nix", "/opt/cni",
    "/proc", "/root", "/sbin", "/snap", "/sys", "/usr", "/run",
];

/// Folders of the system in which data of programs lies, too: below, only what the host runs or obeys counts.
const SHARED: [&str; 3] = ["/usr/local/share", "/usr/local", "/usr/share"];

/// Names of folders from which the host runs programs, or by which it decides whom to trust.
#[rustfmt::skip]
const OBEYED: [&str; 21] = [
    "bash-completion", "bin", "ca-certificates", "cron", "dbus-1", "etc", "fish", "games", "initramfs-tools",
    "keyrings", "lib", "lib32", "lib64", "libexec", "perl", "perl5", "polkit-1", "python3", "sbin", "systemd", "zsh",
];

/// Folders of the system with everything below, beside data of programs.
const SYSTEM_STATE: [&str; 24] = [
    "/var/db",
    "/var/lib/NetworkManager",
    "/var/lib/cloud",
    "/var/lib/cni",
    "/var/lib/containerd",
    "/var/lib/containers",
    "/var/lib/dbus",
    "/var/lib/docker",
    "/var/lib/dpkg",
    "/var/lib/etcd",
    "/var/lib/extrausers",
    "/var/lib/k0s",
    "/var/lib/kubelet",
    "/var/lib/libvirt",
    "/var/lib/lxc",
    "/var/lib/lxd",
    "/var/lib/pacman",
    "/var/lib/polkit-1",
    "/var/lib/rancher",
    "/var/lib/rpm",
    "/var/lib/snapd",
    "/var/lib/sudo",
    "/var/lib/systemd",
    "/var/spool",
];

/// Folders in which the system lies; a folder below is judged by itself.
const AROUND_SYSTEM: [&str; 6] = ["/", "/dev", "/home", "/Users", "/var", "/var/lib"];

/// What lies in `/run` without steering the host.
const HARMLESS_RUN: [&str; 10] = [
    "/run/lock",
    "/run/log",
    "/run/mariadb",
    "/run/mysqld",
    "/run/postgresql",
    "/run/redis",
    "/run/secrets",
    "/run/shm",
    "/run/udev",
    "/run/utmp",
];

/// Devices that are neither a disk of the host nor its memory, by the whole name, or by what stands before its number: accelerators,
/// graphics, sound, video, the kernel's log, clocks, random numbers, virtual machines.
#[rustfmt::skip]
const HARMLESS_DEVICES: [&str; 48] = [
    "accel", "apex_", "cambricon_ctl", "cambricon_dev", "cec", "davinci", "davinci_manager",
    "devmm_svm", "dxg", "fb", "full", "fuse", "gdrdrv", "gpiochip", "gpiomem", "habanalabs",
    "hailo", "hisi_hdc", "hl", "hl_controlD", "hwrng", "iluvatar", "kfd", "kmsg", "kvm", "mali",
    "media", "mtgpu", "neuron", "null", "nvidia", "nvidiactl", "nvmap", "pps", "ptmx", "ptp",
    "qaic_aic100_", "random", "rbln", "rknpu", "rtc", "spidev", "tpmrm", "urandom", "video", "xpu",
    "xpuctrl", "zero",
];

/// Such devices, and folders with nothing else.
const HARMLESS_FOLDERS: [&str; 13] = [
    "accel",
    "bus/usb",
    "dma_heap",
    "dri",
    "infiniband",
    "input",
    "net/tun",
    "nvgpu",
    "serial",
    "shm",
    "snd",
    "tenstorrent",
    "v4l",
];

/// Starts of names that are all of one kind: buses, parts of a graphics card, serial lines.
const HARMLESS_STARTS: [&str; 4] = ["i2c-", "nvhost-", "nvidia-", "tty"];

/// The numbers of such devices for a rule: all of a major number, or one device of it (`Documentation/admin-guide/devices.txt` of
/// Linux).
const HARMLESS_MAJORS: [&str; 15] = [
    "4", "5", "13", "29", "81", "89", "116", "136", "153", "166", "180", "188", "189", "195", "226",
];
const HARMLESS_NUMBERS: [&str; 10] = [
    "1:3", "1:5", "1:7", "1:8", "1:9", "1:11", "10:183", "10:200", "10:229", "10:232",
];

/// File systems of a volume that hold files of other machines, or none of the host's. `9p` is not one of them: in a virtual machine it
/// often holds folders of the machine below.
const HARMLESS_SYSTEMS: [&str; 13] = [
    "",
    "afs",
    "beegfs",
    "bind",
    "ceph",
    "cifs",
    "glusterfs",
    "lustre",
    "nfs",
    "nfs4",
    "none",
    "smb3",
    "tmpfs",
];

/// A path of the host that is mounted.
#[derive(Clone, Copy, Debug)]
pub(super) struct HostMount<'a> {
    pub path: &'a str,
    pub is_read_only: bool,
}

/// What it gives; `None` where that is nothing.
pub(super) fn of_host_mount(mount: HostMount<'_>) -> Option<Power> {
    let path = normal_path(mount.path);
    if is_socket(&path) {
        return Some(Power::Engine("mounts the engine's socket"));
    }
    if path.starts_with("/dev/") && !mount.is_read_only {
        return of_device(&path);
    }
    if is_system(&path) && !mount.is_read_only {
        return Some(Power::Host(format!(
            "who writes to `{path}` of the host controls the host"
        )));
    }
    // A socket can be used through a mount that is read-only.
    if AROUND_SOCKETS.contains(&path.as_str()) {
        return Some(Power::Engine("the engine's socket lies in it"));
    }
    let is_steered = is_below(&path, "/run") && !HARMLESS_RUN.iter().any(|it| is_below(&path, it));
    is_steered.then(|| {
        Power::Host(format!(
            "in `{path}` of the host lie sockets that the host obeys, even where it only reads"
        ))
    })
}

/// Whether who writes there controls the host, or an account of it.
fn is_system(path: &str) -> bool {
    let mut folders = SYSTEM.iter().chain(&SYSTEM_STATE);
    let is_harmless = HARMLESS_RUN.iter().any(|it| is_below(path, it)) || is_data(path);
    AROUND_SYSTEM.contains(&path)
        || folders.any(|it| is_below(path, it)) && !is_harmless
        || is_account(path)
}

/// Whether it lies in a shared folder, and the host runs nothing from it.
fn is_data(path: &str) -> bool {
    let is_inside = SHARED.iter().any(|it| is_below(path, it)) && !SHARED.contains(&path);
    is_inside && !path.split('/').skip(3).any(|it| OBEYED.contains(&it))
}

/// A whole home, what a shell runs in it, or what programs keep hidden there: keys, settings, what starts at login. A cache is data.
fn is_account(path: &str) -> bool {
    let inner = ["/home/", "/Users/"]
        .iter()
        .find_map(|it| path.strip_prefix(it));
    let Some(inner) = inner else {
        return false;
    };
    let mut names = inner.split('/').skip(1);
    match names.next() {
        None | Some("bin" | "Library") => true,
        Some(name) => name.starts_with('.') && name != ".cache",
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether the path is a container engine's socket.
pub(super) fn is_socket(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    SOCKETS.contains(&name)
}

/// A device of the host. One that is no path is the name of a kind of device, such as `nvidia.com/gpu=all`.
pub(super) fn of_device(path: &str) -> Option<Power> {
    let path = normal_path(path);
    let name = path.strip_prefix("/dev/");
    let is_known = name.is_some_and(is_harmless_device);
    (path.starts_with('/') && !is_known)
        .then(|| Power::Device(format!("`{path}` may be a disk or the memory")))
}

/// By its name in `/dev`. Numbers may have parts, such as `0.1`.
fn is_harmless_device(name: &str) -> bool {
    let before = name.trim_end_matches(|it: char| it.is_ascii_digit() || it == '.');
    HARMLESS_DEVICES
        .iter()
        .any(|it| *it == name || *it == before)
        || HARMLESS_FOLDERS.iter().any(|it| is_below(name, it))
        || HARMLESS_STARTS.iter().any(|it| name.starts_with(it))
}

/// A rule such as `c 189:* rwm`, which lets it make and open devices.
pub(super) fn of_device_rule(rule: &str) -> Option<Power> {
    let mut parts = rule.split_whitespace();
    let (kind, number) = (parts.next()?, parts.next().unwrap_or("*"));
    let major = number.split(':').next().unwrap_or_default();
    let is_harmless =
        kind == "c" && (HARMLESS_MAJORS.contains(&major) || HARMLESS_NUMBERS.contains(&number));
    (!is_harmless).then(|| Power::Device(format!("`{rule}` may let it open disks, or the memory")))
}

/// A file system that the engine mounts for a volume.
pub(super) fn of_file_system(name: &str) -> Option<Power> {
    (!HARMLESS_SYSTEMS.contains(&name)).then(|| {
        Power::Host(format!(
            "the engine mounts a file system of the type `{name}` for it, which may be a disk or folders of the host"
        ))
    })
}

/// An absolute path without empty names, `.` and `..`, with `/run` for `/var/run`, which is a link to it; others stay as they are. `~`
/// is a home.
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
    if let ["var", "run", ..] = names[..] {
        names.remove(0);
    }
    format!("/{}", names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "/usr/local/bin",
            "/usr/sbin",
            "/usr/lib/systemd/system",
            "/var/spool/cron",
            "/var/lib/systemd",
            "/home/alice",
            "/home/alice/.ssh",
            "/home/alice/.config/autostart",
            "/dev",
            "/run/systemd/system",
            "/usr",
            "/usr/local",
            "/usr/share/dbus-1/system-services",
        ] {
            assert!(matches!(written_to(path), Some(Power::Host(_))), "{path}");
        }
        for path in [
            "/",
            "/run",
            "/var/run/",
            "/run/docker.sock",
            "/x/podman.sock",
            "/run/k3s/containerd",
            "/var/run/docker",
        ] {
            assert!(matches!(read(path), Some(Power::Engine(_))), "{path}");
        }
        for path in ["/run/user/1000", "/run/systemd", "/var/run/dbus"] {
            assert!(matches!(read(path), Some(Power::Host(_))), "{path}");
        }
        for path in [
            "/srv",
            "/home/me/data",
            "/home/me/.cache/huggingface",
            "data",
            "/etcetera",
            "/dev/shm",
            "/dev/dri",
            "/mnt/disk",
            "/opt/models",
            "/var/lib/shop",
            "/var/log",
            "/usr/local/share/models",
            "/run/postgresql",
            "/tmp",
            "/models",
        ] {
            assert_eq!(written_to(path), None, "{path}");
        }
        assert!(matches!(written_to("/dev/sda1"), Some(Power::Device(_))));
        for path in ["/etc/localtime", "/proc", "/usr", "/run/udev"] {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn devices_that_are_not_known_may_be_disks() {
        for path in [
            "/dev/sda",
            "/dev/mmcblk0",
            "/dev/md0",
            "/dev/disk/by-id/x",
            "/dev/loop0",
            "/dev/hda",
            "/dev/port",
            "/dev/mem",
            "/dev/nullb0",
            "/dev/../proc/kcore",
            "/dev",
        ] {
            assert!(of_device(path).is_some(), "{path}");
        }
        for path in [
            "/dev/dri",
            "/dev/nvidia0",
            "/dev/kvm",
            "/dev/fuse",
            "/dev/net/tun",
            "/dev/ttyUSB0",
            "/dev/spidev0.0",
            "/dev/nvidia-caps/nvidia-cap1",
            "/dev/accel/accel0",
            "/dev/neuron0",
            "/dev/tenstorrent/0",
            "/dev/qaic_aic100_0",
            "nvidia.com/gpu=all",
        ] {
            assert_eq!(of_device(path), None, "{path}");
        }
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
            "c 21:0 rw",
        ] {
            assert!(of_device_rule(rule).is_some(), "{rule}");
        }
        for rule in ["c 189:* rwm", "c 10:200 rw", "c 1:3 rwm", "c 1:9 r", ""] {
            assert_eq!(of_device_rule(rule), None, "{rule}");
        }
    }
}
