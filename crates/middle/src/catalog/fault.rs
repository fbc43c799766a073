//! What is wrong with texts that Prometheus reads, whether they stand in a kind or in platform.toml.

use promql_parser::{label::Matcher, parser::Expr};

use crate::{
    diag::{Code, Diagnostic},
    language::promql,
    syntax::Node,
    value::alert_pieces,
};

/// A text of an alert that is no template: Prometheus would refuse all rules of its file. `text` is what stands in the node, as far as
/// it is known.
pub fn template_fault(key: &str, alert: &str, node: &Node, text: &str) -> Option<Diagnostic> {
    let fault = alert_pieces(text).err()?;
    let message =
        format!("`{key}` of the alert `{alert}` is no template that Prometheus can read: {fault}");
    Some(
        Diagnostic::new(Code::BadValue, message)
            .label(node.span, "Prometheus would refuse all rules of its file")
            .help("templates are `{{ $value }}`, `{{ $labels.job }}`, `{{ $value | humanizeDuration }}`, `{{ if gt $value 3.0 }}...{{ end }}` and the like"),
    )
}

/// Labels that no matcher of a histogram may name, and why.
const NOT_OF_BUCKETS: [(&str, &str); 2] = [
    (
        "le",
        "leave `le` out: mlopsgen asks for the bucket that `latency.under` names, and for all of them",
    ),
    (
        "quantile",
        "name a histogram: a summary has quantiles and no buckets",
    ),
];

/// Why a series of `slo` can't be counted.
pub fn series_fault(key: &str, node: &Node, text: &str) -> Option<Diagnostic> {
    if !is_series(text) {
        return Some(
            Diagnostic::new(Code::BadValue, format!("`slo.{key}` is not a series"))
                .label(node.span, "an expression")
                .help("write the name of a counter and its labels, as `http_requests_total{job=\"api\"}`: mlopsgen adds the windows"),
        );
    }
    let matchers = matchers(text);
    let is_named = |(name, _): &&(&str, &str)| matchers.iter().any(|it| it.name == *name);
    let found = NOT_OF_BUCKETS.iter().find(is_named);
    let (name, help) = found.filter(|_| key == "durations")?;
    let message = "`slo.durations` names all buckets of a histogram, not some of them";
    Some(
        Diagnostic::new(Code::BadValue, message)
            .label(node.span, format!("holds the label `{name}`"))
            .help(*help),
    )
}

/// What a series asks of its labels.
pub fn matchers(text: &str) -> Vec<Matcher> {
    match promql(text) {
        Some(Expr::VectorSelector(selector)) => selector.matchers.matchers,
        _ => Vec::new(),
    }
}

/// A series without a window and without arithmetic.
fn is_series(text: &str) -> bool {
    match promql(text) {
        Some(Expr::VectorSelector(selector)) => {
            selector.offset.is_none() && selector.at.is_none() && selector.name.is_some()
        }
        _ => false,
    }
}
