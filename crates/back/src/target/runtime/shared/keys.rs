//! YAML mappings under construction.

use serde_json::{Map, Value};

/// A mapping whose keys stand in the order in which they are put. Nothing is put for an empty value.
#[derive(Debug, Default)]
pub struct Keys(pub Map<String, Value>);

impl Keys {
    pub fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_string(), value.into());
    }

    pub fn put_optional(&mut self, key: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    pub fn put_filled(&mut self, key: &str, value: impl Into<Value>) {
        let value = value.into();
        let empty = match &value {
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Bool(value) => !value,
            _ => false,
        };
        if !empty {
            self.put(key, value);
        }
    }
}
