//! How values print, and the filters that templates have beside minijinja's own.
//!
//! | filter | gives |
//! | --- | --- |
//! | `yaml(n)` | any value as YAML in block style, indented by `n` |
//! | `yaml_with(anchors, n)` | a table as YAML; a key in the table `anchors` has the value of the anchor of that name |
//! | `pairs(n)` | a list of names and values as YAML, each pair on a line of its own, indented by `n` |
//! | `lines(n)` | a string of YAML as lines below `|-`, indented by `n` |
//! | `json(n)` | any value as JSON; `n` given: on several lines, indented by `n` |
//! | `python` | any value as a Python literal |
//! | `groovy` | a string as a Groovy literal |
//! | `shell` | a string as one word of a shell |
//! | `markdown`, `xml` | a string as text of that language |
//! | `code`, `link` | a string as a code span of Markdown, a URL as a link |
//! | `comment` | one line that is safe in a comment of the file's language |
//! | `go_duration` | a duration as programs in Go read it: without days |
//! | `verbatim` | a text that is already in the file's language |

use std::borrow::Cow;

use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, Output, State,
    value::{Value, ValueKind},
};

use super::{
    escape::{Language, text, yaml},
    item::Item,
};

/// Prints a value as a literal of the file's language. A list, a table and `none` have no literal: they need a filter.
pub(super) fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if value.is_safe() {
        out.write_str(value.as_str().unwrap_or_default())?;
        return Ok(());
    }
    let text = match value.kind() {
        ValueKind::String => language(state).literal(value.as_str().unwrap_or_default()),
        ValueKind::Number => {
            write!(out, "{value}")?;
            return Ok(());
        }
        ValueKind::Bool => language(state).boolean(value.is_true()).into(),
        kind => {
            return Err(Error::new(
                ErrorKind::BadEscape,
                format!(
                    "{kind} can't be printed as it is: choose `yaml`, `json` or another filter"
                ),
            ));
        }
    };
    out.write_str(&text)?;
    Ok(())
}

pub(super) fn register(environment: &mut Environment<'static>) {
    environment.add_filter(
        "yaml",
        |state: &State, value: Value, indent: Option<usize>| {
            let indent = checked_indent(indent.unwrap_or(0))?;
            let charge = |item: Item<'_>, depth: usize| charge_one(state, item, depth);
            let text = yaml::block(Item::of(&value), indent, &charge)?;
            Ok::<_, Error>(Value::from_safe_string(text))
        },
    );
    environment.add_filter(
        "yaml_with",
        |state: &State, value: Value, anchors: Value, indent: usize| {
            let indent = checked_indent(indent)?;
            let one = |item: Item<'_>, depth: usize| charge_one(state, item, depth);
            let (value, anchors) = (Item::of(&value), Item::of(&anchors));
            charge(state, anchors, 0)?;
            let text = match (value.kind(), anchors.kind()) {
                (ValueKind::Map, ValueKind::Map) => yaml::entries(value, anchors, indent, &one)?,
                _ => yaml::block(value, indent, &one)?,
            };
            Ok::<_, Error>(Value::from_safe_string(text))
        },
    );
    environment.add_filter("pairs", |state: &State, list: Value, indent: usize| {
        let indent = checked_indent(indent)?;
        let list = Item::of(&list);
        charge(state, list, 0)?;
        Ok::<_, Error>(Value::from_safe_string(yaml::pair_lines(list, indent)?))
    });
    environment.add_filter("lines", |text: Cow<'_, str>, indent: usize| {
        Ok::<_, Error>(Value::from_safe_string(yaml::lines(
            &text,
            checked_indent(indent)?,
        )))
    });
    environment.add_filter(
        "json",
        |state: &State, value: Value, indent: Option<usize>| {
            let value = Item::of(&value);
            charge(state, value, 0)?;
            let text = match indent {
                None => serde_json::to_string(&value).map_err(bad)?,
                Some(indent) => serde_json::to_string_pretty(&value)
                    .map_err(bad)?
                    .replace('\n', &format!("\n{}", " ".repeat(checked_indent(indent)?))),
            };
            Ok::<_, Error>(Value::from_safe_string(text))
        },
    );
    environment.add_filter("python", |state: &State, value: Value| {
        Ok::<_, Error>(Value::from_safe_string(python(&tree(
            state,
            Item::of(&value),
        )?)))
    });
    for language in [
        Language::Groovy,
        Language::Shell,
        Language::Markdown,
        Language::Xml,
        Language::Dotenv,
    ] {
        environment.add_filter(language.name(), move |text: Cow<'_, str>| {
            Value::from_safe_string(language.literal(&text).into_owned())
        });
    }
    environment.add_filter("code", |text: Cow<'_, str>| {
        Value::from_safe_string(text::markdown_code(&text))
    });
    environment.add_filter("link", |url: Cow<'_, str>| {
        Value::from_safe_string(text::markdown_link(&url))
    });
    environment.add_filter("comment", |state: &State, text: Cow<'_, str>| {
        Value::from_safe_string(language(state).comment(&text))
    });
    environment.add_filter("go_duration", |text: Cow<'_, str>| {
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
        let hours = days.and_then(|days: u64| days.checked_mul(24));
        hours.map_or_else(|| text.to_string(), |hours| format!("{hours}h"))
    });
    environment.add_filter("verbatim", Value::from_safe_string);
}

