//! What expressions of PromQL ask for.

use std::collections::BTreeSet;

use crate::language::promql::{
    AggregateOp, Expr, Grouping, METRIC_NAME, MatchOp, Matcher, Selector, promql,
};

/// The series that Prometheus makes of its alerts.
const OF_ALERTS: [&str; 2] = ["ALERTS", "ALERTS_FOR_STATE"];

/// The jobs that an expression names in `job="..."`.
pub(in crate::target) fn jobs_of(expr: &str) -> BTreeSet<String> {
    let asked = asked_of(expr).into_iter();
    asked.map(|(job, _)| job).collect()
}

/// The values of a label that an expression asks for and that are none of these, as of `job`: the names of `job="..."` and
/// `job=~"a|b"`, and regular expressions that none of these fits. What has no such label is asked for by an empty value. What a
/// rule records may have other values: its expression says them. So may an alert: its rule says them.
pub(in crate::target) fn others(
    expr: &str,
    label: &str,
    known: &BTreeSet<&str>,
) -> BTreeSet<String> {
    let mut strange = BTreeSet::new();
    each_selector(expr, |selector| {
        let is_of_rules = |name: String| name.contains(':') || OF_ALERTS.contains(&&*name);
        if name_of(selector).is_some_and(is_of_rules) {
            return;
        }
        let of_label = selector.matchers.iter();
        for matcher in of_label.filter(|it| it.name == label) {
            let Some(test) = matcher.test().filter(|it| !it.fits("")) else {
                continue;
            };
            let value = &matcher.value;
            match matcher.op {
                MatchOp::Equal => strange.extend([value.clone()]),
                MatchOp::Regex if is_list(value) => {
                    strange.extend(value.split('|').map(str::to_string));
                }
                MatchOp::Regex if !known.iter().any(|it| test.fits(it)) => {
                    strange.extend([value.clone()]);
                }
                _ => {}
            }
        }
    });
    strange.retain(|value| !known.contains(value.as_str()));
    strange
}

/// The recorded series that an expression asks for: rules alone make names with a colon.
pub(in crate::target) fn recorded_of(expr: &str) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    each_selector(expr, |selector| {
        asked.extend(name_of(selector).filter(|name| name.contains(':')));
    });
    asked
}

/// Whether a regular expression is nothing but names and `|`.
fn is_list(pattern: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_/|".contains(c);
    pattern.chars().all(is_plain)
}

/// What an expression asks of which job: the job of `job="..."`, and the name of the series where it says one.
pub(in crate::target) fn asked_of(expr: &str) -> BTreeSet<(String, Option<String>)> {
    let mut asked = BTreeSet::new();
    each_selector(expr, |selector| {
        let named = |it: &&Matcher| it.name == "job" && it.op == MatchOp::Equal;
        let matchers = selector.matchers.iter().filter(named);
        asked.extend(matchers.map(|it| (it.value.clone(), name_of(selector))));
    });
    asked
}

/// The names of the series that an expression asks of any job.
pub(in crate::target) fn asked_of_any(expr: &str) -> BTreeSet<String> {
    let mut asked = BTreeSet::new();
    each_selector(expr, |selector| {
        let mut matchers = selector.matchers.iter();
        if !matchers.any(|it| it.name == "job") {
            asked.extend(name_of(selector));
        }
    });
    asked
}

/// The name of the series that a selector asks for, in front of the braces or in them.
fn name_of(selector: &Selector) -> Option<String> {
    let named = |it: &&Matcher| it.name == METRIC_NAME && it.op == MatchOp::Equal;
    let mut matchers = selector.matchers.iter();
    let inside = || matchers.find(named).map(|it| it.value.clone());
    selector.name.clone().or_else(inside)
}

/// Whether a result still has a label of the series that the expression reads: then each of its values gives a series of its
/// own.
pub(in crate::target) fn keeps(expr: &str, label: &str) -> bool {
    promql(expr).is_some_and(|expr| is_kept(&expr, label))
}

