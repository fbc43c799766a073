//! The tables at the top of platform.toml.

use super::{
    component::COMPONENT,
    deploy::DEPLOY,
    form::{Form, NameRule},
    inner::{BIND, CHART_TOP, COMPOSE_FILE, FREE},
    key::{KeyShape, key},
    notify::NOTIFY,
    pipelines::{CI, FLOW, PIPELINE},
    route::ROUTE,
    shape::Shape,
    volume::SHARED_VOLUME,
};
use crate::{diag::LintLevel, files::Target, value::WrittenForm};

const TARGET: Form = Form::Choice(Target::NAMES);

const PLATFORM: Shape = Shape::Table(&[
    key(
        "name",
        Shape::Plain(Form::Name(NameRule::Resource)),
        "The Compose project, the Helm chart.",
        "name = \"mlops\"",
    )
    .required(),
    key(
        "version",
        Shape::Plain(Form::Version),
        "The version of the platform, which its chart carries; `0.1.0` by default.",
        "version = \"1.4.0\"",
    ),
    key(
        "description",
        FREE,
        "What the platform is for.",
        "description = \"Feature store, tracking and serving\"",
    ),
    key(
        "requires",
        Shape::Plain(Form::VersionRequirement),
        "Versions of mlopsgen; another one is an error.",
        "requires = \">=0.1\"",
    ),
    key(
        "registry",
        Shape::Either(&[
            Shape::Plain(Form::Registry),
            Shape::Map(NameRule::Registry, &Shape::Plain(Form::Registry)),
        ]),
        "Where images are taken from: a prefix for those that name no registry, or a table of mirrors, each for the images of one registry. An image that starts with a variable stays as it is. Those in `dockerfile_inline` of raw keys (`FROM`, `COPY --from`) follow. A Dockerfile of yours stays as it is: an `ARG` that it uses in `FROM` follows, by `build.args` or its default; other images there are the lint `target-loss`, where there is a mirror.",
        "registry = { \"docker.io\" = \"mirror.example.com/hub\", \"quay.io\" = \"mirror.example.com/quay\" }",
    )
    .also_called(&["mirrors"]),
    BIND,
    key(
        "targets",
        Shape::List(&Shape::Plain(TARGET)),
        "What to compile; all but `swarm` and `gitops` by default.",
        "targets = [\"compose\", \"helm\"]",
    ),
]);

const VARIABLE: Shape = Shape::Either(&[
    Shape::Constant,
    Shape::Table(&[
        key(
            "default",
            Shape::Constant,
            "Its value, unless the environment variable is set.",
            "default = 50000",
        )
        .also_called(&["value"])
        .required(),
        key(
            "env",
            Shape::Plain(Form::Name(NameRule::StartVariable)),
            "The environment variable that can change it at start.",
            "env = \"AIRFLOW_UID\"",
        )
        .also_called(&["variable"]),
        key(
            "description",
            FREE,
            "For `.env.example` and the chart's values.",
            "description = \"Owner of Airflow's files\"",
        ),
    ]),
]);

const SECRET: Shape = Shape::Table(&[
    key(
        "env",
        Shape::Plain(Form::Name(NameRule::StartVariable)),
        "The environment variable that holds it.",
        "env = \"MLFLOW_DB_PASSWORD\"",
    )
    .also_called(&["variable"])
    .required(),
    key(
        "description",
        FREE,
        "What it gives access to, for `.env.example`.",
        "description = \"MLflow's own database\"",
    ),
    key(
        "optional",
        Shape::Boolean,
        "May be left empty.",
        "optional = true",
    ),
    key(
        "form",
        SECRET_FORM,
        "What its value looks like, for `env init` and `doctor`: 32 characters that are safe in a URL (`token`, the default), letters and digits, 64 hexadecimal digits, 32 bytes in base64, or a Fernet key. A secret in the place of a kind's own key has the form of that.",
        "form = \"hex\"",
    ),
    key(
        "length",
        Shape::Integer(8, 1024),
        "How long its value is, where its program wants another length: characters, or for `base64` and `base64url` the bytes in it, as in `openssl rand -base64 32`.",
        "length = 64",
    ),
    key(
        "generate",
        Shape::Boolean,
        "Whether `env init` makes its value. `false`: only others can give it, as a key of a service that is bought; `env init` asks for it. `true`: `env init` makes it. Left out, mlopsgen decides from its use.",
        "generate = false",
    ),
]);

/// What values of secrets look like.
pub(super) const SECRET_FORM: Shape = Shape::Plain(Form::Choice(WrittenForm::NAMES));

const GROUP: Shape = Shape::Either(&[
    FREE,
    Shape::Table(&[
        key(
            "description",
            FREE,
            "What its components are for.",
            "description = \"Model serving\"",
        ),
        key(
            "presets",
            Shape::List(&FREE),
            "Presets of every component in it.",
            "presets = [\"service\"]",
        ),
    ]),
]);

const NETWORK: Shape = Shape::Table(&[key(
    "external",
    Shape::Plain(Form::EngineName),
    "The name of a network that exists.",
    "external = \"office\"",
)
.required()]);

const MOVED: Shape = Shape::Table(&[
    key(
        "from",
        FREE,
        "Its old name: `components.C`, `components.C.volumes.V`, `groups.G`, `pipelines.P`, `volumes.V`, `platform.NAME`.",
        "from = \"components.old-db\"",
    )
    .required(),
    key(
        "to",
        FREE,
        "Its new name.",
        "to = \"components.mlflow-db\"",
    )
    .required(),
]);