/// The widest indentation. Each line of an output repeats it, so it has a limit.
const WIDEST: usize = 200;

fn checked_indent(indent: usize) -> Result<usize, Error> {
    match indent <= WIDEST {
        true => Ok(indent),
        false => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("an indentation of {indent} is more than {WIDEST}"),
        )),
    }
}

fn language(state: &State) -> Language {
    match state.auto_escape() {
        AutoEscape::Custom(name) => Language::from_name(name.as_ref()),
        _ => Language::Plain,
    }
}

/// The deepest nesting of values.
const DEEPEST: usize = 100;

fn tree(state: &State, item: Item<'_>) -> Result<serde_json::Value, Error> {
    charge(state, item, 0)?;
    serde_json::to_value(item).map_err(bad)
}

fn bad(error: serde_json::Error) -> Error {
    Error::new(ErrorKind::BadSerialization, error.to_string())
}

/// Charges the template's fuel for a filter before the filter runs. A text is copied several times on its way.
fn charge(state: &State, item: Item<'_>, depth: usize) -> Result<(), Error> {
    charge_one(state, item, depth)?;
    match item.kind() {
        ValueKind::Map => item.each_pair(&mut |key, inner| {
            charge(state, key, depth + 1)?;
            charge(state, inner, depth + 1)
        }),
        ValueKind::Seq | ValueKind::Iterable => {
            item.each(&mut |inner| charge(state, inner, depth + 1))
        }
        _ => Ok(()),
    }
}

/// Charges for one item, without the items inside of it.
fn charge_one(state: &State, item: Item<'_>, depth: usize) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(Error::new(
            ErrorKind::BadSerialization,
            format!("lists and tables more than {DEEPEST} deep"),
        ));
    }
    if let Item::Value(value) = item {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.kind() == ValueKind::Invalid {
            return Err(Error::new(ErrorKind::BadSerialization, value.to_string()));
        }
    }
    let length = item.text().map_or(0, str::len) as u64;
    state.consume_fuel(1 + length / 8)
}

/// A tree as a Python literal on one line.
fn python(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "None".to_string(),
        serde_json::Value::Bool(value) => Language::Python.boolean(*value).to_string(),
        serde_json::Value::Number(number) => number.to_string(),
        serde_json::Value::String(text) => Language::Python.literal(text).into_owned(),
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(python).collect();
            format!("[{}]", items.join(", "))
        }
        serde_json::Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", Language::Python.literal(key), python(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
