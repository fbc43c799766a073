//! Holds a tree against the language: unknown keys, wrong types, bad forms.

use super::{
    component::{reference_places, secret_places},
    compose::{
        compose_port, compose_port_key, form_of_compose, needless_table, of_compose, with_services,
    },
    context::{Context, Owner},
    form::{Form, NameRule, kind_expression},
    key::KeyShape,
    misfit::{bad_form, bad_form_of_several, bad_name, bad_value, wrong_type},
    shape::Shape,
    specification,
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    reference::{self, Mode, Piece, Words},
    syntax::{Entry, Key, Node, Table, Value},
    text::all_of,
};

/// Reports everything in `table` that the language does not have, and gives back what it has.
///
/// `owner` is how messages call the table (`a component`), `place` where to say that a key is missing. `false` passes
/// for any value when `removable`: it removes the value of a kind or a preset.
pub fn check(table: &Table, keys: &[KeyShape], context: &Context<'_>, sink: &mut Sink) -> Table {
    let mut kept = Table::default();
    let renamed = with_services(table, keys, context);
    let table = match renamed {
        Some((ref renamed, diagnostic)) => {
            sink.push(diagnostic);
            renamed
        }
        None => table,
    };
    for Entry { key, value } in &table.entries {
        let (key, shape) = match keys.iter().find(|shape| shape.name == key.name) {
            Some(shape) => (key.clone(), shape),
            None => {
                if let Some(said) = of_compose(key, value, table, keys, context) {
                    sink.push(said.diagnostic);
                    // Its name counts as declared, so that references to it are not errors as well.
                    if let Some(name) = said.stands_for
                        && table.get(name).is_none()
                    {
                        let name = name.to_string();
                        let span = key.span;
                        let value = Value::Broken;
                        kept.set(Key { name, span }, Node { span, value });
                    }
                    continue;
                }
                let near = nearest_key(key, value, table, keys, sink);
                let absent = match near {
                    Some(_) => Vec::new(),
                    None => absent(table, &kept, keys, sink),
                };
                let near = near.or(match absent.as_slice() {
                    [only] if only.shape.takes(&value.value) => Some(only),
                    _ => None,
                });
                let is_unfit =
                    |near: &KeyShape| !could_be(value, &near.shape, &context.below(near));
                sink.push(match near {
                    Some(near) if table.get(near.name).is_some() => {
                        both_written(key, near, context.owner)
                    }
                    Some(near) if is_unfit(near) => unfit(key, near, context.owner),
                    Some(_) => unknown_key(key, near, keys, &[], context.owner),
                    None => unknown_key(key, near, keys, &absent, context.owner),
                });
                let Some(meant) = near.filter(|near| table.get(near.name).is_none()) else {
                    // The message names what is missing too: it may stand behind the unknown key.
                    for shape in absent {
                        let (name, span) = (shape.name.to_string(), key.span);
                        let value = Value::Broken;
                        kept.set(Key { name, span }, Node { span, value });
                    }
                    continue;
                };
                // What was misspelled is read as what it was meant to be, so that nothing else seems to be missing.
                let key = Key {
                    name: meant.name.to_string(),
                    span: key.span,
                };
                if !could_be(value, &meant.shape, &context.below(meant)) {
                    // That it does not fit follows from the guess, too.
                    let (span, value) = (key.span, Value::Broken);
                    kept.set(key, Node { span, value });
                    continue;
                }
                (key, meant)
            }
        };
        let value = if context.removable && value.is_false() {
            Some(value.clone())
        } else if let Some(diagnostic) = form_of_compose(&key, value, table, keys, context) {
            sink.push(diagnostic);
            None
        } else {
            value_of(value, &shape.shape, &context.below(shape), sink)
        };
        let value = value.unwrap_or(Node {
            span: key.span,
            value: Value::Broken,
        });
        kept.set(key, value);
    }
    for shape in keys {
        if shape.required && !context.partial && kept.get(shape.name).is_none() {
            sink.push(needless_table(context).unwrap_or_else(|| missing(shape, context)));
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

/// What to write for a key. A secret's variable is called after the secret.
fn example(shape: &KeyShape, context: &Context<'_>) -> String {
    match (context.owner, shape.name) {
        (Owner::Words("a secret"), "env") if !context.entry.is_empty() => {
            let variable = context.entry.to_ascii_uppercase().replace('-', "_");
            format!("env = \"{variable}\"")
        }
        _ => shape.example.to_string(),
    }
}

/// Whether the value of a misspelled key could be one of the key that was probably meant. What is wrong in a table or a
/// list is reported as anywhere.
fn could_be(value: &Node, shape: &Shape, context: &Context<'_>) -> bool {
    match &value.value {
        Value::Table(_) | Value::Array(_) => shape.takes(&value.value),
        _ if context.removable && value.is_false() => true,
        _ => value_of(value, shape, context, &mut Sink::default()).is_some(),
    }
}

/// In a table with more keys a mistake is not held against all others: no person wrote it, and the time would grow with the
/// square of their number.
const MOST_COMPARED: usize = 200;

/// The key that a misspelled one was meant to be. Of several that are as near, it is one that the table has not yet, that takes
/// such a value, and that the table needs.
fn nearest_key<'a>(
    key: &Key,
    value: &Node,
    table: &Table,
    keys: &'a [KeyShape],
    sink: &Sink,
) -> Option<&'a KeyShape> {
    if sink.is_full() {
        return None;
    }
    let mut likely: Vec<&KeyShape> = keys.iter().collect();
    likely.sort_by_key(|shape| {
        let is_written = table.entries.len() <= MOST_COMPARED && table.get(shape.name).is_some();
        (
            is_written,
            !shape.shape.takes(&value.value),
            !shape.required,
        )
    });
    let is_port = keys.iter().any(|shape| shape.name == "container");
    let of_compose = compose_port_key(&key.name).filter(|_| is_port);
    let name = of_compose.or_else(|| nearest(&key.name, likely.iter().map(|shape| shape.name)));
    if let Some(name) = name {
        return keys.iter().find(|shape| shape.name == name);
    }
    // A word that was cut short.
    let mut longer = keys
        .iter()
        .filter(|shape| key.name.len() >= SHORTEST_BEGINNING && shape.name.starts_with(&key.name));
    longer.next().filter(|_| longer.next().is_none())
}

/// Fewer letters than these begin too many words.
const SHORTEST_BEGINNING: usize = 3;

/// The keys that the table must have and has not, by any name that is near to theirs.
fn absent<'a>(table: &Table, kept: &Table, keys: &'a [KeyShape], sink: &Sink) -> Vec<&'a KeyShape> {
    if table.entries.len() > MOST_COMPARED {
        return Vec::new();
    }
    let is_named = |shape: &KeyShape| {
        table.entries.iter().any(|Entry { key, value }| {
            let is_known = keys.iter().any(|shape| shape.name == key.name);
            let near = || nearest_key(key, value, table, keys, sink);
            key.name == shape.name
                || !is_known && near().is_some_and(|near| near.name == shape.name)
        })
    };
    keys.iter()
        .filter(|shape| shape.required && kept.get(shape.name).is_none() && !is_named(shape))
        .collect()
}

