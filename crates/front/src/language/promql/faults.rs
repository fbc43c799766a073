//! What the library takes and Prometheus refuses.

use std::time::Duration;

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::{Expr, Offset, VectorSelector},
    util::{ExprVisitor, walk_expr},
};

use crate::value::pattern_fault;

/// The longest duration: nanoseconds in 63 bits.
const LONGEST: Duration = Duration::from_nanos(i64::MAX as u64);

/// Functions that the library calls by type only where their argument is not out of bounds.
const LOGARITHMS: [&str; 3] = ["ln", "log2", "log10"];

/// The first fault of an expression.
pub(super) fn first(expr: &Expr, text: &str) -> Option<String> {
    let mut faults = Faults {
        has_infinity: text.to_ascii_lowercase().contains("inf"),
    };
    walk_expr(&mut faults, expr).err()
}

struct Faults {
    /// Whether it says so itself where a number is infinite.
    has_infinity: bool,
}

impl ExprVisitor for Faults {
    type Error = String;

    fn pre_visit(&mut self, expr: &Expr) -> Result<bool, String> {
        match expr {
            Expr::NumberLiteral(number) if number.val.is_infinite() && !self.has_infinity => {
                return Err("a number is out of range".to_string());
            }
            Expr::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    walk_expr(self, param)?;
                }
            }
            Expr::Call(call) if LOGARITHMS.contains(&call.func.name) => {
                let is_number = |it: &Expr| matches!(it, Expr::NumberLiteral(_));
                if call.args.args.iter().any(|it| is_number(it)) {
                    return Err(format!(
                        "`{}` takes series; `vector(...)` makes one of a number",
                        call.func.name
                    ));
                }
            }
            Expr::VectorSelector(selector) => in_selector(selector)?,
            Expr::MatrixSelector(matrix) => {
                in_selector(&matrix.vs)?;
                is_range(matrix.range)?;
            }
            Expr::Subquery(subquery) => {
                is_range(subquery.range)?;
                is_duration(subquery.step.unwrap_or_default())?;
                is_offset(subquery.offset.as_ref())?;
            }
            _ => {}
        }
        Ok(true)
    }
}

fn in_selector(selector: &VectorSelector) -> Result<(), String> {
    is_offset(selector.offset.as_ref())?;
    // The parser reads the dialect of VictoriaMetrics, too.
    if !selector.matchers.or_matchers.is_empty() {
        return Err("Prometheus has no `or` between the labels of a selector".to_string());
    }
    let matchers = selector.matchers.matchers.iter();
    matchers.filter_map(regex_fault).next().map_or(Ok(()), Err)
}

fn is_range(range: Duration) -> Result<(), String> {
    match range.is_zero() {
        true => Err("a range has to be longer than nothing".to_string()),
        false => is_duration(range),
    }
}

fn is_offset(offset: Option<&Offset>) -> Result<(), String> {
    match offset {
        Some(Offset::Pos(duration) | Offset::Neg(duration)) => is_duration(*duration),
        None => Ok(()),
    }
}

fn is_duration(duration: Duration) -> Result<(), String> {
    match duration <= LONGEST {
        true => Ok(()),
        false => Err("a duration is out of range: the longest is 292 years".to_string()),
    }
}

/// Prometheus has Go's regular expressions.
fn regex_fault(matcher: &Matcher) -> Option<String> {
    let (MatchOp::Re(_) | MatchOp::NotRe(_)) = matcher.op else {
        return None;
    };
    let fault = pattern_fault(&matcher.value)?;
    Some(format!("in `{}`: {fault}", matcher.value))
}
