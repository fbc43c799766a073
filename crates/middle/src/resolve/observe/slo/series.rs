//! Series that count requests, as the user or a kind writes them.

use std::borrow::Cow;

use crate::{
    catalog::Series,
    diag::{Code, Diagnostic, Sink},
    expand::ComponentDraft,
    resolve::observe::has_metrics,
    syntax::{Node, Value},
};

/// Reports a series of the user's that no sample of the component's fits. `own` are the labels that Prometheus gives all of them:
/// none where something else may have changed them.
pub(super) fn report_no_match(
    key: &str,
    node: &Node,
    series: &Series,
    own: &[(&str, &str)],
    sink: &mut Sink,
) {
    // Another job may be meant, whose samples have other labels.
    if series.asks_for("job") {
        return;
    }
    for (name, value) in own {
        if series
            .matchers_of(name)
            .any(|it| it.test().is_some_and(|it| !it.fits(value)))
        {
            sink.push(
                Diagnostic::new(Code::BadValue, format!("`slo.{key}` matches no series"))
                    .label(
                        node.span,
                        format!("the label `{name}` of its samples is `{value}`"),
                    )
                    .help(format!(
                        "leave `{name}` out, or say whose series are meant: `job=\"NAME\"`"
                    )),
            );
        }
    }
}

/// A user's series as it is counted; `read` is what was read of it. Without a matcher on `job` it means the component's own jobs, where
/// it has any: another program may count its requests under the same name.
pub(super) fn of_user(
    draft: &ComponentDraft,
    key: &str,
    text: &str,
    read: Option<&Series>,
) -> String {
    let counted = counted(key, text);
    match read {
        Some(series) if has_metrics(draft) && !series.asks_for("job") => {
            with(&counted, &format!("job=~\"{}(/.+)?\"", draft.name))
        }
        _ => counted.into_owned(),
    }
}

/// The labels that Prometheus gives every sample of the component's own jobs; none where an entry of `metrics` changes them.
pub(super) fn own_labels(draft: &ComponentDraft) -> Vec<(&str, &str)> {
    let mut jobs = draft.workloads.iter();
    let changes = ["honor_labels", "relabel", "metric_relabel", "about"];
    let is_changed = jobs.any(|it| {
        let entries = it.table.one_or_many_tables("metrics");
        entries
            .iter()
            .any(|entry| changes.iter().any(|key| entry.get(key).is_some()))
    });
    if is_changed || !has_metrics(draft) {
        return Vec::new();
    }
    let group = draft.group.as_deref().map(|group| ("group", group));
    [("component", draft.name.as_str())]
        .into_iter()
        .chain(group)
        .collect()
}

/// The series that is counted: of a histogram its buckets, whichever of its names is written.
fn counted<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
    match key {
        "durations" => Cow::Owned(buckets(text)),
        _ => Cow::Borrowed(text),
    }
}

/// [`counted`] for a string in its place.
pub(super) fn counted_node(key: &str, node: &Node) -> Node {
    let mut node = node.clone();
    if let Value::String(text) = &mut node.value {
        *text = counted(key, text).into_owned();
    }
    node
}

/// The buckets of a histogram that is given by them, by its name, or by another of its series.
fn buckets(series: &str) -> String {
    let end = series.find('{').unwrap_or(series.len());
    let name = series[..end].trim();
    if name.ends_with("_bucket") {
        return series.to_string();
    }
    let parts = ["_count", "_sum"].iter();
    let name = parts.fold(name, |name, part| name.strip_suffix(part).unwrap_or(name));
    format!("{name}_bucket{}", &series[end..])
}

/// A series with one more matcher.
pub(super) fn with(series: &str, matcher: &str) -> String {
    match series.rfind('}') {
        None => format!("{series}{{{matcher}}}"),
        Some(end) => {
            let before = series[..end].trim_end();
            let comma = if before.ends_with(['{', ',']) {
                ""
            } else {
                ", "
            };
            format!("{before}{comma}{matcher}}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{buckets, with};

    #[test]
    fn a_matcher_is_added_to_any_series() {
        assert_eq!(with("a", "x=\"1\""), "a{x=\"1\"}");
        assert_eq!(with("a{}", "x=\"1\""), "a{x=\"1\"}");
        assert_eq!(with("a{b=\"}\"}", "x=\"1\""), "a{b=\"}\", x=\"1\"}");
        assert_eq!(buckets("a_seconds{b=\"c\"}"), "a_seconds_bucket{b=\"c\"}");
        assert_eq!(buckets("a_bucket"), "a_bucket");
        assert_eq!(
            buckets("a_seconds_count{b=\"c\"}"),
            "a_seconds_bucket{b=\"c\"}"
        );
        assert_eq!(buckets("a_seconds_sum"), "a_seconds_bucket");
    }
}
