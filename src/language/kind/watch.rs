//! What a kind brings to watch it by: alerts, recording rules, panels of its dashboard.

use crate::{
    language::{form::Form, inner::FREE, key::key, shape::Shape},
    value::PanelKind,
};

pub(super) const RECORD: Shape = Shape::Table(&[
    key(
        "record",
        FREE,
        "The name of the new series.",
        "record = \"redis:keyspace_hit_ratio\"",
    )
    .required(),
    key(
        "expr",
        Shape::Plain(Form::KindPromQl),
        "What is recorded.",
        "expr = 'rate(redis_keyspace_hits_total{${self.selector}}[5m])'",
    )
    .required(),
]);

const QUERY: Shape = Shape::Table(&[
    key(
        "expr",
        Shape::Plain(Form::KindPromQl),
        "What is drawn; `$__rate_interval` is Grafana's.",
        "expr = 'sum(rate(redis_commands_processed_total{${self.selector}}[$__rate_interval]))'",
    )
    .required(),
    key(
        "legend",
        FREE,
        "What the legend calls it.",
        "legend = \"{{instance}}\"",
    ),
]);

const THRESHOLD: Shape = Shape::Table(&[
    key(
        "value",
        Shape::Number,
        "From here on; the first threshold has none.",
        "value = 0.9",
    ),
    key("color", FREE, "The colour.", "color = \"red\"").required(),
]);

pub(super) const PANEL: Shape = Shape::Table(&[
    key(
        "row",
        FREE,
        "Starts a new row of the dashboard with this title.",
        "row = \"Traffic\"",
    ),
    key(
        "title",
        FREE,
        "What stands above it.",
        "title = \"Commands\"",
    )
    .required(),
    key(
        "description",
        FREE,
        "What it shows, and what to look out for.",
        "description = \"Commands processed a second\"",
    ),
    key(
        "type",
        Shape::Plain(Form::Choice(PanelKind::NAMES)),
        "How it is drawn; `timeseries` by default.",
        "type = \"gauge\"",
    ),
    key(
        "unit",
        FREE,
        "One of Grafana's units; `short` by default.",
        "unit = \"percentunit\"",
    ),
    key(
        "queries",
        Shape::List(&QUERY),
        "What it draws.",
        "queries = [{ expr = 'redis_up{${self.selector}}', legend = \"{{instance}}\" }]",
    )
    .required(),
    key(
        "thresholds",
        Shape::List(&THRESHOLD),
        "Colours by value.",
        "thresholds = [{ color = \"green\" }, { value = 0.9, color = \"red\" }]",
    ),
    key("min", Shape::Number, "Where the axis starts.", "min = 0"),
    key("max", Shape::Number, "Where the axis ends.", "max = 1"),
    key(
        "width",
        Shape::Integer(1, 24),
        "Of 24 columns; 12 by default.",
        "width = 8",
    ),
    key(
        "height",
        Shape::Integer(1, 40),
        "In rows of the grid; 8 by default.",
        "height = 6",
    ),
]);
