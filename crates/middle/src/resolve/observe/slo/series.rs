//! Series that count requests, as the user or a kind writes them.

use std::borrow::Cow;

use crate::{
    language::promql,
    syntax::{Node, Value},
};

/// A series without a window and without arithmetic.
pub(super) fn is_series(text: &str) -> bool {
    use promql_parser::parser::Expr;
    match promql(text) {
        Some(Expr::VectorSelector(selector)) => {
            selector.offset.is_none() && selector.at.is_none() && selector.name.is_some()
        }
        _ => false,
    }
}

/// The series that is counted: of a histogram its buckets, whichever of its names is written.
pub(super) fn counted<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
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

/// The buckets of a histogram that is given by them or by its name.
fn buckets(series: &str) -> String {
    let end = series.find('{').unwrap_or(series.len());
    let name = series[..end].trim();
    if name.ends_with("_bucket") {
        return series.to_string();
    }
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
    }
}
