//! What expressions of PromQL ask for.

use std::collections::BTreeSet;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::Expr,
    util::{ExprVisitor, walk_expr},
};

use crate::language::promql;

/// The jobs that an expression names in `job="..."`.
pub(in crate::target) fn jobs_of(expr: &str) -> BTreeSet<String> {
    struct Jobs(BTreeSet<String>);
    impl ExprVisitor for Jobs {
        type Error = String;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
            let selector = match expr {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(selector) => &selector.vs,
                _ => return Ok(true),
            };
            let named = |it: &&Matcher| it.name == "job" && it.op == MatchOp::Equal;
            let matchers = selector.matchers.matchers.iter().filter(named);
            self.0.extend(matchers.map(|it| it.value.clone()));
            Ok(true)
        }
    }
    let mut jobs = Jobs(BTreeSet::new());
    if let Some(expr) = promql(expr) {
        // The visitor has no error of its own.
        let _ = walk_expr(&mut jobs, &expr);
    }
    jobs.0
}