/// A misspelled key beside the one that it was meant to be.
fn both_written(key: &Key, near: &KeyShape, owner: Owner<'_>) -> Diagnostic {
    let name = near.name;
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .help(format!("remove it: `{name}` is set too"))
}

/// A misspelled key with a value that the one which was probably meant does not take.
fn unfit(key: &Key, near: &KeyShape, owner: Owner<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .help(format!(
        "there is `{}`, which takes {}",
        near.name,
        near.shape.describe()
    ))
}

fn unknown_key(
    key: &Key,
    near: Option<&KeyShape>,
    keys: &[KeyShape],
    absent: &[&KeyShape],
    owner: Owner<'_>,
) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .misspelled(&key.name, near.map(|near| near.name), || {
        let names: Vec<&str> = keys.iter().map(|shape| shape.name).collect();
        let absent: Vec<&str> = absent.iter().map(|shape| shape.name).collect();
        match absent.as_slice() {
            [] => format!("known keys: {}", all_of(&names)),
            absent => format!(
                "known keys: {}; {} must be there",
                all_of(&names),
                all_of(absent)
            ),
        }
    })
}

/// The value as far as it fits; `None` where nothing of it can be used.
fn value_of(node: &Node, shape: &Shape, context: &Context<'_>, sink: &mut Sink) -> Option<Node> {
    let inner = &context.at(node.span);
    let value = match (shape, &node.value) {
        (_, Value::Broken) => return None,
        (Shape::Specified(what), Value::Table(_)) => {
            specification::hold(node, *what, sink);
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
            let part = Shape::Table(super::COMPONENT);
            Value::Table(map(table, NameRule::Resource, &part, context, sink))
        }
        (Shape::Either(shapes), value) => {
            return match shapes.iter().find(|shape| shape.takes(value)) {
                Some(taken) => one_of(node, shapes, taken, context, sink),
                None => {
                    sink.push(wrong_type(node, shape, context));
                    None
                }
            };
        }
        _ => {
            if let Some(fault) = fault_of_scalar(node, shape, context) {
                sink.push(fault);
                return None;
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
        sink.push(bad_form_of_several(node, text, *form, shapes, context));
        return None;
    }
    value_of(node, taken, context, sink)
}

/// What is wrong with a value that is no list and no table.
fn fault_of_scalar(node: &Node, shape: &Shape, context: &Context<'_>) -> Option<Diagnostic> {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Text | Shape::ShellText, Value::String(_))
        | (Shape::Number, Value::Integer(_) | Value::Float(_))
        | (Shape::Boolean, Value::Boolean(_))
        | (Shape::Date, Value::Date(_)) => None,
        (Shape::Formed(form), Value::String(text)) => {
            // What a reference stands for is not known yet.
            let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
            let is_wrong = phrase.literal().is_some_and(|text| !form.accepts(&text));
            is_wrong.then(|| bad_form(node, text, *form, context))
        }
        (Shape::Plain(form @ Form::KindPromQl), Value::String(text)) => {
            let is_wrong = !form.accepts(&kind_expression(node));
            is_wrong.then(|| bad_form(node, text, *form, context))
        }
        (Shape::Plain(form), Value::String(text)) => misplaced_reference(node)
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
        (Shape::Constant, Value::String(_)) => misplaced_reference(node),
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

/// A reference where none is read: passed on as it stands it would only fail later.
fn misplaced_reference(node: &Node) -> Option<Diagnostic> {
    let phrase = reference::of_node(node, Words::Platform, Mode::Shell);
    let (word, place) = phrase.pieces.iter().find_map(|piece| match piece {
        Piece::Reference(reference) => Some((reference.segments[0], reference.place)),
        Piece::Misfit(misfit) => Some((misfit.word(), misfit.place)),
        Piece::Literal(_) | Piece::Escape => None,
    })?;
    Some(match word {
        "secrets" => Diagnostic::new(Code::SecretPlace, "a secret can't stand here")
            .label(place, "a secret")
            .help(secret_places()),
        _ => Diagnostic::new(Code::BadReference, "no reference can stand here")
            .label(place, "a reference")
            .help(format!("write the value out; {}", reference_places())),
    })
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
        if !rule.accepts(&key.name) {
            let what = match rule {
                NameRule::Registry => "a registry".to_string(),
                _ => format!("the name of {}", context.owner),
            };
            sink.push(bad_name(Code::BadName, &key.name, key.span, &what, rule));
        }
        let value = if context.removable && value.is_false() {
            Some(value.clone())
        } else if let Some(diagnostic) = compose_port(context.owner, key, value) {
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
        let value = value.unwrap_or(Node {
            span: key.span,
            value: Value::Broken,
        });
        kept.entries.push(Entry {
            key: key.clone(),
            value,
        });
    }
    kept
}
