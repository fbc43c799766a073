//! What values of a chart hold of Kubernetes' own shapes is described in its schema, as the language describes it in raw tables.

use serde_json::Value;

use super::{emit, sample};
use crate::language::{CHART_SERVICE_NAME, CHART_TOP_KEYS, KeyShape, Shape, Specified};

/// A schema of draft 7.
struct Schema(Value);

impl Schema {
    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(path) => self.0.pointer(&path[1..]).expect("what is referred to"),
            None => schema,
        }
    }

    /// Places where a shape of Kubernetes' is not described.
    fn open(&self, at: &str, shape: &Shape, schema: &Value, found: &mut Vec<String>) {
        let refers = |name: &str| {
            let path = format!("#/definitions/{name}");
            let any = schema["anyOf"].as_array().into_iter().flatten();
            any.chain([schema]).any(|it| it["$ref"] == *path)
        };
        let schema_here = self.followed(schema);
        match shape {
            Shape::Specified(Specified::Kubernetes(name) | Specified::KubernetesItem(name))
                if !refers(name) && schema_here["additionalProperties"] != false =>
            {
                found.push(at.to_string());
            }
            Shape::Specified(Specified::ChartService) if !refers(CHART_SERVICE_NAME) => {
                found.push(at.to_string());
            }
            Shape::List(inner) => self.open(at, inner, &schema_here["items"], found),
            Shape::Map(_, inner) => {
                let named = schema_here["properties"].as_object();
                let any = named.and_then(|named| named.values().next());
                let of_any = any.unwrap_or(&schema_here["additionalProperties"]);
                self.open(at, inner, of_any, found);
            }
            Shape::Table(keys) => self.open_keys(at, keys, schema_here, found),
            _ => {}
        }
    }

    fn open_keys(&self, at: &str, keys: &[KeyShape], schema: &Value, found: &mut Vec<String>) {
        for key in keys {
            let path = format!("{at}.{}", key.name);
            self.open(&path, &key.shape, &schema["properties"][key.name], found);
        }
    }
}

#[test]
fn every_shape_of_kubernetes_is_described_where_values_hold_it() {
    let emission = emit(&sample::full());
    let text = &emission.files.files["helm/sample/values.schema.json"].text;
    let schema = Schema(serde_json::from_str(text).expect("the schema is JSON"));
    let mut found = Vec::new();
    schema.open_keys("", CHART_TOP_KEYS, &schema.0, &mut found);
    assert_eq!(found, [""; 0]);
}
