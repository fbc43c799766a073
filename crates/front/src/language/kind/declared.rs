//! The keys of what a kind declares: its settings, secrets, variables, roles, upgrades.

use super::super::platform::SECRET_FORM;
use super::super::{
    form::{Form, NameRule},
    inner::FREE,
    key::{KeyShape, key},
    shape::Shape,
};
use super::CONDITION;
use crate::data::{Level, Step};

const AT_START: KeyShape = key(
    "at_start",
    Shape::Boolean,
    "The program takes it anew at every start, and its data holds nothing of it: `env init` makes one up for data that exists, too.",
    "at_start = true",
);

pub(super) const SETTING: Shape = Shape::Table(&[
    key(
        "type",
        Shape::Plain(Form::Choice(&[
            "string",
            "integer",
            "boolean",
            "duration",
            "period",
            "size",
            "secret",
            "list",
            "databases",
            "stores",
            "file",
            "files",
            "folders",
        ])),
        "What it takes; `string` by default. `period`: a duration above zero. `size`: an amount such as `20Gi`, of which a reference gives the bytes. `secret`: nothing but `${secrets.S}`. `databases`: names, or a table of them with `user` and `password` each. `stores`: a URL, or a list of URLs and of tables with `url` and a login each. `file`, `files` and `folders`: paths of the project.",
        "type = \"secret\"",
    ),
    key(
        "required",
        Shape::Boolean,
        "To leave it out is an error.",
        "required = true",
    ),
    key(
        "required_with",
        Shape::Either(&[FREE, Shape::List(&FREE)]),
        "Another setting, or several: where a component has one of those, to leave this one out is an error.",
        "required_with = \"password\"",
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
        "min",
        Shape::Integer(i64::MIN, i64::MAX),
        "The least whole number that it takes.",
        "min = 1",
    ),
    key(
        "max",
        Shape::Integer(i64::MIN, i64::MAX),
        "The greatest whole number that it takes.",
        "max = 100",
    ),
    key(
        "form",
        Shape::Plain(Form::Choice(&[
            "url",
            "image",
            "host",
            "host-port",
            "topic",
            "heap",
            "plugin",
            "email",
            "word",
            "line",
            "period",
        ])),
        "What its strings have to be; in a list each of them, and no two of the same name. `topic`: of Kafka, as `name` or `name:partitions`. `heap`: an amount as Java takes it, such as `1g`. `plugin`: of Jenkins, as `name` or `name:version`. `word`: something without spaces. `line`: something without line breaks. `period`: a duration above zero.",
        "form = \"url\"",
    ),
    key(
        "max_length",
        Shape::Integer(1, 1_000_000),
        "The most bytes that one of its strings has.",
        "max_length = 63",
    ),
    key(
        "reserved",
        Shape::List(&FREE),
        "Strings that it does not take, because the program has them for itself.",
        "reserved = [\"root\"]",
    ),
    key(
        "only_external",
        Shape::Boolean,
        "Only a component that runs elsewhere may have it.",
        "only_external = true",
    ),
    key(
        "only_here",
        Shape::Boolean,
        "A component that runs elsewhere may not have it: only what runs here hears of it.",
        "only_here = true",
    ),
    key(
        "names",
        Shape::Plain(Form::Choice(&["bucket"])),
        "What its strings are the names of. `bucket`: they follow the rules of S3.",
        "names = \"bucket\"",
    ),
    key(
        "since",
        FREE,
        "The oldest version of the program that takes it, where older ones are known too: with one of those it is an error.",
        "since = \"2.12\"",
    ),
    key(
        "variables",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables of the program that say the same and that the kind does not fill: other names, which the program prefers.",
        "variables = [\"MARIADB_USER\"]",
    ),
    key(
        "flags",
        Shape::List(&FREE),
        "Flags of the program that say the same: in `args`, in a command that starts the program, and in `flag_variables`.",
        "flags = [\"--requirepass\"]",
    ),
    key(
        "client_variables",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables of the main workload that the kind fills from it and that clients in the container read, not the program: what the user writes there does not say the setting.",
        "client_variables = [\"REDISCLI_AUTH\"]",
    ),
    AT_START,
    key(
        "issued_by",
        FREE,
        "Who alone can give its value, in words: `env init` asks for it and makes none up.",
        "issued_by = \"the provider of the log-in\"",
    ),
    key(
        "holds",
        Shape::Plain(Form::Choice(&[
            "yaml",
            "json",
            "dashboard",
            "rules",
            "alertmanager",
            "pem",
        ])),
        "What its files hold: they are checked when compiling. `dashboard`: of Grafana, whose data sources become the platform's. `rules`: of Prometheus. `alertmanager`: its configuration. `pem`: certificates.",
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

pub(super) const OWN_SECRET: Shape = Shape::Table(&[
    key(
        "description",
        FREE,
        "What it protects, for `.env.example`.",
        "description = \"Encrypts saved connections\"",
    ),
    key(
        "form",
        SECRET_FORM,
        "How `env init` makes one, as `form` of `[secrets]`.",
        "form = \"fernet\"",
    ),
    key(
        "replaced_by",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables of the program: a user who sets one of them in `env` needs no secret.",
        "replaced_by = [\"AIRFLOW__CORE__FERNET_KEY\"]",
    ),
    AT_START,
    CONDITION,
]);

pub(super) const OWN_VARIABLE: Shape = Shape::Table(&[
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
        "What it sets, for `.env.example`.",
        "description = \"Group of the engine's socket\"",
    ),
    CONDITION,
]);

pub(super) const ROLE: Shape = Shape::Table(&[
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
    key(
        "or_setting",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The setting that may stand in its place: to leave out both is an error.",
        "or_setting = \"database\"",
    ),
    key(
        "replaced_by",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "With `or_setting`: variables of the program that say the same; a user who sets one of them in `env` needs neither.",
        "replaced_by = [\"OAUTH2_PROXY_OIDC_ISSUER_URL\"]",
    ),
    key("many", Shape::Boolean, "It takes a list.", "many = true"),
    key(
        "default",
        Shape::Boolean,
        "Filled without being named, where just one component fits.",
        "default = true",
    ),
    key(
        "all",
        Shape::Boolean,
        "With `default`: filled with all that fit.",
        "all = true",
    ),
    key(
        "brought",
        Shape::Boolean,
        "With `default`: `add` and `init --with` bring one where the platform has none that fits.",
        "brought = true",
    ),
    key(
        "schema",
        Shape::Boolean,
        "The program keeps a schema of its own there: two such on one database are an error.",
        "schema = true",
    ),
    key(
        "keeps",
        Shape::Boolean,
        "The program keeps data of its own there, without a schema: where it is told of another one, it starts empty.",
        "keeps = true",
    ),
    key(
        "passing_env",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "Variables that name it for what does not have to last: another value of the user's leads no data elsewhere.",
        "passing_env = [\"AIRFLOW__CELERY__RESULT_BACKEND\"]",
    ),
    key(
        "schema_of",
        Shape::Plain(Form::Name(NameRule::Identifier)),
        "The setting that tells such schemas of one kind apart: two components with different values may share a database.",
        "schema_of = \"project\"",
    ),
    key(
        "not_older",
        Shape::Boolean,
        "The program does not work with a filler of an older version than its own, by major and minor version: an error. Where the component says no version, it has the filler's.",
        "not_older = true",
    ),
    key(
        "order",
        Shape::Boolean,
        "Whether `uses` orders start, as it does by default, and its alerts are held back while the other is down.",
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
        "takes",
        Shape::Map(NameRule::Free, &Shape::Scalar),
        "Environment variables that its main workload gets for each component in the role that runs elsewhere and has a `settings.user` there.",
        "takes = { \"PASSWORD_${roles.database.env_name}\" = \"${roles.database.password}\" }",
    ),
    key(
        "description",
        FREE,
        "What the component needs it for.",
        "description = \"Where runs and models are recorded\"",
    ),
]);

pub(super) const UPGRADE: Shape = Shape::Table(&[
    key(
        "on",
        Shape::Plain(Form::Choice(Step::NAMES)),
        "A higher version (`up`), one that is higher by more than one (`skip`), or a lower one (`down`); or, whatever the version, an image with another C library (`libc`): to or from a tag with `alpine`; or a program of another kind that wrote the data (`other`, with `from` and `below`).",
        "on = \"up\"",
    )
    .required(),
    key(
        "level",
        Shape::Plain(Form::Choice(Level::NAMES)),
        "The number that changes: the first of a version (`major`, the default), or the second where the first stays (`minor`).",
        "level = \"minor\"",
    ),
    key(
        "reaches",
        Shape::Integer(0, 100_000_000),
        "Only where the change comes to this number, or goes past it.",
        "reaches = 9",
    ),
    key(
        "from",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "With `other`: the kind whose data the program reads, which it is otherwise taken not to.",
        "from = \"redis\"",
    ),
    key(
        "below",
        FREE,
        "With `other`: the first version of that kind whose data it can't read, as its first two numbers.",
        "below = \"7.4\"",
    ),
    key(
        "needs",
        FREE,
        "What to do so that the data stays, as a sentence.",
        "needs = \"dump with the old version, restore into the new one\"",
    )
    .required(),
]);

pub(super) const TOLD_IN_FILES: Shape = Shape::Table(&[
    key(
        "files",
        Shape::List(&FREE),
        "Paths in the container of the files that are read, as far as users mount them.",
        "files = [\"/etc/loki/platform.yaml\"]",
    )
    .required(),
    key(
        "path",
        Shape::List(&FREE),
        "What sets the prefix of the main port: the path of names, as `keys` of `data_folders` are.",
        "path = [\"server.http_path_prefix\"]",
    ),
    key(
        "url",
        Shape::List(&FREE),
        "What says the public address.",
        "url = [\"server.root_url\"]",
    ),
    key(
        "ports",
        Shape::Map(NameRule::Port, &FREE),
        "What sets the number of a port.",
        "ports = { http = \"server.http_listen_port\" }",
    ),
]);

pub(super) const BINDING: Shape = Shape::Table(&[
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

pub(super) const OWN_NAME: Shape = Shape::Table(&[
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
        "The setting that says the name; left out: `public_url` of the component.",
        "setting = \"advertised_host\"",
    ),
    key(
        "example",
        FREE,
        "A value of it (of `public_url`), as TOML writes it.",
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
        "since",
        FREE,
        "The oldest version of the program of which that is true; left out: all.",
        "since = \"3.5\"",
    ),
    key(
        "inside",
        FREE,
        "The output that those inside read instead of the port's address, where they can't use that.",
        "inside = \"bootstrap_servers\"",
    ),
]);
