//! The keys of a kind file. Its workloads are written in the language of a component, with a few keys of their own.

mod about;
mod contradiction;
mod data_folder;
mod declared;
mod single;
mod watch;

use super::{
    alert::KIND_ALERT,
    component::{KIND_WORKLOAD, OF_KIND_PART},
    form::{Form, NameRule},
    inner::FREE,
    key::{KeyShape, Section, join, key, length},
    panel::KIND_PANEL,
    shape::Shape,
    slo::KIND_SLO,
    upstream::KIND_CHART,
};
use about::ABOUT;
use contradiction::CONTRADICTION;
use data_folder::DATA_FOLDER;
use declared::TOLD_IN_FILES;
use single::{SINGLE, SINGLE_BECAUSE};
use watch::RECORD;

const CONDITION: KeyShape = key(
    "if",
    Shape::Plain(Form::Free),
    "Only where this holds: an expression over `settings`, `roles`, `ports` (`ports.http.path`), `public_url`, `external`, `routes` (of an entry point: `routes.tls`), `major`, `files` (`files['/etc/x.yml']`: the user mounts one there), `env` (`env['X']`: the user sets it), `env_elsewhere` (variables stand in files or objects that are not read), `scraped` (by a Prometheus of the platform), `memory` (the main workload has an amount of it) and `platform`.",
    "if = \"settings.password\"",
);

const JOB: KeyShape = key(
    "job",
    Shape::Boolean,
    "It runs to completion.",
    "job = true",
);

/// What decides of a part what it is. None of it is a key of the workload.
pub const KIND_PART_ONLY: &[KeyShape] = &[
    CONDITION,
    JOB,
    key(
        "without",
        Shape::List(&FREE),
        "Shared keys of the main workload that this part does not take, whole or by name.",
        "without = [\"volumes.data\", \"command\"]",
    ),
    key(
        "exposes",
        Shape::List(&FREE),
        "Those lists of the kind's `exposes` whose metrics the job of this part has, and the main one lacks.",
        "exposes = [\"node-exporter-network\"]",
    ),
    key(
        "other_flags",
        Shape::Map(NameRule::Free, &FREE),
        "Flags and variables of this part's program, as the `other_flags` of a kind.",
        "other_flags = { \"--web.telemetry-path\" = \"metrics.path\" }",
    ),
];

const PART_SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: KIND_PART_ONLY,
    },
    Section {
        title: "",
        keys: OF_KIND_PART,
    },
];

/// Every key of `[parts.PART]` in a kind file.
pub const KIND_PART: &[KeyShape] = &join::<{ length(PART_SECTIONS) }>(PART_SECTIONS);

