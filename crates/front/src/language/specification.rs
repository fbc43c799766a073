//! What others say of tables that are passed on to them: the Compose specification, and Kubernetes' API.
//!
//! In: a raw table as it is written. Out: messages for keys that the others do not have, and for values that they do not take.
//! The schemas are data of others (`data/README.md`).

mod definitions;
mod formats;
mod held;

use std::sync::LazyLock;

use serde_json::Value as Json;

pub use definitions::{CHART_SERVICE_NAME, kubernetes_definitions};
pub use formats::{PARTS_OF_ONE, compose_amount};
pub(super) use held::{check_specified, meant_of_compose};

static COMPOSE: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/compose-spec.json")).unwrap_or_default()
});

static KUBERNETES: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../data/kubernetes.json")).unwrap_or_default()
});

/// The chart's Service: Kubernetes' fields, and two keys of the chart's. It leads to pods, never to a name elsewhere.
static CHART_SERVICE: LazyLock<Json> = LazyLock::new(|| {
    let mut service = KUBERNETES["$defs"]["ServiceSpec"].clone();
    service["properties"]["annotations"] =
        KUBERNETES["$defs"]["ObjectMeta"]["properties"]["annotations"].clone();
    service["properties"]["nodePorts"] =
        serde_json::json!({ "type": "object", "additionalProperties": { "type": "integer" } });
    service["properties"]["type"] =
        serde_json::json!({ "enum": ["ClusterIP", "NodePort", "LoadBalancer"] });
    service
});

/// An object of a kind that is not described: a resource of one's own.
static OBJECT: LazyLock<Json> = LazyLock::new(|| {
    serde_json::json!({
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "properties": {
            "apiVersion": { "type": "string" },
            "kind": { "type": "string" },
            "metadata": { "$ref": "#/$defs/ObjectMeta" }
        }
    })
});

/// What a raw table is.
#[derive(Clone, Copy, Debug)]
pub enum Specified {
    /// The top level of a Compose file.
    ComposeFile,
    /// A service of a Compose file.
    ComposeService,
    /// A shape of Kubernetes', by its name there; it is laid over what the chart has.
    Kubernetes(&'static str),
    /// The same as an item of a list, which nothing is merged with.
    KubernetesItem(&'static str),
    /// A whole object of Kubernetes', whatever its kind.
    KubernetesObject,
    /// The Service of a workload of the chart.
    ChartService,
}

/// A schema, and what messages call it.
struct Known {
    schema: &'static Json,
    /// Where its references lead.
    document: &'static Json,
    /// Who is asked: Compose or Kubernetes.
    judge: &'static str,
    noun: String,
    /// What becomes of a key that is not known.
    verdict: &'static str,
    /// What to say where there are too many keys to list them.
    otherwise: &'static str,
    /// Nothing is merged with it, so all that must be there is there.
    is_whole: bool,
    /// Variables are filled in before it is read, so that a text can become a number.
    fills_in: bool,
}

impl Specified {
    /// What the others know of a table; an object says itself what it is.
    fn known(self, api_version: &str, kind: &str) -> Known {
        let of_compose = |schema, noun: &str| Known {
            schema,
            document: &COMPOSE,
            judge: "Compose",
            noun: noun.to_string(),
            verdict: "Compose refuses it",
            otherwise: "its keys are those of the Compose specification; one of your own begins with `x-`",
            is_whole: false,
            fills_in: true,
        };
        let of_kubernetes = |schema, name: &str, is_whole| Known {
            schema,
            document: &KUBERNETES,
            judge: "Kubernetes",
            noun: format!("Kubernetes' `{name}`"),
            verdict: "Kubernetes ignores it",
            otherwise: "its keys are those of Kubernetes' API",
            is_whole,
            fills_in: false,
        };
        match self {
            Specified::ComposeFile => of_compose(&COMPOSE, "a Compose file"),
            Specified::ComposeService => {
                of_compose(&COMPOSE["$defs"]["service"], "a Compose service")
            }
            Specified::Kubernetes(name) => of_kubernetes(&KUBERNETES["$defs"][name], name, false),
            Specified::KubernetesItem(name) => {
                of_kubernetes(&KUBERNETES["$defs"][name], name, true)
            }
            Specified::KubernetesObject => {
                match &KUBERNETES["objects"][format!("{api_version}/{kind}")] {
                    Json::Null => Known {
                        noun: "an object of Kubernetes".to_string(),
                        ..of_kubernetes(&OBJECT, kind, true)
                    },
                    schema => of_kubernetes(schema, kind, true),
                }
            }
            Specified::ChartService => of_kubernetes(&CHART_SERVICE, "Service", false),
        }
    }

    /// What to say was expected.
    pub(super) fn describe(self) -> String {
        match self {
            Specified::ComposeFile | Specified::ComposeService => {
                "a table of Compose's keys".to_string()
            }
            Specified::Kubernetes(name) | Specified::KubernetesItem(name) => {
                format!("Kubernetes' `{name}`")
            }
            Specified::KubernetesObject => "an object of Kubernetes".to_string(),
            Specified::ChartService => {
                "Kubernetes' `ServiceSpec` with `annotations` and `nodePorts`".to_string()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{COMPOSE, Json, KUBERNETES, Specified, definitions::named};

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
    fn the_schemas_have_nothing_that_is_not_read() {
        let read = ["^x-", "^[a-z]+$", "^[a-zA-Z0-9._-]+$", ".+", "^.+$"];
        for document in [&COMPOSE, &KUBERNETES] {
            let mut references = 0;
            visit(document, &mut |schema| {
                if let Some(patterns) = schema["patternProperties"].as_object() {
                    assert!(patterns.keys().all(|it| read.contains(&it.as_str())));
                }
                if let Some(path) = schema["$ref"].as_str() {
                    let name = path.strip_prefix("#/$defs/").expect("a definition");
                    assert!(document["$defs"][name].is_object(), "{name}");
                    references += 1;
                }
                for unread in ["if", "not", "propertyNames", "prefixItems", "const"] {
                    assert!(schema.get(unread).is_none(), "{unread}");
                }
            });
            assert!(references > 50, "{references}");
        }
        let parts = ["service", "container_spec", "workload_spec"];
        for key in ["image", "deploy", "gpus", "cap_add", "profiles"] {
            let mut properties = parts.iter().map(|it| &COMPOSE["$defs"][it]["properties"]);
            assert!(properties.any(|it| it[key].is_object()), "{key}");
        }
    }

    #[test]
    fn every_shape_of_kubernetes_that_the_chart_takes_is_described() {
        let names = named();
        assert!(names.len() >= 20, "{names:?}");
        for name in names {
            let known = Specified::Kubernetes(name).known("", "");
            assert!(known.schema["properties"].is_object(), "{name}");
        }
    }
}
