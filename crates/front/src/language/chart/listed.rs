//! Tables in lists of the chart's values, which are written whole: files, edges, Secrets in a form of their own.

use super::shapes::{COUNT, PORT_END, PORT_NUMBER, PORT_PROTOCOL, STRINGS, STRINGS_BY_NAME};
use crate::language::{
    key::{KeyShape, key},
    shape::Shape,
};

/// A file that a workload mounts: a secret, or files of the chart.
pub(super) const FILE: &[KeyShape] = &[
    key(
        "path",
        Shape::Text,
        "The path in the container.",
        "path = \"/etc/app.conf\"",
    )
    .required(),
    key("mode", COUNT, "Its mode as a number.", "mode = 292").required(),
    key(
        "secret",
        Shape::Text,
        "The secret that it holds.",
        "secret = \"token\"",
    ),
    key(
        "folder",
        Shape::Boolean,
        "Whether it is a folder.",
        "folder = true",
    ),
    key(
        "items",
        Shape::List(&Shape::Table(FILE_ITEM)),
        "The files of the chart that it holds.",
        "items = []",
    ),
];

const FILE_ITEM: &[KeyShape] = &[
    key(
        "file",
        Shape::Text,
        "The file of the chart, below `files`.",
        "file = \"web/app.conf\"",
    )
    .required(),
    key(
        "configMap",
        Shape::Text,
        "The ConfigMap that brings it.",
        "configMap = \"web-files\"",
    )
    .required(),
    key("key", Shape::Text, "Its key there.", "key = \"app.conf\"").required(),
    key(
        "path",
        Shape::Text,
        "Its path in a folder.",
        "path = \"app.conf\"",
    ),
];

/// A Secret in a form of its own, made from some of the platform's.
pub(super) const FURTHER_SECRET: &[KeyShape] = &[
    key(
        "name",
        Shape::Text,
        "The Secret's name.",
        "name = \"ml-tls\"",
    )
    .required(),
    key(
        "type",
        Shape::Text,
        "Kubernetes' type of it.",
        "type = \"kubernetes.io/tls\"",
    )
    .required(),
    key(
        "data",
        STRINGS_BY_NAME,
        "Its keys, each with a template of the operator's.",
        "data = {}",
    )
    .required(),
    key(
        "reads",
        STRINGS,
        "The secrets that it is made from.",
        "reads = []",
    )
    .required(),
];

/// Who reaches which ports.
pub(super) const EDGE: &[KeyShape] = &[
    key(
        "from",
        Shape::Text,
        "The workload that connects.",
        "from = \"mlflow\"",
    ),
    key(
        "pipeline",
        Shape::Text,
        "The pipeline whose tasks connect.",
        "pipeline = \"training\"",
    ),
    key(
        "to",
        Shape::Text,
        "The workload that they reach.",
        "to = \"mlflow-db\"",
    ),
    key(
        "cidrs",
        STRINGS,
        "Addresses that they reach, in its place.",
        "cidrs = [\"10.9.0.0/16\"]",
    ),
    key(
        "namespaces",
        STRINGS,
        "Namespaces of whose pods they reach; an empty name is the release's own.",
        "namespaces = [\"monitoring\"]",
    ),
    key(
        "guests",
        STRINGS,
        "Workloads without which there is no edge.",
        "guests = []",
    ),
    key(
        "ports",
        Shape::List(&Shape::Table(EDGE_PORT)),
        "The ports.",
        "ports = [{ port = 5432, protocol = \"TCP\" }]",
    )
    .required(),
];

const EDGE_PORT: &[KeyShape] = &[PORT_NUMBER.required(), PORT_END, PORT_PROTOCOL.required()];
