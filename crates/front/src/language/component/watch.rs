//! Health, metrics and alerts.

use super::super::{
    alert::ALERT,
    effect::effect,
    form::NameRule,
    inner::*,
    key::{KeyShape, Reader, key},
    metrics::METRICS,
    panel::PANEL,
    shape::Shape,
    slo::SLO,
};
use crate::files::Target::{Compose, Grafana, Helm, Prometheus};

pub(super) const WATCH: &[KeyShape] = &[
    key(
        "health",
        HEALTH,
        "How its health is checked; `false` switches the check of the kind and of the image off. Compose's own defaults are others: an interval and a timeout of 30s, 3 retries, no start period.",
        "health = { http = \"/readyz\", port = \"http\" }",
    )
    .read_by(Reader::HealthCheck)
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
    .read_by(Reader::Monitoring)
    .also_in_charts()
    .also_elsewhere()
    .takes_secrets()
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
    .read_by(Reader::Monitoring)
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[effect()
        .set("alerts.Slow = { expr = \"up == 0\" }")
        .becomes(Compose, "the hash of Prometheus' files")
        .becomes(Helm, "a rule file of Prometheus")
        .becomes(Prometheus, "a rule")]),
    key(
        "slo",
        SLO,
        "Its service level objectives. They become alerts on the burn rate of the error budget, in two speeds, and a panel of the budget that is left.",
        "slo = { availability = \"99.5%\", latency = { p = 95, under = \"300ms\" }, window = \"30d\" }",
    )
    .read_by(Reader::Monitoring)
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[effect()
        .set("metrics = { port = \"http\" }\nslo = { availability = \"99.5%\", window = \"7d\", requests = \"a_total\", errors = \"b_total\" }")
        .becomes(Compose, "the hash of Prometheus' files")
        .becomes(Helm, "a rule file of Prometheus")
        .becomes(Prometheus, "rules")
        .becomes(Grafana, "panels of its dashboard")]),
    key(
        "panels",
        Shape::List(&PANEL),
        "Panels of its dashboard, shown before those of its kind.",
        "panels = [{ title = \"Predictions\", expr = 'sum(rate(predictions_total{job=\"serving\"}[$__rate_interval]))', unit = \"reqps\" }]",
    )
    .read_by(Reader::Monitoring)
    .of_component()
    .elsewhere_in_kinds()
    .in_targets(&[effect()
        .set("metrics = { port = \"http\" }\npanels = [{ title = \"Requests\", expr = \"up\" }]")
        .becomes(Compose, "the hash of Grafana's files")
        .becomes(Helm, "a dashboard of Grafana")
        .becomes(Grafana, "panels of its dashboard")]),
];

const IN_KINDS_HEALTH: KeyShape = key(
    "health",
    Shape::Either(&[Shape::Table(KIND_HEALTH), Shape::Boolean]),
    "How its health is checked.",
    "health = { http = \"/health\", port = \"http\", with = \"curl\" }",
);
