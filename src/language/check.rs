//! Holds a tree against the language: unknown keys, wrong types, bad forms.

use super::{
    component::{COMPONENT, reference_places, secret_places},
    compose::{ComposeKey, compose_form, compose_key},
    form::{Form, NameRule, kind_expression},
    key::KeyShape,
    shape::Shape,
};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    reference::{self, Mode, Piece, Words},
    source::Span,
    syntax::{Entry, Key, Node, Table, Value},
    text::all_of,
};

/// Reports everything in `table` that the language does not have, and gives back what it has.
///
/// `owner` is how messages call the table (`a component`), `place` where to say that a key is missing. `false` passes
/// for any value when `removable`: it takes away what a kind or a preset says.
pub fn check(table: &Table, keys: &[KeyShape], context: &Context<'_>, sink: &mut Sink) -> Table {
    let mut kept = Table::default();
    for Entry { key, value } in &table.entries {
        let (key, shape) = match keys.iter().find(|shape| shape.name == key.name) {
            Some(shape) => (key.clone(), shape),
            None => {
                if let Some(of_compose) = of_compose(key, keys) {
                    sink.push(of_compose.diagnostic(key, value, context.owner));
                    // Its name here counts as said, so that nothing that refers to it is wrong too.
                    if let Some(name) = of_compose.stands_for()
                        && table.get(name).is_none()
                    {
                        let name = name.to_string();
                        let span = key.span;
                        let value = Value::Broken;
                        kept.set(Key { name, span }, Node { span, value });
                    }
                    continue;
                }
                let near = meant(key, keys, sink);
                sink.push(match near {
                    Some(near) if table.get(near.name).is_some() => twice(key, near, context.owner),
                    near => unknown_key(key, near, keys, context.owner),
                });
                let Some(meant) = near.filter(|near| table.get(near.name).is_none()) else {
                    continue;
                };
                // What was misspelled is read as what it was meant to be, so that nothing else seems to be missing.
                let key = Key {
                    name: meant.name.to_string(),
                    span: key.span,
                };
                (key, meant)
            }
        };
        let value = if context.removable && value.is_false() {
            Some(value.clone())
        } else if let Some(diagnostic) = form_of_compose(&key, value, keys) {
            sink.push(diagnostic);
            None
        } else {
            value_of(value, &shape.shape, &context.below(&key.name), sink)
        };
        let value = value.unwrap_or(Node {
            span: key.span,
            value: Value::Broken,
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

/// What to write for a key. A secret's variable is called after the secret.
fn example(shape: &KeyShape, context: &Context<'_>) -> String {
    match (context.owner, shape.name) {
        ("a secret", "env") if !context.entry.is_empty() => {
            let variable = context.entry.to_ascii_uppercase().replace('-', "_");
            format!("env = \"{variable}\"")
        }
        _ => shape.example.to_string(),
    }
}

/// Where a table stands and what passes in it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What messages call the table, as in `component redis`.
    pub owner: &'a str,
    /// The name of the table where it is one of several; else nothing.
    pub entry: &'a str,
    /// Where the table begins, for keys that are missing.
    pub place: Span,
    /// Whether `false` removes entries here.
    pub removable: bool,
    /// It merges with other tables: what it has to say is asked when they are one.
    pub partial: bool,
}

impl<'a> Context<'a> {
    pub(super) fn below(&self, key: &str) -> Context<'a> {
        let owner = match key {
            "components" => "a component",
            "parts" => "a part",
            "presets" => "a preset",
            "pipelines" => "a pipeline",
            "tasks" => "a task",
            "ci" => "a CI entry",
            "stages" | "parallel" => "a stage",
            "flows" => "a flow",
            "platform" => "`[platform]`",
            "actors" => "an actor",
            "lints" => "`[lints]`",
            "moved" => "an entry of `[[moved]]`",
            "notify" => "`[notify]`",
            "receivers" => "a receiver",
            "routes" => "a route",
            "paths" => "a path",
            "secrets" => "a secret",
            "vars" => "a variable",
            "groups" => "a group",
            "ports" => "a port",
            "volumes" => "a volume",
            "files" => "a file",
            "helm" => "`helm`",
            "health" => "`health`",
            "metrics" => "`metrics`",
            "resources" => "`resources`",
            "alerts" => "an alert",
            "build" => "`build`",
            "networks" => "a network",
            "agent" => "`agent`",
            "env" => "an environment variable",
            "depends_on" => "a dependency",
            "workload" => "`[workload]`",
            "when" => "a case of `[[when]]`",
            "settings" => "a setting",
            "roles" => "a role",
            "outputs" => "an output",
            "records" => "a recording rule",
            "panels" => "a panel",
            "slo" => "`slo`",
            "latency" => "`latency`",
            "relabel" | "metric_relabel" => "a step of relabeling",
            "basic" => "`basic`",
            "queries" => "a query",
            "thresholds" => "a threshold",
            "binding" => "`[binding]`",
            _ => self.owner,
        };
        Context {
            owner,
            entry: "",
            place: self.place,
            removable: match key {
                "components" | "presets" | "when" => true,
                "env" => false,
                _ => self.removable,
            },
            partial: self.partial || matches!(key, "components" | "presets"),
        }
    }

    pub(super) fn at(&self, place: Span) -> Context<'a> {
        Context { place, ..*self }
    }
}

/// A key that Compose has and a component has not.
fn of_compose(key: &Key, keys: &[KeyShape]) -> Option<ComposeKey> {
    compose_key(&key.name).filter(|_| is_component(keys))
}

/// What to say of a value that is written as Compose has it.
fn form_of_compose(key: &Key, value: &Node, keys: &[KeyShape]) -> Option<Diagnostic> {
    is_component(keys).then(|| compose_form(key, value))?
}

fn is_component(keys: &[KeyShape]) -> bool {
    keys.len() == COMPONENT.len() && keys[0].name == COMPONENT[0].name
}

/// The key that a misspelled one was meant to be.
fn meant<'a>(key: &Key, keys: &'a [KeyShape], sink: &Sink) -> Option<&'a KeyShape> {
    if sink.is_full() {
        return None;
    }
    let name = nearest(&key.name, keys.iter().map(|shape| shape.name))?;
    keys.iter().find(|shape| shape.name == name)
}

