//! Large trees as templates see them: their parts become values of the engine where a template reads them, and only for so long.
//!
//! A value of the engine takes more room than what it is made of, and a chart's values are the largest thing that a template
//! reads.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectExt, Serde, Value};
use serde_json::Map;

/// A table of JSON: the whole one, or one that stands in it.
#[derive(Debug)]
pub(super) struct Tree {
    whole: Arc<Map<String, serde_json::Value>>,
    /// The key of the inner table.
    inner: Option<String>,
}

impl Tree {
    pub(super) fn new(whole: Map<String, serde_json::Value>) -> Self {
        Self {
            whole: Arc::new(whole),
            inner: None,
        }
    }

    fn table(&self) -> &Map<String, serde_json::Value> {
        let inner = self.inner.as_ref();
        let inner = inner.and_then(|key| self.whole.get(key)?.as_object());
        inner.unwrap_or(&self.whole)
    }

    /// What stands at a key of it.
    fn value(&self, key: &str, found: &serde_json::Value) -> Value {
        match (&self.inner, found) {
            (None, serde_json::Value::Object(_)) => Value::from_object(Self {
                whole: Arc::clone(&self.whole),
                inner: Some(key.to_string()),
            }),
            _ => Value::from(Serde(found)),
        }
    }
}

impl Object for Tree {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        Some(self.value(key, self.table().get(key)?))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.mapped_key_value_enumerator(|tree| {
            let entries = tree.table().iter();
            Box::new(
                entries.map(|(key, found)| (Value::from(key.as_str()), tree.value(key, found))),
            )
        })
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.table().len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::template::{Engine, View};

    fn rendered(template: &str, view: &View) -> String {
        let own = vec![("kinds/own.yaml".to_string(), template.to_string())];
        let engine = Engine::new(own).unwrap_or_default();
        engine
            .render_view("kinds/own.yaml", view)
            .unwrap_or_default()
    }

    #[test]
    fn a_tree_reads_as_the_value_that_it_stands_for() {
        let json = json!({"z": {"b": {"c": [1, "x"], "d": {}}, "a": null}, "empty": {}, "list": [{"k": 1}], "n": 1.5});
        let template = "<{ t | yaml }>|<{ t.z | yaml(2) }>|<{ t.z.b.c[1] }>|<{ t | json }>|<{ t | list | json }>|\
                        <% for key, value in t.z | items %><{ key }><% endfor %>|<{ t | length }>|<{ 'a' in t.z }>|\
                        <% if t.empty %>filled<% endif %><% if t.z %>filled<% endif %>|<{ dict(t.z, **t.empty) | json }>|\
                        <% if t.z == u.z %>same<% endif %>";
        let whole = View::of_tree(json.clone());
        let tree = View::new(json!({"t": &json, "u": &json}));
        let view = std::collections::BTreeMap::from([("t", &whole), ("u", &whole)]);
        let read = rendered(template, &View::new(view));
        assert_eq!(read, rendered(template, &tree));
        assert!(read.ends_with("|same"), "{read}");
    }
}
