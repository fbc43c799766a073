//! What a capability of Linux gives to a container. Those that end at the container's own borders are listed; the rest reaches the
//! host, or is not known.
//!
//! Source: capabilities(7), and what Docker gives to every container.

use super::power::Power;

/// Those that Docker gives to every container, and what works only on a container's own processes, memory and files. The limits
/// that `SYS_NICE` and `SYS_RESOURCE` raise decide how much it gets of the machine, not what it may do there.
#[rustfmt::skip]
const CONTAINED: [&str; 20] = [
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE", "MKNOD",
    "NET_BIND_SERVICE", "NET_BROADCAST", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "SYS_NICE",
    "SYS_RESOURCE",
];

/// It changes a network: its own, or the host's where it is on that.
const OF_NETWORKS: &str = "NET_ADMIN";

/// Those with which a process of root gets out of its container.
const STRONG: [&str; 6] = [
    "ALL",
    "DAC_READ_SEARCH",
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
];

/// What the others reach, as what follows their name.
const BEYOND: [(&str, &str); 15] = [
    ("AUDIT_CONTROL", "changes what the host's audit records"),
    ("AUDIT_READ", "reads the host's audit"),
    ("BLOCK_SUSPEND", "keeps the host from its sleep"),
    ("BPF", "runs programs in the host's kernel"),
    ("CHECKPOINT_RESTORE", "reads and restores processes"),
    (
        "LINUX_IMMUTABLE",
        "makes files that nobody can change or remove",
    ),
    ("MAC_ADMIN", "changes the host's SELinux or AppArmor"),
    (
        "MAC_OVERRIDE",
        "is not held by the host's SELinux or AppArmor",
    ),
    ("PERFMON", "watches all processes of the host"),
    ("SYSLOG", "reads the log of the host's kernel"),
    ("SYS_BOOT", "restarts the host"),
    ("SYS_PACCT", "records all processes of the host"),
    ("SYS_TIME", "sets the host's clock"),
    ("SYS_TTY_CONFIG", "changes the host's terminals"),
    ("WAKE_ALARM", "wakes the host"),
];

/// Whose network a container is on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    Own,
    Host,
}

/// What a capability gives; `None` where that is nothing of the host's.
pub(super) fn of_capability(name: &str, network: Network) -> Option<Power> {
    let upper = name.to_ascii_uppercase();
    let plain = upper.strip_prefix("CAP_").unwrap_or(&upper);
    // One without a name is a variable, which says it at the start.
    if plain.is_empty() || CONTAINED.contains(&plain) {
        return None;
    }
    if STRONG.contains(&plain) {
        return Some(Power::Host(format!(
            "with the capability `{plain}` a process can leave the container"
        )));
    }
    let reaches = match (plain, network) {
        (OF_NETWORKS, Network::Own) => return None,
        (OF_NETWORKS, Network::Host) => "changes the host's network, which it is on",
        _ => BEYOND
            .iter()
            .find(|(known, _)| *known == plain)
            .map_or("is not known", |(_, reaches)| reaches),
    };
    Some(Power::Capability(format!("`{plain}` {reaches}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Capability;

    #[test]
    fn only_what_ends_at_the_container_is_harmless() {
        let own = |name| of_capability(name, Network::Own);
        for name in CONTAINED {
            assert!(Capability::parse(name).is_some(), "{name}");
            assert_eq!(of_capability(name, Network::Host), None, "{name}");
        }
        for name in STRONG {
            assert!(matches!(own(name), Some(Power::Host(_))), "{name}");
        }
        for (name, _) in BEYOND {
            assert!(Capability::parse(name).is_some(), "{name}");
            assert!(matches!(own(name), Some(Power::Capability(_))), "{name}");
        }
        assert_eq!(own("cap_net_admin"), None);
        assert!(of_capability("NET_ADMIN", Network::Host).is_some());
        assert!(own("CAP_OF_TOMORROW").is_some());
    }
}
