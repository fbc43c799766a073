//! Immutable fields of Kubernetes objects: if a chart changes one, `helm upgrade` fails.
//!
//! In: the chart's values in the output folder, and the desired ones. Out: the objects whose immutable fields differ, each with
//! the commands to type before the upgrade. A table lists the immutable fields of each kind of object.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    chart::{Charts, table},
    claims,
    data::DataPlan,
};
use crate::text::shell_word;

/// An existing object whose immutable fields would change, which no cluster allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The object's kind, as in `StatefulSet`.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// Each field that differs, its value before and after; `None`: it has none.
    pub fields: Vec<FixedField>,
    /// What to do before the upgrade: sentences, and commands of a shell.
    pub steps: Vec<String>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixedField {
    /// From the object down, as in `spec.serviceName`.
    pub path: String,
    /// What it holds now.
    pub from: Option<String>,
    /// What it is to hold.
    pub to: Option<String>,
}

/// Fields below a table of the object.
enum Fields {
    /// Only these.
    Only(&'static [&'static str]),
    /// All but these.
    AllBut(&'static [&'static str]),
}

/// What the API servers refuse to change.
struct Rule {
    kinds: &'static [&'static str],
    /// The table of the object that holds the fields; empty is the object itself.
    below: &'static str,
    fields: Fields,
    /// `{kind}` and `{name}` stand for the object's.
    steps: &'static [&'static str],
}

const AWAY: &[&str] = &["kubectl delete {kind} {name}   (the upgrade makes it again)"];

const POD_STOPS: &[&str] =
    &["kubectl delete {kind} {name}   (its pods stop until the upgrade has made it again)"];

/// As the validation of Kubernetes 1.34 has it, in `pkg/apis/*/validation`.
const RULES: &[Rule] = &[
    Rule {
        kinds: &["StatefulSet"],
        below: "spec",
        fields: Fields::AllBut(&[
            "replicas",
            "template",
            "updateStrategy",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
            "ordinals",
            "revisionHistoryLimit",
        ]),
        steps: &["kubectl delete {kind} {name} --cascade=orphan   (its pods run on)"],
    },
    Rule {
        kinds: &["Deployment", "DaemonSet", "ReplicaSet"],
        below: "spec",
        fields: Fields::Only(&["selector"]),
        steps: POD_STOPS,
    },
    Rule {
        kinds: &["Job"],
        below: "spec",
        fields: Fields::Only(&[
            "completions",
            "selector",
            "template",
            "completionMode",
            "podFailurePolicy",
            "backoffLimitPerIndex",
            "successPolicy",
            "managedBy",
        ]),
        steps: &["kubectl delete {kind} {name}   (the upgrade makes it again, and it runs again)"],
    },
    Rule {
        kinds: &["PersistentVolumeClaim"],
        below: "spec",
        fields: Fields::AllBut(&["resources", "volumeAttributesClassName"]),
        steps: &[
            "keep it as it was; or give the volume a new `name`: that claim is made, and starts empty. Copy the data from {name}",
            "to it before what writes to it starts",
        ],
    },
    Rule {
        kinds: &["Service"],
        below: "spec",
        fields: Fields::Only(&["clusterIP", "loadBalancerClass"]),
        steps: &[
            "kubectl delete {kind} {name}   (nobody reaches it until the upgrade has made it again)",
        ],
    },
    Rule {
        kinds: &["RoleBinding", "ClusterRoleBinding"],
        below: "",
        fields: Fields::Only(&["roleRef"]),
        steps: AWAY,
    },
    Rule {
        kinds: &["Secret"],
        below: "",
        fields: Fields::Only(&["type"]),
        steps: AWAY,
    },
    Rule {
        kinds: &["StorageClass"],
        below: "",
        fields: Fields::Only(&[
            "provisioner",
            "parameters",
            "reclaimPolicy",
            "volumeBindingMode",
        ]),
        steps: AWAY,
    },
    Rule {
        kinds: &["PriorityClass"],
        below: "",
        fields: Fields::Only(&["value", "preemptionPolicy"]),
        steps: AWAY,
    },
    Rule {
        kinds: &["RuntimeClass"],
        below: "",
        fields: Fields::Only(&["handler"]),
        steps: AWAY,
    },
    Rule {
        kinds: &["IngressClass"],
        below: "spec",
        fields: Fields::Only(&["controller"]),
        steps: AWAY,
    },
];

