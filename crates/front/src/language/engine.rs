//! Grammars that the container engine has: what it, or Compose, would refuse only at start.
//!
//! Source: the Compose specification's service keys, and what dockerd says to `docker run` with the same flags.

use crate::value::is_alias;

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

/// The name of a volume, a network or a container.
pub(super) fn is_object_name(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
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
    fn registries_and_host_names_of_the_engine_are_accepted() {
        for registry in ["registry.example.com/ml", "localhost:5000", "ghcr.io"] {
            assert!(is_registry(registry), "{registry}");
        }
        assert!(is_host_name("node-1.example"));
    }

    #[test]
    fn what_is_no_registry_and_no_host_name_is_refused() {
        assert!(!is_registry("https://x") && !is_registry("x/Y") && !is_host_name("a b"));
    }
}
