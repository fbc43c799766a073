//! The schema of the Compose specification, against which raw tables of Compose are held.
//!
//! In: a raw table as it is written. Out: messages for keys that Compose does not have, and for values that it does not take.
//! The schema is data of others (`data/README.md`). What of JSON Schema it uses is read here and nothing more: types,
//! properties, patterns of names, items, choices, bounds, alternatives. Keys that must be there are asked for in items of lists
//! alone, as tables are merged into what is generated. `false` removes what is generated, so it fits everywhere.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::{
    diag::{Code, Diagnostic, Sink, nearest},
    syntax::{Entry, Key, Node, Table, Value, quoted},
    text::{all_of, one_of},
};

static COMPOSE: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/compose-spec.json")).unwrap_or_default()
});

/// More keys than these say nothing in a message.
const KEYS_SHOWN: usize = 12;

/// What a raw table is laid over.
#[derive(Clone, Copy, Debug)]
pub enum Specified {
    /// The top level of a Compose file.
    ComposeFile,
    /// A service of a Compose file.
    ComposeService,
}

impl Specified {
    fn schema(self) -> &'static Json {
        match self {
            Specified::ComposeFile => &COMPOSE,
            Specified::ComposeService => &COMPOSE["$defs"]["service"],
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Specified::ComposeFile => "a Compose file",
            Specified::ComposeService => "a Compose service",
        }
    }
}

/// Reports what in a raw table Compose would refuse.
pub(super) fn hold(node: &Node, what: Specified, sink: &mut Sink) {
    let place = Place {
        what,
        path: String::new(),
        is_item: false,
    };
    for fault in faults(node, what.schema(), &place) {
        sink.push(fault);
    }
}

/// Where in a raw table a value stands.
struct Place {
    what: Specified,
    path: String,
    /// In an item of a list, which nothing else is merged with.
    is_item: bool,
}

impl Place {
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
            "" => self.what.noun().to_string(),
            path => format!("`{path}` of {}", self.what.noun()),
        }
    }
}

fn faults(node: &Node, schema: &Json, place: &Place) -> Vec<Diagnostic> {
    let schema = followed(schema);
    if node.is_false() || matches!(node.value, Value::Broken) {
        return Vec::new();
    }
    if let Some(choices) = alternatives(schema) {
        return faults_of_nearest(node, choices, place);
    }
    let types = types(schema);
    if !takes(&types, &node.value) {
        return vec![wrong_type(node, &types)];
    }
    match &node.value {
        Value::Table(table) => faults_in(table, node, schema, place),
        Value::Array(items) => items
            .iter()
            .flat_map(|item| faults(item, &schema["items"], &place.item()))
            .collect(),
        Value::String(text) => unlisted(node, text, schema).into_iter().collect(),
        Value::Integer(number) => out_of_bounds(node, *number, schema).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The faults by the alternative that the value was most likely meant for.
fn faults_of_nearest(node: &Node, choices: &[Json], place: &Place) -> Vec<Diagnostic> {
    let of_type = |choice: &&Json| takes(&types(followed(choice)), &node.value);
    let tried = choices.iter().filter(of_type);
    let tried = tried.map(|choice| faults(node, choice, place));
    tried.min_by_key(Vec::len).unwrap_or_else(|| {
        let all = choices.iter().flat_map(|choice| types(followed(choice)));
        vec![wrong_type(node, &all.collect::<Vec<_>>())]
    })
}

fn faults_in(table: &Table, node: &Node, schema: &Json, place: &Place) -> Vec<Diagnostic> {
    let known = entries(schema, "properties");
    let patterns = entries(schema, "patternProperties");
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
        .help(format!("add `{name}`: Compose refuses it without"))
    }));
    out
}

fn unknown(key: &Key, known: &[(&str, &Json)], place: &Place) -> Diagnostic {
    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
    let otherwise = || match names.len() {
        0..=KEYS_SHOWN => format!("known keys: {}", all_of(&names)),
        _ => "its keys are those of the Compose specification; one of your own begins with `x-`"
            .to_string(),
    };
    Diagnostic::new(
        Code::UnknownKey,
        format!("{} has no key `{}`", place.owner(), key.name),
    )
    .label(key.span, "Compose refuses it")
    .misspelled(
        &key.name,
        nearest(&key.name, names.iter().copied()),
        otherwise,
    )
}

