//! Rules that look back over less time than two scrapes: a rate needs two samples, so they would never say anything.

use promql_parser::{
    parser::Expr,
    util::{ExprVisitor, walk_expr},
};

use crate::{
    diag::{Code, Diagnostic},
    language::promql,
    model::Platform,
    speak::units::prometheus,
    target::shared::scrape::Job,
};

/// Functions that give nothing for a single sample.
const NEED_TWO: [&str; 6] = ["rate", "irate", "increase", "delta", "idelta", "deriv"];

/// A warning for each component whose rules look back too little for its own scrape interval.
pub(super) fn too_short(platform: &Platform, jobs: &[Job<'_>]) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for component in &platform.components {
        let slowest = jobs
            .iter()
            .filter(|job| job.component.name == component.name)
            .max_by_key(|job| job.interval);
        let Some(job) = slowest else {
            continue;
        };
        let alerts = component.alerts.iter().map(|rule| (&rule.name, &rule.expr));
        let records = component
            .records
            .iter()
            .map(|rule| (&rule.name, &rule.expr));
        let shortest = alerts
            .chain(records)
            .filter_map(|(name, expr)| Some((shortest_window(expr)?, name)))
            .min();
        let Some((window, rule)) = shortest.filter(|(window, _)| *window < 2 * job.interval) else {
            continue;
        };
        out.push(
            Diagnostic::new(
                Code::TargetLoss,
                format!(
                    "prometheus: the rule `{rule}` of `{}` looks back {}, but its metrics come every {}: a rate needs two samples, so the rule says nothing",
                    component.name,
                    prometheus::duration(window),
                    prometheus::duration(job.interval),
                ),
            )
            .about(&component.name)
            .label(job.metrics.span, "scraped too seldom for its rules")
            .help(format!(
                "scrape at least every {}, as in `metrics.interval = \"{}\"`",
                prometheus::duration(window / 2),
                prometheus::duration(window / 2),
            )),
        );
    }
    out
}

/// The shortest range, in milliseconds, over which an expression takes a rate. An expression that is no PromQL has none.
fn shortest_window(expr: &str) -> Option<u64> {
    struct Shortest(Option<u64>);
    impl ExprVisitor for Shortest {
        type Error = String;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
            if let Expr::Call(call) = expr
                && NEED_TWO.contains(&call.func.name)
                && let Some(Expr::MatrixSelector(selector)) =
                    call.args.args.first().map(AsRef::as_ref)
            {
                let range = u64::try_from(selector.range.as_millis()).unwrap_or(u64::MAX);
                self.0 = Some(self.0.map_or(range, |shortest| shortest.min(range)));
            }
            Ok(true)
        }
    }
    let mut shortest = Shortest(None);
    walk_expr(&mut shortest, &promql(expr)?).ok()?;
    shortest.0
}

#[cfg(test)]
mod tests {
    use super::shortest_window;

    #[test]
    fn only_rates_need_two_samples() {
        assert_eq!(
            shortest_window("sum(rate(a[5m])) / sum(increase(b[1m])) > max_over_time(c[1s])"),
            Some(60_000)
        );
        assert_eq!(shortest_window("up == 0"), None);
    }
}
