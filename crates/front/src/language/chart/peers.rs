//! Shapes of peers of network policies that a user adds.

use super::shapes::{STRINGS, kubernetes, listed};
use crate::language::key::{KeyShape, key};

/// The peer of a policy, as Kubernetes writes it.
const POD_SELECTOR: KeyShape = key(
    "podSelector",
    kubernetes("LabelSelector"),
    "Its pods.",
    "podSelector = { matchLabels = { app = \"backup\" } }",
);
const NAMESPACE_SELECTOR: KeyShape = key(
    "namespaceSelector",
    kubernetes("LabelSelector"),
    "Their namespaces.",
    "namespaceSelector = { matchLabels = { team = \"ml\" } }",
);
const IP_BLOCK: KeyShape = key(
    "ipBlock",
    kubernetes("IPBlock"),
    "Its addresses.",
    "ipBlock = { cidr = \"10.9.0.0/16\" }",
);

/// Kubernetes' peer of a policy, and what of the platform it reaches.
pub(super) const EXTRA_PEER: &[KeyShape] = &[
    POD_SELECTOR,
    NAMESPACE_SELECTOR,
    IP_BLOCK,
    key(
        "to",
        STRINGS,
        "Workloads that it reaches.",
        "to = [\"mlflow\"]",
    ),
    key(
        "ports",
        STRINGS,
        "The names of their ports that it reaches.",
        "ports = [\"http\"]",
    ),
];

/// A peer that is reached.
pub(super) const EXTRA_TARGET: &[KeyShape] = &[
    POD_SELECTOR,
    NAMESPACE_SELECTOR,
    IP_BLOCK,
    key(
        "from",
        STRINGS,
        "Workloads and pipelines that reach it.",
        "from = [\"mlflow\"]",
    ),
    key(
        "ports",
        listed!("NetworkPolicyPort"),
        "Its ports as Kubernetes writes them; without, all.",
        "ports = [{ port = 443 }]",
    ),
];
