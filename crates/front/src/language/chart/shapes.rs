//! Shapes of the chart's values, as its `values.schema.json` has them.

use crate::language::{
    form::{Form, NameRule},
    key::{KeyShape, key},
    shape::Shape,
    specification::Specified,
};

pub(super) const COUNT: Shape = Shape::Integer(0, i64::MAX);
pub(super) const PORT: Shape = Shape::Integer(1, 65535);
/// What templates of one's own read.
pub(super) const TABLE: Shape = Shape::Map(NameRule::Free, &Shape::Any);
/// Lists of Kubernetes' own shapes.
macro_rules! listed {
    ($name:literal) => {
        $crate::language::Shape::List(&$crate::language::Shape::Specified(
            $crate::language::Specified::KubernetesItem($name),
        ))
    };
}
pub(super) use listed;
pub(super) const OBJECTS: Shape = Shape::List(&Shape::Specified(Specified::KubernetesObject));
pub(super) const PEERS: Shape = listed!("NetworkPolicyPeer");

/// One of Kubernetes' own shapes.
pub(super) const fn kubernetes(name: &'static str) -> Shape {
    Shape::Specified(Specified::Kubernetes(name))
}

pub(super) const STRINGS: Shape = Shape::List(&Shape::Text);
/// A string with references, a number, a boolean, or a list of parts that the chart puts together.
pub(super) const TEXT: Shape = Shape::Either(&[Shape::Scalar, Shape::List(&Shape::Any)]);
pub(super) const TEXTS: Shape = Shape::List(&TEXT);
pub(super) const STRINGS_BY_NAME: Shape = Shape::Map(NameRule::Free, &Shape::Text);
pub(super) const TEXTS_BY_NAME: Shape = Shape::Map(NameRule::Free, &TEXT);

/// `"500m"`, `"2Gi"`, `2`, `0.5`.
const QUANTITY: Shape = Shape::Either(&[Shape::Text, Shape::Number]);
const QUANTITIES: Shape = Shape::Map(NameRule::Free, &QUANTITY);

pub(super) const KINDS: &[&str] = &["Deployment", "DaemonSet", "StatefulSet", "Job"];
const PROTOCOL: Shape = Shape::Plain(Form::Choice(&["TCP", "UDP", "SCTP"]));
const ACCESS_MODES: Shape = Shape::List(&Shape::Plain(Form::Choice(&[
    "ReadWriteOnce",
    "ReadWriteMany",
    "ReadOnlyMany",
    "ReadWriteOncePod",
])));

/// How much a claim holds.
const SIZE: KeyShape = key("size", QUANTITY, "How much it holds.", "size = \"20Gi\"");

/// A claim in the place of the chart's.
const EXISTING_CLAIM: KeyShape = key(
    "existingClaim",
    Shape::Text,
    "A claim that exists already.",
    "existingClaim = \"models\"",
);

/// Whether an object is the chart's own.
const CREATE: KeyShape = key(
    "create",
    Shape::Boolean,
    "Whether the chart makes it.",
    "create = false",
);

pub(super) const IMAGE: &[KeyShape] = &[
    key(
        "repository",
        TEXT,
        "Registry and name.",
        "repository = \"registry.example.com/ml/serving\"",
    ),
    key("tag", Shape::Scalar, "Its tag.", "tag = \"2.0\""),
    key(
        "digest",
        TEXT,
        "Its digest, which wins over the tag.",
        "digest = \"sha256:e3b0c442\"",
    ),
];

pub(super) const RESOURCES: &[KeyShape] = &[
    key(
        "requests",
        QUANTITIES,
        "What a node must have left.",
        "requests = { cpu = \"500m\" }",
    ),
    key(
        "limits",
        QUANTITIES,
        "What it may not exceed.",
        "limits = { memory = \"2Gi\" }",
    ),
    key(
        "claims",
        listed!("ResourceClaim"),
        "Devices that are allocated dynamically.",
        "claims = [{ name = \"gpu\" }]",
    ),
];

pub(super) const PORT_NUMBER: KeyShape = key("port", PORT, "Its number.", "port = 9000");
pub(super) const PORT_END: KeyShape = key(
    "endPort",
    PORT,
    "The last number of a range.",
    "endPort = 9010",
);
pub(super) const PORT_PROTOCOL: KeyShape = key(
    "protocol",
    PROTOCOL,
    "What is spoken below it.",
    "protocol = \"TCP\"",
);

pub(super) const PORT_KEYS: &[KeyShape] = &[PORT_NUMBER, PORT_END, PORT_PROTOCOL];

