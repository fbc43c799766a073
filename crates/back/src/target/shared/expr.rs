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
    let asked = asked_of(expr).into_iter();
    asked.map(|(job, _)| job).collect()
}

/// What an expression asks of which job: the job of `job="..."`, and the name of the series where it says one.
pub(in crate::target) fn asked_of(expr: &str) -> BTreeSet<(String, Option<String>)> {
    struct Asked(BTreeSet<(String, Option<String>)>);
    impl ExprVisitor for Asked {
        type Error = String;
        fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
            let selector = match expr {
                Expr::VectorSelector(selector) => selector,
                Expr::MatrixSelector(selector) => &selector.vs,
                _ => return Ok(true),
            };
            let named = |it: &&Matcher| it.name == "job" && it.op == MatchOp::Equal;
            let matchers = selector.matchers.matchers.iter().filter(named);
            let asked = matchers.map(|it| (it.value.clone(), selector.name.clone()));
            self.0.extend(asked);
            Ok(true)
        }
    }
    let mut asked = Asked(BTreeSet::new());
    if let Some(expr) = promql(expr) {
        // The visitor has no error of its own.
        let _ = walk_expr(&mut asked, &expr);
    }
    asked.0
}
