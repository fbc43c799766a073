//! The keys of a component.

use super::{
    form::{Form, NameRule},
    shape::{KeyShape, Shape},
};

const fn key(
    name: &'static str,
    shape: Shape,
    doc: &'static str,
    example: &'static str,
) -> KeyShape {
    KeyShape::new(name, shape, doc, example)
}

pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);
pub(super) const FREE: Shape = Shape::Plain(Form::Free);
pub(super) const DURATION: Shape = Shape::Plain(Form::Duration);
const RESOURCE_NAME: Shape = Shape::Plain(Form::Name(NameRule::Resource));
const PORT_NAME: Shape = Shape::Plain(Form::Name(NameRule::Port));
const FREE_LIST: Shape = Shape::List(&FREE);
const COMMAND: Shape = Shape::Either(&[Shape::Text, TEXTS]);
const PORT_NUMBER: Shape = Shape::Integer(1, 65_535);
const PORTS: Shape = Shape::Either(&[PORT_NUMBER, Shape::Plain(Form::PortRange)]);
const CONDITION: Form = Form::Choice(&["healthy", "completed", "started"]);

pub(super) const ENV: Shape = Shape::Map(
    NameRule::Environment,
    &Shape::Either(&[
        Shape::Scalar,
        Shape::Table(&[key(
            "unset",
            Shape::Boolean,
            "`true` takes the variable away that a kind or a preset sets.",
            "env.LOG_LEVEL = { unset = true }",
        )
        .required()]),
    ]),
);

const DEPENDENCY: Shape = Shape::Either(&[
    Shape::Plain(CONDITION),
    Shape::Table(&[
        key(
            "on",
            Shape::Plain(CONDITION),
            "What to wait for. Left out: `completed` for a job, `healthy` where there is a health check, else `started`.",
            "on = \"started\"",
        ),
        key(
            "optional",
            Shape::Boolean,
            "Ordered if the other runs, absent if not.",
            "optional = true",
        ),
    ]),
]);

const PORT: Shape = Shape::Either(&[
    PORT_NUMBER,
    Shape::Plain(Form::PortRange),
    Shape::Table(&[
        key(
            "container",
            PORTS,
            "The port that the program listens on, or a range.",
            "container = 8172",
        ),
        key(
            "host",
            Shape::Either(&[PORT_NUMBER, Shape::Plain(Form::PublishedPort)]),
            "Publishes it on this port of the host; `\"auto\"`: any free one. Without it the port is reached from inside only.",
            "host = 8172",
        ),
        key(
            "protocol",
            Shape::Plain(Form::Choice(&["tcp", "udp"])),
            "`tcp` unless said otherwise.",
            "protocol = \"udp\"",
        ),
        key(
            "scheme",
            FREE,
            "What a URL of it starts with; `http` unless said otherwise.",
            "scheme = \"grpc\"",
        ),
        key(
            "path",
            FREE,
            "What a URL of it ends with.",
            "path = \"/ui\"",
        ),
        key(
            "bind",
            Shape::Plain(Form::Address),
            "The host's address to publish on; else `platform.bind`.",
            "bind = \"0.0.0.0\"",
        ),
    ]),
]);

pub(super) const VOLUME: Shape = Shape::Table(&[
    key(
        "mount",
        Shape::Plain(Form::ContainerPath),
        "Where it is in the container.",
        "mount = \"/data\"",
    ),
    key(
        "size",
        Shape::Plain(Form::Memory),
        "What a claim asks for in Kubernetes.",
        "size = \"20Gi\"",
    ),
    key(
        "source",
        Shape::Plain(Form::Path),
        "A path on the host, absolute or relative to the project. Without it: a named persistent volume.",
        "source = \"model_serving/artifacts\"",
    ),
    key(
        "read_only",
        Shape::Boolean,
        "The container can't write to it.",
        "read_only = true",
    ),
    key(
        "shared",
        RESOURCE_NAME,
        "The platform's volume of that name in `[volumes]`.",
        "shared = \"artifacts\"",
    ),
    key(
        "data",
        Shape::Boolean,
        "The content of a `source` is data that `down --purge` may empty.",
        "data = true",
    ),
    key(
        "name",
        Shape::Plain(Form::EngineName),
        "Keeps or adopts a volume by its real name.",
        "name = \"old_mlflow_data\"",
    ),
    key(
        "external",
        Shape::Boolean,
        "Nothing creates or removes it.",
        "external = true",
    ),
]);

