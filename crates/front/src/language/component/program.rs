//! What it runs: the image, the command, the environment, the user.

use super::super::{
    effect::effect,
    form::Form,
    inner::*,
    key::{KeyShape, Reader, key},
    shape::Shape,
};
use crate::files::Target::{Compose, Helm, Swarm};

pub(super) const PROGRAM: &[KeyShape] = &[
    key(
        "image",
        Shape::Text,
        "`repo[:tag][@sha256:...]`.",
        "image = \"mlopsvn/model_serving:1.4.0\"",
    )
    .also_in_charts()
    .shared()
    .in_parts_of_kinds()
    .in_targets(&[effect()
        .set("image = \"team/other:2.0\"")
        .becomes(Compose, "`image`")
        .becomes(Helm, "`image`: repository, tag, digest")]),
    key(
        "version",
        Shape::Text,
        "The tag of the kind's image, or of an `image` without one. Of one that is known only at the start nobody knows the major version: `settings.major` says it.",
        "version = \"17.11\"",
    )
    .also_called(&["tag", "image_tag"])
    .also_in_charts()
    .also_elsewhere()
    .shared()
    .in_parts_of_kinds()
    .in_targets(&[effect()
        .set("image = \"team/api\"\nversion = \"2.0\"")
        .without(&["image"])
        .becomes(Compose, "the tag of `image`")
        .becomes(Helm, "`image.tag`")]),
    key(
        "build",
        BUILD,
        "Builds the image. Without `image` it is called `PLATFORM/COMPONENT:VERSION`, in a part after the part's workload.",
        "build = { context = \"model_serving\" }",
    )
    .also_in_charts()
    .shared()
    .in_parts_of_kinds()
    .in_targets(&[effect()
        .set("build = { context = \"api\" }")
        .becomes(Compose, "`build`")
        .loses(Swarm, "Swarm builds nothing")
        .unchanged(Helm, "nothing: a cluster pulls images")]),
    key(
        "command",
        COMMAND,
        "What it runs: a list, or one string split as a shell splits it. In the string a `#` before a word ends the command, and a reference is one word, whatever it stands for.",
        "command = [\"bash\", \"serve.sh\"]",
    )
    .read_by(Reader::Program)
    .takes_secrets()
    .in_targets(&[effect()
        .set("command = [\"serve\"]")
        .becomes(Compose, "`command`")
        .becomes(Helm, "`args` of the container")]),
    key(
        "entrypoint",
        COMMAND,
        "Replaces the image's entry point.",
        "entrypoint = [\"/init\"]",
    )
    .read_by(Reader::Program)
    .takes_secrets()
    .in_targets(&[effect()
        .becomes(Compose, "`entrypoint`")
        .becomes(Helm, "`command` of the container")]),
    key(
        "args",
        COMMAND,
        "Appended to the kind's command.",
        "args = [\"--verbose\"]",
    )
    .read_by(Reader::Program)
    .takes_secrets()
    .in_targets(&[effect()
        .becomes(Compose, "the end of `command`")
        .becomes(Helm, "the end of `args`")]),
    key(
        "env",
        ENV,
        "Environment variables: strings, numbers, booleans. A number becomes text as TOML reads it (`0x10` is `16`); the zeros at its end stay (`3.10`).",
        "env.LOG_LEVEL = \"info\"",
    )
    .read_by(Reader::Program)
    .shared()
    .takes_secrets()
    .in_targets(&[effect()
        .set("env.LEVEL = \"info\"")
        .becomes(Compose, "`environment`")
        .becomes(Helm, "`env`")]),
    key(
        "working_dir",
        Shape::Plain(Form::ContainerPath),
        "The folder that it starts in.",
        "working_dir = \"/app\"",
    )
    .read_by(Reader::Program)
    .in_targets(&[effect()
        .becomes(Compose, "`working_dir`")
        .becomes(Helm, "`workingDir`")]),
    key(
        "user",
        Shape::Either(&[Shape::Formed(Form::User), Shape::Integer(0, i64::MAX)]),
        "The user that it runs as: a name or number, optionally with a group after `:`.",
        "user = \"1000:0\"",
    )
    .shared()
    .in_targets(&[
        effect()
            .becomes(Compose, "`user`")
            .becomes(Helm, "`runAsUser`, `runAsGroup`"),
        effect()
            .form("a name")
            .set("user = \"app\"")
            .becomes(Compose, "`user`")
            .loses(Helm, "the image's own user runs"),
    ]),
    key(
        "group_add",
        Shape::List(&Shape::Either(&[
            Shape::Formed(Form::Account),
            Shape::Integer(0, i64::MAX),
        ])),
        "Further groups of the user.",
        "group_add = [\"999\"]",
    )
    .in_targets(&[
        effect()
            .becomes(Compose, "`group_add`")
            .loses(Swarm, "left out")
            .becomes(Helm, "`supplementalGroups`"),
        effect()
            .form("a name")
            .set("group_add = [\"docker\"]")
            .becomes(Compose, "`group_add`")
            .loses(Swarm, "left out")
            .loses(Helm, "the group is left out"),
    ]),
];
