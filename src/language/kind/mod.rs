//! The keys of a kind file. Its workloads are written in the language of a component, with a few keys of their own.

mod watch;

use super::{
    alert::KIND_ALERT,
    component::{KIND_WORKLOAD, OF_KIND_PART},
    form::{Form, NameRule},
    inner::FREE,
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
};
use crate::data::Step;
use watch::{PANEL, RECORD};

const CONDITION: KeyShape = key(
    "if",
    Shape::Plain(Form::Free),
    "Only where this holds: an expression over `settings`, `roles`, `ports` (`ports.http.path`), `public_url`, `external`, `major` and `platform`.",
    "if = \"settings.password\"",
);

const SETTING: Shape = Shape::Table(&[
    key(
        "type",
        Shape::Plain(Form::Choice(&[
            "string",
            "integer",
            "boolean",
            "duration",
            "secret",
            "list",
            "databases",
            "file",
            "files",
            "folders",
        ])),
        "What it takes; `string` unless said otherwise. `secret`: nothing but `${secrets.S}`. `databases`: names, or a table of them with `user` and `password` each. `file`, `files` and `folders`: paths of the project.",
        "type = \"secret\"",
    ),
    key(
        "required",
        Shape::Boolean,
        "To leave it out is an error.",
        "required = true",
    ),
    key(
        "characters",
        FREE,
        "Characters that a string may hold beside letters and digits, where it becomes a part of something: a URL, a script, a list.",
        "characters = \"._~-\"",
    ),
    key(
        "choices",
        Shape::List(&FREE),
        "The strings that it takes, where it does not take any.",
        "choices = [\"off\", \"require\", \"verify-full\"]",
    ),
    key(
        "only_external",
        Shape::Boolean,
        "Only a component that runs elsewhere may have it.",
        "only_external = true",
    ),
    key(
        "holds",
        Shape::Plain(Form::Choice(&[
            "yaml",
            "json",
            "dashboard",
            "rules",
            "alertmanager",
        ])),
        "What its files hold: they are checked when compiling. `dashboard`: of Grafana, whose data sources become the platform's. `rules`: of Prometheus. `alertmanager`: its configuration.",
        "holds = \"yaml\"",
    ),
    key(
        "default",
        Shape::Any,
        "What it is where the user says nothing; a string may hold references.",
        "default = \"mlflow\"",
    ),
    key(
        "description",
        FREE,
        "What it does, for the reference and for messages.",
        "description = \"Name of the first database\"",
    ),
]);

const OWN_SECRET: Shape = Shape::Table(&[
    key(
        "description",
        FREE,
        "What it protects, for `.env.example`.",
        "description = \"Encrypts saved connections\"",
    ),
    key(
        "form",
        Shape::Plain(Form::Choice(&["token", "fernet"])),
        "How `env init` makes one: 32 characters that are safe in a URL (`token`, the default), or a Fernet key.",
        "form = \"fernet\"",
    ),
    key(
        "replaced_by",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables of the program: a user who sets one of them in `env` needs no secret.",
        "replaced_by = [\"AIRFLOW__CORE__FERNET_KEY\"]",
    ),
    CONDITION,
]);

const OWN_VARIABLE: Shape = Shape::Table(&[
    key(
        "env",
        Shape::Plain(Form::Name(NameRule::Environment)),
        "The environment variable that it is read from at start.",
        "env = \"DOCKER_GID\"",
    ),
    key(
        "default",
        Shape::Scalar,
        "What it is where that is not set.",
        "default = 999",
    ),
    key(
        "description",
        FREE,
        "For `.env.example`.",
        "description = \"Group of the engine's socket\"",
    ),
    CONDITION,
]);

const ROLE: Shape = Shape::Table(&[
    key(
        "kinds",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Resource))),
        "Kinds that fill it; those that extend one of them do too.",
        "kinds = [\"postgres\", \"mysql\"]",
    )
    .required(),
    key(
        "required",
        Shape::Boolean,
        "To leave it unfilled is an error.",
        "required = true",
    ),
    key("many", Shape::Boolean, "It takes a list.", "many = true"),
    key(
        "default",
        Shape::Boolean,
        "Filled without being named, where just one component fits.",
        "default = true",
    ),
    key(
        "schema",
        Shape::Boolean,
        "The program keeps a schema of its own there: two such on one database are an error.",
        "schema = true",
    ),
    key(
        "order",
        Shape::Boolean,
        "Whether `uses` orders start, as it does unless said otherwise.",
        "order = false",
    ),
    key(
        "gives",
        Shape::Map(
            NameRule::Resource,
            &Shape::Map(NameRule::Free, &Shape::Scalar),
        ),
        "Environment variables that a part of the filler gets from each component that uses it, such as a login to make.",
        "gives.setup = { \"LOGIN_${self.env_name}\" = \"${self.name} ${own.login}\" }",
    ),
    key(
        "description",
        FREE,
        "What it is for.",
        "description = \"Where runs and models are recorded\"",
    ),
]);