/// A misspelled key beside the one that it was meant to be.
fn twice(key: &Key, near: &KeyShape, owner: &str) -> Diagnostic {
    let name = near.name;
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .help(format!("take it away: `{name}` is there too"))
}

fn unknown_key(key: &Key, near: Option<&KeyShape>, keys: &[KeyShape], owner: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownKey,
        format!("{owner} has no key `{}`", key.name),
    )
    .label(key.span, "unknown key")
    .misspelled(&key.name, near.map(|near| near.name), || {
        let names: Vec<&str> = keys.iter().map(|shape| shape.name).collect();
        format!("known keys: {}", all_of(&names))
    })
}

/// The value as far as it fits; `None` where nothing of it can be used.
fn value_of(node: &Node, shape: &Shape, context: &Context<'_>, sink: &mut Sink) -> Option<Node> {
    let fits = match (shape, &node.value) {
        (_, Value::Broken) => return None,
        (Shape::Any, _) => return Some(node.clone()),
        (Shape::Text | Shape::ShellText, Value::String(_)) => true,
        (Shape::Formed(form), Value::String(text)) => {
            // What a reference stands for is not known yet.
            let phrase = reference::of_node(node, Words::Platform, Mode::Strict);
            if phrase.literal().is_some_and(|text| !form.accepts(&text)) {
                sink.push(bad_form(node, text, *form));
                return None;
            }
            true
        }
        (Shape::Plain(form @ Form::KindPromQl), Value::String(text)) => {
            if !form.accepts(&kind_expression(node)) {
                sink.push(bad_form(node, text, *form));
                return None;
            }
            true
        }
        (Shape::Plain(form), Value::String(text)) => {
            if let Some(diagnostic) = misplaced_reference(node) {
                sink.push(diagnostic);
                return None;
            }
            if !form.accepts(text) {
                sink.push(bad_form(node, text, *form));
                return None;
            }
            true
        }
        (Shape::Integer(least, most), Value::Integer(number)) => {
            if !(least..=most).contains(&number) {
                let bounds = if *most == i64::MAX {
                    format!("a whole number, {least} or more")
                } else {
                    format!("a whole number from {least} to {most}")
                };
                sink.push(bad_value(node, &number.to_string(), &bounds));
                return None;
            }
            true
        }
        (Shape::Number, Value::Integer(_) | Value::Float(_)) => true,
        (Shape::Cores, Value::Integer(_) | Value::Float(_)) => {
            let written = match &node.value {
                Value::Integer(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                _ => String::new(),
            };
            if super::cpu_millis(&written).is_none() {
                sink.push(bad_value(node, &written, &shape.describe()));
                return None;
            }
            true
        }
        (Shape::Boolean, Value::Boolean(_)) => true,
        (Shape::Constant, Value::String(_)) => {
            if let Some(diagnostic) = misplaced_reference(node) {
                sink.push(diagnostic);
                return None;
            }
            true
        }
        (Shape::Date, Value::Date(_)) => true,
        (
            Shape::Scalar | Shape::Constant,
            Value::String(_) | Value::Integer(_) | Value::Float(_) | Value::Boolean(_),
        ) => true,
        (Shape::List(item), Value::Array(items)) => {
            let kept = items
                .iter()
                .filter_map(|node| value_of(node, item, &context.at(node.span), sink))
                .collect();
            return Some(Node {
                span: node.span,
                value: Value::Array(kept),
            });
        }
        (Shape::Table(keys), Value::Table(table)) => {
            return Some(Node {
                span: node.span,
                value: Value::Table(check(table, keys, &context.at(node.span), sink)),
            });
        }
        (Shape::Map(rule, item), Value::Table(table)) => {
            return Some(Node {
                span: node.span,
                value: Value::Table(map(table, *rule, item, context, sink)),
            });
        }
        (Shape::Parts, Value::Table(table)) => {
            let part = Shape::Table(super::COMPONENT);
            return Some(Node {
                span: node.span,
                value: Value::Table(map(table, NameRule::Resource, &part, context, sink)),
            });
        }
        (Shape::Either(shapes), value) => {
            if let Some(shape) = shapes.iter().find(|shape| shape.takes(value)) {
                let is_table = |other: &Shape| matches!(other, Shape::Map(NameRule::Registry, _));
                if let (Shape::Plain(form), Value::String(text)) = (shape, value)
                    && !form.accepts(text)
                    && let Some(other) = shapes.iter().find(|other| is_table(other))
                {
                    let help = format!("it is {}, or {}", form.describe(), other.describe());
                    sink.push(bad_form(node, text, *form).help(help));
                    return None;
                }
                return value_of(node, shape, context, sink);
            }
            false
        }
        _ => false,
    };
    if fits {
        return Some(node.clone());
    }
    sink.push(
        Diagnostic::new(
            Code::WrongType,
            format!(
                "expected {}, found {}",
                shape.describe(),
                node.value.type_name()
            ),
        )
        .label(node.span, format!("this is {}", node.value.type_name()))
        .help(format!("write {}", shape.describe())),
    );
    None
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

fn bad_value(node: &Node, text: &str, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::BadValue, format!("`{text}` is not {expected}"))
        .label(node.span, "does not fit")
        .help(format!("write {expected}"))
}

fn bad_form(node: &Node, text: &str, form: Form) -> Diagnostic {
    match form {
        Form::Name(rule) => bad_name(Code::BadValue, text, node.span, "a name here", rule),
        form => bad_value(node, text, &form.describe()),
    }
}

/// A name against its rule, whether it stands as a key or as a value.
fn bad_name(code: Code, name: &str, span: Span, what: &str, rule: NameRule) -> Diagnostic {
    Diagnostic::new(code, format!("`{name}` can't be {what}"))
        .label(span, "this name")
        .help(format!("a name here is {}", rule.describe()))
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