fn is_kept(expr: &Expr, label: &str) -> bool {
    match expr {
        Expr::Selector(_) | Expr::Range(_) => true,
        Expr::Number(_) | Expr::Text(_) => false,
        Expr::Subquery(subquery) => is_kept(&subquery.of, label),
        Expr::Paren(inner) | Expr::Signed(inner) => is_kept(inner, label),
        Expr::Binary(sides) => is_kept(&sides.left, label) || is_kept(&sides.right, label),
        Expr::Call(call) => call.args.iter().any(|it| is_kept(it, label)),
        Expr::Aggregate(aggregate) => {
            let names = |labels: &[String]| labels.iter().any(|name| name == label);
            let stays = match &aggregate.grouping {
                Some(Grouping::By(labels)) => names(labels),
                Some(Grouping::Without(labels)) => !names(labels),
                None => matches!(aggregate.op, AggregateOp::TopK | AggregateOp::BottomK),
            };
            stays && is_kept(&aggregate.of, label)
        }
    }
}

/// Visits the selectors of an expression; none of one that is no PromQL.
fn each_selector(expr: &str, mut visit: impl FnMut(&Selector)) {
    if let Some(expr) = promql(expr) {
        expr.walk(&mut |part| match part {
            Expr::Selector(selector) => visit(selector),
            Expr::Range(range) => visit(&range.of),
            _ => {}
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{asked_of, asked_of_any, keeps, others, recorded_of};

    #[test]
    fn a_series_has_its_name_before_the_braces_or_in_them() {
        let named = ("a".to_string(), Some("b".to_string()));
        for expr in [
            "b{job=\"a\"}",
            "{__name__=\"b\", job=\"a\"}",
            "{\"b\", job=\"a\"}",
        ] {
            assert_eq!(asked_of(expr), [named.clone()].into(), "{expr}");
        }
        assert_eq!(asked_of_any("{\"b\"}"), ["b".to_string()].into());
    }

    #[test]
    fn a_label_is_kept_where_nothing_sums_it_up() {
        for (expr, wanted) in [
            ("up", true),
            ("rate(x[5m]) / y", true),
            ("1 - x{a=\"b\"} > 0", true),
            ("sum by (job, le) (x)", true),
            (
                "histogram_quantile(0.9, sum by (job, le) (rate(x[5m])))",
                true,
            ),
            ("sum without (instance) (x)", true),
            ("topk(3, x)", true),
            ("sum(x)", false),
            ("sum by (le) (sum by (job) (x))", false),
            ("max without (job) (x)", false),
            ("time() - max(x)", false),
        ] {
            assert_eq!(keeps(expr, "job"), wanted, "{expr}");
        }
    }

    #[test]
    fn unknown_are_names_of_no_job_and_patterns_that_match_none() {
        let known = ["api", "api/probe", "cache"].into();
        let strange = |expr| Vec::from_iter(others(expr, "job", &known));
        assert_eq!(
            strange("up{job=\"cach\"} == 0 or up{job=\"api\"}"),
            ["cach"]
        );
        assert_eq!(strange("rate(x{job=~\"cache|nobody\"}[5m])"), ["nobody"]);
        assert_eq!(strange("up{job=~\"db-.+\"}"), ["db-.+"]);
        assert_eq!(strange("up{job=~\"api(/.+)?\", job!~\"db\"}"), [""; 0]);
        assert_eq!(strange("up{job=\"\"} or up{job=~\"|db\"}"), [""; 0]);
        assert_eq!(
            strange("a:b{job=\"all\"} / {__name__=\"c:d\", job=\"all\"}"),
            [""; 0]
        );
        let recorded = recorded_of("a:b:rate5m{job=\"api\"} / on () {__name__=\"c:d\"} + e");
        assert_eq!(Vec::from_iter(recorded), ["a:b:rate5m", "c:d"]);
    }
}
