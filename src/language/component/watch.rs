//! Health, metrics and alerts.

use super::super::{
    alert::ALERT,
    effect::effect,
    form::NameRule,
    inner::*,
    key::{KeyShape, key},
    metrics::METRICS,
    shape::Shape,
};
use crate::files::Target::{Compose, Helm, Prometheus};

pub(super) const WATCH: &[KeyShape] = &[
    key(
        "health",
        HEALTH,
        "How to tell that it works; `false` switches the kind's check off.",
        "health = { http = \"/readyz\", port = \"http\" }",
    )
    .in_kinds_as(&IN_KINDS_HEALTH)
    .in_targets(&[effect()
        .set("health = { http = \"/health\", port = \"http\" }")
        .becomes(Compose, "`healthcheck`")
        .becomes(Helm, "probes")]),
    key(
        "metrics",
        METRICS,
        "What Prometheus scrapes: one endpoint, or a list of them; `false` for nothing.",
        "metrics = { port = \"http\", interval = \"5s\" }",
    )
    .takes_secrets()
    .in_kinds_as(&IN_KINDS_METRICS)
    .in_targets(&[effect()
        .becomes(Compose, "the hash of Prometheus' files")
        .becomes(Helm, "the configuration of Prometheus")
        .becomes(Prometheus, "a scrape job")]),
    key(
        "alerts",
        Shape::Map(NameRule::Identifier, &ALERT),
        "Alerts beside the kind's own.",
        "alerts.ServingDown = { expr = \"up == 0\", for = \"5m\" }",
    )
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[effect()
        .set("alerts.Slow = { expr = \"up == 0\" }")
        .becomes(Compose, "the hash of Prometheus' files")
        .becomes(Helm, "a rule file of Prometheus")
        .becomes(Prometheus, "a rule")]),
];

const IN_KINDS_HEALTH: KeyShape = key(
    "health",
    Shape::Either(&[Shape::Table(KIND_HEALTH), Shape::Boolean]),
    "How to tell that it works.",
    "health = { http = \"/health\", port = \"http\", with = \"curl\" }",
);

const IN_KINDS_METRICS: KeyShape = key(
    "metrics",
    METRICS,
    "What Prometheus scrapes.",
    "metrics = { port = \"metrics\" }",
);
