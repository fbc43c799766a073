//! Expressions that Prometheus reads only with a switch of its own.

use promql_parser::parser::{Expr, token};

use super::Facts;
use crate::{
    diag::{Code, Diagnostic, Sink},
    language::{promql, without_variables},
    model::{Component, Purpose, Workload},
    source::Span,
    syntax::{Node, Table},
};

/// The switch.
const FEATURE: &str = "promql-experimental-functions";

/// Alerts and panels whose expression has a function that is an experiment: Prometheus refuses the file of rules, and the question of a
/// panel. Service levels name series, and no functions.
pub(super) fn experimental(facts: Facts<'_>, sink: &mut Sink) {
    let server = facts.platform.first_for(Purpose::Metrics);
    if server.is_some_and(|it| it.external.is_some() || is_switched_on(it)) {
        return;
    }
    for component in &facts.platform.components {
        for (text, (what, span)) in expressions(component) {
            let Some(name) = promql(&without_variables(&text)).and_then(|expr| first(&expr)) else {
                continue;
            };
            let message = format!("`{name}` is an experiment of Prometheus, which is off");
            sink.push(
                Diagnostic::new(Code::BadValue, message)
                    .label(span, format!("Prometheus refuses this {what}"))
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

/// The expressions of the user's on a component: what each is of, and its place.
fn expressions(component: &Component) -> Vec<(String, (&'static str, Span))> {
    let of_user = component.alerts.iter().filter(|alert| !alert.from_kind);
    let mut out: Vec<_> = of_user
        .map(|alert| (alert.expr.clone(), ("alert", alert.span)))
        .collect();
    let written = component.main().map(|main| &main.written);
    if let Some(panels) = written.and_then(|table| table.get("panels")) {
        strings_in(panels, &["expr", "queries"], &mut |text, span| {
            out.push((text.to_string(), ("panel", span)));
        });
    }
    out
}

/// The strings below some keys of a table, or of each table of a list.
fn strings_in(node: &Node, keys: &[&str], found: &mut dyn FnMut(&str, Span)) {
    for table in node.as_array().unwrap_or(std::slice::from_ref(node)) {
        for (key, node) in table.as_table().into_iter().flat_map(Table::iter) {
            if !keys.contains(&key.name.as_str()) {
                continue;
            }
            for item in node.as_array().unwrap_or(std::slice::from_ref(node)) {
                match item.as_str() {
                    Some(text) => found(text, item.span),
                    None => strings_in(item, keys, found),
                }
            }
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
