//! A variable of the environment in the place of a value that is read when compiling: nothing fills it in.

use super::{
    compose::{filled, has_variable},
    context::Context,
    form::{Form, NameRule},
    meant::{fits, meant},
    shape::Shape,
};
use crate::{
    diag::Diagnostic,
    reference::{self, Mode, Words},
    syntax::{Node, Value, inline, quoted},
};

/// What is wrong with a value, said as what it is if it names a variable.
pub(super) fn explained(
    fault: Diagnostic,
    node: &Node,
    shape: &Shape,
    context: &Context<'_>,
) -> Diagnostic {
    // A path says so itself, a text knows its own references, and Grafana fills in variables of expressions.
    let is_told = matches!(
        shape,
        Shape::Plain(
            Form::Path | Form::PromQl | Form::PanelPromQl | Form::KindPromQl | Form::Series
        )
    );
    if is_told || shape.takes_references() {
        return fault;
    }
    let Some(variable) = variable_in(node, context) else {
        return fault;
    };
    if let Some(name) = name_of_variable(node, shape) {
        let mut said = Diagnostic::new(fault.code, fault.message).label(
            node.span,
            "the name of the variable stands here, not what a shell makes of it",
        );
        said.subject = fault.subject;
        let name = quoted(name);
        return said
            .help(format!("write `{name}`"))
            .replacing(node.span, name);
    }
    let why = match tells_a_port(shape) {
        true => {
            "; the program hears of its port by a reference, such as `env.PORT = \"${self.http.port}\"`"
        }
        false => "",
    };
    let elsewhere =
        format!("another one of an environment stands in the `platform.E.toml` of it{why}");
    let mut said = Diagnostic::new(fault.code, fault.message).label(
        node.span,
        "a variable; the value is read when compiling, and nothing fills it in",
    );
    said.subject = fault.subject;
    let usual = variable.usual;
    match usual.and_then(|text| as_value(shape, node, text)) {
        Some(value) => said
            .help(format!("write `{value}`: {elsewhere}"))
            .replacing(node.span, value),
        None if context.example.is_empty() => {
            said.help(format!("name the value itself: {elsewhere}"))
        }
        None => said.help(format!(
            "name the value itself, for example `{}`: {elsewhere}",
            context.example.replace('\n', "` and below it `")
        )),
    }
}

/// What is wrong with `{ env = "X", default = 1 }`, the table of a variable, where a value stands that is no such table.
pub(super) fn variable(node: &Node, shape: &Shape, context: &Context<'_>) -> Option<Diagnostic> {
    let table = node.as_table()?;
    let name = table.string("env")?;
    let is_variable = NameRule::StartVariable.accepts(name)
        && table
            .keys()
            .all(|key| ["env", "default", "description"].contains(&key));
    if !is_variable || !takes_no_variable(shape) {
        return None;
    }
    let message = format!("expected {}, found a variable", shape.describe());
    let fault = Diagnostic::new(crate::diag::Code::WrongType, message);
    Some(explained(fault, node, shape, context))
}

/// The name in `$NAME` or `${NAME}`, where a variable is named and not read.
fn name_of_variable<'a>(node: &'a Node, shape: &Shape) -> Option<&'a str> {
    let Shape::Plain(Form::Name(rule @ NameRule::StartVariable)) = shape else {
        return None;
    };
    let rest = node.as_str()?.strip_prefix('$')?;
    let inner = rest
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'));
    Some(inner.unwrap_or(rest)).filter(|name| rule.accepts(name))
}

fn takes_no_variable(shape: &Shape) -> bool {
    match shape {
        Shape::Either(shapes) => shapes.iter().all(takes_no_variable),
        Shape::Table(keys) => keys.iter().all(|key| key.name != "env"),
        Shape::Plain(_)
        | Shape::Integer(..)
        | Shape::Number
        | Shape::Cores
        | Shape::Boolean
        | Shape::Date => true,
        Shape::Any
        | Shape::Text
        | Shape::Formed(_)
        | Shape::ShellText
        | Shape::Scalar
        | Shape::Constant
        | Shape::List(_)
        | Shape::Map(..)
        | Shape::Specified(_)
        | Shape::Parts => false,
    }
}

/// A variable in the place of a value.
struct VariableInPlace {
    /// The value that it usually has, where it is said: `8080` of `${PORT:-8080}`, of `${vars.port}` and of
    /// `{ env = "PORT", default = 8080 }`.
    usual: Option<String>,
}

fn variable_in(node: &Node, context: &Context<'_>) -> Option<VariableInPlace> {
    let text = match &node.value {
        Value::String(text) => text,
        Value::Table(table) => {
            table.get("env")?;
            let usual = table.get("default").map(Node::scalar);
            return Some(VariableInPlace { usual });
        }
        _ => return None,
    };
    let phrase = reference::of_node(node, Words::Platform, Mode::Shell);
    if phrase.references().next().is_some() {
        let written = context.constants.and_then(|it| it.written_out(&phrase));
        let usual = Some(written.filter(|it| !it.is_open)?.text);
        return Some(VariableInPlace { usual });
    }
    let is_one = text.starts_with('$') || reference::names_environment(text);
    (is_one && has_variable(text)).then(|| VariableInPlace {
        usual: filled(text).ok(),
    })
}

/// A text as a value of the shape, in TOML.
fn as_value(shape: &Shape, node: &Node, text: String) -> Option<String> {
    let node = Node {
        span: node.span,
        value: Value::String(text),
    };
    let as_it_is = || {
        let alone: &[Shape] = match shape {
            Shape::Either(shapes) => shapes,
            other => std::slice::from_ref(other),
        };
        let mut taking = alone.iter().filter(|it| it.takes(&node.value));
        let is_right = taking.any(|it| fits(it, &node.value));
        is_right.then(|| inline(&node))
    };
    meant(shape, &node).or_else(as_it_is)
}

fn tells_a_port(shape: &Shape) -> bool {
    match shape {
        Shape::Either(shapes) => shapes.iter().any(tells_a_port),
        shape => matches!(shape, Shape::Plain(Form::PortRange)),
    }
}
