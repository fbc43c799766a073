//! What the parser of PromQL takes, and Prometheus does not.

use promql_parser::{
    parser::{Expr, VectorSelector},
    util::{ExprVisitor, walk_expr},
};

/// Whether an expression is of VictoriaMetrics: `{a="1" or b="2"}`.
pub(super) fn is_foreign(expr: &Expr) -> bool {
    !matches!(walk_expr(&mut Selectors, expr), Ok(true))
}

/// Goes on as long as selectors are those of Prometheus.
struct Selectors;

impl ExprVisitor for Selectors {
    type Error = ();

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, ()> {
        let is_plain = |it: &VectorSelector| it.matchers.or_matchers.is_empty();
        Ok(match expr {
            Expr::VectorSelector(selector) => is_plain(selector),
            Expr::MatrixSelector(selector) => is_plain(&selector.vs),
            _ => true,
        })
    }
}
