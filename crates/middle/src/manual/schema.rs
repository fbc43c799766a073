//! The JSON Schema of platform.toml and of the files beside it, for editors.
//!
//! Draft 7, which is what editors of TOML read. Where a kind is named, its settings, roles and parts are checked too.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{example, is_component, json};
use crate::{
    catalog::{Kind, Role, SettingSpec, SettingType},
    language::{
        COMPONENT, Form, INCLUDED_FILE, KIND, KeyShape, NameRule, PART, PLATFORM_FILE, Shape,
        component_key,
    },
    syntax::Table,
};

/// A file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// platform.toml.
    Platform,
    /// A file that `include` names.
    Included,
    /// `platform.E.toml`: nothing is required, and `false` removes.
    Environment,
    /// A file of `mlopsgen/kinds/`.
    Kind,
}

/// The schema of a document. `kinds` are the values that `kind` of a component can have.
pub fn schema(document: Document, kinds: &[Arc<Kind>]) -> Value {
    let writer = Writer {
        kinds,
        is_part: document == Document::Environment,
        is_removable: matches!(document, Document::Environment | Document::Kind),
        writes_out: false,
    };
    let (title, keys) = match document {
        Document::Platform => ("platform.toml of mlopsgen", PLATFORM_FILE),
        Document::Included => (
            "A file that platform.toml of mlopsgen includes",
            INCLUDED_FILE,
        ),
        Document::Environment => ("An environment of mlopsgen", PLATFORM_FILE),
        Document::Kind => ("A kind of mlopsgen", KIND),
    };
    let mut out = Map::new();
    out.insert(
        "$schema".into(),
        "http://json-schema.org/draft-07/schema#".into(),
    );
    out.insert("title".into(), title.into());
    out.extend(writer.table(keys));
    if document != Document::Kind {
        // A key that a component needs can be set in a preset.
        let partial = Writer {
            is_part: true,
            is_removable: true,
            ..writer
        };
        let (component, part) = (partial.table(COMPONENT), partial.table(PART));
        let conditions: Vec<Value> = kinds.iter().map(|kind| condition(kind)).collect();
        out.insert(
            "definitions".into(),
            json!({
                "workload": component,
                "part": part,
                "component": {
                    "allOf": [{ "$ref": "#/definitions/workload" }, { "allOf": conditions }],
                },
            }),
        );
    }
    Value::Object(out)
}

fn is_map_of_components(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(_, Shape::Table(keys)) if is_component(keys))
}

/// A string that holds what can be written out before anything is resolved.
const CONSTANT: &str = r"\$\{(vars|platform)\.";

#[derive(Clone, Copy)]
struct Writer<'a> {
    kinds: &'a [Arc<Kind>],
    /// The document is merged over another one, so no key is required in it.
    is_part: bool,
    /// `false` takes the place of any value.
    is_removable: bool,
    /// Constants are written out in every string.
    writes_out: bool,
}

