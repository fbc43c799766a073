//! Values at the top of the chart.

use super::{
    CHART_KEYS,
    both::{
        AFFINITY, EXTRA, EXTRA_OBJECTS, IMAGE_PULL_SECRETS, NODE_SELECTOR, POD_SECURITY_CONTEXT,
        PRIORITY_CLASS_NAME, RUNTIME_CLASS_NAME, SECURITY_CONTEXT, TOLERATIONS,
    },
    value,
};
use crate::language::{
    form::NameRule,
    key::{KeyShape, key},
    shape::Shape,
};

/// Every key at the top of the chart's values.
pub const CHART_TOP_KEYS: &[KeyShape] = &[
    value(
        "existingSecret",
        "The Secret that holds every secret of the platform.",
        "existingSecret = \"ml-secrets\"",
    ),
    value(
        "secrets",
        "What that Secret must hold.",
        "secrets = { token = { optional = true } }",
    ),
    value(
        "vars",
        "What may change from one installation to the next.",
        "vars = { region = \"eu\" }",
    ),
    IMAGE_PULL_SECRETS.of_all(),
    value(
        "imagePullPolicy",
        "When images are pulled.",
        "imagePullPolicy = \"Always\"",
    ),
    value(
        "storageClass",
        "The storage class of claims that name none.",
        "storageClass = \"fast\"",
    ),
    value(
        "waitImage",
        "The image that waits for ports. It has `sh` and `nc`.",
        "waitImage = \"mirror.example.com/busybox:1.37.0\"",
    ),
    value(
        "jobWaitImage",
        "The image that waits for jobs. Its entrypoint is `kubectl`.",
        "jobWaitImage = \"mirror.example.com/kubectl:v1.34.1\"",
    ),
    NODE_SELECTOR.of_all(),
    TOLERATIONS.of_all(),
    AFFINITY.of_all(),
    PRIORITY_CLASS_NAME.of_all(),
    RUNTIME_CLASS_NAME.of_all(),
    POD_SECURITY_CONTEXT.of_all(),
    SECURITY_CONTEXT.of_all(),
    key(
        "ingress",
        Shape::Table(INGRESS),
        "What is published by Ingresses, and how.",
        "ingress = { enabled = true, className = \"nginx\" }",
    ),
    key(
        "gateway",
        Shape::Table(GATEWAY),
        "The same hosts by HTTPRoutes of a Gateway.",
        "gateway = { enabled = true, parentRefs = [{ name = \"public\" }] }",
    ),
    key(
        "networkPolicy",
        Shape::Table(NETWORK_POLICY),
        "Who reaches whom.",
        "networkPolicy = { egress = \"strict\" }",
    ),
    key(
        "monitoring",
        Shape::Table(MONITORING),
        "What a Prometheus operator reads.",
        "monitoring = { operator = true }",
    ),
    key(
        "taskPods",
        Shape::Table(TASK_PODS),
        "What pods of pipelines' tasks may do.",
        "taskPods = { cleanup = \"0 5 * * *\" }",
    ),
    value(
        "pipelines",
        "Pipelines by name, each with what its tasks wait for.",
        "pipelines = { training = { waitFor = { db = 5432 } } }",
    ),
    value(
        "volumes",
        "Claims that stand alone, by name: `size`, `storageClass`, `existingClaim`.",
        "volumes = { artifacts = { storageClass = \"fast\" } }",
    ),
    key(
        "components",
        Shape::Map(NameRule::Resource, &Shape::Table(CHART_KEYS)),
        "Workloads by name, each with what `helm` of a component takes.",
        "components = { redis = { replicas = 2 } }",
    ),
    EXTRA_OBJECTS.of_all(),
    value(
        "global",
        "Values that charts share.",
        "global = { region = \"eu\" }",
    ),
    EXTRA.of_all(),
];

const INGRESS: &[KeyShape] = &[
    value(
        "enabled",
        "Whether Ingresses publish `hosts`.",
        "enabled = true",
    ),
    value(
        "className",
        "The class of the Ingresses; empty: the cluster's default.",
        "className = \"nginx\"",
    ),
    value(
        "domain",
        "An entry of `hosts` without a `host` gets its key below this domain, with a Gateway too.",
        "domain = \"ml.example.com\"",
    ),
    value(
        "annotations",
        "Annotations of every Ingress.",
        "annotations = {}",
    ),
    value(
        "tls",
        "Whether addresses are `https`. With a Gateway the certificate belongs to its listener.",
        "tls = true",
    ),
    value(
        "tlsSecret",
        "The Secret with the certificate of hosts that name none; empty: `KEY-tls`.",
        "tlsSecret = \"wildcard\"",
    ),
    value(
        "hosts",
        "What is published, by name: `workload`, `port`, `host`, `path`, `strip`, `tlsSecret`, `localPort`.",
        "hosts = {}",
    ),
];

const GATEWAY: &[KeyShape] = &[
    value(
        "enabled",
        "Whether HTTPRoutes publish `ingress.hosts`.",
        "enabled = true",
    ),
    value(
        "parentRefs",
        "The Gateways that the routes belong to.",
        "parentRefs = [{ name = \"public\" }]",
    ),
    value(
        "annotations",
        "Annotations of every HTTPRoute.",
        "annotations = {}",
    ),
];

const NETWORK_POLICY: &[KeyShape] = &[
    value("enabled", "Whether there are policies.", "enabled = false"),
    value(
        "egress",
        "`open`: pods may leave the cluster; `strict`: only along `edges`.",
        "egress = \"strict\"",
    ),
    value(
        "controller",
        "Pods of the ingress controller or the Gateway, which reach the published ports.",
        "controller = [{ namespaceSelector = {} }]",
    ),
    value(
        "dns",
        "The cluster's DNS.",
        "dns = [{ namespaceSelector = {} }]",
    ),
    value(
        "extraIngress",
        "Further peers as Kubernetes writes them, each with `to` (workloads) and `ports` (their names).",
        "extraIngress = [{ ipBlock = { cidr = \"10.9.0.0/16\" } }]",
    ),
    value(
        "clusterCidrs",
        "Addresses inside of the cluster, closed unless an edge opens them.",
        "clusterCidrs = [\"10.0.0.0/8\"]",
    ),
    value(
        "apiServer",
        "Where the cluster's API is: `cidrs` and `ports`.",
        "apiServer = { cidrs = [\"10.0.0.1/32\"] }",
    ),
    value("edges", "Who reaches whom.", "edges = []"),
];

const MONITORING: &[KeyShape] = &[
    value(
        "operator",
        "Whether there are PodMonitors and PrometheusRules.",
        "operator = true",
    ),
    value(
        "labels",
        "What the operator selects them by.",
        "labels = { release = \"kube-prometheus-stack\" }",
    ),
];

const TASK_PODS: &[KeyShape] = &[
    value(
        "securityContext",
        "Rights of their containers.",
        "securityContext = { runAsNonRoot = true }",
    ),
    value(
        "podSecurityContext",
        "Rights of the pods.",
        "podSecurityContext = { fsGroup = 1000 }",
    ),
    value(
        "cleanup",
        "When those that failed are removed: a cron line; empty: never.",
        "cleanup = \"0 5 * * *\"",
    ),
];
