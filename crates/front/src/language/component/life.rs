//! Resources, and the life of the process.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::*,
    key::{KeyShape, key},
    shape::Shape,
};
use crate::files::Target::{Compose, Grafana, Helm, Prometheus, Swarm};

pub(super) const LIFE: &[KeyShape] = &[
    key(
        "resources",
        RESOURCES,
        "The resources that it needs, in Kubernetes' units.",
        "resources = { cpu = \"500m\", memory = \"1Gi\" }",
    )
    .in_targets(&[
        effect()
            .set("resources = { cpu = \"500m\", memory = \"1Gi\", limits = { cpu = \"1\" } }")
            .becomes(Compose, "`deploy.resources`")
            .becomes(Helm, "`resources`"),
    ]),
    key(
        "replicas",
        Shape::Integer(0, 1000),
        "Pods in Kubernetes. In Compose one container if it publishes a port or writes a named volume.",
        "replicas = 2",
    )
    .also_called(&["replicaCount", "replica_count"])
    .in_targets(&[
        effect()
            .becomes(Compose, "`deploy.replicas`")
            .becomes(Helm, "`replicas`")
            .becomes(Prometheus, "every container of it is found by name")
            .becomes(Grafana, "one that works is enough"),
        effect()
            .form("of what publishes a port")
            .set("replicas = 2\nports.admin = { container = 9001, host = 9001 }")
            .becomes(Compose, "the port")
            .loses(Compose, "one container")
            .becomes(Swarm, "`deploy.replicas`, the port")
            .loses(Swarm, "`bind`, as of every port; one address, so Prometheus asks one of them")
            .becomes(Helm, "`replicas`")
            .unchanged(Prometheus, "nothing: one container is what there is")
            .unchanged(Grafana, "nothing: one container is what there is"),
    ]),
    key(
        "daemon",
        Shape::Boolean,
        "`true`: one pod on every node of a cluster, instead of `replicas`. In Compose it is one container.",
        "daemon = true",
    )
    .in_targets(&[effect()
        .unchanged(Compose, "nothing: one container is what there is")
        .becomes(Swarm, "`mode: global`, its ports each on its own node")
        .becomes(Helm, "a DaemonSet")]),
    key(
        "restart",
        Shape::Plain(Form::Restart),
        "`unless-stopped` by default; for a job `no`.",
        "restart = \"on-failure\"",
    )
    .shared()
    .in_targets(&[
        effect()
            .set("restart = \"on-failure\"")
            .becomes(Compose, "`restart`")
            .loses(Helm, "a pod that runs on is always restarted"),
    ]),
    key(
        "profiles",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Identifier))),
        "It starts only if one of these profiles is named at start; in the chart it has `enabled: false`.",
        "profiles = [\"debug\"]",
    )
    .also_in_charts()
    .shared()
    .in_targets(&[
        effect()
            .becomes(Compose, "`profiles`")
            .becomes(Swarm, "`deploy.replicas: 0`")
            .loses(Swarm, "nobody starts it but `docker service scale`; a job is left out")
            .becomes(Helm, "`enabled: false`")
            .becomes(Prometheus, "it may be away: that alone alerts nobody")
            .becomes(Grafana, "it may be away: that alone is not down"),
    ]),
    key(
        "stop_grace_period",
        DURATION,
        "The time between the stop signal and the kill.",
        "stop_grace_period = \"60s\"",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`stop_grace_period`")
            .becomes(Helm, "`terminationGracePeriodSeconds`"),
    ]),
    key(
        "stop_signal",
        Shape::Plain(Form::Signal),
        "The signal that stops it.",
        "stop_signal = \"SIGINT\"",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`stop_signal`")
            .loses(Helm, "the image's own signal"),
    ]),
    key(
        "init",
        Shape::Boolean,
        "A small init as process 1.",
        "init = true",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`init`")
            .becomes(Helm, "`shareProcessNamespace`: the pod's own process 1 collects what is left behind"),
    ]),
    key(
        "tty",
        Shape::Boolean,
        "A terminal is attached.",
        "tty = true",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`tty`")
            .becomes(Helm, "`tty`"),
    ]),
    key(
        "stdin_open",
        Shape::Boolean,
        "Standard input stays open.",
        "stdin_open = true",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`stdin_open`")
            .becomes(Helm, "`stdin`"),
    ]),
    key(
        "ulimits",
        Shape::Map(NameRule::Limit, &ULIMIT),
        "Limits of the process.",
        "ulimits = { nofile = 65536 }",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`ulimits`")
            .loses(Helm, "the node's limits hold"),
    ]),
];