impl Writer<'_> {
    fn table(&self, keys: &[KeyShape]) -> Map<String, Value> {
        let mut properties = Map::new();
        for key in keys {
            properties.insert(key.name.to_string(), self.property(key));
        }
        let required: Vec<&str> = keys
            .iter()
            .filter(|key| key.required && !self.is_part)
            .map(|key| key.name)
            .collect();
        let mut out = Map::new();
        out.insert("type".into(), "object".into());
        out.insert("properties".into(), properties.into());
        if !required.is_empty() {
            out.insert("required".into(), required.into());
        }
        out.insert("additionalProperties".into(), false.into());
        out
    }

    fn property(&self, key: &KeyShape) -> Value {
        let inner = Writer {
            is_removable: match key.name {
                "components" | "presets" | "when" | "resources" => true,
                "env" => false,
                _ => self.is_removable,
            },
            ..*self
        };
        let mut out = Map::new();
        out.insert("description".into(), key.doc.into());
        if let Some(node) = example(key) {
            out.insert("examples".into(), json!([json(&node)]));
        }
        let value = match key.name {
            "kind" if component_key("kind").is_some_and(|own| own.doc == key.doc) => self.kind(),
            // In the chart's values they are something else.
            "components" if is_map_of_components(&key.shape) => self.components(),
            "pipelines" | "ci" => Writer {
                writes_out: true,
                ..inner
            }
            .shape(&key.shape),
            "presets" => Writer {
                is_part: true,
                ..inner
            }
            .shape(&key.shape),
            _ => inner.shape(&key.shape),
        };
        out.extend(self.removable(value));
        Value::Object(out)
    }

    fn kind(&self) -> Map<String, Value> {
        let names: Vec<&str> = self.kinds.iter().map(|kind| kind.name.as_str()).collect();
        let titles: Vec<&str> = self
            .kinds
            .iter()
            .map(|kind| kind.description.as_str())
            .collect();
        object(json!({
            "enum": names,
            "x-taplo": { "docs": { "enumValues": titles } },
        }))
    }

    fn components(&self) -> Map<String, Value> {
        object(json!({
            "type": "object",
            "propertyNames": name(NameRule::Resource),
            "additionalProperties": match self.is_part {
                true => json!({ "anyOf": [{ "$ref": "#/definitions/component" }, { "const": false }] }),
                false => json!({ "$ref": "#/definitions/component" }),
            },
        }))
    }

    fn shape(&self, shape: &Shape) -> Map<String, Value> {
        object(match shape {
            Shape::Any => json!({}),
            Shape::Text | Shape::Formed(_) | Shape::ShellText => json!({ "type": "string" }),
            Shape::Plain(form) if self.writes_out => json!({ "anyOf": [
                plain(*form),
                { "type": "string", "pattern": CONSTANT },
            ] }),
            Shape::Plain(form) => plain(*form),
            Shape::Integer(least, most) if *most == i64::MAX => {
                json!({ "type": "integer", "minimum": least })
            }
            Shape::Integer(least, most) => {
                json!({ "type": "integer", "minimum": least, "maximum": most })
            }
            Shape::Number => json!({ "type": "number" }),
            Shape::Cores => json!({ "type": "number", "exclusiveMinimum": 0 }),
            Shape::Boolean => json!({ "type": "boolean" }),
            // JSON has no type for a date of TOML: readers turn it into a string or into a value of their own.
            Shape::Date => {
                json!({ "not": { "type": ["boolean", "number", "array", "object", "null"] } })
            }
            Shape::Scalar | Shape::Constant => json!({ "type": ["string", "number", "boolean"] }),
            Shape::List(item) => json!({ "type": "array", "items": self.shape(item) }),
            Shape::Table(keys) if is_component(keys) => {
                json!({ "$ref": "#/definitions/workload" })
            }
            Shape::Table(keys) => Value::Object(self.table(keys)),
            Shape::Specified(_) => json!({ "type": "object" }),
            Shape::Map(rule, item) => self.named(*rule, self.shape(item)),
            Shape::Parts => {
                let part = object(json!({ "$ref": "#/definitions/part" }));
                self.named(NameRule::Resource, part)
            }
            Shape::Either(shapes) => {
                let all: Vec<Value> = shapes
                    .iter()
                    .map(|shape| Value::Object(self.shape(shape)))
                    .collect();
                match all.as_slice() {
                    [only] => only.clone(),
                    _ => json!({ "anyOf": all }),
                }
            }
        })
    }

    /// A table whose keys are names that the user chooses.
    fn named(&self, rule: NameRule, item: Map<String, Value>) -> Value {
        json!({
            "type": "object",
            "propertyNames": name(rule),
            "additionalProperties": self.removable(item),
        })
    }

    /// A value that `false` may remove here.
    fn removable(&self, value: Map<String, Value>) -> Map<String, Value> {
        match self.is_removable {
            true => or_false(value),
            false => value,
        }
    }
}

