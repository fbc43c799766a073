//! `chart`: a chart of others that stands for a component in a cluster.

use super::{form::NameRule, inner::*, key::key, shape::Shape};

pub(super) const UPSTREAM_CHART: Shape = Shape::Table(&[
    key(
        "repository",
        FREE,
        "Where Helm takes it from: `https://...`, `oci://...`, or `file://...` of a folder.",
        "repository = \"https://charts.example.com\"",
    )
    .required(),
    key("name", FREE, "The chart's name there.", "name = \"redis\"").required(),
    key(
        "version",
        FREE,
        "Its version, or a range of versions as Helm writes it.",
        "version = \"1.2.3\"",
    )
    .required(),
    key(
        "values",
        RAW_TABLE,
        "Its values; references may stand in them. Secrets may not: name the platform's Secret, `${platform.name}`, and the key in it.",
        "values = { auth = { existingSecret = \"${platform.name}\" } }",
    ),
    key(
        "labels",
        Shape::Map(NameRule::Free, &FREE),
        "Labels of its pods, by which the Service and the policies find them; `app.kubernetes.io/name` (the component) and `app.kubernetes.io/instance` (the release) unless said otherwise.",
        "labels = { app = \"redis\" }",
    ),
    key(
        "parts",
        FREE_LIST,
        "Parts of the kind that the chart brings along.",
        "parts = []",
    ),
    key(
        "own_service",
        Shape::Boolean,
        "It makes a Service of the component's name itself.",
        "own_service = true",
    ),
]);
