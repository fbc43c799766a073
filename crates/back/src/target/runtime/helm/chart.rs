//! The chart as a whole: the view of its templates, its files, and what it can't express.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    ci,
    claims::Claims,
    files::ChartFiles,
    image, ingress, network, raw, readme, schema,
    secrets::{FurtherSecret, SecretSource, chart_secrets, further_secrets},
    started, told, upstream, waves, workload,
};
use crate::{
    catalog::IMAGES,
    diag::Diagnostic,
    files::Target,
    fileset::FileSet,
    model::{Component, Image, MountSource, NetworkOwners, Platform, Purpose, Workload},
    names::Names,
    target::{
        Context,
        shared::losses::{Losses, Marks, Wording},
    },
    template::View,
};

/// The Secrets Store CSI driver (secrets-store-csi-driver.sigs.k8s.io).
const SECRETS_STORE: &str = "secrets-store.csi.k8s.io";

/// When pods of tasks that failed are removed: in the night to Sunday.
const CLEANUP: &str = "30 4 * * 0";

/// Where the DNS cache of a node listens, in clusters that have one.
const NODE_LOCAL_DNS: &str = "169.254.20.10/32";

/// Addresses that clusters use for their own: private ones, carriers' shared ones, unique local ones.
const CLUSTER_CIDRS: [&str; 5] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
];

const WORDING: Wording = Wording {
    target: Target::Helm,
    label: "the chart has no form for this",
    joint: " ",
    marks: Marks::Key,
};

/// Tables at the top whose keys are names, or fields of Kubernetes'.
const NAMED: [&str; 10] = [
    "secrets",
    "vars",
    "imageNames",
    "nodeSelector",
    "affinity",
    "podSecurityContext",
    "securityContext",
    "pipelines",
    "volumes",
    "components",
];

/// Parts of Airflow that run tasks or wait for them.
const TASK_RUNNERS: [&str; 3] = ["scheduler", "worker", "triggerer"];

/// What every template of the chart sees.
#[derive(Debug, Serialize)]
pub struct ChartView {
    /// The platform's name.
    name: String,
    /// The chart's version: the platform's.
    version: String,
    /// Charts of others.
    dependencies: Vec<upstream::DependencyView>,
    /// The platform's description, else a sentence.
    description: String,
    /// `values.yaml` by its documented keys.
    values: View,
    /// What of it holds where a key is missing.
    defaults: View,
    /// Values of other charts, and top-level keys that only `[raw.helm]` knows.
    further: Map<String, Value>,
    /// The tables of README.md.
    readme: readme::ReadmeView,
    /// The parts of `values.schema.json` that depend on the platform.
    schema: schema::SchemaView,
}

#[derive(Debug)]
pub struct Chart {
    pub view: ChartView,
    /// Paths below `files/`, and their texts.
    pub files: BTreeMap<String, Arc<str>>,
    pub losses: Vec<Diagnostic>,
    /// The data that it keeps, and no files.
    pub data: FileSet,
}

/// What the values of workloads are made with.
#[derive(Debug)]
pub struct Builder<'a> {
    pub context: &'a Context<'a>,
    /// What lives in another's network is a container of its pod.
    pub pods: NetworkOwners,
    /// Those containers, by the workload whose pod it is.
    pub guests: BTreeMap<String, Vec<&'a Workload>>,
    pub claims: Claims,
    pub files: ChartFiles<'a>,
    pub losses: Losses,
    /// Names of Services.
    pub names: Names,
    /// The platform's Airflow.
    pub airflow: Option<&'a Component>,
    /// Argo CD's sync waves by workload.
    pub waves: BTreeMap<String, u32>,
    /// The names of the workloads that mount each volume, by its key.
    pub mounted_by: BTreeMap<&'a str, Vec<&'a str>>,
}

impl Builder<'_> {
    /// Those parts of Airflow that run tasks start them as pods, once there are pipelines; else what it has.
    pub fn starts_pods(&self, workload: &Workload) -> bool {
        let platform = self.context.platform;
        let Some(airflow) = self.airflow else {
            return false;
        };
        let runs_tasks = |workload: &Workload| {
            let part = workload.part.as_deref();
            part.is_some_and(|part| TASK_RUNNERS.contains(&part))
        };
        let has_runners = airflow.workloads.iter().any(runs_tasks);
        !platform.pipelines.is_empty()
            && workload.component == airflow.name
            && !workload.is_job()
            && !workload.in_chart
            && (runs_tasks(workload) || !has_runners)
    }
}

/// The data that the chart keeps, without the chart.
pub fn data(context: &Context<'_>) -> FileSet {
    let mut builder = builder(context);
    let (values, _) = all_values(&mut builder);
    data_of(&builder, &values)
}

fn data_of(builder: &Builder<'_>, values: &Value) -> FileSet {
    let platform = builder.context.platform;
    let mut out = FileSet::default();
    started::runtime_data(platform, &builder.claims, values).remember(platform, &mut out);
    out
}