/// What `[[when]]` may lay over the rest.
const CONDITIONAL: &[KeyShape] = &[
    SINGLE,
    SINGLE_BECAUSE,
    key(
        "outputs",
        Shape::Map(NameRule::Identifier, &Shape::Text),
        "What others may refer to as `${components.C.OUTPUT}` and `${roles.R.OUTPUT}`.",
        "outputs.url = \"redis://${self.redis.address}/0\"",
    ),
    key(
        "workload",
        Shape::Table(KIND_WORKLOAD),
        "The main workload, in the keys of a component.",
        "workload.ports.redis = 6379",
    ),
    key(
        "parts",
        Shape::Map(NameRule::Resource, &Shape::Table(KIND_PART)),
        "Further workloads, `COMPONENT-PART`. Without an `image` of its own a part runs the kind's, with the shared keys of the main one.",
        "parts.exporter = { image = \"oliver006/redis_exporter\", version = \"v1.89.0\", ports = { metrics = 9121 } }",
    ),
    key(
        "charts",
        Shape::Map(NameRule::Resource, &KIND_CHART),
        "What it knows of charts of others that stand for it in a cluster (`chart`), by their names. In `values`, `@version`, `@resources` and `@volumes.V.size` are those of the component.",
        "charts.cluster = { labels = { app = \"${self.name}\" }, values = { storage = \"@volumes.data.size\" } }",
    ),
    key(
        "data_folders",
        Shape::List(&DATA_FOLDER),
        "Where the program of the main workload keeps its data, an entry for each folder or file: `apply` stops where a change makes it look elsewhere.",
        "data_folders = [{ default = \"/var/lib/postgresql/data\", env = [\"PGDATA\"], options = [\"D\", \"data_directory\"] }]",
    ),
    key(
        "told_in_files",
        Shape::List(&TOLD_IN_FILES),
        "What configuration files of the main workload's program say of its address: where they differ from platform.toml, health checks, scrapes and links would not follow.",
        "told_in_files = [{ files = [\"/etc/loki/platform.yaml\"], path = [\"server.http_path_prefix\"] }]",
    ),
    key(
        "contradictions",
        Shape::List(&CONTRADICTION),
        "Variables and flags that contradict what the kind says elsewhere (its health check, its scrape, its other variables, its clients): an error where a user sets one.",
        "contradictions = [{ env = [\"CLICKHOUSE_SKIP_USER_SETUP\"], unless = \"0\", because = \"the user is not made\", instead = \"all log in as it\" }]",
    ),
    key(
        "joined_env",
        Shape::Map(NameRule::Environment, &FREE),
        "Variables of the main workload that hold a list, each with the sign between its items: what a user writes in one follows what the kind has there.",
        "joined_env = { PYTHONPATH = \":\" }",
    ),
    key(
        "image_volumes",
        Shape::List(&Shape::Plain(Form::ContainerPath)),
        "Paths that the main workload's image declares as `VOLUME`. Where nothing is mounted at exactly such a path, runtimes put a volume there that goes with the container.",
        "image_volumes = [\"/var/lib/postgresql/data\"]",
    ),
    key(
        "image_command",
        Shape::List(&Shape::Text),
        "What the main workload's image starts by itself (`CMD`), where the kind sets no `command`: it is written out where a user has `args`, which would take its place. A `command` of the kind that begins with it loses it beside a user's own `entrypoint`.",
        "image_command = [\"nginx\", \"-g\", \"daemon off;\"]",
    ),
    key(
        "no_args",
        FREE,
        "What to write instead of `args`, where the image does not hand them on to its program.",
        "no_args = \"settings are variables: `env.KAFKA_LOG_RETENTION_HOURS = \\\"24\\\"`\"",
    ),
    key(
        "healthy",
        Shape::Plain(Form::KindPromQl),
        "1 for each instance that works, 0 or nothing where it does not; it keeps the labels `job` and `instance`. Left out: `up`, which for a program behind an exporter only says that the exporter answers.",
        "healthy = 'redis_up{${self.selector}}'",
    ),
    key(
        "started",
        Shape::Plain(Form::KindPromQl),
        "When each instance started, in seconds since 1970; dashboards mark it. Left out: when the process started that is scraped, which for a program behind an exporter is the exporter.",
        "started = 'redis_start_time_seconds{${self.selector}}'",
    ),
    key(
        "alerts",
        Shape::Map(NameRule::Identifier, &KIND_ALERT),
        "Alerts of every component of the kind that is scraped.",
        "alerts.RedisDown = { expr = 'redis_up{${self.selector}} == 0', for = \"1m\" }",
    ),
    key(
        "records",
        Shape::List(&RECORD),
        "Recording rules.",
        "records = [{ record = \"redis:hits\", expr = 'redis_keyspace_hits_total{${self.selector}}' }]",
    ),
    key(
        "panels",
        Shape::List(&KIND_PANEL),
        "The panels of the kind's dashboard, in order.",
        "panels = [{ title = \"Up\", queries = [{ expr = 'redis_up{${self.selector}}' }] }]",
    ),
    key(
        "slo",
        KIND_SLO,
        "How requests are counted: what a component's `slo` is measured by, and what the overview shows of it.",
        "slo = { requests = 'mlflow_http_request_total{${self.selector}}', errors = 'mlflow_http_request_total{${self.selector}, status=~\"5..\"}' }",
    ),
];

const CASE_ONLY: &[KeyShape] = &[CONDITION.required()];

const CASE_SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: CASE_ONLY,
    },
    Section {
        title: "",
        keys: CONDITIONAL,
    },
];

/// Every key of one of `[[when]]` in a kind file.
pub const KIND_CASE: &[KeyShape] = &join::<{ length(CASE_SECTIONS) }>(CASE_SECTIONS);

/// Every key of a kind file, in sections.
pub const KIND_SECTIONS: &[Section] = &[
    Section {
        title: "What it is",
        keys: ABOUT,
    },
    Section {
        title: "What it does",
        keys: CONDITIONAL,
    },
];

/// Every key of a kind file.
pub const KIND: &[KeyShape] = &join::<{ length(KIND_SECTIONS) }>(KIND_SECTIONS);
