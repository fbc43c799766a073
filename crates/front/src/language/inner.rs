//! The tables inside of a component: ports, volumes, files, health and what else has keys of its own.

use super::{
    form::{Form, NameRule},
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
    specification::Specified,
};
use crate::value::{Condition, ProbeTool, Protocol};

pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);
pub(super) const FREE: Shape = Shape::Plain(Form::Free);
pub(super) const DURATION: Shape = Shape::Plain(Form::Duration);
pub(super) const PERIOD: Shape = Shape::Plain(Form::Period);
pub(super) const RESOURCE_NAME: Shape = Shape::Plain(Form::Declared(NameRule::Resource));
pub(super) const PORT_NAME: Shape = Shape::Plain(Form::Declared(NameRule::Port));
pub(super) const FREE_LIST: Shape = Shape::List(&FREE);
/// Raw values of a component in the chart.
pub(super) const CHART_TABLE: Shape = Shape::Table(super::chart::CHART_KEYS);

pub(super) const CHART_TOP: Shape = Shape::Table(super::chart::CHART_TOP_KEYS);

/// Keys of another program's language, passed on unchanged.
pub(super) const RAW_TABLE: Shape = Shape::Map(NameRule::Free, &Shape::Any);

/// Raw keys of a Compose service.
pub(super) const COMPOSE_SERVICE: Shape = Shape::Specified(Specified::ComposeService);

/// Raw keys of the top level of a Compose file.
pub(super) const COMPOSE_FILE: Shape = Shape::Specified(Specified::ComposeFile);
pub(super) const COMMAND: Shape = Shape::Either(&[Shape::Text, TEXTS]);
pub(super) const PORT_NUMBER: Shape = Shape::Integer(1, 65_535);
pub(super) const PORTS: Shape = Shape::Either(&[PORT_NUMBER, Shape::Plain(Form::PortRange)]);
pub(super) const CONDITION: Form = Form::Choice(Condition::NAMES);

pub(super) const ENV: Shape = Shape::Map(
    NameRule::Environment,
    &Shape::Either(&[
        Shape::Scalar,
        Shape::Table(&[key(
            "unset",
            Shape::Boolean,
            "`true` removes a variable that a kind or a preset sets.",
            "unset = true",
        )
        .required()]),
    ]),
);

pub(super) const DEPENDENCY: Shape = Shape::Either(&[
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
            "It waits only if the other component runs.",
            "optional = true",
        ),
    ]),
]);

pub(super) const PORT: Shape = Shape::Either(&[
    PORT_NUMBER,
    Shape::Plain(Form::PortRange),
    Shape::Table(PORT_KEYS),
]);

pub(crate) const PORT_KEYS: &[KeyShape] = &[
    key(
        "container",
        PORTS,
        "The port that the program listens on, or a range.",
        "container = 8172",
    )
    .also_called(&["containerPort", "targetPort"]),
    key(
        "host",
        Shape::Either(&[PORT_NUMBER, Shape::Plain(Form::PublishedPort)]),
        "Publishes it on this port of the host; `\"auto\"`: any free one. Without it the port is reached from inside only.",
        "host = 8172",
    )
    .also_called(&["hostPort", "nodePort"])
    .only_here(),
    key(
        "protocol",
        Shape::Plain(Form::Choice(Protocol::NAMES)),
        "`tcp` by default.",
        "protocol = \"udp\"",
    ),
    key(
        "scheme",
        Shape::Plain(Form::Scheme),
        "The scheme of its URL; `http` by default.",
        "scheme = \"grpc\"",
    ),
    key(
        "path",
        Shape::Plain(Form::UrlPrefix),
        "The prefix under which the program serves, which is the path of its URL. If the kind supports it, the program, its health check, metrics and public address use it.",
        "path = \"/ui\"",
    ),
    key(
        "public_url",
        Shape::Plain(Form::WebAddress),
        "The address of this port for people, where it is not the main port: that of the main port is the component's `public_url`. A route sets it.",
        "public_url = \"https://admin.example.com\"",
    )
    .only_here(),
    BIND.only_here(),
];

pub(super) const FILE: Shape = Shape::Table(FILE_KEYS);

