//! `chart`: a chart of others that stands for a component in a cluster.

use super::{
    form::{Form, NameRule},
    inner::*,
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
};

const WHERE: &[KeyShape] = &[
    key(
        "repository",
        Shape::Plain(Form::Word),
        "Where Helm takes it from: `https://...`, `oci://...`, or `file://...` of a folder.",
        "repository = \"https://charts.example.com\"",
    )
    .required(),
    key(
        "name",
        Shape::Plain(Form::Word),
        "The chart's name there.",
        "name = \"redis\"",
    )
    .required(),
    key(
        "version",
        FREE,
        "Its version, or a range of versions as Helm writes it.",
        "version = \"1.2.3\"",
    )
    .required(),
];

const LABELS: Shape = Shape::Map(NameRule::Free, &Shape::Text);

/// Keys that the kind may set for a chart, and the user may override.
const WHAT: &[KeyShape] = &[
    key(
        "values",
        RAW_TABLE,
        "Its values. They override those that the kind computes for a chart that it knows. They may hold references, but no secrets: name the platform's Secret, `${platform.name}`, and the key in it.",
        "values = { auth = { existingSecret = \"${platform.name}\" } }",
    ),
    key(
        "labels",
        LABELS,
        "Labels of its pods, by which the Service and the policies find them; `app.kubernetes.io/name` (the component) and `app.kubernetes.io/instance` (the release) by default.",
        "labels = { app = \"redis\" }",
    ),
    key(
        "serves",
        LABELS,
        "Further labels of the pods behind the Service, if the Service selects only some of its pods.",
        "serves = { role = \"primary\" }",
    ),
    key(
        "parts",
        FREE_LIST,
        "Parts of the kind that the chart replaces.",
        "parts = []",
    ),
    key(
        "own_service",
        Shape::Boolean,
        "The chart creates a Service with the component's name itself.",
        "own_service = true",
    ),
    key(
        "asks_api",
        Shape::Boolean,
        "Its pods use the cluster's API: the policies allow it.",
        "asks_api = true",
    ),
    key(
        "reaches_cluster",
        Shape::Boolean,
        "Its pods may connect to everything in the cluster, as a Prometheus does that finds its targets itself.",
        "reaches_cluster = true",
    ),
    key(
        "operator",
        Shape::Table(&[
            key(
                "namespace",
                Shape::Plain(Form::Name(NameRule::Resource)),
                "Where the operator runs.",
                "namespace = \"cnpg-system\"",
            )
            .required(),
            key(
                "ports",
                Shape::List(&PORT_NUMBER),
                "The ports of the pods that it reaches.",
                "ports = [8000]",
            )
            .required(),
        ]),
        "The operator that manages its pods from another namespace: the policies admit it.",
        "operator = { namespace = \"cnpg-system\", ports = [8000] }",
    ),
];

const OF_KIND: &[KeyShape] = &[
    key(
        "secret",
        Shape::Table(&[
            key(
                "type",
                FREE,
                "Its type; `Opaque` by default.",
                "type = \"kubernetes.io/basic-auth\"",
            ),
            key(
                "entries",
                Shape::Map(NameRule::Free, &Shape::Text),
                "Its keys and their values.",
                "entries = { password = \"${settings.password}\" }",
            )
            .required(),
        ]),
        "A Secret `COMPONENT-chart` in the form that the chart reads; `mlopsgen env secret` makes it.",
        "secret = { entries = { password = \"${settings.password}\" } }",
    ),
    key(
        "moves",
        Shape::Text,
        "The commands that bring the data of the kind's own workload into the chart's, with what has to be waited for as comments.",
        "moves = \"kubectl exec statefulset/${self.name} -- dump > dump\"",
    ),
    key(
        "loses",
        FREE_LIST,
        "Settings of the kind that do not reach it: a component that has one is told so.",
        "loses = [\"rules\"]",
    ),
    key(
        "beside",
        RAW_TABLE,
        "Values of the platform's own chart that go with it.",
        "beside = { monitoring = { operator = true } }",
    ),
];

const OF_COMPONENT: &[Section] = &[
    Section {
        title: "",
        keys: WHERE,
    },
    Section {
        title: "",
        keys: WHAT,
    },
];

const IN_KIND: &[Section] = &[
    Section {
        title: "",
        keys: WHAT,
    },
    Section {
        title: "",
        keys: OF_KIND,
    },
];

pub(super) const UPSTREAM_CHART: Shape =
    Shape::Table(&join::<{ length(OF_COMPONENT) }>(OF_COMPONENT));

/// The configuration of charts in a kind, by the chart's name.
pub(super) const KIND_CHART: Shape = Shape::Table(&join::<{ length(IN_KIND) }>(IN_KIND));
