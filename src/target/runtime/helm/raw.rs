//! Raw tables of platform.toml over values that were made.

use serde_json::{Map, Value, json};

use super::text;
use crate::model::{Platform, Raw};

/// Keys of a component's values whose texts the templates put together.
const LATE_KEYS: [&str; 8] = [
    "env",
    "command",
    "args",
    "image",
    "podAnnotations",
    "podLabels",
    "health",
    "user",
];

/// The raw keys of a component, its texts completed by the chart where its templates can.
pub fn component(platform: &Platform, raw: &Raw) -> Value {
    match raw {
        Raw::Table(entries) => {
            let entries = entries.iter().map(|(key, raw)| {
                let late = LATE_KEYS.contains(&key.as_str());
                (key.clone(), value(platform, raw, late))
            });
            Value::Object(entries.collect())
        }
        raw => value(platform, raw, false),
    }
}

/// The raw keys of the chart's values.
pub fn chart(platform: &Platform, raw: &Raw) -> Value {
    value(platform, raw, false)
}

fn value(platform: &Platform, raw: &Raw, late: bool) -> Value {
    match raw {
        Raw::Text(text) if late => text::value(platform, text),
        Raw::Text(text) => json!(text::with_defaults(platform, text)),
        Raw::Integer(number) => json!(number),
        Raw::Float(number) => json!(number),
        Raw::Boolean(boolean) => json!(boolean),
        Raw::List(items) => items
            .iter()
            .map(|item| value(platform, item, late))
            .collect(),
        Raw::Table(entries) => {
            let entries = entries
                .iter()
                .map(|(key, raw)| (key.clone(), value(platform, raw, late)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    }
}

/// Tables merge key by key, `false` removes what is not a boolean, everything else replaces.
pub fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                let removes = value == Value::Bool(false)
                    && base.get(&key).is_some_and(|below| !below.is_boolean());
                if removes {
                    base.shift_remove(&key);
                } else {
                    merge(base.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (base, over) => *base = over,
    }
}
