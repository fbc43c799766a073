//! Whether the rendered objects fit each other, which no schema checks: selectors match pods, names that are
//! referred to exist, secrets come from the one Secret that the values name.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::helm::{self, Chart};
use crate::tree::{Finding, Tree};
use crate::{consumer, network};

pub fn judge(trees: &[Tree]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for tree in trees {
        let pipelines: Vec<String> = tree
            .files("airflow/dags", &[".py"])
            .iter()
            .filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned()))
            .collect();
        for chart in helm::charts(tree) {
            findings.extend(
                chart_faults(&chart, &pipelines)
                    .into_iter()
                    .map(|fault| tree.finding(format!("{}: {fault}", chart.name))),
            );
        }
    }
    findings
}

fn chart_faults(chart: &Chart, pipelines: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for sets in chart.variations() {
        // A chart that Helm can't render is found by `helm.rs`.
        let Ok(rendered) = chart.render(&sets) else {
            continue;
        };
        match consumer::yaml(&rendered) {
            Ok(documents) => {
                let objects = Objects {
                    secret: secret_name(chart, &sets),
                    adopted: adopted(chart),
                    documents,
                    pipelines,
                };
                faults.extend(
                    objects
                        .faults()
                        .into_iter()
                        .map(|fault| format!("{} {fault}", sets.join(" "))),
                );
            }
            Err(message) => faults.push(message),
        }
    }
    faults
}

fn secret_name(chart: &Chart, sets: &[String]) -> String {
    let set = sets
        .iter()
        .find_map(|set| set.strip_prefix("existingSecret=\"")?.strip_suffix('"'));
    set.or(chart.values["existingSecret"].as_str())
        .unwrap_or_default()
        .to_owned()
}

fn adopted(chart: &Chart) -> Vec<Value> {
    let volumes = chart.values["volumes"].as_object().into_iter().flatten();
    volumes
        .filter(|(_, volume)| volume["create"] == Value::Bool(false))
        .map(|(_, volume)| volume["name"].clone())
        .collect()
}

/// The objects of one rendering, the Secret that they may read and the pipelines whose pods Airflow starts.
struct Objects<'a> {
    pipelines: &'a [String],
    secret: String,
    /// Claims that exist without the chart: `create: false` below the value `volumes`.
    adopted: Vec<Value>,
    documents: Vec<Value>,
}

/// One workload's pods.
pub struct Pods<'a> {
    pub owner: String,
    pub labels: &'a Value,
    pub spec: &'a Value,
}

impl Pods<'_> {
    /// All containers, those that run before the main ones included.
    pub fn containers(&self) -> impl Iterator<Item = &Value> {
        ["initContainers", "containers"]
            .into_iter()
            .flat_map(|key| array(&self.spec[key]))
    }

    /// The container port of this name or number.
    pub fn port(&self, wanted: &Value) -> Option<&Value> {
        let mut ports = self
            .containers()
            .flat_map(|container| array(&container["ports"]));
        ports.find(|port| port["name"] == *wanted || port["containerPort"] == *wanted)
    }
}

/// The items of a list, none if there is no list.
pub fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Whether a label selector selects pods with `labels`.
pub fn selects(selector: &Value, labels: &Value) -> bool {
    let pairs = match selector["matchLabels"].as_object() {
        Some(pairs) => pairs.clone(),
        None => Map::new(),
    };
    let listed = |rule: &Value| {
        array(&rule["values"])
            .any(|value| *value == labels[rule["key"].as_str().unwrap_or_default()])
    };
    let present = |rule: &Value| !labels[rule["key"].as_str().unwrap_or_default()].is_null();
    pairs.iter().all(|(key, value)| labels[key] == *value)
        && array(&selector["matchExpressions"]).all(|rule| match rule["operator"].as_str() {
            Some("In") => listed(rule),
            Some("NotIn") => !listed(rule),
            Some("Exists") => present(rule),
            Some("DoesNotExist") => !present(rule),
            _ => false,
        })
}