/// Keys of a file that platform.toml and kinds both have.
const COMMON_FILE: &[KeyShape] = &[
    key(
        "source",
        Shape::Plain(Form::Path),
        "A file of the project, or a folder of such; read when compiling, at most 900 KB.",
        "source = \"config/app.yaml\"",
    )
    .also_called(&["path", "file", "src"]),
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
        "The file's mode, octal. Where others may not read it, a cluster lets the group of `user` do so: 0400 is 0440 there.",
        "mode = \"0644\"",
    ),
];

const OWN_FILE_SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: COMMON_FILE,
    },
    Section {
        title: "",
        keys: &[key(
            "template",
            Shape::Plain(Form::Path),
            "A file of the project in which references are resolved; the rest of it stays as it is.",
            "template = \"nginx.conf\"",
        )],
    },
];

pub(super) const FILE_KEYS: &[KeyShape] = &join::<{ length(OWN_FILE_SECTIONS) }>(OWN_FILE_SECTIONS);

pub(super) const HEALTH: Shape = Shape::Either(&[Shape::Table(HEALTH_KEYS), Shape::Boolean]);

pub(super) const HEALTH_KEYS: &[KeyShape] = &[
    key(
        "http",
        Shape::Formed(Form::UrlPath),
        "The path to GET; anything but success is unhealthy.",
        "http = \"/readyz\"",
    )
    .also_called(&["path", "httpGet", "url", "endpoint"]),
    key("port", PORT_NAME, "The port of `http`.", "port = \"http\""),
    key(
        "tcp",
        PORT_NAME,
        "The port that must accept a connection.",
        "tcp = \"broker\"",
    )
    .also_called(&["tcpSocket"]),
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
        "shell = \"redis-cli ping | grep -q PONG\"",
    ),
    key(
        "interval",
        PERIOD,
        "Between two checks; 10s by default.",
        "interval = \"10s\"",
    ),
    key(
        "timeout",
        PERIOD,
        "How long one check may take; 5s by default.",
        "timeout = \"5s\"",
    ),
    key(
        "retries",
        Shape::Integer(1, 1000),
        "Failures in a row that make it unhealthy; 5 by default.",
        "retries = 5",
    ),
    key(
        "start_period",
        DURATION,
        "Failures in this time after the start do not count; 30s by default.",
        "start_period = \"60s\"",
    )
    .also_called(&["start"]),
    key(
        "compose",
        Shape::Boolean,
        "`false` if the image has no program for the check: Compose gets no check, Kubernetes probes from outside.",
        "compose = false",
    ),
    key(
        "liveness",
        Shape::Boolean,
        "`true`: Kubernetes restarts a container that fails the check. Set it if the check tests the program alone and not its dependencies. By default only a `tcp` check restarts; other checks only remove the pod from its Service.",
        "liveness = true",
    ),
    key(
        "probe",
        Shape::Boolean,
        "Whether Prometheus probes it from outside too, if it has no metrics and the check is `http` or `tcp`; `true` by default.",
        "probe = false",
    ),
];

const CPU: Shape = Shape::Either(&[Shape::Plain(Form::Cpu), Shape::Cores]);

/// What is asked for; which graphics processors can be asked for is declared where it is used.
macro_rules! resources {
    ($gpu:expr, $doc:literal) => {
        Shape::Table(&[
            key(
                "cpu",
                CPU,
                "The number of processors that it requests.",
                "cpu = \"500m\"",
            ),
            key(
                "memory",
                Shape::Plain(Form::Memory),
                "The memory that it requests, which is also its limit.",
                "memory = \"1Gi\"",
            ),
            key("gpu", $gpu, $doc, "gpu = 1"),
            key(
                "limits",
                Shape::Table(&[key(
                    "cpu",
                    CPU,
                    "A limit of processors; none by default.",
                    "cpu = 2",
                )]),
                "Further limits, beside the memory's.",
                "limits = { cpu = \"2\" }",
            ),
        ])
    };
}

const GPU_COUNT: Shape = Shape::Integer(1, 64);

