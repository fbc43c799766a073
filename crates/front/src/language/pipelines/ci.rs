//! The keys of CI entries (Jenkinsfiles) and of their stages.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::{DURATION, ENV, FREE, TEXTS},
    key::{KeyShape, key},
    shape::Shape,
};
use crate::files::Target::Jenkins;

const GLOBS: Shape = Shape::List(&Shape::Plain(Form::Glob));
const SECRETS: Shape = Shape::Map(NameRule::Environment, &FREE);

const AGENT: Shape = Shape::Table(&[
    key(
        "docker",
        Shape::Text,
        "Runs in a container of this image.",
        "docker = \"python:3.12\"",
    ),
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
const POST: Shape = Shape::Table(&[
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

const PARAMETER: Shape = Shape::Either(&[
    Shape::Scalar,
    TEXTS,
    Shape::Table(&[
        key(
            "default",
            Shape::Scalar,
            "The default: a text, or true or false.",
            "default = \"staging\"",
        ),
        key(
            "choices",
            TEXTS,
            "The values to choose from; the first is the default.",
            "choices = [\"staging\", \"production\"]",
        ),
        key(
            "description",
            Shape::Text,
            "The question that is shown.",
            "description = \"Where to deploy\"",
        ),
    ]),
]);

const BUILD_TRIGGER: Shape = Shape::Plain(Form::BuildTrigger);

const TRIGGERS: Shape = Shape::Table(&[
    key(
        "cron",
        BUILD_TRIGGER,
        "When it runs: five fields of Jenkins' cron, in which `H` is a value that Jenkins chooses.",
        "cron = \"H 4 * * *\"",
    ),
    key(
        "poll",
        BUILD_TRIGGER,
        "When Jenkins looks for changes; it runs if there are any.",
        "poll = \"H/15 * * * *\"",
    ),
]);

const NOTIFY_AROUND: &str =
    "post = { always = [\"make clean\"], archive = [\"dist/**\"], junit = [\"reports/*.xml\"] }";

macro_rules! stage_keys {
    ($($more:expr,)*) => {
        &[
            key("name", Shape::Text, "The stage's title: any text.", "name = \"build\"")
                .required()
                .in_targets(&[
                    effect()
                        .set("name = \"other\"")
                        .becomes(Jenkins, "the stage's title"),
                ]),
            key("run", Shape::List(&Shape::ShellText), "Shell steps, in order.", "run = [\"make build\"]")
                .in_targets(&[
                    effect()
                        .set("run = [\"make all\"]")
                        .becomes(Jenkins, "`sh`"),
                ]),
            key("env", ENV, "Environment variables of its steps.", "env.TAG = \"1.4.0\"")
                .in_targets(&[
                    effect()
                        .set("env.TAG = \"1.0\"")
                        .becomes(Jenkins, "`environment`"),
                ]),
            key("secrets", SECRETS, "Variables filled from secrets.", "secrets = { TOKEN = \"registry-token\" }")
                .in_targets(&[
                    effect()
                        .set("secrets = { TOKEN = \"one\" }")
                        .becomes(Jenkins, "`credentials()`"),
                ]),
            key("paths", GLOBS, "Runs when one of these changed.", "paths = [\"src/**\"]")
                .in_targets(&[
                    effect()
                        .set("paths = [\"api/**\"]")
                        .becomes(Jenkins, "`when`: `changeset`, a first build, a person"),
                ]),
            key("branches", Shape::List(&Shape::Plain(Form::Glob)), "Runs on these branches.", "branches = [\"main\"]")
                .in_targets(&[
                    effect().becomes(Jenkins, "`when`: `branch`"),
                ]),
            key("tags", Shape::List(&Shape::Plain(Form::Glob)), "Runs on these tags.", "tags = [\"v*\"]")
                .in_targets(&[
                    effect().becomes(Jenkins, "`when`: `tag`"),
                ]),
            key("retries", Shape::Integer(0, 100), "How often it is retried after a failure.", "retries = 2")
                .in_targets(&[
                    effect().becomes(Jenkins, "`retry`"),
                ]),
            key("post", POST, "Steps after the stage.", NOTIFY_AROUND)
                .in_targets(&[
                    effect().becomes(Jenkins, "`post`: `sh`, `archiveArtifacts`, `junit`"),
                ]),
            key("timeout", DURATION, "How long it may take.", "timeout = \"30m\"")
                .in_targets(&[
                    effect().becomes(Jenkins, "`timeout`"),
                ]),
            key("agent", AGENT, "Where it runs.", "agent = { label = \"gpu\" }")
                .in_targets(&[
                    effect().becomes(Jenkins, "`agent`"),
                ]),
            $($more,)*
        ]
    };
}

const INNER_STAGE: Shape = Shape::Table(stage_keys!());

const STAGE: Shape = Shape::Table(stage_keys!(key(
    "parallel",
    Shape::List(&INNER_STAGE),
    "Stages that run in parallel, instead of `run`.",
    "parallel = [{ name = \"batch\", run = [\"make batch\"] }, { name = \"online\", run = [\"make online\"] }]"
)
.in_targets(&[
    effect()
        .without(&["run"])
        .becomes(Jenkins, "`parallel`"),
]),));

/// Every key of `[ci.NAME]`.
pub(in super::super) const CI: &[KeyShape] = &[
    key(
        "description",
        Shape::Text,
        "What it is for.",
        "description = \"Builds the API\"",
    )
    .in_targets(&[effect()
        .set("description = \"Builds\"")
        .becomes(Jenkins, "a comment")]),
    key(
        "agent",
        AGENT,
        "Where it runs; any agent by default.",
        "agent = { docker = \"python:3.12\" }",
    )
    .in_targets(&[effect()
        .set("agent = { label = \"gpu\" }")
        .becomes(Jenkins, "`agent`")]),
    key(
        "paths",
        GLOBS,
        "Runs when one of these changed, on a first build and when a person starts it.",
        "paths = [\"model_serving/**\"]",
    )
    .in_targets(&[effect()
        .set("paths = [\"api/**\"]")
        .becomes(Jenkins, "`when`: `changeset`, a first build, a person")]),
    key(
        "branches",
        Shape::List(&Shape::Plain(Form::Glob)),
        "Runs on these branches.",
        "branches = [\"main\"]",
    )
    .in_targets(&[effect().becomes(Jenkins, "`when`: `branch`")]),
    key(
        "tags",
        Shape::List(&Shape::Plain(Form::Glob)),
        "Runs on these tags.",
        "tags = [\"v*\"]",
    )
    .in_targets(&[effect().becomes(Jenkins, "`when`: `tag`")]),
    key(
        "parameters",
        Shape::Map(NameRule::Variable, &PARAMETER),
        "Parameters of a run that a person starts, as environment variables: a text, true or false, or a list of choices.",
        "parameters = { REGION = \"eu\", DRY_RUN = false, STAGE = [\"staging\", \"production\"] }",
    )
    .in_targets(&[effect().becomes(Jenkins, "`parameters`")]),
    key(
        "triggers",
        TRIGGERS,
        "When Jenkins starts it automatically.",
        "triggers = { cron = \"H 4 * * *\" }",
    )
    .in_targets(&[effect().becomes(Jenkins, "`triggers`")]),
    key(
        "retries",
        Shape::Integer(0, 100),
        "How often a failed run is retried.",
        "retries = 1",
    )
    .in_targets(&[effect().becomes(Jenkins, "`retry`")]),
    key(
        "post",
        POST,
        "Steps after the stages.",
        NOTIFY_AROUND,
    )
    .in_targets(&[effect().becomes(Jenkins, "`post`: `sh`, `archiveArtifacts`, `junit`")]),
    key(
        "env",
        ENV,
        "Environment variables of all stages.",
        "env.TAG = \"1.4.0\"",
    )
    .in_targets(&[effect()
        .set("env.TAG = \"1.0\"")
        .becomes(Jenkins, "`environment`")]),
    key(
        "secrets",
        SECRETS,
        "Variables filled from secrets.",
        "secrets = { TOKEN = \"registry-token\" }",
    )
    .in_targets(&[effect()
        .set("secrets = { TOKEN = \"one\" }")
        .becomes(Jenkins, "`credentials()`")]),
    key(
        "timeout",
        DURATION,
        "How long a run may take; an hour by default.",
        "timeout = \"30m\"",
    )
    .in_targets(&[effect().becomes(Jenkins, "`timeout`")]),
    key(
        "stages",
        Shape::List(&STAGE),
        "The stages, in order.",
        "stages = [{ name = \"test\", run = [\"make test\"] }]",
    )
    .required()
    .in_targets(&[effect().becomes(Jenkins, "`stage`")]),
];
