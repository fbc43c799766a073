//! Whether a value is what the setting takes.

use super::{choices::choice, fits, phrase};
use crate::{
    catalog::{SettingSpec, SettingType},
    diag::{Code, Diagnostic, Sink},
    expand::{draft::Names, stores},
    language::{Shape, duration_ms, memory_bytes, respelled},
    model::Secret,
    reference::{Constants, Phrase, Piece},
    syntax::{Node, Value, quoted},
    text::one_of,
};

/// Whether a value is of the type and of the form of the setting.
pub(in crate::expand) fn takes(spec: &SettingSpec, node: &Node, constants: &Constants) -> bool {
    let mut found = Sink::default();
    typed(spec, node, constants, None, &mut found);
    let of_form = |text: &str| spec.form.is_none_or(|form| form.accepts(text));
    found.errors() == 0 && (node.as_str().is_none() || fits(constants, node, of_form))
}

/// Reports a value of another type. `names`: whose secrets a help can name.
pub(super) fn typed(
    spec: &SettingSpec,
    node: &Node,
    constants: &Constants,
    names: Option<&Names>,
    sink: &mut Sink,
) {
    let expected = match (spec.kind, &node.value) {
        (SettingType::Secret, Value::String(_)) => return secret_value(spec, node, names, sink),
        (SettingType::Duration | SettingType::Period, Value::String(_))
            if fits(constants, node, |text| is_duration(spec.kind, text)) =>
        {
            return;
        }
        (SettingType::Size, Value::String(_))
            if fits(constants, node, |text| memory_bytes(text).is_some()) =>
        {
            return;
        }
        (SettingType::String, Value::String(_) | Value::Integer(_)) if !spec.choices.is_empty() => {
            return choice(spec, &node.scalar(), node, sink);
        }
        (SettingType::Stores, Value::Array(items)) => {
            items
                .iter()
                .for_each(|item| stores::check(spec, item, sink));
            return;
        }
        (SettingType::String | SettingType::Stores | SettingType::File, Value::String(_))
        | (SettingType::Integer, Value::Integer(_))
        | (SettingType::Boolean, Value::Boolean(_)) => return,
        (SettingType::String, Value::Integer(_)) => return,
        (
            SettingType::List | SettingType::Databases | SettingType::Files | SettingType::Folders,
            Value::Array(items),
        ) => {
            for item in items {
                if item.as_str().is_none() {
                    sink.push(wrong_item(spec, item));
                }
            }
            return;
        }
        (SettingType::Secret, _) => "a secret, as `\"${secrets.NAME}\"`",
        (SettingType::String, _) => "a string",
        (SettingType::Integer, _) => "a whole number",
        (SettingType::Boolean, _) => "true or false",
        (SettingType::Duration, _) => "a duration such as `30s`",
        (SettingType::Period, _) => "a duration above zero, such as `30s`",
        (SettingType::Size, _) => "an amount such as `20Gi`",
        (SettingType::List, _) => "a list of strings",
        (SettingType::Databases, _) => "a list of names, or a table of them",
        (SettingType::Stores, _) => "a URL, or a list of them",
        (SettingType::File, _) => "a path of the project",
        (SettingType::Files | SettingType::Folders, _) => "a list of paths of the project",
    };
    sink.push(match (&node.value, spec.kind) {
        (Value::String(text), SettingType::Duration | SettingType::Period | SettingType::Size) => {
            let diagnostic = Diagnostic::new(
                Code::BadValue,
                format!("setting `{}`: `{text}` is not {expected}", spec.name),
            )
            .label(node.span, "does not fit");
            with_right_form(spec, node, expected, diagnostic)
        }
        _ => wrong_type(spec, node, expected),
    });
}

fn is_duration(kind: SettingType, text: &str) -> bool {
    duration_ms(text).is_some_and(|it| it > 0 || kind == SettingType::Duration)
}

