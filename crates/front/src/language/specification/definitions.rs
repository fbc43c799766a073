//! The shapes of Kubernetes' that values of a chart hold, as definitions of a JSON Schema: a values file is held to them as a raw
//! table of platform.toml is.

use std::{collections::BTreeSet, sync::LazyLock};

use serde_json::Value as Json;

use super::{CHART_SERVICE, KUBERNETES, Specified};
use crate::language::{chart::CHART_TOP_KEYS, key::KeyShape, shape::Shape};

/// What the definition of a workload's Service is called.
pub const CHART_SERVICE_NAME: &str = "ChartService";

/// They are the same for every platform. Each is on a line of its own, with a comma behind it.
static DEFINITIONS: LazyLock<String> = LazyLock::new(|| {
    let mut texts = vec![(CHART_SERVICE_NAME, definition(&CHART_SERVICE))];
    let mut todo: Vec<String> = named().into_iter().map(str::to_string).collect();
    todo.extend(references(&texts[0].1));
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        let Some((name, schema)) = KUBERNETES["$defs"]
            .as_object()
            .and_then(|all| all.get_key_value(&name))
        else {
            continue;
        };
        if seen.insert(name.as_str()) {
            let text = definition(schema);
            todo.extend(references(&text));
            texts.push((name, text));
        }
    }
    texts.sort_unstable();
    let lines = texts
        .iter()
        .map(|(name, text)| format!("\"{name}\": {text}"));
    lines.collect::<Vec<_>>().join(",\n    ")
});

/// The definitions, one a line, for a place that is indented by four spaces.
pub fn kubernetes_definitions() -> &'static str {
    &DEFINITIONS
}

const HERE: &str = "#/definitions/";

fn definition(schema: &Json) -> String {
    schema.to_string().replace("#/$defs/", HERE)
}

/// The names of the definitions that a text refers to.
fn references(text: &str) -> Vec<String> {
    let rest = text.split(HERE).skip(1);
    rest.filter_map(|rest| rest.split('"').next())
        .map(str::to_string)
        .collect()
}

/// The names of Kubernetes' shapes in the chart's values.
pub(super) fn named() -> BTreeSet<&'static str> {
    let mut found = BTreeSet::new();
    of_keys(CHART_TOP_KEYS, &mut found);
    found
}

fn of_keys(keys: &'static [KeyShape], found: &mut BTreeSet<&'static str>) {
    keys.iter().for_each(|key| of_shape(&key.shape, found));
}

fn of_shape(shape: &'static Shape, found: &mut BTreeSet<&'static str>) {
    match shape {
        Shape::Specified(Specified::Kubernetes(name) | Specified::KubernetesItem(name)) => {
            found.insert(name);
        }
        Shape::List(inner) | Shape::Map(_, inner) => of_shape(inner, found),
        Shape::Table(keys) => of_keys(keys, found),
        Shape::Either(shapes) => shapes.iter().for_each(|inner| of_shape(inner, found)),
        _ => {}
    }
}
