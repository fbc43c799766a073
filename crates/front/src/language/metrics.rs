//! The keys of `metrics`: what Prometheus scrapes, how it logs in, and what it makes of labels.

use super::{
    form::Form,
    inner::{FREE, FREE_LIST, PERIOD, PORT_NAME},
    key::key,
    shape::Shape,
};
use crate::value::{HttpScheme, RelabelAction};

/// One endpoint, several of them, or none.
pub(super) const METRICS: Shape =
    Shape::Either(&[ENDPOINT, Shape::List(&ENDPOINT), Shape::Boolean]);

const ENDPOINT: Shape = Shape::Table(&[
    key("port", PORT_NAME, "The port to scrape.", "port = \"http\""),
    key(
        "path",
        Shape::Formed(Form::UrlPath),
        "`/metrics` by default.",
        "path = \"/metrics\"",
    ),
    key(
        "interval",
        PERIOD,
        "Between two scrapes; else Prometheus' own.",
        "interval = \"5s\"",
    ),
    key(
        "timeout",
        PERIOD,
        "How long an answer may take: at most the interval. By default 10s, or the interval if that is shorter.",
        "timeout = \"5s\"",
    ),
    key(
        "scheme",
        Shape::Plain(Form::Choice(HttpScheme::NAMES)),
        "By default that of the port; with `ca` it is `https`.",
        "scheme = \"https\"",
    ),
    key(
        "honor_labels",
        Shape::Boolean,
        "The scraped labels win over Prometheus' own.",
        "honor_labels = true",
    ),
    key(
        "bearer",
        Shape::Text,
        "A secret that holds a token. Prometheus reads it from a file.",
        "bearer = \"${secrets.metrics-token}\"",
    ),
    key(
        "basic",
        Shape::Table(&[
            key("user", Shape::Text, "The login.", "user = \"prometheus\"").required(),
            key(
                "password",
                Shape::Text,
                "A secret that holds the password. Prometheus reads it from a file. Without it a program learns who asks, and no more.",
                "password = \"${secrets.metrics-password}\"",
            ),
        ]),
        "A login by user and password.",
        "basic = { user = \"prometheus\", password = \"${secrets.metrics-password}\" }",
    ),
    key(
        "ca",
        Shape::Plain(Form::Path),
        "A file of the project: the certificate of the authority that signs the server's (PEM).",
        "ca = \"certificates/ca.pem\"",
    ),
    key(
        "insecure",
        Shape::Boolean,
        "`true`: the server's certificate is not checked.",
        "insecure = true",
    ),
    key(
        "relabel",
        RELABEL,
        "How to change the labels of the target before the scrape, in Prometheus' own syntax.",
        "relabel = [{ target_label = \"tier\", replacement = \"online\" }]",
    ),
    key(
        "metric_relabel",
        RELABEL,
        "How to change the labels of each sample after the scrape; most often to drop samples.",
        "metric_relabel = [{ source_labels = [\"__name__\"], regex = \"go_gc_.*\", action = \"drop\" }]",
    ),
    key(
        "about",
        Shape::Table(&[
            key(
                "workload",
                FREE_LIST,
                "Labels whose values name a workload, or its pod, job or claim in a cluster. Where several do, the last one counts.",
                "workload = [\"pod\", \"container\"]",
            )
            .required(),
            key(
                "project",
                FREE,
                "The label that holds the name of the Compose project, where samples of other projects come too.",
                "project = \"container_label_com_docker_compose_project\"",
            ),
            key(
                "namespace",
                FREE,
                "The label that holds the namespace in a cluster, where samples of other namespaces come too.",
                "namespace = \"container_label_io_kubernetes_pod_namespace\"",
            ),
            key(
                "stack",
                Shape::Table(&[
                    key(
                        "name",
                        FREE,
                        "The label that holds the name of the stack.",
                        "name = \"container_label_com_docker_stack_namespace\"",
                    )
                    .required(),
                    key(
                        "service",
                        FREE,
                        "The label that holds the name of the service, which begins with that of the stack.",
                        "service = \"container_label_com_docker_swarm_service_name\"",
                    )
                    .required(),
                ]),
                "Labels of what Docker Swarm runs. With the target `swarm`, samples get `project` and the first label of `workload` from them.",
                "stack = { name = \"container_label_com_docker_stack_namespace\", service = \"container_label_com_docker_swarm_service_name\" }",
            ),
        ]),
        "For what measures others, as cAdvisor does: samples get `component` and `group` of the workload that their labels name, and so do alerts that keep these labels.",
        "about = { workload = [\"pod\"] }",
    ),
]);

const RELABEL: Shape = Shape::List(&Shape::Table(&[
    key(
        "source_labels",
        FREE_LIST,
        "Labels whose values are joined.",
        "source_labels = [\"__name__\"]",
    ),
    key(
        "separator",
        FREE,
        "What joins them; `;` by default.",
        "separator = \"/\"",
    ),
    key(
        "regex",
        FREE,
        "A regular expression of Go that has to match the whole value; `(.*)` by default.",
        "regex = \"go_gc_.*\"",
    ),
    key(
        "modulus",
        Shape::Integer(1, 1_000_000),
        "For `hashmod`: the number of parts.",
        "modulus = 4",
    ),
    key(
        "target_label",
        FREE,
        "The label that is written.",
        "target_label = \"tier\"",
    ),
    key(
        "replacement",
        FREE,
        "What is written; `$1` is the first group of `regex`.",
        "replacement = \"online\"",
    ),
    key(
        "action",
        Shape::Plain(Form::Choice(RelabelAction::NAMES)),
        "`replace` by default.",
        "action = \"drop\"",
    ),
]));
