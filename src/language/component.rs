//! The keys of a component, in sections, and which of them a kind's workloads have too.

use super::{
    form::{Form, NameRule},
    inner::*,
    shape::{KeyShape, Section, Shape, join, key, length},
};

const IDENTITY: &[KeyShape] = &[
    key(
        "kind",
        FREE,
        "The catalog entry; `service` (runs on) unless said otherwise, `job` runs to completion.",
        "kind = \"redis\"",
    ),
    key(
        "group",
        RESOURCE_NAME,
        "What it starts and stops with.",
        "group = \"feast\"",
    ),
    key(
        "presets",
        Shape::List(&RESOURCE_NAME),
        "Presets merged in order under the component's own keys, over its group's.",
        "presets = [\"service\"]",
    ),
    key(
        "description",
        FREE,
        "For people who read the architecture.",
        "description = \"Online feature store\"",
    ),
    key(
        "settings",
        Shape::Map(NameRule::Identifier, &Shape::Any),
        "Parameters of the kind, typed by it: `mlopsgen kinds NAME` lists them.",
        "settings = { database = \"mlflow\" }",
    ),
    key(
        "uses",
        Shape::Map(NameRule::Identifier, &Shape::Either(&[FREE, FREE_LIST])),
        "Roles of the kind, bound to components: `\"component\"`, `\"component/database\"`, or a list.",
        "uses = { backend_store = \"mlflow-db\" }",
    ),
    key(
        "external",
        Shape::Either(&[Shape::Map(
            NameRule::Port,
            &Shape::Either(&[PORT_NUMBER, FREE]),
        )]),
        "It runs elsewhere: `{ host, port }`, or `{ PORT = \"host:port\" }` for several ports.",
        "external = { host = \"db.example.com\", port = 5432 }",
    ),
    key(
        "parts",
        Shape::Parts,
        "One workload of a kind that has several, with these same keys; `false` takes it away.",
        "parts.exporter = { resources = { memory = \"64Mi\" } }",
    ),
];

const PROGRAM: &[KeyShape] = &[
    key(
        "image",
        Shape::Text,
        "`repo[:tag][@sha256:...]`.",
        "image = \"mlopsvn/model_serving:1.4.0\"",
    ),
    key(
        "version",
        Shape::Text,
        "The tag of the kind's image, or of an `image` without one.",
        "version = \"17.11\"",
    ),
    key(
        "build",
        BUILD,
        "Builds the image. Without `image` it is called `PLATFORM/COMPONENT:VERSION`.",
        "build = { context = \"model_serving\" }",
    ),
    key(
        "command",
        COMMAND,
        "What it runs: a list, or one string split as a shell splits it.",
        "command = [\"bash\", \"serve.sh\"]",
    ),
    key(
        "entrypoint",
        COMMAND,
        "Replaces the image's entry point.",
        "entrypoint = [\"/init\"]",
    ),
    key(
        "args",
        COMMAND,
        "Appended to the kind's command.",
        "args = [\"--verbose\"]",
    ),
    key(
        "env",
        ENV,
        "Environment variables: strings, numbers, booleans.",
        "env.LOG_LEVEL = \"info\"",
    ),
    key(
        "working_dir",
        Shape::Plain(Form::ContainerPath),
        "The folder that it starts in.",
        "working_dir = \"/app\"",
    ),
    key(
        "user",
        Shape::Either(&[Shape::Formed(Form::User), Shape::Integer(0, i64::MAX)]),
        "The user that it runs as: a name or number, with a group after `:` where wanted.",
        "user = \"1000:0\"",
    ),
    key(
        "group_add",
        Shape::List(&Shape::Either(&[
            Shape::Formed(Form::Account),
            Shape::Integer(0, i64::MAX),
        ])),
        "Further groups of the user.",
        "group_add = [\"999\"]",
    ),
];

