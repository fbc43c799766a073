//! The tree of an expression.

use std::time::Duration;

use super::{functions::Function, matcher::Matcher};

/// The label that holds the name of a series.
pub const METRIC_NAME: &str = "__name__";

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A number alone.
    Scalar,
    /// A value of each series.
    Vector,
    /// Values of each series over a time.
    Range,
    /// A text.
    Text,
}

/// An expression of PromQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A number, with its sign; a duration is its seconds.
    Number(f64),
    /// A text in quotes.
    Text(String),
    /// The series of a name and labels.
    Selector(Selector),
    /// Their values over a time.
    Range(Range),
    /// The values that an expression had over a time.
    Subquery(Subquery),
    /// A function with its arguments.
    Call(Call),
    /// `sum(...)` and its like.
    Aggregate(Aggregate),
    /// Two expressions with an operator between them.
    Binary(Binary),
    /// What has a sign in front; a number has it in itself.
    Signed(Box<Expr>),
    /// What stands in parentheses.
    Paren(Box<Expr>),
}

/// The series of a name and labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// The name before the braces. One within them is a matcher.
    pub name: Option<String>,
    /// What is asked of the labels.
    pub matchers: Vec<Matcher>,
    /// Of which time.
    pub time: Time,
}

/// Of which time values are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Time {
    /// `@`.
    pub at: Option<At>,
    /// `offset`, in nanoseconds.
    pub offset: Option<i64>,
}

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum At {
    /// Seconds since 1970.
    Seconds(f64),
    /// The start of what is drawn.
    Start,
    /// Its end.
    End,
}

/// The values of series over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    /// The series.
    pub of: Selector,
    /// How long the time is.
    pub range: Duration,
}

/// The values that an expression had over a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Subquery {
    /// The expression.
    pub of: Box<Expr>,
    /// How long the time is.
    pub range: Duration,
    /// The time between two values.
    pub step: Option<Duration>,
    /// Of which time it is.
    pub time: Time,
}

/// A function with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function.
    pub function: &'static Function,
    /// Its arguments.
    pub args: Vec<Expr>,
}

/// One value of many.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// How it is made.
    pub op: AggregateOp,
    /// Which labels stay.
    pub grouping: Option<Grouping>,
    /// What stands before the expression, as in `topk(3, up)`.
    pub param: Option<Box<Expr>>,
    /// What it is made of.
    pub of: Box<Expr>,
}

/// Which labels stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// These.
    By(Vec<String>),
    /// All others.
    Without(Vec<String>),
}

/// Two expressions with an operator between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// What stands before it.
    pub left: Box<Expr>,
    /// What stands behind it.
    pub right: Box<Expr>,
    /// Words behind the operator.
    pub matching: Matching,
}

/// How an operator finds the series that belong together, and what it gives.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matching {
    /// Whether a comparison gives 0 and 1.
    pub is_bool: bool,
    /// The labels that two series have in common.
    pub labels: Option<MatchingLabels>,
    /// `group_left` and `group_right`: which side has several, and the labels that it gets of the other.
    pub group: Option<Group>,
    /// Whether something stands in for a series without another: `fill` and its like.
    pub fills: bool,
}

/// The labels that two series have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MatchingLabels {
    /// These.
    On(Vec<String>),
    /// All others.
    Ignoring(Vec<String>),
}

/// The side of an operator that has several series for one of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// The one before the operator.
    Left(Vec<String>),
    /// The one behind it.
    Right(Vec<String>),
}

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BinaryOp {
    Or,
    And,
    Unless,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// `</`, which cuts histograms.
    TrimUpper,
    /// `>/`.
    TrimLower,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Atan2,
    Power,
}

impl BinaryOp {
    /// Whether it compares.
    pub(super) fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::NotEqual
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }

    /// Whether it is about which series there are, and not about their values.
    pub(super) fn is_of_sets(self) -> bool {
        matches!(self, Self::Or | Self::And | Self::Unless)
    }
}

/// How one value is made of many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of PromQL")]
pub enum AggregateOp {
    Avg,
    BottomK,
    Count,
    CountValues,
    Group,
    LimitK,
    LimitRatio,
    Max,
    Min,
    Quantile,
    StdDev,
    StdVar,
    Sum,
    TopK,
}

impl AggregateOp {
    /// All of them.
    pub(super) const ALL: [Self; 14] = [
        Self::Avg,
        Self::BottomK,
        Self::Count,
        Self::CountValues,
        Self::Group,
        Self::LimitK,
        Self::LimitRatio,
        Self::Max,
        Self::Min,
        Self::Quantile,
        Self::StdDev,
        Self::StdVar,
        Self::Sum,
        Self::TopK,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Avg => "avg",
            Self::BottomK => "bottomk",
            Self::Count => "count",
            Self::CountValues => "count_values",
            Self::Group => "group",
            Self::LimitK => "limitk",
            Self::LimitRatio => "limit_ratio",
            Self::Max => "max",
            Self::Min => "min",
            Self::Quantile => "quantile",
            Self::StdDev => "stddev",
            Self::StdVar => "stdvar",
            Self::Sum => "sum",
            Self::TopK => "topk",
        }
    }

    /// Whether Prometheus has it only with a switch.
    pub fn is_experiment(self) -> bool {
        matches!(self, Self::LimitK | Self::LimitRatio)
    }

    /// What stands before the expression.
    pub(super) fn param(self) -> Option<Type> {
        match self {
            Self::BottomK | Self::LimitK | Self::LimitRatio | Self::Quantile | Self::TopK => {
                Some(Type::Scalar)
            }
            Self::CountValues => Some(Type::Text),
            Self::Avg
            | Self::Count
            | Self::Group
            | Self::Max
            | Self::Min
            | Self::StdDev
            | Self::StdVar
            | Self::Sum => None,
        }
    }
}

impl Expr {
    /// Visits it, and all that it is made of.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Number(_) | Self::Text(_) | Self::Selector(_) | Self::Range(_) => {}
            Self::Subquery(subquery) => subquery.of.walk(visit),
            Self::Call(call) => call.args.iter().for_each(|it| it.walk(visit)),
            Self::Aggregate(aggregate) => {
                if let Some(param) = &aggregate.param {
                    param.walk(visit);
                }
                aggregate.of.walk(visit);
            }
            Self::Binary(binary) => {
                binary.left.walk(visit);
                binary.right.walk(visit);
            }
            Self::Signed(inner) | Self::Paren(inner) => inner.walk(visit),
        }
    }
}
