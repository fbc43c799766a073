//! The keys of a component. Each is declared once, in the file of its section; every other list of them is made here.

mod edges;
mod identity;
mod life;
mod program;
mod rights;
mod storage;
mod watch;

use super::{
    key::{
        KeyShape, KindTable, Scope, Section, count_in_kinds, count_of_workloads, join,
        keys_in_kinds, keys_of_workloads, length,
    },
    shape::Shape,
};
use crate::text::all_of;

/// Every key of `[components.C]`. The tables of `parts` take those about a workload.
pub const COMPONENT_SECTIONS: &[Section] = &[
    Section {
        title: "What it is",
        keys: identity::IDENTITY,
    },
    Section {
        title: "What it runs",
        keys: program::PROGRAM,
    },
    Section {
        title: "Ports and edges",
        keys: edges::EDGES,
    },
    Section {
        title: "Volumes and files",
        keys: storage::MOUNTS,
    },
    Section {
        title: "Memory and devices",
        keys: storage::DEVICES,
    },
    Section {
        title: "Health, metrics and alerts",
        keys: watch::WATCH,
    },
    Section {
        title: "Resources and life cycle",
        keys: life::LIFE,
    },
    Section {
        title: "Rights",
        keys: rights::RIGHTS,
    },
    Section {
        title: "Labels, lints and raw keys",
        keys: rights::REST,
    },
];

/// Every key of `[components.C]` and of a preset.
pub const COMPONENT: &[KeyShape] = &join::<{ length(COMPONENT_SECTIONS) }>(COMPONENT_SECTIONS);

/// Every key of `[components.C.parts.PART]`: those about a workload.
pub const PART: &[KeyShape] = &keys_of_workloads::<{ count_of_workloads(COMPONENT) }>(COMPONENT);

/// Every key of `[workload]` in a kind file.
pub const KIND_WORKLOAD: &[KeyShape] = &keys_in_kinds::<
    { count_in_kinds(COMPONENT, KindTable::Workload) },
>(COMPONENT, KindTable::Workload);

/// Every key of `[parts.PART]` in a kind file that a component has too.
pub(super) const OF_KIND_PART: &[KeyShape] =
    &keys_in_kinds::<{ count_in_kinds(COMPONENT, KindTable::Part) }>(COMPONENT, KindTable::Part);

/// The declaration of a key of a component.
pub fn component_key(name: &str) -> Option<&'static KeyShape> {
    COMPONENT.iter().find(|key| key.name == name)
}

/// Where a secret may stand, as a message says it.
pub fn secret_places() -> String {
    let keys = COMPONENT.iter().filter(|key| key.takes_secrets);
    let names: Vec<&str> = keys.map(|key| key.name).collect();
    format!(
        "secrets stand in {}; `files.\"/path\" = {{ secret = \"S\" }}` mounts one",
        all_of(&names)
    )
}

/// Where references may stand, as a message says it.
pub fn reference_places() -> String {
    let places: Vec<String> = COMPONENT.iter().flat_map(references_in).collect();
    format!(
        "references stand in {}, and in pipelines and CI entries",
        places.join(", ")
    )
}

/// The key if its value may hold references, or the keys of its table that may.
fn references_in(key: &KeyShape) -> Vec<String> {
    fn below(path: &str, shape: &Shape) -> Vec<String> {
        match shape {
            Shape::Table(keys) if keys.iter().all(|key| matches!(key.shape, Shape::Any)) => {
                vec![format!("{path}.*")]
            }
            Shape::Table(keys) => keys
                .iter()
                .flat_map(|key| below(&format!("{path}.{}", key.name), &key.shape))
                .collect(),
            Shape::Map(_, table @ Shape::Table(_)) => below(&format!("{path}.*"), table),
            Shape::Either(shapes) => {
                let mut places = Vec::new();
                for place in shapes.iter().flat_map(|shape| below(path, shape)) {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
                places
            }
            Shape::List(item) | Shape::Map(_, item) => below(path, item),
            shape if shape.takes_references() => vec![path.to_string()],
            _ => Vec::new(),
        }
    }
    /// A key with more places than these is named alone: nobody reads dozens of them in a message.
    const LISTED: usize = 5;
    let places = below(key.name, &key.shape);
    if places.len() > LISTED {
        return vec![format!("keys of `{}`", key.name)];
    }
    places.iter().map(|place| format!("`{place}`")).collect()
}

/// Whether a key of a component holds for every workload of its kind's own image.
pub fn is_shared(name: &str) -> bool {
    component_key(name).is_some_and(|key| key.scope == Scope::SharedByWorkloads)
}
