//! The functions of PromQL: those of Prometheus 3.13, and what newer ones add (promql/parser/functions.go; the versions are those of
//! its CHANGELOG).

use super::{
    expr::Type::{self, Range, Scalar, Text, Vector},
    since::Newer,
};

/// A function of PromQL.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    /// As it is called.
    pub name: &'static str,
    /// Whether Prometheus has it only with a switch.
    pub is_experiment: bool,
    pub(super) takes: &'static [Type],
    pub(super) last: Last,
    pub(super) gives: Type,
    /// The first version that has it, where people still run older ones.
    pub(super) since: Option<(u64, u64)>,
}

/// How often the last argument stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Last {
    Once,
    /// At most so often, or not at all.
    UpTo(usize),
    /// As often as one likes, or not at all.
    Any,
}

impl Function {
    const fn new(name: &'static str, takes: &'static [Type], gives: Type) -> Self {
        Self {
            name,
            is_experiment: false,
            takes,
            last: Last::Once,
            gives,
            since: None,
        }
    }

    const fn last(mut self, last: Last) -> Self {
        self.last = last;
        self
    }

    const fn since(mut self, major: u64, minor: u64) -> Self {
        self.since = Some((major, minor));
        self
    }

    const fn experiment(mut self, major: u64, minor: u64) -> Self {
        self.is_experiment = true;
        self.since(major, minor)
    }

    pub(super) fn newer(&self) -> Option<Newer> {
        Some(Newer {
            text: self.name.to_string(),
            since: self.since?,
            before: "there is no such function",
        })
    }
}

const fn of_values(name: &'static str) -> Function {
    Function::new(name, &[Vector], Vector)
}

const fn of_range(name: &'static str) -> Function {
    Function::new(name, &[Range], Vector)
}

/// Of a time: without an argument it is now.
const fn of_time(name: &'static str) -> Function {
    of_values(name).last(Last::UpTo(1))
}

const fn of_nothing(name: &'static str) -> Function {
    Function::new(name, &[], Scalar)
}

/// The function that is called so. Case counts.
pub(super) fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|it| it.name == name)
}

static FUNCTIONS: [Function; 90] = [
    of_values("abs"),
    of_values("absent"),
    of_range("absent_over_time").since(2, 16),
    of_values("acos").since(2, 31),
    of_values("acosh").since(2, 31),
    of_values("asin").since(2, 31),
    of_values("asinh").since(2, 31),
    of_values("atan").since(2, 31),
    of_values("atanh").since(2, 31),
    of_range("avg_over_time"),
    of_values("ceil"),
    of_range("changes"),
    Function::new("clamp", &[Vector, Scalar, Scalar], Vector).since(2, 26),
    Function::new("clamp_max", &[Vector, Scalar], Vector),
    Function::new("clamp_min", &[Vector, Scalar], Vector),
    of_values("cos").since(2, 31),
    of_values("cosh").since(2, 31),
    of_range("count_over_time"),
    of_time("day_of_month"),
    of_time("day_of_week"),
    of_time("day_of_year"),
    of_time("days_in_month"),
    of_values("deg").since(2, 31),
    of_range("delta"),
    of_range("deriv"),
    Function::new(
        "double_exponential_smoothing",
        &[Range, Scalar, Scalar],
        Vector,
    )
    .experiment(3, 0),
    of_nothing("end").experiment(3, 12),
    of_values("exp"),
    of_range("first_over_time").experiment(3, 7),
    of_values("floor"),
    of_values("histogram_avg").since(2, 51),
    of_values("histogram_count").since(2, 40),
    Function::new("histogram_fraction", &[Scalar, Scalar, Vector], Vector).since(2, 40),
    Function::new("histogram_quantile", &[Scalar, Vector], Vector),
    Function::new(
        "histogram_quantiles",
        &[Vector, Text, Scalar, Scalar],
        Vector,
    )
    .last(Last::UpTo(9))
    .experiment(3, 11),
    of_values("histogram_stddev").since(2, 47),
    of_values("histogram_stdvar").since(2, 47),
    of_values("histogram_sum").since(2, 40),
    of_time("hour"),
    of_range("idelta"),
    of_range("increase"),
    Function::new("info", &[Vector, Vector], Vector)
        .last(Last::UpTo(1))
        .experiment(2, 55),
    of_range("irate"),
    Function::new("label_join", &[Vector, Text, Text, Text], Vector).last(Last::Any),
    Function::new("label_replace", &[Vector, Text, Text, Text, Text], Vector),
    of_range("last_over_time").since(2, 26),
    of_values("ln"),
    of_values("log10"),
    of_values("log2"),
    of_range("mad_over_time").experiment(2, 49),
    Function::new("max_of", &[Scalar, Scalar], Scalar).experiment(3, 13),
    of_range("max_over_time"),
    Function::new("min_of", &[Scalar, Scalar], Scalar).experiment(3, 13),
    of_range("min_over_time"),
    of_time("minute"),
    of_time("month"),
    of_nothing("pi").since(2, 31),
    Function::new("predict_linear", &[Range, Scalar], Vector),
    of_range("present_over_time").since(2, 29),
    Function::new("quantile_over_time", &[Scalar, Range], Vector),
    of_values("rad").since(2, 31),
    of_nothing("range").experiment(3, 12),
    of_range("rate"),
    of_range("resets"),
    Function::new("round", &[Vector, Scalar], Vector).last(Last::UpTo(1)),
    Function::new("scalar", &[Vector], Scalar),
    of_values("sgn").since(2, 26),
    of_values("sin").since(2, 31),
    of_values("sinh").since(2, 31),
    of_values("sort"),
    Function::new("sort_by_label", &[Vector, Text], Vector)
        .last(Last::Any)
        .experiment(2, 49),
    Function::new("sort_by_label_desc", &[Vector, Text], Vector)
        .last(Last::Any)
        .experiment(2, 49),
    of_values("sort_desc"),
    of_values("sqrt"),
    of_nothing("start").experiment(3, 12),
    of_values("start_timestamp").experiment(3, 14),
    of_range("stddev_over_time"),
    of_range("stdvar_over_time"),
    of_nothing("step").experiment(3, 12),
    of_range("sum_over_time"),
    of_values("tan").since(2, 31),
    of_values("tanh").since(2, 31),
    of_nothing("time"),
    of_values("timestamp"),
    of_range("ts_of_first_over_time").experiment(3, 7),
    of_range("ts_of_last_over_time").experiment(3, 5),
    of_range("ts_of_max_over_time").experiment(3, 5),
    of_range("ts_of_min_over_time").experiment(3, 5),
    Function::new("vector", &[Scalar], Vector),
    of_time("year"),
];