const FILE: Shape = Shape::Table(&[
    key(
        "source",
        Shape::Plain(Form::Path),
        "A file of the project, or a folder of such; read when compiling, at most 900 KB.",
        "source = \"config/app.yaml\"",
    ),
    key(
        "content",
        Shape::Text,
        "The text itself; references may stand in it.",
        "content = \"url: ${components.mlflow.http.url}\"",
    ),
    key(
        "secret",
        RESOURCE_NAME,
        "The secret whose value the file holds.",
        "secret = \"db-password\"",
    ),
    key(
        "mode",
        Shape::Plain(Form::Mode),
        "The file's mode, octal.",
        "mode = \"0644\"",
    ),
    key(
        "template",
        Shape::Plain(Form::Path),
        "In a kind: a template below `templates/`.",
        "template = \"kinds/feast/feature_store.yaml\"",
    ),
    key(
        "generated",
        Shape::Plain(Form::Path),
        "In a kind: a file or folder that a target generates.",
        "generated = \"prometheus/prometheus.yml\"",
    ),
    key(
        "setting",
        FREE,
        "In a kind: the setting that names the user's file or files.",
        "setting = \"config\"",
    ),
]);

const HEALTH: Shape = Shape::Either(&[
    Shape::Table(&[
        key(
            "http",
            Shape::Text,
            "The path to GET; anything but success is unhealthy.",
            "http = \"/readyz\"",
        ),
        key("port", PORT_NAME, "The port of `http`.", "port = \"http\""),
        key(
            "tcp",
            PORT_NAME,
            "The port that must accept a connection.",
            "tcp = \"broker\"",
        ),
        key(
            "command",
            TEXTS,
            "A command that ends with 0 when healthy.",
            "command = [\"pg_isready\"]",
        ),
        key(
            "shell",
            Shape::ShellText,
            "A line for the image's `/bin/sh`.",
            "shell = \"redis-cli -e ping | grep -q PONG\"",
        ),
        key(
            "interval",
            DURATION,
            "Between two checks; 10s unless said otherwise.",
            "interval = \"10s\"",
        ),
        key(
            "timeout",
            DURATION,
            "How long one may take; 5s unless said otherwise.",
            "timeout = \"5s\"",
        ),
        key(
            "retries",
            Shape::Integer(1, 1000),
            "Failures in a row that make it unhealthy; 5 unless said otherwise.",
            "retries = 5",
        ),
        key(
            "start_period",
            DURATION,
            "Failures in this time after the start do not count; 30s unless said otherwise.",
            "start_period = \"60s\"",
        ),
    ]),
    Shape::Boolean,
]);

const METRICS: Shape = Shape::Either(&[
    Shape::Table(&[
        key("port", PORT_NAME, "The port to scrape.", "port = \"http\""),
        key(
            "path",
            FREE,
            "`/metrics` unless said otherwise.",
            "path = \"/metrics\"",
        ),
        key(
            "interval",
            DURATION,
            "Between two scrapes; else Prometheus' own.",
            "interval = \"5s\"",
        ),
        key(
            "honor_labels",
            Shape::Boolean,
            "The scraped labels win over Prometheus' own.",
            "honor_labels = true",
        ),
    ]),
    Shape::Boolean,
]);

const CPU: Shape = Shape::Either(&[Shape::Plain(Form::Cpu), Shape::Cores]);

pub(super) const RESOURCES: Shape = Shape::Table(&[
    key("cpu", CPU, "Processors that it asks for.", "cpu = \"500m\""),
    key(
        "memory",
        Shape::Plain(Form::Memory),
        "Memory that it asks for, and its limit.",
        "memory = \"1Gi\"",
    ),
    key(
        "gpu",
        Shape::Integer(1, 64),
        "Graphics processors.",
        "gpu = 1",
    ),
    key(
        "limits",
        Shape::Table(&[key(
            "cpu",
            CPU,
            "A limit of processors: only where said.",
            "cpu = 2",
        )]),
        "Limits beside the memory's.",
        "limits = { cpu = \"2\" }",
    ),
]);

