//! Rights, labels, lints and raw keys.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::*,
    key::{KeyShape, key},
    shape::Shape,
};
use crate::files::Target::{Compose, Helm, Swarm};

pub(super) const RIGHTS: &[KeyShape] = &[
    key(
        "privileged",
        Shape::Boolean,
        "All rights on the host; a lint warns about it.",
        "privileged = true",
    )
    .in_targets(&[effect()
        .becomes(Compose, "`privileged`")
        .loses(Swarm, "left out")
        .becomes(Helm, "`privileged`")]),
    key(
        "read_only",
        Shape::Boolean,
        "`true`: its root file system is read-only.",
        "read_only = true",
    )
    .in_targets(&[effect()
        .becomes(Compose, "`read_only`")
        .becomes(Helm, "`readOnlyRootFilesystem`")]),
    key(
        "cap_add",
        Shape::List(&Shape::Plain(Form::Capability)),
        "Capabilities to add.",
        "cap_add = [\"NET_ADMIN\"]",
    )
    .in_targets(&[effect()
        .becomes(Compose, "`cap_add`")
        .becomes(Helm, "`capabilities.add`")]),
    key(
        "cap_drop",
        Shape::List(&Shape::Plain(Form::Capability)),
        "Capabilities to drop.",
        "cap_drop = [\"ALL\"]",
    )
    .in_targets(&[effect()
        .becomes(Compose, "`cap_drop`")
        .becomes(Helm, "`capabilities.drop`")]),
    key(
        "cluster",
        Shape::Table(&[
            key(
                "user",
                Shape::Plain(Form::NumericUser),
                "The UID, or UID:GID, that it runs as in a cluster. Elsewhere the image may start as root and drop its rights itself.",
                "user = \"999:999\"",
            ),
            key(
                "alpine_user",
                Shape::Plain(Form::NumericUser),
                "The same, for images whose tag contains `alpine`.",
                "alpine_user = \"70:70\"",
            ),
            key(
                "unrestricted",
                Shape::Plain(Form::Free),
                "The reason why it can't meet Pod Security's `restricted`. It becomes an annotation of the pod and a line of the chart's notes.",
                "unrestricted = \"it reads the node's files\"",
            ),
            key(
                "only",
                Shape::Boolean,
                "`true`: it runs in clusters alone. Under Compose it has the profile `cluster`, so it stays off.",
                "only = true",
            ),
            key(
                "alone",
                Shape::Boolean,
                "`true`: two of it must not run at once, not even while one takes the other's place. It is stopped before the next one starts (`strategy: Recreate`).",
                "alone = true",
            ),
            key(
                "reads",
                FREE_LIST,
                "What it may get, list and watch through the cluster's API in its own namespace, as kubectl writes it: `pods`, `deployments.apps`, `pods/log`. It becomes a Role, and the pod gets a token.",
                "reads = [\"pods\", \"deployments.apps\"]",
            ),
            key(
                "reads_everywhere",
                FREE_LIST,
                "The same in all namespaces, and of nodes: a ClusterRole. An empty list in the values takes the right away.",
                "reads_everywhere = [\"nodes\", \"nodes/metrics\"]",
            ),
        ]),
        "Settings for clusters only: for Pod Security, and what it may read through the API.",
        "cluster = { user = \"999:999\" }",
    )
    .shared()
    .in_targets(&[effect()
        .unchanged(Compose, "nothing: `user` is for both")
        .becomes(
            Helm,
            "`user`, what Pod Security's `restricted` asks for, and Roles",
        )]),
];

pub(super) const REST: &[KeyShape] = &[
    key(
        "labels",
        Shape::Map(NameRule::Label, &Shape::Scalar),
        "Labels of the container.",
        "labels = { team = \"ml\" }",
    )
    .shared()
    .in_targets(&[effect()
        .becomes(Compose, "`labels`")
        .becomes(Helm, "annotations of the pod")]),
    key(
        "platform",
        Shape::Plain(Form::ImagePlatform),
        "The platform of the image.",
        "platform = \"linux/amd64\"",
    )
    .in_targets(&[effect()
        .set("platform = \"linux/arm64\"")
        .becomes(Compose, "`platform`")
        .loses(Swarm, "left out")
        .becomes(Helm, "`nodeSelector`")]),
    ALLOW
    .of_component()
    .not_in_kinds()
    .in_targets(&[effect()
        .set("allow = [\"no-health-check\"]")
        .unchanged(Compose, "nothing: it is about messages")
        .unchanged(Helm, "nothing: it is about messages")]),
    key(
        "compose",
        COMPOSE_SERVICE,
        "Raw keys of the Compose service, merged last. They are Compose's own: a relative path in them starts in the folder of the Compose files, so `env_file = \"../../x.env\"` is the project's `x.env`.",
        "compose = { stdin_open = true }",
    )
    .also_in_charts()
    .in_targets(&[effect()
        .set("compose = { pid = \"host\" }")
        .becomes(Compose, "the keys themselves")
        .loses(Swarm, "left out")
        .unchanged(Helm, "nothing: `helm` is for the chart")]),
    key(
        "helm",
        CHART_TABLE,
        "Raw values of the component in the chart, merged last.",
        "helm = { nodeSelector = { disk = \"ssd\" } }",
    )
    .also_in_charts()
    .in_targets(&[effect()
        .unchanged(Compose, "nothing: `compose` is for the service")
        .becomes(Helm, "the values themselves")]),
];
