//! Expressions of PromQL, as the Prometheus of our catalog reads them. A library reads them; what it reads in another way than
//! Prometheus is put right before it (`spelled`) and after it (`faults`). `tests/promql.toml` has an expression for each difference.

mod faults;
mod since;
mod spelled;

pub use since::Newer;

use promql_parser::parser::{self, Expr, value::ValueType};

/// The longest expression, and how many brackets and operators may stand in it: what is read of it is a tree.
const LONGEST: usize = 10_000;
const MOST_MARKS: usize = 500;

/// An expression of PromQL; `None` where it can't be parsed, or is longer than any that people write.
pub fn promql(text: &str) -> Option<Expr> {
    read(text).ok()
}

/// The newest of what an expression has, where older versions of Prometheus refuse it.
pub fn promql_newest(text: &str) -> Option<Newer> {
    spelled::spelled(text).ok()?.newest
}

/// Why an expression is no PromQL, or gives no value, where more can be said than that.
pub(super) fn promql_fault(text: &str) -> Option<String> {
    match read(&without_variables(text)) {
        Ok(expr) => type_fault(&expr),
        Err(reason) => {
            let reason = reason.lines().next()?;
            (reason != "invalid promql query").then(|| reason.to_string())
        }
    }
}

fn read(text: &str) -> Result<Expr, String> {
    if !is_bounded(text) {
        return Err(format!(
            "it has more than {LONGEST} characters, or more than {MOST_MARKS} brackets and operators"
        ));
    }
    let spelled = spelled::spelled(text)?;
    let expr = parser::parse(&spelled.text)?;
    if let Some(negated) = &spelled.negated {
        parser::parse(negated)?;
    }
    match faults::first(&expr, text) {
        Some(fault) => Err(fault),
        None => Ok(expr),
    }
}

/// Whether the parser comes to an end with an expression soon: the time that it takes grows faster than the text.
fn is_bounded(text: &str) -> bool {
    let marks = text.matches(['(', '[', '{', '+', '-', '*', '/', '%', '^', '=', '<', '>']);
    text.len() <= LONGEST && marks.count() <= MOST_MARKS
}

/// An expression of a panel with durations in the place of Grafana's variables.
pub fn without_variables(text: &str) -> String {
    text.replace("$__rate_interval", "5m")
        .replace("$__interval", "1m")
        .replace("$__range", "1h")
}

/// Whether a rule or a panel can take it: one value of each series, or one alone.
pub(super) fn is_value(expr: &Expr) -> bool {
    matches!(expr.value_type(), ValueType::Vector | ValueType::Scalar)
}

/// Why an expression that can be read gives no value.
fn type_fault(expr: &Expr) -> Option<String> {
    let is = match expr.value_type() {
        ValueType::Vector | ValueType::Scalar => return None,
        ValueType::Matrix => "a range of values; a function such as `rate(...)` makes one of them",
        ValueType::String => "a text, and no value",
    };
    Some(format!("it is {is}"))
}