fn secret_value(spec: &SettingSpec, node: &Node, names: Option<&Names>, sink: &mut Sink) {
    let phrase = phrase(node);
    // What is no reference at all is reported where references are resolved.
    let mut pieces = phrase.pieces.iter();
    let is_broken = pieces.any(|it| matches!(it, Piece::Misfit(_)));
    if !is_broken && !is_secret(&phrase) {
        let message = format!("setting `{}` must be a secret", spec.name);
        let diagnostic = Diagnostic::new(Code::SecretRequired, message);
        let write = |secret: &str| format!("write `{} = \"${{secrets.{secret}}}\"`", spec.name);
        sink.push(match names.and_then(|names| of_variable(node, names)) {
            Some(secret) => diagnostic
                .label(node.span, "the variable of a secret")
                .help(write(&secret.name))
                .replacing(node.span, format!("\"${{secrets.{}}}\"", secret.name)),
            None => diagnostic
                .label(node.span, "written out")
                .help(format!("declare a secret and {}", write("NAME"))),
        });
    }
}

/// The secret whose variable a text asks for as a shell does: `$DB_PASSWORD`, `${DB_PASSWORD:-}`.
fn of_variable<'a>(node: &Node, names: &'a Names) -> Option<&'a Secret> {
    let asked = node.as_str()?.strip_prefix('$')?;
    let variable = match asked.strip_prefix('{') {
        Some(asked) => asked.strip_suffix('}')?.split([':', '-', '?']).next(),
        None => Some(asked),
    };
    let mut secrets = names.secrets.iter();
    secrets.find(|secret| Some(secret.env.as_str()) == variable)
}

pub(in crate::expand) fn wrong_type(spec: &SettingSpec, node: &Node, expected: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!(
            "setting `{}`: expected {expected}, found {}",
            spec.name,
            node.value.type_name()
        ),
    )
    .label(node.span, format!("this is {}", node.value.type_name()));
    with_right_form(spec, node, expected, diagnostic)
}

/// An item of a list that is no string.
fn wrong_item(spec: &SettingSpec, item: &Node) -> Diagnostic {
    let found = item.value.type_name();
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!(
            "setting `{}`: expected strings in the list, found {found}",
            spec.name
        ),
    )
    .label(item.span, format!("this is {found}"));
    match respelled(&Shape::Text, item) {
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(item.span, text),
        None => diagnostic.help("put the names themselves into the list, as in `[\"name\"]`"),
    }
}

/// With what to write instead of a value.
fn with_right_form(
    spec: &SettingSpec,
    node: &Node,
    expected: &str,
    diagnostic: Diagnostic,
) -> Diagnostic {
    if let (SettingType::List, Value::Table(table)) = (spec.kind, &node.value)
        && let Some((first, _)) = table.iter().next()
    {
        let names = table.keys().map(quoted).collect::<Vec<_>>().join(", ");
        let list = format!("[{names}]");
        let diagnostic = diagnostic.help(format!("write `{} = {list}`", spec.name));
        // In braces; a table by headings has its name alone for its place.
        return match node.span.start < first.span.start && first.span.end <= node.span.end {
            true => diagnostic.replacing(node.span, list),
            false => diagnostic,
        };
    }
    // A secret is never written out, whatever stands there; and a time may be in seconds or in days.
    let is_time = matches!(spec.kind, SettingType::Duration | SettingType::Period);
    let is_guess = is_time || spec.kind == SettingType::Secret;
    let is_guess = is_guess || !spec.choices.is_empty() && matches!(node.value, Value::Boolean(_));
    match respelled(&spec.kind.shape(), node).filter(|_| !is_guess) {
        None if !spec.choices.is_empty() => {
            diagnostic.help(format!("write {}", one_of(&spec.choices)))
        }
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(node.span, text),
        None => diagnostic.help(match node.value {
            Value::Integer(number) if is_time && number > 0 => format!(
                "give it a unit: `\"{number}s\"`, `\"{number}m\"`, `\"{number}h\"` or `\"{number}d\"`"
            ),
            _ => format!("write {expected}"),
        }),
    }
}

/// Nothing but one reference to a secret.
pub(in crate::expand) fn is_secret(phrase: &Phrase<'_>) -> bool {
    match phrase.pieces.as_slice() {
        [Piece::Reference(reference)] => reference.segments[0] == "secrets",
        _ => false,
    }
}
