//! Expressions of PromQL, as the Prometheus of our catalog reads them. `tests/promql.toml` has an expression for each thing that is
//! easily read in another way; the conformance suite asks promtool.
//!
//! A text becomes tokens (`lexer`, `literal`), these a tree (`parser`, `selector`), and the tree is checked (`types`).

mod expr;
mod functions;
mod lexer;
mod literal;
mod matcher;
mod parser;
mod selector;
mod since;
mod types;
mod words;

pub use expr::{
    Aggregate, AggregateOp, At, Binary, BinaryOp, Call, Expr, Group, Grouping, METRIC_NAME,
    Matching, MatchingLabels, Range, Selector, Subquery, Time, Type,
};
pub use functions::Function;
pub use matcher::{MatchOp, Matcher, Test};
pub use since::Newer;

use parser::Parsed;

/// How many bytes an expression may have: a regular expression in it takes long to be read.
const LONGEST: usize = 20_000;

/// An expression of PromQL; `None` where it can't be parsed.
pub fn promql(text: &str) -> Option<Expr> {
    let (parsed, _) = read(text).ok()?;
    Some(parsed.expr)
}

/// The newest of what an expression has, where older versions of Prometheus refuse it.
pub fn promql_newest(text: &str) -> Option<Newer> {
    let (parsed, _) = read(text).ok()?;
    parsed.newest
}

/// Why an expression is no PromQL, or gives no value.
pub(super) fn promql_fault(text: &str) -> Option<String> {
    match read(&without_variables(text)) {
        Ok((_, gives)) => type_fault(gives),
        Err(reason) => Some(reason),
    }
}

/// What is read of a text, and what it gives.
fn read(text: &str) -> Result<(Parsed, Type), String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {LONGEST} bytes"));
    }
    let parsed = parser::parse(text)?;
    let gives = types::type_of(&parsed.expr)?;
    Ok((parsed, gives))
}

/// An expression of a panel with durations in the place of Grafana's variables.
pub fn without_variables(text: &str) -> String {
    text.replace("$__rate_interval", "5m")
        .replace("$__interval", "1m")
        .replace("$__range", "1h")
}

/// Whether a rule or a panel can take an expression: it gives one value of each series, or one alone.
pub(super) fn is_value(text: &str) -> bool {
    read(text).is_ok_and(|(_, gives)| type_fault(gives).is_none())
}

/// Why an expression that can be read gives no value.
fn type_fault(gives: Type) -> Option<String> {
    let is = match gives {
        Type::Vector | Type::Scalar => return None,
        Type::Range => "a range of values; a function such as `rate(...)` makes one of them",
        Type::Text => "a text, and no value",
    };
    Some(format!("it is {is}"))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, read};

    #[test]
    fn a_text_that_is_too_long_is_not_read() {
        let long = format!("up{}", " ".repeat(LONGEST));
        assert!(read(&long).is_err_and(|it| it.contains("longer than")));
        assert!(read(&long[..LONGEST]).is_ok());
    }

    #[test]
    fn what_is_nested_deeply_is_read_or_refused() {
        let nested = |count: usize| format!("{}up{}", "abs(".repeat(count), ")".repeat(count));
        assert!(read(&nested(200)).is_ok());
        assert!(read(&nested(1000)).is_err_and(|it| it.contains("nested")));
        let right = format!("{}up{}", "up + (".repeat(100), ")".repeat(100));
        assert!(read(&right).is_ok());
    }

    #[test]
    fn a_misplaced_word_is_told_where_it_stands() {
        for (text, wanted) in [
            (
                "up * group_left(c) x",
                "`group_left` stands behind `on (...)` or `ignoring (...)`",
            ),
            (
                "up == on(a) bool (x)",
                "`bool` stands right behind a comparison",
            ),
            (
                "by (a) sum(up)",
                "`by` stands behind an aggregation, as in `sum by (job) (up)`",
            ),
            ("up = 0", "`=` compares nothing: `==` does"),
            ("up\u{a0}> 0", "`\\u{a0}` is no part of an expression"),
        ] {
            assert_eq!(read(text).err().as_deref(), Some(wanted), "{text}");
        }
    }
}
