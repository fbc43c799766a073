//! Values at the top of the chart.

use super::{
    CHART_KEYS,
    listed::{EDGE, FURTHER_SECRET},
    peers::{EXTRA_PEER, EXTRA_TARGET},
    shapes::{
        API_SERVER, CLAIM, HOST, PARENT, PEERS, PORT, SECRET, STRINGS, STRINGS_BY_NAME, TABLE,
        TEXTS_BY_NAME, kubernetes,
    },
    two_level::{
        AFFINITY, EXTRA, EXTRA_OBJECTS, IMAGE_PULL_SECRETS, NODE_SELECTOR, POD_SECURITY_CONTEXT,
        PRIORITY_CLASS_NAME, RUNTIME_CLASS_NAME, SECURITY_CONTEXT, TOLERATIONS,
    },
};
use crate::language::{
    form::{Form, NameRule},
    key::{KeyShape, key},
    shape::Shape,
};

/// Every key at the top of the chart's values.
pub const CHART_TOP_KEYS: &[KeyShape] = &[
    key(
        "existingSecret",
        Shape::Text,
        "The Secret that holds every secret of the platform.",
        "existingSecret = \"ml-secrets\"",
    ),
    key(
        "secrets",
        Shape::Map(NameRule::Free, &Shape::Table(SECRET)),
        "What that Secret must hold.",
        "secrets = { token = { optional = true } }",
    ),
    key(
        "externalSecrets",
        Shape::Table(EXTERNAL_SECRETS),
        "Where the External Secrets Operator finds the values.",
        "externalSecrets = { store = \"vault\" }",
    ),
    key(
        "secretsStore",
        Shape::Table(SECRETS_STORE),
        "What the Secrets Store CSI driver mounts.",
        "secretsStore = { providerClass = \"ml\" }",
    ),
    key(
        "vars",
        TEXTS_BY_NAME,
        "What may change from one installation to the next.",
        "vars = { region = \"eu\" }",
    ),
    IMAGE_PULL_SECRETS.of_all(),
    key(
        "imagePullPolicy",
        Shape::Plain(Form::Choice(&["Always", "IfNotPresent", "Never"])),
        "When images are pulled.",
        "imagePullPolicy = \"Always\"",
    ),
    key(
        "storageClass",
        Shape::Text,
        "The storage class of claims that name none.",
        "storageClass = \"fast\"",
    ),
    key(
        "waitImage",
        Shape::Text,
        "The image that waits for ports. It has `sh` and `nc`.",
        "waitImage = \"mirror.example.com/busybox:1.37.0\"",
    ),
    key(
        "jobWaitImage",
        Shape::Text,
        "The image that waits for jobs. Its entrypoint is `kubectl`.",
        "jobWaitImage = \"mirror.example.com/kubectl:v1.36.3\"",
    ),
    key(
        "imageNames",
        TEXTS_BY_NAME,
        "What images of jobs are called wherever they are pulled from, by their repositories: a job that has run does not run again for another registry.",
        "imageNames = { \"mirror.example.com/team/app\" = \"team/app\" }",
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
        "What pods of pipelines' tasks may do, and where they run.",
        "taskPods = { cleanup = \"0 5 * * *\" }",
    ),
    key(
        "pipelines",
        Shape::Map(NameRule::Free, &Shape::Table(PIPELINE)),
        "Pipelines by name, each with what its tasks wait for and where they run.",
        "pipelines = { training = { nodeSelector = { gpu = \"yes\" } } }",
    ),
    key(
        "volumes",
        Shape::Map(NameRule::Free, &Shape::Table(CLAIM)),
        "Claims that stand alone, by name: `size`, `storageClass`, `existingClaim`.",
        "volumes = { artifacts = { storageClass = \"fast\" } }",
    ),
    key(
        "components",
        Shape::Map(NameRule::Resource, &Shape::Table(CHART_KEYS)),
        "Workloads by name, each with what `helm` of a component takes.",
        "components = { redis = { enabled = false } }",
    ),
    EXTRA_OBJECTS.of_all(),
    key(
        "global",
        TABLE,
        "Values that charts share.",
        "global = { region = \"eu\" }",
    ),
    EXTRA.of_all(),
];

