//! Expressions that Prometheus reads only with a switch of its own.

use promql_parser::parser::{Expr, token};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::promql,
    model::{Component, Purpose, Workload},
};

/// The switch.
const FEATURE: &str = "promql-experimental-functions";

/// Alerts whose expression has a function that is an experiment: Prometheus refuses their file.
pub(super) fn experimental(facts: Facts<'_>, sink: &mut Sink) {
    let server = facts.platform.first_for(Purpose::Metrics);
    if server.is_some_and(|it| it.external.is_some() || is_switched_on(it)) {
        return;
    }
    for component in &facts.platform.components {
        for alert in component.alerts.iter().filter(|alert| !alert.from_kind) {
            let Some(name) = promql(&alert.expr).and_then(|expr| first(&expr)) else {
                continue;
            };
            let message = format!("`{name}` is an experiment of Prometheus, which is off");
            sink.push(
                Diagnostic::new(Code::BadValue, message)
                    .label(alert.span, "Prometheus refuses this alert")
                    .help(match server {
                        Some(server) => format!(
                            "take another function, or switch it on in `args` of `{}`: `--enable-feature={FEATURE}`",
                            server.name
                        ),
                        None => "take another function".to_string(),
                    })
                    .about(&component.name),
            );
        }
    }
}

fn is_switched_on(server: &Component) -> bool {
    let words = |workload: &Workload| {
        let mut words = workload.command.iter().flatten();
        words.any(|word| word.as_plain().is_some_and(|word| word.contains(FEATURE)))
    };
    server.workloads.iter().any(words)
}

/// The first function or operator of this sort in an expression.
fn first(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Call(call) if call.func.experimental => Some(call.func.name.to_string()),
        Expr::Call(call) => call.args.args.iter().find_map(|it| first(it)),
        Expr::Aggregate(it) => {
            let name = it.op.to_string();
            match it.op.id() {
                token::T_LIMITK | token::T_LIMIT_RATIO => Some(name),
                _ => first(&it.expr).or_else(|| it.param.as_deref().and_then(first)),
            }
        }
        Expr::Binary(it) => first(&it.lhs).or_else(|| first(&it.rhs)),
        Expr::Unary(it) => first(&it.expr),
        Expr::Paren(it) => first(&it.expr),
        Expr::Subquery(it) => first(&it.expr),
        _ => None,
    }
}