const UPGRADE: Shape = Shape::Table(&[
    key(
        "on",
        Shape::Plain(Form::Choice(Step::NAMES)),
        "A higher major version (`up`), one that is higher by more than one (`skip`), or a lower one (`down`).",
        "on = \"up\"",
    )
    .required(),
    key(
        "reaches",
        Shape::Integer(0, 1_000_000),
        "Only where the change comes to this major version, or goes past it.",
        "reaches = 9",
    ),
    key(
        "needs",
        FREE,
        "What to do so that the data stays, as a sentence.",
        "needs = \"dump with the old version, restore into the new one\"",
    )
    .required(),
]);

const BINDING: Shape = Shape::Table(&[
    key(
        "default",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The setting with the name that `uses = \"component\"` means; of a list its first.",
        "default = \"database\"",
    ),
    key(
        "more",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The list setting with the other names.",
        "more = \"databases\"",
    ),
]);

const OWN_NAME: Shape = Shape::Table(&[
    key(
        "port",
        Shape::Plain(Form::Name(NameRule::Port)),
        "The port that clients elsewhere reach.",
        "port = \"host\"",
    )
    .required(),
    key(
        "setting",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The setting that says the name.",
        "setting = \"advertised_host\"",
    )
    .required(),
    key(
        "example",
        FREE,
        "A value of it, as TOML writes it.",
        "example = '\"kafka.example.com\"'",
    )
    .required(),
    key(
        "otherwise",
        FREE,
        "What becomes of clients elsewhere without it, as a message goes on.",
        "otherwise = \"clients are sent on to `localhost`\"",
    )
    .required(),
    key(
        "inside",
        FREE,
        "The output that those inside read instead of the port's address, where they can't use that.",
        "inside = \"bootstrap_servers\"",
    ),
]);

/// What decides of a part what it is. None of it is a key of the workload.
pub const KIND_PART_ONLY: &[KeyShape] = &[
    CONDITION,
    key(
        "job",
        Shape::Boolean,
        "This part runs to completion.",
        "job = true",
    ),
    key(
        "without",
        Shape::List(&FREE),
        "Shared keys of the main workload that this part does not take, whole or by name.",
        "without = [\"volumes.data\", \"command\"]",
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
    key(
        "single",
        Shape::Boolean,
        "It is one server: more than one replica is an error.",
        "single = true",
    ),
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
        "healthy",
        Shape::Plain(Form::KindPromQl),
        "1 for each instance that works, 0 or nothing where it does not; it keeps the labels `job` and `instance`. Left out: `up`, which for a program behind an exporter only says that the exporter answers.",
        "healthy = 'redis_up{${self.selector}}'",
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
        Shape::List(&PANEL),
        "The panels of the kind's dashboard, in order.",
        "panels = [{ title = \"Up\", queries = [{ expr = 'redis_up{${self.selector}}' }] }]",
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
        "For docs and dashboards; its file's name unless said otherwise.",
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
        Shape::Plain(Form::Choice(&[
            "store",
            "broker",
            "server",
            "dashboard",
            "exporter",
            "job",
            "ci",
            "notebook",
        ])),
        "Its shape in the architecture's picture; `server` unless said otherwise.",
        "icon = \"store\"",
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
        "upgrades",
        Shape::List(&UPGRADE),
        "What a change of the major version asks for where a store has data already: `apply` stops and says it.",
        "[[upgrades]]\non = \"up\"\nneeds = \"dump with the old version, restore into the new one\"",
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
        "Versions that their makers no longer mend, as far as their numbers tell, and since when.",
        "end_of_life = { \"13\" = \"2025-11-13\" }",
    ),
    key(
        "per_platform",
        Shape::Integer(1, 1000),
        "A platform has at most so many of it.",
        "per_platform = 1",
    ),
    key(
        "job",
        Shape::Boolean,
        "It runs to completion.",
        "job = true",
    ),
    key(
        "runs_pipelines",
        Shape::Boolean,
        "It runs the platform's pipelines, and needs what their tasks need.",
        "runs_pipelines = true",
    ),
    key(
        "port",
        Shape::Plain(Form::Name(NameRule::Port)),
        "The main port: the one that `uses` opens and that `url` is of; `http` unless said otherwise.",
        "port = \"redis\"",
    ),
    key(
        "fixed_ports",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Port))),
        "Ports of the main workload whose numbers the program can't be told: a component that moves one is an error.",
        "fixed_ports = [\"metrics\"]",
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
