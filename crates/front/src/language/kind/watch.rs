//! The recording rules of a kind.

use crate::language::{form::Form, inner::FREE, key::key, shape::Shape};

pub(super) const RECORD: Shape = Shape::Table(&[
    key(
        "record",
        FREE,
        "The name of the new series.",
        "record = \"redis:keyspace_hit_ratio\"",
    )
    .required(),
    key(
        "expr",
        Shape::Plain(Form::KindPromQl),
        "What is recorded.",
        "expr = 'rate(redis_keyspace_hits_total{${self.selector}}[5m])'",
    )
    .required(),
]);
