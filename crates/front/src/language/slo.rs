//! The keys of `slo`: the service level objectives of a component.

use super::{
    form::Form,
    inner::{DURATION, TEXTS},
    key::{KeyShape, key},
    shape::Shape,
};

pub(super) const SLO: Shape = Shape::Table(&[
    key(
        "availability",
        Shape::Plain(Form::Percent),
        "The share of requests that must not fail.",
        "availability = \"99.5%\"",
    )
    .also_called(&["objective", "target"]),
    key(
        "latency",
        Shape::Table(&[
            key(
                "p",
                Shape::Number,
                "The percentage of the requests.",
                "p = 95",
            )
            .also_called(&["percentile"])
            .required(),
            key(
                "under",
                DURATION,
                "The time that they may take. The histogram needs a bucket that ends there.",
                "under = \"300ms\"",
            )
            .required(),
        ]),
        "The percentage of requests that must be answered within a time.",
        "latency = { p = 95, under = \"300ms\" }",
    ),
    key(
        "window",
        DURATION,
        "The time over which it is counted; `30d` by default.",
        "window = \"30d\"",
    ),
    key(
        "requests",
        Shape::Plain(Form::Series),
        "The counter of all requests, if the kind has none or you want another one. Without `job` these three series are the component's own.",
        "requests = 'http_requests_total{job=\"serving\"}'",
    ),
    errors(
        Form::Series,
        "errors = 'http_requests_total{job=\"serving\", status=~\"5..\"}'",
    ),
    durations(
        Form::Series,
        "durations = 'http_request_duration_seconds_bucket{job=\"serving\"}'",
    ),
]);

/// How the requests of a kind's components are counted.
pub(super) const KIND_SLO: Shape = Shape::Table(&[
    key(
        "requests",
        Shape::Plain(Form::KindPromQl),
        "The counter of all requests.",
        "requests = 'mlflow_http_request_total{${self.selector}}'",
    ),
    errors(
        Form::KindPromQl,
        "errors = 'mlflow_http_request_total{${self.selector}, status=~\"5..\"}'",
    ),
    durations(
        Form::KindPromQl,
        "durations = 'mlflow_http_request_duration_seconds_bucket{${self.selector}}'",
    ),
    key(
        "buckets",
        Shape::List(&DURATION),
        "Where the buckets of that histogram end, if the program always has the same: a promise that ends elsewhere can't be measured.",
        "buckets = [\"100ms\", \"250ms\", \"1s\"]",
    ),
    key(
        "own_buckets",
        TEXTS,
        "Options and variables of the program that set other buckets: where one of them stands, `buckets` says nothing.",
        "own_buckets = [\"metrics.prometheus.buckets\"]",
    ),
]);

const fn errors(form: Form, example: &'static str) -> KeyShape {
    key(
        "errors",
        Shape::Plain(form),
        "The counter of failed requests.",
        example,
    )
}

const fn durations(form: Form, example: &'static str) -> KeyShape {
    key(
        "durations",
        Shape::Plain(form),
        "The histogram of how long they take, in seconds.",
        example,
    )
}
