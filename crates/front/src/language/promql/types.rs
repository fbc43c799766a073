//! What an expression gives, and whether all in it fits together (`checkAST` of Prometheus).

use std::collections::BTreeSet;

use super::{
    expr::{
        Aggregate, Binary, Call, Expr, Group, METRIC_NAME, Matching, MatchingLabels, Selector, Type,
    },
    functions::{Function, Last},
    matcher::MatchOp,
};

/// What an expression gives. Errors: what in it does not fit.
pub(super) fn type_of(expr: &Expr) -> Result<Type, String> {
    match expr {
        Expr::Number(_) => Ok(Type::Scalar),
        Expr::Text(_) => Ok(Type::Text),
        Expr::Selector(selector) => of_selector(selector).map(|()| Type::Vector),
        Expr::Range(range) => of_selector(&range.of).map(|()| Type::Range),
        Expr::Subquery(subquery) => match type_of(&subquery.of)? {
            Type::Vector => Ok(Type::Range),
            found => Err(misfit("`[...:]`", Type::Vector, found)),
        },
        Expr::Call(call) => of_call(call),
        Expr::Aggregate(aggregate) => of_aggregate(aggregate),
        Expr::Binary(binary) => of_binary(binary),
        Expr::Signed(inner) => match type_of(inner)? {
            found @ (Type::Scalar | Type::Vector) => Ok(found),
            found => Err(misfit("a sign", Type::Vector, found)),
        },
        Expr::Paren(inner) => type_of(inner),
    }
}

/// What is said where something else is taken.
fn misfit(what: &str, wanted: Type, found: Type) -> String {
    let in_words = |it: Type| match it {
        Type::Scalar => "a number",
        Type::Vector => "series, as `up`",
        Type::Range => "series over a time, as `up[5m]`",
        Type::Text => "a text",
    };
    let found = match (wanted, found) {
        (Type::Vector, Type::Scalar) => "; `vector(...)` makes them of a number",
        (Type::Scalar, Type::Vector) => "; `scalar(...)` makes one of a series",
        (Type::Vector, Type::Range) => ", and not their values over a time",
        (Type::Range, Type::Vector) => ", and not series alone",
        (_, Type::Text) => ", and not a text",
        _ => "",
    };
    format!("{what} takes {}{found}", in_words(wanted))
}

fn of_selector(selector: &Selector) -> Result<(), String> {
    let mut matchers = selector.matchers.iter();
    if selector.name.is_some() {
        return match matchers.any(|it| it.name == METRIC_NAME) {
            true => Err("a series has its name twice".to_string()),
            false => Ok(()),
        };
    }
    // Most have such a label, and no regular expression needs to be made ready then.
    let is_named = |op: MatchOp, value: &str| op == MatchOp::Equal && !value.is_empty();
    if matchers.clone().any(|it| is_named(it.op, &it.value)) {
        return Ok(());
    }
    // Everything there is would be read.
    match matchers.any(|it| it.test().is_none_or(|it| !it.fits(""))) {
        true => Ok(()),
        false => Err("a series without a name needs a label that is not empty".to_string()),
    }
}

fn of_call(call: &Call) -> Result<Type, String> {
    let function = call.function;
    let least = function.takes.len();
    let (least, most) = match function.last {
        Last::Once => (least, least),
        Last::UpTo(times) => (least - 1, least - 1 + times),
        Last::Any => (least - 1, usize::MAX),
    };
    if !(least..=most).contains(&call.args.len()) {
        return Err(wrong_number(function, least, most));
    }
    let is_info = function.name == "info";
    for (at, arg) in call.args.iter().enumerate() {
        let found = match arg {
            Expr::Selector(selector) if is_info && at == 1 => of_labels(selector)?,
            _ if is_info && at == 1 => return Err("`info` takes labels in braces".to_string()),
            _ => type_of(arg)?,
        };
        let wanted = function.takes[at.min(function.takes.len() - 1)];
        if found != wanted {
            return Err(misfit(&format!("`{}`", function.name), wanted, found));
        }
    }
    Ok(function.gives)
}

