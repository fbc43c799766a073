//! Alerts, of components and of kinds.

use super::{
    form::{Form, NameRule},
    inner::{DURATION, FREE, FREE_LIST},
    key::{KeyShape, key},
    shape::Shape,
};
use crate::value::AlertSeverity;

/// Keys of one of a component's alerts.
pub(super) const ALERT: Shape = Shape::Table(&[
    key(
        "expr",
        Shape::Plain(Form::PromQl),
        "The alert fires while this expression returns anything. For an alert of the kind you may leave it out: its other keys stay.",
        "expr = \"up == 0\"",
    )
    .also_called(&["expression", "query", "condition", "promql"]),
    FOR,
    KEEP,
    SEVERITY,
    LABELS,
    SUMMARY,
    DESCRIPTION,
    RUNBOOK,
]);

/// Keys of one of the alerts that are about a pipeline; `false` takes it away.
pub(super) const PIPELINE_ALERT: Shape = Shape::Either(&[
    Shape::Table(&[FOR, KEEP, SEVERITY, LABELS, SUMMARY, DESCRIPTION, RUNBOOK]),
    Shape::Boolean,
]);

const SUMMARY: KeyShape = key(
    "summary",
    FREE,
    "One line for a person; `{{ $value }}` and `{{ $labels.x }}` are filled in.",
    "summary = \"{{ $labels.instance }} is down\"",
)
.also_called(&["message"]);

const DESCRIPTION: KeyShape = key(
    "description",
    FREE,
    "What it means and what to do; `{{ $value }}` and `{{ $labels.x }}` are filled in.",
    "description = \"look at the logs first\"",
);

const FOR: KeyShape = key(
    "for",
    DURATION,
    "How long the expression has to hold before the alert fires.",
    "for = \"5m\"",
);

const KEEP: KeyShape = key(
    "keep_firing_for",
    DURATION,
    "How long the alert still fires after the expression no longer holds.",
    "keep_firing_for = \"10m\"",
);

const SEVERITY: KeyShape = key(
    "severity",
    Shape::Plain(Form::Choice(AlertSeverity::NAMES)),
    "The label `severity`; `warning` by default.",
    "severity = \"critical\"",
);

const LABELS: KeyShape = key(
    "labels",
    Shape::Map(NameRule::AlertLabel, &Shape::Constant),
    "Further labels beside `severity`, `component`, `group` and `down`.",
    "labels = { team = \"ranking\" }",
);

const RUNBOOK: KeyShape = key(
    "runbook_url",
    Shape::Plain(Form::Page),
    "The URL of a page that says what to do.",
    "runbook_url = \"https://wiki.example.com/runbooks/serving-down\"",
);

/// Keys of one of a kind's alerts.
pub(super) const KIND_ALERT: Shape = Shape::Table(&[
    key(
        "expr",
        Shape::Plain(Form::KindPromQl),
        "Fires while this returns anything; `${self.selector}` selects the component's own series.",
        "expr = 'redis_up{${self.selector}} == 0'",
    )
    .also_called(&["expression", "query", "condition", "promql"])
    .required(),
    FOR,
    KEEP,
    SEVERITY,
    LABELS,
    key(
        "down",
        Shape::Boolean,
        "It says that the component does not work at all: while it fires, the other alerts of the component are held back, and those of what needs it. Where several instances run, it is about one of them, and holds back only what is about the same one. The label `down` says which.",
        "down = true",
    ),
    key(
        "of_series",
        Shape::Boolean,
        "It has `component` and `group` of the series that its expression finds, where it finds any; else the component's own. So has every alert of a component whose `metrics` say `about`, but for those with `down`.",
        "of_series = true",
    ),
    key(
        "of_pipeline",
        FREE,
        "The label of its series that names a pipeline: `alerts` of a pipeline change what is about that one.",
        "of_pipeline = \"dag_id\"",
    ),
    key(
        "of_role",
        FREE,
        "It has `component` and `group` of the component in this role: what an exporter says of its server.",
        "of_role = \"database\"",
    ),
    key(
        "held_back_by",
        FREE_LIST,
        "More specific alerts about the same problem: while one of them fires for this component, this alert is silent.",
        "held_back_by = [\"KubePodCannotStart\"]",
    ),
    key(
        "held_back_by_any",
        FREE_LIST,
        "The same, of whatever component they are.",
        "held_back_by_any = [\"ContainerKilledForMemory\"]",
    ),
    key(
        "gone_part",
        FREE,
        "The part of which none works while it fires: the platform's own alerts on that part are silent then.",
        "gone_part = \"worker\"",
    ),
    key(
        "summary",
        Shape::Text,
        "One line for a person; Prometheus' own `{{ }}` works.",
        "summary = \"Redis `${self.name}` is down\"",
    )
    .also_called(&["message"]),
    key(
        "description",
        Shape::Text,
        "What it means and what to do.",
        "description = \"The exporter can't log in.\"",
    ),
    RUNBOOK,
]);