impl Objects<'_> {
    fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (String, &'a Value)> {
        let named = self
            .documents
            .iter()
            .filter(move |document| document["kind"] == kind);
        named.map(move |document| (format!("{kind}/{}", name(document)), document))
    }

    fn pods(&self) -> Vec<Pods<'_>> {
        let template = |document: &'_ Value| match document["kind"].as_str() {
            Some("Deployment" | "StatefulSet" | "DaemonSet" | "Job") => Some("/spec/template"),
            Some("CronJob") => Some("/spec/jobTemplate/spec/template"),
            Some("Pod") => Some(""),
            _ => None,
        };
        let pods = |document| {
            let template = Value::pointer(document, template(document)?)?;
            let owner = format!(
                "{}/{}",
                document["kind"].as_str().unwrap_or_default(),
                name(document)
            );
            Some(Pods {
                owner,
                labels: &template["metadata"]["labels"],
                spec: &template["spec"],
            })
        };
        self.documents.iter().filter_map(pods).collect()
    }

    fn faults(&self) -> Vec<String> {
        let pods = self.pods();
        let mut faults = self.duplicates();
        faults.extend(self.services(&pods));
        for (owner, document) in ["Deployment", "StatefulSet", "DaemonSet"]
            .iter()
            .flat_map(|kind| self.of_kind(kind))
        {
            let own = pods.iter().find(|pods| pods.owner == owner);
            if !own.is_some_and(|pods| selects(&document["spec"]["selector"], pods.labels)) {
                faults.push(format!("{owner} does not select its own pods"));
            }
        }
        for (owner, policy) in self.of_kind("NetworkPolicy") {
            faults.extend(
                network::faults(&policy["spec"], &pods, self.pipelines)
                    .into_iter()
                    .map(|fault| format!("{owner}: {fault}")),
            );
        }
        let services = self.addresses();
        for pods in &pods {
            faults.extend(
                self.pod_faults(pods)
                    .into_iter()
                    .chain(network::unanswered(pods, &services))
                    .map(|fault| format!("{}: {fault}", pods.owner)),
            );
        }
        faults.extend(self.ingresses());
        faults.extend(self.labels());
        faults
    }

    /// Values of labels that the API refuses, which no schema knows: at most 63 letters, digits, `-`, `_` and `.`, with a letter or
    /// a digit at both ends.
    fn labels(&self) -> Vec<String> {
        let is_taken = |value: &str| {
            let is_end = |c: char| c.is_ascii_alphanumeric();
            let ends = value.is_empty() || value.starts_with(is_end) && value.ends_with(is_end);
            let inner = value.chars().all(|c| is_end(c) || "-_.".contains(c));
            value.len() <= 63 && ends && inner
        };
        let mut faults = Vec::new();
        for document in &self.documents {
            let mut found = Vec::new();
            add_labels(document, &mut found);
            for value in found.into_iter().filter(|value| !is_taken(value)) {
                let kind = document["kind"].as_str().unwrap_or_default();
                let owner = name(document);
                faults.push(format!(
                    "{kind}/{owner} has the label value {value:?}, which the API refuses"
                ));
            }
        }
        faults
    }

    fn duplicates(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let key = |document: &Value| {
            format!(
                "{}/{}",
                document["kind"].as_str().unwrap_or_default(),
                name(document)
            )
        };
        let repeated = self
            .documents
            .iter()
            .map(key)
            .filter(|key| !seen.insert(key.clone()));
        repeated
            .map(|key| format!("{key} is there twice"))
            .collect()
    }

    fn services(&self, pods: &[Pods<'_>]) -> Vec<String> {
        let mut faults = Vec::new();
        for (owner, service) in self.of_kind("Service") {
            let selector = &service["spec"]["selector"];
            if selector.is_null() {
                continue; // of something that runs elsewhere
            }
            let selector = serde_json::json!({ "matchLabels": selector });
            let selected: Vec<&Pods<'_>> = pods
                .iter()
                .filter(|pods| selects(&selector, pods.labels))
                .collect();
            if selected.is_empty() {
                faults.push(format!("{owner} selects no pods"));
            }
            for port in array(&service["spec"]["ports"]) {
                let target = if port["targetPort"].is_null() {
                    &port["port"]
                } else {
                    &port["targetPort"]
                };
                if !selected.is_empty() && !selected.iter().any(|pods| pods.port(target).is_some())
                {
                    faults.push(format!(
                        "{owner} sends port {} to {target}, which no container has",
                        port["port"]
                    ));
                }
            }
        }
        faults
    }

    /// The Services and their ports.
    fn addresses(&self) -> Vec<(String, BTreeSet<u64>)> {
        let ports = |service: &Value| {
            array(&service["spec"]["ports"])
                .filter_map(|port| port["port"].as_u64())
                .collect()
        };
        self.of_kind("Service")
            .map(|(_, service)| (name(service).to_owned(), ports(service)))
            .collect()
    }

    fn exists(&self, kind: &str, wanted: &Value) -> bool {
        self.documents
            .iter()
            .any(|document| document["kind"] == kind && document["metadata"]["name"] == *wanted)
    }

    fn pod_faults(&self, pods: &Pods<'_>) -> Vec<String> {
        let mut faults = Vec::new();
        if pods.spec["enableServiceLinks"] != Value::Bool(false) {
            faults.push("service links are on".to_owned());
        }
        for (kind, reference) in references(pods) {
            let found = match kind {
                // The values of another chart name the Secret themselves.
                "Secret" if pods.labels["app.kubernetes.io/part-of"].is_null() => true,
                "Secret" => *reference == self.secret.as_str(),
                "PersistentVolumeClaim" if self.adopted.contains(reference) => true,
                // A cluster makes it in each namespace.
                "ConfigMap" if *reference == "kube-root-ca.crt" => true,
                _ => self.exists(kind, reference),
            };
            if !found {
                faults.push(format!(
                    "refers to the {kind} {reference}, which is not there"
                ));
            }
        }
        let owner_claims = self
            .documents
            .iter()
            .flat_map(|document| array(&document["spec"]["volumeClaimTemplates"]));
        let volumes: Vec<&Value> = array(&pods.spec["volumes"])
            .map(|volume| &volume["name"])
            .chain(owner_claims.map(|claim| &claim["metadata"]["name"]))
            .collect();
        for container in pods.containers() {
            for mount in
                array(&container["volumeMounts"]).filter(|mount| !volumes.contains(&&mount["name"]))
            {
                faults.push(format!(
                    "mounts the volume {}, which is not declared",
                    mount["name"]
                ));
            }
            let mut seen = BTreeSet::new();
            for variable in array(&container["env"]).filter_map(|entry| entry["name"].as_str()) {
                if !seen.insert(variable) {
                    faults.push(format!("sets {variable} twice"));
                }
            }
        }
        faults
    }

    fn ingresses(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (owner, ingress) in self.of_kind("Ingress") {
            for path in
                array(&ingress["spec"]["rules"]).flat_map(|rule| array(&rule["http"]["paths"]))
            {
                let service = &path["backend"]["service"]["name"];
                if !self.exists("Service", service) {
                    faults.push(format!(
                        "{owner} leads to the Service {service}, which is not there"
                    ));
                }
            }
        }
        faults
    }
}