/// `false` removes the value of another layer.
fn or_false(schema: Map<String, Value>) -> Map<String, Value> {
    let takes_any = !["type", "enum", "anyOf", "$ref", "not"]
        .iter()
        .any(|key| schema.contains_key(*key));
    if takes_any || schema.get("type") == Some(&json!("boolean")) {
        return schema;
    }
    object(json!({ "anyOf": [schema, { "const": false }] }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn name(rule: NameRule) -> Value {
    match rule {
        NameRule::Resource => json!({ "pattern": "^[a-z]([a-z0-9-]*[a-z0-9])?$", "maxLength": 40 }),
        NameRule::Port => json!({ "pattern": "^[a-z]([a-z0-9-]*[a-z0-9])?$", "maxLength": 15 }),
        NameRule::Identifier => json!({ "pattern": "^[A-Za-z][A-Za-z0-9_-]*$" }),
        NameRule::Environment => json!({ "pattern": "^[A-Za-z_.-][A-Za-z0-9_.-]*$" }),
        NameRule::Variable | NameRule::AlertLabel => {
            json!({ "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" })
        }
        NameRule::WebPath => json!({ "pattern": "^(/[A-Za-z0-9._~-]+)*/?$" }),
        NameRule::ContainerPath => json!({ "pattern": "^/[^:]*$" }),
        NameRule::HostName => json!({ "pattern": "^[A-Za-z0-9_][A-Za-z0-9._-]*$" }),
        NameRule::Registry => json!({ "pattern": "^[A-Za-z0-9._-]+(:[0-9]+)?$" }),
        NameRule::Limit => {
            json!({ "pattern": "^(core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$" })
        }
        NameRule::Secret => json!({ "pattern": "^[a-z][A-Za-z0-9-]*$", "maxLength": 81 }),
        NameRule::Plain => json!({ "pattern": "^[a-z][A-Za-z0-9-]*$", "maxLength": 40 }),
        NameRule::StartVariable => name(NameRule::Variable),
        NameRule::Label | NameRule::Free => json!({ "minLength": 1 }),
    }
}

fn plain(form: Form) -> Value {
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match form {
        Form::Name(rule) | Form::Declared(rule) => {
            let mut out = object(json!({ "type": "string" }));
            out.extend(object(name(rule)));
            Value::Object(out)
        }
        Form::Period => pattern("^0*[1-9][0-9]*(ms|s|m|h|d)$"),
        Form::Duration => pattern("^[0-9]+(ms|s|m|h|d)$"),
        Form::Percent => pattern("^[0-9]+([.][0-9]+)?%$"),
        Form::Cpu => pattern("^[0-9]+(m|\\.[0-9]{1,3}|(\\.[0-9]+)?[eE][+-]?[0-9]+)?$"),
        Form::Memory => pattern(
            "^[0-9]+((\\.[0-9]{1,3})?(k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?|(\\.[0-9]+)?[eE][+-]?[0-9]+)$",
        ),
        Form::ContainerPath => pattern("^/[^:]*$"),
        Form::MountPath => pattern("^/[^:]+$"),
        Form::Mode => pattern("^[0-7]{3,4}$"),
        Form::HostPort => pattern("^[^ ]+:[0-9]+$"),
        Form::PortRange => pattern("^[0-9]+(-[0-9]+)?$"),
        Form::PublishedPort => pattern("^(auto|[0-9]+(-[0-9]+)?)$"),
        Form::Path | Form::Glob | Form::RepositoryGlob | Form::RefGlob | Form::AntGlob => {
            json!({ "type": "string", "minLength": 1 })
        }
        Form::Restart => pattern("^(no|always|on-failure(:[1-9][0-9]*)?|unless-stopped)$"),
        Form::Choice(choices) => json!({ "enum": choices }),
        Form::EngineName => pattern("^[A-Za-z0-9][A-Za-z0-9_.-]+$"),
        Form::Bytes => pattern("^[0-9]+(\\.[0-9]{1,3})?\\s*[A-Za-z]*$"),
        Form::NumericUser => pattern("^[0-9]+(:[0-9]+)?$"),
        Form::ObjectName => pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
        Form::ArgoCluster => pattern("^\\S+$"),
        Form::User => pattern("^[^:\\s]+(:[^:\\s]+)?$"),
        Form::Tmpfs => pattern("^/[^\\s]*$"),
        Form::UrlPath => pattern("^/[^\\s#]*$"),
        Form::UrlPrefix => plain(Form::Name(NameRule::WebPath)),
        Form::Domain => pattern("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"),
        Form::WebAddress => pattern("^https?://[^/\\s?#@]+(/[^\\s?#]*)?$"),
        Form::Word => pattern("^\\S+$"),
        Form::Mailbox => pattern("^[^@]+@[^@\\s]+$"),
        Form::Page => pattern("^https?://[^/\\s]"),
        Form::Scheme => pattern("^[a-z][a-z0-9+.-]*$"),
        Form::ImagePlatform => pattern("^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+){0,2}$"),
        Form::HostName | Form::Alias => pattern("^[A-Za-z0-9_][A-Za-z0-9._-]*$"),
        Form::Address
        | Form::Account
        | Form::Signal
        | Form::Device
        | Form::Capability
        | Form::ExtraHost
        | Form::HostAddress
        | Form::Registry
        | Form::Free
        | Form::Cron
        | Form::BuildTrigger
        | Form::Revision
        | Form::Version
        | Form::VersionRequirement
        | Form::PromQl
        | Form::Series
        | Form::KindPromQl
        | Form::PanelPromQl => {
            json!({ "type": "string" })
        }
    }
}

/// The schema of a component of this kind.
fn condition(kind: &Kind) -> Value {
    let mut settings = Map::new();
    for spec in &kind.settings {
        settings.insert(spec.name.clone(), setting(spec));
    }
    settings.insert(
        "major".into(),
        json!({ "type": "integer", "description": "The major version, where the image's tag does not begin with it." }),
    );
    let roles: Map<String, Value> = kind
        .roles
        .iter()
        .map(|role| (role.name.clone(), self::role(role)))
        .collect();
    let parts: Vec<&str> = kind
        .table
        .table("parts")
        .map_or(Vec::new(), |parts| parts.keys().collect());
    let closed = |properties: Map<String, Value>| json!({ "type": "object", "properties": properties, "additionalProperties": false });
    json!({
        "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
        "then": {
            "properties": {
                "settings": or_false(object(closed(settings))),
                "uses": or_false(object(closed(roles))),
                "parts": or_false(object(part_names(&parts))),
                "ports": or_false(object(names_of_kind(&kind.table, "ports"))),
                "volumes": or_false(object(names_of_kind(&kind.table, "volumes"))),
            },
        },
    })
}

fn part_names(parts: &[&str]) -> Value {
    match parts {
        [] => json!({ "type": "object", "maxProperties": 0 }),
        parts => {
            json!({ "type": "object", "propertyNames": { "enum": parts } })
        }
    }
}

/// Names that the kind declares, for an editor to offer; other names are allowed too.
fn names_of_kind(kind: &Table, what: &str) -> Value {
    let names: Map<String, Value> = kind
        .get_path(&["workload", what])
        .and_then(|node| node.as_table())
        .into_iter()
        .flat_map(Table::keys)
        .map(|name| (name.to_string(), json!({})))
        .collect();
    json!({ "type": "object", "properties": names })
}

/// Only a reference to a secret.
const SECRET: &str = "^\\$\\{secrets\\.[^${}]+\\}$";

fn setting(spec: &SettingSpec) -> Value {
    let mut out = Map::new();
    let required = match spec.required {
        true => " (required)",
        false => "",
    };
    out.insert(
        "description".into(),
        format!("{}{required}", spec.description).into(),
    );
    if let Some(default) = &spec.default {
        out.insert("default".into(), json(default));
    }
    let strings = json!({ "type": "array", "items": { "type": "string" } });
    let value = object(match spec.kind {
        SettingType::String if !spec.choices.is_empty() => json!({ "enum": spec.choices }),
        SettingType::String => json!({ "type": ["string", "integer"] }),
        SettingType::Integer => whole_number(spec),
        SettingType::Boolean => json!({ "type": "boolean" }),
        SettingType::Duration | SettingType::Period => {
            json!({ "type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$|\\$\\{" })
        }
        SettingType::Size => {
            json!({ "type": "string", "pattern": "^[0-9.]+(k|[KMGTP]i?|[eE][+-]?[0-9]+)?$|\\$\\{" })
        }
        SettingType::Secret => {
            json!({ "type": "string", "pattern": SECRET })
        }
        SettingType::File => json!({ "type": "string" }),
        SettingType::Databases => {
            let secret = json!({ "type": "string", "pattern": SECRET });
            let login = json!({
                "type": "object",
                "properties": { "user": { "type": "string" }, "password": secret },
                "additionalProperties": false,
            });
            let table = json!({ "type": "object", "additionalProperties": login });
            json!({ "anyOf": [strings, table] })
        }
        SettingType::Stores => {
            let secret = json!({ "type": "string", "pattern": SECRET });
            let url = json!({ "type": "string" });
            let store = json!({
                "type": "object",
                "properties": { "url": url, "user": url, "password": secret, "token": secret },
                "required": ["url"],
                "additionalProperties": false,
            });
            let item = json!({ "anyOf": [url, store] });
            json!({ "anyOf": [url, { "type": "array", "items": item }] })
        }
        SettingType::List | SettingType::Files | SettingType::Folders => strings,
    });
    out.extend(or_false(value));
    Value::Object(out)
}

fn whole_number(spec: &SettingSpec) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), "integer".into());
    let limits = [("minimum", spec.min), ("maximum", spec.max)];
    let limits = limits.into_iter();
    out.extend(limits.filter_map(|(key, limit)| Some((key.to_string(), limit?.into()))));
    Value::Object(out)
}

fn role(role: &Role) -> Value {
    let one = json!({ "type": "string" });
    let value = match role.many {
        true => json!({ "anyOf": [one, { "type": "array", "items": one }] }),
        false => one,
    };
    let mut out = Map::new();
    out.insert(
        "description".into(),
        format!(
            "{}{}. Filled by a component of kind {}.",
            role.description,
            if role.required { " (required)" } else { "" },
            role.kinds.join(", ")
        )
        .into(),
    );
    out.extend(or_false(object(value)));
    Value::Object(out)
}
