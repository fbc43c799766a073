//! The tables of values in the chart's README.md. They are made from the same keys as `values.schema.json`.

use serde::Serialize;
use serde_json::Value;

use super::schema;
use crate::language::{CHART_TOP_KEYS, KeyShape, Shape};

/// What README.md lists.
#[derive(Debug, Serialize)]
pub struct ReadmeView {
    /// The chart's values; those of a table one by one, as `ingress.className`.
    values: Vec<ValueRow>,
    /// What a workload's values may hold.
    of_component: Vec<ValueRow>,
    /// What else they hold, which only platform.toml changes.
    fixed: Vec<ValueRow>,
}

#[derive(Debug, Serialize)]
struct ValueRow {
    name: String,
    /// As JSON, if it is short.
    default: Option<String>,
    /// A sentence or two of Markdown.
    meaning: &'static str,
}

/// Helm's own: any chart takes it, and none has to have it.
const GLOBAL: &str = "global";

/// `values` are the chart's. Other keys than theirs are not in its schema.
pub fn view(values: &Value) -> ReadmeView {
    let mut rows = Vec::new();
    let known = |key: &&KeyShape| key.name == GLOBAL || !values[key.name].is_null();
    for key in CHART_TOP_KEYS.iter().filter(known) {
        match key.shape {
            Shape::Table(inner) => rows.extend(inner.iter().map(|inner| {
                let default = &values[key.name][inner.name];
                row(format!("{}.{}", key.name, inner.name), inner, default)
            })),
            _ => rows.push(row(key.name.to_string(), key, &values[key.name])),
        }
    }
    let of_component = schema::component_keys()
        .iter()
        .map(|key| row(key.name.to_string(), key, &Value::Null));
    let fixed = schema::FIXED_KEYS.iter().map(|(name, meaning)| ValueRow {
        name: (*name).to_string(),
        default: None,
        meaning,
    });
    ReadmeView {
        values: rows,
        of_component: of_component.collect(),
        fixed: fixed.collect(),
    }
}

fn row(name: String, key: &KeyShape, default: &Value) -> ValueRow {
    ValueRow {
        name,
        default: is_short(default).then(|| default.to_string()),
        meaning: key.doc,
    }
}

/// Tables and lists that hold something are in values.yaml only, whatever their length.
fn is_short(default: &Value) -> bool {
    match default {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
    }
}
