//! The keys of a stage of a Jenkinsfile. A CI entry has most of them for all of its stages; each is declared once.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::{ENV, FREE, PERIOD},
    key::{KeyShape, Section, join, key, length},
    shape::Shape,
};
use crate::files::Target::Jenkins;

const GLOBS: Shape = Shape::List(&Shape::Plain(Form::RepositoryGlob));
const REF_GLOBS: Shape = Shape::List(&Shape::Plain(Form::RefGlob));

const WHERE: Shape = Shape::Table(&[
    key(
        "docker",
        Shape::Text,
        "Runs in a container of this image.",
        "docker = \"python:3.12\"",
    )
    .also_called(&["image"]),
    key(
        "label",
        Shape::Text,
        "Runs on an agent with this label.",
        "label = \"linux\"",
    ),
]);

const LINES: Shape = Shape::List(&Shape::ShellText);
/// Patterns of Ant's, which Jenkins keeps files by: alternatives become several of them.
const ANT_GLOBS: Shape = Shape::List(&Shape::Plain(Form::AntGlob));

/// What follows the stages, or one of them. The conditions are Jenkins' own.
const AFTERWARDS: Shape = Shape::Table(&[
    key(
        "always",
        LINES,
        "Shell lines that always run.",
        "always = [\"make clean\"]",
    ),
    key(
        "success",
        LINES,
        "Shell lines that run after a success.",
        "success = [\"make publish\"]",
    ),
    key(
        "failure",
        LINES,
        "Shell lines that run after a failure.",
        "failure = [\"make diagnose\"]",
    ),
    key(
        "unstable",
        LINES,
        "Shell lines that run if tests failed.",
        "unstable = [\"make report\"]",
    ),
    key(
        "unsuccessful",
        LINES,
        "Shell lines that run after anything but a success.",
        "unsuccessful = [\"make diagnose\"]",
    ),
    key(
        "aborted",
        LINES,
        "Shell lines that run if a person or a time-out ended it.",
        "aborted = [\"make unlock\"]",
    ),
    key(
        "changed",
        LINES,
        "Shell lines that run if its result differs from that of the previous run.",
        "changed = [\"make badge\"]",
    ),
    key(
        "fixed",
        LINES,
        "Shell lines that run after the first success.",
        "fixed = [\"make badge\"]",
    ),
    key(
        "regression",
        LINES,
        "Shell lines that run after the first failure.",
        "regression = [\"make badge\"]",
    ),
    key(
        "cleanup",
        LINES,
        "Shell lines that run at the very end.",
        "cleanup = [\"make down\"]",
    ),
    key(
        "archive",
        ANT_GLOBS,
        "Files that Jenkins always archives.",
        "archive = [\"dist/**\"]",
    ),
    key(
        "junit",
        ANT_GLOBS,
        "Results of tests, as JUnit writes them.",
        "junit = [\"reports/*.xml\"]",
    ),
    key(
        "notify",
        Shape::Either(&[FREE, Shape::List(&FREE)]),
        "Receivers of `[notify]` that are notified of a run that failed, and of the next run that succeeds.",
        "notify = \"team\"",
    ),
]);

pub(super) const AGENT: KeyShape = key(
    "agent",
    WHERE,
    "Where it runs: by default an entry on any agent, a stage where its entry runs.",
    "agent = { docker = \"python:3.12\" }",
)
.in_targets(&[effect()
    .set("agent = { label = \"gpu\" }")
    .becomes(Jenkins, "`agent`")]);

pub(super) const PATHS: KeyShape = key(
    "paths",
    GLOBS,
    "Runs when one of these changed, on a first build and when a person starts it.",
    "paths = [\"model_serving/**\"]",
)
.in_targets(&[effect()
    .set("paths = [\"api/**\"]")
    .becomes(Jenkins, "`when`: `changeset`, a first build, a person")]);

pub(super) const BRANCHES: KeyShape = key(
    "branches",
    REF_GLOBS,
    "Runs on these branches.",
    "branches = [\"main\"]",
)
.in_targets(&[effect().becomes(Jenkins, "`when`: `branch`")]);

pub(super) const TAGS: KeyShape = key("tags", REF_GLOBS, "Runs on these tags.", "tags = [\"v*\"]")
    .in_targets(&[effect().becomes(Jenkins, "`when`: `tag`")]);

pub(super) const RETRIES: KeyShape = key(
    "retries",
    Shape::Integer(0, 100),
    "How often it is retried after a failure.",
    "retries = 1",
)
.in_targets(&[effect().becomes(Jenkins, "`retry`")]);

pub(super) const POST: KeyShape = key(
    "post",
    AFTERWARDS,
    "Steps that run when it has ended.",
    "post = { always = [\"make clean\"], archive = [\"dist/**\"], junit = [\"reports/*.xml\"] }",
)
.in_targets(&[effect().becomes(Jenkins, "`post`: `sh`, `archiveArtifacts`, `junit`")]);

pub(super) const ENVIRONMENT: KeyShape = key(
    "env",
    ENV,
    "Environment variables of its steps. A stage has those of its entry too.",
    "env.TAG = \"1.4.0\"",
)
.also_called(&["environment"])
.in_targets(&[effect()
    .set("env.TAG = \"1.0\"")
    .becomes(Jenkins, "`environment`")]);

pub(super) const SECRETS: KeyShape = key(
    "secrets",
    Shape::Map(NameRule::Environment, &FREE),
    "Variables filled from secrets.",
    "secrets = { TOKEN = \"registry-token\" }",
)
.in_targets(&[effect()
    .set("secrets = { TOKEN = \"one\" }")
    .becomes(Jenkins, "`credentials()`")]);

pub(super) const TIMEOUT: KeyShape = key(
    "timeout",
    PERIOD,
    "How long it may take. A run of the whole entry may take an hour by default.",
    "timeout = \"30m\"",
)
.in_targets(&[effect().becomes(Jenkins, "`timeout`")]);

const OWN: &[KeyShape] = &[
    key(
        "name",
        Shape::Text,
        "The stage's title: any text.",
        "name = \"build\"",
    )
    .required()
    .in_targets(&[effect()
        .set("name = \"other\"")
        .becomes(Jenkins, "the stage's title")]),
    key(
        "run",
        Shape::List(&Shape::ShellText),
        "Shell steps, in order.",
        "run = [\"make build\"]",
    )
    .also_called(&["command", "commands", "script", "steps", "sh", "bash"])
    .in_targets(&[effect()
        .set("run = [\"make all\"]")
        .becomes(Jenkins, "`sh`")]),
    ENVIRONMENT,
    SECRETS,
    PATHS,
    BRANCHES,
    TAGS,
    RETRIES,
    POST,
    TIMEOUT,
    AGENT,
];

const PARALLEL: KeyShape = key(
    "parallel",
    Shape::List(&Shape::Table(OWN)),
    "Stages that run in parallel, instead of `run`.",
    "parallel = [{ name = \"batch\", run = [\"make batch\"] }, { name = \"online\", run = [\"make online\"] }]",
)
.in_targets(&[effect().without(&["run"]).becomes(Jenkins, "`parallel`")]);

const SECTIONS: &[Section] = &[
    Section {
        title: "",
        keys: OWN,
    },
    Section {
        title: "",
        keys: &[PARALLEL],
    },
];

/// One of `[[ci.NAME.stages]]`.
pub(super) const STAGE: Shape = Shape::Table(&join::<{ length(SECTIONS) }>(SECTIONS));