const EDGES: &[KeyShape] = &[
    key(
        "ports",
        Shape::Map(NameRule::Port, &PORT),
        "What it listens on, by name: a number, a range, or a table. Without `host` a port is reached from inside only.",
        "ports.http = { container = 8172, host = 8172 }",
    ),
    key(
        "depends_on",
        Shape::Either(&[FREE_LIST, Shape::Map(NameRule::Free, &DEPENDENCY)]),
        "Start order. The list form waits for `completed` of a job, `healthy` where there is a health check, else `started`.",
        "depends_on = [\"redis\"]",
    ),
    key(
        "reaches",
        FREE_LIST,
        "Edges without order: all ports of `a`, or one: `a.grpc`.",
        "reaches = [\"redis\", \"kafka.broker\"]",
    ),
    key(
        "aliases",
        Shape::List(&Shape::Plain(Form::Alias)),
        "Further DNS names. In Kubernetes each is a Service where the name allows it.",
        "aliases = [\"feature_store\"]",
    ),
    key(
        "hostname",
        Shape::Plain(Form::HostName),
        "The container's own host name.",
        "hostname = \"node1\"",
    ),
    key(
        "networks",
        Shape::List(&RESOURCE_NAME),
        "Networks of `[networks]` to join besides.",
        "networks = [\"office\"]",
    ),
    key(
        "network_mode",
        FREE,
        "`host` (the host's own network), `none`, or `service:X` (that of component X): it joins no other network.",
        "network_mode = \"host\"",
    ),
    key(
        "extra_hosts",
        Shape::Either(&[
            Shape::List(&Shape::Plain(Form::ExtraHost)),
            Shape::Map(NameRule::Free, &Shape::Plain(Form::HostAddress)),
        ]),
        "Further lines of `/etc/hosts`.",
        "extra_hosts = [\"host.docker.internal:host-gateway\"]",
    ),
];

const MOUNTS: &[KeyShape] = &[
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &VOLUME),
        "What it keeps, by name. Without `source` it is a named volume that outlives the container.",
        "volumes.data = { mount = \"/data\", size = \"20Gi\" }",
    ),
    key(
        "files",
        Shape::Map(NameRule::ContainerPath, &FILE),
        "Files mounted read-only, by their path in the container.",
        "files.\"/etc/app.yaml\" = { source = \"config/app.yaml\" }",
    ),
];

const DEVICES: &[KeyShape] = &[
    key(
        "tmpfs",
        Shape::Either(&[
            Shape::Plain(Form::Tmpfs),
            Shape::List(&Shape::Plain(Form::Tmpfs)),
        ]),
        "Paths kept in memory.",
        "tmpfs = [\"/tmp\"]",
    ),
    key(
        "shm_size",
        Shape::Either(&[Shape::Plain(Form::Bytes), Shape::Integer(1, i64::MAX)]),
        "Size of `/dev/shm`.",
        "shm_size = \"256Mi\"",
    ),
    key(
        "devices",
        Shape::List(&Shape::Plain(Form::Device)),
        "Devices of the host, as Compose takes them.",
        "devices = [\"/dev/kmsg\"]",
    ),
];

const WATCH: &[KeyShape] = &[
    key(
        "health",
        HEALTH,
        "How to tell that it works; `false` switches the kind's check off.",
        "health = { http = \"/readyz\", port = \"http\" }",
    ),
    key(
        "metrics",
        METRICS,
        "What Prometheus scrapes; `false` for nothing.",
        "metrics = { port = \"http\", interval = \"5s\" }",
    ),
    key(
        "alerts",
        Shape::Map(NameRule::Identifier, &ALERT),
        "Alerts beside the kind's own.",
        "alerts.ServingDown = { expr = \"up == 0\", for = \"5m\" }",
    ),
];

const LIFE: &[KeyShape] = &[
    key(
        "resources",
        RESOURCES,
        "What it needs, in Kubernetes' units.",
        "resources = { cpu = \"500m\", memory = \"1Gi\" }",
    ),
    key(
        "replicas",
        Shape::Integer(0, 1000),
        "Pods in Kubernetes. In Compose one container if it publishes a port or writes a named volume.",
        "replicas = 2",
    ),
    key(
        "restart",
        Shape::Plain(Form::Restart),
        "`unless-stopped` unless said otherwise; for a job `no`.",
        "restart = \"always\"",
    ),
    key(
        "profiles",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Identifier))),
        "Off unless one of these is named at start; in the chart `enabled: false`.",
        "profiles = [\"debug\"]",
    ),
    key(
        "stop_grace_period",
        DURATION,
        "Between the stop signal and the end.",
        "stop_grace_period = \"60s\"",
    ),
    key(
        "stop_signal",
        Shape::Plain(Form::Signal),
        "The signal that asks it to stop.",
        "stop_signal = \"SIGINT\"",
    ),
    key(
        "init",
        Shape::Boolean,
        "A small init as process 1.",
        "init = true",
    ),
    key(
        "tty",
        Shape::Boolean,
        "A terminal is attached.",
        "tty = true",
    ),
    key(
        "stdin_open",
        Shape::Boolean,
        "Standard input stays open.",
        "stdin_open = true",
    ),
    key(
        "ulimits",
        Shape::Map(NameRule::Identifier, &ULIMIT),
        "Limits of the process.",
        "ulimits = { nofile = 65536 }",
    ),
];