fn builder<'a>(context: &'a Context<'a>) -> Builder<'a> {
    let platform = context.platform;
    let mut losses = Losses::new(WORDING);
    let pods = NetworkOwners::of_pods(platform);
    let claims = Claims::of(platform, &pods, &mut losses);
    let names = platform.workloads();
    let mut guests: BTreeMap<String, Vec<&Workload>> = BTreeMap::new();
    for workload in platform.workloads() {
        if let Some(host) = pods.foreign_owner_of(&workload.name) {
            guests.entry(host.to_string()).or_default().push(workload);
        }
    }
    let waves = waves::of(platform, &pods);
    Builder {
        context,
        guests,
        pods,
        claims,
        files: ChartFiles::new(context),
        losses,
        names: names.map(|workload| workload.name.as_str()).collect(),
        airflow: platform.first_for(Purpose::Pipelines),
        waves,
        mounted_by: mounted_by(platform),
    }
}

/// The names of the workloads that mount each volume, by its key.
fn mounted_by(platform: &Platform) -> BTreeMap<&str, Vec<&str>> {
    let mut out: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for workload in platform.workloads() {
        for mount in &workload.mounts {
            if let MountSource::Volume(key) = &mount.source {
                out.entry(key).or_default().push(&workload.name);
            }
        }
    }
    out
}

/// The chart's values, raw tables included, and the keys of its own.
fn all_values(builder: &mut Builder<'_>) -> (Value, BTreeSet<String>) {
    let platform = builder.context.platform;
    let components = components(builder);
    let mut values = values(builder, components);
    let known = keys(&values);
    raw::merge(&mut values, upstream::values(platform));
    raw::merge_chart(&mut values, raw::chart(platform, &platform.raw_helm));
    raw::without_noes(&mut values);
    raw::move_to_claims(&mut values);
    (values, known)
}

pub fn build(context: &Context<'_>) -> Chart {
    let platform = context.platform;
    let mut builder = builder(context);
    ci::losses(&mut builder);
    ingress::stripped(&mut builder);
    network::unanswered(&mut builder);
    told::unknown(&mut builder);
    let (values, known) = all_values(&mut builder);
    let schema = schema::view(&values, &known);
    let further = further(&values, &known);
    let data = data_of(&builder, &values);
    Chart {
        view: ChartView {
            name: platform.name.clone(),
            version: platform.version.clone(),
            dependencies: upstream::dependencies(platform),
            description: platform
                .description
                .clone()
                .unwrap_or_else(|| format!("The platform {}", platform.name)),
            readme: readme::view(&values),
            defaults: View::of_tree(defaults(&values, &known)),
            values: View::of_tree(values),
            further,
            schema,
        },
        files: builder.files.finish(),
        losses: builder.losses.finish(),
        data,
    }
}

/// An image of the chart's own, from where the platform takes its images.
fn image_of_chart(platform: &Platform, image: &str) -> String {
    let image = platform.registry.place(Image::literal(image));
    image.text().as_plain().unwrap_or_default()
}

/// The chart's own values, without raw tables and charts of others.
fn values(builder: &Builder<'_>, components: Map<String, Value>) -> Value {
    let (context, platform) = (builder.context, builder.context.platform);
    let mut values = json!({
        "existingSecret": platform.name,
        "secrets": secrets(platform),
        "externalSecrets": {
            "store": "",
            "storeKind": "SecretStore",
            "entry": platform.name,
            "refreshInterval": "1h",
            "without": unneeded(platform),
            "further": further_secrets(platform, SecretSource::ExternalSecrets)
                .iter()
                .map(FurtherSecret::chart_value)
                .collect::<Vec<_>>(),
        },
        "secretsStore": { "providerClass": "", "driver": SECRETS_STORE },
        "vars": variables(platform),
        "imagePullSecrets": [],
        "imagePullPolicy": "IfNotPresent",
        "storageClass": "",
        "waitImage": image_of_chart(platform, &IMAGES.chart.wait),
        "jobWaitImage": image_of_chart(platform, &IMAGES.chart.wait_for_jobs),
        "imageNames": image::names(platform),
        "nodeSelector": {},
        "tolerations": [],
        "affinity": {},
        "priorityClassName": "",
        "runtimeClassName": "",
        "podSecurityContext": {},
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "runAsNonRoot": true,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "ingress": ingress::values(platform),
        "gateway": { "enabled": false, "parentRefs": [], "redirectRefs": [], "annotations": {} },
        "networkPolicy": {
            "enabled": true,
            "egress": "open",
            "controller": [in_namespace("ingress-nginx")],
            "serviceSources": [],
            "dns": dns(),
            "extraIngress": [],
            "extraEgress": [],
            "clusterCidrs": CLUSTER_CIDRS,
            "apiServer": { "lookup": false, "cidrs": [], "ports": [] },
            "edges": network::edges(context, &builder.pods),
        },
        "monitoring": { "operator": false, "labels": {} },
        "taskPods": {
            "securityContext": { "seccompProfile": { "type": "RuntimeDefault" } },
            "podSecurityContext": {},
            "cleanup": CLEANUP,
            "nodeSelector": {},
            "tolerations": [],
            "affinity": {},
            "priorityClassName": "",
            "runtimeClassName": "",
            "imagePullSecrets": [],
            "serviceAccountName": "",
        },
        "pipelines": network::pipelines(context)
            .into_iter()
            .map(|(name, pipeline)| (name, json!(pipeline)))
            .collect::<Map<_, _>>(),
        "volumes": builder
            .claims
            .all_alone()
            .map(|(key, claim)| (key.to_string(), json!(claim)))
            .collect::<Map<_, _>>(),
        "components": {},
        "extraObjects": [],
    });
    // They are too many to be copied, as the macro does.
    values["components"] = Value::Object(components);
    values
}

