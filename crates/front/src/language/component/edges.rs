//! What it listens on, and what it talks to.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::*,
    key::{KeyShape, key},
    shape::Shape,
};
use crate::files::Target::{Compose, Grafana, Helm, Prometheus, Swarm};

pub(super) const EDGES: &[KeyShape] = &[
    key(
        "ports",
        Shape::Map(NameRule::Port, &PORT),
        "The ports that it listens on, by name: a number, a range, or a table. A port without `host` is reached from inside only.",
        "ports.http = { container = 8172, host = 8172 }",
    )
    .also_in_charts()
    .also_elsewhere()
    .in_targets(&[
        effect()
            .set("ports.grpc = 9000")
            .unchanged(Compose, "inside, nothing: containers reach each other's ports")
            .becomes(Helm, "ports of the Service and of the policies"),
        effect()
            .inner("host")
            .set("ports.admin = { container = 9001, host = 9001 }")
            .becomes(Compose, "`ports`, on `bind`")
            .becomes(Swarm, "`ports`")
            .loses(Swarm, "`bind`: it is published on all addresses of all nodes")
            .becomes(Helm, "the port, unpublished: that is the value `ingress`"),
    ]),
    key(
        "public_url",
        Shape::Plain(Form::WebAddress),
        "The address of the port that people open, behind an entry point or a tunnel: the main port, or `http` where the main one is for programs. The program is configured with it, and `.public_url` is it. Left out: the published port.",
        "public_url = \"https://ml.example.com/mlflow\"",
    )
    .of_component()
    .not_in_kinds()
    .in_targets(&[effect()
        .set("public_url = \"https://ml.example.com\"\nenv.OWN = \"${self.http.public_url}\"")
        .becomes(Compose, "what the program is given as its address")
        .becomes(Helm, "what the program is given as its address")]),
    key(
        "depends_on",
        Shape::Either(&[FREE_LIST, Shape::Map(NameRule::Free, &DEPENDENCY)]),
        "Start order. The list form waits for `completed` of a job, `healthy` where there is a health check, else `started`. Except for `started`, it waits for the jobs that make a component ready (databases, buckets), too.",
        "depends_on = [\"redis\"]",
    )
    .also_called(&["needs", "after", "requires", "dependencies"])
    .also_in_charts()
    .in_targets(&[
        effect()
            .set("depends_on = [\"cache\"]")
            .becomes(Compose, "`depends_on` with its condition, a network")
            .becomes(Swarm, "a network")
            .loses(Swarm, "all start at once, and what fails is started again")
            .becomes(Helm, "an init container that waits, a policy"),
    ]),
    key(
        "reaches",
        FREE_LIST,
        "Edges without order: all ports of `a`, or one: `a.grpc`.",
        "reaches = [\"redis\", \"kafka.broker\"]",
    )
    .also_in_charts()
    .shared()
    .in_targets(&[
        effect()
            .set("reaches = [\"lone\"]")
            .becomes(Compose, "a network")
            .becomes(Helm, "a policy"),
    ]),
    key(
        "aliases",
        Shape::List(&Shape::Plain(Form::Alias)),
        "Further DNS names. In Kubernetes each is a Service where the name allows it.",
        "aliases = [\"feature_store\"]",
    )
    .also_in_charts()
    .in_targets(&[
        effect()
            .set("aliases = [\"web-api\"]")
            .becomes(Compose, "`aliases` in its networks")
            .becomes(Helm, "a Service of that name"),
        effect()
            .form("no name of a Service")
            .set("aliases = [\"web_api\"]")
            .becomes(Compose, "`aliases` in its networks")
            .loses(Helm, "nothing answers to it"),
    ]),
    key(
        "hostname",
        Shape::Plain(Form::HostName),
        "The container's own host name.",
        "hostname = \"node1\"",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`hostname`")
            .becomes(Helm, "`hostname`, but of a StatefulSet's pods, which are numbered"),
    ]),
    key(
        "networks",
        Shape::List(&RESOURCE_NAME),
        "Further networks to join, from `[networks]`.",
        "networks = [\"office\"]",
    )
    .shared()
    .in_targets(&[
        effect()
            .becomes(Compose, "one more network")
            .loses(Helm, "pods share one network"),
    ]),
    key(
        "network_mode",
        FREE,
        "`host` (the host's own network), `none`, or `service:X` (that of component X): it joins no other network.",
        "network_mode = \"host\"",
    )
    .in_targets(&[
        effect()
            .form("`service:X`")
            .set("network_mode = \"service:lone\"")
            .without(&["metrics", "ports"])
            .becomes(Compose, "`network_mode`")
            .becomes(Swarm, "no service")
            .loses(Swarm, "nothing is emitted for it")
            .becomes(Helm, "a container of that pod")
            .becomes(Prometheus, "nothing is scraped without `metrics`")
            .becomes(Grafana, "no dashboard without `metrics`"),
        effect()
            .without(&["metrics"])
            .becomes(Compose, "`network_mode`")
            .becomes(Helm, "`hostNetwork`")
            .loses(Helm, "no NetworkPolicy holds for it")
            .becomes(Prometheus, "nothing is scraped without `metrics`")
            .becomes(Grafana, "no dashboard without `metrics`"),
    ]),
    key(
        "extra_hosts",
        Shape::Either(&[
            Shape::List(&Shape::Plain(Form::ExtraHost)),
            Shape::Map(NameRule::HostName, &Shape::Plain(Form::HostAddress)),
        ]),
        "Further lines of `/etc/hosts`.",
        "extra_hosts = [\"host.docker.internal:host-gateway\"]",
    )
    .shared()
    .in_targets(&[
        effect()
            .set("extra_hosts = [\"db:10.0.0.7\"]")
            .becomes(Compose, "`extra_hosts`")
            .becomes(Helm, "`hostAliases`"),
        effect()
            .form("`host-gateway`")
            .set("extra_hosts = [\"machine:host-gateway\"]")
            .becomes(Compose, "`extra_hosts`")
            .loses(Helm, "the line is left out"),
    ]),
];
