//! Grammars that the container engine has: what it, or Compose, would refuse only at start.
//!
//! Source: the Compose specification's service keys, and what dockerd says to `docker run` with the same flags.

use crate::value::is_alias;

/// Signals of Linux without `SIG`; the real-time ones are counted from either end.
const SIGNALS: [&str; 36] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "RTMAX", "RTMIN", "SEGV", "STKFLT", "STOP", "SYS",
    "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU",
    "XFSZ",
];

/// A container's own name: labels of letters, digits, `-` and `_` with dots between them, 63 at most.
pub(super) fn is_host_name(text: &str) -> bool {
    text.len() <= 63
        && text.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
}

/// `USER` or `USER:GROUP`, names or numbers.
pub(super) fn is_user(text: &str) -> bool {
    let mut parts = text.split(':');
    let user = parts.next().is_some_and(is_account);
    user && parts.next().is_none_or(is_account) && parts.next().is_none()
}

/// The name or number of a user or group.
pub(super) fn is_account(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == ':')
}

/// `SIGINT`, `INT` or `2`.
pub(super) fn is_signal(text: &str) -> bool {
    if let Ok(number) = text.parse::<u8>() {
        return (1..=64).contains(&number);
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let counted = ["RTMIN+", "RTMAX-"]
        .iter()
        .find_map(|start| name.strip_prefix(start))
        .is_some_and(|number| number.parse::<u8>().is_ok_and(|number| number <= 30));
    counted || SIGNALS.contains(&name)
}

/// What images that name no registry get before their names: `registry.example.com:5000/ml`.
pub(super) fn is_registry(text: &str) -> bool {
    let mut parts = text.split('/');
    let host = parts.next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    };
    is_alias(name)
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
        && parts.all(|part| {
            part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_grammars_take_what_it_takes() {
        for user in ["1000", "1000:0", "airflow:root", "nobody"] {
            assert!(is_user(user), "{user}");
        }
        for signal in ["SIGINT", "TERM", "9", "SIGRTMIN+3", "sigquit"] {
            assert!(is_signal(signal), "{signal}");
        }
        for registry in ["registry.example.com/ml", "localhost:5000", "ghcr.io"] {
            assert!(is_registry(registry), "{registry}");
        }
        assert!(is_host_name("node-1.example"));
    }

    #[test]
    fn and_refuse_what_it_refuses() {
        assert!(!is_user("a b") && !is_user("1:2:3") && !is_user(":0"));
        assert!(!is_signal("SIGFOO") && !is_signal("0") && !is_signal("SIGRTMIN+99"));
        assert!(!is_registry("https://x") && !is_registry("x/Y") && !is_host_name("a b"));
    }
}