const EXTERNAL_SECRETS: &[KeyShape] = &[
    key(
        "store",
        Shape::Text,
        "The store from which the External Secrets Operator makes the Secrets; empty: they come from elsewhere.",
        "store = \"vault\"",
    ),
    key(
        "storeKind",
        Shape::Plain(Form::Choice(&["SecretStore", "ClusterSecretStore"])),
        "Whether the store is of the namespace or of the cluster.",
        "storeKind = \"ClusterSecretStore\"",
    ),
    key(
        "entry",
        Shape::Text,
        "The entry of the store that has a property for each of `secrets`.",
        "entry = \"ml/platform\"",
    ),
    key(
        "refreshInterval",
        Shape::Text,
        "How often the operator reads the store.",
        "refreshInterval = \"15m\"",
    ),
    key(
        "without",
        STRINGS,
        "Optional secrets that the entry does not have.",
        "without = [\"token\"]",
    ),
    key(
        "further",
        Shape::List(&Shape::Table(FURTHER_SECRET)),
        "Secrets that charts of others and Ingresses read in a form of their own: `name`, `type`, `data`, `reads`.",
        "further = []",
    ),
];

const SECRETS_STORE: &[KeyShape] = &[
    key(
        "providerClass",
        Shape::Text,
        "The SecretProviderClass that every pod that reads a secret mounts; empty: none. Its `secretObjects` make the Secret.",
        "providerClass = \"ml\"",
    ),
    key(
        "driver",
        Shape::Text,
        "The name of the CSI driver.",
        "driver = \"secrets-store.csi.k8s.io\"",
    ),
];

const INGRESS: &[KeyShape] = &[
    key(
        "enabled",
        Shape::Boolean,
        "Whether Ingresses publish `hosts`.",
        "enabled = true",
    ),
    key(
        "className",
        Shape::Text,
        "The class of the Ingresses; empty: the cluster's default.",
        "className = \"nginx\"",
    ),
    key(
        "domain",
        Shape::Text,
        "An entry of `hosts` without a `host` gets its key below this domain, with a Gateway too.",
        "domain = \"ml.example.com\"",
    ),
    key(
        "annotations",
        STRINGS_BY_NAME,
        "Annotations of every Ingress.",
        "annotations = {}",
    ),
    key(
        "tls",
        Shape::Boolean,
        "Whether addresses are `https`. With a Gateway the certificate belongs to its listener.",
        "tls = true",
    ),
    key(
        "tlsSecret",
        Shape::Text,
        "The Secret with the certificate of hosts that name none; empty: `KEY-tls`.",
        "tlsSecret = \"wildcard\"",
    ),
    key(
        "issuer",
        Shape::Text,
        "The issuer of cert-manager that makes the certificates of hosts with `acme`; empty: they come from elsewhere.",
        "issuer = \"letsencrypt\"",
    ),
    key(
        "issuerKind",
        Shape::Plain(Form::Choice(&["ClusterIssuer", "Issuer"])),
        "Whether the issuer is of the cluster or of the namespace.",
        "issuerKind = \"Issuer\"",
    ),
    key(
        "redirect",
        Shape::Boolean,
        "Whether requests by plain HTTP for hosts with a certificate are sent on to `https`.",
        "redirect = false",
    ),
    key(
        "hosts",
        Shape::Map(NameRule::Free, &Shape::Table(HOST)),
        "What is published, by name: `workload`, `port`, `host`, `path`, `strip`, `tlsSecret`, `acme`, `localPort`.",
        "hosts = {}",
    ),
];

const GATEWAY: &[KeyShape] = &[
    key(
        "enabled",
        Shape::Boolean,
        "Whether HTTPRoutes publish `ingress.hosts`, and no Ingresses.",
        "enabled = true",
    ),
    key(
        "parentRefs",
        Shape::List(&Shape::Table(PARENT)),
        "The Gateways that the routes belong to.",
        "parentRefs = [{ name = \"public\" }]",
    ),
    key(
        "redirectRefs",
        Shape::List(&Shape::Table(PARENT)),
        "Listeners of plain HTTP: what comes there for hosts with a certificate is sent on to `https`.",
        "redirectRefs = [{ name = \"public\", sectionName = \"http\" }]",
    ),
    key(
        "annotations",
        STRINGS_BY_NAME,
        "Annotations of every HTTPRoute.",
        "annotations = {}",
    ),
];

