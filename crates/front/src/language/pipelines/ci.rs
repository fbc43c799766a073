//! The keys of a CI entry, a Jenkinsfile.

use super::{
    super::{
        effect::effect,
        form::{Form, NameRule},
        inner::{ALLOW, TEXTS},
        key::{KeyShape, key},
        shape::Shape,
    },
    DESCRIPTION,
    stage::{AGENT, BRANCHES, ENVIRONMENT, PATHS, POST, RETRIES, SECRETS, STAGE, TAGS, TIMEOUT},
};
use crate::files::Target::Jenkins;

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

/// Every key of `[ci.NAME]`.
pub(in super::super) const CI: &[KeyShape] = &[
    DESCRIPTION.in_targets(&[effect()
        .set("description = \"Builds\"")
        .becomes(Jenkins, "a comment")]),
    AGENT,
    PATHS,
    BRANCHES,
    TAGS,
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
    RETRIES,
    POST,
    ENVIRONMENT,
    SECRETS,
    TIMEOUT,
    ALLOW.in_targets(&[effect()
        .set("allow = [\"latest-tag\"]")
        .unchanged(Jenkins, "nothing: it is about messages")]),
    key(
        "stages",
        Shape::List(&STAGE),
        "The stages, in order.",
        "stages = [{ name = \"test\", run = [\"make test\"] }]",
    )
    .required()
    .in_targets(&[effect().becomes(Jenkins, "`stage`")]),
];