/// The number of a port that a check asks.
const CHECKED_PORT: KeyShape = key("port", PORT, "The port's number.", "port = 8000");

const HTTP_GET: &[KeyShape] = &[
    key("path", TEXT, "What is asked for.", "path = \"/ready\""),
    CHECKED_PORT,
    key(
        "scheme",
        Shape::Plain(Form::Choice(&["HTTP", "HTTPS"])),
        "How; `HTTP` by default.",
        "scheme = \"HTTPS\"",
    ),
];

const TCP_SOCKET: &[KeyShape] = &[CHECKED_PORT];

pub(super) const HEALTH: &[KeyShape] = &[
    key(
        "exec",
        TEXTS,
        "A command that is run in the container.",
        "exec = [\"check\"]",
    ),
    key(
        "httpGet",
        Shape::Table(HTTP_GET),
        "A request: `path`, `port` and `scheme`.",
        "httpGet = { path = \"/ready\", port = 8000, scheme = \"HTTP\" }",
    ),
    key(
        "tcpSocket",
        Shape::Table(TCP_SOCKET),
        "A connection: `port`.",
        "tcpSocket = { port = 8000 }",
    ),
    key(
        "periodSeconds",
        Shape::Integer(1, i64::MAX),
        "Seconds from one check to the next.",
        "periodSeconds = 30",
    ),
    key(
        "timeoutSeconds",
        Shape::Integer(1, i64::MAX),
        "Seconds that a check may take.",
        "timeoutSeconds = 5",
    ),
    key(
        "retries",
        Shape::Integer(1, i64::MAX),
        "Failures after which it counts as unhealthy.",
        "retries = 5",
    ),
    key(
        "startSeconds",
        COUNT,
        "Seconds that it may take to start.",
        "startSeconds = 60",
    ),
    key(
        "liveness",
        Shape::Boolean,
        "Whether it is restarted when the check fails.",
        "liveness = true",
    ),
    key(
        "alivePath",
        TEXT,
        "The path that is asked before a restart, and at the start; that of `httpGet` by default.",
        "alivePath = \"/live\"",
    ),
];

pub(super) const MOUNT: &[KeyShape] = &[
    key(
        "mountPath",
        Shape::Text,
        "The path in the container.",
        "mountPath = \"/data\"",
    ),
    key(
        "subPath",
        Shape::Text,
        "A folder of the volume.",
        "subPath = \"models\"",
    ),
    key(
        "readOnly",
        Shape::Boolean,
        "Whether it is only read.",
        "readOnly = true",
    ),
    SIZE,
    key(
        "accessModes",
        ACCESS_MODES,
        "Who may mount its claim.",
        "accessModes = [\"ReadWriteOnce\"]",
    ),
    key(
        "storageClass",
        Shape::Text,
        "What provides its claim.",
        "storageClass = \"fast\"",
    ),
    EXISTING_CLAIM,
    key(
        "claim",
        Shape::Text,
        "One of the claims in `volumes` at the top.",
        "claim = \"artifacts\"",
    ),
    key(
        "hostPath",
        Shape::Text,
        "A path of the node.",
        "hostPath = \"/var/log\"",
    ),
    key(
        "hostPathType",
        Shape::Text,
        "What has to be there.",
        "hostPathType = \"Directory\"",
    ),
    key(
        "mountPropagation",
        Shape::Plain(Form::Choice(&["None", "HostToContainer", "Bidirectional"])),
        "Whether mounts on one side are seen on the other.",
        "mountPropagation = \"HostToContainer\"",
    ),
    key(
        "memory",
        Shape::Boolean,
        "Whether it is kept in memory.",
        "memory = true",
    ),
    key(
        "sizeLimit",
        QUANTITY,
        "How much fits in memory.",
        "sizeLimit = \"1Gi\"",
    ),
];

pub(super) const ACCOUNT: &[KeyShape] = &[
    CREATE,
    key(
        "name",
        Shape::Formed(Form::ObjectName),
        "Its name.",
        "name = \"trainer\"",
    ),
    key(
        "annotations",
        STRINGS_BY_NAME,
        "Its annotations.",
        "annotations = { team = \"ml\" }",
    ),
    key(
        "automountToken",
        Shape::Boolean,
        "Whether its token is mounted.",
        "automountToken = false",
    ),
];

pub(super) const CAPABILITIES: &[KeyShape] = &[
    key(
        "add",
        STRINGS,
        "Those that it gets.",
        "add = [\"NET_BIND_SERVICE\"]",
    ),
    key("drop", STRINGS, "Those that it loses.", "drop = [\"ALL\"]"),
];

