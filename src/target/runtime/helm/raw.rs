//! Raw tables of platform.toml over values that were made.

use serde_json::Value;

use crate::{
    model::{Platform, Raw},
    speak::{Chart, ChartDefaults, Speak},
};

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
                let value = match LATE_KEYS.contains(&key.as_str()) {
                    true => Chart(platform).raw(raw),
                    false => chart(platform, raw),
                };
                (key.clone(), value)
            });
            Value::Object(entries.collect())
        }
        raw => chart(platform, raw),
    }
}

/// The raw keys of the chart's values.
pub fn chart(platform: &Platform, raw: &Raw) -> Value {
    ChartDefaults(platform).raw(raw)
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
