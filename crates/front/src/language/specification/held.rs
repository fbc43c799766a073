//! A table against a schema. What of JSON Schema is used is read here and nothing more: types, properties, patterns of names,
//! items, choices, bounds, alternatives. Keys that must be there are asked for in items of lists alone, as tables are merged into
//! what is generated. `false` removes what is generated, so it fits everywhere.

use serde_json::Value as Json;

use super::{Known, Specified, formats::expected};
use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    syntax::{Entry, Key, Node, Table, Value, inline, quoted},
    text::{all_of, one_of},
};

/// More keys than these say nothing in a message.
const KEYS_SHOWN: usize = 12;

/// Reports what in a raw table the others would refuse, or not know.
pub fn check_specified(node: &Node, what: Specified, sink: &mut Sink) {
    let table = node.as_table();
    let word = |key| table.and_then(|it| it.get(key)?.as_str()).unwrap_or("");
    let known = what.known(word("apiVersion"), word("kind"));
    let place = Place {
        known: &known,
        path: String::new(),
        is_item: known.is_whole,
    };
    for fault in faults(node, known.schema, &place) {
        sink.mark_incomplete(node.span);
        sink.push(fault);
    }
}

/// Where in a raw table a value stands.
struct Place<'a> {
    known: &'a Known,
    path: String,
    /// In an item of a list, which nothing else is merged with.
    is_item: bool,
}

impl Place<'_> {
    fn below(&self, name: &str) -> Self {
        let path = match self.path.as_str() {
            "" => name.to_string(),
            path => format!("{path}.{name}"),
        };
        Self { path, ..*self }
    }

    fn item(&self) -> Self {
        Self {
            path: self.path.clone(),
            is_item: true,
            ..*self
        }
    }

    fn owner(&self) -> String {
        match self.path.as_str() {
            "" => self.known.noun.clone(),
            path => format!("`{path}` of {}", self.known.noun),
        }
    }

    /// The schema that a reference leads to.
    fn followed<'a>(&self, mut schema: &'a Json) -> &'a Json {
        while let Some(path) = schema["$ref"].as_str() {
            let name = path.rsplit('/').next().unwrap_or_default();
            schema = &self.known.document["$defs"][name];
        }
        schema
    }
}

fn faults(node: &Node, schema: &Json, place: &Place<'_>) -> Vec<Diagnostic> {
    let schema = place.followed(schema);
    if node.is_false() || matches!(node.value, Value::Broken) {
        return Vec::new();
    }
    if let Some(choices) = alternatives(schema) {
        return faults_of_nearest(node, choices, place);
    }
    let types = types(schema, place);
    if !takes(&types, &node.value, place) {
        return vec![wrong_type(node, &types, place)];
    }
    match &node.value {
        Value::Table(table) => faults_in(table, node, schema, place),
        Value::Array(items) => items
            .iter()
            .flat_map(|item| faults(item, &schema["items"], &place.item()))
            .collect(),
        Value::String(text) => unlisted(node, text, schema, place)
            .or_else(|| unreadable(node, text, place))
            .into_iter()
            .collect(),
        Value::Integer(number) => out_of_bounds(node, *number, schema, place)
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}

/// The faults by the alternative that the value was most likely meant for.
fn faults_of_nearest(node: &Node, choices: &[Json], place: &Place<'_>) -> Vec<Diagnostic> {
    let of_type = |choice: &&Json| takes(&types(place.followed(choice), place), &node.value, place);
    let tried = choices.iter().filter(of_type);
    let tried = tried.map(|choice| faults(node, choice, place));
    tried.min_by_key(Vec::len).unwrap_or_else(|| {
        let all = choices.iter();
        let all = all.flat_map(|choice| types(place.followed(choice), place));
        vec![wrong_type(node, &all.collect::<Vec<_>>(), place)]
    })
}

fn faults_in(table: &Table, node: &Node, schema: &Json, place: &Place<'_>) -> Vec<Diagnostic> {
    let known = entries(schema, "properties", place);
    let patterns = entries(schema, "patternProperties", place);
    let others = &schema["additionalProperties"];
    let is_closed = *others == Json::Bool(false) || schema["unevaluatedProperties"] == false;
    let mut out = Vec::new();
    for Entry { key, value } in &table.entries {
        let named = known.iter().find(|(name, _)| *name == key.name);
        let by_pattern = patterns
            .iter()
            .find(|(pattern, _)| fits_pattern(pattern, &key.name));
        let found = named
            .or(by_pattern)
            .map(|(_, schema)| *schema)
            .or(others.is_object().then_some(others));
        match found {
            Some(schema) => out.extend(faults(value, schema, &place.below(&key.name))),
            None if is_closed => out.push(unknown(key, &known, place)),
            None => {}
        }
    }
    let required = schema["required"].as_array().into_iter().flatten();
    let missing = required
        .filter_map(Json::as_str)
        .filter(|name| place.is_item && table.get(name).is_none());
    out.extend(missing.map(|name| {
        Diagnostic::new(
            Code::MissingKey,
            format!("{} needs the key `{name}`", place.owner()),
        )
        .label(node.span, "missing here")
        .help(format!(
            "add `{name}`: {} refuses it without",
            place.known.judge
        ))
    }));
    out
}

fn unknown(key: &Key, known: &[(&str, &Json)], place: &Place<'_>) -> Diagnostic {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let otherwise = || match names.len() {
        0..=KEYS_SHOWN => format!("known keys: {}", all_of(&names)),
        _ => place.known.otherwise.to_string(),
    };
    Diagnostic::new(
        Code::UnknownKey,
        format!("{} has no key `{}`", place.owner(), key.name),
    )
    .label(key.span, place.known.verdict)
    .misspelled(
        &key.name,
        nearest(&key.name, names.iter().copied()),
        otherwise,
    )
}