const LINT_LEVEL: Shape = Shape::Plain(Form::Choice(&LintLevel::NAMES));

const RAW: Shape = Shape::Table(&[
    key(
        "compose",
        COMPOSE_FILE,
        "Merged last into the top level of compose.yaml.",
        "[raw.compose]\nx-logging = { driver = \"local\" }",
    ),
    key(
        "helm",
        CHART_TOP,
        "Merged last into the top level of the chart's values; values for your own templates stand below `extra`.",
        "[raw.helm]\npriorityClassName = \"ml\"",
    ),
]);

macro_rules! file_keys {
    ($($more:expr,)*) => {
        &[
            $($more,)*
            key("vars", Shape::Map(NameRule::Plain, &VARIABLE), "Values that are written once: a constant, or a value that may change at start.", "[vars]\nairflow = \"3.3.2\"").also_called(&["variables", "locals", "parameters"]),
            key("secrets", Shape::Map(NameRule::Secret, &SECRET), "Names only; no value is ever written to a generated file.", "[secrets]\ndb-password = { env = \"DB_PASSWORD\" }"),
            key("groups", Shape::Map(NameRule::Resource, &GROUP), "Components that are started and stopped together.", "[groups]\nfeast = \"Online feature store\""),
            key("presets", Shape::Map(NameRule::Plain, &Shape::Table(COMPONENT)), "Component keys for components or groups that name them.", "[presets.service]\nrestart = \"unless-stopped\""),
            key("volumes", Shape::Map(NameRule::Resource, &SHARED_VOLUME), "Volumes that several components share.", "[volumes]\nartifacts = { size = \"50Gi\" }"),
            key("networks", Shape::Map(NameRule::Resource, &NETWORK), "Existing networks that components join.", "[networks]\noffice = { external = \"office_lan\" }"),
            key("components", Shape::Map(NameRule::Resource, &Shape::Table(COMPONENT)), "The components: what runs.", "[components.redis]\nkind = \"redis\"\ngroup = \"feast\""),
            key("pipelines", Shape::Map(NameRule::Identifier, &Shape::Table(PIPELINE)), "Airflow DAGs.", "[pipelines.training]\nschedule = \"@daily\"\nimage = \"mlopsvn/training:1.4.0\"\n[pipelines.training.tasks]\nextract = { run = \"python extract.py\" }\ntrain = { run = \"python train.py\", after = [\"extract\"] }").also_called(&["dags", "dag"]),
            key("ci", Shape::Map(NameRule::Identifier, &Shape::Table(CI)), "Jenkinsfiles.", "[ci.model_serving]\npaths = [\"model_serving/**\"]\n[[ci.model_serving.stages]]\nname = \"test\"\nrun = [\"make test\"]"),
            key("actors", Shape::Map(NameRule::Plain, &FREE), "People and systems outside.", "[actors]\ndata-scientist = \"Data scientist\""),
            key("flows", Shape::List(&Shape::Table(FLOW)), "Who sends requests or data to whom, in numbered steps.", "[[flows]]\nfrom = \"data-scientist\"\nto = \"redis\""),
            key("moved", Shape::List(&MOVED), "Things that you renamed: their volumes and claims keep their old names. You may remove an entry after every environment has been applied. Entries of an environment are added to the platform's.", "[[moved]]\nfrom = \"components.old-db\"\nto = \"components.mlflow-db\""),
            key("routes", Shape::Map(NameRule::Resource, &Shape::Table(ROUTE)), "Entry points: components behind a host and paths.", "[routes.ml]\nthrough = \"gateway\"\nhost = \"ml.example.com\"\npaths = { \"/mlflow\" = \"mlflow\" }"),
            key("notify", NOTIFY, "Who is notified of alerts. It becomes Alertmanager's configuration, unless that component sets `config`.", "[notify]\ndefault = \"team\"\n[notify.receivers]\nteam = { slack = \"${secrets.slack-webhook}\", channel = \"#ml-platform\" }"),
            key("deploy", DEPLOY, "Which tool installs the chart from git. The target `gitops` writes the files for that tool. An environment may have its own.", "[platform]\nname = \"mlops\"\ntargets = [\"helm\", \"gitops\"]\n[deploy]\nargocd = { repository = \"https://git.example.com/ml/platform.git\" }"),
            key("lints", Shape::Map(NameRule::Free, &LINT_LEVEL), "A level per lint.", "[lints]\nno-resources = \"allow\""),
            key("raw", RAW, "Raw keys for the top level of Compose files and values.", "[raw.helm]\npriorityClassName = \"ml\""),
        ]
    };
}

/// Every table of platform.toml.
pub const PLATFORM_FILE: &[KeyShape] = file_keys!(
    key(
        "include",
        Shape::List(&Shape::Plain(Form::Glob)),
        "Further files with the same tables, `[platform]` aside.",
        "include = [\"teams/*.toml\"]"
    ),
    key(
        "platform",
        PLATFORM,
        "The platform itself.",
        "[platform]\nname = \"mlops\""
    )
    .required(),
);

/// Every table of a file that `include` names.
pub const INCLUDED_FILE: &[KeyShape] = file_keys!();
