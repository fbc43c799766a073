//! Our parser of PromQL and another one read the same selectors and operators in every expression of every kind.

use mlopsgen::language::{
    promql,
    promql::{AggregateOp, At, BinaryOp, Expr, MatchOp, Selector, Time},
};
use promql_parser::{
    label::{self, METRIC_NAME},
    parser::{self, AtModifier, Offset, VectorSelector},
    util::{ExprVisitor, walk_expr},
};

use super::{
    catalog,
    metrics::{of_table, plain},
};

/// What one parser says of an expression, piece by piece.
type Pieces = Vec<String>;

fn ours(expr: &Expr) -> Pieces {
    let mut pieces = Vec::new();
    expr.walk(&mut |part| match part {
        Expr::Selector(selector) => pieces.push(our_selector(selector)),
        Expr::Range(range) => {
            pieces.push(format!("{} [{:?}]", our_selector(&range.of), range.range));
        }
        Expr::Subquery(it) => pieces.push(format!("[{:?}:{:?}]", it.range, it.step)),
        Expr::Call(call) => pieces.push(format!("{}({})", call.function.name, call.args.len())),
        Expr::Aggregate(it) => pieces.push(our_aggregate(it.op)),
        Expr::Binary(it) => pieces.push(format!(
            "{} bool {}",
            our_operator(it.op),
            it.matching.is_bool
        )),
        Expr::Number(number) => pieces.push(number.to_string()),
        Expr::Text(text) => pieces.push(text.clone()),
        Expr::Signed(_) | Expr::Paren(_) => {}
    });
    pieces
}

fn our_aggregate(op: AggregateOp) -> String {
    op.name().to_string()
}

fn our_operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Unless => "unless",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less | BinaryOp::TrimUpper => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater | BinaryOp::TrimLower => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Modulo => "%",
        BinaryOp::Atan2 => "atan2",
        BinaryOp::Power => "^",
    }
}

fn our_selector(selector: &Selector) -> String {
    let matchers = selector.matchers.iter().map(|it| {
        let op = match it.op {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        };
        format!("{}{op}{}", it.name, it.value)
    });
    let matchers = Vec::from_iter(matchers);
    let Time { at, offset } = &selector.time;
    let at = at.map(|at| match at {
        At::Seconds(seconds) => seconds.to_string(),
        At::Start => "start".to_string(),
        At::End => "end".to_string(),
    });
    let offset = offset.map(|it| it / 1_000_000);
    format!("{:?} {matchers:?} {at:?} {offset:?}", selector.name)
}

struct Theirs(Pieces);

impl ExprVisitor for Theirs {
    type Error = String;

    fn pre_visit(&mut self, expr: &parser::Expr) -> Result<bool, String> {
        let piece = match expr {
            parser::Expr::VectorSelector(selector) => their_selector(selector),
            parser::Expr::MatrixSelector(it) => {
                format!("{} [{:?}]", their_selector(&it.vs), it.range)
            }
            parser::Expr::Subquery(it) => format!("[{:?}:{:?}]", it.range, it.step),
            parser::Expr::Call(call) => format!("{}({})", call.func.name, call.args.args.len()),
            parser::Expr::Aggregate(it) => {
                self.0.push(it.op.to_string());
                // It does not visit what stands before the expression.
                return match &it.param {
                    Some(param) => walk_expr(self, param),
                    None => Ok(true),
                };
            }
            parser::Expr::Binary(it) => {
                let is_bool = it.modifier.as_ref().is_some_and(|it| it.return_bool);
                format!("{} bool {is_bool}", it.op)
            }
            parser::Expr::NumberLiteral(number) => number.val.to_string(),
            parser::Expr::StringLiteral(text) => text.val.clone(),
            _ => return Ok(true),
        };
        self.0.push(piece);
        Ok(true)
    }
}

fn their_selector(selector: &VectorSelector) -> String {
    let matchers = selector.matchers.matchers.iter();
    let matchers = matchers.filter(|it| it.name != METRIC_NAME || selector.name.is_none());
    let matchers = Vec::from_iter(
        matchers.map(|it: &label::Matcher| format!("{}{}{}", it.name, it.op, it.value)),
    );
    let at = selector.at.as_ref().map(|at| match at {
        AtModifier::At(time) => {
            let since = time.duration_since(std::time::UNIX_EPOCH);
            since.expect("after 1970").as_secs_f64().to_string()
        }
        AtModifier::Start => "start".to_string(),
        AtModifier::End => "end".to_string(),
    });
    let offset = selector.offset.as_ref().map(|it| match it {
        Offset::Pos(time) => i64::try_from(time.as_millis()).expect("a duration"),
        Offset::Neg(time) => -i64::try_from(time.as_millis()).expect("a duration"),
    });
    format!("{:?} {matchers:?} {at:?} {offset:?}", selector.name)
}

#[test]
fn another_parser_reads_the_same_in_every_expression_of_a_kind() {
    let mut texts = Vec::new();
    for kind in catalog().values() {
        of_table(&kind.table, &mut texts);
    }
    texts.sort();
    texts.dedup();
    assert!(texts.len() > 500, "only {} were found", texts.len());
    // What no kind has.
    texts.extend([
        "-a ^ 2 + b{c!~\"d|e\"} offset -5m == bool on (x) group_left (y) f @ 5".to_string(),
        "topk(3, a) and max_over_time(b[1h:5m] @ end()) unless ignoring (x) c".to_string(),
    ]);
    for text in texts {
        let text = plain(&text);
        let expr = promql(&text).unwrap_or_else(|| panic!("{text}"));
        let other = parser::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let mut theirs = Theirs(Vec::new());
        walk_expr(&mut theirs, &other).expect("it has no error");
        assert_eq!(ours(&expr), theirs.0, "{text}");
    }
}