pub(super) const ALERT: Shape = Shape::Table(&[
    key(
        "expr",
        Shape::Plain(Form::PromQl),
        "Fires while this returns anything.",
        "expr = \"up == 0\"",
    )
    .required(),
    key(
        "for",
        DURATION,
        "Only after it held for so long.",
        "for = \"5m\"",
    ),
    key(
        "severity",
        FREE,
        "The label `severity`; `warning` unless said otherwise.",
        "severity = \"critical\"",
    ),
    key(
        "summary",
        FREE,
        "One line for a person.",
        "summary = \"the API is down\"",
    ),
    key(
        "description",
        FREE,
        "What it means and what to do.",
        "description = \"look at the logs first\"",
    ),
]);

pub(super) const BUILD: Shape = Shape::Table(&[
    key(
        "context",
        Shape::Plain(Form::Path),
        "The folder to build from, relative to the project.",
        "context = \"model_serving\"",
    )
    .required(),
    key(
        "dockerfile",
        Shape::Plain(Form::Path),
        "Relative to the context; `Dockerfile` unless said otherwise.",
        "dockerfile = \"deployment/Dockerfile\"",
    ),
    key(
        "args",
        Shape::Map(NameRule::Environment, &Shape::Scalar),
        "Build arguments.",
        "args = { PYTHON = \"3.12\" }",
    ),
    key(
        "target",
        FREE,
        "The stage to build.",
        "target = \"runtime\"",
    ),
    key(
        "cache_from",
        FREE_LIST,
        "Images whose layers may be reused.",
        "cache_from = [\"mlopsvn/base:1\"]",
    ),
]);

const ULIMIT: Shape = Shape::Either(&[
    Shape::Integer(-1, i64::MAX),
    Shape::Table(&[
        key(
            "soft",
            Shape::Integer(-1, i64::MAX),
            "The soft limit.",
            "soft = -1",
        ),
        key(
            "hard",
            Shape::Integer(-1, i64::MAX),
            "The hard limit.",
            "hard = -1",
        ),
    ]),
]);