/// Every workload by name, the raw tables of its component last.
fn components(builder: &mut Builder<'_>) -> Map<String, Value> {
    let platform = builder.context.platform;
    let mut out = Map::new();
    for component in &platform.components {
        for workload in &component.workloads {
            if is_elsewhere(builder, workload) {
                continue;
            }
            let values = match &workload.chart {
                Some(chart) => upstream::workload_values(builder, workload, chart),
                None => workload::values(builder, workload),
            };
            let mut values = json!(values);
            if workload.part.is_none() {
                raw::merge_workload(&mut values, raw::component(platform, &component.raw_helm));
            }
            raw::merge_workload(&mut values, raw::component(platform, &workload.raw_helm));
            out.insert(workload.name.clone(), values);
        }
    }
    out
}

/// Whether a chart of others runs it together with another workload.
fn is_elsewhere(builder: &mut Builder<'_>, workload: &Workload) -> bool {
    if workload.in_chart {
        return workload.part.is_some();
    }
    let host = builder.pods.foreign_owner_of(&workload.name);
    let host = host.and_then(|host| builder.context.platform.workload(host));
    let is_lost = host.is_some_and(|host| host.in_chart);
    if is_lost {
        let reason =
            "leads into the pods of another chart, which have no place for it: nothing runs it";
        builder.losses.key(workload, "network_mode", reason);
    }
    is_lost
}

fn secrets(platform: &Platform) -> Map<String, Value> {
    let read = chart_secrets(platform);
    let secrets = platform.secrets.iter();
    secrets
        .filter(|secret| read.contains(secret.name.as_str()))
        .map(|secret| {
            let mut value = json!({ "optional": secret.optional });
            if let Some(description) = &secret.description {
                value["description"] = json!(description);
            }
            (secret.name.clone(), value)
        })
        .collect()
}

/// Secrets that a store may lack: one property that is not there would fail the whole Secret.
fn unneeded(platform: &Platform) -> Vec<&str> {
    let read = chart_secrets(platform);
    let secrets = platform.secrets.iter().filter(|it| it.optional);
    let names = secrets.map(|secret| secret.name.as_str());
    names.filter(|name| read.contains(name)).collect()
}

/// Constants are written out where they stand.
fn variables(platform: &Platform) -> Map<String, Value> {
    platform
        .variables
        .iter()
        .filter(|variable| variable.env.is_some())
        .map(|variable| (variable.name.clone(), json!(variable.default)))
        .collect()
}

/// What the templates take where the values lack a key of the chart's own. Of tables of names there is no entry, as entries
/// follow from each other; of rights none, as who removes these wants none.
fn defaults(values: &Value, known: &BTreeSet<String>) -> Value {
    let mut out = Map::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        let default = match (NAMED.contains(&key.as_str()), value) {
            (true, _) => json!({}),
            (false, value) => value.clone(),
        };
        if known.contains(key) {
            out.insert(key.clone(), default);
        }
    }
    for (table, key) in [("ingress", "hosts"), ("networkPolicy", "edges")] {
        if let Some(table) = out.get_mut(table).and_then(Value::as_object_mut) {
            table.remove(key);
        }
    }
    Value::Object(out)
}

/// Peers of a NetworkPolicy: every pod of a namespace.
pub fn in_namespace(name: &str) -> Value {
    json!({ "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": name } } })
}

/// The cluster's DNS as nearly every distribution names it, and a node's cache of it.
fn dns() -> Value {
    let mut pods = in_namespace("kube-system");
    pods["podSelector"] = json!({ "matchLabels": { "k8s-app": "kube-dns" } });
    json!([pods, { "ipBlock": { "cidr": NODE_LOCAL_DNS } }])
}

fn keys(values: &Value) -> BTreeSet<String> {
    values
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .cloned()
        .collect()
}

fn further(values: &Value, known: &BTreeSet<String>) -> Map<String, Value> {
    values
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, _)| !known.contains(*key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