pub(super) const HPA: &[KeyShape] = &[
    key(
        "minReplicas",
        COUNT,
        "Pods at least; by default as many as `replicas`.",
        "minReplicas = 1",
    ),
    key("maxReplicas", COUNT, "Pods at most.", "maxReplicas = 5").required(),
    key(
        "cpu",
        Shape::Integer(1, i64::MAX),
        "Percent of the processors that it asks for.",
        "cpu = 80",
    ),
    key(
        "memory",
        Shape::Integer(1, i64::MAX),
        "Percent of the memory that it asks for.",
        "memory = 80",
    ),
    key(
        "metrics",
        listed!("MetricSpec"),
        "Further metrics as Kubernetes lists them.",
        "metrics = [{ type = \"Pods\" }]",
    ),
    key(
        "behavior",
        kubernetes("HorizontalPodAutoscalerBehavior"),
        "How fast it scales.",
        "behavior = { scaleDown = { stabilizationWindowSeconds = 300 } }",
    ),
];

pub(super) const HOST_ALIAS: &[KeyShape] = &[
    key("ip", Shape::Text, "The address.", "ip = \"10.0.0.1\"").required(),
    key("hostnames", STRINGS, "Its names.", "hostnames = [\"old\"]").required(),
];

pub(super) const SECRET: &[KeyShape] = &[
    key(
        "optional",
        Shape::Boolean,
        "Whether it may be missing.",
        "optional = true",
    ),
    key(
        "description",
        Shape::Text,
        "What the value is for.",
        "description = \"Login of the registry\"",
    ),
];

pub(super) const CLAIM: &[KeyShape] = &[
    key(
        "name",
        Shape::Text,
        "Its name in the cluster.",
        "name = \"artifacts\"",
    ),
    key(
        "component",
        Shape::Text,
        "The component that it belongs to.",
        "component = \"mlflow\"",
    ),
    key(
        "workload",
        Shape::Text,
        "The only workload that holds it.",
        "workload = \"mlflow\"",
    ),
    CREATE,
    SIZE,
    key(
        "accessModes",
        ACCESS_MODES,
        "Who may mount it.",
        "accessModes = [\"ReadWriteMany\"]",
    ),
    key(
        "storageClass",
        Shape::Text,
        "What provides it.",
        "storageClass = \"fast\"",
    ),
    EXISTING_CLAIM,
];

pub(super) const HOST: &[KeyShape] = &[
    key(
        "workload",
        Shape::Text,
        "The workload behind it.",
        "workload = \"mlflow\"",
    ),
    key("port", Shape::Text, "Its port, by name.", "port = \"http\""),
    key(
        "host",
        Shape::Text,
        "The host name; empty: the key and `domain`.",
        "host = \"ml.example.com\"",
    ),
    key("path", Shape::Text, "The path.", "path = \"/mlflow\""),
    key(
        "strip",
        Shape::Boolean,
        "Whether the path is taken away.",
        "strip = true",
    ),
    key(
        "tlsSecret",
        Shape::Text,
        "The Secret with its certificate.",
        "tlsSecret = \"ml-tls\"",
    ),
    key(
        "acme",
        Shape::Boolean,
        "Whether its certificate comes by ACME, from the issuer of `ingress.issuer`.",
        "acme = true",
    ),
    key(
        "localPort",
        PORT,
        "The port that the notes forward.",
        "localPort = 5000",
    ),
];

pub(super) const API_SERVER: &[KeyShape] = &[
    key(
        "lookup",
        Shape::Boolean,
        "Whether an upgrade asks the cluster for its addresses, where `cidrs` names none.",
        "lookup = true",
    ),
    key(
        "cidrs",
        STRINGS,
        "Its addresses.",
        "cidrs = [\"10.0.0.1/32\"]",
    ),
    key("ports", Shape::List(&PORT), "Its ports.", "ports = [6443]"),
];

/// `ParentReference` of the Gateway API.
pub(super) const PARENT: &[KeyShape] = &[
    key(
        "group",
        Shape::Text,
        "The API group of the Gateway.",
        "group = \"gateway.networking.k8s.io\"",
    ),
    key("kind", Shape::Text, "Its kind.", "kind = \"Gateway\""),
    key(
        "namespace",
        Shape::Text,
        "Its namespace.",
        "namespace = \"gateways\"",
    ),
    key(
        "name",
        Shape::Text,
        "The Gateway's name.",
        "name = \"public\"",
    )
    .required(),
    key(
        "sectionName",
        Shape::Text,
        "Its listener.",
        "sectionName = \"https\"",
    ),
    key("port", PORT, "The port of its listener.", "port = 443"),
];