/// The values of all `labels` and `matchLabels` in an object. Those below `spec.groups` of a PrometheusRule are Prometheus' own.
fn add_labels<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        match (key.as_str(), inner.as_object()) {
            ("labels" | "matchLabels", Some(labels)) => {
                found.extend(labels.values().filter_map(Value::as_str));
            }
            _ if key == "groups" => {}
            _ => add_labels(inner, found),
        }
    }
    array(value).for_each(|inner| add_labels(inner, found));
}

fn name(document: &Value) -> &str {
    document["metadata"]["name"].as_str().unwrap_or_default()
}

/// What pods refer to by name: (kind, name).
fn references<'a>(pods: &'a Pods<'_>) -> Vec<(&'static str, &'a Value)> {
    let mut found = Vec::new();
    for volume in array(&pods.spec["volumes"]) {
        found.push(("ConfigMap", &volume["configMap"]["name"]));
        found.push(("Secret", &volume["secret"]["secretName"]));
        found.push((
            "PersistentVolumeClaim",
            &volume["persistentVolumeClaim"]["claimName"],
        ));
        for source in array(&volume["projected"]["sources"]) {
            found.push(("ConfigMap", &source["configMap"]["name"]));
            found.push(("Secret", &source["secret"]["name"]));
        }
    }
    for container in pods.containers() {
        for entry in array(&container["env"]) {
            found.push(("Secret", &entry["valueFrom"]["secretKeyRef"]["name"]));
            found.push(("ConfigMap", &entry["valueFrom"]["configMapKeyRef"]["name"]));
        }
        for source in array(&container["envFrom"]) {
            found.push(("Secret", &source["secretRef"]["name"]));
            found.push(("ConfigMap", &source["configMapRef"]["name"]));
        }
    }
    let account = &pods.spec["serviceAccountName"];
    if *account != "default" {
        found.push(("ServiceAccount", account));
    }
    found.retain(|(_, name)| !name.is_null());
    found
}
