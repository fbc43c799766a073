//! Alerts of the user's own that ask for jobs that nothing scrapes: they never fire.

use std::collections::BTreeSet;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::Expr,
    util::{ExprVisitor, walk_expr},
};

use crate::{
    diag::{Code, Diagnostic, nearest},
    language::promql,
    model::{Component, SettingValue},
    target::shared::scrape::Job,
};

/// A warning for each alert that names a job that does not exist. Who has scrape jobs of their own knows them better.
pub(super) fn unknown_jobs(
    components: &[Component],
    prometheus: &Component,
    jobs: &[Job<'_>],
) -> Vec<Diagnostic> {
    let own = prometheus.setting("scrape_configs");
    if matches!(own, Some(SettingValue::Files(files)) if !files.is_empty()) {
        return Vec::new();
    }
    let known: BTreeSet<&str> = jobs.iter().map(|job| job.metrics.job.as_str()).collect();
    let alerts = components
        .iter()
        .flat_map(|component| component.alerts.iter().map(move |alert| (component, alert)))
        .filter(|(_, alert)| !alert.from_kind && alert.expr.contains("job"));
    let mut out = Vec::new();
    for (component, alert) in alerts {
        for job in jobs_of(&alert.expr) {
            if known.contains(job.as_str()) {
                continue;
            }
            out.push(
                Diagnostic::new(
                    Code::TargetLoss,
                    format!(
                        "prometheus: the alert `{}` asks for the job `{job}`, which is not scraped: it does not see what it asks for",
                        alert.name
                    ),
                )
                .about(&component.name)
                .label(alert.span, "this alert")
                .misspelled(&job, nearest(&job, known.iter().copied()), || {
                    "a scrape job has the name of its component; `metrics` makes one".to_string()
                }),
            );
        }
    }
    out
}

/// The jobs that an expression names in `job="..."`.
fn jobs_of(expr: &str) -> BTreeSet<String> {
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
