//! The keys of a panel of a dashboard, of kinds and of components.

use super::{
    form::Form,
    inner::FREE,
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
};
use crate::value::PanelKind;

const LEGEND: KeyShape = key(
    "legend",
    FREE,
    "Its name in the legend.",
    "legend = \"{{instance}}\"",
);

/// A query of a kind.
const KIND_QUERY: Shape = Shape::Table(&[
    expr(
        Form::KindPromQl,
        "expr = 'sum(rate(redis_commands_processed_total{${self.selector}}[$__rate_interval]))'",
    )
    .required(),
    LEGEND,
]);

const EXPR: KeyShape = expr(
    Form::PanelPromQl,
    "expr = 'sum(rate(predictions_total{job=\"serving\"}[$__rate_interval]))'",
)
.also_called(&["query", "promql", "expression"]);

const fn expr(form: Form, example: &'static str) -> KeyShape {
    key(
        "expr",
        Shape::Plain(form),
        "The PromQL query to draw; `$__rate_interval` is Grafana's.",
        example,
    )
}

const THRESHOLD: Shape = Shape::Table(&[
    key(
        "value",
        Shape::Number,
        "From here on; the first threshold has none.",
        "value = 0.9",
    ),
    key("color", FREE, "The colour.", "color = \"red\"").required(),
]);

const THRESHOLDS: KeyShape = key(
    "thresholds",
    Shape::List(&THRESHOLD),
    "Colours by value.",
    "thresholds = [{ color = \"green\" }, { value = 0.9, color = \"red\" }]",
);

const ROW: KeyShape = key(
    "row",
    FREE,
    "Starts a new row of the dashboard with this title.",
    "row = \"Traffic\"",
);

const TITLE: KeyShape = key(
    "title",
    FREE,
    "The title above the panel.",
    "title = \"Commands\"",
);

const COMMON: &[KeyShape] = &[
    key(
        "description",
        FREE,
        "What it shows, and what to look out for.",
        "description = \"Commands processed a second\"",
    ),
    key(
        "type",
        Shape::Plain(Form::Choice(PanelKind::NAMES)),
        "How it is drawn; `timeseries` by default. `up` shows `Up` for 1 and `Down` for 0; `info` shows the legend in place of \
         the number, as a version.",
        "type = \"gauge\"",
    ),
    key(
        "unit",
        FREE,
        "One of Grafana's units; `short` by default.",
        "unit = \"percentunit\"",
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
];

const OF_KIND: &[Section] = &[
    Section {
        title: "",
        // A panel `type = "up"` has both without saying so: `catalog` asks for them.
        keys: &[ROW, TITLE],
    },
    Section {
        title: "",
        keys: COMMON,
    },
    Section {
        title: "",
        keys: &[
            key(
                "queries",
                Shape::List(&KIND_QUERY),
                "What it draws. Only a panel `type = \"up\"` needs none: it shows whether the last scrape got an answer, and has a title, a description, thresholds and a size for that.",
                "queries = [{ expr = 'redis_up{${self.selector}}', legend = \"{{instance}}\" }]",
            ),
            THRESHOLDS,
        ],
    },
];

const OF_COMPONENT: &[Section] = &[
    Section {
        title: "",
        keys: &[ROW, TITLE.required()],
    },
    Section {
        title: "",
        keys: COMMON,
    },
    Section {
        title: "",
        keys: &[
            EXPR,
            LEGEND,
            key(
                "queries",
                Shape::List(&Shape::Either(&[
                    Shape::Plain(Form::PanelPromQl),
                    Shape::Table(&[EXPR.required(), LEGEND]),
                ])),
                "Several queries, instead of `expr`.",
                "queries = [{ expr = 'drift_share{job=\"monitor\"}', legend = \"{{feature}}\" }]",
            )
            .also_called(&["targets"]),
            key(
                "thresholds",
                Shape::List(&Shape::Either(&[Shape::Number, THRESHOLD])),
                "Colours by value. Numbers alone: green, orange from the first on, red from the second on.",
                "thresholds = [0.1, 0.3]",
            ),
        ],
    },
];

/// A panel of a kind.
pub(super) const KIND_PANEL: Shape = Shape::Table(&join::<{ length(OF_KIND) }>(OF_KIND));

/// A panel of a component.
pub(super) const PANEL: Shape = Shape::Table(&join::<{ length(OF_COMPONENT) }>(OF_COMPONENT));
