//! Holds a tree against the language: unknown keys, wrong types, bad forms.

use super::{
    component::PART,
    compose::{entry_of_compose, form_of_compose, services_as_components},
    context::{Context, Owner},
    dotted,
    elsewhere_at_top::set_right,
    filled_in,
    form::{Form, NameRule, kind_expression},
    key::KeyShape,
    listed,
    misfit::{bad_form, bad_form_of_several, bad_name, bad_value, likely_name, wrong_type},
    port_number::port_by_number,
    requests::of_kubernetes,
    shape::Shape,
    slipped::is_platform,
    specification,
    swallowed::freed,
    unknown::{Unknown, misspelled_tables},
    written::{is_plain, misplaced_reference, written_out},
};
use crate::{
    diag::{Code, Diagnostic, Sink},
    names::variable_name,
    reference::{self, Constants, Mode, Words},
    syntax::{Entry, Key, Node, Table, Value, inline},
};

/// Reports everything in `table` that the language does not have, and gives back what it has.
///
/// `owner` is how messages call the table (`a component`), `place` where to say that a key is missing. `false` passes
/// for any value when `removable`: it removes the value of a kind or a preset.
pub fn check(table: &Table, keys: &[KeyShape], context: &Context<'_>, sink: &mut Sink) -> Table {
    let mut kept = Table::default();
    let of_services = services_as_components(table, keys, context);
    let table = match of_services {
        Some((ref renamed, diagnostic)) => {
            sink.push(diagnostic);
            renamed
        }
        None => table,
    };
    let right = set_right(table, keys, context, sink);
    let table = right.as_ref().unwrap_or(table);
    let freed = freed(table, keys, context, sink);
    let table = freed.as_ref().unwrap_or(table);
    let joined = misspelled_tables(table, keys, context, sink);
    let table = joined.as_ref().unwrap_or(table);
    for entry in &table.entries {
        let known = keys.iter().find(|shape| shape.name == entry.key.name);
        let known = known.filter(|_| !is_platform(entry, context));
        let known = known.map(|shape| (entry.key.clone(), shape));
        let unknown = Unknown {
            table,
            keys,
            context,
            entry,
        };
        let Some((key, shape)) = known.or_else(|| unknown.meant(&mut kept, sink)) else {
            sink.mark_incomplete(context.place);
            continue;
        };
        let value = &entry.value;
        let value = if context.removable && value.is_false() {
            Some(value.clone())
        } else if let Some(diagnostic) = form_of_compose(&key, value, table, keys, context)
            .or_else(|| port_by_number(&key, value, table, keys))
            .or_else(|| of_kubernetes(&key, value, shape))
        {
            sink.push(diagnostic);
            None
        } else {
            value_of(value, &shape.shape, &context.below(shape), sink)
        };
        let value = value.unwrap_or_else(|| {
            sink.refuse(key.span);
            Node::broken(key.span)
        });
        kept.set(key, value);
    }
    for shape in keys {
        if shape.required && !context.partial && kept.get(shape.name).is_none() {
            sink.push(missing(shape, context));
        }
    }
    kept
}

pub(super) fn missing(shape: &KeyShape, context: &Context<'_>) -> Diagnostic {
    let example = example(shape, context);
    let diagnostic = Diagnostic::new(
        Code::MissingKey,
        format!("{} needs the key `{}`", context.owner, shape.name),
    )
    .label(context.place, "missing here")
    .help(format!(
        "write `{}`: {}",
        example.replace('\n', "` and below it `"),
        shape.doc.trim_end_matches('.')
    ));
    match example.split_once('\n') {
        // At the top of the file its keys stand below a heading.
        Some((_, line)) => diagnostic.declaring(context.place, shape.name, line),
        None => diagnostic.adding(context.place, &example),
    }
}

