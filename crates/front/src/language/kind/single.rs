//! A kind that is one server.

use crate::language::{
    inner::FREE,
    key::{KeyShape, key},
    shape::Shape,
};

pub(super) const SINGLE: KeyShape = key(
    "single",
    Shape::Boolean,
    "It is one server: more than one replica is an error.",
    "single = true",
);

pub(super) const SINGLE_BECAUSE: KeyShape = key(
    "single_because",
    FREE,
    "What several replicas would do, where it is not that each would keep data of its own.",
    "single_because = \"each would give the same metrics again\"",
);
