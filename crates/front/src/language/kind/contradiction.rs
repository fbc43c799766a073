//! Variables and flags that contradict what a kind says elsewhere.

use super::super::{
    form::{Form, NameRule},
    inner::FREE,
    key::key,
    shape::Shape,
};

pub(super) const CONTRADICTION: Shape = Shape::Table(&[
    key(
        "env",
        Shape::List(&Shape::Plain(Form::Name(NameRule::Environment))),
        "The variables, under all of their names.",
        "env = [\"xpack.security.enabled\"]",
    ),
    key(
        "flags",
        Shape::List(&FREE),
        "Flags of the program that contradict in the same way.",
        "flags = [\"--app-name\"]",
    ),
    key(
        "scheme",
        Shape::Map(NameRule::Identifier, &FREE),
        "The port whose scheme it changes, and to which: with this scheme in platform.toml there is no contradiction.",
        "scheme = { http = \"https\" }",
    ),
    key(
        "said_by",
        Shape::List(&FREE),
        "Keys of a component: where the user has set all of them, there is no contradiction. `instead` is the help.",
        "said_by = [\"metrics.basic\"]",
    ),
    key(
        "unless",
        FREE,
        "The value that contradicts nothing.",
        "unless = \"true\"",
    ),
    key(
        "containing",
        FREE,
        "Only values with this in them contradict, letter case ignored.",
        "containing = \"celery\"",
    ),
    key(
        "lacking",
        FREE,
        "Only values without this in them contradict: the variable is one in which the kind says something. `instead` follows the help, which writes both into it.",
        "lacking = \"--prefix=\"",
    ),
    key(
        "with",
        Shape::Map(NameRule::Environment, &FREE),
        "Variables that end the contradiction: where the user gives one of them this value, or takes it away.",
        "with = { ETCD_USE_EMBED = \"false\" }",
    ),
    key(
        "because",
        FREE,
        "What is contradicted, at the place of the variable.",
        "because = \"all log in with the password\"",
    )
    .required(),
    key(
        "instead",
        FREE,
        "What to do.",
        "instead = \"`settings.password` may be left out\"",
    ),
    key(
        "adding",
        FREE,
        "A line of platform.toml that mends it; without it the variable is to go.",
        "adding = \"env.ETCD_USE_EMBED = \\\"false\\\"\"",
    ),
]);
