//! Keys that a component's values and the top of the chart both have, each declared once.

use super::shapes::{OBJECTS, STRINGS_BY_NAME, TABLE, kubernetes, listed};
use crate::language::{
    key::{KeyShape, key},
    shape::Shape,
};

/// A key of a component's values that is at the top too, where it is about all components.
pub(super) struct TwoLevelKey {
    name: &'static str,
    shape: Shape,
    own: &'static str,
    of_all: &'static str,
    example: &'static str,
}

impl TwoLevelKey {
    /// As a component's values have it.
    pub const fn of_workload(&self) -> KeyShape {
        key(self.name, self.shape, self.own, self.example)
    }

    /// As the top of the chart has it.
    pub const fn of_all(&self) -> KeyShape {
        key(self.name, self.shape, self.of_all, self.example)
    }

    /// As pods of pipelines' tasks have it.
    pub const fn of_tasks(&self, doc: &'static str) -> KeyShape {
        key(self.name, self.shape, doc, self.example)
    }
}

const fn two_level(
    name: &'static str,
    shape: Shape,
    own: &'static str,
    of_all: &'static str,
    example: &'static str,
) -> TwoLevelKey {
    TwoLevelKey {
        name,
        shape,
        own,
        of_all,
        example,
    }
}

pub(super) const IMAGE_PULL_SECRETS: TwoLevelKey = two_level(
    "imagePullSecrets",
    listed!("LocalObjectReference"),
    "Further Secrets with which its images are pulled.",
    "Secrets with which images are pulled.",
    "imagePullSecrets = [{ name = \"registry\" }]",
);

pub(super) const NODE_SELECTOR: TwoLevelKey = two_level(
    "nodeSelector",
    STRINGS_BY_NAME,
    "Labels that its node must have.",
    "Labels that every node must have.",
    "nodeSelector = { disk = \"ssd\" }",
);

pub(super) const TOLERATIONS: TwoLevelKey = two_level(
    "tolerations",
    listed!("Toleration"),
    "Taints of nodes that it tolerates.",
    "Taints of nodes that every pod tolerates.",
    "tolerations = [{ key = \"gpu\", operator = \"Exists\" }]",
);

pub(super) const AFFINITY: TwoLevelKey = two_level(
    "affinity",
    kubernetes("Affinity"),
    "Nodes and pods to place it near or away from.",
    "Nodes and pods to place every pod near or away from.",
    "affinity = { nodeAffinity = {} }",
);

pub(super) const PRIORITY_CLASS_NAME: TwoLevelKey = two_level(
    "priorityClassName",
    Shape::Text,
    "Its priority.",
    "The priority of every pod.",
    "priorityClassName = \"ml\"",
);

pub(super) const RUNTIME_CLASS_NAME: TwoLevelKey = two_level(
    "runtimeClassName",
    Shape::Text,
    "What runs its containers.",
    "What runs every container.",
    "runtimeClassName = \"gvisor\"",
);

pub(super) const POD_SECURITY_CONTEXT: TwoLevelKey = two_level(
    "podSecurityContext",
    kubernetes("PodSecurityContext"),
    "Rights of its pod, over the chart's.",
    "Rights of every pod.",
    "podSecurityContext = { fsGroup = 1000 }",
);

pub(super) const SECURITY_CONTEXT: TwoLevelKey = two_level(
    "securityContext",
    kubernetes("SecurityContext"),
    "Rights of its container, over the chart's.",
    "Rights of every container that does not run as root.",
    "securityContext = { readOnlyRootFilesystem = true }",
);

pub(super) const EXTRA_OBJECTS: TwoLevelKey = two_level(
    "extraObjects",
    OBJECTS,
    "Objects that go with it, as they are.",
    "Further objects, as they are.",
    "extraObjects = []",
);

pub(super) const EXTRA: TwoLevelKey = two_level(
    "extra",
    TABLE,
    "Anything that templates of one's own read.",
    "Anything that templates of one's own read.",
    "extra = { team = \"ml\" }",
);