fn wrong_type(node: &Node, types: &[&str], place: &Place<'_>) -> Diagnostic {
    let expected = words(types);
    let found = node.value.type_name();
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("{} takes {expected} here, not {found}", place.known.judge),
    )
    .label(node.span, format!("this is {found}"));
    match meant(node, types) {
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(node.span, text),
        None if matches!(&node.value, Value::String(text) if text.contains('$')) => diagnostic
            .help(format!(
                "write {expected} itself: what a reference stands for arrives as text"
            )),
        None => diagnostic.help(format!("it has to be {expected}")),
    }
}

/// A value in one of these types, where it is plain what was meant; as TOML.
fn meant(node: &Node, types: &[&str]) -> Option<String> {
    let takes_texts = types.contains(&"string");
    match &node.value {
        Value::Integer(_) | Value::Boolean(_) if takes_texts => Some(quoted(&node.scalar())),
        Value::String(text) if types.contains(&"integer") || types.contains(&"number") => {
            text.parse::<i64>().ok().map(|number| number.to_string())
        }
        Value::String(text) if types.contains(&"boolean") => ["true", "false"]
            .contains(&text.as_str())
            .then(|| text.clone()),
        Value::String(_) | Value::Integer(_) if types.contains(&"array") => {
            Some(format!("[{}]", quoted(&node.scalar())))
        }
        _ => None,
    }
}

/// The value of a key of a Compose service, in the type that it takes.
pub(in crate::language) fn meant_of_compose(key: &str, value: &Node) -> String {
    let known = Specified::ComposeService.known("", "");
    let place = Place {
        known: &known,
        path: String::new(),
        is_item: false,
    };
    let properties = entries(known.schema, "properties", &place);
    let schema = properties.iter().find(|(name, _)| *name == key);
    let types: Vec<&str> = match schema {
        Some((_, schema)) => {
            let schema = place.followed(schema);
            match alternatives(schema) {
                Some(choices) => choices
                    .iter()
                    .flat_map(|choice| types(place.followed(choice), &place))
                    .collect(),
                None => types(schema, &place),
            }
        }
        None => Vec::new(),
    };
    let is_taken = takes(&types, &value.value, &place);
    let meant = || meant(value, &types);
    (!is_taken)
        .then(meant)
        .flatten()
        .unwrap_or_else(|| inline(value))
}

/// A word that is not among those that are taken. What a variable holds is not known.
fn unlisted(node: &Node, text: &str, schema: &Json, place: &Place<'_>) -> Option<Diagnostic> {
    let words: Vec<&str> = schema["enum"]
        .as_array()?
        .iter()
        .filter_map(Json::as_str)
        .collect();
    if text.contains('$') || words.contains(&text) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::BadValue,
        format!("`{text}` is not what {} takes here", place.known.judge),
    )
    .label(node.span, "does not fit");
    Some(match nearest(text, words.iter().copied()) {
        Some(meant) => diagnostic
            .help(format!("write `{}`", quoted(meant)))
            .replacing(node.span, quoted(meant)),
        None => diagnostic.help(format!("it takes {}", one_of(&words))),
    })
}

