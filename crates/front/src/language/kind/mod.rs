//! The keys of a kind file. Its workloads are written in the language of a component, with a few keys of their own.

mod contradiction;
mod data_folder;
mod declared;
mod single;
mod watch;

use super::{
    alert::KIND_ALERT,
    component::{KIND_WORKLOAD, OF_KIND_PART},
    form::{Form, NameRule},
    inner::{FREE, FREE_LIST},
    key::{KeyShape, Section, join, key, length},
    panel::KIND_PANEL,
    shape::Shape,
    slo::KIND_SLO,
    upstream::KIND_CHART,
};
use crate::value::{Icon, Purpose};
use contradiction::CONTRADICTION;
use data_folder::DATA_FOLDER;
use declared::{
    BINDING, OWN_NAME, OWN_SECRET, OWN_VARIABLE, ROLE, SETTING, TOLD_IN_FILES, UPGRADE,
};
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
        "Variables that contradict what the kind says elsewhere (its health check, its other variables, its clients): an error where a user sets one.",
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

const ABOUT: &[KeyShape] = &[
    key(
        "title",
        FREE,
        "For docs and dashboards; its file's name by default.",
        "title = \"Redis\"",
    ),
    key(
        "description",
        FREE,
        "What it is, in one line.",
        "description = \"In-memory store\"",
    ),
    key(
        "icon",
        Shape::Plain(Form::Choice(Icon::NAMES)),
        "Its shape in the architecture's picture; `server` by default.",
        "icon = \"store\"",
    ),
    key(
        "family",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "What it belongs to, with others: `init --with` puts the components of a family into one group of that name. Its own name by default.",
        "family = \"streams\"",
    ),
    key(
        "purpose",
        Shape::Plain(Form::Choice(Purpose::NAMES)),
        "What it does for the platform as a whole. `metrics`, `dashboards`, `pipelines` and `ci`: it reads the files of the target `prometheus`, `grafana`, `airflow` or `jenkins`. `container-metrics` and `machine-metrics`: it has the metrics of cAdvisor or of node_exporter. `login`: routes let it ask people to log in.",
        "purpose = \"container-metrics\"",
    ),
    key(
        "any_program",
        Shape::Boolean,
        "It is for programs of all sorts: docs call a component of it after its image, not after the kind.",
        "any_program = true",
    ),
    key(
        "extends",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "This file is laid over that kind's. A user's file of an embedded kind's own name may extend it.",
        "extends = \"redis\"",
    ),
    key(
        "image",
        FREE,
        "The repository of the kind's own image, without a tag.",
        "image = \"redis\"",
    ),
    key(
        "version",
        FREE,
        "The tag of a component that names none.",
        "version = \"8.10.2-alpine3.23\"",
    ),
    key(
        "majors",
        Shape::List(&Shape::Integer(0, 1_000_000)),
        "Major versions that it knows; another one is an error. Left out: any.",
        "majors = [7, 8]",
    ),
    key(
        "version_words",
        Shape::List(&FREE),
        "Words that stand before its program's version in the tags of images that add something to it: `2.17.2-pg18` is PostgreSQL 18.",
        "version_words = [\"pg\"]",
    ),
    key(
        "upgrades",
        Shape::List(&UPGRADE),
        "What a change of the version asks for where a store has data already: `apply` stops and says it.",
        "[[upgrades]]\non = \"up\"\nneeds = \"dump with the old version, restore into the new one\"",
    ),
    key(
        "first_start",
        Shape::Map(NameRule::Environment, &FREE),
        "Variables that the program reads only where it has no data yet, each with what a change of it asks for: `apply` stops and says it.",
        "first_start = { POSTGRES_DB = \"rename the database in the server\" }",
    ),
    key(
        "encrypted_with",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables whose value encrypts what the program keeps in a database of `uses`; of several the first that is set.",
        "encrypted_with = [\"SALT_KEY\", \"MASTER_KEY\"]",
    ),
    key(
        "variant",
        FREE,
        "What a tag of its image must hold: other variants of the image lack what the kind needs.",
        "variant = \"-full\"",
    ),
    key(
        "variant_since",
        FREE,
        "The oldest version that has tags with `variant`.",
        "variant_since = \"3.9.0\"",
    ),
    key(
        "unfit_variants",
        Shape::List(&FREE),
        "What no tag of its image may hold: these variants of the image lack what the kind needs.",
        "unfit_variants = [\"-distroless\"]",
    ),
    key(
        "other_images",
        Shape::List(&FREE),
        "Images of other makers with the same program, whose variables, commands and paths are not those of the kind: a component that names one is warned of (`tag-form`). Those of makers whose images are all like that stand in `templates/images.toml`.",
        "other_images = [\"confluentinc/cp-kafka\"]",
    ),
    key(
        "gpu_variants",
        Shape::List(&FREE),
        "What a tag of its image holds, one of these, if its programs can use a graphics processor; the first is what `tag-form` proposes.",
        "gpu_variants = [\"-gpu\", \"-cu\"]",
    ),
    key(
        "oldest",
        FREE,
        "The oldest version that it can run, where that is not the first of a major.",
        "oldest = \"2.7.0\"",
    ),
    key(
        "end_of_life",
        Shape::Map(NameRule::Free, &FREE),
        "Versions that get no fixes any more, and since when.",
        "end_of_life = { \"13\" = \"2025-11-13\" }",
    ),
    key(
        "ended_before",
        Shape::List(&FREE),
        "Versions in `end_of_life` before which all of their major have ended, too.",
        "ended_before = [\"8.14\"]",
    ),
    key(
        "older_with",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The setting with which versions run that are older than `oldest`: what they can't read is not there then.",
        "older_with = \"config\"",
    ),
    key(
        "flags_by_variable",
        Shape::Map(NameRule::Free, &FREE),
        "Variables of the program, each with the flag in whose place it stands.",
        "flags_by_variable = { MLFLOW_STATIC_PREFIX = \"--static-prefix\" }",
    ),
    key(
        "flag_variables",
        Shape::List(&FREE),
        "Variables of the program that hold flags of it, split as a shell splits them.",
        "flag_variables = [\"NOTEBOOK_ARGS\"]",
    ),
    key(
        "other_flags",
        Shape::Map(NameRule::Free, &FREE),
        "Flags of the program, each with the flag or the variable of the kind that says the same. Of a setting in a word of its own (`cfg:NAME=VALUE`, `-c NAME=VALUE`) it is the word before the `=`.",
        "other_flags = { \"--http-port\" = \"KC_HTTP_PORT\" }",
    ),
    key(
        "notes",
        Shape::List(&FREE),
        "What people should know before they use it, each a sentence: `mlopsgen kinds NAME` and the reference show them.",
        "notes = [\"It runs one model: another one is another component.\"]",
    ),
    key(
        "per_platform",
        Shape::Integer(1, 1000),
        "A platform has at most so many of it.",
        "per_platform = 1",
    ),
    JOB,
    key(
        "reads_logs",
        Shape::Boolean,
        "It reads what the engine keeps of the output of containers: the engine then writes beside each line which service of which project it is of.",
        "reads_logs = true",
    ),
    key(
        "memory_maps",
        Shape::Integer(65_530, 2_147_483_642),
        "What the machine has to allow each process as `vm.max_map_count`: `mlopsgen doctor` warns below it.",
        "memory_maps = 262144",
    ),
    key(
        "runs_pipelines",
        Shape::Boolean,
        "It runs the platform's pipelines, and needs what their tasks need.",
        "runs_pipelines = true",
    ),
    key(
        "exposes",
        FREE_LIST,
        "The files of `templates/kinds/metrics/` that list the metrics of its job: an alert of a user's that asks this job for another name is warned of. A line `node_hwmon_* REASON` stands for all names that begin so.",
        "exposes = [\"redis\"]",
    ),
    key(
        "exposes_more",
        Shape::Boolean,
        "Its job also has metrics that users of the platform name, such as those that jobs push: no alert is warned of for a name that `exposes` lacks.",
        "exposes_more = true",
    ),
    key(
        "measured",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "The part whose metrics `${self.selector}` selects; by default that of the first workload that the kind scrapes.",
        "measured = \"exporter\"",
    ),
    key(
        "builder",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "The part that runs the stages of CI entries, where it runs; else the main workload does. Only what names an agent by its label may run on either.",
        "builder = \"exporter\"",
    ),
    key(
        "runs_ci",
        Shape::Boolean,
        "It runs the platform's CI entries: it gets the secrets that they read.",
        "runs_ci = true",
    ),
    key(
        "port",
        Shape::Plain(Form::Name(NameRule::Port)),
        "The main port: the one that `uses` opens and that `url` is of; `http` by default.",
        "port = \"redis\"",
    ),
    key(
        "fixed_ports",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Port))),
        "Ports of the main workload whose numbers can't be set in the program: a component that moves one is an error.",
        "fixed_ports = [\"metrics\"]",
    ),
    key(
        "routes",
        Shape::List(&Shape::Plain(Form::Choice(&["secret", "acme"]))),
        "It can be an entry point of `[routes]`, with certificates from these.",
        "routes = [\"secret\"]",
    ),
    key(
        "main_files",
        Shape::Map(NameRule::ContainerPath, &Shape::Text),
        "Configuration files of the image, each with the line that reads the kind's own files: a file of the user's in its place needs that line too.",
        "main_files.\"/etc/nginx/nginx.conf\" = \"include /etc/nginx/conf.d/*.conf;\"",
    ),
    key(
        "own_name",
        OWN_NAME,
        "A port whose program must know under which name clients elsewhere call it.",
        "own_name = { port = \"http\", setting = \"allowed_hosts\", example = '[\"ml.example.com\"]', otherwise = \"calls under other names get 403\" }",
    ),
    key(
        "binding",
        BINDING,
        "What `uses = \"component/NAME\"` chooses among.",
        "binding = { default = \"database\", more = \"databases\" }",
    ),
    key(
        "settings",
        Shape::Map(NameRule::Identifier, &SETTING),
        "Parameters, by name.",
        "settings.password = { type = \"secret\", required = true }",
    ),
    key(
        "secrets",
        Shape::Map(NameRule::Resource, &OWN_SECRET),
        "Keys that only the program needs: each is the secret `COMPONENT-KEY`, `${own.KEY}` in the kind.",
        "secrets.fernet-key = { form = \"fernet\" }",
    ),
    key(
        "vars",
        Shape::Map(NameRule::Resource, &OWN_VARIABLE),
        "Variables that may change at start, `${own.NAME}` in the kind.",
        "vars.docker-gid = { env = \"DOCKER_GID\", default = 999 }",
    ),
    key(
        "roles",
        Shape::Map(NameRule::Identifier, &ROLE),
        "What it needs of other components.",
        "roles.database = { kinds = [\"postgres\"], required = true }",
    ),
    key(
        "when",
        Shape::List(&Shape::Table(KIND_CASE)),
        "Cases: laid over the rest in order, each where its condition holds.",
        "when = [{ if = \"major >= 18\", workload = { volumes = { data = { mount = \"/var/lib/postgresql\" } } } }]",
    ),
];

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
