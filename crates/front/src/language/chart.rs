//! The keys of the chart's values, which the raw tables may write: `helm` those of a component, `[raw.helm]` the others.

mod both;
mod top;

pub use top::CHART_TOP_KEYS;

use both::{
    AFFINITY, EXTRA, EXTRA_OBJECTS, IMAGE_PULL_SECRETS, NODE_SELECTOR, POD_SECURITY_CONTEXT,
    PRIORITY_CLASS_NAME, RUNTIME_CLASS_NAME, SECURITY_CONTEXT, TOLERATIONS,
};

use super::{
    key::{KeyShape, key},
    shape::Shape,
};

const fn value(name: &'static str, doc: &'static str, example: &'static str) -> KeyShape {
    key(name, Shape::Any, doc, example)
}

/// Every key that some template of the chart reads of a component's values.
pub(super) const CHART_KEYS: &[KeyShape] = &[
    value("enabled", "Whether it runs.", "enabled = false"),
    value("kind", "What it becomes.", "kind = \"StatefulSet\""),
    value(
        "image",
        "The image in its parts.",
        "image = { tag = \"2.0\" }",
    ),
    value("replicas", "Pods at once.", "replicas = 2"),
    value(
        "strategy",
        "How pods are replaced.",
        "strategy = \"Recreate\"",
    ),
    value(
        "restartPolicy",
        "Whether a job's failed container is started again.",
        "restartPolicy = \"OnFailure\"",
    ),
    value("backoffLimit", "Tries of a job.", "backoffLimit = 3"),
    value(
        "resources",
        "Requests and limits.",
        "resources = { limits = { memory = \"2Gi\" } }",
    ),
    value(
        "env",
        "Variables; references are completed by the chart.",
        "env = { LEVEL = \"debug\" }",
    ),
    value(
        "extraEnv",
        "Variables as Kubernetes lists them.",
        "extraEnv = [{ name = \"NODE\", valueFrom = { fieldRef = { fieldPath = \"spec.nodeName\" } } }]",
    ),
    value(
        "extraEnvFrom",
        "Sources of variables as Kubernetes lists them.",
        "extraEnvFrom = [{ configMapRef = { name = \"shared\" } }]",
    ),
    value("command", "Kubernetes' `command`.", "command = [\"serve\"]"),
    value("args", "Kubernetes' `args`.", "args = [\"--verbose\"]"),
    value(
        "workingDir",
        "The folder that it starts in.",
        "workingDir = \"/app\"",
    ),
    value(
        "ports",
        "Ports by name.",
        "ports = { admin = { port = 9000, protocol = \"TCP\" } }",
    ),
    value(
        "aliases",
        "Further Services of the same pods.",
        "aliases = [\"old-name\"]",
    ),
    value(
        "service",
        "Its Service: `type`, `annotations`, `nodePorts` by port, and other fields of its `spec`.",
        "service = { type = \"NodePort\", nodePorts = { http = 30080 } }",
    ),
    value(
        "serviceName",
        "The headless Service.",
        "serviceName = \"db-headless\"",
    ),
    value(
        "health",
        "The check behind its probes.",
        "health = { periodSeconds = 30 }",
    ),
    value(
        "syncWave",
        "When Argo CD applies it: after all of the waves before.",
        "syncWave = 2",
    ),
    value(
        "waitFor",
        "Services and ports that must take connections first.",
        "waitFor = { db = 5432 }",
    ),
    value(
        "waitForJobs",
        "Jobs that must have succeeded first.",
        "waitForJobs = [\"db-init\"]",
    ),
    value(
        "volumes",
        "What it mounts, by name.",
        "volumes = { data = { storageClass = \"fast\" } }",
    ),
    value(
        "extraVolumes",
        "Volumes as Kubernetes lists them.",
        "extraVolumes = [{ name = \"cache\", emptyDir = {} }]",
    ),
    value(
        "extraVolumeMounts",
        "Their mounts.",
        "extraVolumeMounts = [{ name = \"cache\", mountPath = \"/cache\" }]",
    ),
    value("files", "Files that it mounts.", "files = []"),
    value(
        "initContainers",
        "Containers that run before it.",
        "initContainers = [{ name = \"warm\", image = \"warm:1\" }]",
    ),
    value(
        "sidecars",
        "Containers beside it.",
        "sidecars = [{ name = \"proxy\", image = \"proxy:1\" }]",
    ),
    value(
        "serviceAccount",
        "An account of its own: `create`, `name`, `annotations`, `automountToken`.",
        "serviceAccount = { annotations = { \"eks.amazonaws.com/role-arn\" = \"arn:aws:iam::1:role/ml\" } }",
    ),
    IMAGE_PULL_SECRETS.own(),
    value("user", "UID, or UID:GID.", "user = \"1000:1000\""),
    value(
        "fsGroup",
        "The group that owns its claims.",
        "fsGroup = 1000",
    ),
    value(
        "supplementalGroups",
        "Further groups of its processes.",
        "supplementalGroups = [\"44\"]",
    ),
    SECURITY_CONTEXT.own(),
    POD_SECURITY_CONTEXT.own(),
    value(
        "mayBeRoot",
        "Whether it may run as root.",
        "mayBeRoot = true",
    ),
    value(
        "unrestricted",
        "Why Pod Security's `restricted` can't hold.",
        "unrestricted = \"it reads the node's files\"",
    ),
    value("privileged", "All rights on the node.", "privileged = true"),
    value(
        "allowPrivilegeEscalation",
        "Whether its processes may gain rights.",
        "allowPrivilegeEscalation = false",
    ),
    value(
        "readOnlyRootFilesystem",
        "`true`: its root file system is read-only.",
        "readOnlyRootFilesystem = true",
    ),
    value(
        "capabilities",
        "Capabilities to add and to drop.",
        "capabilities = { drop = [\"ALL\"] }",
    ),
    value(
        "podAnnotations",
        "Annotations of its pods.",
        "podAnnotations = { team = \"ml\" }",
    ),
    value(
        "podLabels",
        "Labels of its pods.",
        "podLabels = { team = \"ml\" }",
    ),
    NODE_SELECTOR.own(),
    TOLERATIONS.own(),
    AFFINITY.own(),
    value(
        "topologySpread",
        "How its pods spread.",
        "topologySpread = [{ maxSkew = 1, topologyKey = \"zone\", whenUnsatisfiable = \"ScheduleAnyway\" }]",
    ),
    value(
        "topologySpreadConstraints",
        "The same by Kubernetes' own name.",
        "topologySpreadConstraints = []",
    ),
    PRIORITY_CLASS_NAME.own(),
    RUNTIME_CLASS_NAME.own(),
    value(
        "hpa",
        "An autoscaler: `minReplicas`, `maxReplicas`, `cpu` and `memory` in percent, `metrics`, `behavior`.",
        "hpa = { maxReplicas = 5, cpu = 80 }",
    ),
    value(
        "pdb",
        "Its disruption budget, or `false`.",
        "pdb = { minAvailable = 1 }",
    ),
    value(
        "hostNetwork",
        "The network of its node.",
        "hostNetwork = true",
    ),
    value("hostPID", "The processes of its node.", "hostPID = true"),
    value(
        "hostname",
        "The name of its pod in itself.",
        "hostname = \"worker\"",
    ),
    value(
        "hostAliases",
        "Further lines of `/etc/hosts`.",
        "hostAliases = [{ ip = \"10.0.0.1\", hostnames = [\"old\"] }]",
    ),
    value("isolated", "It joins no network.", "isolated = true"),
    value(
        "startsPods",
        "It starts pods through the cluster's API.",
        "startsPods = true",
    ),
    value(
        "reads",
        "What it may read through the cluster's API in its namespace.",
        "reads = [\"pods\"]",
    ),
    value(
        "readsEverywhere",
        "What it may read in all namespaces; empty: nothing.",
        "readsEverywhere = [\"nodes/metrics\"]",
    ),
    value(
        "shareProcessNamespace",
        "Its containers see each other's processes.",
        "shareProcessNamespace = true",
    ),
    value(
        "terminationGracePeriodSeconds",
        "How long it may take to stop.",
        "terminationGracePeriodSeconds = 60",
    ),
    value(
        "lifecycle",
        "Kubernetes' hooks of its container. Without it one that is replaced pod by pod goes on for 5 seconds after it was asked to stop.",
        "lifecycle = { preStop = { exec = { command = [\"drain\"] } } }",
    ),
    value("tty", "A terminal.", "tty = true"),
    value("stdin", "An open standard input.", "stdin = true"),
    EXTRA_OBJECTS.own(),
    EXTRA.own(),
];