/// What to write for a key. A secret's variable is called after the secret; other examples are the key's own.
fn example(shape: &KeyShape, context: &Context<'_>) -> String {
    match (context.owner, shape.name) {
        (Owner::Words("a secret"), "env") if !context.entry.is_empty() => {
            let variable = variable_name(context.entry);
            format!("env = \"{variable}\"")
        }
        // No other value fits whatever the variable is for.
        (Owner::Words("a variable"), "default") => "default = \"\"".to_string(),
        // As Compose takes it where nothing is said.
        (Owner::Words("`build`"), "context") => "context = \".\"".to_string(),
        _ => shape.example.to_string(),
    }
}

/// The value as far as it fits; `None` where nothing of it can be used.
pub(super) fn value_of(
    node: &Node,
    shape: &Shape,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Node> {
    if let (true, Some(constants)) = (context.writes_out, context.constants)
        && is_plain(shape, &node.value)
        && misplaced_reference(node, context).is_some()
    {
        return written_out(node, shape, (context, constants), sink);
    }
    if let Some(fault) = filled_in::variable(node, shape, context) {
        sink.push(fault);
        return None;
    }
    let inner = &context.at(node.span);
    let value = match (shape, &node.value) {
        (_, Value::Broken) => return None,
        (Shape::Specified(what), Value::Table(_)) => {
            specification::check_specified(node, *what, sink);
            return Some(node.clone());
        }
        (Shape::List(item), Value::Array(items)) => {
            let fitting = items.iter();
            let kept: Vec<Node> = fitting
                .filter_map(|node| value_of(node, item, &context.at(node.span), sink))
                .collect();
            // A list in which nothing is right is not an empty one.
            match kept.is_empty() && !items.is_empty() {
                true => Value::Broken,
                false => Value::Array(kept.into()),
            }
        }
        (Shape::Table(keys), Value::Table(table)) => Value::Table(check(table, keys, inner, sink)),
        (Shape::Map(rule, item), Value::Table(table)) => {
            Value::Table(map(table, *rule, item, context, sink))
        }
        (Shape::Parts, Value::Table(table)) => {
            let part = Shape::Table(PART);
            Value::Table(map(table, NameRule::Resource, &part, context, sink))
        }
        (Shape::Either(shapes), value) => {
            return match shapes.iter().find(|shape| shape.takes(value)) {
                Some(taken) => one_of(node, shapes, taken, context, sink),
                None => {
                    let fault = wrong_type(node, shape, context);
                    sink.push(filled_in::explained(fault, node, shape, context));
                    None
                }
            };
        }
        _ => {
            if let Some(fault) = fault_of_scalar(node, shape, context) {
                sink.push(filled_in::explained(fault, node, shape, context));
                let table = listed::as_table(node, shape)?;
                return value_of(&table, shape, context, sink);
            }
            return Some(node.clone());
        }
    };
    let span = node.span;
    Some(Node { span, value })
}

/// The value in the one of several shapes that takes its type.
fn one_of(
    node: &Node,
    shapes: &'static [Shape],
    taken: &Shape,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Option<Node> {
    if let (Shape::Plain(form), Value::String(text)) = (taken, &node.value)
        && !form.accepts(text)
        && shapes.len() > 1
    {
        let fault = bad_form_of_several(node, text, *form, shapes, context);
        let shape = &Shape::Either(shapes);
        sink.push(filled_in::explained(fault, node, shape, context));
        return None;
    }
    value_of(node, taken, context, sink)
}

/// What is wrong with a value that is no list and no table.
fn fault_of_scalar(node: &Node, shape: &Shape, context: &Context<'_>) -> Option<Diagnostic> {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Text | Shape::ShellText, Value::String(_))
        | (Shape::Number, Value::Integer(_))
        | (Shape::Boolean, Value::Boolean(_))
        | (Shape::Date, Value::Date(_)) => None,
        // TOML has `inf` and `nan`; what is generated has not.
        (Shape::Number, Value::Float(number)) => {
            let expected = "a number that is finite";
            (!number.number.is_finite()).then(|| bad_value(node, &inline(node), expected, context))
        }
        (Shape::Formed(form), Value::String(text)) => {
            // What other references stand for is not known yet.
            let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
            let none = Constants::default();
            let written = context.constants.unwrap_or(&none).written_out(&phrase);
            let wrong = written.filter(|it| !it.is_open && !form.accepts(&it.text))?;
            let text = match wrong.places.as_slice() {
                [] => text,
                _ => &wrong.text,
            };
            Some(wrong.explain(bad_form(node, text, *form, context)))
        }
        (Shape::Plain(form @ Form::KindPromQl), Value::String(text)) => {
            let is_wrong = !form.accepts(&kind_expression(node));
            is_wrong.then(|| bad_form(node, text, *form, context))
        }
        (Shape::Plain(form), Value::String(text)) => misplaced_reference(node, context)
            .or_else(|| (!form.accepts(text)).then(|| bad_form(node, text, *form, context))),
        (Shape::Integer(least, most), Value::Integer(number)) => {
            let is_wrong = !(least..=most).contains(&number);
            let bounds = || match *most {
                i64::MAX => format!("a whole number, {least} or more"),
                _ => format!("a whole number from {least} to {most}"),
            };
            is_wrong.then(|| bad_value(node, &number.to_string(), &bounds(), context))
        }
        (Shape::Cores, Value::Integer(number)) => {
            fault_of_cores(node, &number.to_string(), shape, context)
        }
        (Shape::Cores, Value::Float(number)) => {
            fault_of_cores(node, &number.to_string(), shape, context)
        }
        (Shape::Constant, Value::String(_)) => misplaced_reference(node, context),
        (
            Shape::Scalar | Shape::Constant,
            Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_),
        ) => None,
        _ => Some(wrong_type(node, shape, context)),
    }
}

