//! Capabilities of Linux.
//!
//! Source: capabilities(7), and what dockerd says to `docker run --cap-add`.

use std::fmt;

/// Capabilities of Linux without `CAP_`, and `ALL` of them.
const NAMES: [&str; 42] = [
    "ALL",
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

/// One capability, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capability(&'static str);

impl Capability {
    /// Reads `NET_ADMIN` or `CAP_NET_ADMIN`, in any case.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let name = upper.strip_prefix("CAP_").unwrap_or(&upper);
        NAMES
            .iter()
            .find(|known| **known == name)
            .copied()
            .map(Self)
    }

    /// In upper case, without `CAP_`: what Docker and Kubernetes both read.
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Capability;

    #[test]
    fn one_capability_has_one_name() {
        for text in ["NET_ADMIN", "CAP_NET_ADMIN", "cap_net_admin"] {
            assert_eq!(
                Capability::parse(text).map(Capability::name),
                Some("NET_ADMIN")
            );
        }
        assert_eq!(Capability::parse("CAP_CAP_NET_ADMIN"), None);
        assert_eq!(Capability::parse("NOPE"), None);
    }
}
