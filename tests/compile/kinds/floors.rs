//! An alert on a share of what is counted has a floor: of three requests one that fails is a third.

use std::collections::BTreeSet;

use mlopsgen::syntax::{Table, Value};
use promql_parser::parser::{
    BinaryExpr, Expr,
    token::{T_DIV, T_EQLC, T_GTE, T_GTR, T_LAND, T_LOR, T_LSS, T_LTE, T_NEQ},
};

use super::catalog;

/// Shares of what is counted all the time, whoever asks (the scheduler's periods of a container), and a mean, of which each
/// run tells.
const FREE: [&str; 3] = [
    "AirflowScheduleDelay",
    "ContainerThrottled",
    "KubeContainerThrottled",
];

#[test]
fn a_share_of_what_is_counted_has_a_floor() {
    let mut without = Vec::new();
    let mut shares = 0;
    for (name, kind) in catalog() {
        let recorded = recorded_shares(&kind.table);
        let mut tables = kind.table.one_or_many_tables("when");
        tables.push(&kind.table);
        let alerts = tables.into_iter().filter_map(|it| it.table("alerts"));
        for (key, node) in alerts.flat_map(Table::iter) {
            let Value::Table(alert) = &node.value else {
                continue;
            };
            let Some(expr) = alert.string("expr").map(parsed) else {
                continue;
            };
            let found = unfloored(&expr, &recorded);
            shares += found.shares;
            if found.without > 0 && !FREE.contains(&key.name.as_str()) {
                without.push(format!("{} of {name}", key.name));
            }
        }
    }
    assert!(shares > 15, "only {shares} shares were found");
    assert!(without.is_empty(), "without a floor: {without:?}");
}

fn parsed(text: &str) -> Expr {
    let mut plain = text.replace("${self.selector}", "job=\"own\"");
    while let Some(start) = plain.find("${") {
        let end = start + plain[start..].find('}').expect("a reference ends");
        plain.replace_range(start..=end, "1");
    }
    promql_parser::parser::parse(&plain).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The series that record a share.
fn recorded_shares(kind: &Table) -> BTreeSet<String> {
    let records = kind.one_or_many_tables("records").into_iter();
    records
        .filter_map(|record| Some((record.string("record")?, record.string("expr")?)))
        .filter(|(_, expr)| unfloored(&parsed(expr), &BTreeSet::new()).shares > 0)
        .map(|(name, _)| name.to_string())
        .collect()
}

#[derive(Default)]
struct Found {
    shares: usize,
    without: usize,
}

/// The shares of counters in an expression, and how many of them have no floor beside them.
fn unfloored(expr: &Expr, recorded: &BTreeSet<String>) -> Found {
    let inside = |expr: &Expr| unfloored(expr, recorded);
    let beside = |expr: &Expr, other: &Expr| match is_floor(other) {
        true => Found {
            shares: inside(expr).shares,
            without: 0,
        },
        false => inside(expr),
    };
    match expr {
        Expr::Paren(inner) => inside(&inner.expr),
        Expr::Aggregate(inner) => inside(&inner.expr),
        Expr::Unary(inner) => inside(&inner.expr),
        Expr::Binary(sides) if sides.op.id() == T_LAND => sum([
            beside(&sides.lhs, &sides.rhs),
            beside(&sides.rhs, &sides.lhs),
        ]),
        Expr::Binary(sides) if sides.op.id() == T_DIV && counts(&sides.rhs) => Found {
            shares: 1,
            without: usize::from(!is_floor(&sides.rhs)),
        },
        Expr::Binary(sides) => sum([inside(&sides.lhs), inside(&sides.rhs)]),
        Expr::VectorSelector(selector) => {
            let name = selector.name.as_deref().unwrap_or_default();
            let shares = usize::from(recorded.contains(name));
            Found {
                shares,
                without: shares,
            }
        }
        _ => Found::default(),
    }
}

fn sum(parts: [Found; 2]) -> Found {
    let [one, other] = parts;
    Found {
        shares: one.shares + other.shares,
        without: one.without + other.without,
    }
}

/// Whether a rate of a counter is in it.
fn counts(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => ["rate", "irate", "increase"].contains(&call.func.name),
        Expr::Paren(inner) => counts(&inner.expr),
        Expr::Aggregate(inner) => counts(&inner.expr),
        Expr::Unary(inner) => counts(&inner.expr),
        Expr::Binary(sides) => counts(&sides.lhs) || counts(&sides.rhs),
        _ => false,
    }
}

/// Whether it is only true of counters that move by more than nothing.
fn is_floor(expr: &Expr) -> bool {
    match expr {
        Expr::Paren(inner) => is_floor(&inner.expr),
        Expr::Aggregate(inner) => is_floor(&inner.expr),
        Expr::Binary(sides) if is_comparison(sides) => {
            let above = [T_GTR, T_GTE].contains(&sides.op.id());
            let is_share = matches!(&*sides.lhs, Expr::Binary(inner) if inner.op.id() == T_DIV);
            above && is_above_nothing(&sides.rhs) && counts(&sides.lhs) && !is_share
        }
        Expr::Binary(sides) if sides.op.id() == T_LAND => {
            is_floor(&sides.lhs) || is_floor(&sides.rhs)
        }
        Expr::Binary(sides) if sides.op.id() == T_LOR => {
            is_floor(&sides.lhs) && is_floor(&sides.rhs)
        }
        _ => false,
    }
}

fn is_comparison(sides: &BinaryExpr) -> bool {
    [T_GTR, T_GTE, T_LSS, T_LTE, T_EQLC, T_NEQ].contains(&sides.op.id())
}

fn is_above_nothing(expr: &Expr) -> bool {
    matches!(expr, Expr::NumberLiteral(number) if number.val > 0.0)
}