/// Every key of `[components.C]`, but for `parts`, whose tables take the same keys.
pub const COMPONENT: &[KeyShape] = &[
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
        "external",
        Shape::Either(&[Shape::Map(
            NameRule::Port,
            &Shape::Either(&[PORT_NUMBER, FREE]),
        )]),
        "It runs elsewhere: `{ host, port }`, or `{ PORT = \"host:port\" }` for several ports.",
        "external = { host = \"db.example.com\", port = 5432 }",
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
        "settings",
        Shape::Map(NameRule::Identifier, &Shape::Any),
        "Parameters of the kind.",
        "settings = { database = \"mlflow\" }",
    ),
    key(
        "uses",
        Shape::Map(NameRule::Identifier, &Shape::Either(&[FREE, FREE_LIST])),
        "Roles of the kind, bound to components: `\"component\"`, `\"component/database\"`, or a list.",
        "uses = { backend_store = \"mlflow-db\" }",
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
        "ports",
        Shape::Map(NameRule::Port, &PORT),
        "What it listens on.",
        "ports.http = { container = 8172, host = 8172 }",
    ),
    key(
        "volumes",
        Shape::Map(NameRule::Resource, &VOLUME),
        "What it keeps.",
        "volumes.data = { mount = \"/data\", size = \"20Gi\" }",
    ),
    key(
        "files",
        Shape::Map(NameRule::ContainerPath, &FILE),
        "Files mounted read-only, by their path in the container.",
        "files.\"/etc/app.yaml\" = { source = \"config/app.yaml\" }",
    ),
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
        Shape::Plain(Form::Choice(&[
            "no",
            "always",
            "on-failure",
            "unless-stopped",
        ])),
        "`unless-stopped` unless said otherwise; for a job `no`.",
        "restart = \"always\"",
    ),
    key(
        "profiles",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Identifier))),
        "Off unless one of these is named.",
        "profiles = [\"debug\"]",
    ),
    key(
        "network_mode",
        FREE,
        "`host`, `none` or `service:X`.",
        "network_mode = \"host\"",
    ),
    key(
        "networks",
        Shape::List(&RESOURCE_NAME),
        "Networks of `[networks]` to join besides.",
        "networks = [\"office\"]",
    ),
    key(
        "aliases",
        FREE_LIST,
        "Further DNS names.",
        "aliases = [\"feature_store\"]",
    ),
    key(
        "alerts",
        Shape::Map(NameRule::Identifier, &ALERT),
        "Alerts beside the kind's own.",
        "alerts.Slow = { expr = \"...\", for = \"5m\" }",
    ),
    key(
        "allow",
        FREE_LIST,
        "Lints accepted here, on purpose.",
        "allow = [\"docker-socket\"]",
    ),
    key(
        "compose",
        Shape::Any,
        "Raw keys of the Compose service, merged last.",
        "compose = { stdin_open = true }",
    ),
    key(
        "helm",
        Shape::Any,
        "Raw values of the component in the chart, merged last.",
        "helm = { nodeSelector = { disk = \"ssd\" } }",
    ),
    key(
        "user",
        Shape::Either(&[Shape::Text, Shape::Integer(0, i64::MAX)]),
        "The user that it runs as.",
        "user = \"1000:0\"",
    ),
    key(
        "group_add",
        Shape::List(&Shape::Either(&[Shape::Text, Shape::Integer(0, i64::MAX)])),
        "Further groups of the user.",
        "group_add = [\"999\"]",
    ),
    key(
        "privileged",
        Shape::Boolean,
        "All rights on the host.",
        "privileged = true",
    ),
    key(
        "read_only",
        Shape::Boolean,
        "A root file system that can't be written.",
        "read_only = true",
    ),
    key(
        "tmpfs",
        Shape::Either(&[FREE, FREE_LIST]),
        "Paths kept in memory.",
        "tmpfs = [\"/tmp\"]",
    ),
    key(
        "devices",
        FREE_LIST,
        "Devices of the host.",
        "devices = [\"/dev/kmsg\"]",
    ),
    key(
        "labels",
        Shape::Map(NameRule::Free, &Shape::Scalar),
        "Labels of the container.",
        "labels = { team = \"ml\" }",
    ),
    key(
        "hostname",
        FREE,
        "The container's own host name.",
        "hostname = \"node1\"",
    ),
    key(
        "working_dir",
        Shape::Plain(Form::ContainerPath),
        "The folder that it starts in.",
        "working_dir = \"/app\"",
    ),
    key(
        "init",
        Shape::Boolean,
        "A small init as process 1.",
        "init = true",
    ),
    key(
        "shm_size",
        Shape::Either(&[Shape::Plain(Form::Bytes), Shape::Integer(1, i64::MAX)]),
        "Size of `/dev/shm`.",
        "shm_size = \"256Mi\"",
    ),
    key(
        "ulimits",
        Shape::Map(NameRule::Identifier, &ULIMIT),
        "Limits of the process.",
        "ulimits = { nofile = 65536 }",
    ),
    key(
        "cap_add",
        FREE_LIST,
        "Capabilities to add.",
        "cap_add = [\"NET_ADMIN\"]",
    ),
    key(
        "cap_drop",
        FREE_LIST,
        "Capabilities to drop.",
        "cap_drop = [\"ALL\"]",
    ),
    key(
        "extra_hosts",
        Shape::Either(&[FREE_LIST, Shape::Map(NameRule::Free, &FREE)]),
        "Further lines of `/etc/hosts`.",
        "extra_hosts = [\"host.docker.internal:host-gateway\"]",
    ),
    key(
        "platform",
        FREE,
        "The platform of the image.",
        "platform = \"linux/amd64\"",
    ),
    key("tty", Shape::Boolean, "A terminal.", "tty = true"),
    key(
        "stdin_open",
        Shape::Boolean,
        "Standard input stays open.",
        "stdin_open = true",
    ),
    key(
        "stop_grace_period",
        DURATION,
        "Between the stop signal and the end.",
        "stop_grace_period = \"60s\"",
    ),
    key(
        "stop_signal",
        FREE,
        "The signal that asks it to stop.",
        "stop_signal = \"SIGINT\"",
    ),
    key(
        "parts",
        Shape::Parts,
        "One workload of a kind that has several, with these same keys; `false` takes it away.",
        "parts.exporter = { resources = { memory = \"64Mi\" } }",
    ),
];