/// How many, all, or the ids of devices.
const GPU: Shape = Shape::Either(&[
    GPU_COUNT,
    Shape::Plain(Form::Choice(&["all"])),
    Shape::List(&Shape::Either(&[
        Shape::Plain(Form::Name(NameRule::Free)),
        Shape::Integer(0, 1023),
    ])),
]);

pub(super) const RESOURCES: Shape = resources!(
    GPU,
    "Graphics processors: how many; in Compose also `\"all\"`, or a list of the ids of devices."
);

/// What a task of a pipeline asks for.
pub(super) const TASK_RESOURCES: Shape = resources!(
    GPU,
    "Graphics processors: how many; under Compose also `\"all\"`, or a list of the ids of devices."
);

const BYTES: Shape = Shape::Either(&[Shape::Plain(Form::Bytes), Shape::Integer(1, i64::MAX)]);

/// Said of a component's container, and of that of a task.
pub(super) const SHM_SIZE: KeyShape = key(
    "shm_size",
    BYTES,
    "Size of `/dev/shm`.",
    "shm_size = \"256Mi\"",
);

pub(super) const ALLOW: KeyShape = key(
    "allow",
    FREE_LIST,
    "Lints accepted here, on purpose.",
    "allow = [\"docker-socket\"]",
);

/// Where a port of the host is open.
pub(super) const BIND: KeyShape = key(
    "bind",
    Shape::Plain(Form::Address),
    "The host's address that ports are published on; that of a port replaces that of the platform, which is `127.0.0.1` by default.",
    "bind = \"192.168.1.10\"",
);

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
        "Relative to the context; `Dockerfile` by default.",
        "dockerfile = \"deployment/Dockerfile\"",
    )
    .also_called(&["file"]),
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

pub(super) const ULIMIT: Shape = Shape::Either(&[
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

const FILE_SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: COMMON_FILE,
    },
    Section {
        title: "",
        keys: &[
            key(
                "template",
                Shape::Plain(Form::Path),
                "A template below `templates/`, which sees `settings`, `roles`, `self`, `major` and `platform`.",
                "template = \"kinds/feast/feature_store.yaml\"",
            ),
            key(
                "generated",
                Shape::Formed(Form::Path),
                "A file or folder that a target generates.",
                "generated = \"prometheus/prometheus.yml\"",
            ),
            key(
                "setting",
                Shape::Plain(Form::Name(NameRule::Identifier)),
                "The setting that names the user's file, or the files below this path.",
                "setting = \"config\"",
            ),
            key(
                "of",
                Shape::Text,
                "The role whose filler has the `setting`, or `ROLE.ROLE` for a role of that one; left out: the component itself.",
                "of = \"backend_store\"",
            ),
            key(
                "stubs",
                Shape::Boolean,
                "The bodies of the pipelines' stubs.",
                "stubs = true",
            ),
        ],
    },
];

/// Keys of a file in a kind.
pub(super) const KIND_FILE: &[KeyShape] = &join::<{ length(FILE_SECTIONS) }>(FILE_SECTIONS);

const HEALTH_SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: HEALTH_KEYS,
    },
    Section {
        title: "",
        keys: &[
            key(
                "with",
                Shape::Plain(Form::Choice(ProbeTool::NAMES)),
                "The program of the image that asks in Compose, for `http` and `tcp`.",
                "with = \"wget\"",
            ),
            key(
                "outside",
                Shape::Text,
                "The path by which Prometheus asks the port `http` from outside, where the check itself is a command.",
                "outside = \"/v1/info\"",
            ),
            key(
                "in_cluster",
                Shape::ShellText,
                "The path of `http`, or the line of `shell`, that decides in a cluster whether requests reach it: where the check also asks for what is not the program's alone, such as a state of its data.",
                "in_cluster = \"/v2/health/live\"",
            ),
            key(
                "alive",
                Shape::Text,
                "The path of `http` that decides in a cluster whether it has started and, with `liveness`, whether it is restarted: where that of the check also waits for something.",
                "alive = \"/-/healthy\"",
            ),
        ],
    },
];

/// Keys of a health check in a kind.
pub(super) const KIND_HEALTH: &[KeyShape] = &join::<{ length(HEALTH_SECTIONS) }>(HEALTH_SECTIONS);