fn fault_of_cores(
    node: &Node,
    written: &str,
    shape: &Shape,
    context: &Context<'_>,
) -> Option<Diagnostic> {
    let is_wrong = super::cpu_millis(written).is_none();
    is_wrong.then(|| bad_value(node, written, &shape.describe(), context))
}

/// The entries of a table whose keys are the user's.
fn map(
    table: &Table,
    rule: NameRule,
    item: &Shape,
    context: &Context<'_>,
    sink: &mut Sink,
) -> Table {
    let mut kept = Table::default();
    for Entry { key, value } in &table.entries {
        let of_compose = match context.removable && value.is_false() {
            true => None,
            false => entry_of_compose(key, value, item, context),
        };
        // What Compose writes on the left may be no name at all: then both are one mistake.
        let is_renamed = of_compose.is_some() && key.name.contains('/');
        let unquoted = dotted::unquoted(key, value, rule, item);
        if !rule.accepts(&key.name) && !is_renamed && unquoted.is_none() {
            let what = match rule {
                NameRule::Registry => "a registry".to_string(),
                _ => format!("the name of {}", context.owner),
            };
            let is_taken = |name: &str| table.get(name).is_some();
            let diagnostic = bad_name(Code::BadName, &key.name, key.span, &what, rule, &is_taken);
            sink.push(diagnostic);
            let proposed = entry_of_proposed_name(key, rule, [table, &kept]);
            kept.entries.extend(proposed);
        }
        let value = if context.removable && value.is_false() {
            Some(value.clone())
        } else if let Some(diagnostic) = of_compose.or(unquoted) {
            sink.push(diagnostic);
            None
        } else {
            let context = Context {
                entry: &key.name,
                ..context.at(key.span)
            };
            value_of(value, item, &context, sink)
        };
        // What is wrong with a value was reported; its name stays known, so that nothing that refers to it is wrong too.
        let value = value.unwrap_or(Node::broken(key.span));
        kept.push(Entry {
            key: key.clone(),
            value,
        });
    }
    kept
}

/// The entry under the name that is proposed for a refused one: whoever writes that already names nothing unknown.
fn entry_of_proposed_name(key: &Key, rule: NameRule, tables: [&Table; 2]) -> Option<Entry> {
    let is_free = |name: &String| tables.iter().all(|table| table.get(name).is_none());
    let name = likely_name(&key.name, rule).filter(is_free)?;
    let span = key.span;
    Some(Entry {
        key: Key { name, span },
        value: Node::broken(span),
    })
}
