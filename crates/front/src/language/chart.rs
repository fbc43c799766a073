//! The keys of the chart's values, which the raw tables may write: `helm` those of a component, `[raw.helm]` the others.

mod listed;
mod peers;
mod shapes;
mod top;
mod two_level;

pub use top::CHART_TOP_KEYS;

use listed::FILE;
use shapes::{
    ACCOUNT, CAPABILITIES, COUNT, HEALTH, HOST_ALIAS, HPA, IMAGE, KINDS, MOUNT, PORT, PORT_KEYS,
    RESOURCES, STRINGS, TEXT, TEXTS, TEXTS_BY_NAME, kubernetes, listed,
};
use two_level::{
    AFFINITY, EXTRA, EXTRA_OBJECTS, IMAGE_PULL_SECRETS, NODE_SELECTOR, POD_SECURITY_CONTEXT,
    PRIORITY_CLASS_NAME, RUNTIME_CLASS_NAME, SECURITY_CONTEXT, TOLERATIONS,
};

use super::{
    form::{Form, NameRule},
    key::{KeyShape, key},
    shape::Shape,
    specification::Specified,
};

/// Every key that some template of the chart reads of a component's values.
pub const CHART_KEYS: &[KeyShape] = &[
    key(
        "enabled",
        Shape::Boolean,
        "Whether it runs.",
        "enabled = false",
    ),
    key(
        "kind",
        Shape::Plain(Form::Choice(KINDS)),
        "What it becomes.",
        "kind = \"StatefulSet\"",
    ),
    key(
        "image",
        Shape::Table(IMAGE),
        "The image in its parts.",
        "image = { tag = \"2.0\" }",
    ),
    key(
        "replicas",
        COUNT,
        "Pods at once; in a values file `null`: something else scales it.",
        "replicas = 2",
    )
    .of_several_pods(),
    key(
        "strategy",
        Shape::Plain(Form::Choice(&["Recreate", "RollingUpdate"])),
        "How pods are replaced.",
        "strategy = \"Recreate\"",
    )
    .of_servers(),
    key(
        "restartPolicy",
        Shape::Plain(Form::Choice(&["Never", "OnFailure"])),
        "Whether a job's failed container is started again.",
        "restartPolicy = \"OnFailure\"",
    )
    .of_jobs(),
    key("backoffLimit", COUNT, "Tries of a job.", "backoffLimit = 3")
    .of_jobs(),
    key(
        "resources",
        Shape::Table(RESOURCES),
        "Requests and limits.",
        "resources = { limits = { memory = \"2Gi\" } }",
    ),
    key(
        "env",
        TEXTS_BY_NAME,
        "Variables; references are completed by the chart.",
        "env = { LEVEL = \"debug\" }",
    ),
    key(
        "extraEnv",
        listed!("EnvVar"),
        "Variables as Kubernetes lists them.",
        "extraEnv = [{ name = \"NODE\", valueFrom = { fieldRef = { fieldPath = \"spec.nodeName\" } } }]",
    ),
    key(
        "extraEnvFrom",
        listed!("EnvFromSource"),
        "Sources of variables as Kubernetes lists them.",
        "extraEnvFrom = [{ configMapRef = { name = \"shared\" } }]",
    ),
    key(
        "command",
        TEXTS,
        "Kubernetes' `command`.",
        "command = [\"serve\"]",
    ),
    key(
        "args",
        TEXTS,
        "Kubernetes' `args`.",
        "args = [\"--verbose\"]",
    ),
    key(
        "workingDir",
        Shape::Text,
        "The folder that it starts in.",
        "workingDir = \"/app\"",
    ),
    key(
        "ports",
        Shape::Map(NameRule::Free, &Shape::Table(PORT_KEYS)),
        "Ports by name.",
        "ports = { admin = { port = 9000, protocol = \"TCP\" } }",
    ),
    key(
        "aliases",
        STRINGS,
        "Further Services of the same pods.",
        "aliases = [\"old-name\"]",
    )
    .of_what_runs_on(),
    key(
        "service",
        Shape::Specified(Specified::ChartService),
        "Its Service: `type`, `annotations`, `nodePorts` by port, and other fields of its `spec`.",
        "service = { type = \"NodePort\", nodePorts = { http = 30080 } }",
    )
    .of_what_runs_on(),
    key(
        "serviceName",
        Shape::Text,
        "The headless Service.",
        "serviceName = \"db-headless\"",
    ),
    key(
        "health",
        Shape::Table(HEALTH),
        "The check behind its probes: what differs from its own, or a whole one.",
        "health = { tcpSocket = { port = 8000 }, periodSeconds = 30, timeoutSeconds = 5, retries = 5, startSeconds = 60 }",
    )
    .of_what_runs_on(),
    key(
        "syncWave",
        Shape::Integer(i64::MIN, i64::MAX),
        "When Argo CD applies it: after all of the waves before.",
        "syncWave = 2",
    )
    .of_pods(),
    key(
        "waitFor",
        Shape::Map(NameRule::Free, &PORT),
        "Services and ports that must take connections first.",
        "waitFor = { mlflow-db = 5432 }",
    ),
    key(
        "waitForJobs",
        STRINGS,
        "Jobs that must have succeeded first.",
        "waitForJobs = [\"db-init\"]",
    )
    .of_pods(),
    key(
        "volumes",
        Shape::Map(NameRule::Free, &Shape::Table(MOUNT)),
        "What it mounts, by name.",
        "volumes = { cache = { mountPath = \"/cache\", memory = true } }",
    ),
    key(
        "extraVolumes",
        listed!("Volume"),
        "Volumes as Kubernetes lists them.",
        "extraVolumes = [{ name = \"cache\", emptyDir = {} }]",
    ),
    key(
        "extraVolumeMounts",
        listed!("VolumeMount"),
        "Their mounts.",
        "extraVolumeMounts = [{ name = \"cache\", mountPath = \"/cache\" }]",
    ),
    key(
        "files",
        Shape::List(&Shape::Table(FILE)),
        "Files that it mounts.",
        "files = []",
    ),
    key(
        "initContainers",
        listed!("Container"),
        "Containers that run before it.",
        "initContainers = [{ name = \"warm\", image = \"warm:1\" }]",
    )
    .of_pods(),
    key(
        "sidecars",
        listed!("Container"),
        "Containers beside it.",
        "sidecars = [{ name = \"proxy\", image = \"proxy:1\" }]",
    )
    .of_pods(),
    key(
        "serviceAccount",
        Shape::Table(ACCOUNT),
        "An account of its own: `create`, `name`, `annotations`, `automountToken`.",
        "serviceAccount = { annotations = { \"eks.amazonaws.com/role-arn\" = \"arn:aws:iam::1:role/ml\" } }",
    )
    .of_pods(),
    IMAGE_PULL_SECRETS.of_workload().of_pods(),
    key("user", TEXT, "UID, or UID:GID.", "user = \"1000:1000\""),
    key(
        "fsGroup",
        COUNT,
        "The group that owns the volumes of its pod.",
        "fsGroup = 1000",
    )
    .of_pods(),
    key(
        "supplementalGroups",
        TEXTS,
        "Further groups of its processes.",
        "supplementalGroups = [\"44\"]",
    )
    .of_pods(),
    SECURITY_CONTEXT.of_workload(),
    POD_SECURITY_CONTEXT.of_workload().of_pods(),
    key(
        "mayBeRoot",
        Shape::Boolean,
        "Whether it may run as root.",
        "mayBeRoot = true",
    ),
    key(
        "unrestricted",
        Shape::Text,
        "Why Pod Security's `restricted` can't hold.",
        "unrestricted = \"it reads the node's files\"",
    ),
    key(
        "privileged",
        Shape::Boolean,
        "All rights on the node.",
        "privileged = true",
    ),
    key(
        "allowPrivilegeEscalation",
        Shape::Boolean,
        "Whether its processes may gain rights.",
        "allowPrivilegeEscalation = false",
    ),
    key(
        "readOnlyRootFilesystem",
        Shape::Boolean,
        "`true`: its root file system is read-only.",
        "readOnlyRootFilesystem = true",
    ),
    key(
        "capabilities",
        Shape::Table(CAPABILITIES),
        "Capabilities to add and to drop.",
        "capabilities = { drop = [\"ALL\"] }",
    ),
    key(
        "podAnnotations",
        TEXTS_BY_NAME,
        "Annotations of its pods.",
        "podAnnotations = { team = \"ml\" }",
    )
    .of_pods(),
    key(
        "podLabels",
        TEXTS_BY_NAME,
        "Labels of its pods.",
        "podLabels = { team = \"ml\" }",
    )
    .of_pods(),
    NODE_SELECTOR.of_workload().of_pods(),
    TOLERATIONS.of_workload().of_pods(),
    AFFINITY.of_workload().of_pods(),
    key(
        "topologySpread",
        listed!("TopologySpreadConstraint"),
        "How its pods spread.",
        "topologySpread = [{ maxSkew = 1, topologyKey = \"zone\", whenUnsatisfiable = \"ScheduleAnyway\" }]",
    )
    .of_pods(),
    key(
        "topologySpreadConstraints",
        listed!("TopologySpreadConstraint"),
        "The same by Kubernetes' own name.",
        "topologySpreadConstraints = []",
    )
    .of_pods(),
    PRIORITY_CLASS_NAME.of_workload().of_pods(),
    RUNTIME_CLASS_NAME.of_workload().of_pods(),
    key(
        "hpa",
        Shape::Table(HPA),
        "An autoscaler: `minReplicas`, `maxReplicas`, `cpu` and `memory` in percent, `metrics`, `behavior`.",
        "hpa = { maxReplicas = 5, cpu = 80 }",
    ),
    key(
        "pdb",
        kubernetes("PodDisruptionBudgetSpec"),
        "Its disruption budget, or `false`: none.",
        "pdb = { minAvailable = 1 }",
    )
    .of_servers(),
    key(
        "hostNetwork",
        Shape::Boolean,
        "The network of its node.",
        "hostNetwork = true",
    )
    .of_pods(),
    key(
        "hostPID",
        Shape::Boolean,
        "The processes of its node.",
        "hostPID = true",
    )
    .of_pods(),
    key(
        "hostname",
        Shape::Text,
        "The name of its pod in itself.",
        "hostname = \"worker\"",
    )
    .of_pods(),
    key(
        "hostAliases",
        Shape::List(&Shape::Table(HOST_ALIAS)),
        "Further lines of `/etc/hosts`.",
        "hostAliases = [{ ip = \"10.0.0.1\", hostnames = [\"old\"] }]",
    )
    .of_pods(),
    key(
        "isolated",
        Shape::Boolean,
        "It joins no network.",
        "isolated = true",
    )
    .of_pods(),
    key(
        "startsPods",
        Shape::Boolean,
        "It starts pods through the cluster's API.",
        "startsPods = true",
    )
    .of_pods(),
    key(
        "reads",
        STRINGS,
        "What it may read through the cluster's API in its namespace.",
        "reads = [\"pods\"]",
    )
    .of_pods(),
    key(
        "readsEverywhere",
        STRINGS,
        "What it may read in all namespaces; empty: nothing.",
        "readsEverywhere = [\"nodes/metrics\"]",
    )
    .of_pods(),
    key(
        "shareProcessNamespace",
        Shape::Boolean,
        "Its containers see each other's processes.",
        "shareProcessNamespace = true",
    )
    .of_pods(),
    key(
        "terminationGracePeriodSeconds",
        COUNT,
        "How long it may take to stop.",
        "terminationGracePeriodSeconds = 60",
    )
    .of_pods(),
    key(
        "lifecycle",
        kubernetes("Lifecycle"),
        "Kubernetes' hooks of its container. Without it one that is replaced pod by pod goes on for 5 seconds after it was asked to stop.",
        "lifecycle = { preStop = { exec = { command = [\"drain\"] } } }",
    )
    .of_what_runs_on(),
    key("tty", Shape::Boolean, "A terminal.", "tty = true"),
    key(
        "stdin",
        Shape::Boolean,
        "An open standard input.",
        "stdin = true",
    ),
    EXTRA_OBJECTS.of_workload(),
    EXTRA.of_workload(),
];