/// Secrets and ConfigMaps that say of themselves that they never change.
const SEALED: &[&str] = &["data", "binaryData", "stringData", "immutable"];

/// An object's kind, name and namespace: two of one key are one object.
type Key = (String, String, String);

/// Compares the charts of before with those of afterwards. `data`: what the plan says about data already.
pub(super) fn fixed(charts: &Charts, data: &DataPlan) -> Vec<Fixed> {
    let of = |side: &[Value]| -> BTreeMap<Key, Value> { side.iter().flat_map(objects).collect() };
    let (before, after) = (of(&charts.before), of(&charts.after));
    let both = before
        .iter()
        .filter_map(|(key, old)| Some((key, old, after.get(key)?)));
    let mut out: Vec<Fixed> = both
        .filter_map(|(key, old, new)| differs(key, old, new))
        .collect();
    for object in out.iter_mut().filter(|it| it.kind == "StatefulSet") {
        let mut left = data.left.iter();
        if left.any(|left| claims::deletes(&left.data, &left.keep, &object.name)) {
            object.steps = vec![DELETED.to_string()];
        }
    }
    out
}

/// A claim that is in use can't be deleted, so the pods must not run on there.
const DELETED: &str =
    "the commands that keep its data, above, delete it: the upgrade makes it again";

fn differs((kind, name, _): &Key, old: &Value, new: &Value) -> Option<Fixed> {
    let mut fields = Vec::new();
    let mut steps = Vec::new();
    for rule in RULES
        .iter()
        .filter(|rule| rule.kinds.contains(&kind.as_str()))
    {
        let before = fields.len();
        fields.extend(rule.compare(old, new));
        if fields.len() > before {
            steps.extend(rule.steps.iter().map(|step| filled(step, kind, name)));
        }
    }
    if ["Secret", "ConfigMap"].contains(&kind.as_str()) && old["immutable"] == "true" {
        let sealed = compare("", &Fields::Only(SEALED), old, new);
        if !sealed.is_empty() {
            steps.extend(AWAY.iter().map(|step| filled(step, kind, name)));
        }
        fields.extend(sealed);
    }
    if fields.iter().any(shares_claim) {
        let step = "or keep it for the pods of one node: write `access = \"one\"` where the volume is declared, in `[volumes]`";
        steps.push(step.to_string());
    }
    if fields.iter().any(|field| field.path == CLAIMS) {
        steps.push("the claims of its pods stay as they are: what is new holds for claims that are made from then on".to_string());
    }
    (!fields.is_empty()).then(|| Fixed {
        kind: kind.clone(),
        name: name.clone(),
        fields,
        steps,
    })
}

const CLAIMS: &str = "spec.volumeClaimTemplates";

/// Whether a claim of one node is to become one of many.
fn shares_claim(field: &FixedField) -> bool {
    let holds =
        |value: &Option<String>, mode: &str| value.as_ref().is_some_and(|it| it.contains(mode));
    field.path == "spec.accessModes"
        && holds(&field.from, "ReadWriteOnce")
        && holds(&field.to, "ReadWriteMany")
}

fn filled(step: &str, kind: &str, name: &str) -> String {
    // What is generated may come from somebody else.
    step.replace("{kind}", &shell_word(&kind.to_lowercase()))
        .replace("{name}", &shell_word(name))
}

impl Rule {
    fn compare(&self, old: &Value, new: &Value) -> Vec<FixedField> {
        let part = |object: &Value| match self.below {
            "" => object.clone(),
            below => object[below].clone(),
        };
        compare(self.below, &self.fields, &part(old), &part(new))
    }
}