/// A text in a form that Compose does not read. What a variable holds is not known.
fn unreadable(node: &Node, text: &str, place: &Place<'_>) -> Option<Diagnostic> {
    if !place.known.fills_in || text.contains('$') {
        return None;
    }
    // In a whole file the service has a name.
    let in_file = place.path.strip_prefix("services.");
    let in_service = in_file.and_then(|it| it.split_once('.'));
    let path = in_service.map_or(place.path.as_str(), |(_, path)| path);
    let expected = expected(path, text)?;
    let message = format!("`{text}` is not what Compose takes here");
    Some(
        Diagnostic::new(Code::BadValue, message)
            .label(node.span, "does not fit")
            .help(format!("it takes {expected}")),
    )
}

/// Whether a path of keys is the one of a pattern, in which `*` is any key.
pub(super) fn fits_path(pattern: &str, path: &str) -> bool {
    let (mut names, mut keys) = (pattern.split('.'), path.split('.'));
    loop {
        match (names.next(), keys.next()) {
            (None, None) => return true,
            (Some(name), Some(key)) if name == "*" || name == key => {}
            _ => return false,
        }
    }
}

fn out_of_bounds(node: &Node, number: i64, schema: &Json, place: &Place<'_>) -> Option<Diagnostic> {
    let least = schema["minimum"].as_i64().filter(|least| number < *least);
    let most = schema["maximum"].as_i64().filter(|most| number > *most);
    let bound = least.map(|it| format!("{it} or more"));
    let bound = bound.or(most.map(|it| format!("{it} or less")))?;
    Some(
        Diagnostic::new(
            Code::BadValue,
            format!("`{number}` is not what {} takes here", place.known.judge),
        )
        .label(node.span, "does not fit")
        .help(format!("it takes {bound}")),
    )
}

fn alternatives(schema: &Json) -> Option<&[Json]> {
    let of = |key: &str| schema[key].as_array().map(Vec::as_slice);
    of("oneOf")
        .or_else(|| of("anyOf"))
        .filter(|_| schema.get("properties").is_none())
}

/// JSON's names of the types that fit; none: any type.
fn types<'a>(schema: &'a Json, place: &Place<'_>) -> Vec<&'a str> {
    match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
        _ => match schema["allOf"].as_array() {
            Some(all) => all
                .iter()
                .flat_map(|part| types(place.followed(part), place))
                .collect(),
            None => Vec::new(),
        },
    }
}

/// What a schema, and all that it is made of, lists below a key: properties, or patterns of their names.
fn entries<'a>(schema: &'a Json, list: &str, place: &Place<'_>) -> Vec<(&'a str, &'a Json)> {
    let own = schema[list].as_object().into_iter().flatten();
    let mut all: Vec<(&str, &Json)> = own.map(|(name, it)| (name.as_str(), it)).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(entries(place.followed(part), list, place));
    }
    all
}

fn takes(types: &[&str], value: &Value, place: &Place<'_>) -> bool {
    types.is_empty()
        || types.iter().any(|kind| match value {
            // What a variable holds is not known.
            Value::String(text) if text.contains('$') && place.known.fills_in => {
                matches!(*kind, "string" | "number" | "integer" | "boolean")
            }
            Value::String(_) | Value::Date(_) | Value::Time(_) => *kind == "string",
            Value::Integer(_) => matches!(*kind, "integer" | "number"),
            Value::Float(_) => *kind == "number",
            Value::Boolean(_) | Value::Removed => *kind == "boolean",
            Value::Array(_) => *kind == "array",
            Value::Table(_) => *kind == "object",
            Value::Broken => true,
        })
}

/// The types in the words of TOML.
fn words(types: &[&str]) -> String {
    let known = [
        ("string", "a string"),
        ("number", "a number"),
        ("integer", "a whole number"),
        ("boolean", "true or false"),
        ("array", "a list"),
        ("object", "a table"),
    ];
    let words = known.iter().filter(|(name, _)| types.contains(name));
    words
        .map(|(_, word)| *word)
        .collect::<Vec<_>>()
        .join(", or ")
}

/// Whether a name fits one of the patterns that the schema has.
fn fits_pattern(pattern: &str, name: &str) -> bool {
    match pattern {
        "^x-" => name.starts_with("x-"),
        "^[a-z]+$" => !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()),
        "^[a-zA-Z0-9._-]+$" => {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            !name.is_empty() && name.chars().all(fits)
        }
        _ => !name.is_empty(),
    }
}