fn wrong_type(node: &Node, types: &[&str]) -> Diagnostic {
    let expected = words(types);
    let found = node.value.type_name();
    let diagnostic = Diagnostic::new(
        Code::WrongType,
        format!("Compose takes {expected} here, not {found}"),
    )
    .label(node.span, format!("this is {found}"));
    let as_text = match &node.value {
        Value::Integer(number) if types.contains(&"string") => Some(number.to_string()),
        Value::Boolean(value) if types.contains(&"string") => Some(value.to_string()),
        _ => None,
    };
    match as_text.map(|text| quoted(&text)) {
        Some(text) => diagnostic
            .help(format!("write `{text}`"))
            .replacing(node.span, text),
        None => diagnostic.help(format!("it has to be {expected}")),
    }
}

/// A word that is not among those that Compose takes. What a variable holds is not known.
fn unlisted(node: &Node, text: &str, schema: &Json) -> Option<Diagnostic> {
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
        format!("`{text}` is not what Compose takes here"),
    )
    .label(node.span, "does not fit");
    Some(match nearest(text, words.iter().copied()) {
        Some(meant) => diagnostic
            .help(format!("write `{}`", quoted(meant)))
            .replacing(node.span, quoted(meant)),
        None => diagnostic.help(format!("it takes {}", one_of(&words))),
    })
}

fn out_of_bounds(node: &Node, number: i64, schema: &Json) -> Option<Diagnostic> {
    let least = schema["minimum"].as_i64().filter(|least| number < *least);
    let most = schema["maximum"].as_i64().filter(|most| number > *most);
    let bound = least.map(|it| format!("{it} or more"));
    let bound = bound.or(most.map(|it| format!("{it} or less")))?;
    Some(
        Diagnostic::new(
            Code::BadValue,
            format!("`{number}` is not what Compose takes here"),
        )
        .label(node.span, "does not fit")
        .help(format!("it takes {bound}")),
    )
}

/// The schema that a reference leads to.
fn followed(mut schema: &Json) -> &Json {
    while let Some(path) = schema["$ref"].as_str() {
        let name = path.rsplit('/').next().unwrap_or_default();
        schema = &COMPOSE["$defs"][name];
    }
    schema
}

fn alternatives(schema: &Json) -> Option<&[Json]> {
    let of = |key: &str| schema[key].as_array().map(Vec::as_slice);
    of("oneOf")
        .or_else(|| of("anyOf"))
        .filter(|_| schema.get("properties").is_none())
}

/// JSON's names of the types that fit; none: any type.
fn types(schema: &Json) -> Vec<&str> {
    match &schema["type"] {
        Json::String(one) => vec![one],
        Json::Array(several) => several.iter().filter_map(Json::as_str).collect(),
        _ => match schema["allOf"].as_array() {
            Some(all) => all.iter().flat_map(|part| types(followed(part))).collect(),
            None => Vec::new(),
        },
    }
}

/// What a schema, and all that it is made of, lists below a key: properties, or patterns of their names.
fn entries<'a>(schema: &'a Json, list: &str) -> Vec<(&'a str, &'a Json)> {
    let own = schema[list].as_object().into_iter().flatten();
    let mut all: Vec<(&str, &Json)> = own.map(|(name, it)| (name.as_str(), it)).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        all.extend(entries(followed(part), list));
    }
    all
}

fn takes(types: &[&str], value: &Value) -> bool {
    types.is_empty()
        || types.iter().any(|kind| match value {
            // What a variable holds is not known.
            Value::String(text) if text.contains('$') => {
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

#[cfg(test)]
mod tests {
    use super::{COMPOSE, Json, Specified, entries};

    /// Every value of the schema, depth first.
    fn visit(schema: &Json, seen: &mut impl FnMut(&Json)) {
        seen(schema);
        match schema {
            Json::Object(entries) => entries.values().for_each(|it| visit(it, seen)),
            Json::Array(items) => items.iter().for_each(|it| visit(it, seen)),
            _ => {}
        }
    }

    #[test]
    fn the_schema_has_nothing_that_is_not_read() {
        let read = ["^x-", "^[a-z]+$", "^[a-zA-Z0-9._-]+$", ".+", "^.+$"];
        let mut places = 0;
        visit(&COMPOSE, &mut |schema| {
            if let Some(patterns) = schema["patternProperties"].as_object() {
                assert!(patterns.keys().all(|it| read.contains(&it.as_str())));
                places += 1;
            }
            if let Some(path) = schema["$ref"].as_str() {
                let name = path.strip_prefix("#/$defs/").expect("a definition");
                assert!(COMPOSE["$defs"][name].is_object(), "{name}");
            }
            for unread in ["if", "not", "propertyNames", "prefixItems", "const"] {
                assert!(schema.get(unread).is_none(), "{unread}");
            }
        });
        assert!(places > 50, "{places}");
        let service = entries(Specified::ComposeService.schema(), "properties");
        for key in ["image", "deploy", "gpus", "cap_add", "profiles"] {
            assert!(service.iter().any(|(name, _)| *name == key), "{key}");
        }
    }
}