fn compare(below: &str, fields: &Fields, old: &Value, new: &Value) -> Vec<FixedField> {
    let empty = Map::new();
    let (old, new) = (
        old.as_object().unwrap_or(&empty),
        new.as_object().unwrap_or(&empty),
    );
    let mut names: Vec<&String> = old
        .keys()
        .chain(new.keys().filter(|it| !old.contains_key(*it)))
        .collect();
    names.sort();
    let is_fixed = |name: &str| match fields {
        Fields::Only(only) => only.contains(&name),
        Fields::AllBut(free) => !free.contains(&name),
    };
    names
        .into_iter()
        .filter(|name| is_fixed(name) && old.get(*name) != new.get(*name))
        .map(|name| FixedField {
            path: match below {
                "" => name.clone(),
                below => format!("{below}.{name}"),
            },
            from: old.get(name).map(shown),
            to: new.get(name).map(shown),
        })
        .collect()
}

/// A value in a line.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

/// The immutable fields of the chart's objects, computed from its values as its templates do.
fn objects(values: &Value) -> BTreeMap<Key, Value> {
    let mut out = BTreeMap::new();
    let mut add = |kind: &str, name: &str, object: Value| {
        out.insert((kind.to_string(), name.to_string(), String::new()), object);
    };
    for (name, workload) in table(&values["components"]) {
        if workload["kind"] == "StatefulSet" {
            add("StatefulSet", name, stateful_set(values, workload));
        }
        for (service, object) in services(name, workload) {
            add("Service", service, object);
        }
    }
    for (_, volume) in table(&values["volumes"]) {
        let is_made = volume["create"] == "true" && is_empty(&volume["existingClaim"]);
        if let (true, Some(name)) = (is_made, volume["name"].as_str()) {
            add(
                "PersistentVolumeClaim",
                name,
                json!({ "spec": claim(values, volume) }),
            );
        }
    }
    for object in values["extraObjects"].as_array().into_iter().flatten() {
        let metadata = &object["metadata"];
        if let (Some(kind), Some(name)) = (object["kind"].as_str(), metadata["name"].as_str()) {
            let space = metadata["namespace"].as_str().unwrap_or_default();
            out.insert(
                (kind.to_string(), name.to_string(), space.to_string()),
                object.clone(),
            );
        }
    }
    out
}

fn is_empty(value: &Value) -> bool {
    value.as_str().is_none_or(str::is_empty)
}

fn stateful_set(values: &Value, workload: &Value) -> Value {
    let own = table(&workload["volumes"])
        .filter(|(_, mount)| mount.get("size").is_some() && is_empty(&mount["existingClaim"]));
    let claims: Vec<Value> = own
        // A changed size is reported with the data.
        .map(|(name, mount)| json!({ "name": name, "spec": claim(values, mount) }))
        .collect();
    let mut spec = json!({ "serviceName": workload["serviceName"] });
    if !claims.is_empty() {
        spec["volumeClaimTemplates"] = json!(claims);
    }
    json!({ "spec": spec })
}

fn claim(values: &Value, volume: &Value) -> Value {
    let mut spec = json!({ "accessModes": volume["accessModes"] });
    let classes = [&volume["storageClass"], &values["storageClass"]];
    if let Some(class) = classes.into_iter().find(|it| !is_empty(it)) {
        spec["storageClassName"] = class.clone();
    }
    spec
}

/// The Services of a workload: those that others call, and the one by which its pods have names.
fn services<'a>(name: &'a str, workload: &'a Value) -> Vec<(&'a str, Value)> {
    let mut out = Vec::new();
    let listens = table(&workload["ports"]).next().is_some() && workload["isolated"] != "true";
    if listens && workload["kind"] != "Job" {
        let own = &workload["service"];
        if workload["ownService"] != "true" {
            let mut spec = Map::new();
            for key in ["clusterIP", "loadBalancerClass"] {
                if let Some(value) = own.get(key) {
                    spec.insert(key.to_string(), value.clone());
                }
            }
            out.push((name, json!({ "spec": spec })));
        }
        let aliases = workload["aliases"].as_array().into_iter().flatten();
        out.extend(
            aliases
                .filter_map(Value::as_str)
                .map(|alias| (alias, json!({ "spec": {} }))),
        );
    }
    if let Some(headless) = workload["serviceName"].as_str() {
        out.push((headless, json!({ "spec": { "clusterIP": "None" } })));
    }
    out
}