/// Of labels alone, which may be empty.
fn of_labels(selector: &Selector) -> Result<Type, String> {
    match &selector.name {
        Some(name) => Err(format!("`info` takes labels in braces, and not `{name}`")),
        None => Ok(Type::Vector),
    }
}

fn wrong_number(function: &Function, least: usize, most: usize) -> String {
    let name = function.name;
    let arguments = |number: usize| match number {
        0 => "no argument".to_string(),
        1 => "one argument".to_string(),
        number => format!("{number} arguments"),
    };
    match most {
        _ if least == most => format!("`{name}` takes {}", arguments(least)),
        usize::MAX => format!("`{name}` takes at least {}", arguments(least)),
        _ => format!("`{name}` takes at most {}", arguments(most)),
    }
}

fn of_aggregate(aggregate: &Aggregate) -> Result<Type, String> {
    let name = format!("`{}`", aggregate.op.name());
    if let (Some(wanted), Some(param)) = (aggregate.op.param(), &aggregate.param) {
        let found = type_of(param)?;
        if found != wanted {
            return Err(misfit(
                &format!("the first argument of {name}"),
                wanted,
                found,
            ));
        }
    }
    match type_of(&aggregate.of)? {
        Type::Vector => Ok(Type::Vector),
        found => Err(misfit(&name, Type::Vector, found)),
    }
}

fn of_binary(binary: &Binary) -> Result<Type, String> {
    let (op, matching) = (binary.op, &binary.matching);
    let sides = [type_of(&binary.left)?, type_of(&binary.right)?];
    if matching.is_bool && !op.is_comparison() {
        return Err("`bool` stands behind a comparison".to_string());
    }
    let is_number = |it: &Type| *it == Type::Scalar;
    if let Some(other) = sides
        .iter()
        .find(|it| matches!(it, Type::Range | Type::Text))
    {
        return Err(misfit("an operator", Type::Vector, *other));
    }
    if sides.iter().any(is_number) {
        of_number(binary, sides)?;
    } else if op.is_of_sets() && (matching.group.is_some() || matching.fills) {
        return Err("`and`, `or` and `unless` take no `group_left` and no `fill`".to_string());
    }
    match shared(matching) {
        Some(label) => Err(format!("the label `{label}` is in `on` and in the group")),
        None if sides.iter().all(is_number) => Ok(Type::Scalar),
        None => Ok(Type::Vector),
    }
}

/// An operator with a number on one side, or on both.
fn of_number(binary: &Binary, sides: [Type; 2]) -> Result<(), String> {
    let matching = &binary.matching;
    if binary.op.is_of_sets() {
        return Err(
            "`and`, `or` and `unless` stand between series; `vector(...)` makes them of a number"
                .to_string(),
        );
    }
    if sides == [Type::Scalar; 2] && binary.op.is_comparison() && !matching.is_bool {
        return Err("to compare two numbers takes `bool`, as in `1 == bool 2`".to_string());
    }
    let labels = match &matching.labels {
        Some(MatchingLabels::On(labels) | MatchingLabels::Ignoring(labels)) => labels.len(),
        None => 0,
    };
    match labels == 0 && !matching.fills {
        true => Ok(()),
        false => Err(
            "`on`, `ignoring` and `fill` stand between series: a number has no labels".to_string(),
        ),
    }
}

/// A label that two series have in common, and that one is to get of the other.
fn shared(matching: &Matching) -> Option<&String> {
    let Some(MatchingLabels::On(on)) = &matching.labels else {
        return None;
    };
    let (Group::Left(included) | Group::Right(included)) = matching.group.as_ref()?;
    let included: BTreeSet<&String> = included.iter().collect();
    on.iter().find(|label| included.contains(label))
}
