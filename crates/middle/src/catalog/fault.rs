//! What is wrong with texts that Prometheus reads, whether they stand in a kind or in platform.toml.

use crate::{
    diag::{Code, Diagnostic},
    language::promql::{Expr, Matcher, promql},
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

/// A series that `slo` counts: a name and what is asked of its labels, without a window and without arithmetic.
pub struct Series {
    matchers: Vec<Matcher>,
}

impl Series {
    /// Reads the text of the series of this key. Errors: why it can't be counted.
    pub fn read(key: &str, node: &Node, text: &str) -> Result<Self, Box<Diagnostic>> {
        let Some(Expr::Selector(selector)) = promql(text).filter(is_plain) else {
            let fault = Diagnostic::new(Code::BadValue, format!("`slo.{key}` is not a series"))
                .label(node.span, "an expression")
                .help("write the name of a counter and its labels, as `http_requests_total{job=\"api\"}`: mlopsgen adds the windows");
            return Err(Box::new(fault));
        };
        let series = Self {
            matchers: selector.matchers,
        };
        let is_named = |(name, _): &&(&str, &str)| series.asks_for(name);
        match NOT_OF_BUCKETS.iter().find(is_named) {
            Some((name, help)) if key == "durations" => {
                let message = "`slo.durations` names all buckets of a histogram, not some of them";
                let fault = Diagnostic::new(Code::BadValue, message)
                    .label(node.span, format!("holds the label `{name}`"))
                    .help(*help);
                Err(Box::new(fault))
            }
            _ => Ok(series),
        }
    }

    /// What it asks of a label.
    pub fn matchers_of(&self, label: &str) -> impl Iterator<Item = &Matcher> {
        self.matchers.iter().filter(move |it| it.name == label)
    }

    /// Whether it asks anything of a label.
    pub fn asks_for(&self, label: &str) -> bool {
        self.matchers_of(label).next().is_some()
    }
}

/// Whether an expression is a series without a window and without arithmetic.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Selector(selector) => {
            let time = &selector.time;
            time.offset.is_none() && time.at.is_none() && selector.name.is_some()
        }
        _ => false,
    }
}
