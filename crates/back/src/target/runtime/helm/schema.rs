//! What of `values.schema.json` depends on the platform: the names of its workloads, and top-level keys of raw tables.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{
    language::{CHART_KEYS, CHART_TOP_KEYS, KeyShape, PodForm, kubernetes_definitions},
    template::View,
};

/// Values' names as properties of the schema.
#[derive(Debug, Serialize)]
pub struct SchemaView {
    /// `components`: each workload refers to the one definition.
    components: View,
    /// A schema for each secret.
    secrets: View,
    /// A schema for each variable.
    vars: View,
    /// A schema for each claim.
    volumes: View,
    /// A schema for each pipeline.
    pipelines: View,
    /// Values of other charts, and top-level keys that only `[raw.helm]` knows.
    keys: Map<String, Value>,
    /// What each key at the top means.
    of_chart: BTreeMap<&'static str, &'static str>,
    /// What each key of a workload means.
    of_component: BTreeMap<&'static str, &'static str>,
    /// Keys that nothing reads of what runs in another's pod; the last list is that of a job.
    unread_of_guests: Vec<Vec<&'static str>>,
    /// Definitions of the shapes of Kubernetes' that values hold, as JSON.
    of_kubernetes: &'static str,
}

/// `known` are the top-level keys of a chart without raw tables.
pub fn view(values: &Value, known: &BTreeSet<String>) -> SchemaView {
    let properties = |key: &str, definition: &str| {
        let names = values[key].as_object().into_iter().flat_map(Map::keys);
        let schema = json!({ "$ref": format!("#/definitions/{definition}") });
        View::of_keys(names, schema)
    };
    SchemaView {
        components: properties("components", "component"),
        secrets: properties("secrets", "secret"),
        vars: properties("vars", "scalar"),
        volumes: properties("volumes", "claim"),
        pipelines: properties("pipelines", "pipeline"),
        keys: values
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(key, _)| !known.contains(*key))
            .map(|(key, value)| (key.clone(), of_type(value)))
            .collect(),
        of_chart: meanings(CHART_TOP_KEYS),
        of_component: meanings(component_keys())
            .into_iter()
            .chain(FIXED_KEYS.iter().copied())
            .collect(),
        unread_of_guests: [PodForm::Guest, PodForm::GuestJob].map(unread).to_vec(),
        of_kubernetes: kubernetes_definitions(),
    }
}

/// Values of a workload that follow from the platform and that no raw table takes, each with its meaning.
pub const FIXED_KEYS: &[(&str, &str)] = &[
    ("component", "The component of platform.toml."),
    ("podOf", "The workload whose pod it runs in."),
    ("selector", "Labels of the pods of another chart."),
    (
        "serves",
        "Extra labels of the pods that its Service selects.",
    ),
    ("ownService", "Another chart makes the Service of its name."),
    ("chartSecret", "A Secret that its chart reads."),
    ("admits", "Peers outside of the chart that reach it."),
    (
        "reachesCluster",
        "Its pods may connect to everything in the cluster.",
    ),
    ("asksApi", "Its pods ask the cluster's API."),
];

/// The keys of a workload's values: what the raw table `helm` of a component takes.
pub fn component_keys() -> &'static [KeyShape] {
    CHART_KEYS
}

/// Keys that no template reads of a workload of this form.
fn unread(form: PodForm) -> Vec<&'static str> {
    let unread = component_keys()
        .iter()
        .filter(|key| key.meaningless_for.contains(&form));
    unread.map(|key| key.name).collect()
}

fn meanings(keys: &[KeyShape]) -> BTreeMap<&'static str, &'static str> {
    keys.iter().map(|key| (key.name, key.doc)).collect()
}

/// What nothing but its type is known of.
fn of_type(value: &Value) -> Value {
    match value {
        Value::Object(_) => json!({ "type": "object" }),
        _ => json!({}),
    }
}
