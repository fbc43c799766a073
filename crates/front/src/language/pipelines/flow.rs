//! The keys of a flow.

use super::super::{
    inner::FREE,
    key::{KeyShape, key},
    shape::Shape,
};

/// Every key of one of `[[flows]]`.
pub(in super::super) const FLOW: &[KeyShape] = &[
    key(
        "step",
        Shape::Integer(0, 10_000),
        "Its number; may repeat or be left out.",
        "step = 3",
    ),
    key(
        "from",
        FREE,
        "A component, a pipeline, a CI entry or an actor.",
        "from = \"data-scientist\"",
    )
    .required(),
    key(
        "to",
        FREE,
        "A component, a pipeline, a CI entry or an actor.",
        "to = \"redis\"",
    )
    .required(),
    key(
        "label",
        FREE,
        "What happens.",
        "label = \"pulls features for experiments\"",
    ),
];