const NETWORK_POLICY: &[KeyShape] = &[
    key(
        "enabled",
        Shape::Boolean,
        "Whether there are policies.",
        "enabled = false",
    ),
    key(
        "egress",
        Shape::Plain(Form::Choice(&["open", "strict"])),
        "`open`: pods may leave the cluster; `strict`: only along `edges`.",
        "egress = \"strict\"",
    ),
    key(
        "controller",
        PEERS,
        "Pods of the ingress controller or the Gateway, which reach the published ports.",
        "controller = [{ namespaceSelector = {} }]",
    ),
    key(
        "dns",
        PEERS,
        "The cluster's DNS.",
        "dns = [{ namespaceSelector = {} }]",
    ),
    key(
        "serviceSources",
        PEERS,
        "Who reaches the ports of Services with an address outside of the cluster (`LoadBalancer`, `NodePort`); empty: everyone.",
        "serviceSources = [{ ipBlock = { cidr = \"203.0.113.0/24\" } }]",
    ),
    key(
        "extraIngress",
        Shape::List(&Shape::Table(EXTRA_PEER)),
        "Further peers as Kubernetes writes them, each with `to` (workloads) and `ports` (their names).",
        "extraIngress = [{ ipBlock = { cidr = \"10.9.0.0/16\" } }]",
    ),
    key(
        "extraEgress",
        Shape::List(&Shape::Table(EXTRA_TARGET)),
        "Further peers as Kubernetes writes them that are reached, each with `ports` as Kubernetes writes them, and `from` (workloads and pipelines).",
        "extraEgress = [{ ipBlock = { cidr = \"10.9.0.7/32\" }, ports = [{ port = 443 }] }]",
    ),
    key(
        "clusterCidrs",
        STRINGS,
        "Addresses inside of the cluster, closed unless an edge opens them.",
        "clusterCidrs = [\"10.0.0.0/8\"]",
    ),
    key(
        "apiServer",
        Shape::Table(API_SERVER),
        "Where the cluster's API is: `cidrs` on `ports`; without them what the cluster says where `lookup` is `true`, else every private address.",
        "apiServer = { cidrs = [\"10.0.0.1/32\"] }",
    ),
    key(
        "edges",
        Shape::List(&Shape::Table(EDGE)),
        "Who reaches whom.",
        "edges = []",
    ),
];

const MONITORING: &[KeyShape] = &[
    key(
        "operator",
        Shape::Boolean,
        "Whether there are objects for a Prometheus operator: PodMonitors, ScrapeConfigs, Probes and PrometheusRules.",
        "operator = true",
    ),
    key(
        "labels",
        STRINGS_BY_NAME,
        "What the operator selects them by.",
        "labels = { release = \"kube-prometheus-stack\" }",
    ),
];

const TASK_PODS: &[KeyShape] = &[
    key(
        "securityContext",
        kubernetes("SecurityContext"),
        "Rights of their containers.",
        "securityContext = { runAsNonRoot = true }",
    ),
    key(
        "podSecurityContext",
        kubernetes("PodSecurityContext"),
        "Rights of the pods.",
        "podSecurityContext = { fsGroup = 1000 }",
    ),
    key(
        "cleanup",
        Shape::Text,
        "When those that failed are removed: a cron line; empty: never.",
        "cleanup = \"0 5 * * *\"",
    ),
    TASK_NODE_SELECTOR,
    TASK_TOLERATIONS,
    TASK_AFFINITY,
    TASK_PRIORITY_CLASS_NAME,
    TASK_RUNTIME_CLASS_NAME,
    TASK_IMAGE_PULL_SECRETS,
    TASK_ACCOUNT,
];

// Of tasks' pods: what every pipeline has, and one of them instead.
const TASK_NODE_SELECTOR: KeyShape = NODE_SELECTOR
    .of_tasks("Labels that their nodes must have, in the place of those of every pod.");
const TASK_TOLERATIONS: KeyShape =
    TOLERATIONS.of_tasks("Taints of nodes that they tolerate, in the place of those of every pod.");
const TASK_AFFINITY: KeyShape =
    AFFINITY.of_tasks("Nodes and pods to place them near or away from.");
const TASK_PRIORITY_CLASS_NAME: KeyShape = PRIORITY_CLASS_NAME.of_tasks("Their priority.");
const TASK_RUNTIME_CLASS_NAME: KeyShape =
    RUNTIME_CLASS_NAME.of_tasks("What runs their containers.");
const TASK_IMAGE_PULL_SECRETS: KeyShape =
    IMAGE_PULL_SECRETS.of_tasks("Further Secrets with which their images are pulled.");

/// The account of tasks' pods. It is not made: a task that needs none has none.
const TASK_ACCOUNT: KeyShape = key(
    "serviceAccountName",
    Shape::Formed(Form::ObjectName),
    "The account that their pods run under; it must exist.",
    "serviceAccountName = \"trainer\"",
);

const PIPELINE: &[KeyShape] = &[
    key(
        "policy",
        Shape::Text,
        "The name of its policy.",
        "policy = \"training-tasks\"",
    ),
    key(
        "waitFor",
        Shape::Map(NameRule::Free, &PORT),
        "Services and ports for which tasks wait a minute at most.",
        "waitFor = { mlflow-db = 5432 }",
    ),
    TASK_NODE_SELECTOR,
    TASK_TOLERATIONS,
    TASK_AFFINITY,
    TASK_PRIORITY_CLASS_NAME,
    TASK_RUNTIME_CLASS_NAME,
    TASK_IMAGE_PULL_SECRETS,
    TASK_ACCOUNT,
];