const RIGHTS: &[KeyShape] = &[
    key(
        "privileged",
        Shape::Boolean,
        "All rights on the host: a lint asks whether that is meant.",
        "privileged = true",
    ),
    key(
        "read_only",
        Shape::Boolean,
        "A root file system that can't be written.",
        "read_only = true",
    ),
    key(
        "cap_add",
        Shape::List(&Shape::Plain(Form::Capability)),
        "Capabilities to add.",
        "cap_add = [\"NET_ADMIN\"]",
    ),
    key(
        "cap_drop",
        Shape::List(&Shape::Plain(Form::Capability)),
        "Capabilities to drop.",
        "cap_drop = [\"ALL\"]",
    ),
];

const REST: &[KeyShape] = &[
    key(
        "labels",
        Shape::Map(NameRule::Free, &Shape::Scalar),
        "Labels of the container.",
        "labels = { team = \"ml\" }",
    ),
    key(
        "platform",
        Shape::Plain(Form::ImagePlatform),
        "The platform of the image.",
        "platform = \"linux/amd64\"",
    ),
    key(
        "allow",
        FREE_LIST,
        "Lints accepted here, on purpose.",
        "allow = [\"docker-socket\"]",
    ),
    key(
        "compose",
        RAW_TABLE,
        "Raw keys of the Compose service, merged last.",
        "compose = { stdin_open = true }",
    ),
    key(
        "helm",
        RAW_TABLE,
        "Raw values of the component in the chart, merged last.",
        "helm = { nodeSelector = { disk = \"ssd\" } }",
    ),
];

/// Every key of `[components.C]`. The tables of `parts` take the same keys.
pub const COMPONENT_SECTIONS: &[Section] = &[
    Section {
        title: "What it is",
        keys: IDENTITY,
    },
    Section {
        title: "What it runs",
        keys: PROGRAM,
    },
    Section {
        title: "Ports and edges",
        keys: EDGES,
    },
    Section {
        title: "Volumes and files",
        keys: MOUNTS,
    },
    Section {
        title: "Memory and devices",
        keys: DEVICES,
    },
    Section {
        title: "Health, metrics and alerts",
        keys: WATCH,
    },
    Section {
        title: "Resources and life cycle",
        keys: LIFE,
    },
    Section {
        title: "Rights",
        keys: RIGHTS,
    },
    Section {
        title: "Labels, lints and raw keys",
        keys: REST,
    },
];

/// Every key of `[components.C]`, of a preset and of a part.
pub const COMPONENT: &[KeyShape] = &join::<{ length(COMPONENT_SECTIONS) }>(COMPONENT_SECTIONS);

/// Every key of `[workload]` in a kind file.
pub(super) const WORKLOAD_SECTIONS: &[Section] = &[
    Section {
        title: "What it runs",
        keys: PROGRAM,
    },
    Section {
        title: "Ports and edges",
        keys: EDGES,
    },
    Section {
        title: "Volumes and files",
        keys: KIND_MOUNTS,
    },
    Section {
        title: "Memory and devices",
        keys: DEVICES,
    },
    Section {
        title: "Health and metrics",
        keys: KIND_WATCH,
    },
    Section {
        title: "Resources and life cycle",
        keys: LIFE,
    },
    Section {
        title: "Rights",
        keys: RIGHTS,
    },
    Section {
        title: "Labels and raw keys",
        keys: REST,
    },
];

/// Every key of `[workload]` in a kind file.
pub(super) const WORKLOAD: &[KeyShape] = &join::<{ length(WORKLOAD_SECTIONS) }>(WORKLOAD_SECTIONS);

const KIND_MOUNTS: &[KeyShape] = &[
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &Shape::Table(KIND_VOLUME)),
        "What it keeps.",
        "volumes.data = { mount = \"/data\", size = \"10Gi\" }",
    ),
    key(
        "files",
        Shape::Map(NameRule::ContainerPath, &Shape::Table(KIND_FILE)),
        "Files mounted read-only, by their path in the container; references may stand in the path.",
        "files.\"/etc/feast/feature_store.yaml\" = { template = \"kinds/feast/feature_store.yaml\" }",
    ),
];

const KIND_WATCH: &[KeyShape] = &[
    key(
        "health",
        Shape::Either(&[Shape::Table(KIND_HEALTH), Shape::Boolean]),
        "How to tell that it works.",
        "health = { http = \"/health\", port = \"http\", with = \"curl\" }",
    ),
    key(
        "metrics",
        METRICS,
        "What Prometheus scrapes.",
        "metrics = { port = \"metrics\" }",
    ),
];
