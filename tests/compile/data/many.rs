//! Thousands of volumes that change at once.

use std::fmt::Write as _;

use mlopsgen::plan::Manifest;

use super::{compiled, planned, planned_from};
use crate::support::cost::cost;

/// A component with this many volumes, each with these keys.
fn platform(number: usize, keys: &str) -> String {
    let head = "[platform]\nname = \"p\"\ntargets = [\"compose\"]\n[groups]\ng = \"g\"\n[volumes]\ns = { size = \"1Gi\" }\n\
                [components.c]\nimage = \"x:1\"\ngroup = \"g\"\n";
    (0..number).fold(head.to_string(), |mut text, it| {
        let _ = writeln!(text, "volumes.v{it} = {{ mount = \"/v{it}\", {keys} }}");
        text
    })
}

/// What stands in the place of each is found by its key, not by looking at all that the others mount.
#[test]
fn volumes_left_behind_take_time_by_their_number() {
    let cost_of = |number: usize| {
        let before = planned(&platform(number, "size = \"1Gi\""), Manifest::default());
        let after = compiled(&platform(number, "shared = \"s\""));
        let (plan, cost) = cost(|| planned_from(&after, before.manifest));
        assert_eq!(plan.data.left.len(), number);
        let instead = plan.data.left.iter().filter(|it| it.instead.is_some());
        assert_eq!(instead.count(), number);
        cost
    };
    let (few, many) = (cost_of(500), cost_of(4_000));
    assert!(many < few * 14, "{few:?}, then {many:?}");
}
