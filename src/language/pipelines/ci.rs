//! The keys of CI entries (Jenkinsfiles) and of their stages.

use super::super::{
    effect::effect,
    form::{Form, NameRule},
    inner::{DURATION, ENV, FREE},
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
    "Stages side by side, instead of `run`.",
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
